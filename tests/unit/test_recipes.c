/* Ways of training side by side: each setting trains as it would alone, and rates of their own are
 * the ones that the validation samples favour. */
#include "base/base.h"
#include "lab_fixture.h"

#include "lab/results.h"

static alv_compare two_schemes(const char *name)
{
    alv_compare what = small_comparison(name);
    what.activations = "tanh";
    what.schemes = "he_normal,normal(std=0.05)";
    what.extra = false;
    return what;
}

/* The losses of the trials of a setting, in the order of schemes and seeds. Caller frees. */
static char *losses_of(const char *directory, const char *setting)
{
    char sql[512];
    snprintf(sql, sizeof sql,
             "SELECT scheme||seed||quote(final_train_loss)||quote(final_test_loss) FROM trial "
             "WHERE purpose = 'compare' AND setting = '%s' ORDER BY scheme, seed",
             setting);
    return query(directory, sql);
}

static void assert_same_losses(const char *a, const char *setting_a, const char *b,
                               const char *setting_b)
{
    char *x = losses_of(a, setting_a), *y = losses_of(b, setting_b);
    assert_true(strlen(x) > 100);
    assert_string_equal(x, y);
    free(x);
    free(y);
}

static void settings_train_as_they_would_alone(void **state)
{
    (void)state;
    alv_compare all = two_schemes("all"), one = two_schemes("alone");
    all.optimizers = "sgd,adam(lr=0.02)";
    all.schedules = "constant,cosine(warmup=0.1)";
    all.regularizers = "none,l1(0.01),l2(0.1),dropout(0.3)";
    run_fine(&all);
    assert_int_equal(query_int(all.directory, "SELECT count(DISTINCT setting) FROM trial"), 16);
    /* Every one of them trains otherwise: no two settings share a loss. */
    assert_int_equal(
        query_int(all.directory, "SELECT count(DISTINCT quote(final_train_loss)) FROM trial"),
        query_int(all.directory, "SELECT count(*) FROM trial"));
    one.optimizers = "adam";
    one.rates = "0.02";
    one.schedules = "cosine(warmup=0.1)";
    one.regularizers = "dropout(0.3)";
    run_fine(&one);
    assert_same_losses(all.directory, "tanh, adam(lr=0.02), cosine(warmup=0.1), dropout(0.3)",
                       one.directory, "tanh");
}

static void plain_settings_are_what_they_were(void **state)
{
    (void)state;
    alv_compare many = two_schemes("many"), plain = two_schemes("plain");
    many.regularizers = "dropout,none";
    many.rates = "0.3,0.01";
    run_fine(&many);
    run_fine(&plain);
    assert_same_losses(many.directory, "tanh, lr 0.01", plain.directory, "tanh");
}

/* The rate is the one of the lowest median validation loss, and training at it, given by hand, is
 * the same training. */
static void own_rates_are_the_best_of_the_grid(void **state)
{
    (void)state;
    alv_compare what = two_schemes("own"), by_hand = two_schemes("by_hand");
    char rates[64], setting[64];
    what.rates = "auto";
    run_fine(&what);
    assert_int_equal(query_int(what.directory, "SELECT count(*) FROM trial WHERE purpose = 'tune'"),
                     2 * ALV_RATES * ALV_RATE_SEEDS);
    assert_int_equal(query_int(what.directory,
                               "SELECT count(*) FROM trial WHERE purpose = 'tune' AND "
                               "(final_test_loss IS NOT NULL OR seed IN (SELECT seed FROM trial "
                               "WHERE purpose = 'compare'))"),
                     0);
    /* The mean of two seeds is their median; a rate without both has diverged. */
    assert_int_equal(
        query_int(what.directory,
                  "WITH mean AS (SELECT scheme, lr, avg(final_validation_loss) AS loss FROM trial "
                  "WHERE purpose = 'tune' GROUP BY scheme, lr HAVING "
                  "count(final_validation_loss) = 2) SELECT count(*) FROM trial t WHERE setting = "
                  "'tanh, lr auto' AND purpose = 'compare' AND lr = (SELECT lr FROM mean WHERE "
                  "mean.scheme = t.scheme ORDER BY loss, lr LIMIT 1)"),
        2 * 3);
    char *rate = query(what.directory, "SELECT lr FROM trial WHERE purpose = 'compare' AND setting "
                                       "= 'tanh, lr auto' AND scheme = 'he_normal' LIMIT 1");
    snprintf(rates, sizeof rates, "%g,auto", atof(rate));
    by_hand.rates = rates;
    run_fine(&by_hand);
    snprintf(setting, sizeof setting, "tanh, lr %g", atof(rate));
    char sql[512];
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM trial a, trial b WHERE a.setting = '%s' AND b.setting = 'tanh, "
             "lr auto' AND a.purpose = 'compare' AND b.purpose = 'compare' AND a.scheme = "
             "'he_normal' AND b.scheme = 'he_normal' AND a.seed = b.seed AND a.final_train_loss = "
             "b.final_train_loss",
             setting);
    assert_int_equal(query_int(by_hand.directory, sql), 3);
    free(rate);
}

static void results_tell_the_rates(void **state)
{
    (void)state;
    alv_compare what = two_schemes("told");
    alv_results *results = NULL;
    what.rates = "auto";
    what.target = 0.9;
    run_fine(&what);
    assert_int_equal(alv_results_load(&results, what.directory, NULL), ALV_OK);
    assert_int_equal(results->n_settings, 2);
    assert_int_equal(results->planned, 12);
    assert_int_equal(results->n_tunings, 2);
    assert_true(results->target == 0.9);
    for (int i = 0; i < results->n_arms; i++) {
        const alv_arm *arm = &results->arms[i];
        const alv_tuning *t = alv_arm_tuning(results, arm);
        assert_true((t != NULL) == (strcmp(arm->setting, "tanh, lr auto") == 0));
        if (!t) continue;
        assert_int_equal(t->n, ALV_RATES);
        assert_int_equal(t->trials, ALV_RATES * ALV_RATE_SEEDS);
        assert_true(t->best >= 0 && t->rates[t->best] == results->trials[arm->first].lr);
        for (int k = 1; k < t->n; k++) assert_true(t->rates[k] > t->rates[k - 1]);
    }
    alv_results_free(results);
}

static int stop_after;

static bool stop(void *user)
{
    (void)user;
    return --stop_after <= 0;
}

static void own_rates_resume(void **state)
{
    (void)state;
    alv_compare whole = two_schemes("own_whole"), parts = two_schemes("own_parts");
    const alv_watch watch = {.stop = stop};
    char directory[256];
    whole.rates = parts.rates = "auto";
    whole.jobs = 1;
    parts.jobs = 3;
    run_fine(&whole);
    for (int stops = 0; stops < 100; stops++) {
        stop_after = 1 + stops;
        if (alv_compare_run(directory, sizeof directory, &parts, &watch, NULL) == ALV_OK) break;
    }
    run_fine(&parts);
    assert_same_results(whole.directory, parts.directory);
}

/* Ten times the largest rate of the grid would be needed for this to train: all diverge or stand
 * still, and that is a result. */
static void hopeless_schemes_have_no_rate(void **state)
{
    (void)state;
    alv_compare what = two_schemes("hopeless");
    alv_results *results = NULL;
    what.schemes = "uniform(r=1e18),zeros";
    what.activations = "relu";
    what.rates = "auto";
    run_fine(&what);
    assert_int_equal(alv_results_load(&results, what.directory, NULL), ALV_OK);
    const alv_tuning *t =
        alv_tuning_find(results->tunings, results->n_tunings, "relu, lr auto", "uniform(r=1e+18)");
    assert_non_null(t);
    assert_int_equal(t->best, -1);
    assert_false(alv_tuning_at_edge(t));
    alv_results_free(results);
    assert_int_equal(query_int(what.directory,
                               "SELECT count(*) FROM trial WHERE setting = 'relu, lr auto' AND "
                               "purpose = 'compare' AND lr = 0.01 AND scheme LIKE 'uniform%'"),
                     3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_train_as_they_would_alone),
        cmocka_unit_test(plain_settings_are_what_they_were),
        cmocka_unit_test(own_rates_are_the_best_of_the_grid),
        cmocka_unit_test(results_tell_the_rates),
        cmocka_unit_test(own_rates_resume),
        cmocka_unit_test(hopeless_schemes_have_no_rate),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
