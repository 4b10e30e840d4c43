/* Features to [-1, 1] by the range that the training part shows. */
#include "data/load.h"

typedef struct range {
    double lo, hi;
} range;

static void widen(range *r, double value)
{
    if (value < r->lo) r->lo = value;
    if (value > r->hi) r->hi = value;
}

static void apply(alv_samples *part, const range *ranges, int64_t dim)
{
    for (int64_t i = 0; i < part->n; i++)
        for (int64_t j = 0; j < dim; j++) {
            const range *r = &ranges[j];
            float *x = &part->x[i * dim + j];
            double half = r->hi / 2 - r->lo / 2, middle = r->hi / 2 + r->lo / 2;
            double scaled = half > 0 ? ((double)*x - middle) / half : 0;
            double limit = (double)FLT_MAX; /* a test value may lie far outside a tiny range */
            *x = (float)(scaled > limit ? limit : scaled < -limit ? -limit : scaled);
        }
}

alv_status alv_scale_by_train(alv_split *split, bool whole, alv_error *error)
{
    int64_t dim = split->dim;
    range all = {DBL_MAX, -DBL_MAX};
    range *ranges = alv_new_array((size_t)dim, sizeof *ranges);
    if (!ranges) return alv_fail(error, ALV_ERR_MEMORY, "data", "no memory to scale the features");
    for (int64_t j = 0; j < dim; j++) ranges[j] = all;
    for (int64_t i = 0; i < split->train.n * dim; i++) {
        widen(&ranges[i % dim], (double)split->train.x[i]);
        widen(&all, (double)split->train.x[i]);
    }
    for (int64_t j = 0; whole && j < dim; j++) ranges[j] = all;
    apply(&split->train, ranges, dim);
    apply(&split->test, ranges, dim);
    free(ranges);
    return ALV_OK;
}
