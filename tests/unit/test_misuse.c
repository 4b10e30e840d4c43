/* Wrong arguments to the core's functions: NULL, sizes below 0 and beyond all memory, NaN and
 * infinity, places that are not aligned, numbers of kinds and types that there are not. Each gets
 * its own status, and a message in the argument's name. What the registry's schemes and tensors can
 * have wrong is in test_hostile.c. Without these checks a wrong pointer or index ends the program.
 */
#include "test.h"

#include "alvor/alvor.h"

static alv_error e;

#define REFUSED(status, argument, call)                                                            \
    do {                                                                                           \
        memset(&e, 0, sizeof e);                                                                   \
        const alv_status got = (call);                                                             \
        if (got != (status) || strcmp(e.where, argument) != 0)                                     \
            print_error("%s\n  %s, %s: %s\n", #call, alv_status_name(got), e.where, e.message);    \
        assert_int_equal(got, status);                                                             \
        assert_int_equal(e.code, status);                                                          \
        assert_string_equal(e.where, argument);                                                    \
        assert_true(e.message[0]);                                                                 \
        assert_int_equal((call), status); /* and nothing is kept of the first try */               \
    } while (0)

static float out[64];
static const alv_tensor weight = {.name = "w", .rank = 2, .shape = {8, 8}};
static const alv_dtype no_types[] = {(alv_dtype)-1, (alv_dtype)6, (alv_dtype)INT32_MAX};

static void distributions(void **state)
{
    (void)state;
    const alv_stream s = alv_stream_make(1, "w", NULL);
    const alv_dist unit = alv_dist_normal(0, 1);
    alv_dist none = unit;
    REFUSED(ALV_ERR_ARGUMENT, "dist", alv_dist_check(NULL, &e));
    REFUSED(ALV_ERR_ARGUMENT, "dist", alv_dist_fits(NULL, ALV_F32, &e));
    REFUSED(ALV_ERR_ARGUMENT, "dist", alv_dist_fill(out, ALV_F32, 0, 4, NULL, s, NULL, &e));
    REFUSED(ALV_ERR_ARGUMENT, "out", alv_dist_fill(NULL, ALV_F32, 0, 4, &unit, s, NULL, &e));
    REFUSED(ALV_ERR_RANGE, "lo", alv_dist_fill(out, ALV_F32, -1, 4, &unit, s, NULL, &e));
    REFUSED(ALV_ERR_RANGE, "lo", alv_dist_fill(out, ALV_F32, 4, 3, &unit, s, NULL, &e));
    REFUSED(ALV_ERR_RANGE, "lo",
            alv_dist_fill(out, ALV_F32, INT64_MIN, INT64_MAX, &unit, s, NULL, &e));
    for (int kind = -1; kind < 1000; kind += 1000 / 2) {
        none.kind = (alv_dist_kind)kind;
        if (kind >= 0 && kind < 4) continue;
        REFUSED(ALV_ERR_ARGUMENT, "dist", alv_dist_fill(out, ALV_F32, 0, 4, &none, s, NULL, &e));
    }
    for (int i = 0; i < 3; i++)
        REFUSED(ALV_ERR_DTYPE, "dtype", alv_dist_fill(out, no_types[i], 0, 4, &unit, s, NULL, &e));
    assert_true(isnan(alv_dist_pdf(NULL, 0)) && isnan(alv_dist_cdf(NULL, 0)));
    assert_true(isnan(alv_dist_quantile(NULL, 0.5)));
    assert_true(isnan(alv_dist_mean(NULL)) && isnan(alv_dist_variance(NULL)));
}

/* Every type wider than a byte, from every byte that it cannot begin at. */
static void unaligned_places(void **state)
{
    (void)state;
    const alv_stream s = alv_stream_make(1, "w", NULL);
    const alv_dist unit = alv_dist_uniform(-1, 1);
    char *bytes = (char *)out;
    for (alv_dtype t = ALV_F32; t <= ALV_F8_E5M2; t++)
        for (size_t at = 1; at < alv_dtype_size(t); at++) {
            REFUSED(ALV_ERR_ARGUMENT, "out",
                    alv_dist_fill(bytes + at, t, 0, 4, &unit, s, NULL, &e));
            assert_int_equal(alv_dist_fill(bytes + at, t, 4, 4, &unit, s, NULL, &e), ALV_OK);
        }
    alv_compat_rng rng;
    alv_scheme scheme;
    assert_int_equal(alv_compat_seed(&rng, alv_compat_find("torch"), 1, NULL), ALV_OK);
    assert_int_equal(alv_compat_scheme_parse(&scheme, rng.profile, "kaiming_uniform_", NULL),
                     ALV_OK);
    REFUSED(ALV_ERR_ARGUMENT, "out", alv_compat_uniform(bytes + 1, ALV_F32, 4, 0, 1, &rng, &e));
    REFUSED(ALV_ERR_ARGUMENT, "out", alv_compat_normal(bytes + 4, ALV_F64, 4, 0, 1, &rng, &e));
    REFUSED(ALV_ERR_ARGUMENT, "out",
            alv_compat_permutation((int64_t *)(void *)(bytes + 4), 4, &rng, &e));
    REFUSED(ALV_ERR_ARGUMENT, "out", alv_compat_init(bytes + 2, &scheme, &weight, &rng, &e));
}

static void plans(void **state)
{
    (void)state;
    alv_weight_plan *plan;
    alv_scheme scheme;
    alv_weight_rule rule = {.match = "*", .typed = true, .dtype = ALV_BF16};
    char text[64] = "before";
    assert_int_equal(alv_scheme_parse(&scheme, "he_normal", NULL), ALV_OK);
    assert_int_equal(alv_weight_plan_new(&plan, NULL), ALV_OK);
    REFUSED(ALV_ERR_ARGUMENT, "plan", alv_weight_plan_new(NULL, &e));
    REFUSED(ALV_ERR_ARGUMENT, "plan", alv_weight_plan_add(NULL, &weight, &scheme, &e));
    REFUSED(ALV_ERR_ARGUMENT, "plan", alv_weight_plan_add(plan, NULL, &scheme, &e));
    REFUSED(ALV_ERR_ARGUMENT, "plan", alv_weight_plan_check(NULL, &e));
    REFUSED(ALV_ERR_ARGUMENT, "plan", alv_weight_plan_check_one(NULL, 0, &e));
    REFUSED(ALV_ERR_ARGUMENT, "plan", alv_weight_plan_give(NULL, 0, &scheme, &e));
    REFUSED(ALV_ERR_ARGUMENT, "plan", alv_weight_plan_apply(NULL, 0, &rule, 1, &e));
    assert_int_equal(alv_weight_plan_add(plan, &weight, &scheme, NULL), ALV_OK);
    const int64_t outside[] = {-1, 1, INT64_MAX, INT64_MIN};
    for (int i = 0; i < 4; i++) {
        REFUSED(ALV_ERR_RANGE, "index", alv_weight_plan_check_one(plan, outside[i], &e));
        REFUSED(ALV_ERR_RANGE, "index", alv_weight_plan_give(plan, outside[i], &scheme, &e));
        assert_null(alv_weight_plan_scheme(plan, outside[i]));
        assert_int_equal(alv_weight_plan_line(text, sizeof text, plan, outside[i]), 0);
        assert_string_equal(text, "");
    }
    assert_null(alv_weight_plan_scheme(NULL, 0));
    REFUSED(ALV_ERR_ARGUMENT, "scheme", alv_weight_plan_give(plan, 0, NULL, &e));
    REFUSED(ALV_ERR_RANGE, "first", alv_weight_plan_apply(plan, -1, &rule, 1, &e));
    REFUSED(ALV_ERR_ARGUMENT, "rules", alv_weight_plan_apply(plan, 0, &rule, -1, &e));
    REFUSED(ALV_ERR_ARGUMENT, "rules", alv_weight_plan_apply(plan, 0, NULL, 1, &e));
    for (int i = 0; i < 3; i++) {
        rule.dtype = no_types[i];
        REFUSED(ALV_ERR_DTYPE, "dtype", alv_weight_plan_apply(plan, 0, &rule, 1, &e));
    }
    rule = (alv_weight_rule){.match = NULL};
    REFUSED(ALV_ERR_ARGUMENT, "match", alv_weight_plan_apply(plan, 0, &rule, 1, &e));
    assert_int_equal(plan->tensors[0].dtype, ALV_F32);
    assert_false(alv_name_match(NULL, "w") || alv_name_match("*", NULL));
    REFUSED(ALV_ERR_ARGUMENT, "preset", alv_weight_plan_preset(plan, NULL, NULL, NULL, &e));
    alv_weight_plan_free(plan);
}

static void models(void **state)
{
    (void)state;
    static const char *const texts[] = {"4-4",       "mlp 4-4 norm=layer", "conv 4,8",
                                        "resnet 20", "transformer",        "lstm 8"};
    alv_model *model = NULL;
    REFUSED(ALV_ERR_ARGUMENT, "model", alv_model_new(NULL, "4-4", NULL, &e));
    REFUSED(ALV_ERR_ARGUMENT, "model", alv_model_new(&model, NULL, NULL, &e));
    for (int i = 0; i < 6; i++) {
        const alv_model_hints bad[] = {
            {.inputs = -1}, {.outputs = INT64_MIN}, {.height = -3},         {.width = INT32_MIN},
            {.tokens = -5}, {.inputs = INT64_MAX},  {.outputs = INT64_MAX}, {.tokens = INT64_MAX}};
        for (int k = 0; k < 8; k++)
            REFUSED(ALV_ERR_RANGE, "hints", alv_model_new(&model, texts[i], &bad[k], &e));
    }
    assert_null(model);
    alv_model_layer layer;
    assert_int_equal(alv_model_layers(NULL, NULL), 0);
    assert_false(alv_model_is_chain(NULL) || alv_model_layer_at(&layer, NULL, 0));
}

static void activations(void **state)
{
    (void)state;
    const double bad[] = {NAN, INFINITY, -INFINITY, 1e300};
    char text[64];
    alv_gain gain;
    alv_gated_moments gated;
    for (int i = 0; i < alv_act_count(); i++) {
        const alv_act *act = alv_act_at(i);
        for (int k = 0; k < 4 && act->param; k++) {
            const alv_act_spec spec = {act, bad[k]};
            REFUSED(ALV_ERR_RANGE, act->param, alv_act_print(text, sizeof text, spec, &e));
            REFUSED(ALV_ERR_RANGE, act->param, alv_act_gain(&gain, spec, &e));
            REFUSED(ALV_ERR_RANGE, act->param, alv_gated_gain(&gated, spec, &e));
        }
    }
}

/* What is not drawn by anything: a place that is none, and n below 0, in each profile that draws.
 */
static void frameworks_streams(void **state)
{
    (void)state;
    for (int i = 0; i < alv_compat_count(); i++) {
        alv_compat_rng rng;
        assert_int_equal(alv_compat_seed(&rng, alv_compat_at(i), 1, NULL), ALV_OK);
        REFUSED(ALV_ERR_ARGUMENT, "out", alv_compat_uniform(NULL, ALV_F32, 4, 0, 1, &rng, &e));
        REFUSED(ALV_ERR_ARGUMENT, "rng", alv_compat_uniform(out, ALV_F32, 4, 0, 1, NULL, &e));
        REFUSED(ALV_ERR_ARGUMENT, "n", alv_compat_normal(out, ALV_F32, -4, 0, 1, &rng, &e));
        REFUSED(ALV_ERR_ARGUMENT, "out", alv_compat_integers(NULL, 4, 0, 4, &rng, &e));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distributions), cmocka_unit_test(unaligned_places),
        cmocka_unit_test(plans),         cmocka_unit_test(models),
        cmocka_unit_test(activations),   cmocka_unit_test(frameworks_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
