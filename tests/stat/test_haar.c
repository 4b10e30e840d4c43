/* Orthogonal matrices against Haar measure: what a missing or wrong sign would break.
 *
 * For Q uniform over O(n): E tr Q = 0, E (tr Q)^2 = 1 and, for n >= 2, E tr(Q^2) = 1 (Diaconis &
 * Shahshahani 1994); each sign of det Q is as likely; the square of an element is
 * Beta(1/2, (n - 1)/2), which for n = 3 makes elements uniform on [-1, 1]; for n = 2, rotations
 * turn by a uniform angle. Fixed seeds; false alarms: suite.h.
 *
 * The same statistics must reject the matrices without the sign that makes R's diagonal positive
 * (Mezzadri 2007). */
#include "suite.h"
#include "suited.h"

enum { N = 20000, LARGEST = 5 };
static ledger book;

typedef double matrix[LARGEST][LARGEST];

/* Draw number `seed`. Unsigned, row i has the sign of its first column undone: what Householder's
 * QR gives by itself, whose R has a diagonal of the sign that avoids cancellation. */
static void draw(matrix q, int n, uint64_t seed, bool with_sign)
{
    alv_scheme scheme = suited_scheme("orthogonal");
    alv_tensor tensor = {.name = "q", .rank = 2, .shape = {n, n}, .dtype = ALV_F64};
    double values[LARGEST * LARGEST], normals[LARGEST * LARGEST];
    const alv_dist normal = alv_dist_normal(0, 1);
    suited_fill(values, 0, n * n, &scheme, &tensor, seed);
    alv_dist_fill(normals, ALV_F64, 0, n * n, &normal, alv_stream_make(seed, "q", NULL), NULL,
                  NULL);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            q[i][j] = values[i * n + j] * (with_sign || normals[i * n + i] < 0 ? 1 : -1);
}

static double determinant(matrix q, int n)
{
    double d = 1;
    matrix a;
    memcpy(a, q, sizeof a);
    for (int k = 0; k < n; k++) {
        int pivot = k;
        for (int i = k; i < n; i++) pivot = fabs(a[i][k]) > fabs(a[pivot][k]) ? i : pivot;
        for (int j = 0; j < n && pivot != k; j++) {
            double t = a[k][j];
            a[k][j] = a[pivot][j];
            a[pivot][j] = -t;
        }
        d *= a[k][k];
        for (int i = k + 1; i < n; i++)
            for (int j = n - 1; j >= k; j--) a[i][j] -= a[i][k] / a[k][k] * a[k][j];
    }
    return d;
}

typedef struct sample {
    double trace, trace_squared, trace_of_square, det, last;
} sample;

static sample statistics(matrix q, int n)
{
    sample s = {.det = determinant(q, n), .last = q[n - 1][n - 1]};
    for (int i = 0; i < n; i++) {
        s.trace += q[i][i];
        for (int j = 0; j < n; j++) s.trace_of_square += q[i][j] * q[j][i];
    }
    s.trace_squared = s.trace * s.trace;
    return s;
}

/* Standard errors that the mean is off, with the sample's own deviation. */
static double errors_of(const double *x, double expected)
{
    double mean = 0, variance = 0;
    for (int i = 0; i < N; i++) mean += x[i] / N;
    for (int i = 0; i < N; i++) variance += (x[i] - mean) * (x[i] - mean) / N;
    return fabs(mean - expected) / sqrt(variance / N);
}

static double p_uniform(double *x, int n)
{
    return p_kolmogorov(kolmogorov(x, n));
}

/* Judges the moments of matrices with the sign; returns the least p. */
static double least_p(int n, bool with_sign)
{
    static double columns[5][N];
    for (int i = 0; i < N; i++) {
        matrix q;
        draw(q, n, (uint64_t)i + 1000, with_sign);
        sample s = statistics(q, n);
        columns[0][i] = s.trace;
        columns[1][i] = s.trace_squared;
        columns[2][i] = s.trace_of_square;
        columns[3][i] = s.det;
        columns[4][i] = s.last;
        assert_near(fabs(s.det), 1, 1e-12);
    }
    const double expected[5] = {0, 1, 1, 0, 0};
    double least = 1;
    print_message("  n = %d, %s sign:", n, with_sign ? "with" : "without");
    for (int k = 0; k < 5; k++) {
        double off = errors_of(columns[k], expected[k]);
        print_message(" %.2f", off);
        least = fmin(least, p_normal(off));
        if (with_sign) judge(&book, p_normal(off), "n = %d, moment %d", n, k);
    }
    print_message("\n");
    return least;
}

static void moments_are_those_of_haar(void **state)
{
    (void)state;
    for (int n = 2; n <= LARGEST; n++) {
        least_p(n, true);
        assert_true(least_p(n, false) < book.limit);
    }
}

/* Elements of the first row (drawn last) and of the last (drawn first), for n = 3. */
static void elements_of_three_are_uniform(void **state)
{
    (void)state;
    static double x[9][N], unsigned_x[N];
    for (int i = 0; i < N; i++) {
        matrix q;
        draw(q, 3, (uint64_t)i + 500000, true);
        for (int e = 0; e < 9; e++) x[e][i] = (q[e / 3][e % 3] + 1) / 2;
        draw(q, 3, (uint64_t)i + 500000, false);
        unsigned_x[i] = (q[0][0] + 1) / 2;
    }
    for (int e = 0; e < 9; e++) judge(&book, p_uniform(x[e], N), "element %d", e);
    assert_true(p_uniform(unsigned_x, N) < book.limit);
}

/* n = 2: the angle of the first row, and that of the rotation between the rows. */
static void angles_of_two_are_uniform(void **state)
{
    (void)state;
    static double first[N], turn[N];
    int rotations = 0;
    for (int i = 0; i < N; i++) {
        matrix q;
        draw(q, 2, (uint64_t)i + 900000, true);
        double angle = atan2(q[0][1], q[0][0]) / (2 * M_PI) + 0.5;
        first[i] = angle;
        if (q[0][0] * q[1][1] > q[0][1] * q[1][0]) turn[rotations++] = angle;
    }
    judge(&book, p_uniform(first, N), "angles");
    /* Rotations of +-angle: eigenvalues e^(+-i angle), angles uniform among the rotations. */
    judge(&book, p_uniform(turn, rotations), "angles of rotations");
}

static void the_budget_is_kept(void **state)
{
    (void)state;
    settle(&book, OTHERS);
}

int main(void)
{
    book = ledger_make(1000, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_those_of_haar),
        cmocka_unit_test(elements_of_three_are_uniform),
        cmocka_unit_test(angles_of_two_are_uniform),
        cmocka_unit_test(the_budget_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
