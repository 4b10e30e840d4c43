/* Elementary functions of floats, written so that compilers vectorize loops over them.
 *
 * Each is a straight line of + - * / , integer operations on the bits and selections by comparison;
 * no branch, no table, no call. So a plain loop becomes vector code for whatever instruction set it
 * is compiled for, and every element gets the same bits as the scalar code. Errors are in units in
 * the last place of float (ulp), measured over all floats of the stated domain by
 * tests/unit/test_mathf.c. Polynomials are near-minimax fits (tools/fit_polynomials.py). */
#ifndef ALV_MATHF_H
#define ALV_MATHF_H

#include "base/libc.h"

static inline uint32_t alv_bitsf(float x)
{
    uint32_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float alv_from_bitsf(uint32_t bits)
{
    float x;
    __builtin_memcpy(&x, &bits, sizeof x);
    return x;
}

static inline float alv_absf(float x)
{
    return alv_from_bitsf(alv_bitsf(x) & 0x7fffffff);
}

/* |x| with the sign of `sign`. */
static inline float alv_copysignf(float x, float sign)
{
    return alv_from_bitsf((alv_bitsf(x) & 0x7fffffff) | (alv_bitsf(sign) & 0x80000000));
}

/* The smaller and the larger; a NaN in x stays. */
static inline float alv_minf(float x, float bound)
{
    return x > bound ? bound : x;
}

static inline float alv_maxf(float x, float bound)
{
    return x < bound ? bound : x;
}

/* min(|x|, bound); a NaN becomes bound. Integers compare as floats do, and become an instruction
 * where a float comparison may tempt the compiler to split the loop into branches. */
static inline float alv_abs_minf(float x, float bound)
{
    int32_t a = (int32_t)(alv_bitsf(x) & 0x7fffffff), b = (int32_t)alv_bitsf(bound);
    return alv_from_bitsf((uint32_t)(a < b ? a : b));
}

/* 2^k for k in [-126, 127]. */
static inline float alv_exp2if(int32_t k)
{
    return alv_from_bitsf((uint32_t)(k + 127) << 23);
}

/* x + low = k ln 2 + r, |r| <= ln 2 / 2: returns e^r - 1 and *k, for -104 <= x <= 89. ln 2 is taken
 * off in two parts, the first of 12 bits so that k times it is exact. */
static inline float alv_exp_reducef(int32_t *k, float x, float low)
{
    const float magic = 0x1.8p23f; /* adding it leaves the nearest integer in the low bits */
    float shifted = x * 0x1.715476p0f + magic, n = shifted - magic;
    *k = (int32_t)(alv_bitsf(shifted) - alv_bitsf(magic));
    float r = ((x - n * 0x1.62ep-1f) - n * 0x1.0bfbe8p-15f) + low;
    float p = 0x1.6d1606p-10f;
    p = p * r + 0x1.12106cp-7f;
    p = p * r + 0x1.555516p-5f;
    p = p * r + 0x1.5554d8p-3f;
    p = p * r + 0.5f;
    return r + r * r * p;
}

/* e^(x + low) for -104 <= x <= 89 and a small correction low. */
static inline float alv_exp_boundedf(float x, float low)
{
    int32_t k;
    float p = alv_exp_reducef(&k, x, low);
    int32_t half = k >> 1; /* two factors, since 2^k alone may not be a float */
    return (1 + p) * alv_exp2if(half) * alv_exp2if(k - half);
}

/* 1.1 ulp; 0 below -104, infinite above 88.73. */
static inline float alv_expf(float x)
{
    return alv_exp_boundedf(alv_minf(alv_maxf(x, -104.0f), 89.0f), 0);
}

/* e^x - 1, 2 ulp: 2^k (p + 1) - 1 as 2^k p + (2^k - 1), whose parts are exact or small. */
static inline float alv_expm1f(float x)
{
    int32_t k;
    float p = alv_exp_reducef(&k, alv_minf(alv_maxf(x, -40.0f), 89.0f), 0);
    float scale = alv_exp2if(k - 1); /* half of 2^k, which may overflow */
    return 2 * (scale * p + (scale - 0.5f));
}

/* log x for a positive normal x, 1 ulp. x = 2^k (1 + f), f in [sqrt(1/2), sqrt(2)) - 1, and
 * log(1 + f) = f - f^2 / 2 + f^3 P(f). */
static inline float alv_log_normalf(float x)
{
    uint32_t bits = alv_bitsf(x), offset = bits - 0x3f3504f3; /* sqrt(1/2) */
    int32_t k = (int32_t)offset >> 23;
    float f = alv_from_bitsf((offset & 0x7fffff) + 0x3f3504f3) - 1, n = (float)k;
    float p = 0x1.1d8ea6p-4f;
    p = p * f - 0x1.d635bcp-4f;
    p = p * f + 0x1.dea282p-4f;
    p = p * f - 0x1.fcf4c6p-4f;
    p = p * f + 0x1.23d21ap-3f;
    p = p * f - 0x1.555b4ap-3f;
    p = p * f + 0x1.999d5ap-3f;
    p = p * f - 0x1.fffffcp-3f;
    p = p * f + 0x1.555554p-2f;
    float z = f * f;
    return n * 0x1.62e4p-1f + (f + (n * 0x1.7f7d1cp-20f - (0.5f * z - z * f * p)));
}

/* Natural logarithm, 1 ulp; -inf at 0, NaN below. */
static inline float alv_logf(float x)
{
    bool subnormal = x < 0x1p-126f;
    float y = alv_log_normalf(subnormal ? x * 0x1p24f : x);
    y = subnormal ? y - 0x1.0a2b24p4f : y; /* 24 log 2 */
    y = x > 0x1.fffffep127f ? x : y;
    y = x == 0 ? -__builtin_inff() : y;
    return x >= 0 ? y : __builtin_nanf("");
}

/* log(1 + u) for u in [0, 1], 2 ulp. */
static inline float alv_log1p_unitf(float u)
{
    float p = 0x1.6f3782p-9f;
    p = p * u - 0x1.198c0ap-6f;
    p = p * u + 0x1.93f282p-5f;
    p = p * u - 0x1.7659b4p-4f;
    p = p * u + 0x1.0aec5ep-3f;
    p = p * u - 0x1.4f2888p-3f;
    p = p * u + 0x1.98b6a0p-3f;
    p = p * u - 0x1.ffef04p-3f;
    p = p * u + 0x1.555514p-2f;
    p = p * u - 0.5f;
    return u + u * u * p;
}

/* 3 ulp: (1 - e^-2a) / (1 + e^-2a), a = |x|; 1 from 10 on. */
static inline float alv_tanhf(float x)
{
    float t = alv_expm1f(-2 * alv_minf(alv_absf(x), 10.0f));
    return alv_copysignf(-t / (t + 2), x);
}

/* 1 / (1 + e^-x), 3 ulp; 0 below -88. */
static inline float alv_sigmoidf(float x)
{
    return 1 / (1 + alv_expf(-alv_maxf(x, -88.0f))) * (x < -88.0f ? 0.0f : 1.0f);
}

/* erf on |x| <= 1. */
static inline float alv_erf_smallf(float x)
{
    float z = x * x;
    float p = 0x1.4a5690p-14f;
    p = p * z - 0x1.a45088p-11f;
    p = p * z + 0x1.541270p-8f;
    p = p * z - 0x1.b7fabap-6f;
    p = p * z + 0x1.ce2d10p-4f;
    p = p * z - 0x1.81273ep-2f;
    p = p * z + 0x1.06eba8p-3f; /* 2 / sqrt(pi) - 1 */
    return x + x * p;
}

/* exp(-scale x^2) for x >= 0 and scale x^2 <= 104. x^2 is carried in two parts, the first of them a
 * square of 12 bits, which is exact. */
static inline float alv_gaussf(float x, float scale)
{
    float head = alv_from_bitsf(alv_bitsf(x) & 0xfffff000);
    return alv_exp_boundedf(-scale * (head * head), scale * ((head - x) * (head + x)));
}

/* erfc(x) / exp(-x^2) on [1/2, 11] as H((x - 2) / (x + 2)) / (1 + 2 x). */
static inline float alv_erfc_scaledf(float x)
{
    float t = (x - 2) / (x + 2);
    float p = -0x1.0a4d70p-12f;
    p = p * t - 0x1.49fcfcp-10f;
    p = p * t + 0x1.33071cp-10f;
    p = p * t + 0x1.1b96d6p-7f;
    p = p * t - 0x1.0690e0p-7f;
    p = p * t - 0x1.bc1720p-5f;
    p = p * t + 0x1.4ff932p-3f;
    p = p * t - 0x1.540802p-3f;
    p = p * t - 0x1.7bf5e2p-4f;
    p = p * t + 0x1.46e80ep+0f;
    return p / (1 + 2 * x);
}

/* 2 ulp. Both formulas run, outside their domain with some result that is not taken; a NaN takes
 * the one that keeps it. */
static inline float alv_erff(float x)
{
    float a = alv_abs_minf(x, 10.1f);
    float far = 1 - alv_gaussf(a, 1) * alv_erfc_scaledf(a), near = alv_erf_smallf(alv_absf(x));
    return alv_copysignf(alv_absf(x) >= 1 ? far : near, x);
}

/* The standard normal distribution function, 5 ulp while the result is a normal float. */
static inline float alv_normal_cdff(float x)
{
    float a = alv_abs_minf(x, 14.4f);
    float tail = 0.5f * alv_gaussf(a, 0.5f) * alv_erfc_scaledf(a * 0x1.6a09e6p-1f);
    float far = x > 0 ? 1 - tail : tail, near = 0.5f + 0.5f * alv_erf_smallf(x * 0x1.6a09e6p-1f);
    return alv_absf(x) >= 0.7f ? far : near;
}

/* e^(-x^2 / 2) / sqrt(2 pi), 2 ulp. */
static inline float alv_normal_pdff(float x)
{
    float y = 0.3989422804f * alv_gaussf(alv_abs_minf(x, 14.4f), 0.5f);
    return x != x ? x : y;
}

/* sin and cos of y pi/4 for y in [-1, 1]; absolute error 6e-8, with the reduction 1.1e-7. */
static inline float alv_sin_octantf(float y)
{
    float z = y * y;
    float p = -0x1.2ee7bcp-15f;
    p = p * z + 0x1.4665e8p-9f;
    p = p * z - 0x1.4abbccp-4f;
    return y * 0x1.921fb6p-1f + y * z * p;
}

static inline float alv_cos_octantf(float y)
{
    float z = y * y;
    float p = 0x1.db6492p-19f;
    p = p * z - 0x1.55cb98p-12f;
    p = p * z + 0x1.03c1eap-6f;
    p = p * z - 0x1.3bd3ccp-2f;
    return 1 + z * p;
}

/* Sine and cosine of quadrant * 90 degrees + y * 45 degrees. */
static inline void alv_sincos_quadrantf(float *s, float *c, uint32_t quadrant, float y)
{
    float a = alv_sin_octantf(y), b = alv_cos_octantf(y);
    bool odd = quadrant & 1;
    float sine = odd ? b : a, cosine = odd ? a : b;
    *s = alv_from_bitsf(alv_bitsf(sine) ^ (quadrant & 2) << 30);
    *c = alv_from_bitsf(alv_bitsf(cosine) ^ ((quadrant + 1) & 2) << 30);
}

/* sin and cos of x in radians: absolute error below 1.5e-7 for |x| <= 2^22; the reduction is done
 * in double. Beyond 2^30 the result is some number in [-1, 1]; NaN for NaN and infinities. */
static inline void alv_sincosf(float *s, float *c, float x)
{
    const double magic = 0x1.8p52;
    double turns = (double)x * 0x1.45f306dc9c883p-1; /* quarter turns */
    double bounded = turns > 0x1p31 ? 0 : turns < -0x1p31 ? 0 : turns;
    double shifted = bounded + magic;
    uint64_t bits;
    __builtin_memcpy(&bits, &shifted, sizeof bits);
    float rest = (float)(2 * (bounded - (shifted - magic)));
    rest = x - x == 0 ? rest : __builtin_nanf("");
    alv_sincos_quadrantf(s, c, (uint32_t)bits & 3, rest);
}

static inline float alv_sinf(float x)
{
    float s, c;
    alv_sincosf(&s, &c, x);
    return s;
}

static inline float alv_cosf(float x)
{
    float s, c;
    alv_sincosf(&s, &c, x);
    return c;
}

#endif
