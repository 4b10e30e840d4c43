/* Keras 3 on TensorFlow, JAX and PyTorch: what each backend makes of an integer seed, and draws.
 *
 * keras/src/backend/{tensorflow,jax,torch}/random.py, of 3.15. */
#include "base/base.h"
#include "compat/keras.h"
#include "compat/profile.h"
#include "compat/scheme.h"
#include "compat/tensorflow.h"
#include "compat/kernels.h"
#include "compat/torch.h"
#include "dist/round.h"

/* ---- TensorFlow: the seeds [seed, 0], brought into int32 by a floored remainder */

static alv_tf_stream tf_stream(uint64_t seed)
{
    const int64_t divisor = INT32_MAX - 1;
    const int64_t rest = (int64_t)seed % divisor;
    alv_tf_stream stream;
    alv_tf_begin(&stream, (uint64_t)(rest < 0 ? rest + divisor : rest), 0);
    return stream;
}

/* tf.cast makes floats of Python's numbers before it casts them. */
static void tf_uniform(void *out, alv_dtype dtype, int64_t n, double lo, double hi, uint64_t seed)
{
    const alv_tf_stream stream = tf_stream(seed);
    alv_tf_uniform(out, dtype, n, (double)(float)lo, (double)(float)hi, &stream);
}

static void tf_normal(void *out, alv_dtype dtype, int64_t n, double mean, double std, uint64_t seed)
{
    const alv_tf_stream stream = tf_stream(seed);
    alv_tf_normal(out, dtype, n, mean, std, &stream);
}

static void tf_truncated(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                         uint64_t seed)
{
    const alv_tf_stream stream = tf_stream(seed);
    alv_tf_truncated(out, dtype, n, mean, std, &stream);
}

static void tf_integers(int64_t *out, int64_t n, int64_t lo, int64_t hi, uint64_t seed)
{
    const alv_tf_stream stream = tf_stream(seed);
    alv_tf_integers(out, n, lo, hi, &stream);
}

/* ---- JAX: the seed is the first word of the key, and the second is 0 */

static alv_compat_rng jax_rng(uint64_t seed)
{
    return (alv_compat_rng){.profile = &alv_compat_jax, .state = {seed << 32}};
}

static void jax_uniform(void *out, alv_dtype dtype, int64_t n, double lo, double hi, uint64_t seed)
{
    alv_compat_rng rng = jax_rng(seed);
    rng.profile->uniform(out, dtype, n, lo, hi, &rng);
}

static void jax_normal(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                       uint64_t seed)
{
    alv_compat_rng rng = jax_rng(seed);
    rng.profile->normal(out, dtype, n, mean, std, &rng);
}

static void jax_truncated(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                          uint64_t seed)
{
    alv_compat_rng rng = jax_rng(seed);
    const alv_dist law = alv_dist_truncated(0, 1, -2, 2);
    rng.profile->truncated(out, dtype, n, &law, &rng, NULL);
    alv_compat_affine(out, dtype, n, alv_compat_held(dtype, std), alv_compat_held(dtype, mean));
}

static void jax_integers(int64_t *out, int64_t n, int64_t lo, int64_t hi, uint64_t seed)
{
    alv_compat_rng rng = jax_rng(seed);
    rng.profile->integers(out, n, lo, hi, &rng);
}

/* ---- PyTorch: a generator of its own, and Python's arithmetic on what it draws */

static alv_compat_rng torch_rng(uint64_t seed)
{
    alv_compat_rng rng = {.profile = &alv_compat_torch};
    alv_torch_seed(&rng, seed);
    return rng;
}

/* A tensor times one of Python's numbers, which stays a float, plus one, which takes the type. */
static void python_affine(void *out, alv_dtype dtype, int64_t n, double factor, double shift)
{
    alv_compat_affine(out, dtype, n, factor, alv_compat_held(dtype, shift));
}

static void torch_uniform(void *out, alv_dtype dtype, int64_t n, double lo, double hi,
                          uint64_t seed)
{
    alv_compat_rng rng = torch_rng(seed);
    alv_torch_uniform(out, dtype, n, 0, 1, &rng);
    python_affine(out, dtype, n, hi - lo, lo);
}

static void torch_normal(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                         uint64_t seed)
{
    alv_compat_rng rng = torch_rng(seed);
    alv_torch_normal(out, dtype, n, mean, std, &rng);
}

static double element(const void *x, alv_dtype dtype, int64_t i)
{
    return dtype == ALV_F64   ? ((const double *)x)[i]
           : dtype == ALV_F32 ? (double)((const float *)x)[i]
                              : (double)alv_widen(dtype, ((const uint16_t *)x)[i]);
}

/* Of every four normals the first within two deviations; where none is, the first. */
static void take_of_four(void *out, int64_t at, const void *normals, int64_t n, alv_dtype dtype)
{
    for (int64_t i = 0; i < n; i++) {
        int k = 0;
        while (k < 4 &&
               !(element(normals, dtype, 4 * i + k) > -2 && element(normals, dtype, 4 * i + k) < 2))
            k++;
        alv_compat_put(out, dtype, at + i, element(normals, dtype, 4 * i + k % 4));
    }
}

/* An array of four times the elements is drawn, here block by block: 16 normals are four elements,
 * and the last four are drawn again where elements remain. */
static void torch_truncated(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                            uint64_t seed)
{
    enum { TAKEN = ALV_TORCH_BLOCK / 4 };
    double normals[ALV_TORCH_BLOCK];
    alv_compat_rng rng = torch_rng(seed);
    if (n < TAKEN) {
        alv_torch_normal_serial(normals, dtype, 4 * n, 0, 1, &rng);
        take_of_four(out, 0, normals, n, dtype);
    } else {
        for (int64_t i = 0; i + TAKEN <= n; i += TAKEN) {
            alv_torch_normal_blocks(normals, dtype, 1, 0, 1, &rng);
            take_of_four(out, i, normals, TAKEN, dtype);
        }
        if (n % TAKEN) {
            alv_torch_skip(dtype, 4 * (n % TAKEN), &rng);
            alv_torch_normal_blocks(normals, dtype, 1, 0, 1, &rng);
            take_of_four(out, n - TAKEN, normals, TAKEN, dtype);
        }
    }
    python_affine(out, dtype, n, std, mean);
}

static void torch_integers(int64_t *out, int64_t n, int64_t lo, int64_t hi, uint64_t seed)
{
    alv_compat_rng rng = torch_rng(seed);
    alv_torch_integers(out, n, lo, hi, &rng);
}

/* ---- profiles */

#define FUNCTIONS                                                                                  \
    .seed = alv_keras_seed, .uniform = alv_keras_uniform, .normal = alv_keras_normal,              \
    .truncated = alv_keras_truncated, .integers = alv_keras_integers, .split = alv_keras_split,    \
    .scheme_at = alv_keras_scheme_at
#define REPRODUCES                                                                                 \
    "keras.initializers.NAME(seed=SEED)(shape, dtype); NAME(nth=k): "                              \
    "keras.utils.set_random_seed(SEED); [NAME() for _ in range(k)][-1](shape, dtype); "            \
    "keras.random.uniform, normal, truncated_normal, randint(shape, ..., seed=SEED)"

#define SEEN(EN, PT, SEEDS_EN, SEEDS_PT, SCHEMES_EN, SCHEMES_PT)                                   \
    .seen = {                                                                                      \
        [ALV_EN] = EN " from PyPI on x86: golden hashes (" SEEDS_EN ", sizes 1 to 40, 100, "       \
                      "1000, 4097; from one seed also 1000003), of " SCHEMES_EN " in two types",   \
        [ALV_PT] = PT " do PyPI em x86: hashes (" SEEDS_PT ", tamanhos de 1 a 40, 100, 1000, "     \
                      "4097; de uma semente também 1000003), de " SCHEMES_PT " em dois tipos"}
/* Torch draws arrays of 16 normals and more by another path than fewer. */
#define MANY(DRAW, LEAST) {DRAW, ALV_COMPAT_FLOATS, LEAST, ALV_EXACT_BITS, {"", ""}}
#define FEW(DRAW)                                                                                  \
    {DRAW,                                                                                         \
     ALV_COMPAT_FLOATS,                                                                            \
     0,                                                                                            \
     ALV_EXACT_NEARLY,                                                                             \
     {[ALV_EN] = "fewer than 16 normals are computed in double with the C library's functions "    \
                 "and rounded: a value differs about once in 10^8",                                \
      [ALV_PT] = "menos de 16 normais são calculadas em double com as funções da biblioteca C e "  \
                 "arredondadas: um valor difere cerca de uma vez em 10^8"}}

static const alv_keras_backend on_tensorflow = {tf_uniform, tf_normal, tf_truncated, tf_integers};
static const alv_keras_backend on_jax = {jax_uniform, jax_normal, jax_truncated, jax_integers};
static const alv_keras_backend on_torch = {torch_uniform, torch_normal, torch_truncated,
                                           torch_integers};

const alv_compat alv_compat_keras = {
    .name = "keras",
    .aliases = "keras-tensorflow keras-tf",
    .summary = {[ALV_EN] = "Keras 3 on TensorFlow, on processors",
                [ALV_PT] = "Keras 3 sobre TensorFlow, em processadores"},
    .reproduces = REPRODUCES,
    SEEN("Keras 3.15.1 on TensorFlow 2.21.0", "Keras 3.15.1 sobre TensorFlow 2.21.0", "five seeds",
         "cinco sementes", "12 initializers in three shapes", "12 esquemas em três formas"),
    .claims = {ALV_COMPAT_TF_CLAIMS},
    .rules = &on_tensorflow,
    FUNCTIONS,
};

const alv_compat alv_compat_keras_jax = {
    .name = "keras-jax",
    .aliases = "",
    .summary = {[ALV_EN] = "Keras 3 on JAX, on processors",
                [ALV_PT] = "Keras 3 sobre JAX, em processadores"},
    .reproduces = REPRODUCES,
    SEEN("Keras 3.15.1 on JAX 0.10.2", "Keras 3.15.1 sobre JAX 0.10.2",
         "four seeds below 2^32 and one reduced to 32 bits",
         "quatro sementes abaixo de 2^32 e uma reduzida a 32 bits",
         "12 initializers in three shapes", "12 esquemas em três formas"),
    .claims = {ALV_COMPAT_EXACT(ALV_COMPAT_UNIFORM, ALV_COMPAT_FLOATS),
               ALV_COMPAT_EXACT(ALV_COMPAT_NORMAL, ALV_COMPAT_FLOATS),
               ALV_COMPAT_EXACT(ALV_COMPAT_TRUNCATED, ALV_COMPAT_FLOATS),
               ALV_COMPAT_EXACT(ALV_COMPAT_INTEGERS, 0)},
    .integer_bits = 32,
    .rules = &on_jax,
    FUNCTIONS,
};

const alv_compat alv_compat_keras_torch = {
    .name = "keras-torch",
    .aliases = "keras-pytorch",
    .summary = {[ALV_EN] = "Keras 3 on PyTorch, on x86 processors with AVX2",
                [ALV_PT] = "Keras 3 sobre PyTorch, em processadores x86 com AVX2"},
    .reproduces = REPRODUCES,
    SEEN("Keras 3.15.1 on torch 2.15.0", "Keras 3.15.1 sobre torch 2.15.0", "five seeds",
         "cinco sementes", "12 initializers in three shapes", "12 esquemas em três formas"),
    .claims = {ALV_COMPAT_EXACT(ALV_COMPAT_UNIFORM, ALV_COMPAT_FLOATS | ALV_BIT(ALV_F64)),
               MANY(ALV_COMPAT_NORMAL, 16), FEW(ALV_COMPAT_NORMAL),
               ALV_COMPAT_LIBM_F64(ALV_COMPAT_NORMAL), MANY(ALV_COMPAT_TRUNCATED, 4),
               FEW(ALV_COMPAT_TRUNCATED), ALV_COMPAT_LIBM_F64(ALV_COMPAT_TRUNCATED),
               ALV_COMPAT_EXACT(ALV_COMPAT_INTEGERS, 0)},
    .rules = &on_torch,
    FUNCTIONS,
};
