/* The registry's texts, schemes as text, scales against the published formulas, refusals. */
#include "test.h"

#include <float.h>

#include "alvor/alvor.h"

static alv_scheme scheme_of(const char *text)
{
    alv_scheme scheme = {0};
    alv_error error = {0};
    if (alv_scheme_parse(&scheme, text, &error) != ALV_OK)
        print_error("%s: %s\n", text, error.message);
    assert_non_null(scheme.init);
    return scheme;
}

static int words(const char *text)
{
    int n = 0;
    for (const char *p = text; *p; p++) n += *p != ' ' && (p == text || p[-1] == ' ');
    return n;
}

static void every_text_is_present_in_both_languages(void **state)
{
    (void)state;
    assert_true(alv_init_count() >= 13);
    assert_null(alv_init_at(-1));
    assert_null(alv_init_at(alv_init_count()));
    for (int i = 0; i < alv_init_count(); i++) {
        const alv_initializer *init = alv_init_at(i);
        assert_ptr_equal(alv_init_find(init->name), init);
        for (int lang = 0; lang < ALV_LANGS; lang++) {
            assert_true(words(init->summary[lang]) >= 3 && strlen(init->summary[lang]) <= 80);
            assert_true(words(init->when[lang]) >= 8);
            assert_true(words(init->dangers[lang]) >= 15);
        }
        assert_string_not_equal(init->when[ALV_EN], init->when[ALV_PT]);
        assert_string_not_equal(init->dangers[ALV_EN], init->dangers[ALV_PT]);
        assert_true(init->formula[0] && init->density[0] && words(init->citation) >= 4);
        assert_true(!init->pytorch || strstr(init->pytorch, "torch."));
        assert_true(!init->keras || strstr(init->keras, "keras.initializers."));
        assert_true(!init->jax || strstr(init->jax, "jax."));
        assert_true((init->law != NULL) != (init->moments && init->fill));
        assert_true((init->scratch && init->prepare) == (init->reach == ALV_REACH_TENSOR));
        for (int a = 0; a < ALV_MAX_INIT_ARGS && init->args[a].name; a++) {
            const alv_init_arg *arg = &init->args[a];
            assert_true(words(arg->help[ALV_EN]) > 0 && words(arg->help[ALV_PT]) > 0);
            assert_true(arg->lo <= arg->value && arg->value <= arg->hi);
            if (arg->choices) assert_int_equal(words(arg->choices), (int)arg->hi + 1);
        }
    }
}

/* Every name and alias belongs to one initializer only. */
static void every_alias_resolves(void **state)
{
    (void)state;
    for (int i = 0; i < alv_init_count(); i++) {
        char copy[128];
        snprintf(copy, sizeof copy, "%s", alv_init_at(i)->aliases);
        for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
            assert_ptr_equal(alv_init_find(word), alv_init_at(i));
            assert_ptr_equal(scheme_of(word).init, alv_init_at(i));
        }
    }
    assert_string_equal(alv_init_find("glorot_uniform")->name, "xavier_uniform");
    assert_string_equal(alv_init_find("kaiming_normal")->name, "he_normal");
    assert_string_equal(alv_init_find("msra")->name, "he_normal");
    assert_string_equal(alv_init_find("pytorch_default")->name, "torch_default");
    assert_null(alv_init_find("he_norma"));
    assert_null(alv_init_find(""));
    assert_null(alv_init_find(NULL));
}

static void schemes_round_trip(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"zeros", "zeros"},
        {"zeros()", "zeros"},
        {" constant( 0.25 ) ", "constant(value=0.25)"},
        {"constant", "constant(value=0.5)"},
        {"uniform(r=1)", "uniform(r=1)"},
        {"uniform(1, mean = -3e-2)", "uniform(r=1, mean=-0.03)"},
        {"normal", "normal(std=0.01)"},
        {"gaussian(std=.1)", "normal(std=0.1)"},
        {"he_normal", "he_normal"},
        {"kaiming_normal(mode=fan_out, a=0.2)", "he_normal(a=0.2, mode=fan_out)"},
        {"he_uniform(gain=1)", "he_uniform(gain=1)"},
        {"xavier(gain=1.0)", "xavier_uniform"},
        {"trunc_normal_abs(0.02, a=-1)", "trunc_normal_abs(std=0.02, a=-1, b=2)"},
        {"trunc_normal_rel(std_of=parent)", "trunc_normal_rel(std=0.02, std_of=parent)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[128], again[128];
        alv_scheme scheme = scheme_of(cases[i][0]);
        assert_int_equal(alv_scheme_print(out, sizeof out, &scheme, NULL), ALV_OK);
        assert_string_equal(out, cases[i][1]);
        scheme = scheme_of(out);
        assert_int_equal(alv_scheme_print(again, sizeof again, &scheme, NULL), ALV_OK);
        assert_string_equal(again, out);
        assert_int_equal(alv_scheme_print(again, strlen(out), &scheme, NULL), ALV_ERR_RANGE);
        assert_string_equal(again, out); /* untouched on error */
    }
}

static void bad_schemes_say_where(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        alv_status status;
        int64_t position;
        const char *says;
    } cases[] = {
        {"", ALV_ERR_SYNTAX, 0, "name"},
        {"he_norml", ALV_ERR_UNKNOWN_NAME, 0, "did you mean 'he_normal'"},
        {"  glorot_unifrm", ALV_ERR_UNKNOWN_NAME, 2, "did you mean 'glorot_uniform'"},
        {"qwertyuiop", ALV_ERR_UNKNOWN_NAME, 0, "alvor list"},
        {"truncated_normal(std=1)", ALV_ERR_UNKNOWN_NAME, 0, "trunc_normal_rel (they"},
        {" trunc_normal", ALV_ERR_UNKNOWN_NAME, 1, "trunc_normal_abs (they"},
        {"normal(st=1)", ALV_ERR_UNKNOWN_NAME, 7, "did you mean 'std'"},
        {"normal(zzzzzzz=1)", ALV_ERR_UNKNOWN_NAME, 7, "it has std mean"},
        {"he_normal(mode=fan_inn)", ALV_ERR_UNKNOWN_NAME, 15, "did you mean 'fan_in'"},
        {"zeros(1)", ALV_ERR_SYNTAX, 6, "takes no arguments"},
        {"normal(", ALV_ERR_SYNTAX, 7, "number"},
        {"normal(0.1", ALV_ERR_SYNTAX, 10, "')'"},
        {"normal(0.1 0.2)", ALV_ERR_SYNTAX, 11, "')'"},
        {"normal(0.1, 0.2)", ALV_ERR_SYNTAX, 12, "name this argument"},
        {"normal(std=0.1,std=0.2)", ALV_ERR_ARGUMENT, 15, "twice"},
        {"normal(std=)", ALV_ERR_SYNTAX, 11, "'std' needs a number here, not ')'"},
        {"he_normal((", ALV_ERR_SYNTAX, 10, "'a' needs a number here, not '('"},
        {"normal(std=nan)", ALV_ERR_ARGUMENT, 11, "finite"},
        {"normal(std=1e999)", ALV_ERR_ARGUMENT, 11, "finite"},
        {"normal(std=-0.1)", ALV_ERR_RANGE, 11, "std = -0.1"},
        {"xavier_normal(gain=0)", ALV_ERR_RANGE, 19, "(0"},
        {"he_normal)", ALV_ERR_SYNTAX, 9, "')'"},
        {"he_normal(a=0.1) x", ALV_ERR_SYNTAX, 17, "'x'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_scheme scheme = {.args = {7}};
        alv_error error = {0};
        alv_status status = alv_scheme_parse(&scheme, cases[i].text, &error);
        bool said = strstr(error.message, cases[i].says) != NULL;
        if (status != cases[i].status || error.position != cases[i].position || !said)
            print_error("'%s': %s at %lld: %s\n", cases[i].text, alv_status_name(status),
                        (long long)error.position, error.message);
        assert_int_equal(status, cases[i].status);
        assert_int_equal(error.position, cases[i].position);
        assert_true(said);
        assert_true(scheme.init == NULL && scheme.args[0] == 7);
    }
}

/* Bounds and deviations against closed forms, worked out apart from the code for fans 784, 256. */
static void scales_follow_the_published_formulas(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double std, hi; /* hi 0: not bounded */
    } cases[] = {
        {"zeros", 0, 0},
        {"uniform(r=0.5)", 0.288675134594812882, 0.5},
        {"normal(std=0.3)", 0.3, 0},
        {"lecun_normal", 0.0357142857142857143, 0},                      /* 1 / 28 */
        {"lecun_uniform", 0.0357142857142857143, 0.0618589574131741600}, /* sqrt(3) / 28 */
        {"xavier_normal", 0.0438529009653514640, 0},                     /* sqrt(2 / 1040) */
        {"xavier_uniform", 0.0438529009653514640, 0.0759554525312750},   /* sqrt(6 / 1040) */
        {"xavier_uniform(gain=2)", 0.0877058019307029343, 0.151910905062550},
        {"he_normal", 0.0505076272276105311, 0},                     /* sqrt(2 / 784) */
        {"he_uniform", 0.0505076272276105311, 0.0874817765279707},   /* sqrt(6 / 784) */
        {"he_normal(mode=fan_out)", 0.0883883476483184406, 0},       /* sqrt(2 / 256) */
        {"he_normal(mode=fan_avg)", 0.0620173672946042, 0},          /* sqrt(2 / 520) */
        {"he_normal(a=2.23606797749979)", 0.0206196524710580533, 0}, /* sqrt(1 / (3 784)) */
        {"he_uniform(gain=1)", 0.0357142857142857143, 0.0618589574131741600},
        {"torch_default", 0.0206196524710580533, 0.0357142857142857143}, /* 1 / sqrt(784) */
        {"trunc_normal_rel(std=0.02)", 0.02, 0.0454738893735423},        /* 0.02 / 0.87962566 * 2 */
        {"trunc_normal_rel(std=0.5, std_of=parent)", 0.43981283051711989, 1},
        {"trunc_normal_abs(std=1)", 0.87962566103423978, 2},
        {"variance_scaling", 0.0357142857142857143, 0.0812033738813255}, /* 2 / 28 / 0.8796 */
        {"variance_scaling(0.5, mode=fan_out, distribution=normal)", 0.0441941738241592,
         0}, /* sqrt(1 / 512) */
        {"variance_scaling(scale=2, mode=fan_geo_avg, distribution=uniform)", 0.0668153104781061,
         0.115727512471569},                             /* sqrt(6 / 448) */
        {"small_init", 0.0225876975726312809, 0},        /* sqrt(0.4) / 28 */
        {"small_init(d=512)", 0.0279508497187473712, 0}, /* sqrt(2 / 2560) */
        {"residual_normal", 0.00408248290463863016, 0},  /* 0.02 / sqrt(24) */
        {"residual_normal(std=1, layers=8)", 0.25, 0},
        {"siren", 0.00168358757425368458, 0.00291605921759902}, /* sqrt(6) / 28 / 30 */
        {"siren(omega0=1)", 0.0505076272276105311, 0.0874817765279707},
        {"siren(first=yes)", 0.000736416159680645, 0.00127551020408163}, /* 1 / 784 */
        {"random_walk", 0.0357370699468237615, 0},                       /* e^(1/1568) / 28 */
        {"random_walk(g=1.2, mode=fan_out)", 0.075, 0},                  /* 1.2 / 16 */
    };
    static const alv_tensor weights[] = {
        {.name = "w", .rank = 2, .shape = {256, 784}},
        {.name = "w", .rank = 2, .shape = {784, 256}, .layout = ALV_LAYOUT_KERAS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int layout = 0; layout < 2; layout++) {
            alv_scheme scheme = scheme_of(cases[i].text);
            alv_dist law;
            assert_int_equal(alv_init_law(&law, &scheme, &weights[layout], NULL), ALV_OK);
            double std = sqrt(alv_dist_variance(&law));
            assert_true(fabs(std - cases[i].std) <= 2e-12 * cases[i].std);
            if (cases[i].hi > 0) {
                assert_true(fabs(law.hi - cases[i].hi) <= 1e-12 * cases[i].hi);
                assert_true(fabs(law.lo + cases[i].hi) <= 1e-12 * cases[i].hi);
            }
        }
}

static void torch_default_is_kaiming_with_slope_root_five(void **state)
{
    (void)state;
    const alv_tensor w = {.name = "w", .rank = 2, .shape = {30, 100}};
    const alv_tensor b = {
        .name = "b", .role = ALV_ROLE_BIAS, .rank = 1, .shape = {30}, .fan_in = 100};
    alv_scheme torch = scheme_of("torch_default"), kaiming = scheme_of("he_uniform");
    kaiming.args[0] = sqrt(5);
    alv_dist a, c, bias;
    assert_int_equal(alv_init_law(&a, &torch, &w, NULL), ALV_OK);
    assert_int_equal(alv_init_law(&c, &kaiming, &w, NULL), ALV_OK);
    assert_int_equal(alv_init_law(&bias, &torch, &b, NULL), ALV_OK);
    assert_near(a.hi, c.hi, 1e-15);
    assert_near(a.hi, 0.1, 1e-15);
    assert_near(bias.hi, 0.1, 1e-15);
}

/* Gains of the paper for N = 784 and for N = 4, where the fit is held at N = 6. */
static void random_walk_looks_at_the_activation(void **state)
{
    (void)state;
    static const struct {
        int64_t n;
        const char *act;
        double std; /* 0: refused */
    } cases[] = {
        {784, "relu", 0.0505852317612320670},   /* sqrt(2 / 784) exp(1.2 / 781.6) */
        {4, "relu", 0.986847009686576457},      /* sqrt(2 / 4) exp(1.2 / 3.6) */
        {784, "linear", 0.0357370699468237615}, /* exp(1 / 1568) / 28 */
        {784, "tanh", 0},
    };
    alv_scheme scheme = scheme_of("random_walk");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_tensor w = {.name = "w", .rank = 2, .shape = {9, cases[i].n}};
        alv_dist law;
        alv_error error;
        assert_int_equal(alv_act_parse(&w.act, cases[i].act, NULL), ALV_OK);
        alv_status status = alv_init_law(&law, &scheme, &w, &error);
        assert_int_equal(status, cases[i].std > 0 ? ALV_OK : ALV_ERR_ARGUMENT);
        if (status == ALV_OK)
            assert_near(law.std, cases[i].std, 1e-15);
        else
            assert_non_null(strstr(error.message, "for tanh give g"));
    }
}

/* What is refused, with which status, and that nothing is written. */
static void refusals(void **state)
{
    (void)state;
    const alv_tensor w = {.name = "w", .rank = 2, .shape = {3, 4}};
    const alv_tensor row = {.name = "w", .rank = 1, .shape = {4}};
    const alv_tensor bias = {
        .name = "b", .role = ALV_ROLE_BIAS, .rank = 1, .shape = {4}, .fan_in = 9};
    const alv_tensor orphan = {.name = "b", .role = ALV_ROLE_BIAS, .rank = 1, .shape = {4}};
    const alv_tensor huge = {.name = "w", .rank = 2, .shape = {INT64_MAX, INT64_MAX}};
    const alv_tensor odd = {.name = "w", .rank = 1, .shape = {4}, .dtype = (alv_dtype)9};
    alv_tensor endless = w;
    memset(endless.name, 'w', sizeof endless.name);
    const struct {
        const char *text;
        const alv_tensor *tensor;
        int64_t lo, hi;
        alv_status status;
        const char *says;
    } cases[] = {
        {"he_normal", &row, 0, 4, ALV_ERR_SHAPE, "2 axes"},
        {"torch_default", &row, 0, 4, ALV_ERR_SHAPE, "2 axes"},
        {"he_normal", &bias, 0, 4, ALV_ERR_SHAPE, "bias"},
        {"xavier_uniform", &bias, 0, 4, ALV_ERR_SHAPE, "bias"},
        {"lecun_normal", &bias, 0, 4, ALV_ERR_SHAPE, "bias"},
        {"torch_default", &orphan, 0, 4, ALV_ERR_SHAPE, "fan-in"},
        {"he_normal(a=0.1, gain=1)", &w, 0, 12, ALV_ERR_ARGUMENT, "give one"},
        {"trunc_normal_abs(a=1, b=1)", &w, 0, 12, ALV_ERR_ARGUMENT, "a = 1"},
        {"trunc_normal_rel(a=1, b=1)", &w, 0, 12, ALV_ERR_ARGUMENT, "a = 1"},
        {"variance_scaling", &bias, 0, 4, ALV_ERR_SHAPE, "bias"},
        {"residual_normal(layers=1.5)", &w, 0, 12, ALV_ERR_ARGUMENT, "layers = 1.5"},
        {"constant(1e39)", &w, 0, 12, ALV_ERR_OVERFLOW, "1e+39"},
        {"uniform(r=1e39)", &w, 0, 12, ALV_ERR_OVERFLOW, "1e+39"},
        {"normal(std=1e38)", &w, 0, 12, ALV_ERR_OVERFLOW, "6.8e+38"},
        {"uniform(r=1e308, mean=1e308)", &w, 0, 12, ALV_ERR_OVERFLOW, "inf"},
        {"trunc_normal_rel(a=41, b=42)", &w, 0, 12, ALV_ERR_RANGE, "almost nothing"},
        {"zeros", &endless, 0, 12, ALV_ERR_ARGUMENT, "127 bytes"},
        {"zeros", &w, 0, 13, ALV_ERR_RANGE, "0:13"},
        {"zeros", &w, -1, 3, ALV_ERR_RANGE, "-1:3"},
        {"zeros", &w, 3, 2, ALV_ERR_RANGE, "3:2"},
        {"zeros", &huge, 0, 1, ALV_ERR_OVERFLOW, "2^62"},
        {"zeros", &odd, 0, 1, ALV_ERR_DTYPE, "9"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float out[16];
        for (int k = 0; k < 16; k++) out[k] = 7;
        alv_scheme scheme = scheme_of(cases[i].text);
        alv_error error = {0};
        alv_status status = alv_init_fill(out, cases[i].lo, cases[i].hi, &scheme, cases[i].tensor,
                                          42, NULL, &error);
        if (status != cases[i].status || !strstr(error.message, cases[i].says))
            print_error("%s: %s: %s\n", cases[i].text, alv_status_name(status), error.message);
        assert_int_equal(status, cases[i].status);
        assert_non_null(strstr(error.message, cases[i].says));
        assert_int_equal(error.code, status);
        for (int k = 0; k < 16; k++) assert_true(out[k] == 7);
    }
}

/* What a law refuses is told as the scheme that made it; `where` is an argument of it, or the whole
 * scheme. */
static void refusals_name_the_scheme(void **state)
{
    (void)state;
    static const alv_tensor w = {.name = "w", .rank = 2, .shape = {3, 4}, .dtype = ALV_F16},
                            fused = {.name = "w",
                                     .rank = 2,
                                     .shape = {3, 4},
                                     .parts = {1, 2},
                                     .dtype = ALV_F16};
    static const struct {
        const char *text, *where, *begins;
        const alv_tensor *tensor;
    } cases[] = {
        {"uniform(r=7e4)", "scheme", "uniform(r=70000): uniform values", &w},
        {"normal(std=7e4)", "std", "normal(std=70000): normal values", &w},
        {"he_normal(gain=1e6)", "scheme", "he_normal(gain=1000000): normal values", &w},
        {"xavier_uniform(gain=1e6)", "scheme", "xavier_uniform(gain=1000000): uniform values",
         &fused},
        {"identity(gain=7e4)", "gain", "identity(gain=70000): weights of 7e+04", &w},
        {"nguyen_widrow(factor=1e6)", "factor", "nguyen_widrow(factor=1000000): weights of", &w},
        {"nguyen_widrow(range=1e-9)", "range", "nguyen_widrow(range=1e-09): weights of", &w},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double mean, variance;
        const alv_scheme scheme = scheme_of(cases[i].text);
        alv_error error = {0};
        assert_int_equal(alv_init_moments(&mean, &variance, &scheme, cases[i].tensor, &error),
                         ALV_ERR_OVERFLOW);
        assert_int_equal(error.code, ALV_ERR_OVERFLOW);
        assert_string_equal(error.where, cases[i].where);
        if (strncmp(error.message, cases[i].begins, strlen(cases[i].begins)) != 0)
            fail_msg("%s: %s", cases[i].text, error.message);
    }
}

/* Arguments put into the struct by hand are checked like those that were parsed. */
static void hand_made_schemes_are_checked(void **state)
{
    (void)state;
    const alv_tensor w = {.name = "w", .rank = 2, .shape = {3, 4}};
    float out[12];
    alv_error error;
    alv_scheme scheme = scheme_of("normal");
    scheme.args[0] = NAN;
    assert_int_equal(alv_init_fill(out, 0, 12, &scheme, &w, 1, NULL, &error), ALV_ERR_ARGUMENT);
    assert_string_equal(error.where, "std");
    scheme.args[0] = -1;
    assert_int_equal(alv_init_fill(out, 0, 12, &scheme, &w, 1, NULL, &error), ALV_ERR_RANGE);
    scheme = scheme_of("he_normal");
    scheme.args[1] = 0.5;
    assert_int_equal(alv_init_fill(out, 0, 12, &scheme, &w, 1, NULL, &error), ALV_ERR_RANGE);
    scheme.args[1] = 3;
    assert_int_equal(alv_init_fill(out, 0, 12, &scheme, &w, 1, NULL, &error), ALV_ERR_RANGE);
    scheme.init = NULL;
    assert_int_equal(alv_init_fill(out, 0, 12, &scheme, &w, 1, NULL, &error), ALV_ERR_ARGUMENT);
    assert_int_equal(alv_init_fill(out, 0, 12, NULL, &w, 1, NULL, &error), ALV_ERR_ARGUMENT);
    scheme = scheme_of("zeros");
    assert_int_equal(alv_init_fill(out, 0, 12, &scheme, NULL, 1, NULL, &error), ALV_ERR_ARGUMENT);
    assert_int_equal(alv_init_fill(NULL, 0, 12, &scheme, &w, 1, NULL, &error), ALV_ERR_ARGUMENT);
}

static void an_empty_tensor_is_a_success_and_has_no_law(void **state)
{
    (void)state;
    const alv_tensor empty = {.name = "w", .rank = 2, .shape = {5, 0}};
    alv_dist law;
    alv_error error = {0};
    for (int i = 0; i < alv_init_count(); i++) {
        alv_scheme scheme = scheme_of(alv_init_at(i)->name);
        assert_int_equal(alv_init_fill(NULL, 0, 0, &scheme, &empty, 1, NULL, NULL), ALV_OK);
    }
    alv_scheme he = scheme_of("he_normal");
    assert_int_equal(alv_init_law(&law, &he, &empty, &error), ALV_ERR_SHAPE);
    assert_non_null(strstr(error.message, "fan_in, which is 0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_is_present_in_both_languages),
        cmocka_unit_test(every_alias_resolves),
        cmocka_unit_test(schemes_round_trip),
        cmocka_unit_test(bad_schemes_say_where),
        cmocka_unit_test(scales_follow_the_published_formulas),
        cmocka_unit_test(torch_default_is_kaiming_with_slope_root_five),
        cmocka_unit_test(random_walk_looks_at_the_activation),
        cmocka_unit_test(refusals),
        cmocka_unit_test(refusals_name_the_scheme),
        cmocka_unit_test(hand_made_schemes_are_checked),
        cmocka_unit_test(an_empty_tensor_is_a_success_and_has_no_law),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
