/* When a trial is looked at, and on which samples.
 *
 * The curve has about CURVE_ROWS rows. When a run is given in epochs, every epoch's end is a row
 * (or, beyond CURVE_ROWS epochs, every few epochs' end), so that the mean loss of an epoch can be
 * read off. The final training loss is the mean over the last epoch, or over the last tenth of a
 * run of less than ten epochs: long enough to average mini-batch noise, short enough to be final.
 *
 * Looking may take a third of what training takes, by count: a step passes `batch` rows forward and
 * about twice as much work backward, a probe the same for its rows, a test its rows forward. Half
 * of that third is for probes after the first, half for tests before the last; where they would
 * take more, fewer are made. The probe of the first weights and the test at the end are results,
 * and always there.
 */
#include "base/base.h"
#include "lab/setup.h"
#include "probe/probe.h"
#include "train/samples.h"

enum { CURVE_ROWS = 50, MAX_PROBES = 64, BACKWARD = 2, TEST_ROWS = 256 };

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

/* Rows forward that probes, or tests, may take: a sixth of training's work. */
static int64_t allowance(const alv_setup *setup)
{
    return setup->steps * setup->batch * (1 + BACKWARD) / 6;
}

/* The log-spaced steps, of which every second, fourth, ... is kept, the last first. */
static alv_status plan_probes(alv_setup *setup, alv_error *error)
{
    int64_t all[MAX_PROBES];
    const int n = alv_probe_schedule(all, MAX_PROBES, setup->steps);
    const int64_t most = allowance(setup) / (setup->probe.n * (1 + BACKWARD));
    int every = 1;
    while (every < n && (n - 2 + every) / every > most) every *= 2;
    setup->probes = alv_new_array((size_t)n, sizeof *setup->probes);
    if (!setup->probes) return alv_fail(error, ALV_ERR_MEMORY, "lab", "out of memory");
    for (int i = 0; i < n; i++)
        if (i == 0 || (every < n && (n - 1 - i) % every == 0))
            setup->probes[setup->n_probes++] = all[i];
    return ALV_OK;
}

static void plan_tests(alv_setup *setup)
{
    const int64_t most = allowance(setup) / setup->quick_test.n, rows = setup->n_curve - 1;
    setup->test_every = most > 0 ? (int)((rows + most - 1) / most) : 0;
    if (setup->test_every < 1 && most > 0) setup->test_every = 1;
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
    ALV_TRY(alv_samples_choose(&setup->quick_test, &data->test, data->dim, TEST_ROWS, setup->seed,
                               "quick test", error));
    plan_tests(setup);
    return plan_probes(setup, error);
}
