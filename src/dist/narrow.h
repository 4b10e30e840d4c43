/* Rounding floats to the 16- and 8-bit types, each element once.
 *
 * All four are floats with fewer bits: a sign, an exponent and m bits of mantissa. Among numbers
 * that are normal in the narrow type, rounding adds half a unit of the last kept place to the
 * float's bits (a little less where the kept part is even) and cuts; a carry runs into the
 * exponent, as it should. Below them the narrow type has a fixed step, 2^(1 - bias - m): adding the
 * float whose last place is that step lets the addition itself round. Formats: IEEE 754-2019 for
 * f16; bf16 is the upper half of a float; f8: Micikevicius et al. (2022), arXiv:2209.05433. */
#ifndef ALV_DIST_NARROW_H
#define ALV_DIST_NARROW_H

#include "alvor/dist.h"
#include "math/mathf.h"

typedef struct alv_narrow_format {
    int size;              /* bytes */
    int mantissa;          /* stored bits */
    int bias;              /* of the exponent */
    uint32_t least_normal; /* as bits of a float; 0 where floats are subnormal just there */
    uint32_t beyond;       /* the magnitude above the largest number: infinity, or NaN */
    uint32_t nan;
} alv_narrow_format;

static const alv_narrow_format alv_narrow_formats[] = {
    [ALV_F16] = {2, 10, 15, (127 - 14) << 23, 0x7c00, 0x7e00},
    [ALV_BF16] = {2, 7, 127, 0, 0x7f80, 0x7fc0},
    [ALV_F8_E4M3FN] = {1, 3, 7, (127 - 6) << 23, 0x7f, 0x7f},
    [ALV_F8_E5M2] = {1, 2, 15, (127 - 14) << 23, 0x7c, 0x7e},
};

/* Without branches, so that loops over it become vector code; f is a constant in each. */
static inline __attribute__((always_inline)) uint32_t alv_narrow(float x, const alv_narrow_format f)
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

#endif
