/* The instruction sets that linalg/kernels.inc is compiled for, and the choice among them.
 *
 * The targets name no fused multiply-add; AVX-512 implies one all the same, so contraction is
 * turned off here too for compilers that were not told (contract C1). */
#include "linalg/kernels.h"

#include "simd/simd.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#define T(name) name##_f32
#define SET(name, isa) name##_f32_##isa
#define real float
#include "linalg/sets.inc"

#define T(name) name##_f64
#define SET(name, isa) name##_f64_##isa
#define real double
#include "linalg/sets.inc"
