/* Integrals of an activation over one and two Gaussians, for the maps of theory.c. */
#ifndef ALV_THEORY_GAUSSIAN_H
#define ALV_THEORY_GAUSSIAN_H

#include "alvor/act.h"

/* Of u = s z, z ~ N(0, 1). Relative error about 1e-9 (mean: of the root of `second`). */
typedef struct alv_gaussian_moments {
    double mean, second, fourth; /* E f, E f^2, E f^4 */
    double slope2, slope4;       /* E f'^2, E f'^4 */
    double lift;                 /* E f f' u, which is d E f^2 / d log s, halved */
    double turn;                 /* E f'^2 (z^2 - 1) / 2, which is d E f'^2 / d log s, halved */
    double joint;                /* E f^2 f'^2 */
    double bend, turn_bend;      /* second derivatives by log q = 2 log s, of E f^2 and E f'^2 */
} alv_gaussian_moments;

/* s > 0. Overflow gives infinities, or NaN. */
void alv_gaussian_moments_of(alv_gaussian_moments *out, alv_act_spec act, double s);

/* E f(u) f(v) and E f'(u) f'(v) of u, v ~ N(0, s^2) with correlation c in (-1, 1), to about 1e-6.
 * slopes NULL: not asked, which saves half of the work. */
void alv_gaussian_product(double *values, double *slopes, alv_act_spec act, double s, double c);

#endif
