/* The kernels of dist/kernels.inc, compiled for each instruction set.
 *
 * The targets name no fused multiply-add; AVX-512 implies one all the same, so contraction is
 * turned off here for compilers that were not told (GCC ignores the standard pragma, Clang obeys
 * it): every operation is rounded on its own, whatever the flags (contract C1). */
#include "dist/kernels.h"

#include "base/base.h"
#include "dist/narrow.h"
#include "dist/polynomials.h"
#include "math/math.h"
#include "math/mathf.h"
#include "math/quantile.h"
#include "simd/simd.h"
#include "stream/philox.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#define V_UNROLLED _Pragma("clang loop unroll(full)")
#if __has_feature(address_sanitizer)
#define V_INSTRUMENTED
#endif
#else
#pragma GCC push_options
#pragma GCC optimize("fp-contract=off")
#define V_UNROLLED _Pragma("GCC unroll 16")
#if defined(__SANITIZE_ADDRESS__)
#define V_INSTRUMENTED
#endif
#endif

#if defined(V_INSTRUMENTED) /* and unrolled, it would take compilers minutes */
#define V_UNROLL
#else
#define V_UNROLL V_UNROLLED
#endif

#define ALV_SET scalar
#define ALV_SET_BYTES 4
#include "dist/kernels.inc"

#if defined(ALV_SIMD_X86)

#define ALV_SET sse2
#define ALV_SET_BYTES 16
#include "dist/kernels.inc"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,f16c"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,f16c")
#endif
#define ALV_SET avx2
#define ALV_SET_BYTES 32
#include "dist/kernels.inc"
#if defined(__clang__)
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl"))),        \
                             apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl")
#endif
#define ALV_SET avx512
#define ALV_SET_BYTES 64
#include "dist/kernels.inc"
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#elif defined(ALV_SIMD_NEON)

#define ALV_SET neon
#define ALV_SET_BYTES 16
#include "dist/kernels.inc"

#elif defined(ALV_SIMD_WASM)

#define ALV_SET simd128
#define ALV_SET_BYTES 16
#include "dist/kernels.inc"

#endif

#if !defined(__clang__)
#pragma GCC pop_options
#endif

static const alv_fill_kernels *const tables[ALV_ISA_COUNT] = {
    [ALV_ISA_SCALAR] = &alv_fill_kernels_scalar,
#if defined(ALV_SIMD_X86)
    [ALV_ISA_SSE2] = &alv_fill_kernels_sse2,
    [ALV_ISA_AVX2] = &alv_fill_kernels_avx2,
    [ALV_ISA_AVX512] = &alv_fill_kernels_avx512,
#elif defined(ALV_SIMD_NEON)
    [ALV_ISA_NEON] = &alv_fill_kernels_neon,
#elif defined(ALV_SIMD_WASM)
    [ALV_ISA_SIMD128] = &alv_fill_kernels_simd128,
#endif
};

static bool has_own_bf16(void)
{
#if defined(ALV_SIMD_X86)
    return __builtin_cpu_supports("avx512bf16");
#else
    return false;
#endif
}

static bool zero_or_large(double x)
{
    return x == 0 || alv_fabs(x) >= 0x1p-80;
}

/* True if every float that is drawn is 0 or at least 2^-126 in size, and so no subnormal. The parts
 * of a sum, the mean and its multiple of the scale, are 0 or multiples of 2^-126: a normal draw is
 * 0 or 2^-43 deviations or more, of 24 digits; the quantile near the middle 2^-63, of 24 digits. */
static bool never_subnormal(const alv_plan *p)
{
    return p->scale >= 0x1p-30 && zero_or_large(p->value) && zero_or_large(p->lo) &&
           zero_or_large(p->hi);
}

alv_fill_kernel *alv_fill_bf16(const alv_fill_kernels *set, alv_draw draw, const alv_plan *plan)
{
    const bool own = set->own_bf16[draw] && never_subnormal(plan) && has_own_bf16();
    return own ? set->own_bf16[draw] : set->bf16[draw];
}

const alv_fill_kernels *alv_fill_kernels_of(const alv_kernels *kernels)
{
    return tables[alv_isa_of(kernels)];
}
