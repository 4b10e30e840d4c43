/* Sine, cosine and arctangent.
 *
 * x = k pi/2 + r with |r| <= pi/4: the quadrant k mod 4 picks sin r or cos r and the sign. Up to
 * 2^20 the multiple of pi/2 is subtracted in four parts of 33 bits (Cody and Waite 1980), each
 * product exact. Beyond, x is an integer times a power of two, and the fraction of x 2/pi is had by
 * multiplying that integer with only those bits of 2/pi that matter (Payne and Hanek 1983). Either
 * way r comes as a pair of doubles, so the result stays good next to the multiples of pi/2. */
#include "math/math.h"
#include "math/pair.h"

/* pi/2 in three parts of 33 bits and a rest. */
static const double parts[] = {0x1.921fb54400000p+0, 0x1.0b4611a600000p-34, 0x1.3198a2e000000p-69,
                               0x1.b839a252049c1p-104};
static const alv_pair HALF_PI = {0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54};
static const double TWO_BY_PI = 0x1.45f306dc9c883p-1;

/* The first 1248 bits of 2/pi, 32 to an entry. */
static const uint32_t two_by_pi[] = {
    0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561,
    0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e, 0xe88235f5, 0x2ebb4484,
    0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b, 0x1ff897ff, 0xde05980f,
    0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d, 0x7527bac7, 0xebe5f17b,
    0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08, 0x56033046, 0xfc7b6bab, 0xf0cfbc20,
};

/* 32 bits of 2/pi from bit `i` on; bit 1 weighs 1/2, the bits before it are zero. */
static uint32_t bits_of_two_by_pi(int i)
{
    int first = i - 1 + 64, word = first / 32 - 2, shift = first % 32;
    uint64_t high = word >= 0 ? two_by_pi[word] : 0, low = word >= -1 ? two_by_pi[word + 1] : 0;
    return (uint32_t)((high << 32 | low) << shift >> 32);
}

enum { LIMBS = 6 };

/* The quadrant of |x| >= 2^20, and *r = the rest, for x = m 2^e with m of 53 bits. */
static int reduce_large(alv_pair *r, uint64_t m, int e)
{
    /* 192 bits of 2/pi from the one that weighs 2^(1-e) on: all before give multiples of 4. */
    uint32_t product[LIMBS] = {0}; /* lowest first; 2 bits of quadrant, 190 of fraction */
    for (int half = 0; half < 2; half++) {
        uint64_t factor = half ? m >> 32 : m & 0xffffffff, carry = 0;
        for (int j = 0; j + half < LIMBS; j++) {
            uint64_t bits = bits_of_two_by_pi(e - 1 + 32 * (LIMBS - 1 - j));
            uint64_t t = factor * bits + product[j + half] + carry;
            product[j + half] = (uint32_t)t;
            carry = t >> 32;
        }
    }
    int quadrant = (int)(product[LIMBS - 1] >> 30);
    bool above = product[LIMBS - 1] >> 29 & 1; /* fraction >= 1/2: take it from the next quadrant */
    alv_pair fraction = {0, 0};
    for (int j = 0; j < LIMBS; j++) {
        uint32_t limb = above ? ~product[j] : product[j];
        if (j == LIMBS - 1) limb &= 0x3fffffff;
        double weight = alv_from_bits((uint64_t)(1023 - 190 + 32 * j) << 52);
        fraction = alv_pair_add((alv_pair){limb * weight, 0}, fraction);
    }
    *r = alv_pair_mul(fraction, HALF_PI);
    if (above) *r = (alv_pair){-r->high, -r->low};
    return quadrant + above;
}

/* x = quadrant * pi/2 + r modulo 2 pi. */
static int reduce(alv_pair *r, double x)
{
    double a = alv_fabs(x);
    int quadrant;
    if (a < 0x1p20) {
        double k = (a * TWO_BY_PI + 0x1.8p52) - 0x1.8p52;
        *r = alv_pair_sum(a - k * parts[0], -k * parts[1]);
        *r = alv_pair_add(*r, (alv_pair){-k * parts[2], -k * parts[3]});
        quadrant = (int)k;
    } else {
        uint64_t bits = alv_bits(a);
        quadrant =
            reduce_large(r, (bits & ((1ull << 52) - 1)) | 1ull << 52, (int)(bits >> 52) - 1075);
    }
    if (x < 0) {
        *r = (alv_pair){-r->high, -r->low};
        quadrant = -quadrant;
    }
    return quadrant & 3;
}

/* Taylor series on [-pi/4, pi/4]: the first term left out is below 1e-19. */
static double sin_small(double x, double low)
{
    double z = x * x;
    double p = 1.0 / 355687428096000;
    p = p * z - 1.0 / 1307674368000;
    p = p * z + 1.0 / 6227020800;
    p = p * z - 1.0 / 39916800;
    p = p * z + 1.0 / 362880;
    p = p * z - 1.0 / 5040;
    p = p * z + 1.0 / 120;
    p = p * z - 1.0 / 6;
    return x + (x * z * p + low * (1 - z / 2));
}

static double cos_small(double x, double low)
{
    double z = x * x;
    double p = 1.0 / 20922789888000 - z * (1.0 / 6402373705728000);
    p = p * z - 1.0 / 87178291200;
    p = p * z + 1.0 / 479001600;
    p = p * z - 1.0 / 3628800;
    p = p * z + 1.0 / 40320;
    p = p * z - 1.0 / 720;
    p = p * z + 1.0 / 24;
    double half = z / 2, w = 1 - half;
    return w + (((1 - w) - half) + (z * z * p - x * low));
}

/* sin(x + shift pi/2). */
static double sin_of(double x, int shift)
{
    if (!alv_isfinite(x)) return ALV_NAN;
    if (x == 0 && shift == 0) return x;
    alv_pair r;
    int quadrant = reduce(&r, x) + shift;
    double value = quadrant & 1 ? cos_small(r.high, r.low) : sin_small(r.high, r.low);
    return quadrant & 2 ? -value : value;
}

double alv_sin(double x)
{
    return sin_of(x, 0);
}

double alv_cos(double x)
{
    return sin_of(x, 1);
}

void alv_sincos(double *s, double *c, double x)
{
    *s = alv_sin(x);
    *c = alv_cos(x);
}

/* (atan(x) / x - 1) / x^2 in z = x^2 on |x| <= sqrt(2) - 1, highest first; 1e-18
 * (tools/fit_polynomials.py, table atan). */
static const double atan_table[] = {
    -0x1.237a53bd25b77p-6, 0x1.36e6836d45c2ep-5, -0x1.9c6eb3e8de297p-5, 0x1.def78071ec85cp-5,
    -0x1.10e9f2f243526p-4, 0x1.3b10ed4b0d8a1p-4, -0x1.745cf619835d6p-4, 0x1.c71c70c9a833dp-4,
    -0x1.24924922550bfp-3, 0x1.99999999945a6p-3, -0x1.555555555552fp-2,
};

static double atan_small(double x)
{
    double z = x * x, p = atan_table[0];
    for (size_t i = 1; i < sizeof atan_table / sizeof *atan_table; i++) p = p * z + atan_table[i];
    return x * z * p;
}

double alv_atan(double x)
{
    if (x != x) return x;
    double a = alv_fabs(x), y;
    if (a <= ALV_SQRT2 - 1) {
        y = a + atan_small(a);
    } else if (a <= ALV_SQRT2 + 1) {
        /* atan a = pi/4 + atan((a - 1) / (a + 1)) */
        double t = (a - 1) / (a + 1);
        y = HALF_PI.high / 2 + (t + (atan_small(t) + HALF_PI.low / 2));
    } else {
        double t = 1 / a; /* atan a = pi/2 - atan(1 / a) */
        y = HALF_PI.high - (t + (atan_small(t) - HALF_PI.low));
    }
    return alv_copysign(y, x);
}

double alv_atan2(double y, double x)
{
    if (x != x || y != y) return ALV_NAN;
    double ax = alv_fabs(x), ay = alv_fabs(y), angle;
    if (ay == 0)
        angle = 0;
    else if (ay > DBL_MAX && ax > DBL_MAX)
        angle = HALF_PI.high / 2;
    else
        angle = alv_atan(ay / ax); /* ay / 0 = inf: pi/2 */
    if (alv_bits(x) >> 63) angle = 2 * HALF_PI.high - (angle - 2 * HALF_PI.low);
    return alv_copysign(angle, y);
}
