/* The law of an LSTM's signal and gradient against networks that are simulated here, forward and
 * back, with weights drawn once. If this failed, the doctor would tell a healthy LSTM from a sick
 * one by wrong numbers, the more so the longer its memory is. */
#include "theory/lstm.h"

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

/* Of one sample. */
typedef struct memory {
    double z[MOST + 1][4][UNITS], c[MOST + 1][UNITS], h[MOST + 1][UNITS];
} memory;

static double weight[4][UNITS][UNITS];

static void forward(memory *m, const alv_lstm_case *in, double share[4][UNITS])
{
    static double fed[4][UNITS];
    for (int t = 1; t <= in->steps; t++)
        for (int k = 0; k < 4; k++)
            for (int u = 0; u < UNITS; u++) {
                const double fresh = sqrt(in->fed - in->shared) * normal();
                const double r = t > 1 ? in->nearby : 0;
                fed[k][u] = r * fed[k][u] + sqrt(1 - r * r) * fresh;
                double z = in->bias[k] + share[k][u] + fed[k][u];
                for (int v = 0; v < UNITS; v++) z += weight[k][u][v] * m->h[t - 1][v];
                m->z[t][k][u] = z;
                if (k < 3) continue;
                m->c[t][u] = sigmoid(m->z[t][1][u]) * m->c[t - 1][u] +
                             sigmoid(m->z[t][0][u]) * tanh(m->z[t][2][u]);
                m->h[t][u] = sigmoid(z) * tanh(m->c[t][u]);
            }
}

/* at[t]: sum over gates of the mean squares of the gradients there. */
static void backward(double at[MOST + 1], double pairs[MOST + 1], const memory *m,
                     const alv_lstm_case *in, const double arrive[MOST + 1])
{
    static double dz[4][UNITS], before[4][UNITS];
    double dc[UNITS] = {0}, sent[UNITS];
    memset(dz, 0, sizeof dz);
    for (int t = in->steps; t > 0; t--) {
        memcpy(before, dz, sizeof dz);
        for (int u = 0; u < UNITS; u++) {
            const double sign = uniform() < 0.5 ? -1 : 1, r = in->near;
            sent[u] = t < in->steps ? r * sent[u] + sqrt(1 - r * r) * sign : sign;
            double dh = sent[u] * arrive[t];
            for (int k = 0; k < 4; k++)
                for (int v = 0; v < UNITS; v++) dh += weight[k][v][u] * before[k][v];
            const double i = sigmoid(m->z[t][0][u]), f = sigmoid(m->z[t][1][u]),
                         g = tanh(m->z[t][2][u]), o = sigmoid(m->z[t][3][u]),
                         out = tanh(m->c[t][u]);
            dc[u] += dh * o * (1 - out * out);
            dz[0][u] = dc[u] * g * i * (1 - i);
            dz[1][u] = dc[u] * m->c[t - 1][u] * f * (1 - f);
            dz[2][u] = dc[u] * i * (1 - g * g);
            dz[3][u] = dh * out * o * (1 - o);
            dc[u] *= f;
        }
        for (int k = 0; k < 4; k++)
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

static void simulate(alv_lstm_law *out, const alv_lstm_case *in)
{
    static memory m;
    static double share[4][UNITS];
    double at[MOST + 1] = {0}, pairs[MOST + 1] = {0}, arrive[MOST + 1], sum = 0;
    double square[MOST + 1] = {0}, neighbours[MOST + 1] = {0};
    for (int t = in->steps; t > 0; t--)
        sum += arrive[t] = in->decay > 0 ? pow(in->decay, in->steps - t) : t == in->steps;
    for (int t = in->steps; t > 0; t--) arrive[t] = sqrt(arrive[t] / sum);
    *out = (alv_lstm_law){0};
    for (int net = 0; net < NETS; net++) {
        for (int i = 0; i < 4 * UNITS * UNITS; i++)
            (&weight[0][0][0])[i] = sqrt(in->recurrent / UNITS) * normal();
        for (int i = 0; i < 4 * UNITS; i++) (&share[0][0])[i] = sqrt(in->shared) * normal();
        for (int row = 0; row < ROWS; row++) {
            forward(&m, in, share);
            backward(at, pairs, &m, in, arrive);
            for (int u = 0; u < UNITS; u++)
                for (int t = 1; t <= in->steps; t++) {
                    square[t] += m.h[t][u] * m.h[t][u] / UNITS / ROWS / NETS;
                    neighbours[t] += m.h[t][u] * m.h[t - 1][u] / UNITS / ROWS / NETS;
                }
        }
    }
    for (int t = 1; t <= in->steps; t++) out->back += at[t] / 4, out->all += square[t] / in->steps;
    out->last = square[in->steps];
    out->nearby = correlation(square, neighbours + 1, in->steps);
    out->near = correlation(at, pairs, in->steps);
}

/* How far off the law is, in mean squares. */
static void compare(alv_lstm_case in, double signal, double back, double alike)
{
    alv_lstm_law seen, law;
    simulate(&seen, &in);
    assert_int_equal(alv_lstm_law_of(&law, &in, NULL), ALV_OK);
    print_message("signal %.4f (%+.3f), gradient %.4f (%+.3f), alike %.2f (%+.2f), %.2f (%+.2f)\n",
                  seen.all, log(seen.all / law.all), seen.back, log(seen.back / law.back),
                  seen.nearby, seen.nearby - law.nearby, seen.near, seen.near - law.near);
    assert_near(log(seen.last / law.last), 0, signal);
    assert_near(log(seen.all / law.all), 0, signal);
    assert_near(log(seen.back / law.back), 0, back);
    assert_near(seen.nearby, law.nearby, alike);
    assert_near(seen.near, law.near, alike);
}

static void usual_networks(void **unused)
{
    (void)unused;
    state = 1;
    compare((alv_lstm_case){.fed = 2, .recurrent = 2, .steps = 6}, 0.06, 0.06, 0.1);
    compare((alv_lstm_case){.fed = 2, .recurrent = 2, .steps = 6, .decay = 1}, 0.06, 0.06, 0.1);
    compare((alv_lstm_case){.fed = 1, .recurrent = 1, .bias = {0, 1}, .steps = 24}, 0.06, 0.06,
            0.1);
}

/* Biases drawn at random, behind and before another LSTM: inputs and gradients that are alike from
 * step to step. */
static void stacked_networks(void **unused)
{
    (void)unused;
    state = 2;
    compare((alv_lstm_case){.fed = 0.4, .shared = 0.1, .recurrent = 0.3, .steps = 24}, 0.1, 0.1,
            0.1);
    compare((alv_lstm_case){.fed = 1, .nearby = 0.7, .recurrent = 1, .steps = 20, .decay = 1}, 0.1,
            0.1, 0.1);
    compare((alv_lstm_case){.fed = 1, .recurrent = 1, .steps = 20, .decay = 0.6, .near = 0.8}, 0.1,
            0.1, 0.1);
}

/* With weights drawn anew at every step the gradient would be predicted at half of what it is. */
static void long_memories(void **unused)
{
    (void)unused;
    state = 3;
    compare((alv_lstm_case){.fed = 1, .recurrent = 1, .bias = {0, 3}, .steps = 24}, 0.1, 0.25, 0.1);
    compare((alv_lstm_case){.fed = 1, .recurrent = 4, .bias = {0, 1}, .steps = 24}, 0.1, 0.25, 0.1);
}

static void nothing_comes_from_nothing(void **unused)
{
    (void)unused;
    alv_lstm_law law;
    assert_int_equal(alv_lstm_law_of(&law, &(alv_lstm_case){.steps = 5}, NULL), ALV_OK);
    assert_true(law.all == 0 && law.last == 0 && law.nearby == 0);
    /* Only to the cell's gates, (o i)^2 with o = i = 1/2, and (1/2)^2 from step to step. */
    assert_near(law.back, 0.25 * 0.25 / 4 * (1 - pow(0.25, 5)) / (1 - 0.25), 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usual_networks),
        cmocka_unit_test(stacked_networks),
        cmocka_unit_test(long_memories),
        cmocka_unit_test(nothing_comes_from_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
