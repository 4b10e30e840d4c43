/* Random matrices with orthonormal rows, uniform over all such matrices (Haar measure). */
#ifndef ALV_LINALG_HAAR_H
#define ALV_LINALG_HAAR_H

#include "alvor/dist.h"
#include "alvor/executor.h"
#include "base/base.h"

/* A matrix to be made; rows <= columns, of floats or doubles. Its bits depend on the sizes, the
 * type, the stream and `first`, and on nothing else. */
typedef struct alv_haar {
    int64_t rows, columns;
    bool f64;
    alv_stream stream;
    int64_t first; /* it uses the normals [first, first + rows * columns) of the stream */
} alv_haar;

/* Elements from one row to the next in memory: a little more than the columns where they would
 * otherwise fall on the same lines of a cache. */
int64_t alv_haar_stride(int64_t columns);
/* Elements of working memory for alv_haar_fill. */
int64_t alv_haar_work(int64_t rows, int64_t columns);

/* Writes the matrix, rows alv_haar_stride(columns) apart, with `work` as above; both aligned for
 * their type. Neither kernels (NULL: the best) nor executor (may be NULL) changes a bit. */
void alv_haar_fill(void *out, void *work, const alv_haar *haar, const alv_kernels *kernels,
                   const alv_executor *executor);

#endif
