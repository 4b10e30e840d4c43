/* JAX's threefry keys: split, fold_in, and the floating draws of jax.random on processors.
 *
 * jax/_src/random/threefry2x32.py and core.py. A key is two words, and a draw takes every word from
 * the key and the element's index, so that a draw leaves the key as it is: who wants other numbers
 * splits it. In f32 and f64 XLA fuses the scaling of uniforms; in types of 16 bits it rounds every
 * step, and only the inverse error function runs in float. */
#include "compat/jax.h"

#include "base/base.h"
#include "compat/fused.h"
#include "compat/kernels.h"
#include "compat/scheme.h"
#include "dist/round.h"
#include "math/mathf.h"

void alv_jax_seed(alv_compat_rng *rng, uint64_t seed)
{
    rng->state[0] = alv_jax_rules_of(rng)->wide ? seed : seed & UINT32_MAX;
}

/* The words of 32 bits of the first layout, cut into numbers of fewer bits or put together. */
static uint64_t bits_paired(alv_words2 key, int64_t i, int64_t n, int width)
{
    if (width == 64) {
        const uint64_t high = alv_threefry_paired(key, i, 2 * n);
        return high << 32 | alv_threefry_paired(key, i + n, 2 * n);
    }
    const int64_t per_word = 32 / width;
    const uint32_t word = alv_threefry_paired(key, i / per_word, (n + per_word - 1) / per_word);
    const int shift = (int)(i % per_word) * width;
    return word >> shift & (UINT32_MAX >> (32 - width));
}

uint64_t alv_jax_bits(const alv_compat_rng *rng, int64_t i, int64_t n, int width)
{
    const alv_words2 key = alv_jax_key(rng);
    if (!alv_jax_rules_of(rng)->indexed) return bits_paired(key, i, n, width);
    const alv_words2 w = alv_threefry(key, (uint32_t)((uint64_t)i >> 32), (uint32_t)i);
    if (width == 64) return (uint64_t)w.word[0] << 32 | w.word[1];
    return (w.word[0] ^ w.word[1]) & (UINT32_MAX >> (32 - width));
}

void alv_jax_fold_in(alv_compat_rng *rng, uint32_t data)
{
    alv_jax_set_key(rng, alv_threefry(alv_jax_key(rng), 0, data));
}

alv_status alv_jax_split(alv_compat_rng *outs, int64_t n, const alv_compat_rng *from,
                         alv_error *error)
{
    (void)error;
    const alv_words2 key = alv_jax_key(from);
    const alv_compat_rng copy = *from; /* which may be outs[0] */
    for (int64_t i = 0; i < n; i++) {
        outs[i] = copy;
        alv_jax_set_key(&outs[i], alv_jax_rules_of(&copy)->indexed
                                      ? alv_threefry(key, 0, (uint32_t)i)
                                      : alv_threefry_split(key, i, n));
    }
    return ALV_OK;
}

/* How a type is made of random bits, and its number below 1. */
typedef struct kind {
    int bits, mantissa;
    double below_one;
} kind;

static kind kind_of(alv_dtype dtype)
{
    switch (dtype) {
    case ALV_F64:
        return (kind){64, 52, 0x1.fffffffffffffp-1};
    case ALV_F16:
        return (kind){16, 10, 0x1.ffcp-1};
    case ALV_BF16:
        return (kind){8, 7, 0x1.fep-1};
    default:
        return (kind){32, 23, 0x1.fffffep-1};
    }
}

/* Where uniforms of a type come from, and their bounds as it holds them. */
typedef struct source {
    const alv_compat_rng *rng;
    int64_t n;
    alv_dtype dtype;
    kind made;
    double lo, width;
} source;

static source source_of(const alv_compat_rng *rng, alv_dtype dtype, int64_t n, double lo, double hi)
{
    source s = {rng, n, dtype, kind_of(dtype), alv_compat_held(dtype, lo), 0};
    s.width = alv_compat_held(dtype, alv_compat_held(dtype, hi) - s.lo);
    return s;
}

static double uniform_at(const source *s, int64_t i)
{
    const uint64_t bits = alv_jax_bits(s->rng, i, s->n, s->made.bits);
    const double unit = (double)(int64_t)(bits >> (s->made.bits - s->made.mantissa)) /
                        (double)(INT64_C(1) << s->made.mantissa);
    double x;
    if (s->dtype == ALV_F64)
        x = alv_fma(unit, s->width, s->lo);
    else if (s->dtype == ALV_F32)
        x = (double)alv_fmaf((float)unit, (float)s->width, (float)s->lo);
    else
        x = alv_compat_held(s->dtype, alv_compat_held(s->dtype, unit * s->width) + s->lo);
    return alv_max(x, s->lo);
}

void alv_jax_uniform(void *out, alv_dtype dtype, int64_t n, double lo, double hi,
                     alv_compat_rng *rng)
{
    const source s = source_of(rng, dtype, n, lo, hi);
    for (int64_t i = 0; i < n; i++) alv_compat_put(out, dtype, i, uniform_at(&s, i));
}

enum { CHUNK = 256 };

/* Elements from .. from + n - 1 of sqrt(2) erf_inv(u) for uniforms u, as the type holds them. */
static void normals_at(double *x, const source *s, int64_t from, int64_t n)
{
    const double root = alv_compat_held(s->dtype, ALV_SQRT2);
    for (int64_t i = 0; i < n; i++) x[i] = uniform_at(s, from + i);
    if (s->dtype == ALV_F64) {
        for (int64_t i = 0; i < n; i++) x[i] = root * alv_xla_erfinv(x[i]);
        return;
    }
    float u[CHUNK];
    for (int64_t i = 0; i < n; i++) u[i] = (float)x[i];
    alv_torch_kernels_of(s->rng->kernels)->erfinv(u, n);
    for (int64_t i = 0; i < n; i++)
        x[i] = alv_compat_held(s->dtype, root * alv_compat_held(s->dtype, (double)u[i]));
}

/* Normals from uniforms on (-1, 1), scaled as `normal(key) * std + mean` outside of XLA's fusion.
 */
void alv_jax_normal(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                    alv_compat_rng *rng)
{
    const source s = source_of(rng, dtype, n, -kind_of(dtype).below_one, 1);
    double x[CHUNK];
    for (int64_t done = 0, run; done < n; done += run) {
        run = n - done < CHUNK ? n - done : CHUNK;
        normals_at(x, &s, done, run);
        for (int64_t i = 0; i < run; i++) alv_compat_put(out, dtype, done + i, x[i]);
    }
    alv_compat_affine(out, dtype, n, alv_compat_held(dtype, std), alv_compat_held(dtype, mean));
}

/* The number of the type that follows x towards `to`, for x that is not 0. */
static double beside(double x, double to, alv_dtype dtype)
{
    const bool away = (to > x) == (x > 0);
    if (dtype == ALV_F64) return alv_from_bits(alv_bits(x) + (away ? 1u : -UINT64_C(1)));
    if (dtype == ALV_F32) return (double)alv_from_bitsf(alv_bitsf((float)x) + (away ? 1u : -1u));
    return (double)alv_widen(dtype, alv_round_one(dtype, (float)x) + (away ? 1u : -1u));
}

/* erf(x / sqrt(2)), which XLA turns into a product. */
static double side(double x, alv_dtype dtype)
{
    if (dtype == ALV_F64) return alv_erf(x * ALV_SQRT1_2);
    if (dtype == ALV_F32) return (double)alv_xla_erff((float)x * 0x1.6a09e6p-1f);
    const double root = alv_compat_held(dtype, ALV_SQRT2);
    return alv_compat_held(dtype, (double)alv_xla_erff((float)alv_compat_held(dtype, x / root)));
}

/* truncated_normal(key, (lo - mean) / std, (hi - mean) / std) * std + mean. */
alv_status alv_jax_truncated(void *out, alv_dtype dtype, int64_t n, const alv_dist *law,
                             alv_compat_rng *rng, alv_error *error)
{
    const double lo = alv_compat_held(dtype, (law->lo - law->mean) / law->std);
    const double hi = alv_compat_held(dtype, (law->hi - law->mean) / law->std);
    if (!(alv_fabs(lo) < 1e4 && alv_fabs(hi) < 1e4 && lo < hi && lo != 0 && hi != 0))
        return alv_fail(error, ALV_ERR_UNSUPPORTED, rng->profile->name,
                        "bounds %g and %g in deviations: here they are below 1e4, in order and not "
                        "0",
                        lo, hi);
    const source s = source_of(rng, dtype, n, side(lo, dtype), side(hi, dtype));
    const double least = beside(lo, hi, dtype), most = beside(hi, lo, dtype);
    double x[CHUNK];
    for (int64_t done = 0, run; done < n; done += run) {
        run = n - done < CHUNK ? n - done : CHUNK;
        normals_at(x, &s, done, run);
        for (int64_t i = 0; i < run; i++)
            alv_compat_put(out, dtype, done + i, alv_min(alv_max(x[i], least), most));
    }
    alv_compat_affine(out, dtype, n, alv_compat_held(dtype, law->std),
                      alv_compat_held(dtype, law->mean));
    return ALV_OK;
}
