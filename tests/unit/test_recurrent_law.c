/* The laws of recurrent layers' signals and gradients against networks that are simulated here,
 * forward and back, with weights drawn once. If this failed, the doctor would tell a healthy layer
 * from a sick one by wrong numbers, the more so the longer its memory is. */
#include "theory/recurrent.h"

#include "test.h"

enum { UNITS = 80, ROWS = 16, MOST = 24, NETS = 8 };

static uint64_t state;

static double uniform(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(state >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(void)
{
    return sqrt(-2 * log(uniform())) * cos(2 * 3.14159265358979323846 * uniform());
}

static double sigmoid(double z)
{
    return 1 / (1 + exp(-z));
}

/* Of one sample. What a GRU's reset meets of h stands in c: R h + b, or h itself. */
typedef struct memory {
    double z[MOST + 1][4][UNITS], c[MOST + 1][UNITS], h[MOST + 1][UNITS];
} memory;

static double weight[4][UNITS][UNITS], reset_bias[UNITS];
static bool resets_first; /* of a GRU: before R, not behind it */

static double through(int gate, int unit, const double h[UNITS])
{
    double sum = 0;
    for (int v = 0; v < UNITS; v++) sum += weight[gate][unit][v] * h[v];
    return sum;
}

static double back_through(int gate, int unit, const double dz[UNITS])
{
    double sum = 0;
    for (int v = 0; v < UNITS; v++) sum += weight[gate][v][unit] * dz[v];
    return sum;
}

static double f_of(const alv_recurrent_case *in, double z)
{
    return in->act.act ? in->act.act->f(z, in->act.param) : z;
}

static double slope_of(const alv_recurrent_case *in, double z)
{
    return in->act.act ? in->act.act->df(z, in->act.param) : 1;
}

/* z of the gates becomes h (and c). */
static void step_gru(memory *m, int t)
{
    double (*z)[UNITS] = m->z[t], *before = m->h[t - 1], kept[UNITS];
    for (int u = 0; u < UNITS; u++) kept[u] = before[u] * sigmoid(z[1][u]);
    for (int u = 0; u < UNITS; u++) {
        m->c[t][u] = resets_first ? before[u] : through(2, u, before) + reset_bias[u];
        z[2][u] += resets_first ? through(2, u, kept) : sigmoid(z[1][u]) * m->c[t][u];
        const double keeps = sigmoid(z[0][u]);
        m->h[t][u] = keeps * before[u] + (1 - keeps) * tanh(z[2][u]);
    }
}

static void step(memory *m, const alv_recurrent_case *in, int t)
{
    if (in->cell == ALV_CELL_GRU) step_gru(m, t);
    for (int u = 0; u < UNITS && in->cell == ALV_CELL_RNN; u++)
        m->h[t][u] = f_of(in, m->z[t][0][u]);
    for (int u = 0; u < UNITS && in->cell == ALV_CELL_LSTM; u++) {
        m->c[t][u] =
            sigmoid(m->z[t][1][u]) * m->c[t - 1][u] + sigmoid(m->z[t][0][u]) * tanh(m->z[t][2][u]);
        m->h[t][u] = sigmoid(m->z[t][3][u]) * tanh(m->c[t][u]);
    }
}

static void forward(memory *m, const alv_recurrent_case *in, double share[4][UNITS])
{
    static double fed[4][UNITS];
    const int gates = alv_cell_gates(in->cell);
    for (int t = 1; t <= in->steps; t++) {
        for (int k = 0; k < gates; k++)
            for (int u = 0; u < UNITS; u++) {
                const double fresh = sqrt(in->fed - in->shared) * normal();
                const double r = t > 1 ? in->nearby : 0;
                const bool later = in->cell == ALV_CELL_GRU && k == 2;
                fed[k][u] = r * fed[k][u] + sqrt(1 - r * r) * fresh;
                m->z[t][k][u] = in->bias[k] + share[k][u] + fed[k][u];
                if (!later) m->z[t][k][u] += through(k, u, m->h[t - 1]);
            }
        step(m, in, t);
    }
}

/* dh at the step t becomes dz, and what goes on to h of the step before. */
static void unstep_lstm(double dz[4][UNITS], double dh[UNITS], double dc[UNITS], const memory *m,
                        int t)
{
    for (int u = 0; u < UNITS; u++) {
        const double i = sigmoid(m->z[t][0][u]), f = sigmoid(m->z[t][1][u]),
                     g = tanh(m->z[t][2][u]), o = sigmoid(m->z[t][3][u]), out = tanh(m->c[t][u]);
        dc[u] += dh[u] * o * (1 - out * out);
        dz[0][u] = dc[u] * g * i * (1 - i);
        dz[1][u] = dc[u] * m->c[t - 1][u] * f * (1 - f);
        dz[2][u] = dc[u] * i * (1 - g * g);
        dz[3][u] = dh[u] * out * o * (1 - o);
        dc[u] *= f;
    }
    for (int u = 0; u < UNITS; u++) {
        dh[u] = 0;
        for (int k = 0; k < 4; k++) dh[u] += back_through(k, u, dz[k]);
    }
}

static void unstep_gru(double dz[4][UNITS], double dh[UNITS], const memory *m, int t)
{
    double inner[UNITS];
    for (int u = 0; u < UNITS; u++) {
        const double keeps = sigmoid(m->z[t][0][u]), r = sigmoid(m->z[t][1][u]);
        const double n = tanh(m->z[t][2][u]);
        dz[0][u] = dh[u] * (m->h[t - 1][u] - n) * keeps * (1 - keeps);
        dz[2][u] = dh[u] * (1 - keeps) * (1 - n * n);
        inner[u] = dz[2][u] * r;
        dz[1][u] = dz[2][u] * m->c[t][u] * r * (1 - r);
        dh[u] *= keeps;
    }
    for (int u = 0; u < UNITS && resets_first; u++) {
        const double r = sigmoid(m->z[t][1][u]), back = back_through(2, u, dz[2]);
        dz[1][u] = back * m->c[t][u] * r * (1 - r);
        dh[u] += back * r;
    }
    for (int u = 0; u < UNITS; u++) {
        if (!resets_first) dh[u] += back_through(2, u, inner);
        dh[u] += back_through(0, u, dz[0]) + back_through(1, u, dz[1]);
    }
}

static void unstep_rnn(double dz[4][UNITS], double dh[UNITS], const memory *m,
                       const alv_recurrent_case *in, int t)
{
    for (int u = 0; u < UNITS; u++) dz[0][u] = dh[u] * slope_of(in, m->z[t][0][u]);
    for (int u = 0; u < UNITS; u++) dh[u] = back_through(0, u, dz[0]);
}

/* at[t]: sum over gates of the mean squares of the gradients there. */
static void backward(double at[MOST + 1], double pairs[MOST + 1], const memory *m,
                     const alv_recurrent_case *in, const double arrive[MOST + 1])
{
    static double dz[4][UNITS], before[4][UNITS];
    double dc[UNITS] = {0}, dh[UNITS] = {0}, sent[UNITS];
    memset(dz, 0, sizeof dz);
    for (int t = in->steps; t > 0; t--) {
        memcpy(before, dz, sizeof dz);
        for (int u = 0; u < UNITS; u++) {
            const double sign = uniform() < 0.5 ? -1 : 1, r = in->near;
            sent[u] = t < in->steps ? r * sent[u] + sqrt(1 - r * r) * sign : sign;
            dh[u] += sent[u] * arrive[t];
        }
        if (in->cell == ALV_CELL_LSTM) unstep_lstm(dz, dh, dc, m, t);
        if (in->cell == ALV_CELL_GRU) unstep_gru(dz, dh, m, t);
        if (in->cell == ALV_CELL_RNN) unstep_rnn(dz, dh, m, in, t);
        for (int k = 0; k < alv_cell_gates(in->cell); k++)
            for (int u = 0; u < UNITS; u++) {
                at[t] += dz[k][u] * dz[k][u] / UNITS / ROWS / NETS;
                pairs[t] += dz[k][u] * before[k][u] / UNITS / ROWS / NETS;
            }
    }
}

/* Of steps t and t + 1, over all; both[t] is their covariance. */
static double correlation(const double square[MOST + 1], const double *both, int steps)
{
    double sum = 0, most = 0;
    for (int t = 1; t < steps; t++) sum += both[t], most += sqrt(square[t] * square[t + 1]);
    return sum / most;
}

static void simulate(alv_recurrent_law *out, const alv_recurrent_case *in)
{
    static memory m;
    static double share[4][UNITS], sum_of[MOST + 1][UNITS]; /* of h over samples */
    double at[MOST + 1] = {0}, pairs[MOST + 1] = {0}, arrive[MOST + 1], sum = 0;
    double square[MOST + 1] = {0}, neighbours[MOST + 1] = {0};
    for (int t = in->steps; t > 0; t--)
        sum += arrive[t] = in->decay > 0 ? pow(in->decay, in->steps - t) : t == in->steps;
    for (int t = in->steps; t > 0; t--) arrive[t] = sqrt(arrive[t] / sum);
    *out = (alv_recurrent_law){0};
    for (int net = 0; net < NETS; net++) {
        for (int i = 0; i < 4 * UNITS * UNITS; i++)
            (&weight[0][0][0])[i] = sqrt(in->recurrent / UNITS) * normal();
        for (int u = 0; u < UNITS && in->reset2 > 0; u++)
            reset_bias[u] = in->reset + sqrt(in->reset2 - in->reset * in->reset) * normal();
        for (int i = 0; i < 4 * UNITS; i++)
            (&share[0][0])[i] = sqrt(in->shared + in->extra[i / UNITS]) * normal();
        memset(sum_of, 0, sizeof sum_of);
        for (int row = 0; row < ROWS; row++) {
            forward(&m, in, share);
            backward(at, pairs, &m, in, arrive);
            for (int u = 0; u < UNITS; u++)
                for (int t = 1; t <= in->steps; t++) {
                    sum_of[t][u] += m.h[t][u];
                    square[t] += m.h[t][u] * m.h[t][u] / UNITS / ROWS / NETS;
                    neighbours[t] += m.h[t][u] * m.h[t - 1][u] / UNITS / ROWS / NETS;
                }
        }
        for (int t = 1; t <= in->steps; t++)
            for (int u = 0; u < UNITS; u++) {
                out->mean += sum_of[t][u] / in->steps / UNITS / ROWS / NETS;
                out->common += sum_of[t][u] * sum_of[t][u] / in->steps / UNITS / ROWS / NETS;
            }
    }
    const int gates = alv_cell_gates(in->cell);
    for (int t = 1; t <= in->steps; t++)
        out->back += at[t] / gates, out->all += square[t] / in->steps;
    out->common = (out->common - out->all) / (ROWS - 1);
    out->last = square[in->steps];
    out->nearby = correlation(square, neighbours + 1, in->steps);
    out->near = correlation(at, pairs, in->steps);
}

/* How far off the law is, in mean squares. */
static void compare(alv_recurrent_case in, double signal, double back, double alike)
{
    alv_recurrent_law seen, law;
    if (in.cell == ALV_CELL_LSTM) in.common = in.shared; /* as the simulation has it */
    simulate(&seen, &in);
    assert_int_equal(alv_recurrent_law_of(&law, &in, NULL), ALV_OK);
    print_message("signal %.4f (%+.3f), gradient %.4f (%+.3f), alike %.2f (%+.2f), %.2f (%+.2f)\n",
                  seen.all, log(seen.all / law.all), seen.back, log(seen.back / law.back),
                  seen.nearby, seen.nearby - law.nearby, seen.near, seen.near - law.near);
    assert_near(log(seen.last / law.last), 0, signal);
    assert_near(log(seen.all / law.all), 0, signal);
    assert_near(log(seen.back / law.back), 0, back);
    assert_near(seen.nearby, law.nearby, alike);
    assert_near(seen.near, law.near, alike);
    print_message("    mean %.3f (%+.3f), common %.3f (%+.3f)\n", seen.mean, seen.mean - law.mean,
                  seen.common, seen.common - law.common);
    assert_near((seen.mean - law.mean) / sqrt(seen.all), 0, 0.1);
    assert_near((seen.common - law.common) / seen.all, 0, 0.1);
}

static alv_act_spec act_of(const char *name)
{
    alv_act_spec act = {0};
    assert_int_equal(alv_act_parse(&act, name, NULL), ALV_OK);
    return act;
}

/* As PyTorch draws them, read at the last step and at all; behind and before another; near chaos.
 * With relu and larger weights networks of so few units differ from each other by more than this.
 */
static void plain_networks(void **unused)
{
    (void)unused;
    const alv_act_spec act[2] = {act_of("tanh"), act_of("relu")};
    state = 4;
    for (int i = 0; i < 2; i++) {
        alv_recurrent_case in = {
            .cell = ALV_CELL_RNN, .act = act[i], .fed = 0.4, .recurrent = 0.33, .steps = 12};
        compare(in, 0.06, 0.06, 0.1);
        in.decay = 1;
        compare(in, 0.06, 0.06, 0.1);
        in.fed = 1, in.shared = in.common = 0.1, in.nearby = 0.7, in.bias[0] = 0.2;
        in.recurrent = i == 0 ? 1 : 0.5;
        compare(in, 0.1, 0.1, 0.1);
        in.nearby = 0, in.decay = 0.6, in.near = 0.8;
        compare(in, 0.1, 0.1, 0.1);
    }
    compare((alv_recurrent_case){.cell = ALV_CELL_RNN,
                                 .act = act_of("sigmoid"),
                                 .fed = 2,
                                 .recurrent = 2,
                                 .steps = 8,
                                 .decay = 1},
            0.1, 0.1, 0.1);
    compare((alv_recurrent_case){.cell = ALV_CELL_RNN,
                                 .act = act[0],
                                 .fed = 0.5,
                                 .recurrent = 2,
                                 .steps = 20,
                                 .decay = 1},
            0.1, 0.1, 0.1);
}

/* The same with the reset behind R and before it; biases of unequal gates, larger ones of the
 * update. Update gates that are alike from step to step are where the law says too much. */
static void gated_networks(void **unused)
{
    (void)unused;
    state = 5;
    for (int i = 0; i < 2; i++) {
        resets_first = i == 1;
        memset(reset_bias, 0, sizeof reset_bias);
        alv_recurrent_case in = {.cell = ALV_CELL_GRU, .fed = 0.4, .recurrent = 0.33, .steps = 12};
        if (!resets_first) in.reset2 = 0.04, in.reset = 0.1;
        compare(in, 0.06, 0.06, 0.1);
        in.decay = 1;
        compare(in, 0.06, 0.06, 0.1);
        in.shared = in.common = 0.2;
        in.extra[0] = 0.2, in.extra[1] = -0.05, in.extra[2] = -0.15;
        compare(in, 0.1, 0.1, 0.1);
        memset(in.extra, 0, sizeof in.extra);
        in.fed = 1, in.shared = in.common = 0.1, in.nearby = 0.7, in.recurrent = 1;
        in.bias[2] = 0.2;
        compare(in, 0.15, 0.15, 0.1);
        in.nearby = 0, in.decay = 0.6, in.near = 0.8, in.bias[0] = 1;
        compare(in, 0.1, 0.15, 0.1);
        in.recurrent = 2, in.fed = 2, in.steps = 24, in.decay = 0;
        compare(in, 0.1, 0.15, 0.1);
    }
}

static void usual_networks(void **unused)
{
    (void)unused;
    state = 1;
    compare((alv_recurrent_case){.fed = 2, .recurrent = 2, .steps = 6}, 0.06, 0.06, 0.1);
    compare((alv_recurrent_case){.fed = 2, .recurrent = 2, .steps = 6, .decay = 1}, 0.06, 0.06,
            0.1);
    compare((alv_recurrent_case){.fed = 1, .recurrent = 1, .bias = {0, 1}, .steps = 24}, 0.06, 0.06,
            0.1);
}

/* Biases drawn at random, behind and before another LSTM: inputs and gradients that are alike from
 * step to step. */
static void stacked_networks(void **unused)
{
    (void)unused;
    state = 2;
    compare((alv_recurrent_case){.fed = 0.4, .shared = 0.1, .recurrent = 0.3, .steps = 24}, 0.1,
            0.1, 0.1);
    compare((alv_recurrent_case){.fed = 1, .nearby = 0.7, .recurrent = 1, .steps = 20, .decay = 1},
            0.1, 0.1, 0.1);
    compare((alv_recurrent_case){.fed = 1, .recurrent = 1, .steps = 20, .decay = 0.6, .near = 0.8},
            0.1, 0.1, 0.1);
}

/* With weights drawn anew at every step the gradient would be predicted at half of what it is. */
static void long_memories(void **unused)
{
    (void)unused;
    state = 3;
    compare((alv_recurrent_case){.fed = 1, .recurrent = 1, .bias = {0, 3}, .steps = 24}, 0.1, 0.25,
            0.1);
    compare((alv_recurrent_case){.fed = 1, .recurrent = 4, .bias = {0, 1}, .steps = 24}, 0.1, 0.25,
            0.1);
}

static void nothing_comes_from_nothing(void **unused)
{
    (void)unused;
    alv_recurrent_law law;
    assert_int_equal(alv_recurrent_law_of(&law, &(alv_recurrent_case){.steps = 5}, NULL), ALV_OK);
    assert_true(law.all == 0 && law.last == 0 && law.nearby == 0);
    /* Only to the cell's gates, (o i)^2 with o = i = 1/2, and (1/2)^2 from step to step. */
    assert_near(law.back, 0.25 * 0.25 / 4 * (1 - pow(0.25, 5)) / (1 - 0.25), 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_networks), cmocka_unit_test(gated_networks),
        cmocka_unit_test(usual_networks), cmocka_unit_test(stacked_networks),
        cmocka_unit_test(long_memories),  cmocka_unit_test(nothing_comes_from_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
