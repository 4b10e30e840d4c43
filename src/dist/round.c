/* The 16- and 8-bit types: their values as floats, their neighbours, rounding of arrays. */
#include "dist/round.h"

#include "base/base.h"
#include "dist/kernels.h"
#include "dist/narrow.h"

void alv_round_array(void *out, alv_dtype dtype, const float *x, int64_t n)
{
    alv_fill_kernels_of(NULL)->narrow[dtype](out, x, n);
}

uint32_t alv_round_one(alv_dtype dtype, float x)
{
    switch (dtype) { /* each with its numbers as constants: small fills wait for this */
    case ALV_F16:
        return alv_narrow(x, alv_narrow_formats[ALV_F16]);
    case ALV_BF16:
        return alv_narrow(x, alv_narrow_formats[ALV_BF16]);
    default:
        return alv_narrow(x, alv_narrow_formats[dtype]);
    }
}

static inline __attribute__((always_inline)) float widen(uint32_t bits, const alv_narrow_format f)
{
    const uint32_t sign_at = 8 * (uint32_t)f.size - 1, size = bits & ((1u << sign_at) - 1);
    const uint32_t sign = bits >> sign_at << 31, one = 1u << f.mantissa;
    uint32_t wide;
    if (size >= f.beyond)
        wide = size == f.beyond && f.beyond != f.nan ? 0x7f800000 : 0x7fc00000;
    else if (size < one && f.least_normal) /* counts the steps of the subnormals */
        wide = alv_bitsf((float)size * alv_exp2if(1 - f.bias - f.mantissa));
    else
        wide = (size << (23 - f.mantissa)) + ((uint32_t)(127 - f.bias) << 23);
    return alv_from_bitsf(wide | sign);
}

float alv_widen(alv_dtype dtype, uint32_t bits)
{
    switch (dtype) { /* as in alv_round_one */
    case ALV_F16:
        return widen(bits, alv_narrow_formats[ALV_F16]);
    case ALV_BF16:
        return widen(bits, alv_narrow_formats[ALV_BF16]);
    default:
        return widen(bits, alv_narrow_formats[dtype]);
    }
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
    return alv_widen(dtype, next | sign << (8 * alv_narrow_formats[dtype].size - 1));
}

double alv_dtype_bound(alv_dtype dtype, double x, bool above)
{
    float near = (float)x;
    if (dtype != ALV_F32) near = alv_widen(dtype, alv_round_one(dtype, near));
    return (above ? (double)near >= x : (double)near <= x) ? near : step(dtype, near, above);
}
