/* The registry of initializers, and fills.
 *
 * A descriptor says everything about a scheme: what it draws, with which arguments and bounds, when
 * to use it, what is dangerous about it, where it comes from. `alvor list` and `explain`, the flags
 * of `alvor init`, the lab's grid, the report and the tests all read this table and no other. */
#ifndef ALVOR_INIT_H
#define ALVOR_INIT_H

#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ALV_MAX_INIT_ARGS 6

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

/* How much of a tensor must be known to make one element (contract C1). */
typedef enum alv_reach { ALV_REACH_ELEMENT = 0 } alv_reach;

typedef struct alv_initializer alv_initializer;

/* A scheme with its arguments, as parsed from "normal(std=0.01)". Plain values. Made by hand, every
 * argument must be given: the defaults come from alv_scheme_parse. */
typedef struct alv_scheme {
    const alv_initializer *init;
    double args[ALV_MAX_INIT_ARGS]; /* in the order of init->args */
} alv_scheme;

/* One row of the registry. Rows and their texts (UTF-8) live as long as the program. */
struct alv_initializer {
    const char *name;    /* "he_normal" */
    const char *aliases; /* space-separated, "" if none */
    const char *summary[ALV_LANGS];
    const char *formula; /* plain text, of the scale: "std = gain * sqrt(2 / (fan_in + fan_out))" */
    const char *density; /* plain text: "p(w) = exp(-w^2 / (2 std^2)) / (std sqrt(2 pi))" */
    const char *when[ALV_LANGS];
    const char *dangers[ALV_LANGS];
    const char *pytorch, *keras, *jax; /* the line that draws the same distribution */
    const char *citation;
    alv_init_arg args[ALV_MAX_INIT_ARGS]; /* ends at the first with name == NULL */
    alv_reach reach;
    /* The distribution of each element; predicted mean and variance are its moments. Callers use
     * alv_init_law, which checks scheme, tensor and result. */
    alv_status (*law)(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                      alv_error *error);
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

/* The distribution that a scheme gives the elements of a tensor. ALV_ERR_ARGUMENT and ALV_ERR_RANGE
 * name the argument; ALV_ERR_SHAPE where the scheme needs fans and the tensor has none (a bias,
 * fewer than two axes, a fan of zero); ALV_ERR_OVERFLOW where values would not fit the dtype; and
 * the statuses of alv_tensor_count. */
ALV_API alv_status alv_init_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                                alv_error *error);

/* Fills out[0 .. hi - lo) with elements [lo, hi), in row-major storage order, of the tensor that
 * (scheme, tensor, seed) defines (DESIGN.md, contract C1). out is the caller's, of tensor->dtype,
 * aligned for it. lo == hi is a no-op that succeeds, also where the law does not exist (a fan of
 * zero) or out is NULL. ALV_ERR_RANGE for a slice outside the tensor; otherwise the statuses of
 * alv_init_law. Nothing is written on error, nothing allocated; threads may fill parts of one
 * tensor. */
ALV_API alv_status alv_init_fill(void *out, int64_t lo, int64_t hi, const alv_scheme *scheme,
                                 const alv_tensor *tensor, uint64_t seed, alv_error *error);

#ifdef __cplusplus
}
#endif
#endif
