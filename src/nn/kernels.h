/* The hot loops of the engine, compiled once per element type and instruction set.
 *
 * Every kernel is one source (the .inc files named in kernels.c) with explicit rounding: no
 * contraction, no reassociation, lanes that never mix. A wider instruction set therefore changes
 * the speed and not a bit, and tests compare the sets with each other. */
#ifndef ALV_KERNELS_H
#define ALV_KERNELS_H

#include "base/base.h"
#include "nn/net.h"

/* Blocks of the portable matrix product, in elements: a block of A stays in the second-level cache,
 * a panel of B in the first. ALV_GEMM_DEPTH is part of the definition of gemm.h's `weight`. */
enum {
    ALV_GEMM_ROWS = 256,
    ALV_GEMM_DEPTH = 256,
    ALV_GEMM_PANEL = 32,
    ALV_GEMM_SCRATCH = ALV_GEMM_DEPTH * (ALV_GEMM_ROWS + ALV_GEMM_PANEL)
};

enum { ALV_OPTIMIZER_KINDS = ALV_ADAMW + 1, ALV_MAX_SLOTS = 2 };

#define ALV_KERNEL_TYPES(real, suffix)                                                             \
    /* c (m, n) = beta c + alpha a b, or = bias + a b where alpha is 1 and beta 0;                 \
     * a(i, p) = a[i * a_row + p * a_k], b(p, j) = b[p * b_k + j * b_col]; in each of a and b one  \
     * of the two strides is 1. */                                                                 \
    typedef struct alv_product_##suffix {                                                          \
        int64_t m, n, k;                                                                           \
        const real *a, *b, *bias; /* bias (n) or NULL */                                           \
        real *c;                  /* (m, n), dense */                                              \
        int64_t a_row, a_k, b_k, b_col;                                                            \
        real alpha, beta;                                                                          \
        real *scratch; /* (ALV_GEMM_SCRATCH), 64-byte aligned */                                   \
    } alv_product_##suffix;                                                                        \
    /* The numbers that one optimizer step needs; which are used depends on the kind. */           \
    typedef struct alv_rates_##suffix {                                                            \
        real lr, decay, beta1, beta2, rest1, rest2, epsilon, root2;                                \
    } alv_rates_##suffix;                                                                          \
    /* p (n) from g (n) and the kind's slots s1, s2 (n). */                                        \
    typedef void alv_update_##suffix(real *p, const real *g, real *s1, real *s2, int64_t n,        \
                                     const alv_rates_##suffix *r);                                 \
    typedef struct alv_kernels_##suffix {                                                          \
        const char *isa;                                                                           \
        void (*product)(const alv_product_##suffix *product);                                      \
        /* sums (n) = beta sums + alpha (sum over rows of x (rows, n)) */                          \
        void (*column_sums)(real * sums, const real *x, int64_t rows, int64_t n, real alpha,       \
                            real beta);                                                            \
        /* p (n) = exp(p) */                                                                       \
        void (*exp_in_place)(real * p, int64_t n);                                                 \
        /* to[j * to_row + i] = from[i * from_row + j] for i < rows, j < columns */                \
        void (*turn)(real *restrict to, int64_t to_row, const real *restrict from,                 \
                     int64_t from_row, int64_t rows, int64_t columns);                             \
        alv_update_##suffix *update[ALV_OPTIMIZER_KINDS];                                          \
    } alv_kernels_##suffix;                                                                        \
    /* What a matrix product may use besides its operands. */                                      \
    typedef struct alv_workspace_##suffix {                                                        \
        const alv_kernels_##suffix *kernels;                                                       \
        real *scratch; /* (ALV_GEMM_SCRATCH), 64-byte aligned */                                   \
    } alv_workspace_##suffix;                                                                      \
    /* The kernels for instruction set `index`, from the plainest up; NULL past the end, and where \
     * this processor lacks it. The best is the last that is not NULL. */                          \
    int alv_kernels_count_##suffix(void);                                                          \
    const alv_kernels_##suffix *alv_kernels_at_##suffix(int index);                                \
    const alv_kernels_##suffix *alv_kernels_best_##suffix(void);

ALV_KERNEL_TYPES(float, f32)
ALV_KERNEL_TYPES(double, f64)

#endif
