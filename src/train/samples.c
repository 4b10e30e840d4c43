/* The samples that probes look at, and the loss of guessing. */
#include "train/samples.h"

#include "base/base.h"
#include "math/math.h"

enum { PROBE_ROWS = 128 };

alv_status alv_probe_samples(alv_samples *out, const alv_split *data, uint64_t seed,
                             alv_error *error)
{
    return alv_samples_choose(out, &data->train, data->dim, PROBE_ROWS, seed, "probe", error);
}

alv_status alv_chance_loss(double *out, const alv_split *data, alv_loss loss, alv_error *error)
{
    int64_t *counts = alv_new_array((size_t)data->classes, sizeof *counts);
    if (!counts) return alv_fail(error, ALV_ERR_MEMORY, "data", "out of memory");
    for (int64_t i = 0; i < data->train.n; i++) counts[data->train.y[i]]++;
    double entropy = 0, squares = 0;
    for (int k = 0; k < data->classes; k++) {
        const double p = (double)counts[k] / (double)data->train.n;
        if (p > 0) entropy -= p * alv_log(p);
        squares += p * (1 - p);
    }
    free(counts);
    *out = loss == ALV_LOSS_MSE ? squares / data->classes : entropy;
    return ALV_OK;
}
