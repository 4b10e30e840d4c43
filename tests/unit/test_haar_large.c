/* How orthogonal an orthogonal tensor of 4096 x 4096 floats is, which rounding could spoil at that
 * size without a smaller one showing it: |Q Q^T - I| over a sample of pairs of rows, every row with
 * itself among them. All pairs take a minute: bench-orthogonal defect; figure: docs/benchmarks.md.
 */
#include "suited.h"

enum { N = 4096, NEAR = 16, FAR = 16, STRIDE = 251 };

static const double LIMIT = 1e-6;

/* Of row i: itself, the NEAR rows behind it, and FAR ones that lie STRIDE apart; the rows form a
 * ring. */
static int64_t partner(int64_t i, int which)
{
    return (i + (which <= NEAR ? which : (which - NEAR) * STRIDE)) % N;
}

static double dot(const float *a, const float *b)
{
    double sums[8] = {0};
    for (int j = 0; j < N; j++) sums[j % 8] += (double)a[j] * b[j];
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) +
           ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

static double defect(const float *q)
{
    double worst = 0;
    for (int64_t i = 0; i < N; i++)
        for (int which = 0; which <= NEAR + FAR; which++) {
            const int64_t k = partner(i, which);
            worst = fmax(worst, fabs(dot(q + i * N, q + k * N) - (i == k)));
        }
    return worst;
}

static void rows_of_4096_are_orthonormal(void **state)
{
    (void)state;
    const alv_tensor w = {.name = "w", .rank = 2, .shape = {N, N}};
    const alv_scheme scheme = suited_scheme("orthogonal");
    float *q = malloc((size_t)N * N * sizeof *q);
    assert_non_null(q);
    suited_fill(q, 0, (int64_t)N * N, &scheme, &w, 1);
    const double worst = defect(q);
    print_message("  |Q Q^T - I| <= %.3g\n", worst);
    assert_true(worst < LIMIT);
    for (int j = 0; j < N; j++) q[N + j] *= 1 + 0x1p-20f;
    assert_true(defect(q) > LIMIT); /* one row is a millionth too long */
    free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_of_4096_are_orthonormal)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
