/* Inside the room: a module under construction, and the table of constructors.
 *
 * A constructor adds parameters, in the order in which state_dict() names them, and steps, in the
 * order in which PyTorch draws. */
#ifndef ALV_COMPAT_MODULE_H
#define ALV_COMPAT_MODULE_H

#include "alvor/compat.h"
#include "base/base.h"

typedef enum alv_step_kind {
    ALV_STEP_UNIFORM,  /* U(-a, a) */
    ALV_STEP_NORMAL,   /* N(0, a^2) */
    ALV_STEP_CONSTANT, /* a */
    ALV_STEP_ZERO_ROW, /* row `index` becomes 0 */
    ALV_STEP_COPY      /* of parameter `index` */
} alv_step_kind;

typedef struct alv_step {
    alv_step_kind kind;
    int param;
    double a;
    int64_t index;
} alv_step;

struct alv_compat_module {
    alv_dtype dtype;
    int n_params, n_steps, room_params, room_steps;
    alv_tensor *params;
    alv_step *steps;
};

enum { ALV_MODULE_ARGS = 12, ALV_MODULE_DEPTH = 16, ALV_MODULE_PARAMS = 20000 };

/* What an argument is in Python. */
typedef enum alv_arg_kind {
    ALV_ARG_END,
    ALV_ARG_SIZE,  /* a whole number from 0 */
    ALV_ARG_SIZES, /* one, or a tuple */
    ALV_ARG_BOOL,
    ALV_ARG_MODULE, /* the call of a constructor; None: absent */
    ALV_ARG_ANY     /* changes no parameter: read and forgotten */
} alv_arg_kind;

typedef struct alv_module_arg {
    const char *name;
    alv_arg_kind kind;
    bool required;
    int64_t otherwise; /* the default; -1: None */
} alv_module_arg;

typedef struct alv_module_value {
    int64_t v[ALV_MAX_RANK];
    int n;            /* of a tuple; 1 for a number */
    const char *text; /* of a module; NULL: None */
} alv_module_value;

/* What a constructor gets. */
typedef struct alv_module_builder {
    alv_compat_module *module;
    alv_cursor *cursor; /* for errors: its place is that of the call */
    const char *prefix; /* "0." */
    const struct alv_module_kind *kind;
    const alv_module_value *args; /* in the order of kind->args */
    int depth;
} alv_module_builder;

typedef struct alv_module_kind {
    const char *name;
    int axes; /* of a convolution's kernel; elsewhere the constructor's own number */
    alv_module_arg args[ALV_MODULE_ARGS];
    alv_status (*build)(const alv_module_builder *b);
} alv_module_kind;

/* Tables of the files of this family; each ends at a row without a name. */
extern const alv_module_kind alv_modules_plain[], alv_modules_recurrent[], alv_modules_attention[];

/* Fails at the call. */
alv_status alv_build_fail(const alv_module_builder *b, alv_status code, const char *message);
/* Adds the parameter prefix + name; its index goes to *out. */
alv_status alv_build_param(int *out, const alv_module_builder *b, const char *name, int rank,
                           const int64_t *shape);
alv_status alv_build_step(const alv_module_builder *b, alv_step_kind kind, int param, double a,
                          int64_t index);
/* A parameter with one step. */
alv_status alv_build_drawn(const alv_module_builder *b, const char *name, int rank,
                           const int64_t *shape, alv_step_kind kind, double a);
/* A constructor within a constructor, under prefix + name + ".", with these sizes as arguments. */
alv_status alv_build_child(const alv_module_builder *b, const char *name, const char *kind,
                           const alv_module_value *args);
/* Reads the call at `text` under prefix + name + ".". */
alv_status alv_build_text(const alv_module_builder *b, const char *name, const char *text);
const alv_module_kind *alv_module_find(const char *name, size_t length);

/* The bounds of torch.nn.init and of the constructors, from fans. */
double alv_torch_xavier_bound(double fan_in, double fan_out);
double alv_torch_kaiming_sqrt5(double fan_in);
double alv_torch_inverse_sqrt(double n); /* 1 / sqrt(n); 0 for 0 */

#endif
