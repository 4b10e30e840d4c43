/* The inverse of the normal distribution function, and of erf.
 *
 * Wichura's algorithm AS 241 (Applied Statistics 37, 1988, 477-484), PPND16: three rational
 * approximations, in 0.180625 - (p - 1/2)^2 near the middle and in sqrt(-log tail) elsewhere, good
 * to about 1e-16. The constants are those of the paper. */
#include "math/quantile.h"

#include "math/math.h"

static double ratio(const alv_rational *f, double x)
{
    double p = f->p[ALV_RATIONAL_TERMS - 1], q = f->q[ALV_RATIONAL_TERMS - 1];
    for (int i = ALV_RATIONAL_TERMS - 2; i >= 0; i--) {
        p = p * x + f->p[i];
        q = q * x + f->q[i];
    }
    return p / q;
}

/* The quantile from the signed distance q = p - 1/2 and the smaller tail. */
static double from_parts(double q, double tail)
{
    if (alv_fabs(q) <= 0.425) return q * ratio(&alv_quantile_middle, 0.180625 - q * q);
    double r = alv_sqrt(-alv_log(tail));
    double x = r <= 5 ? ratio(&alv_quantile_near, r - 1.6) : ratio(&alv_quantile_far, r - 5);
    return q < 0 ? -x : x;
}

double alv_normal_quantile(double p)
{
    if (!(p > 0 && p < 1)) {
        if (p == 0) return -ALV_INFINITY;
        return p == 1 ? ALV_INFINITY : ALV_NAN;
    }
    return from_parts(p - 0.5, p < 0.5 ? p : 1 - p);
}

double alv_erfinv(double x)
{
    if (!(alv_fabs(x) < 1)) return alv_fabs(x) == 1 ? x * ALV_INFINITY : ALV_NAN;
    return from_parts(x / 2, (1 - alv_fabs(x)) / 2) * ALV_SQRT1_2;
}
