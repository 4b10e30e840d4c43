/* Probes against slow references in double and against nets whose answers are known by hand. */
#include "handmade.h"
#include "probe/probe.h"

/* Two-pass deviation of unit u, straight from the definition. */
static double unit_variance(const float *v, int64_t rows, int64_t units, int64_t u)
{
    double mean = 0, square = 0;
    for (int64_t r = 0; r < rows; r++) mean += v[r * units + u];
    mean /= (double)rows;
    for (int64_t r = 0; r < rows; r++) square += pow(v[r * units + u] - mean, 2);
    return square / (double)rows;
}

static double slow_std(const float *v, int64_t rows, int64_t units)
{
    double sum = 0;
    for (int64_t u = 0; u < units; u++) sum += unit_variance(v, rows, units, u);
    return sqrt(sum / (double)units);
}

static double slow_rms(const float *v, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += (double)v[i] * v[i];
    return sqrt(sum / (double)n);
}

static double slow_mean(const float *v, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += v[i];
    return sum / (double)n;
}

static void check_layer(const alv_layer_stats *s, const hand_net *h, int l)
{
    const alv_net_layer_f32 *y = &h->layers[l];
    int64_t rows = h->net.rows, n = rows * y->out;
    double below = l > 0 ? slow_std(y[-1].z, rows, y[-1].out) : slow_std(h->x, rows, y->in);
    assert_near(s->z_mean, slow_mean(y->z, n), 1e-12);
    assert_near(s->z_std, slow_std(y->z, rows, y->out), 1e-12);
    assert_near(s->a_mean, slow_mean(y->a, n), 1e-12);
    assert_near(s->a_std, slow_std(y->a, rows, y->out), 1e-12);
    assert_near(s->delta_rms, slow_rms(y->delta, n), 1e-12);
    assert_near(s->grad_rms, slow_rms(y->dw, y->in * y->out), 1e-12);
    assert_near(s->forward_gain, s->z_std / below, 1e-12);
    assert_near(s->weight_std, slow_std(y->w, y->in * y->out, 1), 1e-12);
    assert_int_equal((int)s->nonfinite, 0);
    if (l > 0)
        assert_near(s->backward_gain, slow_rms(y[-1].delta, rows * y[-1].out) / s->delta_rms,
                    1e-12);
    else
        assert_true(isnan(s->backward_gain));
}

static void agrees_with_slow_references(void **state)
{
    (void)state;
    const int64_t sizes[] = {5, 33, 64, 7, 3};
    const alv_act *acts[] = {&hand_act_relu, &hand_act_tanh};
    for (int which = 0; which < 2; which++) {
        hand_net *h = hand_new(sizes, 4, 19, acts[which], 0.7);
        alv_layer_stats stats[4];
        hand_pass(h);
        alv_probe_layers(stats, &h->net, NULL);
        for (int l = 0; l < 4; l++) check_layer(&stats[l], h, l);
        hand_free(h);
    }
}

static void counts_the_saturated_and_the_dead(void **state)
{
    (void)state;
    const int64_t sizes[] = {1, 3, 1};
    hand_net *h = hand_new(sizes, 2, 4, &hand_act_tanh, 0);
    const float x[] = {-3, -1, 1, 3}, w[] = {1, 0, 0}, b[] = {0, 5, 0};
    memcpy(h->x, x, sizeof x);
    memcpy(h->layers[0].w, w, sizeof w);
    memcpy(h->layers[0].b, b, sizeof b);
    hand_pass(h);
    alv_layer_stats stats[2];
    alv_probe_layers(stats, &h->net, NULL);
    assert_near(stats[0].saturated, 6.0 / 12, 0); /* unit 0 twice, unit 1 always */
    assert_near(stats[0].dead, 1.0 / 3, 1e-15);
    assert_true(isnan(stats[1].saturated) && isnan(stats[1].dead));
    hand_free(h);
}

static void a_relu_at_exactly_zero_is_dead(void **state)
{
    (void)state;
    const int64_t sizes[] = {2, 4, 2};
    hand_net *h = hand_new(sizes, 2, 3, &hand_act_relu, 0);
    hand_pass(h);
    alv_layer_stats stats[2];
    alv_probe_layers(stats, &h->net, NULL);
    assert_near(stats[0].dead, 1, 0);
    assert_near(stats[0].saturated, 1, 0);
    hand_free(h);
}

/* With random biases the values of a layer differ from unit to unit even where they no longer
 * depend on the input: only the deviation per unit shows that. */
static void sees_a_dead_signal_behind_random_biases(void **state)
{
    (void)state;
    const int64_t sizes[] = {4, 50, 50, 2};
    hand_net *h = hand_new(sizes, 3, 16, &hand_act_tanh, 0);
    for (int l = 0; l < 3; l++)
        for (int64_t i = 0; i < h->layers[l].out; i++) h->layers[l].b[i] = (float)hand_uniform(h);
    hand_pass(h);
    alv_layer_stats stats[3];
    alv_drift drift;
    alv_probe_layers(stats, &h->net, NULL);
    hand_drift(&drift, h, stats);
    assert_true(slow_std(h->layers[0].z, 16 * 50, 1) > 0.4);
    for (int l = 0; l < 3; l++) assert_true(stats[l].z_std == 0);
    assert_true(drift.forward == 0);
    hand_free(h);
}

static double brute_copies(const alv_net_layer_f32 *y)
{
    int64_t copies = 0;
    for (int64_t i = 0; i < y->out; i++)
        for (int64_t j = 0; j < y->out; j++)
            if (i != j && y->b[i] == y->b[j] &&
                !memcmp(y->w + i * y->in, y->w + j * y->in, (size_t)y->in * sizeof(float))) {
                copies++;
                break;
            }
    return (double)copies / (double)y->out;
}

static void finds_copies_among_many(void **state)
{
    (void)state;
    const int64_t sizes[] = {20, 500, 300, 10};
    hand_net *h = hand_new(sizes, 3, 4, &hand_act_relu, 1);
    for (int l = 0; l < 2; l++) /* units i of every third pair become copies of unit i mod 40 */
        for (int64_t i = 40; i < h->layers[l].out; i += 3)
            memcpy(h->layers[l].w + i * h->layers[l].in, h->layers[l].w + i % 40 * h->layers[l].in,
                   (size_t)h->layers[l].in * sizeof(float));
    hand_pass(h);
    alv_layer_stats stats[3];
    alv_probe_layers(stats, &h->net, NULL);
    for (int l = 0; l < 3; l++) assert_near(stats[l].symmetry, brute_copies(&h->layers[l]), 1e-15);
    assert_true(stats[0].symmetry > 0.2);
    assert_true(stats[0].locked == 0); /* the weights above still tell them apart */
    assert_true(isnan(stats[2].locked));
    hand_free(h);
}

static void constants_are_locked_copies(void **state)
{
    (void)state;
    const int64_t sizes[] = {6, 8, 8, 3};
    for (int zero = 0; zero < 2; zero++) {
        hand_net *h = hand_new(sizes, 3, 4, &hand_act_tanh, 0);
        for (int64_t i = 0; i < h->net.n_params && !zero; i++) h->net.params[i] = 0.5f;
        hand_pass(h);
        alv_layer_stats stats[3];
        alv_probe_layers(stats, &h->net, NULL);
        for (int l = 0; l < 3; l++) assert_near(stats[l].symmetry, 1, 0);
        for (int l = 0; l < 2; l++) assert_near(stats[l].locked, 1, 0);
        hand_free(h);
    }
}

static void copies_are_equal_to_a_millionth(void **state)
{
    (void)state;
    const int64_t sizes[] = {3, 2, 2};
    const float near_copy[] = {1, 0.5f, -0.25f, 1.0000005f, 0.5f, -0.25f};
    const float no_copy[] = {1, 0.5f, -0.25f, 1.00001f, 0.5f, -0.25f};
    hand_net *h = hand_new(sizes, 2, 2, &hand_act_tanh, 1);
    alv_layer_stats stats[2];
    memcpy(h->layers[0].w, near_copy, sizeof near_copy);
    hand_pass(h);
    alv_probe_layers(stats, &h->net, NULL);
    assert_near(stats[0].symmetry, 1, 0);
    memcpy(h->layers[0].w, no_copy, sizeof no_copy);
    alv_probe_layers(stats, &h->net, NULL);
    assert_near(stats[0].symmetry, 0, 0);
    hand_free(h);
}

/* A bias or an outgoing weight of their own is enough to tell two units apart. */
static void biases_and_outgoing_weights_tell_units_apart(void **state)
{
    (void)state;
    const int64_t sizes[] = {3, 2, 2};
    const float same[] = {1, 0.5f, -0.25f, 1, 0.5f, -0.25f}, out[] = {0.5f, 0.5f, -1, -1};
    for (int kind = 0; kind < 3; kind++) {
        hand_net *h = hand_new(sizes, 2, 2, &hand_act_tanh, 1);
        alv_layer_stats stats[2];
        memcpy(h->layers[0].w, same, sizeof same);
        memcpy(h->layers[1].w, out, sizeof out);
        if (kind == 1) h->layers[0].b[1] = 1e-3f;
        if (kind == 2) h->layers[1].w[3] = -0.999f;
        hand_pass(h);
        alv_probe_layers(stats, &h->net, NULL);
        assert_near(stats[0].symmetry, kind == 1 ? 0 : 1, 0);
        assert_near(stats[0].locked, kind == 0 ? 1 : 0, 0);
        hand_free(h);
    }
}

static void measures_the_last_update(void **state)
{
    (void)state;
    const int64_t sizes[] = {3, 4, 2};
    hand_net *h = hand_new(sizes, 2, 2, &hand_act_tanh, 1);
    float *before = malloc((size_t)h->net.n_params * sizeof *before);
    for (int64_t i = 0; i < h->net.n_params; i++) before[i] = h->net.params[i] * 0.75f;
    hand_pass(h);
    alv_layer_stats stats[2];
    alv_probe_layers(stats, &h->net, before);
    for (int l = 0; l < 2; l++) assert_near(stats[l].update_ratio, 0.25, 1e-7);
    alv_probe_layers(stats, &h->net, NULL);
    assert_true(isnan(stats[0].update_ratio));
    free(before);
    hand_free(h);
}

/* Identity-like layers of known scale: every gain is that scale. */
static void drift_is_the_product_of_gains(void **state)
{
    (void)state;
    const int64_t sizes[] = {4, 4, 4, 4, 4};
    hand_net *h = hand_new(sizes, 4, 8, &hand_act_relu, 0);
    for (int64_t i = 0; i < 8 * 4; i++) h->x[i] = fabsf(h->x[i]);
    for (int l = 0; l < 4; l++)
        for (int k = 0; k < 4; k++) h->layers[l].w[k * 4 + k] = 0.5f;
    hand_pass(h);
    alv_layer_stats stats[4];
    alv_drift drift;
    alv_probe_layers(stats, &h->net, NULL);
    hand_drift(&drift, h, stats);
    assert_near(drift.forward, 1.0 / 16, 1e-7);
    assert_near(drift.backward, 1.0 / 8, 1e-7);
    assert_near(drift.forward_per_layer, 0.5, 1e-7);
    assert_near(drift.backward_per_layer, 0.5, 1e-7);
    assert_false(drift.zero_last);
    memset(h->layers[3].w, 0, 16 * sizeof(float)); /* an intended zero last layer */
    hand_pass(h);
    alv_probe_layers(stats, &h->net, NULL);
    hand_drift(&drift, h, stats);
    assert_true(drift.zero_last);
    assert_near(drift.forward, 1.0 / 8, 1e-7);
    assert_near(drift.backward, 1.0 / 4, 1e-7);
    hand_free(h);
}

/* The gradient of random signs sees the same gain as the true one, on average. */
static void a_zero_last_layer_changes_the_drift_little(void **state)
{
    (void)state;
    const int64_t sizes[] = {10, 60, 60, 60, 60, 10};
    hand_net *h = hand_new(sizes, 5, 32, &hand_act_relu, 0.25);
    alv_layer_stats stats[5];
    alv_drift drift;
    hand_pass(h);
    alv_probe_layers(stats, &h->net, NULL);
    double wanted = stats[0].delta_rms / stats[3].delta_rms;
    memset(h->layers[4].w, 0, 600 * sizeof(float));
    hand_pass(h);
    alv_probe_layers(stats, &h->net, NULL);
    hand_drift(&drift, h, stats);
    assert_true(drift.backward > 0.8 * wanted && drift.backward < 1.25 * wanted);
    hand_free(h);
}

static void one_layer_and_all_zero_nets_are_defined(void **state)
{
    (void)state;
    const int64_t sizes[] = {4, 3, 3};
    alv_layer_stats stats[2];
    alv_drift drift;
    hand_net *one = hand_new(sizes, 1, 5, &hand_act_relu, 0.5);
    hand_pass(one);
    alv_probe_layers(stats, &one->net, NULL);
    hand_drift(&drift, one, stats);
    assert_true(drift.backward == 1 && drift.forward > 0.1 && !drift.zero_last);
    hand_net *zero = hand_new(sizes, 2, 5, &hand_act_relu, 0);
    hand_pass(zero);
    alv_probe_layers(stats, &zero->net, NULL);
    hand_drift(&drift, zero, stats);
    assert_true(drift.forward == 0 && drift.backward == 0 && drift.zero_last);
    hand_free(one);
    hand_free(zero);
}

static void counts_what_is_not_finite(void **state)
{
    (void)state;
    const int64_t sizes[] = {3, 5, 2};
    hand_net *h = hand_new(sizes, 2, 4, &hand_act_tanh, 1);
    hand_pass(h);
    alv_layer_stats stats[2];
    alv_drift drift;
    alv_histogram bins;
    h->layers[0].w[0] = NAN;
    h->layers[0].z[0] = INFINITY;
    h->layers[0].z[7] = -INFINITY;
    h->layers[1].delta[3] = NAN;
    alv_probe_layers(stats, &h->net, NULL);
    hand_drift(&drift, h, stats);
    alv_probe_histogram(&bins, &h->net, 0, ALV_HIST_PRE);
    assert_true(stats[0].nonfinite == 3 && stats[1].nonfinite == 1);
    assert_true(isfinite(stats[0].z_std) && isfinite(stats[1].delta_rms));
    assert_true(isinf(drift.forward) && isinf(drift.backward));
    assert_int_equal(bins.nonfinite, 2);
    for (int64_t i = 0; i < 20; i++) h->layers[0].z[i] = NAN;
    alv_probe_layers(stats, &h->net, NULL);
    alv_probe_histogram(&bins, &h->net, 0, ALV_HIST_PRE);
    assert_true(isnan(stats[0].z_std) && isnan(stats[0].saturated));
    assert_true(bins.lo < bins.hi && bins.nonfinite == 20);
    hand_free(h);
}

static uint64_t total(const alv_histogram *h)
{
    uint64_t sum = 0;
    for (int i = 0; i < ALV_BINS; i++) sum += h->counts[i];
    return sum;
}

static void histograms_hold_every_value(void **state)
{
    (void)state;
    const int64_t sizes[] = {1, 1, 64};
    hand_net *h = hand_new(sizes, 2, 1, &hand_act_tanh, 1);
    alv_histogram bins;
    for (int i = 0; i < 64; i++) h->layers[1].w[i] = (float)i * (64.0f / 63); /* one per bin */
    alv_probe_histogram(&bins, &h->net, 1, ALV_HIST_WEIGHT);
    assert_near(bins.lo, 0, 0);
    assert_near(bins.hi, 64, 0);
    for (int i = 0; i < 64; i++) assert_int_equal(bins.counts[i], 1);
    for (int i = 0; i < 64; i++) h->layers[1].w[i] = -3;
    alv_probe_histogram(&bins, &h->net, 1, ALV_HIST_WEIGHT);
    assert_true(bins.lo < -3 && bins.hi > -3 && bins.hi - bins.lo < 0.1);
    assert_int_equal(total(&bins), 64);
    h->layers[1].w[5] = 3.4e38f;
    h->layers[1].w[6] = -3.4e38f;
    alv_probe_histogram(&bins, &h->net, 1, ALV_HIST_WEIGHT);
    assert_int_equal(total(&bins), 64);
    hand_free(h);
}

static void schedules_are_log_spaced(void **state)
{
    (void)state;
    int64_t at[64];
    const int64_t wanted[] = {0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 800};
    assert_int_equal(alv_probe_schedule(at, 64, 800), 12);
    assert_memory_equal(at, wanted, sizeof wanted);
    assert_int_equal(alv_probe_schedule(at, 64, 0), 1);
    assert_int_equal(at[0], 0);
    assert_int_equal(alv_probe_schedule(at, 64, 1), 2);
    assert_int_equal(alv_probe_schedule(at, 64, 4), 4); /* not 4 twice */
    assert_int_equal(alv_probe_schedule(at, 3, 800), 3);
    assert_int_equal((int)at[2], 800);
    int n = alv_probe_schedule(at, 64, INT64_MAX);
    assert_true(n <= 64 && at[n - 1] == INT64_MAX && at[n - 2] < INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_slow_references),
        cmocka_unit_test(counts_the_saturated_and_the_dead),
        cmocka_unit_test(a_relu_at_exactly_zero_is_dead),
        cmocka_unit_test(sees_a_dead_signal_behind_random_biases),
        cmocka_unit_test(finds_copies_among_many),
        cmocka_unit_test(constants_are_locked_copies),
        cmocka_unit_test(copies_are_equal_to_a_millionth),
        cmocka_unit_test(biases_and_outgoing_weights_tell_units_apart),
        cmocka_unit_test(measures_the_last_update),
        cmocka_unit_test(drift_is_the_product_of_gains),
        cmocka_unit_test(a_zero_last_layer_changes_the_drift_little),
        cmocka_unit_test(one_layer_and_all_zero_nets_are_defined),
        cmocka_unit_test(counts_what_is_not_finite),
        cmocka_unit_test(histograms_hold_every_value),
        cmocka_unit_test(schedules_are_log_spaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
