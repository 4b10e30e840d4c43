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
    bool periodic;     /* does not settle far out (sin) */
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
 * default. alv_act_parse reads it back. ALV_ERR_RANGE if `size` is too small or
 * the parameter outside its interval. */
ALV_API alv_status alv_act_print(char *out, size_t size, alv_act_spec spec, alv_error *error);

/* Gains to at least 10 digits, the same bits everywhere. A gain is infinite where its moment is 0.
 * ALV_ERR_RANGE for a parameter outside its interval. Takes about 0.1 ms. */
ALV_API alv_status alv_act_gain(alv_gain *out, alv_act_spec spec, alv_error *error);

/* A function of the caller's. It is a pure function: the same x gives the same value. */
typedef struct alv_act_function {
    double (*f)(double x, const void *context);
    double (*df)(double x, const void *context); /* f'; NULL: found from f, see below */
    const void *context;                         /* handed to f and df */
    const double *kinks; /* where f or f' jumps, in increasing order; may be NULL */
    int n_kinks;
} alv_act_function;

/* Moments and gains of any function. f must be smooth between the kinks; a kink that is not listed
 * is found by bisection as long as f itself does not jump there. Without df, f' is the derivative
 * between the kinks, as automatic differentiation has it: a step has slope 0. Mean, second and
 * slope are good to 9 digits where f and df are computed to 13 (absolute, against
 * sqrt(E f^2) for the mean); `variance` loses no digits to a large mean. f and df are called at
 * points of (-37, 37), some ten thousand times (0.3 ms), at most a few million (100 ms).
 *
 * ALV_ERR_ARGUMENT: no f; kinks that are not finite and increasing. ALV_ERR_RANGE: f or df gave NaN
 * or infinity (the message says where), or grows so fast that a moment is infinite or out of reach,
 * as exp(x^2 / 4) does. ALV_ERR_UNSUPPORTED: f is too rough; f jumps at a place that is not listed
 * and df is NULL. What f does between two points 0.02 apart, and nowhere near them, goes unseen. */
ALV_API alv_status alv_act_gain_of(alv_gain *out, const alv_act_function *function,
                                   alv_error *error);

/* A gated unit y = f(a) b: the gate a and the value b are two projections of the same input. */
typedef struct alv_gated {
    const char *name;    /* "swiglu" */
    const char *aliases; /* space-separated, "" if none */
    const char *formula; /* plain text, in a and b */
    const char *gate;    /* the text of f, for alv_act_parse */
    const char *citation;
} alv_gated;

ALV_API int alv_gated_count(void);
ALV_API const alv_gated *alv_gated_at(int index);          /* NULL outside [0, count) */
ALV_API const alv_gated *alv_gated_find(const char *name); /* by name or alias; NULL if none */

/* Moments of y for independent a, b ~ N(0, 1), and gains: weights have variance gain^2 / fan. The
 * mean of y is 0. The units are counted once: a fused matrix has two rows for each. */
typedef struct alv_gated_moments {
    double second;       /* E y^2 = E f^2 */
    double slope_gate;   /* E (dy/da)^2 = E f'^2 */
    double slope_value;  /* E (dy/db)^2 = E f^2 */
    double forward;      /* 1 / sqrt(E f^2): of the value alone, or of the layer after y */
    double forward_both; /* g of gate and value alike such that E y^2 = 1: g^2 E f(g z)^2 = 1 */
    double backward;     /* 1 / sqrt(E f'^2 + E f^2): of both, over the units as fan_out; keeps the
                          * gradient's variance where a and b are N(0, 1) */
} alv_gated_moments;

/* Moments and gains of f(a) b for any f of the table, to at least 10 digits, the same bits
 * everywhere. ALV_ERR_RANGE for a parameter outside its interval. Takes about 5 ms. */
ALV_API alv_status alv_gated_gain(alv_gated_moments *out, alv_act_spec gate, alv_error *error);

#ifdef __cplusplus
}
#endif
#endif
