/* When a trial is looked at, and on which samples.
 *
 * The curve has about CURVE_ROWS rows. When a run is given in epochs, every epoch's end is a row
 * (or, beyond CURVE_ROWS epochs, every few epochs' end), so that the mean loss of an epoch can be
 * read off. The final training loss is the mean over the last epoch, or over the last tenth of a
 * run of less than ten epochs: long enough to average mini-batch noise, short enough to be final.
 */
#include "base/base.h"
#include "lab/setup.h"
#include "stream/rng.h"

enum { CURVE_ROWS = 50, PROBE_ROWS = 128, TEST_ROWS = 256 };

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Copies n samples chosen without replacement by the stream (seed, name). */
static alv_status choose(alv_samples *out, const alv_samples *from, int64_t dim, int64_t n,
                         uint64_t seed, const char *name, alv_error *error)
{
    int64_t *order = alv_new_array((size_t)from->n, sizeof *order);
    out->x = alv_new_array((size_t)(n * dim), sizeof *out->x);
    out->y = alv_new_array((size_t)n, sizeof *out->y);
    out->n = n;
    if (!order || !out->x || !out->y) {
        free(order);
        return alv_fail(error, ALV_ERR_MEMORY, "data", "out of memory");
    }
    alv_rng rng = alv_rng_make(seed, name);
    alv_rng_shuffle(&rng, order, from->n);
    for (int64_t i = 0; i < n; i++) {
        memcpy(out->x + i * dim, from->x + order[i] * dim, (size_t)dim * sizeof *out->x);
        out->y[i] = from->y[order[i]];
    }
    free(order);
    return ALV_OK;
}

/* Steps between rows, as a fraction of two whole numbers: row k is at k * steps / rows. */
static int64_t curve_rows(const alv_setup *setup, int64_t epochs)
{
    if (epochs < 1) return least(setup->steps, CURVE_ROWS);
    if (epochs > CURVE_ROWS) {
        int64_t every = (epochs + CURVE_ROWS - 1) / CURVE_ROWS;
        while (epochs % every) every++;
        return epochs / every;
    }
    return epochs * least(CURVE_ROWS / epochs, setup->epoch_steps);
}

alv_status alv_setup_looks(alv_setup *setup, const alv_compare *what, alv_error *error)
{
    int64_t rows = curve_rows(setup, what->epochs), tenth = (setup->steps + 9) / 10;
    setup->final_window = least(setup->epoch_steps, tenth);
    setup->curve = alv_new_array((size_t)rows + 1, sizeof *setup->curve);
    if (!setup->curve) return alv_fail(error, ALV_ERR_MEMORY, "lab", "out of memory");
    for (int64_t k = 1; k <= rows; k++) setup->curve[k] = k * setup->steps / rows;
    setup->n_curve = (int)rows + 1;
    const alv_split *data = setup->data;
    ALV_TRY(choose(&setup->probe, &data->train, data->dim, least(data->train.n, PROBE_ROWS),
                   setup->seed, "probe", error));
    return choose(&setup->quick_test, &data->test, data->dim, least(data->test.n, TEST_ROWS),
                  setup->seed, "quick test", error);
}
