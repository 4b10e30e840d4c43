/* Plans: the tensors of a whole model, each with the scheme that fills it.
 *
 * A plan is a list, in the order of the model. It is made from a preset (a published architecture
 * with its checkpoint's names) or tensor by tensor, and rules on names change it: the first rule
 * that matches a name wins. alvor init reads plans from YAML (docs/formats.md). */
#ifndef ALVOR_PLAN_H
#define ALVOR_PLAN_H

#include "init.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ALV_MAX_PLAN 100000 /* tensors of one plan */
#define ALV_MAX_PRESET_ARGS 10

/* Tensors, and the scheme of each: that of alv_weight_plan_scheme, since many share one. Read the
 * tensors freely; change the plan with the functions below. */
typedef struct alv_weight_plan {
    int64_t n, capacity;
    alv_tensor *tensors;
    int32_t *scheme_of; /* of each tensor: index in schemes */
    int64_t n_schemes, schemes_capacity;
    alv_scheme *schemes; /* the first has .init == NULL: none yet */
} alv_weight_plan;

/* An empty plan, the caller's: alv_weight_plan_free. ALV_ERR_MEMORY. */
ALV_API alv_status alv_weight_plan_new(alv_weight_plan **out, alv_error *error);
ALV_API void alv_weight_plan_free(alv_weight_plan *plan); /* NULL is fine */

/* Appends a tensor; scheme may be NULL, to be given by a rule. ALV_ERR_RANGE beyond ALV_MAX_PLAN,
 * ALV_ERR_ARGUMENT for an empty name, ALV_ERR_MEMORY, and the statuses of alv_tensor_count. */
ALV_API alv_status alv_weight_plan_add(alv_weight_plan *plan, const alv_tensor *tensor,
                                       const alv_scheme *scheme, alv_error *error);

/* What fills a tensor, valid until the plan changes; .init == NULL where nothing does yet. NULL for
 * an index outside [0, plan->n). */
ALV_API const alv_scheme *alv_weight_plan_scheme(const alv_weight_plan *plan, int64_t index);

/* Gives a tensor its scheme. ALV_ERR_RANGE for an index outside [0, plan->n), ALV_ERR_ARGUMENT for
 * NULL, ALV_ERR_MEMORY. */
ALV_API alv_status alv_weight_plan_give(alv_weight_plan *plan, int64_t index,
                                        const alv_scheme *scheme, alv_error *error);

/* Gives a scheme, an element type, or both to the tensors whose name `match` matches. */
typedef struct alv_weight_rule {
    const char *match; /* as alv_name_match */
    alv_scheme scheme; /* .init == NULL: the tensor keeps what it has */
    bool typed;        /* dtype is to be set */
    alv_dtype dtype;
    int64_t matched; /* out: tensors for which this rule was the first */
} alv_weight_rule;

/* Applies to each tensor from index `first` on the first rule that matches its name, if any does,
 * and counts in rules[].matched. ALV_ERR_ARGUMENT for NULL, a rule without a pattern among them,
 * ALV_ERR_RANGE for a negative `first`, ALV_ERR_DTYPE for a rule's unknown type, before anything is
 * done; ALV_ERR_MEMORY, with some of it done. */
ALV_API alv_status alv_weight_plan_apply(alv_weight_plan *plan, int64_t first,
                                         alv_weight_rule *rules, int64_t n, alv_error *error);

/* ALV_OK if every tensor can be filled: it has a scheme, and the scheme moments for it (an empty
 * tensor needs none). Otherwise the status of alv_init_moments with the tensor's name in the
 * message, or ALV_ERR_ARGUMENT where there is no scheme. */
ALV_API alv_status alv_weight_plan_check(const alv_weight_plan *plan, alv_error *error);

/* The same of one tensor; ALV_ERR_RANGE for an index outside [0, plan->n). */
ALV_API alv_status alv_weight_plan_check_one(const alv_weight_plan *plan, int64_t index,
                                             alv_error *error);

/* True if the whole name fits the pattern: * stands for any bytes, ? for one, others for
 * themselves. NULL fits nothing. */
ALV_API bool alv_name_match(const char *pattern, const char *name);

/* Everything that decides one tensor's values but the seed, as one line of canonical text without a
 * newline: name, type, shape, scheme, and what else is not the default. Equal lines, equal bytes.
 * Returns the length that it needs; what does not fit is cut. Empty for an index outside [0,
 * plan->n). */
ALV_API size_t alv_weight_plan_line(char *out, size_t size, const alv_weight_plan *plan,
                                    int64_t index);

/* One size of a preset. */
typedef struct alv_preset_arg {
    const char *name; /* "width"; ends the list when NULL */
    int64_t value;    /* default; 0: it follows from others */
    int64_t lo, hi;   /* accepted, both ends included */
    const char *help[ALV_LANGS];
} alv_preset_arg;

/* A published architecture; rows live as long as the program. */
typedef struct alv_preset {
    const char *name; /* "gpt2" */
    const char *summary[ALV_LANGS];
    const char *names;    /* whose names and shapes these are */
    const char *citation; /* where the schemes come from */
    const char *model;    /* default of its network text; NULL: it has none */
    alv_preset_arg args[ALV_MAX_PRESET_ARGS];
    /* Callers use alv_weight_plan_preset, which checks the sizes. */
    alv_status (*build)(alv_weight_plan *plan, const int64_t *sizes, const char *model,
                        alv_error *error);
} alv_preset;

ALV_API int alv_preset_count(void);
ALV_API const alv_preset *alv_preset_at(int index); /* NULL outside [0, count) */
ALV_API const alv_preset *alv_preset_find(const char *name);

/* Appends the tensors of a preset with its schemes. sizes[i] belongs to args[i], 0 meaning its
 * default; NULL: all defaults. `model` is the text of a preset that takes one (mlp), or NULL.
 * ALV_ERR_RANGE for a size outside its bounds, ALV_ERR_ARGUMENT for sizes that do not go together,
 * the statuses of alv_model_new for the text; the plan is as it was after an error. */
ALV_API alv_status alv_weight_plan_preset(alv_weight_plan *plan, const alv_preset *preset,
                                          const int64_t *sizes, const char *model,
                                          alv_error *error);

#ifdef __cplusplus
}
#endif
#endif
