/* TensorFlow's stateless_uniform, stateless_normal and stateless_truncated_normal on processors.
 *
 * tensorflow/core/kernels/stateless_random_ops.cc and lib/random/random_distributions.h: the two
 * seeds are scrambled by Philox into a key and a counter, and every word comes from its place. A
 * normal is Box and Muller's with the sine first, in float but for f64, through the C library's
 * logf, sinf and cosf. A truncated normal reserves 256 words for each element of a group, and takes
 * of them what it needs. Python then scales by two operations that round each. */
#include "compat/tensorflow.h"

#include "alvor/stream.h"
#include "base/base.h"
#include "compat/glibc.h"
#include "compat/profile.h"
#include "compat/scheme.h"
#include "math/math.h"

void alv_tf_begin(alv_tf_stream *stream, uint64_t a, uint64_t b)
{
    const uint32_t key[2] = {0x3ec8f720, 0x02461e29};
    const uint32_t seeds[4] = {(uint32_t)a, (uint32_t)(a >> 32), (uint32_t)b, (uint32_t)(b >> 32)};
    uint32_t mixed[4];
    alv_philox4x32(mixed, seeds, key);
    *stream = (alv_tf_stream){{mixed[0], mixed[1]}, {0, 0, mixed[2], mixed[3]}};
}

void alv_tf_words(uint32_t out[4], const alv_tf_stream *stream, uint64_t block)
{
    const uint32_t counter[4] = {(uint32_t)block, (uint32_t)(block >> 32), stream->counter[2],
                                 stream->counter[3]};
    alv_philox4x32(out, counter, stream->key);
}

/* Numbers of [0, 1) in the steps of a type's mantissa; a double takes two words. */
static double unit(const uint32_t *word, alv_dtype dtype)
{
    switch (dtype) {
    case ALV_F64:
        return (double)(int64_t)((uint64_t)(word[0] & 0xfffff) << 32 | word[1]) * 0x1p-52;
    case ALV_F16:
        return (double)(word[0] & 0x3ff) * 0x1p-10;
    case ALV_BF16:
        return (double)(word[0] & 0x7f) * 0x1p-7;
    default:
        return (double)(word[0] & 0x7fffff) * 0x1p-23;
    }
}

/* Two normals from two units, the first bounded away from 0. */
static void pair_f32(double out[2], float u, float v)
{
    float s, c;
    alv_glibc_sincosf(&s, &c, (float)(2 * ALV_PI * (double)v));
    const float radius = (float)alv_sqrt((double)(-2 * alv_glibc_logf(u < 1e-7f ? 1e-7f : u)));
    out[0] = (double)(s * radius);
    out[1] = (double)(c * radius);
}

static void pair_f64(double out[2], double u, double v)
{
    double s, c;
    alv_sincos(&s, &c, 2 * ALV_PI * v);
    const double radius = alv_sqrt(-2 * alv_log(u < 1e-7 ? 1e-7 : u));
    out[0] = s * radius;
    out[1] = c * radius;
}

/* Two normals from two words, or four for doubles. */
static void pair(double out[2], const uint32_t *word, alv_dtype dtype)
{
    if (dtype == ALV_F64)
        pair_f64(out, unit(word, ALV_F64), unit(word + 2, ALV_F64));
    else
        pair_f32(out, (float)unit(word, ALV_F32), (float)unit(word + 1, ALV_F32));
}

/* Elements of a block of four words. */
static int per_block(alv_dtype dtype)
{
    return dtype == ALV_F64 ? 2 : 4;
}

void alv_tf_uniform(void *out, alv_dtype dtype, int64_t n, double lo, double hi,
                    const alv_tf_stream *stream)
{
    const int group = per_block(dtype);
    const double from = alv_compat_held(dtype, lo);
    uint32_t words[4];
    for (int64_t i = 0; i < n; i++) {
        if (i % group == 0) alv_tf_words(words, stream, (uint64_t)(i / group));
        alv_compat_put(out, dtype, i, unit(words + i % group * (4 / group), dtype));
    }
    alv_compat_affine(out, dtype, n, alv_compat_held(dtype, alv_compat_held(dtype, hi) - from),
                      from);
}

void alv_tf_normal(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                   const alv_tf_stream *stream)
{
    const int group = per_block(dtype);
    for (int64_t i = 0; i < n; i += group) {
        uint32_t words[4];
        double x[4];
        alv_tf_words(words, stream, (uint64_t)(i / group));
        pair(x, words, dtype);
        if (group == 4) pair(x + 2, words + 2, dtype);
        for (int k = 0; k < group && i + k < n; k++) alv_compat_put(out, dtype, i + k, x[k]);
    }
    alv_compat_affine(out, dtype, n, alv_compat_held(dtype, std), alv_compat_held(dtype, mean));
}

/* The first `group` normals within two deviations from the words that begin at `block`. */
static void within(double *out, int group, uint64_t block, alv_dtype dtype,
                   const alv_tf_stream *stream)
{
    const int step = dtype == ALV_F64 ? 4 : 2;
    for (int found = 0;; block++) {
        uint32_t words[4];
        alv_tf_words(words, stream, block);
        for (int w = 0; w < 4; w += step) {
            double x[2];
            pair(x, words + w, dtype);
            for (int k = 0; k < 2; k++) {
                if (!(alv_fabs(x[k]) < 2)) continue;
                out[found++] = x[k];
                if (found == group) return;
            }
        }
    }
}

void alv_tf_truncated(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                      const alv_tf_stream *stream)
{
    const int group = per_block(dtype);
    const int64_t reserved = 256 / 4; /* blocks for each element */
    for (int64_t i = 0; i < n; i += group) {
        double x[4];
        within(x, group, (uint64_t)(i * reserved), dtype, stream);
        for (int k = 0; k < group && i + k < n; k++) alv_compat_put(out, dtype, i + k, x[k]);
    }
    alv_compat_affine(out, dtype, n, alv_compat_held(dtype, std), alv_compat_held(dtype, mean));
}

void alv_tf_integers(int64_t *out, int64_t n, int64_t lo, int64_t hi, const alv_tf_stream *stream)
{
    const bool narrow = lo >= INT32_MIN && hi <= INT32_MAX;
    const uint64_t count = (uint64_t)hi - (uint64_t)lo;
    const int group = narrow ? 4 : 2;
    uint32_t words[4];
    for (int64_t i = 0; i < n; i++) {
        if (i % group == 0) alv_tf_words(words, stream, (uint64_t)(i / group));
        const int at = (int)(i % group);
        const uint64_t word =
            narrow ? words[at] : (uint64_t)words[2 * at + 1] << 32 | words[2 * at];
        out[i] = (int64_t)((uint64_t)lo + word % count);
    }
}

/* ---- the profile: its state is the two seeds */

static alv_tf_stream stream_of(const alv_compat_rng *rng)
{
    alv_tf_stream stream;
    alv_tf_begin(&stream, rng->state[0], rng->state[1]);
    return stream;
}

static void seed(alv_compat_rng *rng, uint64_t number)
{
    rng->state[0] = number;
}

static void uniform(void *out, alv_dtype dtype, int64_t n, double lo, double hi,
                    alv_compat_rng *rng)
{
    const alv_tf_stream stream = stream_of(rng);
    alv_tf_uniform(out, dtype, n, lo, hi, &stream);
}

static void normal(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                   alv_compat_rng *rng)
{
    const alv_tf_stream stream = stream_of(rng);
    alv_tf_normal(out, dtype, n, mean, std, &stream);
}

static alv_status truncated(void *out, alv_dtype dtype, int64_t n, const alv_dist *law,
                            alv_compat_rng *rng, alv_error *error)
{
    const alv_tf_stream stream = stream_of(rng);
    ALV_TRY(alv_compat_two_deviations(law, rng, error));
    alv_tf_truncated(out, dtype, n, law->mean, law->std, &stream);
    return ALV_OK;
}

static void integers(int64_t *out, int64_t n, int64_t lo, int64_t hi, alv_compat_rng *rng)
{
    const alv_tf_stream stream = stream_of(rng);
    alv_tf_integers(out, n, lo, hi, &stream);
}

/* A word as a seed of type int32. */
static uint64_t signed_word(uint32_t word)
{
    return (uint64_t)(int64_t)(int32_t)word;
}

static alv_status split(alv_compat_rng *outs, int64_t n, const alv_compat_rng *from,
                        alv_error *error)
{
    (void)error;
    const alv_tf_stream stream = stream_of(from);
    for (int64_t i = 0; i < n; i++) {
        uint32_t words[4];
        const int at = (int)(i % 2) * 2;
        alv_tf_words(words, &stream, (uint64_t)i / 2);
        outs[i] = *from;
        outs[i].state[0] = signed_word(words[at]);
        outs[i].state[1] = signed_word(words[at + 1]);
    }
    return ALV_OK;
}

static void fold_in(alv_compat_rng *rng, uint32_t data)
{
    const alv_tf_stream stream = stream_of(rng);
    uint32_t words[4];
    alv_tf_words(words, &stream, 0);
    rng->state[0] = signed_word(words[0]);
    rng->state[1] = signed_word(data);
}

static alv_status cut(const alv_compat_job *job, alv_error *error)
{
    const double mean = job->args[0], std = job->args[1];
    return alv_compat_truncated(job->out, job->tensor->dtype, job->n, mean, std, mean - 2 * std,
                                mean + 2 * std, job->rng, error);
}

static const alv_compat_scheme schemes[] = {
    ALV_COMPAT_PLAIN,
    {.init = {.name = "truncated_normal",
              .aliases = "",
              .args = {ALV_COMPAT_NUMBER("mean", 0), ALV_COMPAT_FROM_ZERO("stddev", 1)}},
     .draw = ALV_COMPAT_TRUNCATED,
     .fill = cut},
};

static const alv_initializer *scheme_at(int index)
{
    return alv_compat_scheme_in(schemes, ALV_COUNT(schemes), index);
}

const alv_compat alv_compat_tensorflow = {
    .name = "tensorflow",
    .aliases = "tf",
    .summary =
        {[ALV_EN] = "TensorFlow's stateless draws on processors, not compiled by XLA",
         [ALV_PT] =
             "os sorteios stateless do TensorFlow em processadores, sem compilação pelo XLA"},
    .reproduces = "tf.random.stateless_uniform, stateless_normal, "
                  "stateless_truncated_normal(shape, seed=[SEED, 0], ...); dtype=tf.int32 if "
                  "-2**31 <= lo and hi < 2**31 else tf.int64; tf.random.split, fold_in",
    .seen = {[ALV_EN] = "TensorFlow 2.21.0 from PyPI on x86: every value of all four draws (five "
                        "seeds, sizes 1 to 40, 100, 1000, 4097, 1000003; truncated at two "
                        "deviations), of which golden hashes, the largest size from one seed",
             [ALV_PT] = "TensorFlow 2.21.0 do PyPI em x86: todos os valores dos quatro sorteios "
                        "(cinco sementes, tamanhos de 1 a 40, 100, 1000, 4097, 1000003; truncadas "
                        "em dois desvios), dos quais há hashes, o maior tamanho de uma semente"},
    .claims = {ALV_COMPAT_TF_CLAIMS},
    .seed = seed,
    .uniform = uniform,
    .normal = normal,
    .truncated = truncated,
    .integers = integers,
    .split = split,
    .fold_in = fold_in,
    .scheme_at = scheme_at,
};
