/* Transposing 4 by 4 blocks, which is what packing a matrix across its storage order comes to. */
#ifndef ALV_TRANSPOSE_H
#define ALV_TRANSPOSE_H

#include "base/libc.h"

enum { ALV_BLOCK = 4 };

/* to[i * to_row + j] = from[j * from_row + i] for i, j in [0, 4). */
static inline void alv_transpose_f64(double *to, int64_t to_row, const double *from,
                                     int64_t from_row)
{
    for (int i = 0; i < ALV_BLOCK; i++)
        for (int j = 0; j < ALV_BLOCK; j++) to[i * to_row + j] = from[j * from_row + i];
}

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define ALV_HAS_SHUFFLE 1
#endif
#endif

#ifdef ALV_HAS_SHUFFLE

typedef float alv_quad __attribute__((vector_size(16), aligned(4), may_alias));

/* Pairs of rows interleaved, then pairs of pairs: eight shuffles for sixteen elements. */
static inline void alv_transpose_f32(float *to, int64_t to_row, const float *from, int64_t from_row)
{
    alv_quad a = *(const alv_quad *)from, b = *(const alv_quad *)(from + from_row);
    alv_quad c = *(const alv_quad *)(from + 2 * from_row);
    alv_quad d = *(const alv_quad *)(from + 3 * from_row);
    alv_quad ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
    alv_quad cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    alv_quad ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    alv_quad cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    *(alv_quad *)to = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
    *(alv_quad *)(to + to_row) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
    *(alv_quad *)(to + 2 * to_row) = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
    *(alv_quad *)(to + 3 * to_row) = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

#else

static inline void alv_transpose_f32(float *to, int64_t to_row, const float *from, int64_t from_row)
{
    for (int i = 0; i < ALV_BLOCK; i++)
        for (int j = 0; j < ALV_BLOCK; j++) to[i * to_row + j] = from[j * from_row + i];
}

#endif

#endif
