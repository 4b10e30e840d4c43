/* Kernel sets: the instruction sets that fills are compiled for.
 *
 * Every set gives the same bits (docs/stream.md); they differ in speed alone. Functions that take a
 * set take NULL for the best one. The handles are constants, valid for ever, in any thread. */
#ifndef ALVOR_KERNELS_H
#define ALVOR_KERNELS_H

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct alv_kernels alv_kernels;

/* The sets that this library was built with and this processor runs, from "scalar", plain C that
 * is always there, to the fastest: "sse2", "avx2", "avx512"; "neon"; "simd128" (WebAssembly). */
ALV_API int alv_kernels_count(void);
ALV_API const alv_kernels *alv_kernels_at(int index);          /* NULL outside [0, count) */
ALV_API const alv_kernels *alv_kernels_find(const char *name); /* NULL if not among them */
ALV_API const alv_kernels *alv_kernels_best(void);
ALV_API const char *alv_kernels_name(const alv_kernels *kernels); /* NULL names the best */

#ifdef __cplusplus
}
#endif
#endif
