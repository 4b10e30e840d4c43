/* The table of activations and their gains.
 *
 * One row per activation holds everything that the rest of the tree asks about it: f and f', the
 * array kernels of the training engine, when a unit counts as saturated, where it has a kink. Rows
 * live as long as the program and never change.
 *
 * A unit is saturated where |f'| is, and outward stays, below 0.0591 of its maximum: the share that
 * tanh has left at |tanh z| = 0.97. The logistic sigmoid keeps the customary 0.03 < s < 0.97, a
 * share of 0.1164; for units of scale alpha the bound is that of alpha = 1. */
#ifndef ALVOR_ACT_H
#define ALVOR_ACT_H

#include <stdbool.h>

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct alv_act {
    const char *name;          /* "leaky_relu" */
    const char *aliases;       /* space-separated, "" if none */
    const char *formula;       /* plain text, "max(0, x)" */
    const char *param;         /* name of its one parameter, NULL if it has none */
    double param_default;      /* value when the text gives none */
    double param_lo, param_hi; /* accepted interval, both ends included */
    bool kink_at_zero;         /* f' jumps at 0 */
    int n_kinks; /* where else f' jumps, in increasing order: quadrature splits there */
    double kinks[2];
    bool can_die;      /* a unit that is flat for every input can never recover (relu) */
    double flat_below; /* z below this is saturated; -inf where never */
    double flat_above; /* z above this is saturated; +inf where never */
    double (*f)(double x, double param);  /* f(x), to a few ulp; NaN in gives NaN out */
    double (*df)(double x, double param); /* f'(x); at a kink, either slope; at 0, the left */
    /* y[i] = f(x[i]); x and y may be the same array. Fixed bits, whatever n and the processor. */
    void (*forward_f32)(float *y, const float *x, int64_t n, double param);
    void (*forward_f64)(double *y, const double *x, int64_t n, double param);
    /* dx[i] = dy[i] * f'(x[i]), given also y[i] = f(x[i]); dx and dy may be the same array. */
    void (*backward_f32)(float *dx, const float *dy, const float *x, const float *y, int64_t n,
                         double param);
    void (*backward_f64)(double *dx, const double *dy, const double *x, const double *y, int64_t n,
                         double param);
} alv_act;

/* An activation with its parameter, as parsed from "leaky_relu(0.2)". Plain values. */
typedef struct alv_act_spec {
    const alv_act *act; /* NULL means identity */
    double param;
} alv_act_spec;

/* Moments under z ~ N(0, 1), by quadrature, and the gains that follow from them. */
typedef struct alv_gain {
    double mean, second, slope; /* E f, E f^2, E f'^2 */
    double forward;             /* 1 / sqrt(E f^2): keeps the pre-activations' second moment at 1 */
    double backward;            /* 1 / sqrt(E f'^2): keeps the gradient's variance if z ~ N(0, 1) */
    double variance;            /* 1 / sqrt(Var f): for reference; wrong where E f != 0 */
} alv_gain;

ALV_API int alv_act_count(void);
ALV_API const alv_act *alv_act_at(int index); /* NULL outside [0, count) */

/* Parses "relu", "leaky_relu(0.2)" or "leaky_relu(slope=0.2)", by name or alias, blanks allowed.
 * ALV_ERR_SYNTAX, ALV_ERR_UNKNOWN_NAME (with a suggestion) and ALV_ERR_RANGE (the parameter outside
 * its interval, or NaN) give the byte position in the text. */
ALV_API alv_status alv_act_parse(alv_act_spec *out, const char *text, alv_error *error);
/* Writes the canonical text, for example "leaky_relu(0.2)", with its NUL; the parameter only if not
 * default. alv_act_parse reads it back. ALV_ERR_RANGE if `size` is too small. */
ALV_API alv_status alv_act_print(char *out, size_t size, alv_act_spec spec, alv_error *error);

/* Gains to at least 10 digits, the same bits everywhere. A gain is infinite where its moment is 0.
 * ALV_ERR_RANGE for a parameter outside its interval. Takes about 0.1 ms. */
ALV_API alv_status alv_act_gain(alv_gain *out, alv_act_spec spec, alv_error *error);

#ifdef __cplusplus
}
#endif
#endif
