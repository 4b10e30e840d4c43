/* What theory is told of a batch of tokens, against all pairs counted one by one and against the
 * covariance of rows that are 1 at the token.
 *
 * If these failed, bands of networks of tokens would be those of another text. */
#include "test.h"

#include "theory/inputs.h"

enum { SAMPLES = 7, PLACES = 5, TOKENS = 4, ROWS = SAMPLES * PLACES };

/* Means over pairs of rows for which `wanted` holds. */
typedef bool wanted(int a, int b, int distance);

static bool apart(int a, int b, int distance)
{
    (void)distance;
    return a / PLACES != b / PLACES;
}

static bool one_place(int a, int b, int distance)
{
    return apart(a, b, distance) && a % PLACES == b % PLACES;
}

static bool one_sample(int a, int b, int distance)
{
    return a / PLACES == b / PLACES && b - a == distance;
}

static double share(const float *x, wanted *is, int distance)
{
    double equal = 0, all = 0;
    for (int a = 0; a < ROWS; a++)
        for (int b = 0; b < ROWS; b++)
            if (is(a, b, distance)) all++, equal += x[a] == x[b];
    return equal / all;
}

/* tr S^2 / (tr S)^2 of rows of `n` numbers. */
static double crowd(const double *row, int rows, int n)
{
    double squares = 0, trace = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double both = 0, a = 0, b = 0;
            for (int r = 0; r < rows; r++) {
                both += row[r * n + i] * row[r * n + j] / rows;
                a += row[r * n + i] / rows, b += row[r * n + j] / rows;
            }
            squares += (both - a * b) * (both - a * b);
            if (i == j) trace += both - a * b;
        }
    return squares / (trace * trace);
}

static void pairs_are_counted(void **state)
{
    (void)state;
    float x[ROWS];
    double row[ROWS * TOKENS] = {0}, far = 0, *lags;
    alv_flow_input in;
    const alv_model model = {.inputs = PLACES, .outputs = 3, .tokens = TOKENS};
    for (int i = 0; i < ROWS; i++) {
        x[i] = (float)(i * i % 11 % TOKENS); /* some more often than others */
        row[i * TOKENS + (int)x[i]] = 1;
    }
    assert_int_equal(alv_inputs_measure(&in, &lags, &model, x, SAMPLES, NULL), ALV_OK);
    for (int k = 0; k < ALV_FAR; k++) far += in.far[k].product / ALV_FAR;
    assert_near(far, share(x, apart, 0), 1e-12);
    assert_near(in.same.product, share(x, one_place, 0), 1e-12);
    for (int d = 0; d < PLACES; d++) assert_near(lags[d], share(x, one_sample, d), 1e-12);
    assert_near(in.overlap, crowd(row, ROWS, TOKENS), 1e-12);
    assert_near(in.end, 1.0 / 2 - 1.0 / 3, 1e-12);
    free(lags);
}

/* Of a text whose next character has the shares of all, and outputs that have one chance each: the
 * gradients' mean products, which is what outputs add up. */
static void gradients_of_a_text(void **state)
{
    (void)state;
    enum { N = 4 };
    const double count[N] = {5, 2, 2, 1};
    float x[10];
    double *lags, squares = 0, trace = 0;
    int n = 0;
    alv_flow_input in;
    const alv_model model = {.inputs = 1, .outputs = N, .tokens = N};
    for (int v = 0; v < N; v++)
        for (int k = 0; k < (int)count[v]; k++) x[n++] = (float)v;
    assert_int_equal(alv_inputs_measure(&in, &lags, &model, x, n, NULL), ALV_OK);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            double both = 0;
            for (int y = 0; y < N; y++)
                both += count[y] / n * (1.0 / N - (i == y)) * (1.0 / N - (j == y));
            squares += both * both;
            if (i == j) trace += both;
        }
    assert_near(in.end + 1.0 / N, squares / (trace * trace), 1e-12);
    free(lags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pairs_are_counted),
                                       cmocka_unit_test(gradients_of_a_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
