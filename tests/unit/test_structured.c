/* Initializers whose elements know their place: each against the exact properties that define it,
 * and its measured moments against the predicted ones.
 *
 * If these failed, a layer that should begin as the identity would not, a table's padding row would
 * mean something, or counts and norms that a paper states would be off. */
#include "suited.h"

static alv_tensor matrix(const char *name, int64_t rows, int64_t columns)
{
    alv_tensor t = {.rank = 2, .shape = {rows, columns}, .dtype = ALV_F64};
    snprintf(t.name, sizeof t.name, "%s", name);
    return t;
}

/* A filled f64 tensor; free it. */
static double *filled(const char *text, const alv_tensor *tensor, uint64_t seed)
{
    const alv_scheme scheme = suited_scheme(text);
    double *w = malloc((size_t)suited_count(tensor) * sizeof *w + 1);
    assert_non_null(w);
    assert_int_equal(tensor->dtype, ALV_F64);
    suited_fill(w, 0, suited_count(tensor), &scheme, tensor, seed);
    return w;
}

/* The scheme refuses the tensor with this status, a message that says so, and nothing written. */
static void refused(const char *text, const alv_tensor *tensor, alv_status wanted, const char *says)
{
    const alv_scheme scheme = suited_scheme(text);
    double out = 7;
    alv_error error = {0};
    alv_status status = alv_init_fill(&out, 0, 1, &scheme, tensor, 1, NULL, &error);
    if (status != wanted || !strstr(error.message, says))
        print_error("%s: %s: %s\n", text, alv_status_name(status), error.message);
    assert_int_equal(status, wanted);
    assert_non_null(strstr(error.message, says));
    assert_true(out == 7);
}

static void an_embedding_is_normal_but_for_its_padding(void **state)
{
    (void)state;
    const alv_tensor table = matrix("wte", 40, 25);
    double *plain = filled("normal(std=0.2)", &table, 5); /* 1 / sqrt(25) */
    double *w = filled("embedding_normal(padding=7)", &table, 5);
    double *torch = filled("embedding_normal(std=1)", &table, 5);
    for (int i = 0; i < 40 * 25; i++) {
        assert_true(w[i] == (i / 25 == 7 ? 0 : plain[i]));
        assert_near(torch[i], 5 * plain[i], 1e-15);
    }
    double mean, variance;
    const alv_scheme scheme = suited_scheme("embedding_normal(padding=7)");
    assert_int_equal(alv_init_moments(&mean, &variance, &scheme, &table, NULL), ALV_OK);
    assert_near(variance, 0.04 * 39 / 40, 1e-15);
    free(plain);
    free(w);
    free(torch);
    refused("embedding_normal(padding=40)", &table, ALV_ERR_RANGE, "has 40 rows");
    refused("embedding_normal(padding=0.5)", &table, ALV_ERR_ARGUMENT, "padding = 0.5");
    const alv_tensor row = {.name = "w", .rank = 1, .shape = {9}};
    refused("embedding_normal", &row, ALV_ERR_SHAPE, "1 axes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_embedding_is_normal_but_for_its_padding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
