/* PyTorch's normal_ and trunc_normal_ on processors.
 *
 * 16 elements and more (aten/src/ATen/native/cpu/DistributionTemplates.h, normal_fill): the array
 * is filled with uniforms; Box and Muller's formula takes elements j and j + 8 of every 16; if some
 * remain, the last 16 are drawn again. Since one word makes one uniform, in order, this can be done
 * block by block. Fewer elements: one by one in double, with every second value kept for later
 * (at::normal_distribution), across calls. */
#include "base/base.h"
#include "compat/fused.h"
#include "compat/glibc.h"
#include "compat/kernels.h"
#include "compat/mersenne.h"
#include "compat/torch.h"
#include "dist/round.h"
#include "math/math.h"

enum { BLOCK = ALV_TORCH_BLOCK, HALF = BLOCK / 2, BLOCKS = 64, CHUNK = BLOCK * BLOCKS };

static double affine(double x, double std, double mean, bool fused)
{
    return fused ? alv_fma(x, std, mean) : x * std + mean;
}

static float affine_f32(float x, float std, float mean, bool fused)
{
    return fused ? alv_fmaf(x, std, mean) : x * std + mean;
}

/* ---- floats */

/* The path without AVX2: the C library's functions, and the angle rounded from double. */
static void scalar_blocks(float *out, const uint32_t *words, int64_t blocks, float mean, float std,
                          bool fused)
{
    for (; blocks > 0; blocks--, out += BLOCK, words += BLOCK)
        for (int j = 0; j < HALF; j++) {
            float u1 = 1 - (float)(words[j] & 0xffffff) * 0x1p-24f, s, c;
            float u2 = (float)(words[j + HALF] & 0xffffff) * 0x1p-24f;
            float radius = __builtin_sqrtf(-2 * alv_glibc_logf(u1));
            alv_glibc_sincosf(&s, &c, (float)(2 * ALV_PI * (double)u2));
            out[j] = affine_f32(radius * c, std, mean, fused);
            out[j + HALF] = affine_f32(radius * s, std, mean, fused);
        }
}

static void blocks_f32(float *out, int64_t blocks, float mean, float std, alv_compat_rng *rng)
{
    const alv_torch_rules *rules = alv_torch_rules_of(rng);
    const alv_torch_kernels *kernels = alv_torch_kernels_of(rng->kernels);
    uint32_t words[CHUNK];
    for (int64_t run; blocks > 0; blocks -= run, out += BLOCK * run) {
        run = blocks < BLOCKS ? blocks : BLOCKS;
        alv_mersenne_words(words, BLOCK * run, &rng->mt);
        if (rules->fused)
            kernels->normal(out, words, run, mean, std);
        else
            scalar_blocks(out, words, run, mean, std, rules->fused_normal);
    }
}

/* ---- doubles */

static void blocks_f64(double *out, int64_t blocks, double mean, double std, alv_compat_rng *rng)
{
    const alv_torch_rules *rules = alv_torch_rules_of(rng);
    const alv_torch_kernels *kernels = alv_torch_kernels_of(rng->kernels);
    const bool fused = rules->fused || rules->fused_normal;
    uint32_t words[CHUNK];
    for (int64_t run; blocks > 0; blocks -= run, out += BLOCK * run) {
        run = blocks < BLOCKS / 2 ? blocks : BLOCKS / 2;
        alv_mersenne_words(words, 2 * BLOCK * run, &rng->mt);
        kernels->normal_f64(out, words, run, fused ? mean : 0, fused ? std : 1);
        for (int64_t i = 0; !fused && i < BLOCK * run; i++) out[i] = out[i] * std + mean;
    }
}

/* ---- 16 bits */

static float rounded(alv_dtype dtype, float x)
{
    return alv_widen(dtype, alv_round_one(dtype, x));
}

/* Every operation rounded to the type; there are so few arguments that no rounding is close. */
static void pair_per_step(float *cosine, float *sine, alv_dtype dtype, float x1, float x2,
                          float mean, float std)
{
    float log = rounded(dtype, (float)alv_log(rounded(dtype, 1 - x1)));
    float radius = rounded(dtype, __builtin_sqrtf(rounded(dtype, -2 * log)));
    double s, c;
    alv_sincos(&s, &c, rounded(dtype, (float)(2 * ALV_PI * (double)x2)));
    *cosine = rounded(dtype, rounded(dtype, radius * rounded(dtype, (float)c)) * std) + mean;
    *sine = rounded(dtype, rounded(dtype, radius * rounded(dtype, (float)s)) * std) + mean;
}

/* PyTorch 1 had no functions of halves: they were taken of floats. */
static void pair_f16_1(float *cosine, float *sine, float x1, float x2, float mean, float std,
                       bool fused)
{
    float radius = rounded(ALV_F16, __builtin_sqrtf(-2 * alv_glibc_logf(1 - x1))), s, c;
    alv_glibc_sincosf(&s, &c, rounded(ALV_F16, (float)(2 * ALV_PI * (double)x2)));
    *cosine = affine_f32(radius * c, std, mean, fused);
    *sine = affine_f32(radius * s, std, mean, fused);
}

static void block_own(uint16_t *out, alv_dtype dtype, float mean, float std, alv_compat_rng *rng)
{
    const alv_torch_rules *rules = alv_torch_rules_of(rng);
    const bool in_float = rules->narrow == ALV_TORCH_PER_STEP_1 && dtype == ALV_F16;
    const int bits = dtype == ALV_BF16 ? 8 : 11;
    float x[BLOCK], y[BLOCK];
    for (int i = 0; i < BLOCK; i++)
        x[i] = (float)(alv_mersenne_u32(&rng->mt) & ((1u << bits) - 1)) / (float)(1 << bits);
    mean = rounded(dtype, mean);
    std = rounded(dtype, std);
    for (int j = 0; j < HALF; j++) {
        if (in_float)
            pair_f16_1(&y[j], &y[j + HALF], x[j], x[j + HALF], mean, std, rules->fused);
        else
            pair_per_step(&y[j], &y[j + HALF], dtype, x[j], x[j + HALF], mean, std);
    }
    alv_round_array(out, dtype, y, BLOCK);
}

static void block_narrow(uint16_t *out, alv_dtype dtype, float mean, float std, alv_compat_rng *rng)
{
    float x[BLOCK];
    uint32_t words[BLOCK];
    if (!alv_torch_casts(rng)) {
        block_own(out, dtype, mean, std, rng);
        return;
    }
    if (alv_torch_rules_of(rng)->narrow == ALV_TORCH_CAST_SCALAR) {
        alv_mersenne_words(words, BLOCK, &rng->mt);
        scalar_blocks(x, words, 1, rounded(dtype, mean), rounded(dtype, std),
                      alv_torch_rules_of(rng)->fused);
    } else {
        blocks_f32(x, 1, mean, std, rng);
    }
    alv_round_array(out, dtype, x, BLOCK);
}

/* ---- whole arrays */

void alv_torch_normal_blocks(void *out, alv_dtype dtype, int64_t blocks, double mean, double std,
                             alv_compat_rng *rng)
{
    if (dtype == ALV_F32) {
        blocks_f32(out, blocks, (float)mean, (float)std, rng);
        return;
    }
    if (dtype == ALV_F64) {
        blocks_f64(out, blocks, mean, std, rng);
        return;
    }
    for (int64_t i = 0; i < blocks; i++)
        block_narrow((uint16_t *)out + BLOCK * i, dtype, (float)mean, (float)std, rng);
}

static double uniform53(alv_compat_rng *rng)
{
    uint64_t high = alv_mersenne_u32(&rng->mt), bits = high << 32 | alv_mersenne_u32(&rng->mt);
    return (double)(bits & 0x1fffffffffffff) * 0x1p-53;
}

static double next_serial(alv_compat_rng *rng)
{
    if (rng->has_spare) {
        rng->has_spare = false;
        return rng->spare;
    }
    double u1 = uniform53(rng), u2 = uniform53(rng), s, c;
    double log = alv_torch_rules_of(rng)->log1p ? alv_log1p(-u2) : alv_log(1 - u2);
    double radius = alv_sqrt(-2 * log);
    alv_sincos(&s, &c, 2 * ALV_PI * u1);
    rng->spare = radius * s;
    rng->has_spare = true;
    return radius * c;
}

void alv_torch_normal_serial(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                             alv_compat_rng *rng)
{
    for (int64_t i = 0; i < n; i++) {
        double x = affine(next_serial(rng), std, mean, alv_torch_rules_of(rng)->fused);
        if (dtype == ALV_F64)
            ((double *)out)[i] = x;
        else if (dtype == ALV_F32)
            ((float *)out)[i] = (float)x;
        else
            ((uint16_t *)out)[i] = (uint16_t)alv_round_one(dtype, (float)x);
    }
}

void alv_torch_normal(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                      alv_compat_rng *rng)
{
    if (n < BLOCK) {
        alv_torch_normal_serial(out, dtype, n, mean, std, rng);
        return;
    }
    alv_torch_normal_blocks(out, dtype, n / BLOCK, mean, std, rng);
    if (n % BLOCK == 0) return;
    alv_torch_skip(dtype, n % BLOCK, rng);
    char *last = (char *)out + (size_t)(n - BLOCK) * alv_dtype_size(dtype);
    alv_torch_normal_blocks(last, dtype, 1, mean, std, rng);
}
