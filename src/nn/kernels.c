/* The instruction sets that the kernels are compiled for, and the choice among them. */
#include "nn/kernels.h"

#include "math/math.h"
#include "math/mathf.h"
#include "nn/transpose.h"

#define T(name) name##_f32
#define real float
#define SQRT __builtin_sqrtf
#define EXP alv_expf

#define FN(name) name##_f32_base
#define TARGET
#define ISA "base"
#define VECTOR_BYTES 16
#define TILE_ROWS 4
#include "nn/kernels.inc"

#ifdef __x86_64__
#define FN(name) name##_f32_avx2
#define TARGET __attribute__((target("avx2")))
#define ISA "avx2"
#define VECTOR_BYTES 32
#define TILE_ROWS 4
#include "nn/kernels.inc"

#define FN(name) name##_f32_avx512
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw")))
#define ISA "avx512"
#define VECTOR_BYTES 64
#define TILE_ROWS 8
#include "nn/kernels.inc"
#endif

#undef T
#undef real
#undef SQRT
#undef EXP

#define T(name) name##_f64
#define real double
#define SQRT __builtin_sqrt
#define EXP alv_exp

#define FN(name) name##_f64_base
#define TARGET
#define ISA "base"
#define VECTOR_BYTES 16
#define TILE_ROWS 4
#include "nn/kernels.inc"

int alv_kernels_count_f64(void)
{
    return 1;
}

const alv_kernels_f64 *alv_kernels_at_f64(int index)
{
    return index == 0 ? &kernels_f64_base : NULL;
}

const alv_kernels_f64 *alv_kernels_best_f64(void)
{
    return &kernels_f64_base;
}

#ifdef __x86_64__
int alv_kernels_count_f32(void)
{
    return 3;
}

const alv_kernels_f32 *alv_kernels_at_f32(int index)
{
    bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
    switch (index) {
    case 0:
        return &kernels_f32_base;
    case 1:
        return __builtin_cpu_supports("avx2") ? &kernels_f32_avx2 : NULL;
    case 2:
        return avx512 ? &kernels_f32_avx512 : NULL;
    default:
        return NULL;
    }
}
#else
int alv_kernels_count_f32(void)
{
    return 1;
}

const alv_kernels_f32 *alv_kernels_at_f32(int index)
{
    return index == 0 ? &kernels_f32_base : NULL;
}
#endif

const alv_kernels_f32 *alv_kernels_best_f32(void)
{
    const alv_kernels_f32 *best = NULL;
    for (int i = 0; i < alv_kernels_count_f32(); i++)
        if (alv_kernels_at_f32(i)) best = alv_kernels_at_f32(i);
    return best;
}
