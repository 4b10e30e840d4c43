/* Kolmogorov (1933) and Wilson-Hilferty, on binned data. */
#include "audit/law.h"

#include "base/base.h"
#include "math/math.h"

/* What a framework's own generator may be off in a type: of the cumulative, of the deviation.
 * PyTorch draws bf16 from 8 bits and f16 from 11 (normals then lack 0.7 % and 0.1 % of their
 * deviation); 8-bit types are rounded to 3 or 2 bits of mantissa. */
typedef struct tolerance {
    double cumulative, scale;
} tolerance;

static const tolerance tolerances[] = {[ALV_F32] = {0, 1e-6},
                                       [ALV_F64] = {0, 1e-6},
                                       [ALV_F16] = {0x1p-11, 0.002},
                                       [ALV_BF16] = {0x1p-8, 0.01},
                                       [ALV_F8_E4M3FN] = {0x1p-5, 0.03},
                                       [ALV_F8_E5M2] = {0x1p-4, 0.06}};

/* P(sup |F_n - F| >= d), Kolmogorov's series with Stephens's (1970) correction of n. */
static double kolmogorov(double d, double n)
{
    const double root = alv_sqrt(n), t = d * (root + 0.12 + 0.11 / root);
    double p = 0, sign = 2;
    if (t < 0.2) return 1;
    for (int k = 1; k <= 100; k++, sign = -sign) {
        const double term = alv_exp(-2 * t * t * k * k);
        p += sign * term;
        if (term < 1e-17) break;
    }
    return p < 0 ? 0 : p > 1 ? 1 : p;
}

static double distance(const alv_bins *bins, int64_t n, alv_dtype dtype, const alv_dist *law)
{
    const bool bounded = law->kind != ALV_DIST_NORMAL;
    int64_t below = 0;
    double most = 0;
    for (int bin = 0; bin < ALV_FINE_BINS - 1; bin++) {
        if (bins->count[bin] == 0 && bins->count[bin + 1] == 0) continue;
        below += bins->count[bin];
        const double edge = alv_bin_edge(bin, dtype), next = alv_bin_value(bin + 1);
        /* Values that would round beyond a bound are drawn back inside. */
        if (bounded && (next <= law->lo || (next > law->hi && bin >= ALV_FINE_BINS / 2))) continue;
        const double d = alv_fabs((double)below / (double)n - alv_dist_cdf(law, edge));
        most = d > most ? d : most;
    }
    return most;
}

/* E z^k of the standard normal between a and b, k = 1 to 4, by parts. */
static void cut_moments(double out[5], double a, double b)
{
    const double mass = alv_normal_cdf(b) - alv_normal_cdf(a);
    const double pa = alv_isfinite(a) ? alv_normal_pdf(a) : 0;
    const double pb = alv_isfinite(b) ? alv_normal_pdf(b) : 0;
    double ak = 1, bk = 1;
    out[0] = 1;
    for (int k = 1; k <= 4; k++) {
        const double edge = ((pb > 0 ? bk * pb : 0) - (pa > 0 ? ak * pa : 0)) / mass;
        out[k] = (k > 1 ? (k - 1) * out[k - 2] : 0) - edge;
        ak *= a;
        bk *= b;
    }
}

/* E x^2 and E x^4 of a law. */
static void even_moments(double *second, double *fourth, const alv_dist *law)
{
    double z[5] = {1, 0, 1, 0, 3}, mean = law->mean, std = law->std;
    if (law->kind == ALV_DIST_UNIFORM) {
        mean = (law->lo + law->hi) / 2;
        std = (law->hi - law->lo) / 2;
        z[2] = 1.0 / 3;
        z[4] = 1.0 / 5;
    } else if (law->kind == ALV_DIST_TRUNCATED_NORMAL) {
        cut_moments(z, (law->lo - mean) / std, (law->hi - mean) / std);
    }
    const double m2 = mean * mean, s2 = std * std;
    *second = m2 + 2 * mean * std * z[1] + s2 * z[2];
    *fourth = m2 * m2 + 4 * m2 * mean * std * z[1] + 6 * m2 * s2 * z[2] +
              4 * mean * s2 * std * z[3] + s2 * s2 * z[4];
}

/* Of the ratio of the mean square to the law's; beyond the tolerance on either side. */
static double scale_test(double ratio, double n, double second, double fourth, double slack)
{
    const double freedom = 2 * n / (fourth / (second * second) - 1), width = 2 / (9 * freedom);
    const double near = ratio > 1 ? alv_max(1, ratio * (1 - slack) * (1 - slack))
                                  : alv_min(1, ratio * (1 + slack) * (1 + slack));
    const double z = (alv_pow(near, 1.0 / 3) - (1 - width)) / alv_sqrt(width);
    return alv_erfc(alv_fabs(z) / alv_sqrt(2));
}

static bool leaves(const alv_moments *m, alv_dtype dtype, const alv_dist *law)
{
    if (law->kind != ALV_DIST_UNIFORM && law->kind != ALV_DIST_TRUNCATED_NORMAL) return false;
    const double slack = 1 + (dtype == ALV_F32 || dtype == ALV_F64 ? 1e-6 : 0x1p-7);
    return m->hi > law->hi * slack || m->lo < law->lo * slack;
}

alv_fit alv_law_fit(const alv_moments *m, const alv_bins *bins, alv_dtype dtype,
                    const alv_dist *law)
{
    const tolerance slack = tolerances[dtype];
    const double n = (double)m->n, mean_square = m->m2 / n + m->mean * m->mean;
    double second, fourth;
    even_moments(&second, &fourth, law);
    alv_fit fit = {.p = 0, .distance = 1, .scale = alv_sqrt(mean_square / second)};
    if (leaves(m, dtype, law) || !(second > 0)) return fit;
    const double p_scale = scale_test(mean_square / second, n, second, fourth, slack.scale);
    if (p_scale < 1e-30) return fit; /* no need to look at the shape */
    fit.distance = distance(bins, m->n, dtype, law);
    const double p_shape = kolmogorov(alv_max(0, fit.distance - slack.cumulative), n);
    fit.p = alv_min(1, 2 * alv_min(p_scale, p_shape));
    return fit;
}
