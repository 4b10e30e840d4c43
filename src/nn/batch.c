/* Mini-batches: rows of a data set, in a given order, side by side. */
#include "nn/parts.h"

enum { CACHE_LINE = 64 };

static void prefetch_row(const float *row, int64_t dim)
{
    const char *bytes = (const char *)row;
    for (int64_t i = 0; i < dim * (int64_t)sizeof *row; i += CACHE_LINE)
        __builtin_prefetch(bytes + i);
}

void alv_batch_gather(float *x, int32_t *y, const float *all_x, const int32_t *all_y,
                      const int64_t *order, int64_t rows, int64_t dim)
{
    for (int64_t i = 0; i < rows; i++) {
        if (i + 1 < rows) prefetch_row(all_x + order[i + 1] * dim, dim);
        memcpy(x + i * dim, all_x + order[i] * dim, (size_t)dim * sizeof *x);
        y[i] = all_y[order[i]];
    }
}
