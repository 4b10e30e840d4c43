/* A comparison's identity: what its digest covers, and lists that parentheses protect. */
#include "test.h"

#include "lab/list.h"
#include "lab/plan.h"

static void digest_of(char out[17], const alv_compare *what)
{
    alv_setup setup;
    alv_error error = {0};
    if (alv_setup_make(&setup, what, &error) != ALV_OK)
        fail_msg("%s: %s", error.where, error.message);
    memcpy(out, setup.digest, 17);
    alv_setup_free(&setup);
}

static void everything_that_decides_results_is_in_the_digest(void **state)
{
    (void)state;
    alv_compare base = alv_compare_defaults(), other;
    char digest[17], changed[64][17];
    int n = 0;
    base.n_train = 200;
    base.n_test = 50;
    base.hidden = "5x2";
    base.optimizers = "momentum";
    digest_of(digest, &base);
#define CHANGE(field, value)                                                                       \
    other = base;                                                                                  \
    other.field = value;                                                                           \
    digest_of(changed[n++], &other)
    CHANGE(data, "moons");
    CHANGE(hidden, "5x3");
    CHANGE(activations, "tanh,relu");
    CHANGE(schemes, "zeros");
    CHANGE(bias, "zeros");
    CHANGE(optimizers, "adam");
    CHANGE(optimizers, "momentum,adam");
    CHANGE(schedules, "cosine");
    CHANGE(regularizers, "l2");
    CHANGE(target, 0.25);
    CHANGE(loss, "mse");
    CHANGE(backend, "portable");
    CHANGE(rates, "0.02");
    CHANGE(rates, "auto");
    CHANGE(rates, "0.01,0.02");
    CHANGE(momentum, 0.5);
    CHANGE(weight_decay, 0.5);
    CHANGE(batch, 65);
    CHANGE(steps, 801);
    CHANGE(n_train, 201);
    CHANGE(n_test, 51);
    CHANGE(seeds, 4);
    CHANGE(seed, 43);
    CHANGE(extra, false);
    CHANGE(light, true);
    for (int i = 0; i < n; i++) {
        assert_string_not_equal(changed[i], digest);
        for (int j = 0; j < i; j++) assert_string_not_equal(changed[i], changed[j]);
    }
    n = 0;
    CHANGE(jobs, 7);
    CHANGE(directory, "elsewhere");
    CHANGE(command, "alvor compare");
    CHANGE(fresh, true);
    CHANGE(activations, "relu, tanh"); /* the default, written otherwise */
    CHANGE(rates, "1e-2");
    CHANGE(optimizers, " momentum ( momentum=0.9 )");
    CHANGE(schedules, "constant");
#undef CHANGE
    for (int i = 0; i < n; i++) assert_string_equal(changed[i], digest);
}

static void lists_split_outside_parentheses(void **state)
{
    (void)state;
    alv_list list = alv_list_make("list", " a(b=1, c=(2,3)),d , e()");
    const char *const items[] = {"a(b=1, c=(2,3))", "d", "e()"};
    const int64_t starts[] = {1, 17, 21};
    char item[32];
    for (int i = 0; i < 3; i++) {
        assert_non_null(list.at);
        assert_int_equal(alv_list_next(item, sizeof item, &list, NULL), ALV_OK);
        assert_string_equal(item, items[i]);
        assert_int_equal(list.start, starts[i]);
    }
    assert_null(list.at);
    const char *const wrong[] = {"", "a,", ",a", "a)", "(a", "a b c d e f g h i j k l m n o p q r"};
    for (int i = 0; i < 6; i++) {
        alv_status status = ALV_OK;
        list = alv_list_make("list", wrong[i]);
        while (list.at && status == ALV_OK) status = alv_list_next(item, sizeof item, &list, NULL);
        assert_int_equal(status, ALV_ERR_SYNTAX);
    }
}

/* The option, and the place in the whole of its text. */
static void errors_name_the_option(void **state)
{
    (void)state;
    const alv_compare fine = {.data = "moons", .hidden = "8x2", .schemes = "zeros"};
    const struct {
        size_t field;
        const char *text, *where;
        int64_t position;
    } cases[] = {
        {offsetof(alv_compare, schemes), "zeros, he_norml", "init", 7},
        {offsetof(alv_compare, schemes), "zeros,normal(std=x)", "init", 17},
        {offsetof(alv_compare, schemes), "he_normal(a=0.5,gain=2)", "init", -1},
        {offsetof(alv_compare, activations), "relu,rellu", "act", 5},
        {offsetof(alv_compare, activations), "relu,leaky_relu(x)", "act", 16},
        {offsetof(alv_compare, bias), "he_norml", "bias", 0},
        {offsetof(alv_compare, bias), "he_normal", "bias", -1},
        {offsetof(alv_compare, optimizers), "sgd,adamm", "optimizer", 4},
        {offsetof(alv_compare, schedules), "constant,cosin", "schedule", 9},
        {offsetof(alv_compare, regularizers), "none,l2(0.1)+l1(x)", "regularizer", 16},
        {offsetof(alv_compare, rates), "0.1,fast", "lr", -1},
        {offsetof(alv_compare, backend), "onedn", "backend", -1},
        {offsetof(alv_compare, loss), "mes", "loss", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_compare what = alv_compare_defaults();
        what.data = fine.data;
        what.hidden = fine.hidden;
        what.schemes = fine.schemes;
        alv_setup setup;
        alv_error error = {0};
        memcpy((char *)&what + cases[i].field, &cases[i].text, sizeof cases[i].text);
        assert_int_not_equal(alv_setup_make(&setup, &what, &error), ALV_OK);
        alv_setup_free(&setup);
        if (strcmp(error.where, cases[i].where) != 0 || error.position != cases[i].position)
            fail_msg("%s: %s, %lld: %s", cases[i].text, error.where, (long long)error.position,
                     error.message);
    }
}

/* Chance loss: classes of equal frequency give ln K; for one-hot squares (K - 1) / K^2. */
static void chance_is_the_best_constant(void **state)
{
    (void)state;
    alv_compare what = alv_compare_defaults();
    alv_setup setup;
    assert_int_equal(alv_setup_make(&setup, &what, NULL), ALV_OK);
    assert_near(setup.chance_loss, log(3), 1e-3);
    alv_setup_free(&setup);
    what.loss = "mse";
    assert_int_equal(alv_setup_make(&setup, &what, NULL), ALV_OK);
    assert_near(setup.chance_loss, 2.0 / 9, 1e-3);
    alv_setup_free(&setup);
}

/* Rows passed forward by looking against those of training: 3 a row and step. Long runs keep every
 * look and test on everything; the first look, and a test on 256, all have. */
static void looking_takes_a_third_at_most(void **state)
{
    (void)state;
    static const struct {
        int64_t steps, batch;
        bool all, fits;
    } cases[] = {{0, 32, false, false}, {1, 1, false, false},   {6, 20, false, false},
                 {9, 64, false, false}, {10, 64, false, true},  {40, 16, false, true},
                 {80, 64, false, true}, {200, 64, false, true}, {800, 128, true, true},
                 {5000, 32, true, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_compare what = alv_compare_defaults();
        alv_setup setup;
        what.steps = cases[i].steps;
        what.batch = cases[i].batch;
        assert_int_equal(alv_setup_make(&setup, &what, NULL), ALV_OK);
        int64_t tests = 0, most = 0;
        for (int64_t step = 1; step < 2 * setup.steps; step *= 2) most++;
        for (int row = 0; row < setup.n_curve - 1; row++)
            tests += setup.test_every > 0 && (setup.n_curve - 1 - row) % setup.test_every == 0;
        const int64_t probes = setup.n_probes - 1, all = setup.data->test.n;
        const int64_t last = setup.last_test.n > 0 ? setup.last_test.n : all;
        assert_true(setup.n_probes >= 1 && setup.probes[0] == 0);
        if (probes > 0) assert_int_equal(setup.probes[probes], setup.steps);
        assert_int_equal(setup.probe.n, 128);
        assert_in_range(last, 256, all);
        const int64_t looks = (1 + probes) * 3 * 128 + tests * setup.quick_test.n + last;
        assert_int_equal(3 * looks <= setup.steps * 3 * setup.batch, cases[i].fits);
        if (!cases[i].fits) assert_int_equal(looks, 3 * 128 + 256);
        assert_int_equal(probes == most && tests == setup.n_curve - 1 && last == all, cases[i].all);
        assert_int_equal(strstr(setup.spec, "\"tested\"") != NULL, last < all);
        alv_setup_free(&setup);
    }
}

static void plans_are_numbered_by_arm_and_trained_by_seed(void **state)
{
    (void)state;
    alv_compare what = alv_compare_defaults();
    alv_setup setup;
    alv_plan plan;
    assert_int_equal(alv_setup_make(&setup, &what, NULL), ALV_OK);
    assert_int_equal(alv_plan_make(&plan, &setup, NULL), ALV_OK);
    assert_int_equal(plan.n, 2 * 6 * 5 + 8 * 2 * 2 + 4 * 2);
    char seen[128] = {0};
    for (int i = 0; i < plan.n; i++) {
        assert_in_range(plan.jobs[i].id, 1, plan.n);
        assert_int_equal(seen[plan.jobs[i].id]++, 0);
        for (int j = 0; j < i; j++) assert_string_not_equal(plan.jobs[i].key, plan.jobs[j].key);
    }
    assert_int_equal(plan.jobs[0].id, 1);
    assert_int_equal(plan.jobs[1].id, 6); /* the second scheme's first seed */
    assert_int_equal(plan.jobs[12].id, 2);
    /* xavier_uniform and torch_default are mistakes' neighbours and compared: two seeds of each. */
    assert_int_equal(alv_plan_share(&plan), plan.n - 4);
    for (int i = 0; i < plan.n; i++) {
        const alv_job *job = &plan.jobs[i], *twin = &plan.jobs[job->twin < 0 ? i : job->twin];
        assert_string_equal(job->scheme.text, twin->scheme.text);
        assert_int_equal(job->setting, twin->setting);
        assert_int_equal(job->seed, twin->seed);
        assert_true(twin->twin < 0 && !twin->copied);
    }
    alv_plan_free(&plan);
    alv_setup_free(&setup);
}

static void expect_settings(alv_compare what, const char *const *texts, int n)
{
    alv_setup setup;
    alv_error error = {0};
    if (alv_setup_make(&setup, &what, &error) != ALV_OK) fail_msg("%s", error.message);
    assert_int_equal(setup.n_settings, n);
    for (int i = 0; i < n; i++) assert_string_equal(setup.settings[i].text, texts[i]);
    alv_setup_free(&setup);
}

/* A setting's text names what the comparison varies and nothing else. */
static void settings_say_what_varies(void **state)
{
    (void)state;
    alv_compare what = alv_compare_defaults();
    const char *const plain[] = {"relu", "tanh"};
    expect_settings(what, plain, 2);
    what.activations = "relu";
    what.optimizers = "sgd,adam(beta2=0.99)";
    const char *const optimizers[] = {"relu, sgd", "relu, adam(beta2=0.99)"};
    expect_settings(what, optimizers, 2);
    what.rates = "auto";
    const char *const rates[] = {"relu, sgd, lr 0.01", "relu, sgd, lr auto",
                                 "relu, adam(beta2=0.99), lr 0.001",
                                 "relu, adam(beta2=0.99), lr auto"};
    expect_settings(what, rates, 4);
    what.optimizers = "adam(lr=0.5)"; /* its own rate, once, and beside it auto */
    what.rates = "0.1,0.2,auto";
    const char *const stated[] = {"relu, lr 0.5", "relu, lr auto"};
    expect_settings(what, stated, 2);
    what.optimizers = "sgd";
    what.rates = "0.1";
    what.schedules = "constant,step(drops=1)";
    what.regularizers = "none,dropout+l2(0.1)";
    const char *const others[] = {"relu, constant", "relu, constant, l2(0.1)+dropout(0.5)",
                                  "relu, step(drops=1)",
                                  "relu, step(drops=1), l2(0.1)+dropout(0.5)"};
    expect_settings(what, others, 4);
}

/* Own rates: nine of each scheme in each such setting, with seeds that the comparison has not got;
 * a fifth of the training samples is set aside, and no sample is in both parts. */
static void rates_are_tried_apart(void **state)
{
    (void)state;
    alv_compare what = alv_compare_defaults();
    alv_setup setup;
    alv_plan plan;
    what.schemes = "zeros,he_normal";
    what.rates = "auto";
    what.seeds = 3;
    assert_int_equal(alv_setup_make(&setup, &what, NULL), ALV_OK);
    assert_int_equal(alv_plan_make(&plan, &setup, NULL), ALV_OK);
    assert_int_equal(plan.n_tuning, 2 * 2 * ALV_RATES * ALV_RATE_SEEDS);
    assert_int_equal(plan.n, 2 * 4 * 3 + 8 * 2 * 2 + 4 * 2 + plan.n_tuning);
    int unknown = 0;
    for (int i = 0; i < plan.n; i++) {
        const alv_job *job = &plan.jobs[i];
        const bool tunes = i >= plan.n - plan.n_tuning;
        const bool own = setup.settings[job->setting].recipe->own_rate;
        assert_int_equal(job->tunes, tunes);
        if (tunes) assert_true(own && job->lr > 0 && job->seed >= what.seed + 3);
        if (strcmp(job->purpose, "compare") == 0) assert_true(own == (job->lr == 0));
        if (strcmp(job->purpose, "scale") == 0) assert_false(own);
        unknown += job->lr == 0;
        for (int j = 0; j < i; j++) assert_string_not_equal(job->key, plan.jobs[j].key);
    }
    assert_int_equal(unknown, 2 * 2 * 3);
    alv_tuning tuning = {.scheme = "zeros", .n = 2, .rates = {0.25, 0.5}, .best = 1};
    snprintf(tuning.setting, sizeof tuning.setting, "tanh, lr auto");
    alv_plan_set_rates(&plan, &setup, &tuning, 1);
    for (int i = 0; i < plan.n - plan.n_tuning; i++) {
        const alv_job *job = &plan.jobs[i];
        const bool chosen = strcmp(setup.settings[job->setting].text, "tanh, lr auto") == 0 &&
                            strcmp(job->scheme.text, "zeros") == 0;
        assert_true(job->lr == (chosen ? 0.5 : 0.01));
    }
    const alv_samples *train = &setup.data->train, *held = &setup.validation;
    assert_int_equal(held->n, (train->n + held->n) / 5);
    for (int64_t i = 0; i < held->n; i++)
        for (int64_t j = 0; j < train->n; j++)
            assert_memory_not_equal(held->x + 2 * i, train->x + 2 * j, 2 * sizeof *held->x);
    alv_plan_free(&plan);
    alv_setup_free(&setup);
}

static void the_grid_spans_four_decades(void **state)
{
    (void)state;
    double rates[ALV_RATES];
    static const double sgd[ALV_RATES] = {0.001, 0.00316, 0.01, 0.0316, 0.1, 0.316, 1, 3.16, 10};
    alv_rates_grid(rates, ALV_SGD);
    for (int i = 0; i < ALV_RATES; i++) assert_true(rates[i] == sgd[i]);
    alv_rates_grid(rates, ALV_ADAM);
    assert_true(rates[0] == 1e-5 && rates[4] == 0.001 && rates[8] == 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_that_decides_results_is_in_the_digest),
        cmocka_unit_test(lists_split_outside_parentheses),
        cmocka_unit_test(errors_name_the_option),
        cmocka_unit_test(chance_is_the_best_constant),
        cmocka_unit_test(looking_takes_a_third_at_most),
        cmocka_unit_test(plans_are_numbered_by_arm_and_trained_by_seed),
        cmocka_unit_test(settings_say_what_varies),
        cmocka_unit_test(rates_are_tried_apart),
        cmocka_unit_test(the_grid_spans_four_decades),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
