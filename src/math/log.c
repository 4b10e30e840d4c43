/* Logarithms, and powers by a logarithm in pairs.
 *
 * x = 2^k m with m in [sqrt(1/2), sqrt(2)). With f = m - 1 and s = f / (2 + f),
 *     log m = 2 artanh s = 2 s + 2 s^3 / 3 + 2 s^5 / 5 + ...,   |s| <= 0.172,
 * and since 2 s = f - s f the sum is f - s (f - R), R = 2 s^2 / 3 + 2 s^4 / 5 + ...: the leading
 * term f is exact. The series stops at s^23; what follows is below 1e-19 of the result. */
#include "math/math.h"
#include "math/pair.h"

static const double LN2_HIGH = 0x1.62e42feep-1; /* ln 2 to 32 bits */
static const double LN2_LOW = 0x1.a39ef35793c76p-33;
static const double LN2_LOWEST = 0x1.cc01f97b57a08p-87;

enum { TERMS = 11 };

/* 2/(2n+1) for n = 11 .. 1, highest first. */
static const double series[TERMS] = {
    2.0 / 23, 2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13,
    2.0 / 11, 2.0 / 9,  2.0 / 7,  2.0 / 5,  2.0 / 3,
};

/* The first `terms` entries of series as a polynomial in z. */
static double artanh_tail(double z, int terms)
{
    double p = series[0];
    for (int i = 1; i < terms; i++) p = p * z + series[i];
    return p;
}

/* x = 2^k m, m in [sqrt(1/2), sqrt(2)), for positive finite x. */
static double split(double x, int *k)
{
    double m = alv_frexp(x, k);
    if (m < ALV_SQRT1_2) {
        m *= 2;
        *k -= 1;
    }
    return m;
}

/* log(2^k (1 + f)) + c for a small correction c. */
static double log_of(int k, double f, double c)
{
    double s = f / (2 + f), z = s * s;
    double r = z * artanh_tail(z, TERMS);
    if (k == 0) return f - (s * (f - r) - c);
    return k * LN2_HIGH - ((s * (f - r) - (k * LN2_LOW + c)) - f);
}

double alv_log(double x)
{
    if (!(x > 0)) return x == 0 ? -ALV_INFINITY : ALV_NAN;
    if (x > DBL_MAX) return x;
    int k;
    double m = split(x, &k);
    return log_of(k, m - 1, 0);
}

double alv_log1p(double x)
{
    if (!(x > -1)) return x == -1 ? -ALV_INFINITY : ALV_NAN;
    if (alv_fabs(x) < 0x1p-54 || x > DBL_MAX) return x;
    if (x > -0.29 && x < 0.41) return log_of(0, x, 0);
    /* What 1 + x rounds away comes back as a first-order correction. */
    double u = 1 + x, lost = x < 1 ? x - (u - 1) : 1 - (u - x);
    int k;
    double m = split(u, &k);
    return log_of(k, m - 1, lost / u);
}

/* log x to about 2^-66 relative: s and the first two terms of the series in pairs. */
static alv_pair log_pair(double x)
{
    int k;
    double f = split(x, &k) - 1;
    alv_pair d = alv_pair_sum(2, f);
    double q = f / d.high;
    alv_pair back = alv_pair_product(q, d.high);
    alv_pair s = alv_pair_fast_sum(q, (((f - back.high) - back.low) - q * d.low) / d.high);
    alv_pair z = alv_pair_mul(s, s);
    const alv_pair third = {0x1.5555555555555p-1, 0x1.5555555555555p-55};  /* 2/3 */
    const alv_pair fifth = {0x1.999999999999ap-2, -0x1.999999999999ap-56}; /* 2/5 */
    double rest = z.high * artanh_tail(z.high, TERMS - 2);
    alv_pair p = alv_pair_mul(
        z, alv_pair_add(third, alv_pair_mul(z, alv_pair_add(fifth, (alv_pair){rest, 0}))));
    alv_pair m = alv_pair_mul(s, alv_pair_add((alv_pair){2, 0}, p));
    alv_pair low = alv_pair_product(k, LN2_LOW);
    low.low += k * LN2_LOWEST;
    return alv_pair_add((alv_pair){k * LN2_HIGH, 0}, alv_pair_add(low, m));
}

double alv_log2(double x)
{
    if (!(x > 0)) return x == 0 ? -ALV_INFINITY : ALV_NAN;
    if (x > DBL_MAX) return x;
    int k;
    double m = split(x, &k);
    return k + log_of(0, m - 1, 0) / ALV_LN2;
}

double alv_log10(double x)
{
    if (!(x > 0)) return x == 0 ? -ALV_INFINITY : ALV_NAN;
    if (x > DBL_MAX) return x;
    const alv_pair per_ln10 = {0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57};
    return alv_pair_mul(log_pair(x), per_ln10).high;
}

static bool is_integer(double y)
{
    return alv_floor(y) == y;
}

static bool is_odd(double y)
{
    return alv_fabs(y) < 0x1p53 && is_integer(y) && !is_integer(y / 2);
}

/* x^y where one of them is zero, infinite or NaN (C11, annex F.10.4.4). */
static double pow_special(double x, double y)
{
    if (y == 0 || x == 1) return 1;
    if (x != x || y != y) return ALV_NAN;
    double a = alv_fabs(x);
    if (alv_fabs(y) > DBL_MAX) {
        if (a == 1) return 1;
        return (a > 1) == (y > 0) ? ALV_INFINITY : 0;
    }
    double result = (a == 0) == (y > 0) ? 0 : ALV_INFINITY;
    return is_odd(y) ? alv_copysign(result, x) : result;
}

double alv_pow(double x, double y)
{
    if (x == 0 || !alv_isfinite(x) || !alv_isfinite(y) || y == 0) return pow_special(x, y);
    if (x < 0 && !is_integer(y)) return ALV_NAN;
    /* Beyond 2^64 every x but 1 overflows or vanishes; staying below keeps the products exact. */
    double bounded = alv_min(alv_max(y, -0x1p64), 0x1p64);
    alv_pair e = alv_pair_mul(log_pair(alv_fabs(x)), (alv_pair){bounded, 0});
    double result = alv_exp_sum(e.high, e.low);
    return x < 0 && is_odd(y) ? -result : result;
}
