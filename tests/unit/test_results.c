/* What is read off run.db and summarised: arms, ties, pairs, targets. */
#include "lab_fixture.h"

#include "lab/results.h"

static alv_trial_row trial(const char *scheme, uint64_t seed, double loss, const char *outcome,
                           const char *verdict)
{
    alv_trial_row row = {.seed = seed, .diverged_at = -1, .final_train_loss = loss};
    snprintf(row.scheme, sizeof row.scheme, "%s", scheme);
    snprintf(row.setting, sizeof row.setting, "relu");
    snprintf(row.outcome, sizeof row.outcome, "%s", outcome);
    snprintf(row.verdict, sizeof row.verdict, "%s", verdict);
    return row;
}

static alv_results *summarise(const alv_trial_row *rows, int n)
{
    alv_results *results = calloc(1, sizeof *results);
    assert_non_null(results);
    results->trials = malloc((size_t)n * sizeof *rows);
    assert_non_null(results->trials);
    memcpy(results->trials, rows, (size_t)n * sizeof *rows);
    results->n_trials = n;
    assert_int_equal(alv_results_summarise(results, NULL), ALV_OK);
    return results;
}

/* An unfinished run has other seeds of one scheme than of the next: only equal seeds pair. */
static void pairs_by_seed_not_by_place(void **state)
{
    (void)state;
    const alv_trial_row rows[] = {
        trial("best", 42, 1, "trained", "healthy"),   trial("best", 43, 2, "trained", "healthy"),
        trial("best", 44, 4, "trained", "healthy"),   trial("other", 43, 12, "slow", "healthy"),
        trial("other", 44, 14, "stuck", "vanishing"),
    };
    alv_results *results = summarise(rows, 5);
    assert_int_equal(results->n_arms, 2);
    assert_int_equal(results->arms[0].place, 1);
    const alv_arm *other = &results->arms[1];
    assert_int_equal(other->place, 2);
    assert_int_equal(other->failed, 1);
    assert_int_equal(other->behind.n, 2);
    assert_near(other->behind.lo, 10, 0);
    assert_near(other->behind.median, 10, 0);
    assert_near(other->behind.hi, 10, 0);
    alv_results_free(results);
}

static void ties_are_judged_by_the_worse(void **state)
{
    (void)state;
    const alv_trial_row rows[] = {
        trial("a", 1, 1, "trained", "healthy"),   trial("a", 2, 2, "stuck", "vanishing"),
        trial("a", 3, 3, "stuck", "vanishing"),   trial("a", 4, 4, "trained", "healthy"),
        trial("b", 1, 1, "trained", "healthy"),   trial("b", 2, 2, "trained", "healthy"),
        trial("b", 3, 3, "diverged", "diverged"),
    };
    alv_results *results = summarise(rows, 7);
    assert_string_equal(results->arms[0].verdict, "vanishing");
    assert_string_equal(results->arms[0].outcome, "stuck");
    assert_int_equal(results->arms[0].verdict_n, 2);
    assert_int_equal(results->arms[0].failed, 2);
    assert_string_equal(results->arms[1].verdict, "healthy");
    assert_string_equal(results->arms[1].outcome, "trained");
    assert_int_equal(results->arms[1].outcome_n, 2);
    assert_int_equal(results->arms[1].failed, 1);
    alv_results_free(results);
}

/* Three times as many steps in every pair: the ratio is 3, exactly. Who never gets there is
 * infinitely slower, and three pairs are too few to promise 95 %. */
static void races_are_told_in_ratios(void **state)
{
    (void)state;
    alv_trial_row rows[9];
    static const char *const names[] = {"slow", "fast", "never"};
    for (int i = 0; i < 9; i++) {
        rows[i] = trial(names[i / 3], (uint64_t)(i % 3), i / 3, "trained", "healthy");
        rows[i].steps_to_target = i < 3 ? 300 << (i % 3) : i < 6 ? 100 << (i % 3) : INFINITY;
    }
    alv_results *results = summarise(rows, 9);
    results->target = 0.5;
    const alv_arm *arms = results->arms;
    assert_int_equal(arms[0].order, 2);
    assert_int_equal(arms[1].order, 1);
    assert_int_equal(arms[2].order, 3);
    assert_near(arms[0].slower.median, 3, 1e-12);
    assert_near(arms[0].slower.lo, 3, 1e-12);
    assert_near(arms[0].slower.hi, 3, 1e-12);
    assert_near(arms[1].slower.median, 1, 1e-12);
    assert_true(isinf(arms[2].slower.median));
    char text[1024];
    alv_conclusion_write(text, sizeof text, results, ALV_EN);
    assert_non_null(strstr(text,
                           "fast gets to loss 0.5 first, in 200 steps, 3 times fewer than slow "
                           "(95 % interval 3 to 3, 3 pairs, too few: holds 75 % at most)"));
    alv_results_free(results);
}

/* A trial that diverged has neither loss nor accuracy: it is the worst in both. */
static void failures_are_the_worst_both_ways(void **state)
{
    (void)state;
    alv_trial_row rows[] = {trial("a", 1, 1, "trained", "healthy"),
                            trial("a", 2, (double)NAN, "diverged", "diverged"),
                            trial("a", 3, 2, "trained", "healthy")};
    rows[0].final_test_accuracy = 0.75;
    rows[1].final_test_accuracy = (double)NAN;
    rows[2].final_test_accuracy = 0.5;
    alv_results *results = summarise(rows, 3);
    const alv_arm *arm = &results->arms[0];
    assert_near(arm->final_train_loss.median, 2, 0);
    assert_near(arm->final_train_loss.q1, 1.5, 0);
    assert_near(arm->final_test_accuracy.median, 0.5, 0);
    assert_near(arm->final_test_accuracy.q3, 0.625, 0);
    assert_int_equal(arm->final_test_accuracy.failed, 1);
    alv_results_free(results);
}

/* The target is half of what the class frequencies give: blobs has two classes as frequent. */
static void the_target_is_half_of_chance(void **state)
{
    (void)state;
    alv_compare what = small_comparison("target");
    what.extra = false;
    what.steps = 200;
    what.rates = "0.1";
    run_fine(&what);
    alv_results *results;
    assert_int_equal(alv_results_load(&results, what.directory, NULL), ALV_OK);
    assert_near(results->target, results->chance_loss / 2, 0);
    int reached = 0;
    for (int i = 0; i < results->n_trials; i++) {
        const alv_trial_row *row = &results->trials[i];
        char sql[160];
        snprintf(
            sql, sizeof sql,
            "SELECT ifnull(min(step), -1) FROM curve WHERE trial = %lld AND train_loss <= %.9g",
            (long long)row->id, results->chance_loss / 2);
        int step = query_int(what.directory, sql);
        if (step < 0) assert_true(isinf(row->steps_to_target));
        if (step >= 0) assert_near(row->steps_to_target, step, 0);
        reached += step > 0;
    }
    assert_true(reached > 0 && reached < results->n_trials);
    alv_results_free(results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_by_seed_not_by_place),
        cmocka_unit_test(races_are_told_in_ratios),
        cmocka_unit_test(failures_are_the_worst_both_ways),
        cmocka_unit_test(ties_are_judged_by_the_worse),
        cmocka_unit_test_setup_teardown(the_target_is_half_of_chance, make_scratch, remove_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
