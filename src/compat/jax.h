/* JAX's streams: what the files of draws, profiles and initializers share. */
#ifndef ALV_COMPAT_JAX_H
#define ALV_COMPAT_JAX_H

#include "alvor/compat.h"
#include "compat/threefry.h"

/* What differs between the profiles. */
typedef struct alv_jax_rules {
    bool indexed; /* the layout that is the default since 0.5 */
    bool wide;    /* with jax_enable_x64: seeds of 64 bits, f64 and int64 */
} alv_jax_rules;

void alv_jax_seed(alv_compat_rng *rng, uint64_t seed);
void alv_jax_uniform(void *out, alv_dtype dtype, int64_t n, double lo, double hi,
                     alv_compat_rng *rng);
void alv_jax_normal(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                    alv_compat_rng *rng);
alv_status alv_jax_truncated(void *out, alv_dtype dtype, int64_t n, const alv_dist *law,
                             alv_compat_rng *rng, alv_error *error);
void alv_jax_integers(int64_t *out, int64_t n, int64_t lo, int64_t hi, alv_compat_rng *rng);
void alv_jax_permutation(int64_t *out, int64_t n, alv_compat_rng *rng);
alv_status alv_jax_split(alv_compat_rng *outs, int64_t n, const alv_compat_rng *from,
                         alv_error *error);
void alv_jax_fold_in(alv_compat_rng *rng, uint32_t data);
const alv_initializer *alv_jax_scheme_at(int index);

/* Element i of n of jax.random.bits of 8, 16, 32 or 64 bits. */
uint64_t alv_jax_bits(const alv_compat_rng *rng, int64_t i, int64_t n, int width);

/* XLA's own erf_inv of doubles, |u| < 1, but for the log, which is the C library's; and erf. */
double alv_xla_erfinv(double u);
float alv_xla_erff(float x);

static inline alv_words2 alv_jax_key(const alv_compat_rng *rng)
{
    return (alv_words2){{(uint32_t)(rng->state[0] >> 32), (uint32_t)rng->state[0]}};
}

static inline void alv_jax_set_key(alv_compat_rng *rng, alv_words2 key)
{
    rng->state[0] = (uint64_t)key.word[0] << 32 | key.word[1];
}

static inline const alv_jax_rules *alv_jax_rules_of(const alv_compat_rng *rng)
{
    return rng->profile->rules;
}

#endif
