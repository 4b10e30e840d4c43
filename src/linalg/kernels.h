/* The matrix product of this room, compiled for each element type and instruction set.
 *
 * Every element of c is its own chain of sums: its old value, plus the products in ascending k, one
 * rounding per product and one per sum. Vectors run across columns only, so their width changes the
 * speed and not a bit. */
#ifndef ALV_LINALG_KERNELS_H
#define ALV_LINALG_KERNELS_H

#include "alvor/kernels.h"
#include "base/base.h"

/* No kernel's panels are wider. */
enum { ALV_LINALG_WIDEST = 32 };

#define ALV_LINALG_TYPE(real, suffix)                                                              \
    typedef struct alv_linalg_##suffix {                                                           \
        int width; /* columns of a panel of b; divides ALV_LINALG_WIDEST */                        \
        /* c (rows, columns) += a (rows, k) b (k, columns): rows of c are ldc apart and rows of a  \
         * lda; b comes in panels of `width` columns, `panel` apart, each a dense (k, width), the  \
         * last filled up. */                                                                      \
        void (*add_product)(real * c, int64_t ldc, int64_t rows, int64_t columns, const real *a,   \
                            int64_t lda, const real *b, int64_t panel, int64_t k);                 \
    } alv_linalg_##suffix;                                                                         \
    /* For NULL, the best set. */                                                                  \
    const alv_linalg_##suffix *alv_linalg_of_##suffix(const alv_kernels *kernels);

ALV_LINALG_TYPE(float, f32)
ALV_LINALG_TYPE(double, f64)

#endif
