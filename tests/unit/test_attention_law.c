/* The law of attention against heads that are simulated here, forward and back. If this failed, the
 * doctor would predict gradients of queries and keys that are not there. */
#include "theory/attention.h"

#include "test.h"

enum { UNITS = 16, INPUTS = 48, MOST = 24, ROWS = 24, NETS = 24 };

static uint64_t state = 1;

static double uniform(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(state >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(void)
{
    return sqrt(-2 * log(uniform())) * cos(2 * 3.14159265358979323846 * uniform());
}

/* One head; the weights are those of queries, keys and values. */
static double weight[3][UNITS][INPUTS], x[MOST][INPUTS], part[3][MOST][UNITS], back[3][MOST][UNITS];
static bool normed;
static double share[MOST][MOST], out[MOST][UNITS], sent[MOST][UNITS];

static double square(double (*v)[UNITS], int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        for (int u = 0; u < UNITS; u++) sum += v[i][u] * v[i][u];
    return sum / n / UNITS;
}

static double together(double (*v)[UNITS], int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            for (int u = 0; u < UNITS && i != j; u++) sum += v[i][u] * v[j][u];
    return n > 1 ? sum / n / (n - 1) / UNITS : square(v, n);
}

static double dot(const double *a, const double *b)
{
    double sum = 0;
    for (int u = 0; u < UNITS; u++) sum += a[u] * b[u];
    return sum;
}

/* To mean square 1. */
static void normalize(double v[INPUTS])
{
    double sum = 0;
    for (int a = 0; a < INPUTS; a++) sum += v[a] * v[a] / INPUTS;
    for (int a = 0; a < INPUTS; a++) v[a] /= sqrt(sum);
}

static void project(int n)
{
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < n; i++)
            for (int u = 0; u < UNITS; u++) {
                part[k][i][u] = 0;
                for (int a = 0; a < INPUTS; a++) part[k][i][u] += weight[k][u][a] * x[i][a];
            }
}

static void attend(int n, bool causal)
{
    memset(out, 0, sizeof out);
    for (int i = 0; i < n; i++) {
        const int m = causal ? i + 1 : n;
        double sum = 0;
        for (int j = 0; j < m; j++)
            sum += share[i][j] = exp(dot(part[0][i], part[1][j]) / sqrt(UNITS));
        for (int j = 0; j < n; j++) share[i][j] = j < m ? share[i][j] / sum : 0;
        for (int j = 0; j < m; j++)
            for (int u = 0; u < UNITS; u++) out[i][u] += share[i][j] * part[2][j][u];
    }
}

static void send_back(int n)
{
    memset(back, 0, sizeof back);
    for (int i = 0; i < n; i++) {
        const double mean = dot(sent[i], out[i]);
        for (int j = 0; j < n; j++) {
            const double logit = share[i][j] * (dot(sent[i], part[2][j]) - mean) / sqrt(UNITS);
            for (int u = 0; u < UNITS; u++) {
                back[0][i][u] += logit * part[1][j][u];
                back[1][j][u] += logit * part[0][i][u];
                back[2][j][u] += share[i][j] * sent[i][u];
            }
        }
    }
}

static void simulate(alv_attention_law *seen, int n, bool causal, double size, double common,
                     double alike)
{
    double shared[INPUTS], sign[UNITS];
    *seen = (alv_attention_law){0};
    for (int net = 0; net < NETS; net++) {
        for (int k = 0; k < 3; k++)
            for (int i = 0; i < UNITS * INPUTS; i++)
                (&weight[k][0][0])[i] = sqrt((k < 2 ? size : 1) / INPUTS) * normal();
        for (int a = 0; a < INPUTS; a++) shared[a] = sqrt(common) * normal();
        for (int row = 0; row < ROWS; row++) {
            const double each = 1.0 / ROWS / NETS;
            for (int i = 0; i < n; i++)
                for (int a = 0; a < INPUTS; a++) x[i][a] = shared[a] + sqrt(1 - common) * normal();
            for (int i = 0; i < n && normed; i++) normalize(x[i]);
            for (int u = 0; u < UNITS; u++) sign[u] = uniform() < 0.5 ? -1 : 1;
            for (int i = 0; i < n; i++)
                for (int u = 0; u < UNITS; u++)
                    sent[i][u] = sqrt(alike) * sign[u] + sqrt(1 - alike) * normal();
            project(n);
            attend(n, causal);
            send_back(n);
            seen->out.square += each * square(out, n);
            seen->out.together += each * together(out, n);
            seen->query += each * square(back[0], n);
            seen->key += each * square(back[1], n);
            seen->value += each * square(back[2], n);
            seen->near += each * together(back[2], n);
        }
    }
    seen->near /= seen->value;
}

/* How far off mean squares are, and the last two as differences. */
static void compare(int n, bool causal, double size, double common, double alike, double most)
{
    const alv_attended x2 = {size, size * common}, v = {1, common};
    const alv_attention_case in = {.query = x2,
                                   .key = x2,
                                   .value = v,
                                   .units = UNITS,
                                   .overlap = 1.0 / INPUTS,
                                   .sizes = normed ? 0 : 1,
                                   .positions = n,
                                   .causal = causal,
                                   .near = alike};
    alv_attention_law seen, law;
    simulate(&seen, n, causal, size, common, alike);
    alv_attention_law_of(&law, &in);
    print_message("out %.4f (%+.3f), queries %.4f (%+.3f), keys %.4f (%+.3f), values %.4f "
                  "(%+.3f), together %.3f (%+.3f), %.2f (%+.2f)\n",
                  seen.out.square, log(seen.out.square / law.out.square), seen.query,
                  log(seen.query / law.query), seen.key, log(seen.key / law.key), seen.value,
                  log(seen.value / law.value), seen.out.together,
                  seen.out.together - law.out.together, seen.near, seen.near - law.near);
    assert_near(log(seen.out.square / law.out.square), 0, 0.1);
    assert_near(log(seen.query / law.query), 0, most);
    assert_near(log(seen.key / law.key), 0, most);
    assert_near(log(seen.value / law.value), 0, 0.1);
    assert_near(seen.out.together, law.out.together, 0.1);
    assert_near(seen.near, law.near, 0.1);
}

static void all_positions(void **unused)
{
    (void)unused;
    compare(24, false, 0.3, 0, 0, 0.1); /* nearly uniform shares */
    compare(24, false, 1, 0, 0, 0.1);
    compare(6, false, 1, 0, 0, 0.1);
    compare(24, false, 4, 0, 0, 0.1); /* shares of few positions */
}

static void behind_a_norm(void **unused)
{
    (void)unused;
    normed = true;
    compare(24, false, 1, 0, 0, 0.1);
    compare(24, false, 4, 0, 0, 0.2);
    normed = false;
}

static void only_those_before(void **unused)
{
    (void)unused;
    compare(24, true, 1, 0, 0, 0.1);
}

static void inputs_and_gradients_that_are_alike(void **unused)
{
    (void)unused;
    compare(24, false, 1, 0.4, 0, 0.1);
    compare(24, false, 1, 0, 1, 0.3);
    compare(24, false, 1, 0, 0.5, 0.3);
}

/* One position has nothing to choose from. */
static void one_position(void **unused)
{
    (void)unused;
    const alv_attended x2 = {1, 0};
    const alv_attention_case in = {x2, x2, x2, UNITS, 0.1, 1, 1, false, 0};
    alv_attention_law law;
    alv_attention_law_of(&law, &in);
    assert_near(law.out.square, 1, 1e-6);
    assert_near(law.value, 1, 1e-6);
    assert_near(law.query, 0, 1e-6);
    assert_near(law.key, 0, 1e-6);
}

/* With logits of 0 the shares are 1 / n exactly. */
static void equal_shares(void **unused)
{
    (void)unused;
    const alv_attended none = {0, 0}, v = {2, 0.5};
    const alv_attention_case in = {none, none, v, UNITS, 0, 1, 8, false, 0.25};
    alv_attention_law law;
    alv_attention_law_of(&law, &in);
    assert_near(law.out.square, 0.5 + 1.5 / 8, 1e-6);
    assert_near(law.out.together, 0.5 + 1.5 / 8, 1e-6);
    assert_near(law.value, 1.0 / 8 + 0.25 * 7 / 8, 1e-6);
    assert_near(law.query + law.key, 0, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_positions), cmocka_unit_test(only_those_before),
        cmocka_unit_test(one_position),  cmocka_unit_test(inputs_and_gradients_that_are_alike),
        cmocka_unit_test(equal_shares),  cmocka_unit_test(behind_a_norm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
