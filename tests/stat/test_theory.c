/* Predictions of theory against random nets: every activation x scheme, drawn and run forward and
 * backward. Intervals of 95 % must hold 90 to 99 % of what is measured, and must not be wide.
 *
 * If these failed, `alvor predict` would promise what nets do not do. */
#include "suited.h"

#include "alvor/theory.h"

enum { WIDTH = 64, DEPTH = 16, NETS = 60, SIZE = WIDTH * WIDTH };

/* With the wide intervals of a net's own noise, and with those of measuring alone. */
typedef struct tally {
    int asked, held, naive;
} tally;

typedef struct setting {
    alv_scheme scheme;
    alv_act_spec act;
    alv_mean_field_layer layers[DEPTH];
} setting;

static float drawn[SIZE];
static double weights[DEPTH][SIZE], z[DEPTH][WIDTH], g[DEPTH][WIDTH];

static double mean_square(const double *x)
{
    double sum = 0;
    for (int i = 0; i < WIDTH; i++) sum += x[i] * x[i];
    return sum / WIDTH;
}

/* z of layer l from the values before it. */
static void forward(const setting *s, int net)
{
    double h[WIDTH];
    for (int i = 0; i < WIDTH; i++) h[i] = i % 2 ? 1 : -1;
    for (int l = 0; l < DEPTH; l++) {
        alv_tensor t = {.rank = 2, .shape = {WIDTH, WIDTH}, .act = s->act};
        snprintf(t.name, sizeof t.name, "%s.%s.%d.%d", s->act.act->name, s->scheme.init->name, net,
                 l);
        assert_int_equal(alv_init_fill(drawn, 0, SIZE, &s->scheme, &t, 3, NULL, NULL), ALV_OK);
        for (int i = 0; i < SIZE; i++) weights[l][i] = drawn[i];
        for (int i = 0; i < WIDTH; i++) {
            z[l][i] = 0;
            for (int j = 0; j < WIDTH; j++) z[l][i] += weights[l][i * WIDTH + j] * h[j];
        }
        for (int i = 0; i < WIDTH; i++) h[i] = s->act.act->f(z[l][i], s->act.param);
    }
}

/* From a random gradient at the last pre-activations. */
static void backward(const setting *s, int net)
{
    float last[WIDTH];
    char name[64];
    const alv_dist normal = alv_dist_normal(0, 1);
    snprintf(name, sizeof name, "gradient.%d", net);
    assert_int_equal(
        alv_dist_fill(last, ALV_F32, 0, WIDTH, &normal, alv_stream_make(3, name, NULL), NULL, NULL),
        ALV_OK);
    for (int i = 0; i < WIDTH; i++) g[DEPTH - 1][i] = last[i];
    for (int l = DEPTH - 2; l >= 0; l--)
        for (int j = 0; j < WIDTH; j++) {
            double sum = 0;
            for (int i = 0; i < WIDTH; i++) sum += weights[l + 1][i * WIDTH + j] * g[l + 1][i];
            g[l][j] = sum * s->act.act->df(z[l][j], s->act.param);
        }
}

static void count(tally *t, double x, double mean, double lo, double hi)
{
    const double v = 2.0 / WIDTH, half = 1.96 * sqrt(v);
    t->asked++;
    t->held += lo <= x && x <= hi;
    t->naive += mean * exp(-v / 2 - half) <= x && x <= mean * exp(-v / 2 + half);
}

static bool in_range(double q)
{
    return q > 1e-50 && q < 1e50;
}

/* Three layers forward and three back, of each net. */
static void measure(tally *signals, tally *gradients, const setting *s)
{
    static const int at[] = {DEPTH / 3, 2 * DEPTH / 3, DEPTH - 1}, back[] = {0, DEPTH / 3, 9};
    for (int net = 0; net < NETS; net++) {
        forward(s, net);
        backward(s, net);
        const double last = mean_square(g[DEPTH - 1]);
        for (int k = 0; k < 3; k++) {
            const alv_mean_field_layer *f = &s->layers[at[k]], *b = &s->layers[back[k]];
            if (in_range(f->q)) count(signals, mean_square(z[at[k]]), f->q, f->q_lo, f->q_hi);
            if (in_range(s->layers[DEPTH - 1].q) && in_range(b->gradient))
                count(gradients, mean_square(g[back[k]]) / last, b->gradient, b->gradient_lo,
                      b->gradient_hi);
        }
    }
}

static double share(int held, const tally *t)
{
    return t->asked > 0 ? (double)held / t->asked : 0;
}

static void add(tally *sum, const tally *t)
{
    sum->asked += t->asked;
    sum->held += t->held;
    sum->naive += t->naive;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* False where the theory has nothing to say: weights that depend on each other, with a mean, or all
 * zero; and where signals overflow. */
static bool prepare(setting *s, const alv_initializer *init, const alv_act *act)
{
    double mean, variance;
    if (!init->law) return false;
    assert_int_equal(alv_act_parse(&s->act, act->name, NULL), ALV_OK);
    s->scheme = suited_scheme(init->name);
    const alv_tensor t = {.name = "w", .rank = 2, .shape = {WIDTH, WIDTH}, .act = s->act};
    if (alv_init_moments(&mean, &variance, &s->scheme, &t, NULL) != ALV_OK) return false;
    if (mean != 0 || !(variance > 0)) return false;
    const alv_mean_field net = {.act = s->act, .weight_variance = WIDTH * variance};
    for (int l = 0; l < DEPTH; l++)
        s->layers[l] = (alv_mean_field_layer){.net = net, .width = WIDTH};
    assert_int_equal(alv_mean_field_layers(s->layers, DEPTH, 1, NULL), ALV_OK);
    return isfinite(s->layers[DEPTH - 1].q);
}

static void intervals_hold_what_they_say(void **state)
{
    (void)state;
    static double halves[64 * 64];
    static setting s;
    tally signals = {0}, gradients = {0};
    int n = 0;
    for (int a = 0; a < alv_act_count(); a++)
        for (int k = 0; k < alv_init_count(); k++) {
            tally f = {0}, b = {0};
            if (!prepare(&s, alv_init_at(k), alv_act_at(a))) continue;
            measure(&f, &b, &s);
            add(&signals, &f);
            add(&gradients, &b);
            halves[n++] = 1.96 * sqrt(s.layers[DEPTH - 1].spread);
            if ((f.asked && share(f.held, &f) < 0.9) || (b.asked && share(b.held, &b) < 0.9))
                print_message("  %-14s %-16s %5.1f %% of signals, %5.1f %% of gradients\n",
                              alv_act_at(a)->name, alv_init_at(k)->name, 100 * share(f.held, &f),
                              100 * share(b.held, &b));
        }
    qsort(halves, (size_t)n, sizeof *halves, by_size);
    print_message("  %d settings: 95 %% intervals hold %.1f %% of signals, %.1f %% of gradients; "
                  "half-width %.2f\n",
                  n, 100 * share(signals.held, &signals), 100 * share(gradients.held, &gradients),
                  halves[n / 2]);
    assert_true(n >= 400);
    assert_true(share(signals.held, &signals) >= 0.90 && share(signals.held, &signals) <= 0.99);
    assert_true(share(gradients.held, &gradients) >= 0.90);
    assert_true(share(gradients.held, &gradients) <= 0.99);
    assert_true(halves[n / 2] <= 3 * sqrt(5.0 * DEPTH / WIDTH));
    /* Without the noise of the layers, they would not. */
    assert_true(share(signals.naive, &signals) < 0.90);
    assert_true(share(gradients.naive, &gradients) < 0.90);
}

/* --- singular values of the Jacobian ---------------------------------------------------------- */

enum { SIDE = 96, LAYERS = 6, JACOBIANS = 12 };

static double left[SIDE * SIDE], right[SIDE * SIDE], drawn64[SIDE * SIDE];

static void multiply(double *out, const double *a, const double *b, bool transposed)
{
    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE; j++) {
            double sum = 0;
            for (int k = 0; k < SIDE; k++)
                sum += a[i * SIDE + k] * (transposed ? b[j * SIDE + k] : b[k * SIDE + j]);
            out[i * SIDE + j] = sum;
        }
}

/* Adds the mean of the squared singular values of d z_last / d z_first of one net, and their
 * variance over the mean squared. */
static void add_spectrum(double *first, double *spread, const alv_scheme *scheme, alv_act_spec act,
                         int net)
{
    double x[SIDE], values[SIDE];
    for (int i = 0; i < SIDE; i++) x[i] = i % 2 ? 1 : -1;
    for (int l = 0; l < LAYERS; l++) {
        alv_tensor t = {.rank = 2, .shape = {SIDE, SIDE}, .dtype = ALV_F64};
        snprintf(t.name, sizeof t.name, "j.%d.%d", net, l);
        suited_fill(drawn64, 0, SIDE * SIDE, scheme, &t, 5);
        for (int i = 0; i < SIDE; i++) {
            values[i] = 0;
            for (int j = 0; j < SIDE; j++) values[i] += drawn64[i * SIDE + j] * x[j];
        }
        if (l == 0)
            for (int i = 0; i < SIDE * SIDE; i++) left[i] = i % (SIDE + 1) == 0;
        else
            multiply(right, drawn64, left, false), memcpy(left, right, sizeof left);
        for (int i = 0; i < SIDE; i++) {
            x[i] = act.act->f(values[i], act.param);
            const double slope = act.act->df(values[i], act.param);
            for (int j = 0; j < SIDE && l + 1 < LAYERS; j++) left[i * SIDE + j] *= slope;
        }
    }
    multiply(right, left, left, true);
    double mean = 0, square = 0;
    for (int i = 0; i < SIDE; i++) mean += right[i * (SIDE + 1)] / SIDE;
    for (int i = 0; i < SIDE * SIDE; i++) square += right[i] * right[i] / SIDE;
    *first += mean / JACOBIANS;
    *spread += (square / (mean * mean) - 1) / JACOBIANS;
}

static void jacobians_spread_as_predicted(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"linear", "lecun_normal"}, {"linear", "orthogonal"},
        {"relu", "he_normal"},      {"relu", "orthogonal(gain=1.4142135623730951)"},
        {"tanh", "lecun_normal"},   {"tanh", "orthogonal"},
        {"erf", "normal(std=0.2)"}, {"hardtanh", "orthogonal(gain=2)"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        double mean, variance, first = 0, spread = 0;
        alv_mean_field_layer layers[LAYERS];
        alv_act_spec act;
        assert_int_equal(alv_act_parse(&act, cases[k][0], NULL), ALV_OK);
        const alv_scheme scheme = suited_scheme(cases[k][1]);
        const alv_tensor t = {.name = "w", .rank = 2, .shape = {SIDE, SIDE}, .dtype = ALV_F64};
        assert_int_equal(alv_init_moments(&mean, &variance, &scheme, &t, NULL), ALV_OK);
        const alv_mean_field net = {.act = act, .weight_variance = SIDE * variance};
        for (int i = 0; i < LAYERS; i++)
            layers[i] = (alv_mean_field_layer){.net = net, .width = SIDE};
        assert_int_equal(alv_mean_field_layers(layers, LAYERS, 1, NULL), ALV_OK);
        for (int i = 0; i < JACOBIANS; i++) add_spectrum(&first, &spread, &scheme, act, i);
        const bool rotates = scheme.init == alv_init_find("orthogonal");
        /* The mean over nets, from that of the logs; orthogonal ones stray less. */
        const alv_mean_field_layer *l = &layers[0];
        const double stray = rotates ? 0 : l->gradient_drift + l->gradient_spread / 2;
        const double expected = l->gradient * exp(stray);
        const double predicted = alv_mean_field_jacobian(layers, LAYERS, rotates);
        print_message("  %-8s %-36s mean square %.4f (%.4f), spread %.3f (%.3f)\n", cases[k][0],
                      cases[k][1], first, expected, spread, predicted);
        /* The mean to 4 deviations; the spread, a limit of wide layers, to 1 / 8. */
        assert_true(fabs(first / expected - 1) < 4 * sqrt(expm1(l->gradient_spread) / JACOBIANS));
        assert_true(fabs(spread - predicted) <= 0.125 * (1 + predicted));
    }
}

/* Widths that differ: relu under He keeps q, and the gradient's mean square grows by width ratios.
 */
static void widths_may_differ(void **state)
{
    (void)state;
    static const int64_t widths[] = {300, 50, 200, 10};
    alv_mean_field_layer layers[4];
    alv_act_spec relu;
    assert_int_equal(alv_act_parse(&relu, "relu", NULL), ALV_OK);
    for (int i = 0; i < 4; i++)
        layers[i] =
            (alv_mean_field_layer){.net = {.act = relu, .weight_variance = 2}, .width = widths[i]};
    assert_int_equal(alv_mean_field_layers(layers, 4, 0.5, NULL), ALV_OK);
    for (int i = 0; i < 4; i++) {
        assert_near(layers[i].q, 1, 1e-8);
        assert_near(layers[i].gradient, 10.0 / (double)widths[i], 1e-8);
        assert_near(layers[i].spread,
                    2.0 / (double)widths[i] + (i > 0 ? 5.0 / 300 : 0) + (i > 1 ? 5.0 / 50 : 0) +
                        (i > 2 ? 5.0 / 200 : 0),
                    1e-8);
    }
}

static alv_status status_of(double variance, double skip, int64_t width, int64_t depth,
                            double inputs)
{
    alv_mean_field_layer one = {.net = {.weight_variance = variance, .skip = skip}, .width = width};
    return alv_mean_field_layers(&one, depth, inputs, NULL);
}

static void what_makes_no_net_is_refused(void **state)
{
    (void)state;
    assert_int_equal(status_of(1, 0, 1, 1, 1), ALV_OK);
    assert_int_equal(status_of(1, 0, 1, 0, 1), ALV_ERR_ARGUMENT);
    assert_int_equal(status_of(1, 0, 0, 1, 1), ALV_ERR_ARGUMENT);
    assert_int_equal(status_of(1, 0, 1, 1, (double)NAN), ALV_ERR_ARGUMENT);
    assert_int_equal(status_of(-1, 0, 1, 1, 1), ALV_ERR_ARGUMENT);
    assert_int_equal(status_of(1, 1, 1, 1, 1), ALV_OK);
    assert_int_equal(alv_mean_field_layers(NULL, 1, 1, NULL), ALV_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_hold_what_they_say),
        cmocka_unit_test(jacobians_spread_as_predicted),
        cmocka_unit_test(widths_may_differ),
        cmocka_unit_test(what_makes_no_net_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
