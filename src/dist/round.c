/* Rounding floats to the 16- and 8-bit types, each element once.
 *
 * All four are floats with fewer bits: a sign, an exponent and m bits of mantissa. Among numbers
 * that are normal in the narrow type, rounding adds half a unit of the last kept place to the
 * float's bits (a little less where the kept part is even) and cuts; a carry runs into the
 * exponent, as it should. Below them the narrow type has a fixed step, 2^(1 - bias - m): adding the
 * float whose last place is that step lets the addition itself round. Formats: IEEE 754-2019 for
 * f16; bf16 is the upper half of a float; f8: Micikevicius et al. (2022), arXiv:2209.05433. */
#include "dist/round.h"

#include "base/base.h"
#include "math/mathf.h"

typedef struct format {
    int size;              /* bytes */
    int mantissa;          /* stored bits */
    int bias;              /* of the exponent */
    uint32_t least_normal; /* as bits of a float; 0 where floats are subnormal just there */
    uint32_t beyond;       /* the magnitude above the largest number: infinity, or NaN */
    uint32_t nan;
} format;

static const format formats[] = {
    [ALV_F16] = {2, 10, 15, (127 - 14) << 23, 0x7c00, 0x7e00},
    [ALV_BF16] = {2, 7, 127, 0, 0x7f80, 0x7fc0},
    [ALV_F8_E4M3FN] = {1, 3, 7, (127 - 6) << 23, 0x7f, 0x7f},
    [ALV_F8_E5M2] = {1, 2, 15, (127 - 14) << 23, 0x7c, 0x7e},
};

/* Without branches, so that loops over it become vector code; f is a constant in each. */
static inline __attribute__((always_inline)) uint32_t narrow(float x, const format f)
{
    const int cut = 23 - f.mantissa, sign_at = 8 * f.size - 1;
    const uint32_t magic = (uint32_t)(127 + 1 - f.bias - f.mantissa + 23) << 23;
    const uint32_t lift = (uint32_t)(127 - f.bias) << f.mantissa;
    uint32_t bits = alv_bitsf(x), size = bits & 0x7fffffff;
    uint32_t normal = ((size + (1u << (cut - 1)) - 1 + (size >> cut & 1)) >> cut) - lift;
    uint32_t small = alv_bitsf(alv_from_bitsf(size) + alv_from_bitsf(magic)) - magic;
    uint32_t result = size < f.least_normal ? small : normal;
    result = result < f.beyond ? result : f.beyond;
    result = size > 0x7f800000 ? f.nan : result;
    return result | bits >> 31 << sign_at;
}

/* One loop for each type, over elements of TYPE. */
#define LOOP(name, TYPE, dtype)                                                                    \
    ALV_CLONES static void name(void *out, const float *x, int64_t n)                              \
    {                                                                                              \
        TYPE *y = out;                                                                             \
        for (int64_t i = 0; i < n; i++) y[i] = (TYPE)narrow(x[i], formats[dtype]);                 \
    }
LOOP(round_f16, uint16_t, ALV_F16)
LOOP(round_bf16, uint16_t, ALV_BF16)
LOOP(round_e4m3fn, uint8_t, ALV_F8_E4M3FN)
LOOP(round_e5m2, uint8_t, ALV_F8_E5M2)
#undef LOOP

static void (*const loops[])(void *, const float *, int64_t) = {
    [ALV_F16] = round_f16,
    [ALV_BF16] = round_bf16,
    [ALV_F8_E4M3FN] = round_e4m3fn,
    [ALV_F8_E5M2] = round_e5m2,
};

bool alv_is_narrow(alv_dtype dtype)
{
    return (unsigned)dtype < ALV_COUNT(formats) && formats[dtype].size > 0;
}

void alv_round_array(void *out, alv_dtype dtype, const float *x, int64_t n)
{
    loops[dtype](out, x, n);
}

uint32_t alv_round_one(alv_dtype dtype, float x)
{
    return narrow(x, formats[dtype]);
}

float alv_widen(alv_dtype dtype, uint32_t bits)
{
    const format *f = &formats[dtype];
    const uint32_t sign_at = 8 * (uint32_t)f->size - 1, size = bits & ((1u << sign_at) - 1);
    const uint32_t sign = bits >> sign_at << 31, one = 1u << f->mantissa;
    uint32_t wide;
    if (size >= f->beyond)
        wide = size == f->beyond && f->beyond != f->nan ? 0x7f800000 : 0x7fc00000;
    else if (size < one && f->least_normal) /* counts the steps of the subnormals */
        wide = alv_bitsf((float)size * alv_exp2if(1 - f->bias - f->mantissa));
    else
        wide = (size << (23 - f->mantissa)) + ((uint32_t)(127 - f->bias) << 23);
    return alv_from_bitsf(wide | sign);
}

/* The neighbour of x among the type's values, away from 0 or towards it, by counting its bits. */
static float step(alv_dtype dtype, float x, bool up)
{
    uint32_t sign = x < 0 || (x == 0 && !up);
    if (dtype == ALV_F32) {
        uint32_t size = alv_bitsf(alv_absf(x));
        return alv_from_bitsf((x == 0 || up == !sign ? size + 1 : size - 1) | sign << 31);
    }
    uint32_t size = alv_round_one(dtype, alv_absf(x));
    uint32_t next = x == 0 || up == !sign ? size + 1 : size - 1;
    return alv_widen(dtype, next | sign << (8 * formats[dtype].size - 1));
}

double alv_dtype_bound(alv_dtype dtype, double x, bool above)
{
    float near = (float)x;
    if (dtype != ALV_F32) near = alv_widen(dtype, alv_round_one(dtype, near));
    return (above ? (double)near >= x : (double)near <= x) ? near : step(dtype, near, above);
}
