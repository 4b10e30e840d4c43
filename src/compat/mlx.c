/* MLX's mlx.random, and mlx.nn.init, on processors with the GNU C library.
 *
 * mlx/random.cpp, backend/cpu/simd/math.h, python/mlx/nn/init.py. One key is the state: each draw
 * splits it, keeps the first half and takes its words from the second, in the first layout of JAX's
 * threefry. Every operation is a kernel of its own, so nothing is fused but the steps of erfinv
 * (Giles 2010, as PyTorch's Metal code has it). */
#include "base/base.h"
#include "compat/fused.h"
#include "compat/glibc.h"
#include "compat/order.h"
#include "compat/profile.h"
#include "compat/scheme.h"
#include "compat/threefry.h"
#include "dist/round.h"
#include "math/math.h"

static void seed(alv_compat_rng *rng, uint64_t number)
{
    rng->state[0] = number;
}

/* Splits the state, and returns the half that a draw takes. */
static alv_words2 next_key(alv_compat_rng *rng)
{
    const alv_words2 key = {{(uint32_t)(rng->state[0] >> 32), (uint32_t)rng->state[0]}};
    const alv_words2 kept = alv_threefry_split(key, 0, 2);
    rng->state[0] = (uint64_t)kept.word[0] << 32 | kept.word[1];
    return alv_threefry_split(key, 1, 2);
}

/* A word as a number of [0, 1): the float nearest to it, over 2^32, below 1 in the type. */
static double unit(uint32_t word, alv_dtype dtype)
{
    const float most = dtype == ALV_F16    ? 0x1.ffcp-1f
                       : dtype == ALV_BF16 ? 0x1.fep-1f
                                           : 0x1.fffffep-1f;
    const float x = (float)word * 0x1p-32f;
    return alv_compat_held(dtype, (double)(x < most ? x : most));
}

static void uniform_of(void *out, alv_dtype dtype, int64_t n, double lo, double hi, alv_words2 key)
{
    const double from = alv_compat_held(dtype, lo);
    const double width = alv_compat_held(dtype, alv_compat_held(dtype, hi) - from);
    for (int64_t i = 0; i < n; i++)
        alv_compat_put(out, dtype, i, unit(alv_threefry_paired(key, i, n), dtype));
    alv_compat_affine(out, dtype, n, width, from);
}

static void uniform(void *out, alv_dtype dtype, int64_t n, double lo, double hi,
                    alv_compat_rng *rng)
{
    uniform_of(out, dtype, n, lo, hi, next_key(rng));
}

static float erfinv(float u)
{
    static const float far[] = {0x1.4deb44p-32f, 0x1.f7c9aep-26f, 0x1.47e512p-20f,
                                0x1.dca7dep-16f, 0x1.9cab92p-12f, 0x1.8cc0dep-9f,
                                0x1.3ca92p-8f,   -0x1.0eff66p-2f, 0x1.ae16a4p-1f};
    static const float near[] = {0x1.75cp-28f,    0x1.33b402p-23f, 0x1.499232p-20f, 0x1.e52cd2p-24f,
                                 -0x1.d70bdp-15f, -0x1.35be9p-13f, 0x1.2f64p-9f,    0x1.7a1e5p-7f,
                                 -0x1.db2aeep-3f, 0x1.c5bf88p-1f};
    const float t = alv_glibc_logf(alv_fmaf(u, -u, 1));
    const bool tail = t < -6.125f;
    const float *c = tail ? far : near;
    const int terms = tail ? ALV_COUNT(far) : ALV_COUNT(near);
    float p = c[0];
    for (int k = 1; k < terms; k++) p = alv_fmaf(p, t, c[k]);
    return u * p;
}

static void normal(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                   alv_compat_rng *rng)
{
    const alv_words2 key = next_key(rng);
    const double scale =
        alv_compat_held(dtype, alv_compat_held(dtype, ALV_SQRT2) * alv_compat_held(dtype, std));
    for (int64_t i = 0; i < n; i++) {
        const float u = (float)unit(alv_threefry_paired(key, i, n), ALV_F32) * 2 - 0x1.fffffep-1f;
        alv_compat_put(out, dtype, i, (double)erfinv(u));
    }
    alv_compat_affine(out, dtype, n, scale, alv_compat_held(dtype, mean));
}

/* argsort of random words. */
static void permutation(int64_t *out, int64_t n, alv_compat_rng *rng)
{
    const alv_words2 key = next_key(rng);
    for (int64_t i = 0; i < n; i++)
        out[i] = (int64_t)((uint64_t)alv_threefry_paired(key, i, n) << 32) | i;
    alv_sort_by_key(out, n);
    for (int64_t i = 0; i < n; i++) out[i] &= UINT32_MAX;
}

/* ---- initializers */

static alv_status fans(double *in, double *out, const alv_compat_job *job, alv_error *error)
{
    const alv_tensor *t = job->tensor;
    double field = 1;
    if (t->rank < 2)
        return alv_fail(error, ALV_ERR_SHAPE, t->name,
                        "MLX has fans only for two axes or more, and this has %d", t->rank);
    for (int i = 1; i < t->rank - 1; i++) field *= (double)t->shape[i];
    *in = (double)t->shape[t->rank - 1] * field;
    *out = (double)t->shape[0] * field;
    return job->n == 0 ? alv_fail(error, ALV_ERR_SHAPE, t->name, "a fan is 0") : ALV_OK;
}

static alv_status draw_uniform(const alv_compat_job *job, double limit, alv_error *error)
{
    return alv_compat_uniform(job->out, job->tensor->dtype, job->n, -limit, limit, job->rng, error);
}

static alv_status draw_normal(const alv_compat_job *job, double std, alv_error *error)
{
    return alv_compat_normal(job->out, job->tensor->dtype, job->n, 0, std, job->rng, error);
}

static alv_status glorot_uniform(const alv_compat_job *job, alv_error *error)
{
    double in = 0, out = 0;
    ALV_TRY(fans(&in, &out, job, error));
    return draw_uniform(job, job->args[0] * alv_sqrt(6 / (in + out)), error);
}

static alv_status glorot_normal(const alv_compat_job *job, alv_error *error)
{
    double in = 0, out = 0;
    ALV_TRY(fans(&in, &out, job, error));
    return draw_normal(job, job->args[0] * alv_sqrt(2 / (in + out)), error);
}

static alv_status he_uniform(const alv_compat_job *job, alv_error *error)
{
    double in = 0, out = 0;
    ALV_TRY(fans(&in, &out, job, error));
    return draw_uniform(job, job->args[1] * alv_sqrt(3 / (job->args[0] == 0 ? in : out)), error);
}

static alv_status he_normal(const alv_compat_job *job, alv_error *error)
{
    double in = 0, out = 0;
    ALV_TRY(fans(&in, &out, job, error));
    return draw_normal(job, job->args[1] / alv_sqrt(job->args[0] == 0 ? in : out), error);
}

static const alv_compat_claim no_lapack = {
    .exactness = ALV_EXACT_NOT,
    .note = {[ALV_EN] = "orthogonal takes the QR of LAPACK, whose rounding depends on the library "
                        "and the processor; alvor's own orthogonal draws the same law",
             [ALV_PT] = "orthogonal usa a QR da LAPACK, cujo arredondamento depende da biblioteca "
                        "e do processador; o orthogonal do próprio alvor sorteia a mesma "
                        "distribuição"},
};

#define GAIN ALV_COMPAT_FROM_ZERO("gain", 1)
#define MODE {.name = "mode", .hi = 1, .choices = "fan_in fan_out"}

static const alv_compat_scheme schemes[] = {
    ALV_COMPAT_PLAIN,
    {.init = {.name = "glorot_uniform", .aliases = "xavier_uniform", .args = {GAIN}},
     .draw = ALV_COMPAT_UNIFORM,
     .fill = glorot_uniform},
    {.init = {.name = "glorot_normal", .aliases = "xavier_normal", .args = {GAIN}},
     .draw = ALV_COMPAT_NORMAL,
     .fill = glorot_normal},
    {.init = {.name = "he_uniform", .aliases = "kaiming_uniform", .args = {MODE, GAIN}},
     .draw = ALV_COMPAT_UNIFORM,
     .fill = he_uniform},
    {.init = {.name = "he_normal", .aliases = "kaiming_normal", .args = {MODE, GAIN}},
     .draw = ALV_COMPAT_NORMAL,
     .fill = he_normal},
    {.init = {.name = "orthogonal", .aliases = "", .args = {GAIN}},
     .draw = ALV_COMPAT_NORMAL,
     .refused = &no_lapack},
    {.init = {.name = "constant", .aliases = "", .args = {ALV_COMPAT_NUMBER("value", 0)}},
     .draw = ALV_COMPAT_DRAWS,
     .fill = alv_compat_fill_value},
};

static const alv_initializer *scheme_at(int index)
{
    return alv_compat_scheme_in(schemes, ALV_COUNT(schemes), index);
}

#define FLOATS (ALV_BIT(ALV_F32) | ALV_BIT(ALV_F16) | ALV_BIT(ALV_BF16))
#define EXACT(DRAW) {DRAW, FLOATS, 0, ALV_EXACT_BITS, {"", ""}}

const alv_compat alv_compat_mlx = {
    .name = "mlx",
    .aliases = "",
    .summary = {[ALV_EN] = "MLX on Linux processors", [ALV_PT] = "MLX em processadores, no Linux"},
    .reproduces = "mx.random.seed(SEED); mx.random.uniform(lo, hi, shape, dtype), normal(shape, "
                  "dtype, mean, std), permutation(n); mlx.nn.init",
    .seen = {[ALV_EN] = "MLX 0.32.4 (mlx[cpu] from PyPI) on x86 Linux: golden hashes of the three "
                        "draws (five seeds, sizes 1 to 40, 100, 1000, 4097; from one seed also "
                        "1000003) and of 5 initializers. On Apple's GPUs uniforms are the same, "
                        "and normals those of the M1 only; there nothing was run.",
             [ALV_PT] = "MLX 0.32.4 (mlx[cpu] do PyPI) no Linux em x86: hashes dos três sorteios "
                        "(cinco sementes, tamanhos de 1 a 40, 100, 1000, 4097; de uma semente "
                        "também 1000003) e de 5 esquemas. Nas GPUs da Apple as uniformes são as "
                        "mesmas, e as normais só as do M1; lá nada foi executado."},
    .claims = {EXACT(ALV_COMPAT_UNIFORM),
               EXACT(ALV_COMPAT_NORMAL),
               {ALV_COMPAT_PERMUTATION, 0, 0, ALV_EXACT_BITS, {"", ""}}},
    .seed = seed,
    .uniform = uniform,
    .normal = normal,
    .permutation = permutation,
    .scheme_at = scheme_at,
};
