/* When a trial is looked at, and on which samples.
 *
 * The curve has about CURVE_ROWS rows. When a run is given in epochs, every epoch's end is a row
 * (or, beyond CURVE_ROWS epochs, every few epochs' end), so that the mean loss of an epoch can be
 * read off. The final training loss is the mean over the last epoch, or over the last tenth of a
 * run of less than ten epochs: long enough to average mini-batch noise, short enough to be final.
 */
#include "base/base.h"
#include "lab/setup.h"
#include "train/samples.h"

enum { CURVE_ROWS = 50, TEST_ROWS = 256 };

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
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
    ALV_TRY(alv_probe_samples(&setup->probe, data, setup->seed, error));
    return alv_samples_choose(&setup->quick_test, &data->test, data->dim, TEST_ROWS, setup->seed,
                              "quick test", error);
}
