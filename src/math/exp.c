/* exp, expm1 and the hyperbolic functions.
 *
 * x = k ln 2 + r with k an integer and |r| <= ln 2 / 2; then e^x = 2^k e^r, and e^r - 1 is its
 * Taylor series to the 14th power, whose remainder (0.35^15 / 15! = 1e-19) is below a tenth of the
 * rounding error. ln 2 is subtracted in two parts (Cody and Waite 1980): the first has 32 bits, so
 * that k times it is exact. */
#include "math/math.h"

static const double LN2_HIGH = 0x1.62e42feep-1; /* ln 2 to 32 bits */
static const double LN2_LOW = 0x1.a39ef35793c76p-33;
static const double LOG2E = 0x1.71547652b82fep0;

/* 1/n! for n = 2 .. 14, highest first. */
static const double factorials[] = {
    1.0 / 87178291200, 1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800,
    1.0 / 362880,      1.0 / 40320,      1.0 / 5040,      1.0 / 720,      1.0 / 120,
    1.0 / 24,          1.0 / 6,          1.0 / 2,
};

double alv_frexp(double x, int *e)
{
    *e = 0;
    if (x == 0 || !alv_isfinite(x)) return x;
    int bias = 1022;
    if (alv_fabs(x) < 0x1p-1022) {
        x *= 0x1p60;
        bias += 60;
    }
    *e = (int)(alv_bits(x) >> 52 & 0x7ff) - bias;
    return alv_from_bits((alv_bits(x) & ~(0x7ffull << 52)) | (1022ull << 52));
}

double alv_ldexp(double x, int e)
{
    int exponent;
    double m = alv_frexp(x, &exponent);
    if (m == 0 || !alv_isfinite(m)) return x;
    int64_t total = (int64_t)exponent + e;
    if (total > 1024) return alv_copysign(ALV_INFINITY, x);
    if (total < -1080) return alv_copysign(0, x);
    if (total >= -1021) return alv_from_bits(alv_bits(m) + ((uint64_t)total << 52));
    /* Subnormal: one exact step down, then the only product that rounds. */
    return m * 0x1p-900 * alv_from_bits((uint64_t)(1023 + 900 + total) << 52);
}

/* Nearest integer for |x| < 2^51: adding 1.5 * 2^52 pushes the fraction out of the significand. */
static inline double nearest(double x)
{
    return (x + 0x1.8p52) - 0x1.8p52;
}

/* e^r - 1 for |r| <= 0.36. */
static double expm1_small(double r)
{
    double p = factorials[0];
    for (size_t i = 1; i < sizeof factorials / sizeof *factorials; i++) p = p * r + factorials[i];
    return r + r * r * p;
}

/* Splits x into k ln 2 + r. */
static double reduce(double x, int *k)
{
    double n = nearest(x * LOG2E);
    *k = (int)n;
    return (x - n * LN2_HIGH) - n * LN2_LOW;
}

double alv_exp_sum(double high, double low)
{
    if (high != high) return high;
    if (high > 710) return ALV_INFINITY;
    if (high < -746) return 0;
    int k;
    double r = reduce(high, &k) + low;
    return alv_ldexp(1 + expm1_small(r), k);
}

double alv_exp(double x)
{
    return alv_exp_sum(x, 0);
}

double alv_expm1(double x)
{
    if (alv_fabs(x) < 0.35) return expm1_small(x);
    if (!(x < 710)) return x != x ? x : ALV_INFINITY;
    if (x < -40) return -1;
    int k;
    double p = expm1_small(reduce(x, &k));
    /* e^x - 1 = 2^k (p + 1 - 2^-k); the difference is exact up to k = 53 and immaterial beyond. */
    double scaled = k > 60 ? 1 + p : p + (1 - alv_ldexp(1, -k));
    return alv_ldexp(scaled, k);
}

double alv_tanh(double x)
{
    if (x != x) return x;
    double a = alv_fabs(x), t = a < 22 ? alv_expm1(-2 * a) : -1;
    return alv_copysign(-t / (t + 2), x); /* (1 - e^-2a) / (1 + e^-2a) */
}

double alv_sinh(double x)
{
    double a = alv_fabs(x);
    if (a > 40) {
        double e = alv_exp(a / 2);
        return alv_copysign(e / 2 * e, x);
    }
    double t = alv_expm1(a);
    return alv_copysign((t + t / (t + 1)) / 2, x);
}

double alv_cosh(double x)
{
    double a = alv_fabs(x);
    double e = alv_exp(a / 2);
    return a > 40 ? e / 2 * e : (e * e + 1 / (e * e)) / 2;
}

double alv_round(double x)
{
    double a = alv_fabs(x);
    return a < 0x1p52 ? alv_copysign((a + 0x1p52) - 0x1p52, x) : x;
}

double alv_floor(double x)
{
    double n = alv_round(x);
    return n > x ? n - 1 : n;
}

double alv_ceil(double x)
{
    double n = alv_round(x);
    return n < x ? n + 1 : n;
}
