/* The kernel sets of this build, in the order of their speed. */
#include "simd/simd.h"

#include "base/base.h"

/* A processor that runs a set runs all before it. */
static const alv_kernels sets[] = {
    {"scalar", ALV_ISA_SCALAR},
#if defined(ALV_SIMD_X86)
    {"sse2", ALV_ISA_SSE2},
    {"avx2", ALV_ISA_AVX2},
    {"avx512", ALV_ISA_AVX512},
#elif defined(ALV_SIMD_NEON)
    {"neon", ALV_ISA_NEON},
#elif defined(ALV_SIMD_WASM)
    {"simd128", ALV_ISA_SIMD128},
#endif
};

/* The compiler's run-time library asks the processor and the system once, before main. The set avx2
 * also converts halves (F16C), which all processors with AVX2 do; not every compiler has a name for
 * it. */
int alv_kernels_count(void)
{
#if defined(ALV_SIMD_X86)
#if !defined(__clang__) && __GNUC__ >= 11
    if (!__builtin_cpu_supports("f16c")) return 2;
#endif
    if (!__builtin_cpu_supports("avx2")) return 2;
    bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    return avx512 ? 4 : 3;
#else
    return ALV_COUNT(sets);
#endif
}

const alv_kernels *alv_kernels_at(int index)
{
    return index >= 0 && index < alv_kernels_count() ? &sets[index] : NULL;
}

const alv_kernels *alv_kernels_find(const char *name)
{
    for (int i = 0; name && i < alv_kernels_count(); i++)
        if (strcmp(sets[i].name, name) == 0) return &sets[i];
    return NULL;
}

const alv_kernels *alv_kernels_best(void)
{
    return &sets[alv_kernels_count() - 1];
}

const char *alv_kernels_name(const alv_kernels *kernels)
{
    return (kernels ? kernels : alv_kernels_best())->name;
}
