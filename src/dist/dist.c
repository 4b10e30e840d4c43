/* The four families: constructors, names, and what makes one valid. */
#include "dist/dist.h"

#include "base/base.h"
#include "math/math.h"

static const struct {
    const char *name;
    size_t size;
    double most;
} dtypes[] = {
    [ALV_F32] = {"f32", 4, FLT_MAX},         [ALV_F64] = {"f64", 8, DBL_MAX},
    [ALV_F16] = {"f16", 2, 65504},           [ALV_BF16] = {"bf16", 2, 0x1.fep127},
    [ALV_F8_E4M3FN] = {"f8_e4m3fn", 1, 448}, [ALV_F8_E5M2] = {"f8_e5m2", 1, 57344},
};

static const char *const kinds[] = {
    [ALV_DIST_CONSTANT] = "constant",
    [ALV_DIST_UNIFORM] = "uniform",
    [ALV_DIST_NORMAL] = "normal",
    [ALV_DIST_TRUNCATED_NORMAL] = "truncated normal",
};

size_t alv_dtype_size(alv_dtype dtype)
{
    return (unsigned)dtype < ALV_COUNT(dtypes) ? dtypes[dtype].size : 0;
}

const char *alv_dtype_name(alv_dtype dtype)
{
    return (unsigned)dtype < ALV_COUNT(dtypes) ? dtypes[dtype].name : NULL;
}

double alv_dtype_max(alv_dtype dtype)
{
    return (unsigned)dtype < ALV_COUNT(dtypes) ? dtypes[dtype].most : 0;
}

const char *alv_dist_name(alv_dist_kind kind)
{
    return (unsigned)kind < ALV_COUNT(kinds) ? kinds[kind] : NULL;
}

alv_dist alv_dist_constant(double value)
{
    return (alv_dist){.kind = ALV_DIST_CONSTANT, .mean = value};
}

alv_dist alv_dist_uniform(double lo, double hi)
{
    return (alv_dist){.kind = ALV_DIST_UNIFORM, .lo = lo, .hi = hi};
}

alv_dist alv_dist_normal(double mean, double std)
{
    return (alv_dist){.kind = ALV_DIST_NORMAL, .mean = mean, .std = std};
}

alv_dist alv_dist_truncated(double mean, double std, double lo, double hi)
{
    return (alv_dist){ALV_DIST_TRUNCATED_NORMAL, mean, std, lo, hi};
}

/* Of the standard normal truncated at two deviations, as nearly all are: 240 exponentials, done
 * once; alv_truncated_moments(-2, 2) (tests/unit/test_dist.c compares the bits). */
static const double USUAL_VARIANCE = 0x1.8c27d1f49f669p-1;

alv_dist alv_dist_truncated_to_std(double mean, double std, double a, double b)
{
    const bool usual = a == -2 && b == 2;
    const double variance = usual ? USUAL_VARIANCE : alv_truncated_moments(a, b).variance;
    double parent = std / alv_sqrt(variance);
    return alv_dist_truncated(mean, parent, mean + a * parent, mean + b * parent);
}

static alv_status check_std(const alv_dist *d, alv_error *error)
{
    if (!alv_isfinite(d->mean))
        return alv_fail(error, ALV_ERR_ARGUMENT, "mean", "the mean must be finite, not %g",
                        d->mean);
    if (!alv_isfinite(d->std) || d->std < 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "std",
                        "the standard deviation must be finite and not negative, not %g", d->std);
    return ALV_OK;
}

static alv_status check_bounds(const alv_dist *d, alv_error *error)
{
    if (!alv_isfinite(d->lo) || !alv_isfinite(d->hi) || d->lo > d->hi)
        return alv_fail(error, ALV_ERR_ARGUMENT, "lo",
                        "the bounds must be finite and in order, not %g and %g", d->lo, d->hi);
    return ALV_OK;
}

/* True if the interval surely holds enough of the standard normal: it has a stretch of length 1 all
 * within 21 of 0, where the density is above 1e-97. Spares most fills the exact mass. */
static bool holds_much(double a, double b)
{
    return b - a >= 1 && a <= 20 && b >= -20;
}

static alv_status check_truncation(const alv_dist *d, alv_error *error)
{
    ALV_TRY(check_std(d, error));
    ALV_TRY(check_bounds(d, error));
    const double a = (d->lo - d->mean) / d->std, b = (d->hi - d->mean) / d->std;
    if (d->std > 0 && holds_much(a, b)) return ALV_OK;
    double mass = d->std > 0 ? alv_normal_mass(a, b) : d->lo <= d->mean && d->mean <= d->hi;
    if (!(mass >= 1e-290))
        return alv_fail(error, ALV_ERR_RANGE, "lo",
                        "[%g, %g] holds almost nothing of the normal with mean %g and std %g",
                        d->lo, d->hi, d->mean, d->std);
    return ALV_OK;
}

alv_status alv_dist_check(const alv_dist *dist, alv_error *error)
{
    if (!dist) return alv_fail(error, ALV_ERR_ARGUMENT, "dist", "no distribution given");
    switch (dist->kind) {
    case ALV_DIST_CONSTANT:
        if (alv_isfinite(dist->mean)) return ALV_OK;
        return alv_fail(error, ALV_ERR_ARGUMENT, "value", "the constant must be finite, not %g",
                        dist->mean);
    case ALV_DIST_UNIFORM:
        return check_bounds(dist, error);
    case ALV_DIST_NORMAL:
        return check_std(dist, error);
    case ALV_DIST_TRUNCATED_NORMAL:
        return check_truncation(dist, error);
    }
    return alv_fail(error, ALV_ERR_ARGUMENT, "dist", "there is no distribution of kind %d",
                    (int)dist->kind);
}
