/* Statistics over seeds: medians, quartiles, a bootstrap interval of a paired difference.
 *
 * A trial that diverged is not dropped: it counts as +inf loss, so that a median over seeds never
 * becomes a median over survivors. */
#ifndef ALV_LAB_STATS_H
#define ALV_LAB_STATS_H

#include "alvor/error.h"
#include "base/libc.h"

/* Quartiles of n values; NaN where there is none, infinite where failures reach it. */
typedef struct alv_quartiles {
    double median, q1, q3;
    int n;      /* values */
    int failed; /* of them, not finite */
} alv_quartiles;

/* An interval of a median. NaN bounds where it cannot be had (n < 2). */
typedef struct alv_interval {
    double median, lo, hi;
    double confidence; /* 0.95 */
    int n;             /* pairs */
} alv_interval;

enum { ALV_BOOTSTRAP_RESAMPLES = 10000 };
#define ALV_BOOTSTRAP_METHOD "percentile bootstrap of the median paired difference"

/* Sorts with the infinities at the ends; NaN counts as `missing` (+inf or -inf). */
void alv_stats_sort(double *values, int n, double missing);
/* Quantile of sorted values, linear between order statistics (Hyndman and Fan 1996, type 7, the
 * default of R and NumPy). p in [0, 1]. Between a finite and an infinite value it is infinite. */
double alv_stats_quantile(const double *sorted, int n, double p);
/* Sorts values in place. */
alv_quartiles alv_stats_quartiles(double *values, int n, double missing);

/* The median of a[i] - b[i] and its percentile bootstrap interval (Efron 1979): resamples pairs
 * with replacement, takes the median of each resample, and reads the interval off their
 * quantiles. Deterministic: the resamples come from the stream (seed, "bootstrap"). A pair where a
 * alone is infinite differs by +inf, where b alone by -inf, where both do by zero. With few pairs
 * the interval can be no wider than their range, and is narrower than its name says.
 * ALV_ERR_MEMORY. */
alv_status alv_stats_paired(alv_interval *out, const double *a, const double *b, int n,
                            uint64_t seed, alv_error *error);

#endif
