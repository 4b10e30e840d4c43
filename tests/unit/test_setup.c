/* A comparison's identity: what its digest covers, and lists that parentheses protect. */
#include "test.h"

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
    CHANGE(optimizer, "adam");
    CHANGE(loss, "mse");
    CHANGE(backend, "portable");
    CHANGE(lr, 0.02);
    CHANGE(momentum, 0.5);
    CHANGE(weight_decay, 0.5);
    CHANGE(batch, 64);
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
    CHANGE(lr, 1e-2);
#undef CHANGE
    for (int i = 0; i < n; i++) assert_string_equal(changed[i], digest);
}

static void lists_split_outside_parentheses(void **state)
{
    (void)state;
    const char *list = " a(b=1, c=(2,3)),d , e()";
    const char *const items[] = {"a(b=1, c=(2,3))", "d", "e()"};
    bool more = true;
    char item[32];
    for (int i = 0; i < 3; i++) {
        assert_true(more);
        assert_int_equal(alv_list_next(item, sizeof item, &list, &more, "list", NULL), ALV_OK);
        assert_string_equal(item, items[i]);
    }
    assert_false(more);
    const char *const wrong[] = {"", "a,", ",a", "a)", "(a", "a b c d e f g h i j k l m n o p q r"};
    for (int i = 0; i < 6; i++) {
        alv_status status = ALV_OK;
        list = wrong[i];
        for (more = true; more && status == ALV_OK;)
            status = alv_list_next(item, sizeof item, &list, &more, "list", NULL);
        assert_int_equal(status, ALV_ERR_SYNTAX);
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
        assert_int_equal(job->act, twin->act);
        assert_int_equal(job->seed, twin->seed);
        assert_true(twin->twin < 0 && !twin->copied);
    }
    alv_plan_free(&plan);
    alv_setup_free(&setup);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_that_decides_results_is_in_the_digest),
        cmocka_unit_test(lists_split_outside_parentheses),
        cmocka_unit_test(chance_is_the_best_constant),
        cmocka_unit_test(plans_are_numbered_by_arm_and_trained_by_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
