/* The registry of initializers, and fills.
 *
 * A descriptor says everything about a scheme: what it draws, with which arguments and bounds, when
 * to use it, what is dangerous about it, where it comes from. `alvor list` and `explain`, the flags
 * of `alvor init`, the lab's grid, the report and the tests all read this table and no other. */
#ifndef ALVOR_INIT_H
#define ALVOR_INIT_H

#include "executor.h"
#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ALV_MAX_INIT_ARGS 8

/* Languages of the texts: index into arrays like summary[]. */
typedef enum alv_lang { ALV_EN = 0, ALV_PT = 1, ALV_LANGS = 2 } alv_lang;

/* One argument of a scheme. */
typedef struct alv_init_arg {
    const char *name;
    double value;        /* default */
    double lo, hi;       /* accepted interval */
    bool open_lo;        /* lo itself is refused */
    bool shown;          /* the canonical text states it even at its default */
    const char *choices; /* "fan_in fan_out fan_avg": value is the index; NULL for a number */
    const char *help[ALV_LANGS];
} alv_init_arg;

/* How much of a tensor must be known to make one element (contract C1). Any slice equals that of
 * the whole; what differs is its cost. */
typedef enum alv_reach {
    ALV_REACH_ELEMENT = 0, /* its index alone */
    ALV_REACH_ROW = 1,     /* its row: a slice costs the rows that it touches, but no memory */
    ALV_REACH_TENSOR = 2   /* everything: a slice costs the whole tensor, and scratch memory */
} alv_reach;

typedef struct alv_initializer alv_initializer;

/* A scheme with its arguments, as parsed from "normal(std=0.01)". Plain values. Made by hand, every
 * argument must be given: the defaults come from alv_scheme_parse. */
typedef struct alv_scheme {
    const alv_initializer *init;
    double args[ALV_MAX_INIT_ARGS]; /* in the order of init->args */
} alv_scheme;

/* How to fill. Zero is the default of every field, and NULL stands for all of them. */
typedef struct alv_fill {
    void *scratch; /* the caller's, aligned to 16 bytes; NULL where alv_init_scratch says 0 */
    int64_t scratch_size;       /* its bytes: alv_init_scratch or more */
    const alv_kernels *kernels; /* the instruction set, which changes no bit */
    alv_executor executor;      /* threads; used where making the scratch is work, changes no bit */
} alv_fill;

/* A fill under way, as the functions of a descriptor see it: everything has been checked. */
typedef struct alv_init_job {
    const alv_scheme *scheme;
    const alv_tensor *tensor;
    uint64_t seed;
    void *scratch;
    const alv_kernels *kernels;
    const alv_executor *executor; /* may be NULL */
} alv_init_job;

/* One row of the registry. Rows and their texts (UTF-8) live as long as the program. */
struct alv_initializer {
    const char *name;    /* "he_normal" */
    const char *aliases; /* space-separated, "" if none */
    const char *summary[ALV_LANGS];
    const char *formula; /* plain text, of the scale: "std = gain * sqrt(2 / (fan_in + fan_out))" */
    const char *density; /* plain text: "p(w) = exp(-w^2 / (2 std^2)) / (std sqrt(2 pi))" */
    const char *when[ALV_LANGS];
    const char *dangers[ALV_LANGS];
    const char *pytorch, *keras, *jax; /* the line that draws the same distribution, or NULL */
    const char *citation;
    alv_init_arg args[ALV_MAX_INIT_ARGS]; /* ends at the first with name == NULL */
    alv_reach reach;
    bool biases; /* a network initialized by it takes its biases from it, too */
    bool fused;  /* `law` is asked once, of the whole tensor, also where it has parts */
    bool rounds; /* `fill` stores 16- and 8-bit types itself, for it can make no chunk cheaply */
    bool gates;  /* made for the fused gates of a recurrent layer: tensors that state their parts */
    /* What a network's other layers take where this is made for one kind; NULL: it fills all. */
    const char *elsewhere;
    bool needs_data; /* the fill is only its first step; alv_lsuv_run takes the second */
    /* Callers use alv_init_law, _moments, _scratch and _fill, which check scheme, tensor and result
     * around these. A scheme whose elements are drawn one by one has `law`, their distribution, and
     * nothing else. A structured scheme (orthogonal, dirac, ...) has `moments` and `fill`; if its
     * reach is the tensor, also `scratch` and `prepare`. */
    alv_status (*law)(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                      alv_error *error);
    /* The scheme that part `index` of `parts` is drawn by, where that depends on its place among
     * them (values behind queries and keys) and not on its fans alone; else NULL. */
    alv_scheme (*of_part)(const alv_scheme *scheme, int index, int parts);
    /* Mean and variance of an element taken at random from the tensor, over all seeds. Refuses the
     * tensors that the scheme cannot fill: what it accepts, the functions below can do. */
    alv_status (*moments)(double *mean, double *variance, const alv_scheme *scheme,
                          const alv_tensor *tensor, alv_error *error);
    /* Bytes of scratch that `prepare` needs; ALV_ERR_OVERFLOW. */
    alv_status (*scratch)(int64_t *bytes, const alv_scheme *scheme, const alv_tensor *tensor,
                          alv_error *error);
    /* Computes what `fill` reads, into job->scratch; once per fill. */
    void (*prepare)(const alv_init_job *job);
    /* Elements [lo, hi): doubles for an f64 tensor, floats for every other, which the registry
     * rounds to narrower types, a chunk at a time; where `rounds` is set, of the tensor's own type.
     */
    void (*fill)(void *out, int64_t lo, int64_t hi, const alv_init_job *job);
};

ALV_API int alv_init_count(void);
ALV_API const alv_initializer *alv_init_at(int index); /* NULL outside [0, count) */
/* By name or alias, in lower case; NULL if there is none. */
ALV_API const alv_initializer *alv_init_find(const char *name);

/* Parses "he_normal", "uniform(r=1)", "he_normal(a=0.2, mode=fan_out)", "constant(0.5)" (the first
 * value may go unnamed: it is the first argument). ALV_ERR_SYNTAX, ALV_ERR_UNKNOWN_NAME (with a
 * suggestion), ALV_ERR_ARGUMENT (NaN, infinite, or given twice) and ALV_ERR_RANGE (outside the
 * argument's bounds) give the byte position in the text. */
ALV_API alv_status alv_scheme_parse(alv_scheme *out, const char *text, alv_error *error);
/* The canonical text: arguments that differ from their defaults, and those that the table marks as
 * shown because they are the scheme's own scale ("normal(std=0.01)"), in table order, with a final
 * NUL. alv_scheme_parse reads it back. ALV_ERR_RANGE if `size` is too small. */
ALV_API alv_status alv_scheme_print(char *out, size_t size, const alv_scheme *scheme,
                                    alv_error *error);

/* The scheme for a tensor of which only this is known: zeros for a bias, ones for a gain,
 * embedding_normal for a table, and for other weights he_normal(gain=g), where g keeps the mean
 * square of the signal through tensor->act (NULL: none follows). A tensor that `ends_branch` of a
 * residual network is divided by the root of tensor->depth, where that is stated. What has fans of
 * its own kind (gates, attention) deserves a scheme of its own. ALV_ERR_UNSUPPORTED for an
 * activation that passes nothing on, and the statuses of alv_tensor_count. */
ALV_API alv_status alv_scheme_auto(alv_scheme *out, const alv_tensor *tensor, bool ends_branch,
                                   alv_error *error);

/* The distribution that a scheme gives the elements of a tensor. ALV_ERR_ARGUMENT and ALV_ERR_RANGE
 * name the argument, or "scheme" for what several make together; ALV_ERR_SHAPE where the scheme
 * needs fans and the tensor has none (a bias, fewer than two axes, a fan of zero);
 * ALV_ERR_OVERFLOW, likewise, where values would not fit the dtype; ALV_ERR_UNSUPPORTED for a
 * structured scheme, whose elements have moments but no one law, and where the parts of a fused
 * tensor have a law each (unequal sizes, a scheme that asks for fan_out): ask for that of each
 * alv_tensor_part; and the statuses of alv_tensor_count. */
ALV_API alv_status alv_init_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                                alv_error *error);

/* Predicted mean and variance of an element taken at random from the tensor, over all seeds, before
 * the element type rounds it: those of the law or of the mixture of its parts' laws, where there
 * are any. Every initializer has them; a variance too large for a double is +inf. The statuses of
 * alv_init_law but ALV_ERR_UNSUPPORTED; ALV_ERR_SHAPE for a tensor that a structured scheme cannot
 * fill. */
ALV_API alv_status alv_init_moments(double *mean, double *variance, const alv_scheme *scheme,
                                    const alv_tensor *tensor, alv_error *error);

/* Bytes of scratch memory that filling any part of the tensor takes: 0 unless the scheme's reach is
 * the tensor. The statuses of alv_init_moments. */
ALV_API alv_status alv_init_scratch(int64_t *bytes, const alv_scheme *scheme,
                                    const alv_tensor *tensor, alv_error *error);

/* Fills out[0 .. hi - lo) with elements [lo, hi), in row-major storage order, of the tensor that
 * (scheme, tensor, seed) defines (DESIGN.md, contract C1). out is the caller's, of tensor->dtype,
 * aligned for it. `how` may be NULL if alv_init_scratch says 0. lo == hi is a no-op that succeeds,
 * also where the law does not exist (a fan of zero) or out is NULL. Parts of a fused tensor are
 * filled by the law of each. ALV_ERR_RANGE for a slice outside the tensor; ALV_ERR_ARGUMENT for an
 * `out` that is not aligned; ALV_ERR_MEMORY for too little scratch; otherwise the statuses of
 * alv_init_moments. Nothing is written to out on error, nothing allocated; threads may fill parts
 * of one tensor, each with scratch of its own. */
ALV_API alv_status alv_init_fill(void *out, int64_t lo, int64_t hi, const alv_scheme *scheme,
                                 const alv_tensor *tensor, uint64_t seed, const alv_fill *how,
                                 alv_error *error);

/* Fills out with a box of the tensor, as parallel training cuts it: sizes[a] places from starts[a]
 * along each axis a (rank of them), in row-major order of the box. {0, c} with {rows, n} are n
 * columns of a matrix. The same elements as alv_init_fill's, whatever the cut; statuses likewise,
 * ALV_ERR_RANGE where the box leaves the tensor. */
ALV_API alv_status alv_init_fill_box(void *out, const int64_t *starts, const int64_t *sizes,
                                     const alv_scheme *scheme, const alv_tensor *tensor,
                                     uint64_t seed, const alv_fill *how, alv_error *error);

#ifdef __cplusplus
}
#endif
#endif
