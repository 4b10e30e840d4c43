/* What the files of this room share: the standard normal on an interval. */
#ifndef ALV_DIST_INTERNAL_H
#define ALV_DIST_INTERNAL_H

#include <stdbool.h>

#include "alvor/dist.h"

/* P(a < Z < b) for a <= b, to about 1e-15 relative also in a narrow interval or far tail. */
double alv_normal_mass(double a, double b);

/* Mean and variance of the standard normal truncated to [a, b]; NaN unless a < b and some of
 * the interval is within 40 of 0. */
typedef struct alv_moments {
    double mean, variance;
} alv_moments;
alv_moments alv_truncated_moments(double a, double b);

/* The parent's mass below and above each bound of a truncated normal. */
typedef struct alv_tails {
    double below_lo, below_hi, above_lo, above_hi;
} alv_tails;
void alv_dist_tails(alv_tails *tails, const alv_dist *dist);

/* The standard normal's value at the fraction p of the mass between the bounds; q = 1 - p. */
double alv_truncated_quantile(const alv_tails *tails, double p, double q);

/* alv_dist_fill of a distribution that alv_dist_check and alv_dist_fits accept, of a slice within
 * [0, 2^62), to a place that is there. */
void alv_dist_draw(void *out, alv_dtype dtype, int64_t lo, int64_t hi, const alv_dist *dist,
                   alv_stream stream, const alv_kernels *kernels);

/* True if the distribution has no spread, whatever its family: all draws are *value. */
bool alv_dist_is_constant(double *value, const alv_dist *dist);

#endif
