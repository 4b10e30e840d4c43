/* The three matrix products of a dense layer, behind one small interface with two implementations.
 *
 * All matrices are row-major and dense. With B rows in the batch:
 *     forward   z (B, out)  = x (B, in) w^T (in, out) + b (out), b may be NULL
 *     input     dx (B, in)  = delta (B, out) w (out, in)
 *     weight    dw (out, in) = alpha delta^T (out, B) x (B, in) + beta dw, or, where alpha is 1 and
 *               beta 0, delta^T x without reading dw
 * The portable implementation promises its order of additions: each element starts from b (or 0)
 * and adds its products in ascending order, one rounding per product and one per sum. In `weight`,
 * with (alpha, beta) != (1, 0), every ALV_GEMM_DEPTH rows of the batch are summed before they are
 * scaled and added. oneDNN promises no order. */
#ifndef ALV_GEMM_H
#define ALV_GEMM_H

#include "nn/kernels.h"

/* A dense layer of this batch. */
typedef struct alv_dense {
    int64_t rows, in, out;
} alv_dense;

/* A convolution of this batch: images with units side by side, zeros beyond the border. */
typedef struct alv_conv {
    int64_t batch, in, out;
    int height, width, out_height, out_width, kernel, stride;
    bool bias;
} alv_conv;

/* Convolutions that need no unfolding, as an object for each layer. `make` gives NULL for what the
 * backend has not, or does no faster; each of the others is false where it failed and must be
 * done otherwise. Weights are (out, in, kernel, kernel); dx and dw are overwritten. */
#define ALV_CONV_TYPE(real, suffix)                                                                \
    typedef struct alv_conv_##suffix {                                                             \
        void *(*make)(const alv_conv *shape);                                                      \
        void (*free)(void *conv);                                                                  \
        bool (*forward)(void *conv, real *z, const real *x, const real *w, const real *b);         \
        bool (*input)(void *conv, real *dx, const real *delta, const real *w);                     \
        bool (*weight)(void *conv, real *dw, const real *delta, const real *x);                    \
    } alv_conv_##suffix;

ALV_CONV_TYPE(float, f32)
ALV_CONV_TYPE(double, f64)

#define ALV_GEMM_TYPE(real, suffix)                                                                \
    typedef struct alv_gemm_##suffix {                                                             \
        void (*forward)(real * z, const real *x, const real *w, const real *b, alv_dense d,        \
                        const alv_workspace_##suffix *ws);                                         \
        void (*input)(real * dx, const real *delta, const real *w, alv_dense d,                    \
                      const alv_workspace_##suffix *ws);                                           \
        void (*weight)(real * dw, const real *delta, const real *x, real alpha, real beta,         \
                       alv_dense d, const alv_workspace_##suffix *ws);                             \
        const alv_conv_##suffix *conv; /* NULL: none */                                            \
    } alv_gemm_##suffix;

ALV_GEMM_TYPE(float, f32)
ALV_GEMM_TYPE(double, f64)

/* f64 is always portable, and so is everything in the browser. */
const alv_gemm_f32 *alv_gemm_of_f32(alv_backend backend);
const alv_gemm_f64 *alv_gemm_of_f64(alv_backend backend);

extern const alv_gemm_f32 alv_gemm_portable_f32;
extern const alv_gemm_f64 alv_gemm_portable_f64;
/* Defined for the browser, and by builds that want no oneDNN at all. */
#if defined(__wasm__) && !defined(ALV_PORTABLE_ONLY)
#define ALV_PORTABLE_ONLY
#endif

#ifndef ALV_PORTABLE_ONLY
extern const alv_gemm_f32 alv_gemm_onednn_f32;
extern const alv_conv_f32 alv_conv_onednn_f32;
void alv_onednn_version(char *out, size_t size);
#endif

#endif
