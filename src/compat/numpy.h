/* NumPy's generators: PCG64 and PCG64DXSM from a SeedSequence, and the legacy RandomState. */
#ifndef ALV_COMPAT_NUMPY_H
#define ALV_COMPAT_NUMPY_H

#include "alvor/compat.h"
#include "base/libc.h"

/* A number of 128 bits, modulo 2^128: compilers' own are missing in the browser. */
typedef struct alv_u128 {
    uint64_t high, low;
} alv_u128;

static inline alv_u128 alv_multiply64(uint64_t a, uint64_t b)
{
    uint64_t a0 = a & 0xffffffff, a1 = a >> 32, b0 = b & 0xffffffff, b1 = b >> 32;
    uint64_t middle = a1 * b0 + (a0 * b0 >> 32), other = a0 * b1 + (middle & 0xffffffff);
    return (alv_u128){a1 * b1 + (middle >> 32) + (other >> 32), a * b};
}

/* What differs between the generators. */
typedef struct alv_numpy_rules {
    uint64_t (*next64)(alv_compat_rng *rng);
} alv_numpy_rules;

void alv_numpy_seed(alv_compat_rng *rng, uint64_t seed);
/* The children of SeedSequence.spawn. */
alv_status alv_numpy_split(alv_compat_rng *outs, int64_t n, const alv_compat_rng *from,
                           alv_error *error);
uint64_t alv_pcg64_next(alv_compat_rng *rng);
uint64_t alv_pcg64dxsm_next(alv_compat_rng *rng);

/* The generator's next words: of 64 bits, and halves of them, low first; a half waits for the next
 * call. */
uint64_t alv_numpy_u64(alv_compat_rng *rng);
uint32_t alv_numpy_u32(alv_compat_rng *rng);
double alv_numpy_double(alv_compat_rng *rng); /* 53 bits, in [0, 1) */
float alv_numpy_float(alv_compat_rng *rng);   /* 24 bits */

/* Generator.standard_normal, by Marsaglia and Tsang's ziggurat of 256 layers. */
double alv_ziggurat(alv_compat_rng *rng);
float alv_ziggurat_f32(alv_compat_rng *rng);

typedef struct alv_ziggurat_layer {
    uint64_t k;    /* accept at once below this */
    uint64_t w, f; /* bits of doubles: width per unit, density at the edge */
} alv_ziggurat_layer;
extern const alv_ziggurat_layer alv_ziggurat_layers[256];

#endif
