/* The scheme for what nobody has named: variances against the papers' formulas, and a deep network
 * that keeps its signal. If this failed, models initialized without a word would fade or blow up.
 */
#include "test.h"

#include "alvor/alvor.h"

static alv_tensor matrix(const char *act, int depth)
{
    alv_tensor t = {.name = "w", .rank = 2, .shape = {200, 100}, .depth = depth};
    if (act) assert_int_equal(alv_act_parse(&t.act, act, NULL), ALV_OK);
    return t;
}

static double variance_of(const alv_tensor *t, bool ends_branch)
{
    alv_scheme scheme;
    double mean, variance;
    assert_int_equal(alv_scheme_auto(&scheme, t, ends_branch, NULL), ALV_OK);
    assert_int_equal(alv_init_moments(&mean, &variance, &scheme, t, NULL), ALV_OK);
    assert_true(mean == 0);
    return variance;
}

static void weights_keep_the_mean_square(void **state)
{
    (void)state;
    const struct {
        const char *act;
        double gain2; /* 1 / E f^2 */
    } rows[] = {{NULL, 1}, {"relu", 2}, {"leaky_relu(0.2)", 2 / 1.04}, {"tanh", 2.5361754332}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        alv_tensor t = matrix(rows[i].act, 0);
        assert_near(variance_of(&t, false) * 100 / rows[i].gain2, 1, 1e-9);
    }
}

static void branches_share_the_variance(void **state)
{
    (void)state;
    alv_tensor deep = matrix("relu", 8), unknown = matrix("relu", 0);
    assert_near(variance_of(&deep, true) * 8, variance_of(&deep, false), 1e-12);
    assert_near(variance_of(&unknown, true), variance_of(&unknown, false), 1e-12);
}

static void other_roles_have_their_own(void **state)
{
    (void)state;
    char text[64];
    const struct {
        alv_tensor tensor;
        const char *scheme;
    } rows[] = {
        {{.name = "b", .rank = 1, .shape = {3}, .role = ALV_ROLE_BIAS}, "zeros"},
        {{.name = "g", .rank = 1, .shape = {3}, .role = ALV_ROLE_GAIN}, "ones"},
        {{.name = "e", .rank = 2, .shape = {9, 3}, .layer = ALV_LAYER_EMBEDDING},
         "embedding_normal"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        alv_scheme scheme;
        assert_int_equal(alv_scheme_auto(&scheme, &rows[i].tensor, false, NULL), ALV_OK);
        assert_int_equal(alv_scheme_print(text, sizeof text, &scheme, NULL), ALV_OK);
        assert_int_equal(strncmp(text, rows[i].scheme, strlen(rows[i].scheme)), 0);
    }
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    alv_error error;
    alv_tensor t = {.name = "w", .rank = 2, .shape = {-1, 3}};
    alv_scheme scheme = {0};
    assert_int_equal(alv_scheme_auto(&scheme, &t, false, &error), ALV_ERR_SHAPE);
    assert_null(scheme.init);
    assert_int_equal(alv_scheme_auto(NULL, &t, false, &error), ALV_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_keep_the_mean_square),
        cmocka_unit_test(branches_share_the_variance),
        cmocka_unit_test(other_roles_have_their_own),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
