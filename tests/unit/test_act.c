/* Activations: derivatives against finite differences, array kernels against the scalar functions,
 * gains against independent high-precision quadrature. */
#include "test.h"

#include "alvor/act.h"

static alv_act_spec spec_of(const char *text)
{
    alv_act_spec spec;
    alv_error error;
    if (alv_act_parse(&spec, text, &error)) fail_msg("%s", error.message);
    return spec;
}

static int near_kink(const alv_act *act, double x, double h)
{
    if (act->kink_at_zero && fabs(x) <= h) return 1;
    for (int i = 0; i < act->n_kinks; i++)
        if (fabs(x - act->kinks[i]) <= h) return 1;
    return 0;
}

static void slopes_match_finite_differences(void **state)
{
    (void)state;
    for (int i = 0; i < alv_act_count(); i++) {
        const alv_act *act = alv_act_at(i);
        const double params[] = {act->param_default, act->param ? 0.3 : 0};
        for (int p = 0; p < 2; p++)
            for (double x = -9; x < 9; x += 0.0137) {
                double h = 1e-5, a = params[p];
                if (near_kink(act, x, 2 * h)) continue;
                double slope = (act->f(x + h, a) - act->f(x - h, a)) / (2 * h);
                assert_near(act->df(x, a), slope, 2e-9);
            }
    }
}

/* Against formulas written out with libm, so that an error in table.c cannot cancel. */
static void values_match_formulas(void **state)
{
    (void)state;
    for (double x = -30; x < 30; x += 0.0173) {
        const double sigmoid = 1 / (1 + exp(-x)), softplus = log1p(exp(x));
        const struct {
            const char *text;
            double value;
        } rows[] = {
            {"identity", x},
            {"relu", fmax(0, x)},
            {"leaky_relu", x > 0 ? x : 0.01 * x},
            {"leaky_relu(0.2)", x > 0 ? x : 0.2 * x},
            {"tanh", tanh(x)},
            {"sigmoid", sigmoid},
            {"softsign", x / (1 + fabs(x))},
            {"softplus", softplus},
            {"elu", x > 0 ? x : expm1(x)},
            {"elu(2)", x > 0 ? x : 2 * expm1(x)},
            {"selu", 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * expm1(x))},
            {"gelu", x * 0.5 * erfc(-x * M_SQRT1_2)},
            {"silu", x * sigmoid},
            {"mish", x * tanh(softplus)},
            {"hardswish", x * fmin(fmax(x + 3, 0), 6) / 6},
            {"sin", sin(x)},
            {"relu6", fmin(fmax(0, x), 6)},
            {"relu2", x > 0 ? x * x : 0},
            {"prelu", x > 0 ? x : x / 4},
            {"hardtanh", fmax(-1, fmin(x, 1))},
            {"hardsigmoid", fmin(fmax(x + 3, 0), 6) / 6},
            {"lecun_tanh", 1.7159 * tanh(x * 2 / 3)},
            {"erf", erf(x)},
            {"logsigmoid", x > 0 ? -log1p(exp(-x)) : x - log1p(exp(x))},
            {"celu", x > 0 ? x : expm1(x)},
            {"celu(0.5)", x > 0 ? x : 0.5 * expm1(2 * x)},
            {"gelu_tanh", x / 2 * (1 + tanh(M_2_SQRTPI * M_SQRT1_2 * (x + 0.044715 * x * x * x)))},
            {"quick_gelu", x / (1 + exp(-1.702 * x))},
        };
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            alv_act_spec spec = spec_of(rows[i].text);
            assert_near(spec.act->f(x, spec.param), rows[i].value, 1e-14);
        }
    }
}

enum { N = 4001 };

/* The float kernels round differently from the double functions: |x| 2^-24 times a small factor,
 * and relative 4e-6 even in tails (softplus, gelu, silu and sigmoid far below zero). */
static void float_kernels_match_scalars(void **state)
{
    (void)state;
    static float x[N], y[N], dy[N], dx[N];
    for (int i = 0; i < alv_act_count(); i++) {
        const alv_act *act = alv_act_at(i);
        double a = (float)act->param_default;
        for (int k = 0; k < N; k++) x[k] = (float)(k - N / 2) * 0.01f, dy[k] = 1.5f;
        act->forward_f32(y, x, N, a);
        act->backward_f32(dx, dy, x, y, N, a);
        for (int k = 0; k < N; k++) {
            double f = act->f(x[k], a), df = act->df(x[k], a);
            if (fabs(y[k] - f) > 4e-6 * fabs(f) + 2e-7)
                fail_msg("%s(%g) = %.9g, not %.9g", act->name, x[k], y[k], f);
            if (fabs(dx[k] / 1.5 - df) > 4e-6 * fabs(df) + 4e-7)
                fail_msg("%s'(%g) = %.9g, not %.9g", act->name, x[k], dx[k] / 1.5, df);
        }
        /* In place, and at every length that a vector loop may split differently. */
        for (int n = 0; n < 40; n++) {
            float in_place[40], gradient[40];
            memcpy(in_place, x + 1990, sizeof in_place);
            memcpy(gradient, dy, sizeof gradient);
            act->forward_f32(in_place, in_place, n, a);
            act->backward_f32(gradient, gradient, x + 1990, in_place, n, a);
            assert_memory_equal(in_place, y + 1990, (size_t)n * sizeof *y);
            assert_memory_equal(gradient, dx + 1990, (size_t)n * sizeof *dx);
            if (n < 40) assert_true(in_place[n] == x[1990 + n]);
        }
    }
}

static void double_kernels_match_scalars(void **state)
{
    (void)state;
    static double x[N], y[N], dy[N], dx[N];
    for (int i = 0; i < alv_act_count(); i++) {
        const alv_act *act = alv_act_at(i);
        double a = act->param_default;
        for (int k = 0; k < N; k++) x[k] = (k - N / 2) * 0.01, dy[k] = -2;
        act->forward_f64(y, x, N, a);
        act->backward_f64(dx, dy, x, y, N, a);
        for (int k = 0; k < N; k++) {
            assert_true(y[k] == act->f(x[k], a));
            assert_true(dx[k] == -2 * act->df(x[k], a));
        }
    }
}

static void infinities_and_nan_pass_through(void **state)
{
    (void)state;
    for (int i = 0; i < alv_act_count(); i++) {
        const alv_act *act = alv_act_at(i);
        float x[2] = {NAN, 1e30f}, y[2];
        act->forward_f32(y, x, 2, act->param_default);
        if (!isnan(y[0])) fail_msg("%s hides a NaN", act->name);
        if (isnan(y[1])) fail_msg("%s(1e30) is NaN", act->name);
        assert_true(isnan(act->f(NAN, act->param_default)));
    }
}

/* E f, E f^2, E f'^2, 1/sqrt(E f^2), 1/sd f, 1/sqrt(E f'^2) under N(0, 1): mpmath with 25 digits,
 * printed to 10. */
static void gains_match_high_precision(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double mean, second, slope, forward, variance, backward;
    } rows[] = {
        {"identity", 0, 1, 1, 1, 1, 1},
        {"relu", 0.3989422804, 0.5, 0.5, 1.414213562, 1.71285855, 1.414213562},
        {"leaky_relu", 0.3949528576, 0.50005, 0.50005, 1.414142857, 1.704831627, 1.414142857},
        {"leaky_relu(0.2)", 0.3191538243, 0.52, 0.52, 1.386750491, 1.54646006, 1.386750491},
        {"leaky_relu(0.25)", 0.2992067103, 0.53125, 0.53125, 1.371988681, 1.504609643, 1.371988681},
        {"tanh", 0, 0.3942944904, 0.4644029024, 1.59253742, 1.59253742, 1.467413592},
        {"sigmoid", 0.5, 0.2933790359, 0.04483624135, 1.846228545, 4.801313372, 4.722646086},
        {"selu", 0, 1, 1.071574992, 1, 1, 0.966025777},
        {"gelu", 0.2820947918, 0.4252214826, 0.4558508656, 1.533530441, 1.700926243, 1.481114413},
        {"silu", 0.2066209641, 0.3557755198, 0.3794823516, 1.67653247, 1.787187222, 1.623320258},
        {"elu", 0.1605205723, 0.6449454175, 0.6681020012, 1.245198301, 1.270843418, 1.223428558},
        {"softsign", 0, 0.1830140213, 0.2276713404, 2.337533363, 2.337533363, 2.095780609},
        {"sin", 0, 0.4323323584, 0.5676676416, 1.520866623, 1.520866623, 1.3272506},
        {"softplus", 0.8060591833, 0.9212459089, 0.2933790359, 1.041866836, 1.91912598,
         1.846228545},
        {"mish", 0.2404038884, 0.4523421924, 0.4790837584, 1.486847581, 1.592025381, 1.444755233},
        {"hardswish", 0.1662167007, 0.3315673751, 0.3585315172, 1.736657213, 1.813871474,
         1.670076367},
        {"relu6", 0.3989422802, 0.4999999981, 0.499999999, 1.414213565, 1.712858555, 1.414213564},
        {"relu2", 0.5, 1.5, 2, 0.8164965809, 0.894427191, 0.7071067812},
        {"prelu", 0.2992067103, 0.53125, 0.53125, 1.371988681, 1.504609643, 1.371988681},
        {"hardtanh", 0, 0.516058551, 0.6826894921, 1.39203614, 1.39203614, 1.210287062},
        {"hardsigmoid", 0.5, 0.2776390911, 0.02770278344, 1.897840425, 6.015034487, 6.008115825},
        {"gelu_tanh", 0.2820385881, 0.425193711, 0.455817846, 1.533580522, 1.700916562,
         1.481168058},
        {"quick_gelu", 0.2823305528, 0.4219528069, 0.4495492005, 1.539458762, 1.70935859,
         1.491459227},
        {"celu", 0.1605205723, 0.6449454175, 0.6681020012, 1.245198301, 1.270843418, 1.223428558},
        {"celu(0.5)", 0.232993281, 0.5645516597, 0.5944106413, 1.330908368, 1.399915343,
         1.297049982},
        {"logsigmoid", -0.8060591833, 0.9212459089, 0.2933790359, 1.041866836, 1.91912598,
         1.846228545},
        {"lecun_tanh", 0, 0.7504302763, 0.8039891133, 1.154369454, 1.154369454, 1.115256893},
        {"erf", 0, 0.4645590544, 0.5694100347, 1.46716695, 1.46716695, 1.325218353},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        alv_gain g;
        assert_int_equal(alv_act_gain(&g, spec_of(rows[i].text), NULL), ALV_OK);
        assert_near(g.mean, rows[i].mean, 6e-11);
        assert_near(g.second, rows[i].second, 6e-11);
        assert_near(g.slope, rows[i].slope, 6e-10);
        assert_near(g.forward, rows[i].forward, 6e-10);
        assert_near(g.variance, rows[i].variance, 6e-10);
        assert_near(g.backward, rows[i].backward, 6e-10);
    }
    alv_gain g;
    alv_act_gain(&g, spec_of("relu"), NULL);
    assert_near(g.forward, sqrt(2), 1e-13); /* He et al. 2015 */
    alv_act_gain(&g, spec_of("sin"), NULL);
    assert_near(g.second, (1 - exp(-2)) / 2, 1e-14);
}

/* The stated rule: outside (flat_below, flat_above) |f'| stays below its share of the maximum, and
 * just inside it does not. */
static void saturation_bounds_follow_the_rule(void **state)
{
    (void)state;
    for (int i = 0; i < alv_act_count(); i++) {
        const alv_act *act = alv_act_at(i);
        double a = act->param_default, most = 0;
        double share = strcmp(act->name, "sigmoid") == 0 ? 4 * 0.97 * 0.03 : 1 - 0.97 * 0.97;
        for (double x = -20; x < 20; x += 1e-3) most = fmax(most, act->df(x, a));
        if (strcmp(act->name, "selu") == 0) most = 1.7580993408473769; /* at 0 from below */
        for (double x = -20; x < 20; x += 0.01) {
            int flat = x < act->flat_below || x > act->flat_above;
            if (flat && fabs(act->df(x, a)) > share * most * 1.0001)
                fail_msg("%s is not flat at %g", act->name, x);
        }
        const double edges[] = {act->flat_below + 1e-2, act->flat_above - 1e-2};
        for (int k = 0; k < 2; k++)
            if (isfinite(edges[k]) && fabs(act->df(edges[k], a)) < share * most)
                if (!act->can_die) fail_msg("%s is flat inside %g", act->name, edges[k]);
    }
}

static void parses_and_prints(void **state)
{
    (void)state;
    char out[32];
    alv_error error;
    assert_ptr_equal(spec_of("swish").act, spec_of("silu").act);
    assert_true(spec_of(" leaky_relu( slope = 0.2 ) ").param == 0.2);
    assert_int_equal(alv_act_print(out, sizeof out, spec_of("leaky_relu(0.2)"), NULL), ALV_OK);
    assert_string_equal(out, "leaky_relu(0.2)");
    assert_int_equal(alv_act_print(out, sizeof out, spec_of("leaky_relu(0.01)"), NULL), ALV_OK);
    assert_string_equal(out, "leaky_relu");
    assert_int_equal(alv_act_print(out, 4, spec_of("relu"), &error), ALV_ERR_RANGE);
    assert_int_equal(alv_act_print(NULL, 4, spec_of("relu"), &error), ALV_ERR_ARGUMENT);

    alv_act_spec spec = {0};
    static const struct {
        const char *text;
        alv_status status;
        int64_t position;
    } bad[] = {
        {"", ALV_ERR_SYNTAX, 0},
        {" rleu", ALV_ERR_UNKNOWN_NAME, 1},
        {"relu(1)", ALV_ERR_SYNTAX, 5},
        {"leaky_relu(", ALV_ERR_SYNTAX, 11},
        {"leaky_relu(x)", ALV_ERR_SYNTAX, 11},
        {"leaky_relu(7)", ALV_ERR_RANGE, 11},
        {"leaky_relu(nan)", ALV_ERR_RANGE, 11},
        {"leaky_relu(0.1", ALV_ERR_SYNTAX, 14},
        {"relu tanh", ALV_ERR_SYNTAX, 5},
        {"()", ALV_ERR_SYNTAX, 0},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(alv_act_parse(&spec, bad[i].text, &error), bad[i].status);
        assert_int_equal(error.position, bad[i].position);
        assert_null(spec.act);
    }
    alv_act_parse(&spec, "rleu", &error);
    assert_non_null(strstr(error.message, "did you mean relu?"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slopes_match_finite_differences),
        cmocka_unit_test(values_match_formulas),
        cmocka_unit_test(float_kernels_match_scalars),
        cmocka_unit_test(double_kernels_match_scalars),
        cmocka_unit_test(infinities_and_nan_pass_through),
        cmocka_unit_test(gains_match_high_precision),
        cmocka_unit_test(saturation_bounds_follow_the_rule),
        cmocka_unit_test(parses_and_prints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
