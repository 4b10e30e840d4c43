/* When a trial is looked at, and on which samples.
 *
 * The curve has about CURVE_ROWS rows. When a run is given in epochs, every epoch's end is a row
 * (or, beyond CURVE_ROWS epochs, every few epochs' end), so that the mean loss of an epoch can be
 * read off. The final training loss is the mean over the last epoch, or over the last tenth of a
 * run of less than ten epochs: long enough to average mini-batch noise, short enough to be final.
 *
 * Looking may take a third of what training takes, by count: a step passes `batch` rows forward and
 * about twice as much work backward, a probe the same for its rows, a test its rows forward. The
 * probe of the first weights comes first, whole; then the test at the end, of the whole test set
 * where that fits into what is left of the third, else of as many samples as do, but at least
 * TEST_ROWS. Half of the rest is for probes after the first, half for tests before the last; where
 * they would take more, fewer are made. So the third is passed only by a training of fewer rows
 * than those two looks take at least, ten steps of 64.
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

/* Rows forward that looking may take: a third of training's work. */
static int64_t allowance(const alv_setup *setup)
{
    return setup->steps * setup->batch * (1 + BACKWARD) / 3;
}

/* Takes the first probe and the last test off the allowance. */
static alv_status plan_ends(int64_t *left, alv_setup *setup, alv_error *error)
{
    const alv_split *data = setup->data;
    const int64_t all = data->test.n;
    *left -= setup->probe.n * (1 + BACKWARD);
    const int64_t floor = least(all, TEST_ROWS), n = *left > floor ? least(*left, all) : floor;
    *left = *left > n ? *left - n : 0;
    if (n == all) return ALV_OK;
    return alv_samples_choose(&setup->last_test, &data->test, data->dim, n, setup->seed,
                              "last test", error);
}

/* The log-spaced steps, of which every second, fourth, ... is kept, the last first. */
static alv_status plan_probes(alv_setup *setup, int64_t rows, alv_error *error)
{
    int64_t all[MAX_PROBES];
    const int n = alv_probe_schedule(all, MAX_PROBES, setup->steps);
    const int64_t most = rows / (setup->probe.n * (1 + BACKWARD));
    int every = 1;
    while (every < n && (n - 2 + every) / every > most) every *= 2;
    setup->probes = alv_new_array((size_t)n, sizeof *setup->probes);
    if (!setup->probes) return alv_fail(error, ALV_ERR_MEMORY, "lab", "out of memory");
    for (int i = 0; i < n; i++)
        if (i == 0 || (every < n && (n - 1 - i) % every == 0))
            setup->probes[setup->n_probes++] = all[i];
    return ALV_OK;
}

static void plan_tests(alv_setup *setup, int64_t rows)
{
    const int64_t most = rows / setup->quick_test.n, looks = setup->n_curve - 1;
    setup->test_every = most > 0 ? (int)((looks + most - 1) / most) : 0;
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
    int64_t left = allowance(setup);
    ALV_TRY(plan_ends(&left, setup, error));
    plan_tests(setup, left / 2);
    return plan_probes(setup, left / 2, error);
}
