/* Activations that are scaled and shifted so that deep plain nets keep what residual ones keep:
 * Martens et al. (2021), deep kernel shaping. */
#ifndef ALV_REPRODUCE_SHAPE_H
#define ALV_REPRODUCE_SHAPE_H

#include "reproduce/rig.h"

/* f(z) = out_scale (act(in_scale z + in_shift) + out_shift). */
typedef struct alv_shape {
    alv_act_spec act;
    double in_scale, in_shift, out_shift, out_scale;
} alv_shape;

/* What the conditions are about, for z ~ N(0, 1): each to 1e-12. */
typedef struct alv_shape_moments {
    double mean;       /* E f, C(0) */
    double square;     /* E f^2, Q(1) */
    double square_map; /* dQ / dq at 1, with Q(q) = E f(sqrt(q) z)^2 */
    double slope;      /* E f'^2, C'(1) */
} alv_shape_moments;

void alv_shape_look(alv_shape_moments *out, const alv_shape *shape);
/* The f with mean 0, square 1, square_map 1 and this slope > 1, by Newton's method. ALV_ERR_RANGE
 * where it finds none. */
alv_status alv_shape_dks(alv_shape *out, alv_act_spec act, double slope, alv_error *error);
/* f as an activation of nets: it computes the shape that this thread has asked for last, which
 * stays the caller's. */
alv_act_spec alv_shape_act(const alv_shape *shape);
double alv_shape_at(const alv_shape *shape, double z);
/* The correlation after a layer of unit weights, of two inputs of correlation c. */
double alv_shape_correlation(const alv_shape *shape, double c);

#endif
