/* Keras 3: one list of initializers on the draws of three backends. */
#ifndef ALV_COMPAT_KERAS_H
#define ALV_COMPAT_KERAS_H

#include "alvor/compat.h"

/* keras.random of one backend, from an integer seed. */
typedef struct alv_keras_backend {
    void (*uniform)(void *out, alv_dtype dtype, int64_t n, double lo, double hi, uint64_t seed);
    void (*normal)(void *out, alv_dtype dtype, int64_t n, double mean, double std, uint64_t seed);
    /* Cut at two deviations. */
    void (*truncated)(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                      uint64_t seed);
    void (*integers)(int64_t *out, int64_t n, int64_t lo, int64_t hi, uint64_t seed);
} alv_keras_backend;

const alv_initializer *alv_keras_scheme_at(int index);

/* The functions of a profile: the state is the seed, and every draw takes it anew. */
void alv_keras_seed(alv_compat_rng *rng, uint64_t seed);
void alv_keras_uniform(void *out, alv_dtype dtype, int64_t n, double lo, double hi,
                       alv_compat_rng *rng);
void alv_keras_normal(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                      alv_compat_rng *rng);
alv_status alv_keras_truncated(void *out, alv_dtype dtype, int64_t n, const alv_dist *law,
                               alv_compat_rng *rng, alv_error *error);
void alv_keras_integers(int64_t *out, int64_t n, int64_t lo, int64_t hi, alv_compat_rng *rng);
alv_status alv_keras_split(alv_compat_rng *outs, int64_t n, const alv_compat_rng *from,
                           alv_error *error);

#endif
