/* PyTorch's generator on processors: what its versions and builds do differently, and its draws. */
#ifndef ALV_COMPAT_TORCH_H
#define ALV_COMPAT_TORCH_H

#include "alvor/compat.h"
#include "base/libc.h"

/* How 16-bit types are drawn. */
typedef enum alv_torch_narrow {
    ALV_TORCH_CAST,        /* in float, then rounded once (2.13 and later) */
    ALV_TORCH_CAST_SCALAR, /* the same, but normals by the C library's functions, with a mean and a
                              deviation of the type (2.12) */
    ALV_TORCH_PER_STEP,    /* with 8 or 11 bits, every operation rounded to the type */
    ALV_TORCH_PER_STEP_1   /* the same, but normals of f16 in float (1.x) */
} alv_torch_narrow;

typedef struct alv_torch_rules {
    bool fused;        /* compiled with fused multiply-add: AVX2 */
    bool fused_normal; /* std and mean are applied fused on every path (2.13 and later) */
    alv_torch_narrow narrow;
    bool log1p;     /* the serial path takes log1p(-u), not log(1 - u) */
    bool half_open; /* a uniform that rounds to its upper bound becomes the lower one */
    int one_word;   /* integers take one word for ranges below 2^this, two from there on */
} alv_torch_rules;

void alv_torch_seed(alv_compat_rng *rng, uint64_t seed);
void alv_torch_uniform(void *out, alv_dtype dtype, int64_t n, double lo, double hi,
                       alv_compat_rng *rng);
void alv_torch_normal(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                      alv_compat_rng *rng);
alv_status alv_torch_truncated(void *out, alv_dtype dtype, int64_t n, const alv_dist *law,
                               alv_compat_rng *rng, alv_error *error);
void alv_torch_integers(int64_t *out, int64_t n, int64_t lo, int64_t hi, alv_compat_rng *rng);
void alv_torch_permutation(int64_t *out, int64_t n, alv_compat_rng *rng);
const alv_initializer *alv_torch_scheme_at(int index);

/* One whole block of normals, the unit of PyTorch's path for 16 elements and more; and of fewer
 * elements one by one. */
void alv_torch_normal_blocks(void *out, alv_dtype dtype, int64_t blocks, double mean, double std,
                             alv_compat_rng *rng);
void alv_torch_normal_serial(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                             alv_compat_rng *rng);
/* Takes the words of n elements, fewer than a block, that the last block draws again. */
void alv_torch_skip(alv_dtype dtype, int64_t n, alv_compat_rng *rng);

static inline const alv_torch_rules *alv_torch_rules_of(const alv_compat_rng *rng)
{
    return rng->profile->rules;
}

/* Whether 16-bit types are drawn as floats. */
static inline bool alv_torch_casts(const alv_compat_rng *rng)
{
    return alv_torch_rules_of(rng)->narrow <= ALV_TORCH_CAST_SCALAR;
}

#endif
