/* Haar matrices as products of random reflections, in blocks of matrix products.
 *
 * The factor Q of a Gaussian matrix X = Q R, with R's diagonal positive, is uniform over the
 * matrices with orthonormal columns (Stewart 1980; Mezzadri 2007 on why the sign
 * matters). Householder's QR makes it from reflections: the first takes X's first column to the
 * first axis, the second what is left of the second column, of one element less, and so on. Since
 * reflections by vectors independent of them leave independent normals independent normals, what is
 * left of column k is again a vector of n - k normals, whatever came before. So the reflections can
 * be drawn directly (Stewart 1980, "The efficient generation of random orthogonal matrices", SIAM
 * J. Numer. Anal. 17): the same law at less than half of the work, without the serial
 * part of a factorization.
 *
 * We make Q^T, with the vectors in rows. x_k is row k of a matrix of normals from its diagonal on,
 *     v_k = x_k + sign(x_kk) |x_k| e_k, scaled to |v_k| = 1,     H_k = I - 2 v_k v_k^T,
 *     row i of Q^T = d_i e_i^T H_i H_(i-1) ... H_1,     d_i = -sign(x_ii), sign(0) = +1,
 * since H_k x_k = -sign(x_kk) |x_k| e_k is what R's diagonal would hold. H_j with j > i leave e_i
 * alone, so applying all reflections to all rows from the last to the first comes to the same.
 *
 * BLOCK reflections at a time are one update: with V their vectors as rows and G = V V^T,
 *     H_m ... H_1 = I - V^T L V,     L^-1 = strictly lower part of G + diagonal of G / 2
 * (Joffrain et al., "Accumulating Householder transformations, revisited", ACM TOMS 32, 2006, where
 * T = L^T). The diagonal is that of the vectors as rounded: with it the product is orthogonal to
 * rounding, whatever their length. Sums run in the order of linalg/kernels.h; norms in 16 lanes.
 * How the work is cut into tasks does not touch the order of any sum. */
#include "linalg/haar.h"

#include "linalg/kernels.h"
#include "math/math.h"

enum {
    BLOCK = 64,  /* reflections in one update; part of the definition of the bits */
    DEPTH = 128, /* of k at a time, so that a panel of b stays in the first cache */
    ROWS = 64,   /* of the matrix in a task */
    STRIP = 256, /* columns in a task that packs */
    SLAB = 64,   /* columns that gram() packs at a time */
    LANES = 16
};
_Static_assert(BLOCK % ALV_LINALG_WIDEST == 0 && STRIP % ALV_LINALG_WIDEST == 0, "whole panels");

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t round_up(int64_t n, int64_t step)
{
    return (n + step - 1) / step * step;
}

int64_t alv_haar_stride(int64_t columns)
{
    return columns % 256 == 0 ? columns + 16 : columns;
}

int64_t alv_haar_work(int64_t rows, int64_t columns)
{
    return BLOCK * (2 * round_up(columns, ALV_LINALG_WIDEST) + round_up(rows, BLOCK));
}

/* Runs task(argument, i) for i in [0, n). A matrix that fits in memory has fewer than 2^31 tasks.
 */
static void share(const alv_executor *executor, void (*task)(void *argument, int index),
                  void *argument, int64_t n)
{
    if (executor && executor->run && n > 1)
        executor->run(executor->pool, task, argument, (int)n);
    else
        for (int i = 0; i < n; i++) task(argument, i);
}

/* Sixteen sums, of every sixteenth element from their place on, then added by halves. */
#define SUM_OF_SQUARES(real)                                                                       \
    {                                                                                              \
        double sums[LANES] = {0};                                                                  \
        int64_t j = 0;                                                                             \
        for (; j + LANES <= n; j += LANES)                                                         \
            for (int lane = 0; lane < LANES; lane++)                                               \
                sums[lane] += (double)x[j + lane] * (double)x[j + lane];                           \
        for (int lane = 0; j < n; j++, lane++) sums[lane] += (double)x[j] * (double)x[j];          \
        for (int half = LANES / 2; half > 0; half /= 2)                                            \
            for (int lane = 0; lane < half; lane++) sums[lane] += sums[lane + half];               \
        return sums[0];                                                                            \
    }

static double sum_of_squares_f32(const float *x, int64_t n)
    SUM_OF_SQUARES(float) static double sum_of_squares_f64(const double *x, int64_t n)
        SUM_OF_SQUARES(double)

#define T(name) name##_f32
#define real float
#define DTYPE ALV_F32
#include "linalg/haar.inc"

#define T(name) name##_f64
#define real double
#define DTYPE ALV_F64
#include "linalg/haar.inc"

            void alv_haar_fill(void *out, void *work, const alv_haar *haar,
                               const alv_kernels *kernels, const alv_executor *executor)
{
    if (haar->f64)
        fill_f64(out, work, haar, kernels, executor);
    else
        fill_f32(out, work, haar, kernels, executor);
}
