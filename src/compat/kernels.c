/* The kernels of compat/kernels.inc with the processor's fused multiply-add, and in plain C. */
#include "compat/kernels.h"

#include "base/base.h"
#include "compat/fused.h"
#include "simd/simd.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#else
#pragma GCC push_options
#pragma GCC optimize("fp-contract=off")
#endif

#define ALV_SET torch_scalar
#define ALV_SET_BYTES 4
#include "compat/kernels.inc"

#if defined(ALV_SIMD_X86)

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
#define ALV_SET torch_avx2
#define ALV_SET_BYTES 32
#include "compat/kernels.inc"
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#elif defined(ALV_SIMD_NEON)

#define ALV_SET torch_neon
#define ALV_SET_BYTES 16
#include "compat/kernels.inc"

#endif

#if !defined(__clang__)
#pragma GCC pop_options
#endif

/* Sets that are not here have no fused multiply-add. */
static const alv_torch_kernels *const sets[ALV_ISA_COUNT] = {
    [ALV_ISA_SCALAR] = &alv_kernels_torch_scalar,
#if defined(ALV_SIMD_X86)
    [ALV_ISA_AVX2] = &alv_kernels_torch_avx2,
    [ALV_ISA_AVX512] = &alv_kernels_torch_avx2,
#elif defined(ALV_SIMD_NEON)
    [ALV_ISA_NEON] = &alv_kernels_torch_neon,
#endif
};

const alv_torch_kernels *alv_torch_kernels_of(const alv_kernels *kernels)
{
    const alv_torch_kernels *table = sets[alv_isa_of(kernels)];
#if defined(ALV_SIMD_X86)
    if (!__builtin_cpu_supports("fma")) table = NULL;
#endif
    return table ? table : &alv_kernels_torch_scalar;
}
