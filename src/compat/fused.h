/* Fused multiply-add in software: a b + c rounded once, the same bits as the instruction's.
 *
 * The sum is found in twice the precision and rounded to odd (the neighbour whose last bit is 1,
 * unless it is exact), after which a second rounding does no harm (Boldo and Melquiond 2008, IEEE
 * Trans. Computers 57:462, theorem 3). No branches, so that loops become vector code. For finite
 * numbers whose products stay below 2^990 and, where inexact, above 2^-960. */
#ifndef ALV_COMPAT_FUSED_H
#define ALV_COMPAT_FUSED_H

#include "math/math.h"

/* The sum s of two doubles with what rounding took from it, exactly (Knuth). */
static inline double alv_two_sum(double *error, double a, double b)
{
    double s = a + b, t = s - a;
    *error = (a - (s - t)) + (b - t);
    return s;
}

/* s + error rounded to odd, for |error| up to half a unit of the last place of s. */
static inline double alv_to_odd(double s, double error)
{
    uint64_t bits = alv_bits(s), inexact = error != 0, away = (error > 0) == (s > 0);
    return alv_from_bits(bits + (inexact & ~bits & 1) * (2 * away - 1));
}

/* The product of floats, exact in double. On s390x the conversion is kept apart: Clang would take
 * MDEBR, which QEMU 7.2, where the checks run, gets wrong (it reads all of a register whose half
 * is the float). */
static inline double alv_product_of_floats(float a, float b)
{
    double wide = a;
#ifdef __s390x__
    __asm__("" : "+f"(wide));
#endif
    return wide * b;
}

static inline float alv_fmaf(float a, float b, float c)
{
    double error, s = alv_two_sum(&error, alv_product_of_floats(a, b), c);
    return (float)alv_to_odd(s, error);
}

/* a b = *low + the result, exactly (Dekker; the halves have 26 bits). */
static inline double alv_two_product(double *low, double a, double b)
{
    double p = a * b, x = a * 134217729.0, y = b * 134217729.0;
    double a1 = x - (x - a), b1 = y - (y - b), a2 = a - a1, b2 = b - b1;
    *low = ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2;
    return p;
}

static inline double alv_fma(double a, double b, double c)
{
    double ul, tl, vl, error;
    double uh = alv_two_product(&ul, a, b), th = alv_two_sum(&tl, c, ul);
    double vh = alv_two_sum(&vl, uh, th), z = alv_two_sum(&error, tl, vl);
    return vh + alv_to_odd(z, error);
}

#endif
