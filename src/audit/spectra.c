/* The spectra of a whole model: a matrix for each thread, as they come. */
#include <stdatomic.h>

#include "audit/inspect.h"
#include "base/base.h"
#include "team/team.h"

typedef struct work {
    alv_inspection *inspection;
    const alv_inspect_how *how;
    _Atomic int64_t next;
    atomic_bool ended;
    atomic_flag failed; /* the first error is that of the whole */
    alv_status status;
    alv_error error;
} work;

double alv_inspect_spectra_cost(const alv_inspection *inspection, int threads)
{
    double cost = 0, longest = 0;
    for (int64_t i = 0; i < inspection->n; i++) {
        if (inspection->tensors[i].moments.nonfinite > 0) continue;
        const double one = alv_spectrum_cost(inspection->tensors[i].tensor);
        cost += one;
        longest = one > longest ? one : longest;
    }
    return cost / threads > longest ? cost / threads : longest;
}

/* The first error is that of the whole. */
static void fail(work *w, alv_status status, const alv_error *error)
{
    if (!atomic_flag_test_and_set(&w->failed)) w->status = status, w->error = *error;
    atomic_store(&w->ended, true);
}

static void find_spectra(work *w, alv_reader *reader)
{
    int64_t i;
    while (reader->status == ALV_OK && !atomic_load(&w->ended) &&
           (i = atomic_fetch_add(&w->next, 1)) < w->inspection->n) {
        alv_inspected *t = &w->inspection->tensors[i];
        alv_error error;
        if (t->moments.nonfinite > 0 || alv_spectrum_cost(t->tensor) == 0) continue;
        const alv_status status =
            alv_spectrum_of(&t->spectrum, reader, t->tensor, w->how->stop, w->how->user, &error);
        if (status != ALV_OK) fail(w, status, &error);
    }
}

static void worker(void *argument, int unused)
{
    (void)unused;
    work *w = argument;
    alv_error error;
    alv_reader reader;
    alv_status status = alv_reader_begin(&reader, w->inspection->model, &error);
    if (status == ALV_OK) {
        find_spectra(w, &reader);
        status = alv_reader_end(&reader, &error);
    }
    if (status != ALV_OK) fail(w, status, &error);
}

alv_status alv_inspect_spectra(alv_inspection *inspection, const alv_inspect_how *how,
                               alv_error *error)
{
    work w = {.inspection = inspection, .how = how, .failed = ATOMIC_FLAG_INIT};
    alv_team team;
    alv_team_begin(&team, how->threads > 0 ? how->threads : 1);
    alv_team_run(&team, worker, &w, team.n + 1);
    alv_team_end(&team);
    if (w.status != ALV_OK && error) *error = w.error;
    return w.status;
}
