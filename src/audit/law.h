/* Can this tensor come from that law? Two tests of one measurement, and one p-value. */
#ifndef ALV_AUDIT_LAW_H
#define ALV_AUDIT_LAW_H

#include "audit/measure.h"

typedef struct alv_fit {
    double p;        /* of the whole test, 0 to 1 */
    double distance; /* largest difference of the cumulative distributions */
    double scale;    /* root mean square over that of the law */
} alv_fit;

/* Tests `law`, which is not fitted to the data, by
 *
 *   shape   Kolmogorov's distance at the edges of the bins (a lower bound of the distance)
 *   scale   the mean square, whose cube root is nearly normal (Wilson and Hilferty 1931)
 *
 * and a value outside the law's bounds, which settles it. p = min(1, 2 min(p_shape, p_scale)), so
 * that a true law has p < a with probability at most a. The frameworks draw 16-bit values from 8 or
 * 11 random bits; for the narrow types, laws that differ from this one by no more than that count
 * as this one. For a `fitted` law p is an upper bound. */
alv_fit alv_law_fit(const alv_moments *m, const alv_bins *bins, alv_dtype dtype,
                    const alv_dist *law);

#endif
