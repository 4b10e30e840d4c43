/* Statistics over seeds: medians, quartiles, a bootstrap interval of a paired difference. */
#include "lab/stats.h"

#include <math.h>

#include "base/base.h"
#include "stream/rng.h"

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void alv_stats_sort(double *values, int n, double missing)
{
    for (int i = 0; i < n; i++)
        if (isnan(values[i])) values[i] = missing;
    qsort(values, (size_t)n, sizeof *values, compare_doubles);
}

double alv_stats_quantile(const double *sorted, int n, double p)
{
    if (n < 1) return NAN;
    double at = p * (n - 1);
    int below = (int)floor(at);
    if (below >= n - 1) return sorted[n - 1];
    double share = at - below, lo = sorted[below], hi = sorted[below + 1];
    if (share == 0 || lo == hi) return lo; /* also where both are the same infinity */
    if (isinf(lo) && isinf(hi)) return NAN;
    return lo + share * (hi - lo);
}

alv_quartiles alv_stats_quartiles(double *values, int n, double missing)
{
    alv_quartiles out = {.n = n};
    alv_stats_sort(values, n, missing);
    for (int i = 0; i < n; i++) out.failed += !isfinite(values[i]);
    out.median = alv_stats_quantile(values, n, 0.5);
    out.q1 = alv_stats_quantile(values, n, 0.25);
    out.q3 = alv_stats_quantile(values, n, 0.75);
    return out;
}

static double difference(double a, double b)
{
    a = isnan(a) ? INFINITY : a;
    b = isnan(b) ? INFINITY : b;
    return a == b ? 0 : a - b;
}

alv_status alv_stats_paired(alv_interval *out, const double *a, const double *b, int n,
                            uint64_t seed, alv_error *error)
{
    *out = (alv_interval){NAN, NAN, NAN, 0.95, n};
    if (n < 1) return ALV_OK;
    double *pairs = alv_new_array((size_t)n, sizeof *pairs);
    double *draw = alv_new_array((size_t)n, sizeof *draw);
    double *medians = alv_new_array(ALV_BOOTSTRAP_RESAMPLES, sizeof *medians);
    bool fine = pairs && draw && medians;
    alv_rng rng = alv_rng_make(seed, "bootstrap");
    for (int i = 0; fine && i < n; i++) draw[i] = pairs[i] = difference(a[i], b[i]);
    if (fine) {
        alv_stats_sort(draw, n, INFINITY);
        out->median = alv_stats_quantile(draw, n, 0.5);
    }
    for (int r = 0; fine && n > 1 && r < ALV_BOOTSTRAP_RESAMPLES; r++) {
        for (int i = 0; i < n; i++) draw[i] = pairs[alv_rng_below(&rng, (uint64_t)n)];
        alv_stats_sort(draw, n, INFINITY);
        medians[r] = alv_stats_quantile(draw, n, 0.5);
    }
    if (fine && n > 1) {
        alv_stats_sort(medians, ALV_BOOTSTRAP_RESAMPLES, INFINITY);
        out->lo = alv_stats_quantile(medians, ALV_BOOTSTRAP_RESAMPLES, (1 - out->confidence) / 2);
        out->hi = alv_stats_quantile(medians, ALV_BOOTSTRAP_RESAMPLES, (1 + out->confidence) / 2);
    }
    free(pairs);
    free(draw);
    free(medians);
    return fine ? ALV_OK : alv_fail(error, ALV_ERR_MEMORY, "bootstrap", "out of memory");
}
