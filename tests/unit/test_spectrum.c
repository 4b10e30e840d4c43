/* Singular values against closed forms, and against Jacobi's one-sided rotations: another method,
 * of which nothing is shared with the code under test. */
#include "audit_fixture.h"

#include "audit/spectrum.h"

static alv_spectrum spectrum_of(draft *d)
{
    look l = look_at(d);
    alv_spectrum s;
    assert_int_equal(alv_spectrum_of(&s, NULL, l.model->tensors, NULL, NULL, NULL), ALV_OK);
    look_end(&l);
    draft_free(d);
    return s;
}

static void knows_orthogonal_and_rank_one(void **state)
{
    (void)state;
    draft d = {0};
    draft_dense(&d, "w", "orthogonal(gain=2)", 30, 70, 1);
    alv_spectrum s = spectrum_of(&d);
    assert_near(s.largest, 2, 1e-5);
    assert_near(s.smallest, 2, 1e-5);
    assert_near(s.stable_rank, 30, 1e-4);
    float *x = draft_dense(&d, "w", "zeros", 9, 5, 1);
    for (int i = 0; i < 9; i++)
        for (int j = 0; j < 5; j++) x[i * 5 + j] = (float)((i - 4) * (j + 1));
    s = spectrum_of(&d);
    assert_near(s.largest, sqrt(60.0 * 55), 1e-12); /* |u| |v| */
    assert_near(s.smallest, 0, 1e-12);
    assert_near(s.stable_rank, 1, 1e-12);
    draft_dense(&d, "w", "zeros", 4, 4, 1);
    s = spectrum_of(&d);
    assert_true(s.largest < 1e-100 && s.smallest == 0 && s.rows == 4);
    x = draft_dense(&d, "w", "zeros", 1, 3, 1);
    x[1] = -3, x[2] = 4;
    s = spectrum_of(&d);
    assert_near(s.largest, 5, 1e-12);
}

/* Rotates pairs of rows until all are orthogonal; their lengths are the singular values. */
static void jacobi(double *most, double *least, double *a, int n, int m)
{
    for (int sweep = 0; sweep < 60; sweep++)
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++) {
                double pp = 0, qq = 0, pq = 0;
                for (int k = 0; k < m; k++) {
                    pp += a[p * m + k] * a[p * m + k];
                    qq += a[q * m + k] * a[q * m + k];
                    pq += a[p * m + k] * a[q * m + k];
                }
                const double angle = 0.5 * atan2(2 * pq, pp - qq), c = cos(angle), s = sin(angle);
                for (int k = 0; k < m; k++) {
                    const double x = a[p * m + k], y = a[q * m + k];
                    a[p * m + k] = c * x + s * y;
                    a[q * m + k] = c * y - s * x;
                }
            }
    *most = 0, *least = INFINITY;
    for (int p = 0; p < n; p++) {
        double pp = 0;
        for (int k = 0; k < m; k++) pp += a[p * m + k] * a[p * m + k];
        *most = fmax(*most, sqrt(pp)), *least = fmin(*least, sqrt(pp));
    }
}

static void agrees_with_jacobi(void **state)
{
    (void)state;
    static const int shapes[][2] = {{2, 2}, {3, 70}, {40, 65}, {65, 40}, {33, 33}, {1, 1}};
    for (int k = 0; k < 6; k++) {
        const int rows = shapes[k][0], columns = shapes[k][1];
        const int n = rows < columns ? rows : columns, m = rows < columns ? columns : rows;
        draft d = {0};
        const float *x = draft_dense(&d, "w", "normal(std=0.3)", rows, columns, 4);
        double *a = calloc((size_t)(n * m), sizeof *a), most, least;
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
                a[rows < columns ? i * m + j : j * m + i] = (double)x[i * columns + j];
        jacobi(&most, &least, a, n, m);
        const alv_spectrum s = spectrum_of(&d);
        assert_near(s.largest / most, 1, 1e-10);
        assert_near(s.smallest / least, 1, 1e-6);
        free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_orthogonal_and_rank_one),
        cmocka_unit_test(agrees_with_jacobi),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
