/* Mean-field maps against closed forms (linear, relu, erf, sin), against sums over a fine grid with
 * the C library's functions, and fixed points against plain iteration. */
#include "alvor/theory.h"

#include "test.h"

#define PI 3.14159265358979323846

static alv_mean_field net_of(const char *act, double weight, double bias)
{
    alv_mean_field net = {.weight_variance = weight, .bias_variance = bias};
    assert_int_equal(alv_act_parse(&net.act, act, NULL), ALV_OK);
    return net;
}

static alv_mean_field_step at(alv_mean_field net, double q)
{
    alv_mean_field_step step;
    assert_int_equal(alv_mean_field_at(&step, &net, q, NULL), ALV_OK);
    return step;
}

static void near_rel(double x, double expected, double bound)
{
    if (!(fabs(x - expected) <= bound * fabs(expected)))
        fail_msg("%.15g is not %.15g to %g", x, expected, bound);
}

static const double sizes[] = {1e-50, 1e-6, 0.01, 0.5, 1, 3, 40, 1e4, 1e9, 1e50};

static void one_layer_of_closed_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const double q = sizes[i], w = 1.7, b = 0.3;
        alv_mean_field_step s = at(net_of("identity", w, b), q);
        near_rel(s.q, w * q + b, 1e-12);
        near_rel(s.chi, w, 1e-12);
        near_rel(s.slope, w * q / (w * q + b), 1e-12);
        near_rel(s.backward_noise, 2, 1e-11);
        near_rel(s.forward_noise, 2 * pow(w * q / (w * q + b), 2), 1e-11);
        s = at(net_of("relu", w, 0), q);
        near_rel(s.q, w * q / 2, 1e-12);
        near_rel(s.chi, w / 2, 1e-12);
        near_rel(s.slope, 1, 1e-12);
        near_rel(s.forward_noise, 5, 1e-11);
        near_rel(s.backward_noise, 5, 1e-11);
        s = at(net_of("erf", w, b), q);
        near_rel(s.q, w * 2 / PI * asin(2 * q / (1 + 2 * q)) + b, q > 1e6 ? 1e-7 : 1e-9);
        near_rel(s.chi, w * 4 / PI / sqrt(1 + 4 * q), 1e-9);
        s = at(net_of("sin", w, b), q);
        near_rel(s.q, w * -expm1(-2 * q) / 2 + b, 1e-9);
        near_rel(s.chi, w * (1 + exp(-2 * q)) / 2, 1e-9);
        assert_near(s.chi_slope, -2 * q * exp(-2 * q) / (1 + exp(-2 * q)), 1e-9);
    }
}

/* Derivatives by log q against differences of steps a thousandth away. */
static void derivatives_are_differences(void **state)
{
    (void)state;
    const double h = 1e-3;
    for (int a = 0; a < alv_act_count(); a++)
        for (double q = 0.04; q < 30; q *= 5) {
            const alv_mean_field net = net_of(alv_act_at(a)->name, 1.3, 0.2);
            const alv_mean_field_step s = at(net, q), more = at(net, q * exp(h)),
                                      less = at(net, q * exp(-h));
            const double slope = log(more.chi / less.chi) / (2 * h);
            const double bend = (log(more.chi / s.chi) - log(s.chi / less.chi)) / (h * h);
            assert_near(s.chi_slope, slope, 1e-5);
            assert_near(s.chi_bend, bend, 1e-3);
            assert_near(s.bend, (more.slope - less.slope) / (2 * h), 1e-5);
            assert_near(s.slope, log(more.q / less.q) / (2 * h), 1e-5);
        }
}

/* Sums over a million points, with libm: smooth functions to rounding, while each jump of f' may
 * stray by the weight of one point, 0.4 of a step at most. */
static void one_layer_of_other_activations(void **state)
{
    (void)state;
    static const char *const names[] = {"tanh",  "sigmoid",  "hardtanh",  "gelu", "selu",
                                        "relu6", "softsign", "hardswish", "mish"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        for (size_t i = 0; i < 3; i++) {
            const double q = (const double[]){0.2, 2, 300}[i], step = 24.0 / (1 << 20);
            const alv_mean_field net = net_of(names[k], 1.3, 0);
            double second = 0, slope = 0;
            for (int n = 0; n < 1 << 20; n++) {
                const double z = -12 + (n + 0.5) * step, u = sqrt(q) * z;
                const double p = step * exp(-z * z / 2) / sqrt(2 * PI);
                second += p * pow(net.act.act->f(u, net.act.param), 2);
                slope += p * pow(net.act.act->df(u, net.act.param), 2);
            }
            const int jumps = net.act.act->n_kinks + net.act.act->kink_at_zero;
            near_rel(at(net, q).q, 1.3 * second, 1e-8); /* kinks: of second order in the step */
            assert_near(at(net, q).chi, 1.3 * slope,
                        1e-8 + 0.4 * step * jumps * 1.3 * 4); /* (1.758)^2 < 4: selu */
        }
}

static void correlations_of_closed_forms(void **state)
{
    (void)state;
    static const double cs[] = {-1, -0.999, -0.5, 0, 0.3, 0.9, 0.99, 0.99999, 1};
    for (size_t i = 1; i < 8; i++)
        for (size_t k = 0; k < sizeof cs / sizeof *cs; k++) {
            const double q = sizes[i], c = cs[k], w = 1.7, b = 0.2;
            double next, slope;
            alv_mean_field net = net_of("relu", w, b); /* Cho & Saul 2009, n = 1 and 0 */
            const double angle = acos(c);
            const double kernel = q * (sin(angle) + (PI - angle) * c) / (2 * PI), v = w * q / 2 + b;
            assert_int_equal(alv_mean_field_correlation(&next, &slope, &net, q, c, NULL), ALV_OK);
            near_rel(next, (w * kernel + b) / v, 1e-6);
            if (c > -0.99) near_rel(slope, w * q * (PI - angle) / (2 * PI) / v, 1e-6);
            net = net_of("erf", w, b); /* Williams 1997 */
            const double second = w * 2 / PI * asin(2 * q / (1 + 2 * q)) + b;
            const double product = w * 2 / PI * asin(2 * q * c / (1 + 2 * q)) + b;
            const double size = (1 + 2 * q) * (1 + 2 * q) - 4 * q * q * c * c;
            assert_int_equal(alv_mean_field_correlation(&next, &slope, &net, q, c, NULL), ALV_OK);
            assert_near(next, product / second, 1e-6);
            near_rel(slope, w * q * 4 / PI / sqrt(size) / second, 1e-5);
        }
}

static void norms_and_residuals(void **state)
{
    (void)state;
    alv_mean_field net = net_of("relu", 0.7, 0);
    net.norm = ALV_NORM_BATCH; /* Yang et al. 2019: pi / (pi - 1) */
    const double q = at(net, 1).q;
    near_rel(at(net, q).q, q, 1e-12);
    near_rel(at(net, q).chi, PI / (PI - 1), 1e-9);
    net.norm = ALV_NORM_RMS;
    near_rel(at(net, at(net, 5).q).chi, 1, 1e-9);
    net.skip = net.branch = 1; /* q grows by a constant, and the gradient ever more slowly */
    near_rel(at(net, 10).q, 10 + 0.35, 1e-12);
    near_rel(at(net, 10).chi, 1 + 0.035, 1e-12);
    net.norm = ALV_NORM_NONE;
    near_rel(at(net, 10).q, 10 * 1.35, 1e-12);
    near_rel(at(net, 10).chi, 1.35, 1e-12);
    assert_true(isnan(at(net, 10).forward_noise));
}

static void limits_are_those_of_iteration(void **state)
{
    (void)state;
    static const char *const names[] = {"tanh", "erf", "sigmoid", "relu", "hardtanh", "selu"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        for (int i = 0; i < 3; i++) {
            const double weight = (const double[]){0.5, 1.5, 4}[i];
            alv_mean_field net = net_of(names[k], weight, 0.05);
            alv_mean_field_limit limit;
            assert_int_equal(alv_mean_field_converge(&limit, &net, 1, NULL), ALV_OK);
            double q = 1, c = 0.5;
            for (int l = 0; l < 400 && q < 1e50; l++) q = at(net, q).q;
            if (q > 1e20) {
                assert_true(isinf(limit.q));
                continue;
            }
            near_rel(limit.q, q, 1e-8);
            for (int l = 0; l < 60; l++)
                assert_int_equal(alv_mean_field_correlation(&c, NULL, &net, q, c, NULL), ALV_OK);
            if (limit.c_depth < 5) assert_near(limit.c, c, 1e-4);
            near_rel(limit.chi, at(net, q).chi, 1e-6);
        }
}

static double edge_of(const char *act, double bias)
{
    double weight = NAN;
    const alv_mean_field net = net_of(act, 0, bias);
    assert_int_equal(alv_mean_field_edge(&weight, &net, NULL), ALV_OK);
    return weight;
}

static void edges_of_chaos(void **state)
{
    (void)state;
    near_rel(edge_of("relu", 0), 2, 1e-9); /* He et al. 2015 */
    near_rel(edge_of("relu", 0.1), 2, 1e-9);
    near_rel(edge_of("leaky_relu(0.2)", 0), 2 / 1.04, 1e-9);
    near_rel(edge_of("tanh", 0), 1, 1e-9);
    near_rel(edge_of("erf", 0), PI / 4, 1e-9);
    for (int i = 0; i < 3; i++) { /* chi is 1 at the fixed point that iteration finds */
        const double bias = (const double[]){0.01, 0.05, 0.5}[i], weight = edge_of("tanh", bias);
        double q = 1;
        for (int l = 0; l < 3000; l++) q = at(net_of("tanh", weight, bias), q).q;
        near_rel(at(net_of("tanh", weight, bias), q).chi, 1, 1e-6);
    }
    alv_mean_field_limit limit;
    const alv_mean_field critical = net_of("tanh", 1, 0), he = net_of("relu", 2, 0);
    assert_int_equal(alv_mean_field_converge(&limit, &critical, 1, NULL), ALV_OK);
    assert_true(limit.q == 0);
    assert_int_equal(alv_mean_field_converge(&limit, &he, 3, NULL), ALV_OK);
    assert_near(limit.q, 3, 0);
    const alv_mean_field small = net_of("relu", 1, 0);
    assert_int_equal(alv_mean_field_converge(&limit, &small, 1, NULL), ALV_OK);
    assert_true(limit.q == 0);
    near_rel(limit.q_depth, 1 / log(2), 1e-9);
    assert_int_equal(alv_mean_field_converge(&limit, &he, 3, NULL), ALV_OK);
    assert_true(isinf(limit.q_depth) && isinf(limit.chi_depth) && limit.c == 1);
}

/* The diagram against fixed points found one by one. */
static void diagrams_are_fixed_points(void **state)
{
    (void)state;
    static const char *const names[] = {"tanh", "relu", "erf", "gelu", "sigmoid", "hardtanh"};
    const double weights[] = {0.1, 0.9, 1.7, 2.6, 9}, biases[] = {0, 0.01, 0.7};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        double chi[15];
        const alv_mean_field any = net_of(names[k], 1, 0);
        assert_int_equal(alv_mean_field_phase(chi, any.act, 1, weights, 5, biases, 3, NULL),
                         ALV_OK);
        for (int i = 0; i < 15; i++) {
            alv_mean_field_limit limit;
            const alv_mean_field net = net_of(names[k], weights[i % 5], biases[i / 5]);
            assert_int_equal(alv_mean_field_converge(&limit, &net, 1, NULL), ALV_OK);
            near_rel(chi[i], limit.chi, 2e-6);
        }
    }
}

/* Where chi grows with the signal, nothing is said beyond the range; where it has settled, it
 * stays: E f'^2 of relu is 1/2 at every q, and that of relu2 2 q. */
static void beyond_the_range(void **state)
{
    (void)state;
    enum { DEPTH = 400 };
    static alv_mean_field_layer l[DEPTH];
    alv_mean_field_limit limit;
    double edge;
    for (int skip = 0; skip < 2; skip++) {
        alv_mean_field net = {.weight_variance = 4, .skip = skip, .branch = 1};
        assert_int_equal(alv_act_parse(&net.act, "relu2", NULL), ALV_OK);
        for (int i = 0; i < DEPTH; i++) l[i] = (alv_mean_field_layer){.net = net, .width = 100};
        assert_int_equal(alv_mean_field_layers(l, DEPTH, 1, NULL), ALV_OK);
        assert_true(isinf(l[DEPTH - 1].q) && isnan(l[DEPTH - 2].step.chi));
        assert_true(isnan(l[0].gradient) && l[DEPTH - 1].gradient == 1);
        assert_near(l[0].step.chi, 4 * 2 * 4 + skip, 1e-6);
        assert_int_equal(alv_mean_field_converge(&limit, &net, 4, NULL), ALV_OK);
        if (!skip) assert_true(isinf(limit.q) && isinf(limit.chi) && limit.chi_depth == 0);
        if (!skip) assert_int_equal(alv_mean_field_edge(&edge, &net, NULL), ALV_ERR_RANGE);
        assert_int_equal(alv_act_parse(&net.act, "relu", NULL), ALV_OK);
        for (int i = 0; i < DEPTH; i++) l[i] = (alv_mean_field_layer){.net = net, .width = 100};
        assert_int_equal(alv_mean_field_layers(l, DEPTH, 1, NULL), ALV_OK);
        assert_near(l[DEPTH - 2].step.chi, 2 + skip, 1e-6);
        assert_true(l[0].gradient > 1e100);
    }
}

static void refusals(void **state)
{
    (void)state;
    alv_mean_field net = net_of("tanh", 1, 0);
    alv_mean_field_step step = {.q = 7};
    double weight = 7;
    assert_int_equal(alv_mean_field_at(&step, &net, 0, NULL), ALV_ERR_RANGE);
    assert_int_equal(alv_mean_field_at(&step, &net, NAN, NULL), ALV_ERR_RANGE);
    assert_int_equal(alv_mean_field_at(NULL, &net, 1, NULL), ALV_ERR_ARGUMENT);
    assert_int_equal(alv_mean_field_correlation(&weight, NULL, &net, 1, 1.5, NULL), ALV_ERR_RANGE);
    net.norm = ALV_NORM_BATCH;
    assert_int_equal(alv_mean_field_correlation(&weight, NULL, &net, 1, 0, NULL),
                     ALV_ERR_UNSUPPORTED);
    assert_int_equal(alv_mean_field_edge(&weight, &net, NULL), ALV_ERR_UNSUPPORTED);
    net = net_of("tanh", -1, 0);
    assert_int_equal(alv_mean_field_at(&step, &net, 1, NULL), ALV_ERR_ARGUMENT);
    net = net_of("tanh", 1, NAN);
    assert_int_equal(alv_mean_field_at(&step, &net, 1, NULL), ALV_ERR_ARGUMENT);
    assert_true(step.q == 7 && weight == 7);
}

/* z' = z + W relu(z) with He's weights doubles q and the gradient at every layer; half the branch
 * adds a quarter. Normalized layers keep q at E f(z)^2 times the weights, whatever came in. */
static void layers_with_skips_and_norms(void **state)
{
    (void)state;
    enum { DEPTH = 12 };
    alv_act_spec relu;
    assert_int_equal(alv_act_parse(&relu, "relu", NULL), ALV_OK);
    static const struct {
        double branch, growth;
    } cases[] = {{1, 2}, {0.5, 1.25}};
    for (int k = 0; k < 2; k++) {
        alv_mean_field_layer layers[DEPTH];
        double c[DEPTH];
        for (int l = 0; l < DEPTH; l++)
            layers[l] = (alv_mean_field_layer){
                .net = {.act = relu, .weight_variance = 2, .skip = 1, .branch = cases[k].branch},
                .width = 64};
        assert_int_equal(alv_mean_field_layers(layers, DEPTH, 3, NULL), ALV_OK);
        for (int l = 0; l < DEPTH; l++) {
            assert_near(layers[l].q / 6, pow(cases[k].growth, l), 1e-8);
            assert_near(layers[l].gradient, pow(cases[k].growth, DEPTH - 1 - l), 1e-8);
            assert_true(isnan(layers[l].q_lo) && isnan(layers[l].gradient_hi));
        }
        assert_int_equal(alv_mean_field_correlations(c, layers, DEPTH, 3, 0, NULL), ALV_OK);
        /* Arc-cosine kernel (Cho and Saul 2009): two orthogonal inputs share 1 / pi of relu's. */
        assert_near(c[0], 0, 1e-12);
        assert_near(c[1], (cases[k].growth - 1) / M_PI / cases[k].growth, 1e-6);
        for (int l = 1; l < DEPTH; l++) assert_true(c[l] > c[l - 1]);
    }
    alv_mean_field_layer normed[DEPTH];
    for (int l = 0; l < DEPTH; l++)
        normed[l] = (alv_mean_field_layer){
            .net = {.act = relu, .weight_variance = 2, .norm = ALV_NORM_LAYER}, .width = 64};
    assert_int_equal(alv_mean_field_layers(normed, DEPTH, 1e9, NULL), ALV_OK);
    for (int l = 1; l < DEPTH; l++) assert_near(normed[l].q, 1, 1e-8);
}

/* A residual net of He's weights leaves the range of doubles' squares; what is left is said so. */
static void layers_leave_the_range(void **state)
{
    (void)state;
    enum { DEPTH = 400 };
    static alv_mean_field_layer layers[DEPTH];
    alv_act_spec relu;
    assert_int_equal(alv_act_parse(&relu, "relu", NULL), ALV_OK);
    for (int l = 0; l < DEPTH; l++)
        layers[l] = (alv_mean_field_layer){
            .net = {.act = relu, .weight_variance = 2, .skip = 1, .branch = 1}, .width = 8};
    assert_int_equal(alv_mean_field_layers(layers, DEPTH, 1, NULL), ALV_OK);
    assert_true(isinf(layers[DEPTH - 1].q) && layers[DEPTH - 1].q > 0);
    assert_true(isfinite(layers[150].q));
    assert_near(layers[DEPTH - 2].gradient, 2, 1e-8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_with_skips_and_norms),
        cmocka_unit_test(layers_leave_the_range),
        cmocka_unit_test(one_layer_of_closed_forms),
        cmocka_unit_test(derivatives_are_differences),
        cmocka_unit_test(one_layer_of_other_activations),
        cmocka_unit_test(correlations_of_closed_forms),
        cmocka_unit_test(norms_and_residuals),
        cmocka_unit_test(limits_are_those_of_iteration),
        cmocka_unit_test(edges_of_chaos),
        cmocka_unit_test(diagrams_are_fixed_points),
        cmocka_unit_test(beyond_the_range),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
