/* The error function, its complement and inverse, and the standard normal distribution.
 *
 * erf x = x P(x^2) on |x| < 1. For larger x, erfc x = exp(-x^2) H(t) / (1 + 2 x) with
 * t = (x - 4) / (x + 4): the scaled complement exp(x^2) erfc x (1 + 2 x) runs smoothly from 1 to
 * 2 / sqrt(pi), so that one polynomial serves [1/2, 28] (the idea of Shepherd and Laframboise 1981,
 * with our own fit). x^2 is carried as a pair, or its rounding would cost 700 ulp in the tail. */
#include "math/math.h"
#include "math/pair.h"

/* erf(x) / x in x^2 on [0, 1], highest first; 1.5e-19 (tools/fit_polynomials.py, table erf). */
static const double erf_table[] = {
    0x1.05ffd737fb32ep-34, -0x1.389d4f2641625p-30, 0x1.f7b4bf3b13964p-27, -0x1.5f1ecb6f0764cp-23,
    0x1.b9df224ca4b97p-20, -0x1.f4d1e3183f7aep-17, 0x1.f9a321d5b8e1ep-14, -0x1.c02db3dac435fp-11,
    0x1.565bcd0dbaa38p-8,  -0x1.b82ce31284e00p-6,  0x1.ce2f21a042b30p-4,  -0x1.812746b0379e6p-2,
    0x1.20dd750429b6dp+0,
};

/* exp(x^2) erfc(x) (1 + 2 x) in t = (x - 4) / (x + 4) on x in [1/2, 28], highest first; 7e-19
 * (tools/fit_polynomials.py, table erfc). */
static const double erfc_table[] = {
    0x1.0eff5654f9fd0p-29,  -0x1.4ba5c49bc26a7p-27, -0x1.3c396538d8d44p-26, 0x1.bb7be885c5a0bp-24,
    0x1.43dc50b7baccdp-24,  -0x1.b7f86449a0aa8p-21, 0x1.3abf792a3125dp-22,  0x1.7ef4d531cf830p-18,
    -0x1.788966f85ff88p-17, -0x1.9954dbbbdf343p-16, 0x1.3be055036ec36p-13,  -0x1.a1df44d0d357ap-13,
    -0x1.8d4a9b1376eaep-11, 0x1.49c672aa08182p-8,   -0x1.09623883f080cp-6,  0x1.3079edf61e7a1p-5,
    -0x1.0fb06dfe4e4f9p-4,  0x1.7fee004e14c37p-4,   -0x1.9ddb23c3e8e00p-4,  0x1.16ecefcfa52b5p-4,
    0x1.f7f5df66fd76dp-7,   -0x1.1df1ad154a28ep-3,  0x1.3ba5916e9fd7fp+0,
};

static double polynomial(const double *table, size_t n, double x)
{
    double p = table[0];
    for (size_t i = 1; i < n; i++) p = p * x + table[i];
    return p;
}

#define POLYNOMIAL(table, x) polynomial(table, sizeof(table) / sizeof *(table), x)

static double erf_small(double x)
{
    return x * POLYNOMIAL(erf_table, x * x);
}

/* exp(-(a + b)^2) for a >= 0 and |b| at most an ulp of a. */
static double gauss(double a, double b)
{
    alv_pair square = alv_pair_product(a, a);
    return alv_exp_sum(-square.high, -(square.low + 2 * a * b));
}

/* erfc(x + low) for x >= 1/2. */
static double erfc_large(double x, double low)
{
    if (x > 27.3) return 0;
    double t = (x - 4) / (x + 4);
    return gauss(x, low) * (POLYNOMIAL(erfc_table, t) / (1 + 2 * x));
}

double alv_erf(double x)
{
    if (x != x) return x;
    double a = alv_fabs(x);
    return a < 1 ? erf_small(x) : alv_copysign(a < 6 ? 1 - erfc_large(a, 0) : 1, x);
}

double alv_erfc(double x)
{
    if (x != x) return x;
    if (alv_fabs(x) < 0.5) return 1 - erf_small(x);
    return x > 0 ? erfc_large(x, 0) : 2 - erfc_large(-x, 0);
}

void alv_normal_sides(double *below, double *above, double x)
{
    /* x / sqrt(2) as a pair: its rounding matters to the exponential. */
    const alv_pair sqrt1_2 = {0x1.6a09e667f3bcdp-1, -0x1.bdd3413b26456p-55};
    const double size = alv_fabs(x);
    if (!(size >= 0.7)) { /* also NaN */
        const double half = 0.5 * erf_small(x * sqrt1_2.high);
        *below = 0.5 + half;
        *above = 0.5 - half;
        return;
    }
    alv_pair y = alv_pair_product(size, sqrt1_2.high);
    const double tail = size > 40 ? 0 : 0.5 * erfc_large(y.high, y.low + size * sqrt1_2.low);
    *below = x > 0 ? 1 - tail : tail;
    *above = x > 0 ? tail : 1 - tail;
}

double alv_normal_cdf(double x)
{
    double below, above;
    alv_normal_sides(&below, &above, x);
    return below;
}

double alv_normal_pdf(double x)
{
    if (x != x) return x;
    if (alv_fabs(x) > 40) return 0;
    alv_pair square = alv_pair_product(x, x);
    return ALV_1_SQRT_2PI * alv_exp_sum(-0.5 * square.high, -0.5 * square.low);
}
