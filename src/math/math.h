/* The project's own elementary functions: the same bits on every machine and compiler.
 *
 * Only + - * / sqrt (each correctly rounded by IEEE 754) and integer operations on the bits are
 * used, in an order that the source fixes and -ffp-contract=off keeps; libm is never called. Each
 * function states its largest error in units in the last place (ulp) as measured by
 * tests/unit/test_math.c against the C library's long double. NaN in gives NaN out; none sets
 * errno. Rounding is assumed to be to nearest, which is the default everywhere. */
#ifndef ALV_MATH_H
#define ALV_MATH_H

#include "base/libc.h"

#define ALV_PI 3.14159265358979323846
#define ALV_LN2 0.693147180559945309417
#define ALV_SQRT2 1.41421356237309504880
#define ALV_SQRT1_2 0.707106781186547524401    /* 1 / sqrt(2) */
#define ALV_1_SQRT_2PI 0.398942280401432677940 /* 1 / sqrt(2 pi): the normal density at 0 */
#define ALV_INFINITY ((double)__builtin_inff())
#define ALV_NAN ((double)__builtin_nanf(""))

/* The bits of a number, and back. */
static inline uint64_t alv_bits(double x)
{
    uint64_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double alv_from_bits(uint64_t bits)
{
    double x;
    __builtin_memcpy(&x, &bits, sizeof x);
    return x;
}

/* Exact. */
static inline double alv_fabs(double x)
{
    return alv_from_bits(alv_bits(x) & ~(1ull << 63));
}

static inline double alv_copysign(double x, double sign)
{
    return alv_from_bits((alv_bits(x) & ~(1ull << 63)) | (alv_bits(sign) & (1ull << 63)));
}

static inline bool alv_isnan(double x)
{
    return x != x;
}

static inline bool alv_isfinite(double x)
{
    return (alv_bits(x) >> 52 & 0x7ff) != 0x7ff;
}

static inline double alv_min(double a, double b)
{
    return a < b ? a : b;
}

static inline double alv_max(double a, double b)
{
    return a > b ? a : b;
}

/* Correctly rounded, by the processor's instruction; NaN below zero. */
static inline double alv_sqrt(double x)
{
    return __builtin_sqrt(x);
}

double alv_floor(double x);         /* exact: the largest integer <= x */
double alv_ceil(double x);          /* exact */
double alv_round(double x);         /* exact: nearest integer, ties to even */
double alv_ldexp(double x, int e);  /* x * 2^e, rounded once */
double alv_frexp(double x, int *e); /* exact: x = m * 2^e, m in [1/2, 1); 0 and non-finite: x, 0 */
double alv_exp(double x);           /* 1 ulp; 0 and inf beyond the range of doubles */
double alv_exp_sum(double a, double b); /* e^(a + b), |b| < 2^-20, 1 ulp of the unrounded sum */
double alv_expm1(double x);             /* e^x - 1 without cancellation, 2 ulp */
double alv_log(double x);               /* 1 ulp; -inf at 0, NaN below */
double alv_log1p(double x);             /* log(1 + x) without cancellation, 2 ulp */
double alv_log2(double x);              /* 2 ulp; exact at powers of two */
double alv_log10(double x);             /* 1 ulp */
double alv_pow(double x, double y);     /* 2 ulp; x < 0 needs an integer y, else NaN */
double alv_sin(double x);               /* 1 ulp for every finite x; NaN at infinity */
double alv_cos(double x);               /* 1 ulp for every finite x; NaN at infinity */
void alv_sincos(double *s, double *c, double x);
double alv_sinh(double x);            /* 3 ulp */
double alv_cosh(double x);            /* 4 ulp */
double alv_tanh(double x);            /* 3 ulp */
double alv_atan(double x);            /* 2 ulp */
double alv_atan2(double y, double x); /* 3 ulp, in [-pi, pi] */
double alv_erf(double x);             /* 2 ulp */
double alv_erfc(double x);            /* 1 - erf(x) without cancellation, 5 ulp */
double alv_erfinv(double x);          /* inverse of erf on (-1, 1); +-inf at +-1, NaN outside */
double alv_normal_cdf(double x);      /* P(Z <= x) of the standard normal, 5 ulp */
void alv_normal_sides(double *below, double *above, double x); /* cdf of x and of -x, at once */
double alv_normal_pdf(double x); /* exp(-x^2 / 2) / sqrt(2 pi), 3 ulp */
double
alv_normal_quantile(double p); /* x with normal_cdf(x) = p; p in (0, 1), 8 ulp, -+inf at 0, 1 */

/* Sum of f(x, context) * weights of an n-panel, 16-point Gauss-Legendre rule on [lo, hi]: exact for
 * polynomials of degree 31 on each of the equal panels. Calls f 16 * panels times, left to right.
 */
double alv_integrate(double (*f)(double x, const void *context), const void *context, double lo,
                     double hi, int panels);

/* The rule itself on [-1, 1]: its nodes in increasing order and their weights, whose sum is 2. */
enum { ALV_LEGENDRE_NODES = 16 };
void alv_legendre_rule(double x[ALV_LEGENDRE_NODES], double weight[ALV_LEGENDRE_NODES]);

#endif
