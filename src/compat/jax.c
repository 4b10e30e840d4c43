/* JAX's threefry keys: split, fold_in, and the draws of jax.random on processors.
 *
 * jax/_src/prng.py and random.py. A key is two words, and a draw takes every word from the key and
 * the element's index, so that a draw leaves the key as it is: who wants other numbers splits it.
 * XLA fuses the scaling of uniforms and the Horner steps of the inverse error function (Giles
 * 2010); its log1p is its own, which is why normals are close and not equal. */
#include "base/base.h"
#include "compat/fused.h"
#include "compat/jax.h"
#include "compat/profile.h"
#include "compat/scheme.h"
#include "dist/round.h"
#include "math/mathf.h"

typedef struct key {
    uint32_t word[2];
} key;

/* What differs between the two layouts of the words of one key. */
typedef struct jax_rules {
    bool indexed; /* the default since 0.5 */
} jax_rules;

static uint32_t turn(uint32_t x, int by)
{
    return x << by | x >> (32 - by);
}

/* Threefry-2x32 of 20 rounds (Salmon et al. 2011). */
static key threefry(key k, uint32_t x0, uint32_t x1)
{
    static const int turns[2][4] = {{13, 15, 26, 6}, {17, 29, 16, 24}};
    const uint32_t ks[3] = {k.word[0], k.word[1], k.word[0] ^ k.word[1] ^ 0x1bd11bda};
    x0 += ks[0];
    x1 += ks[1];
    for (uint32_t group = 1; group <= 5; group++) {
        for (int r = 0; r < 4; r++) {
            x0 += x1;
            x1 = turn(x1, turns[(group - 1) % 2][r]) ^ x0;
        }
        x0 += ks[group % 3];
        x1 += ks[(group + 1) % 3] + group;
    }
    return (key){{x0, x1}};
}

static key key_of(const alv_compat_rng *rng)
{
    return (key){{(uint32_t)(rng->state[0] >> 32), (uint32_t)rng->state[0]}};
}

static void set_key(alv_compat_rng *rng, key k)
{
    rng->state[0] = (uint64_t)k.word[0] << 32 | k.word[1];
}

static bool partitionable(const alv_compat_rng *rng)
{
    return ((const jax_rules *)rng->profile->rules)->indexed;
}

/* Word i of the n that the counters 0 .. n-1 make: the first half of the counters, beside the
 * second, makes first the one half of the words and then the other. */
static uint32_t paired(key k, int64_t i, int64_t n)
{
    const int64_t half = (n + 1) / 2, at = i < half ? i : i - half;
    const uint32_t other = at + half < n ? (uint32_t)(at + half) : 0; /* n odd: padded with 0 */
    return threefry(k, (uint32_t)at, other).word[i >= half];
}

/* jax.random.bits of a 32-bit type, element i of n. */
static uint32_t word_at(const alv_compat_rng *rng, int64_t i, int64_t n)
{
    if (!partitionable(rng)) return paired(key_of(rng), i, n);
    const key w = threefry(key_of(rng), (uint32_t)((uint64_t)i >> 32), (uint32_t)i);
    return w.word[0] ^ w.word[1];
}

static void seed(alv_compat_rng *rng, uint64_t number)
{
    rng->state[0] = number & UINT32_MAX; /* as with jax_enable_x64 off */
}

/* A number of [0, 1) in steps of 2^-23. */
static float unit(const alv_compat_rng *rng, int64_t i, int64_t n)
{
    return (float)(word_at(rng, i, n) >> 9) * 0x1p-23f;
}

/* Element i of a uniform on [lo, lo + width). */
static float uniform_at(const alv_compat_rng *rng, int64_t i, int64_t n, float lo, float width)
{
    return alv_maxf(alv_fmaf(unit(rng, i, n), width, lo), lo);
}

static void uniform(void *out, alv_dtype dtype, int64_t n, double lo, double hi,
                    alv_compat_rng *rng)
{
    const float from = (float)lo, width = (float)hi - from;
    (void)dtype;
    for (int64_t i = 0; i < n; i++) ((float *)out)[i] = uniform_at(rng, i, n, from, width);
}

/* sqrt(2) erfinv(u), |u| < 1. */
static float normal_of(float u)
{
    static const float near[9] = {0x1.e2cb1p-26f,   0x1.70966cp-22f, -0x1.d8e6aep-19f,
                                  -0x1.26b582p-18f, 0x1.ca65b6p-13f, -0x1.48a81p-10f,
                                  -0x1.11c9dep-8f,  0x1.f91ec6p-3f,  0x1.805c5ep+0f};
    static const float far[9] = {-0x1.a3e136p-13f, 0x1.a76ad6p-14f, 0x1.61b8e4p-10f,
                                 -0x1.e17bcep-9f,  0x1.7824f6p-8f,  -0x1.f38baep-8f,
                                 0x1.354afcp-7f,   0x1.006db6p+0f,  0x1.6a9efcp+1f};
    float w = (float)-alv_log1p((double)-(u * u));
    const float *c = w < 5 ? near : far;
    w = w < 5 ? w - 2.5f : (float)alv_sqrt((double)w) - 3;
    float p = c[0];
    for (int k = 1; k < 9; k++) p = alv_fmaf(p, w, c[k]);
    return 0x1.6a09e6p+0f * (p * u);
}

/* Normals from uniforms on (-1, 1), scaled as `normal(key) * std + mean` outside of XLA's fusion.
 */
static void normal(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                   alv_compat_rng *rng)
{
    const float scale = (float)std, shift = (float)mean;
    (void)dtype;
    for (int64_t i = 0; i < n; i++)
        ((float *)out)[i] = normal_of(uniform_at(rng, i, n, -0x1.fffffep-1f, 2)) * scale + shift;
}

/* The float that follows x towards `to`, for x that is not 0. */
static float beside(float x, float to)
{
    return alv_from_bitsf(alv_bitsf(x) + ((to > x) == (x > 0) ? 1u : -1u));
}

/* truncated_normal(key, (lo - mean) / std, (hi - mean) / std) * std + mean. */
static alv_status truncated(void *out, alv_dtype dtype, int64_t n, const alv_dist *law,
                            alv_compat_rng *rng, alv_error *error)
{
    const float lo = (float)((law->lo - law->mean) / law->std);
    const float hi = (float)((law->hi - law->mean) / law->std);
    (void)dtype;
    if (!(alv_absf(lo) < 1e30f && alv_absf(hi) < 1e30f && lo < hi && lo != 0 && hi != 0))
        return alv_fail(error, ALV_ERR_UNSUPPORTED, rng->profile->name,
                        "bounds %g and %g in deviations: JAX's are finite, in order and not 0 here",
                        (double)lo, (double)hi);
    const float a = (float)alv_erf((double)(lo / 0x1.6a09e6p+0f));
    const float b = (float)alv_erf((double)(hi / 0x1.6a09e6p+0f));
    const float least = beside(lo, hi), most = beside(hi, lo);
    for (int64_t i = 0; i < n; i++) {
        float x = normal_of(uniform_at(rng, i, n, a, b - a));
        x = alv_minf(alv_maxf(x, least), most);
        ((float *)out)[i] = x * (float)law->std + (float)law->mean;
    }
    return ALV_OK;
}

static alv_status check_key(const alv_compat_rng *rng, alv_error *error)
{
    if (!rng || !rng->profile) return alv_fail(error, ALV_ERR_ARGUMENT, "compat", "NULL argument");
    if (rng->profile->seed == seed) return ALV_OK;
    return alv_fail(error, ALV_ERR_UNSUPPORTED, rng->profile->name,
                    "%s has no keys to split: JAX's streams have", rng->profile->name);
}

alv_status alv_compat_fold_in(alv_compat_rng *rng, uint32_t data, alv_error *error)
{
    ALV_TRY(check_key(rng, error));
    set_key(rng, threefry(key_of(rng), 0, data));
    return ALV_OK;
}

alv_status alv_compat_split(alv_compat_rng *outs, int64_t n, const alv_compat_rng *rng,
                            alv_error *error)
{
    ALV_TRY(check_key(rng, error));
    if (n < 0 || n > INT32_MAX || (!outs && n > 0))
        return alv_fail(error, ALV_ERR_ARGUMENT, "split",
                        "NULL argument, or n below 0 or too large");
    const alv_compat_rng from = *rng; /* which may be outs[0] */
    const key k = key_of(&from);
    for (int64_t i = 0; i < n; i++) {
        outs[i] = from;
        set_key(&outs[i], partitionable(&from)
                              ? threefry(k, 0, (uint32_t)i)
                              : (key){{paired(k, 2 * i, 2 * n), paired(k, 2 * i + 1, 2 * n)}});
    }
    return ALV_OK;
}

#define F32 ALV_BIT(ALV_F32)
#define CLOSE(DRAW)                                                                                \
    {DRAW,                                                                                         \
     F32,                                                                                          \
     0,                                                                                            \
     ALV_EXACT_CLOSE,                                                                              \
     {[ALV_EN] =                                                                                   \
          "XLA has a log1p of its own: up to 1 % of the values seen differ, by 3 units of the "    \
          "last place at most",                                                                    \
      [ALV_PT] = "o XLA tem um log1p próprio: até 1 % dos valores vistos diferem, em no máximo 3 " \
                 "unidades da última casa"}}
#define THREEFRY                                                                                   \
    .claims = {{ALV_COMPAT_UNIFORM, F32, 0, ALV_EXACT_BITS, {"", ""}},                             \
               CLOSE(ALV_COMPAT_NORMAL),                                                           \
               CLOSE(ALV_COMPAT_TRUNCATED)},                                                       \
    .seed = seed, .uniform = uniform, .normal = normal, .truncated = truncated,                    \
    .scheme_at = alv_jax_scheme_at,                                                                \
    .seen = {[ALV_EN] = "JAX 0.10.2 on x86, without x64: golden hashes of uniforms (five seeds, "  \
                        "sizes 1 to 40, 100, 1000, 4097, 1000003); the split and folded keys of "  \
                        "one key; normals value by value",                                         \
             [ALV_PT] = "JAX 0.10.2 em x86, sem x64: hashes de uniformes (cinco sementes, "        \
                        "tamanhos de 1 a 40, 100, 1000, 4097, 1000003); as chaves divididas e "    \
                        "derivadas de uma chave; normais valor por valor"}

static const jax_rules by_index = {true}, paired_words = {false};

const alv_compat alv_compat_jax = {
    .name = "jax",
    .aliases = "jax-partitionable",
    .summary = {[ALV_EN] = "JAX's default keys since 0.5: threefry, partitionable",
                [ALV_PT] = "as chaves padrão do JAX desde 0.5: threefry, particionável"},
    .reproduces =
        "key = jax.random.key(SEED); jax.random.uniform(key, shape, minval=lo, maxval=hi), "
        "normal(key, shape) * std + mean; every draw takes the same key, unsplit",
    .rules = &by_index,
    THREEFRY,
};

const alv_compat alv_compat_jax_original = {
    .name = "jax-original",
    .aliases = "jax@0.4",
    .summary = {[ALV_EN] = "JAX's keys before 0.5, or with jax_threefry_partitionable off",
                [ALV_PT] = "as chaves do JAX antes de 0.5, ou sem jax_threefry_partitionable"},
    .reproduces = "jax.config.update(\"jax_threefry_partitionable\", False), and then as jax",
    .rules = &paired_words,
    THREEFRY,
};
