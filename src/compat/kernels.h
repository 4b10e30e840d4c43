/* PyTorch's vector code for processors with AVX2, of doubles what it does one by one, and XLA's
 * inverse error function: bit for bit on every machine. */
#ifndef ALV_COMPAT_KERNELS_H
#define ALV_COMPAT_KERNELS_H

#include "alvor/kernels.h"
#include "base/libc.h"

enum { ALV_TORCH_BLOCK = 16 };

typedef struct alv_torch_kernels {
    /* out[i] = (words[i] mod 2^24) 2^-24 scale + from, rounded once after the fraction. */
    void (*uniform)(float *out, const uint32_t *words, int64_t n, float scale, float from);
    /* Box and Muller on blocks of 16 words: words j and j + 8 give elements j and j + 8. */
    void (*normal)(float *out, const uint32_t *words, int64_t blocks, float mean, float std);
    /* The same for doubles, of two words each, the high one first, of which 53 bits count. */
    void (*uniform_f64)(double *out, const uint32_t *words, int64_t n, double scale, double from);
    void (*normal_f64)(double *out, const uint32_t *words, int64_t blocks, double mean, double std);
    /* XLA's erf_inv in place, for |x| < 1. */
    void (*erfinv)(float *x, int64_t n);
} alv_torch_kernels;

/* For NULL, the best set. */
const alv_torch_kernels *alv_torch_kernels_of(const alv_kernels *kernels);

#endif
