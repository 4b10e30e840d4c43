/* Density, cumulative, quantile and moments of the four families. */
#include "dist/dist.h"

#include "math/math.h"

bool alv_dist_is_constant(double *value, const alv_dist *dist)
{
    const bool uniform = dist->kind == ALV_DIST_UNIFORM;
    *value = uniform ? dist->lo : dist->mean;
    if (dist->kind == ALV_DIST_CONSTANT) return true;
    return uniform ? dist->lo == dist->hi : dist->std == 0;
}

/* The same distribution as one of four families that each can really occur. */
static alv_dist settled(const alv_dist *dist)
{
    double value;
    return alv_dist_is_constant(&value, dist) ? alv_dist_constant(value) : *dist;
}

/* x in parent deviations from the parent's mean. */
static double standard(const alv_dist *d, double x)
{
    return (x - d->mean) / d->std;
}

static double whole_mass(const alv_dist *d)
{
    return alv_normal_mass(standard(d, d->lo), standard(d, d->hi));
}

double alv_dist_pdf(const alv_dist *dist, double x)
{
    if (!dist || x != x) return ALV_NAN;
    alv_dist d = settled(dist);
    bool inside = d.lo <= x && x <= d.hi;
    switch (d.kind) {
    case ALV_DIST_CONSTANT:
        return x == d.mean ? ALV_INFINITY : 0;
    case ALV_DIST_UNIFORM:
        return inside ? 0.5 / (d.hi / 2 - d.lo / 2) : 0;
    case ALV_DIST_NORMAL:
        return alv_normal_pdf(standard(&d, x)) / d.std;
    case ALV_DIST_TRUNCATED_NORMAL:
        return inside ? alv_normal_pdf(standard(&d, x)) / d.std / whole_mass(&d) : 0;
    }
    return ALV_NAN;
}

double alv_dist_cdf(const alv_dist *dist, double x)
{
    if (!dist || x != x) return ALV_NAN;
    alv_dist d = settled(dist);
    switch (d.kind) {
    case ALV_DIST_CONSTANT:
        return x >= d.mean;
    case ALV_DIST_NORMAL:
        return alv_normal_cdf(standard(&d, x));
    case ALV_DIST_UNIFORM:
    case ALV_DIST_TRUNCATED_NORMAL:
        break;
    }
    if (x <= d.lo) return 0;
    if (x >= d.hi) return 1;
    if (d.kind == ALV_DIST_UNIFORM) return (x / 2 - d.lo / 2) / (d.hi / 2 - d.lo / 2);
    return alv_min(1, alv_normal_mass(standard(&d, d.lo), standard(&d, x)) / whole_mass(&d));
}

/* Where the distribution function of the parent, mixed from its values at the bounds, is p. Mixing
 * the two distribution functions, and the two complements, loses no digits in either tail; the
 * smaller of the two results is inverted. */
double alv_truncated_quantile(const alv_tails *t, double p, double q)
{
    double below = t->below_lo * q + t->below_hi * p, above = t->above_lo * q + t->above_hi * p;
    return below <= above ? alv_normal_quantile(below) : -alv_normal_quantile(above);
}

/* At two deviations, where nearly all truncations cut: what the rest of alv_dist_tails takes as
 * long for as a small fill (tests/unit/test_dist.c compares the bits). */
static const alv_tails USUAL_TAILS = {0x1.74bcf82c9d861p-6, 1 - 0x1.74bcf82c9d861p-6,
                                      1 - 0x1.74bcf82c9d861p-6, 0x1.74bcf82c9d861p-6};

void alv_dist_tails(alv_tails *t, const alv_dist *d)
{
    const double a = standard(d, d->lo), b = standard(d, d->hi);
    if (a == -2 && b == 2) {
        *t = USUAL_TAILS;
        return;
    }
    alv_normal_sides(&t->below_lo, &t->above_lo, a);
    if (a == -b)
        t->below_hi = t->above_lo, t->above_hi = t->below_lo;
    else
        alv_normal_sides(&t->below_hi, &t->above_hi, b);
}

double alv_dist_quantile(const alv_dist *dist, double p)
{
    if (!dist || !(p > 0 && p < 1)) return ALV_NAN;
    alv_dist d = settled(dist);
    switch (d.kind) {
    case ALV_DIST_CONSTANT:
        return d.mean;
    case ALV_DIST_UNIFORM:
        return alv_min(alv_max(d.lo * (1 - p) + d.hi * p, d.lo), d.hi);
    case ALV_DIST_NORMAL:
        return d.mean + d.std * alv_normal_quantile(p);
    case ALV_DIST_TRUNCATED_NORMAL:
        break;
    }
    alv_tails t;
    alv_dist_tails(&t, &d);
    double x = d.mean + d.std * alv_truncated_quantile(&t, p, 1 - p);
    return alv_min(alv_max(x, d.lo), d.hi);
}

double alv_dist_mean(const alv_dist *dist)
{
    if (!dist) return ALV_NAN;
    alv_dist d = settled(dist);
    if (d.kind == ALV_DIST_UNIFORM) return d.lo / 2 + d.hi / 2;
    if (d.kind != ALV_DIST_TRUNCATED_NORMAL) return d.mean;
    return d.mean + d.std * alv_truncated_moments(standard(&d, d.lo), standard(&d, d.hi)).mean;
}

double alv_dist_variance(const alv_dist *dist)
{
    if (!dist) return ALV_NAN;
    alv_dist d = settled(dist);
    double half = d.hi / 2 - d.lo / 2;
    switch (d.kind) {
    case ALV_DIST_CONSTANT:
        return 0;
    case ALV_DIST_UNIFORM:
        return half * half / 3;
    case ALV_DIST_NORMAL:
        return d.std * d.std;
    case ALV_DIST_TRUNCATED_NORMAL:
        break;
    }
    return d.std * d.std * alv_truncated_moments(standard(&d, d.lo), standard(&d, d.hi)).variance;
}
