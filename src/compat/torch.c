/* PyTorch's uniform_, random_, randperm and manual_seed on processors.
 *
 * ATen/core/TransformationHelper.h, DistributionTemplates.h and CPUGeneratorImpl.cpp: MT19937 from
 * the low 32 bits of the seed; 24 bits of one word make a float, 53 bits of two a double. Builds
 * for AVX2 fuse the scaling of uniforms. All fills are serial there, whatever the threads. */
#include "compat/torch.h"

#include "base/base.h"
#include "compat/kernels.h"
#include "compat/mersenne.h"
#include "compat/scheme.h"
#include "dist/round.h"
#include "math/mathf.h"

enum { CHUNK = 1024 };

void alv_torch_seed(alv_compat_rng *rng, uint64_t seed)
{
    alv_mersenne_seed(&rng->mt, (uint32_t)seed);
}

/* A type that is drawn in float takes its words block by block, and none for an incomplete one. */
void alv_torch_skip(alv_dtype dtype, int64_t n, alv_compat_rng *rng)
{
    if (alv_is_narrow(dtype) && alv_torch_casts(rng)) return;
    for (int64_t i = dtype == ALV_F64 ? 2 * n : n; i > 0; i--) alv_mersenne_u32(&rng->mt);
}

/* A uniform's bounds in the element type, as floats and doubles. */
typedef struct range {
    double from, to, width;
} range;

static void close_f32(float *out, int64_t n, const range *r)
{
    for (int64_t i = 0; i < n; i++)
        if (out[i] == (float)r->to) out[i] = (float)r->from;
}

static void uniform_f32(float *out, int64_t n, const range *r, alv_compat_rng *rng)
{
    const alv_torch_rules *rules = alv_torch_rules_of(rng);
    const alv_torch_kernels *kernels = alv_torch_kernels_of(rng->kernels);
    const float width = (float)r->width, from = (float)r->from;
    uint32_t words[CHUNK];
    for (int64_t done = 0, run; done < n; done += run) {
        run = n - done < CHUNK ? n - done : CHUNK;
        alv_mersenne_words(words, run, &rng->mt);
        if (rules->fused)
            kernels->uniform(out + done, words, run, width, from);
        else
            for (int64_t i = 0; i < run; i++)
                out[done + i] = (float)(words[i] & 0xffffff) * 0x1p-24f * width + from;
        if (rules->half_open) close_f32(out + done, run, r);
    }
}

ALV_CLONES static void uniform_words_f64(double *restrict out, const uint32_t *restrict words,
                                         int64_t n, double width, double from)
{
    for (int64_t i = 0; i < n; i++) {
        uint64_t bits = (uint64_t)words[2 * i] << 32 | words[2 * i + 1];
        out[i] = (double)(int64_t)(bits & 0x1fffffffffffff) * 0x1p-53 * width + from;
    }
}

static void uniform_f64(double *out, int64_t n, const range *r, alv_compat_rng *rng)
{
    const alv_torch_rules *rules = alv_torch_rules_of(rng);
    const alv_torch_kernels *kernels = alv_torch_kernels_of(rng->kernels);
    uint32_t words[CHUNK];
    for (int64_t done = 0, run; done < n; done += run) {
        run = n - done < CHUNK / 2 ? n - done : CHUNK / 2;
        alv_mersenne_words(words, 2 * run, &rng->mt);
        (rules->fused ? kernels->uniform_f64 : uniform_words_f64)(out + done, words, run, r->width,
                                                                  r->from);
        for (int64_t i = done; rules->half_open && i < done + run; i++)
            if (out[i] == r->to) out[i] = r->from;
    }
}

/* A type of 16 bits, from as many random bits as its mantissa has; the product is exact. */
static void uniform_own(uint16_t *out, alv_dtype dtype, int64_t n, const range *r,
                        alv_compat_rng *rng)
{
    const int bits = dtype == ALV_BF16 ? 8 : 11;
    for (int64_t i = 0; i < n; i++) {
        float x = (float)(alv_mersenne_u32(&rng->mt) & ((1u << bits) - 1)) / (float)(1 << bits);
        out[i] = (uint16_t)alv_round_one(dtype, x * (float)r->width + (float)r->from);
    }
}

static void uniform_cast(uint16_t *out, alv_dtype dtype, int64_t n, const range *r,
                         alv_compat_rng *rng)
{
    const uint16_t to = (uint16_t)alv_round_one(dtype, (float)r->to);
    const uint16_t from = (uint16_t)alv_round_one(dtype, (float)r->from);
    float x[CHUNK];
    for (int64_t done = 0, run; done < n; done += run) {
        run = n - done < CHUNK ? n - done : CHUNK;
        uniform_f32(x, run, r, rng);
        alv_round_array(out + done, dtype, x, run);
        for (int64_t i = done; i < done + run; i++)
            if (out[i] == to) out[i] = from;
    }
}

void alv_torch_uniform(void *out, alv_dtype dtype, int64_t n, double lo, double hi,
                       alv_compat_rng *rng)
{
    const bool own = alv_is_narrow(dtype) && !alv_torch_casts(rng);
    const alv_dtype type = alv_is_narrow(dtype) && !own ? ALV_F32 : dtype;
    range r = {.from = alv_compat_held(type, lo), .to = alv_compat_held(type, hi)};
    r.width = alv_compat_held(type, r.to - r.from);
    if (own)
        uniform_own(out, dtype, n, &r, rng);
    else if (dtype == ALV_F32)
        uniform_f32(out, n, &r, rng);
    else if (dtype == ALV_F64)
        uniform_f64(out, n, &r, rng);
    else
        uniform_cast(out, dtype, n, &r, rng);
}

static uint64_t word64(alv_compat_rng *rng)
{
    uint64_t high = alv_mersenne_u32(&rng->mt);
    return high << 32 | alv_mersenne_u32(&rng->mt);
}

/* The remainder is not exactly uniform, and that is PyTorch's. */
void alv_torch_integers(int64_t *out, int64_t n, int64_t lo, int64_t hi, alv_compat_rng *rng)
{
    const uint64_t count = (uint64_t)hi - (uint64_t)lo;
    const int one_word = alv_torch_rules_of(rng)->one_word;
    for (int64_t i = 0; i < n; i++) {
        uint64_t word = count >> one_word ? word64(rng) : alv_mersenne_u32(&rng->mt);
        out[i] = (int64_t)((uint64_t)lo + word % count);
    }
}

void alv_torch_permutation(int64_t *out, int64_t n, alv_compat_rng *rng)
{
    uint32_t words[CHUNK];
    for (int64_t i = 0; i < n; i++) out[i] = i;
    for (int64_t i = 0, drawn = 0; i < n - 1; i++) {
        if (i == drawn) {
            const int64_t run = n - 1 - i < CHUNK ? n - 1 - i : CHUNK;
            alv_mersenne_words(words, run, &rng->mt);
            drawn += run;
        }
        const uint32_t word = words[i % CHUNK];
        const int64_t left = n - i, t = out[i];
        const int64_t j = i + (left <= UINT32_MAX ? word % (uint32_t)left : word);
        out[i] = out[j];
        out[j] = t;
    }
}

/* The iterator of torch/utils/data/dataloader.py draws a seed for its workers, which with none are
 * not there, and RandomSampler another one for a generator of its own. */
alv_status alv_compat_epoch(int64_t *out, int64_t n, alv_compat_rng *rng, alv_error *error)
{
    if (!rng || !rng->profile || (!out && n > 0) || n < 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "compat", "NULL argument, or n below 0");
    if (!rng->profile->modules)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, rng->profile->name,
                        "%s has no DataLoader: PyTorch's streams have", rng->profile->name);
    alv_compat_rng own;
    word64(rng);
    ALV_TRY(alv_compat_seed(&own, rng->profile, word64(rng) & INT64_MAX, error));
    return alv_compat_permutation(out, n, &own, error);
}
