/* Workers and the one writer: what is trained and not yet written stays bounded. */
#include <unistd.h>

#include "test.h"

#include "base/base.h"
#include "lab/plan.h"
#include "lab/pool.h"

enum { WORKERS = 3, STEPS = 2 };

typedef struct writer {
    int begun, written, kept; /* calls; trials; trials of which `delivered` knows */
    int64_t most_unwritten;   /* trials trained and not written, the largest seen */
    int stop_after;
    bool fails_at_once;
} writer;

static alv_status begin(void *user, alv_error *error)
{
    writer *w = user;
    w->begun++;
    if (!w->fails_at_once) return ALV_OK;
    usleep(100000); /* so that each worker has handed over a trial, to be dropped */
    return alv_fail(error, ALV_ERR_IO, "test", "no room");
}

static alv_status keep(void *user, alv_error *error)
{
    (void)error;
    writer *w = user;
    assert_true(w->written > w->kept); /* never for nothing */
    w->kept = w->written;
    return ALV_OK;
}

/* Slower than a trial by far. */
static alv_status write_slowly(void *user, const alv_job *job, alv_trial *trial, alv_error *error)
{
    (void)job, (void)trial, (void)error;
    writer *w = user;
    usleep(5000);
    w->written++;
    return ALV_OK;
}

static bool look(void *user, int64_t steps)
{
    writer *w = user;
    int64_t unwritten = steps / STEPS - w->kept;
    assert_int_equal(w->kept, w->written);
    assert_int_equal(w->begun, 1);
    if (unwritten > w->most_unwritten) w->most_unwritten = unwritten;
    return w->stop_after > 0 && w->written >= w->stop_after;
}

static void run_pool(writer *w, alv_status wanted)
{
    alv_compare what = alv_compare_defaults();
    alv_setup setup;
    alv_plan plan;
    alv_pool_client client = {
        .user = w, .started = begin, .finished = write_slowly, .delivered = keep, .tick = look};
    what.data = "blobs";
    what.hidden = "2x1";
    what.n_train = what.n_test = 20;
    what.batch = 20;
    what.steps = STEPS;
    what.seeds = 10;
    what.extra = false;
    assert_int_equal(alv_setup_make(&setup, &what, NULL), ALV_OK);
    assert_int_equal(alv_plan_make(&plan, &setup, NULL), ALV_OK);
    alv_plan_share(&plan);
    assert_int_equal(alv_pool_run(&setup, &plan, WORKERS, &client, NULL), wanted);
    if (wanted == ALV_OK) assert_int_equal(w->written, plan.n);
    assert_int_equal(w->kept, w->written);
    alv_plan_free(&plan);
    alv_setup_free(&setup);
}

/* Each worker may hold one trial that waits and one that it has just trained. */
static void workers_wait_for_the_writer(void **state)
{
    (void)state;
    writer w = {0};
    run_pool(&w, ALV_OK);
    assert_true(w.most_unwritten >= 1);
    assert_true(w.most_unwritten <= 2 * WORKERS);
}

/* After a stop, what is trained already is written; nothing else is. */
static void a_stop_is_soon(void **state)
{
    (void)state;
    writer w = {.stop_after = 4};
    run_pool(&w, ALV_ERR_INTERRUPTED);
    assert_in_range(w.written, 4, 4 + 3 * WORKERS);
}

/* What cannot begin trains no further: what is handed over by then is dropped. */
static void an_error_at_the_start_stops_the_pool(void **state)
{
    (void)state;
    writer w = {.fails_at_once = true};
    run_pool(&w, ALV_ERR_IO);
    assert_int_equal(w.written, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_wait_for_the_writer),
        cmocka_unit_test(a_stop_is_soon),
        cmocka_unit_test(an_error_at_the_start_stops_the_pool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
