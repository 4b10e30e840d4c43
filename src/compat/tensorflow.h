/* TensorFlow's stateless draws: what its own profile and Keras share. */
#ifndef ALV_COMPAT_TENSORFLOW_H
#define ALV_COMPAT_TENSORFLOW_H

#include "alvor/compat.h"
#include "base/libc.h"

/* A Philox generator as a pair of seeds begins it; block i of four words comes i counters later. */
typedef struct alv_tf_stream {
    uint32_t key[2], counter[4];
} alv_tf_stream;

/* tf.random.stateless_*(seed=[a, b]): signed numbers of 64 bits. */
void alv_tf_begin(alv_tf_stream *stream, uint64_t a, uint64_t b);
void alv_tf_words(uint32_t out[4], const alv_tf_stream *stream, uint64_t block);

/* The law of unit size, then times and plus a number, each rounded to the type. */
void alv_tf_uniform(void *out, alv_dtype dtype, int64_t n, double lo, double hi,
                    const alv_tf_stream *stream);
void alv_tf_normal(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                   const alv_tf_stream *stream);
void alv_tf_truncated(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                      const alv_tf_stream *stream);
/* int32 where both bounds fit it, else int64. */
void alv_tf_integers(int64_t *out, int64_t n, int64_t lo, int64_t hi, const alv_tf_stream *stream);

/* What is claimed of them. */
#define ALV_COMPAT_FLOATS (ALV_BIT(ALV_F32) | ALV_BIT(ALV_F16) | ALV_BIT(ALV_BF16))
#define ALV_COMPAT_EXACT(DRAW, DTYPES) {DRAW, DTYPES, 0, ALV_EXACT_BITS, {"", ""}}
#define ALV_COMPAT_LIBM_F64(DRAW)                                                                  \
    {DRAW,                                                                                         \
     ALV_BIT(ALV_F64),                                                                             \
     0,                                                                                            \
     ALV_EXACT_CLOSE,                                                                              \
     {[ALV_EN] = "takes the C library's log, sin and cos of doubles: 6 % of values differ, by up " \
                 "to 3 units in the last place before std and mean are applied",                   \
      [ALV_PT] = "usa log, sin e cos de doubles da biblioteca C: 6 % dos valores diferem, em até " \
                 "3 unidades na última casa antes de aplicados std e média"}}
#define ALV_COMPAT_TF_CLAIMS                                                                       \
    ALV_COMPAT_EXACT(ALV_COMPAT_UNIFORM, ALV_COMPAT_FLOATS | ALV_BIT(ALV_F64)),                    \
        ALV_COMPAT_EXACT(ALV_COMPAT_NORMAL, ALV_COMPAT_FLOATS),                                    \
        ALV_COMPAT_LIBM_F64(ALV_COMPAT_NORMAL),                                                    \
        ALV_COMPAT_EXACT(ALV_COMPAT_TRUNCATED, ALV_COMPAT_FLOATS),                                 \
        ALV_COMPAT_LIBM_F64(ALV_COMPAT_TRUNCATED), ALV_COMPAT_EXACT(ALV_COMPAT_INTEGERS, 0)

#endif
