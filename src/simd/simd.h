/* Instruction sets: which ones this build has, and which one runs.
 *
 * A room with vector code keeps its source in an .inc file, includes it once for every set of
 * ALV_FOR_EACH_SET's build, and indexes its table of functions by kernels->isa. */
#ifndef ALV_SIMD_H
#define ALV_SIMD_H

#include "alvor/kernels.h"
#include "base/libc.h"

/* Which sets besides scalar are compiled. Vector lanes are taken to be little endian. */
#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define ALV_SIMD_X86 1
#include <immintrin.h>
#elif defined(__aarch64__) && !defined(__AARCH64EB__)
#define ALV_SIMD_NEON 1
#include <arm_neon.h>
#elif defined(__wasm_simd128__)
#define ALV_SIMD_WASM 1
#include <wasm_simd128.h>
#endif

typedef enum alv_isa {
    ALV_ISA_SCALAR,
    ALV_ISA_SSE2,
    ALV_ISA_AVX2,
    ALV_ISA_AVX512,
    ALV_ISA_NEON,
    ALV_ISA_SIMD128,
    ALV_ISA_COUNT
} alv_isa;

struct alv_kernels {
    const char *name;
    alv_isa isa;
};

/* The entry of a room's table for a set; NULL means the best. */
static inline alv_isa alv_isa_of(const alv_kernels *kernels)
{
    return (kernels ? kernels : alv_kernels_best())->isa;
}

#endif
