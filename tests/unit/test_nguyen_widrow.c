/* The initialization of Nguyen and Widrow (1990): lengths of rows, biases and their bounds.
 *
 * If these failed, the active regions of the units would not cover the interval of the inputs. */
#include "placed.h"

#include "dist/round.h"

/* Row norms of 0.7 H^(1/n), in both layouts, and biases between plus and minus that. */
static void nguyen_widrow_rows_are_of_one_length(void **state)
{
    (void)state;
    static const struct {
        int64_t units, inputs;
        double length;                      /* worked out by hand */
    } cases[] = {{21, 2, 3.20780298646909}, /* 0.7 sqrt 21 */
                 {300, 1, 210},
                 {27, 3, 2.1},
                 {600, 700, 0.7064262479732285}}; /* 0.7 e^(ln 600 / 700) */
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (int keras = 0; keras < 2; keras++) {
            const int64_t h = cases[c].units, n = cases[c].inputs;
            alv_tensor t = keras ? matrix("w", n, h) : matrix("w", h, n);
            t.layout = keras ? ALV_LAYOUT_KERAS : ALV_LAYOUT_TORCH;
            double *w = filled("nguyen_widrow(range=0.5)", &t, 3), sum = 0;
            for (int64_t r = 0; r < h; r++) {
                double squares = 0;
                for (int64_t i = 0; i < n; i++) {
                    const double x = w[keras ? i * h + r : r * n + i];
                    squares += x * x;
                    sum += x;
                }
                assert_near(sqrt(squares), cases[c].length / 0.5, 1e-9);
            }
            /* Directions have no preferred sign, unlike those of FANN. */
            assert_true(fabs(sum) < 5 * cases[c].length / 0.5 * sqrt((double)h));
            free(w);
        }
}

static void nguyen_widrow_rows_are_scaled_uniforms(void **state)
{
    (void)state;
    const alv_tensor t = matrix("w", 40, 6);
    double *w = filled("nguyen_widrow", &t, 3), *u = filled("uniform(r=1)", &t, 3);
    for (int r = 0; r < 40; r++)
        for (int c = 1; c < 6; c++)
            assert_near(w[r * 6 + c] / w[r * 6], u[r * 6 + c] / u[r * 6], 1e-13);
    free(w);
    free(u);
}

static void nguyen_widrow_biases_match(void **state)
{
    (void)state;
    const double beta = 0.7 * sqrt(4000);
    alv_tensor b = {.name = "b",
                    .role = ALV_ROLE_BIAS,
                    .rank = 1,
                    .shape = {4000},
                    .dtype = ALV_F64,
                    .fan_in = 2};
    double *bias = filled("nguyen_widrow", &b, 3), lo = 0, hi = 0, squares = 0;
    for (int i = 0; i < 4000; i++) {
        lo = fmin(lo, bias[i]);
        hi = fmax(hi, bias[i]);
        squares += bias[i] * bias[i];
    }
    assert_true(lo >= -beta && lo < -0.99 * beta);
    assert_true(hi <= beta && hi > 0.99 * beta);
    /* The variance of u^2 over [-1, 1] is 4/45. */
    assert_true(fabs(squares / 4000 / (beta * beta) - 1 / 3.0) < 5 * sqrt(4 / 45.0 / 4000));
    b.fan_in = 0;
    refused("nguyen_widrow", &b, ALV_ERR_SHAPE, "fan-in");
    free(bias);
    assert_true(alv_init_find("nguyen_widrow")->biases);
}

/* `n` biases from place `at` on are `beta` times what uniform(r=1) draws there. */
static void assert_biases(const double *bias, const double *u, int at, int n, double beta)
{
    for (int i = at; i < at + n; i++) assert_near(bias[i], beta * u[i], 1e-13 * beta);
}

/* A bias shares out the inputs among the units of one matrix, as its weight does: four of twelve by
 * parts, by groups, by copies and by heads. */
static void nguyen_widrow_biases_count_one_matrix(void **state)
{
    (void)state;
    const double beta = 0.7 * 1.3195079107728942; /* 4^(1/5) */
    alv_tensor cases[] = {
        {.rank = 1, .shape = {12}, .parts = {4, 4, 4}},
        {.rank = 1, .shape = {12}, .groups = 3},
        {.rank = 2, .shape = {3, 4}, .copy_axes = 1},
        {.rank = 2, .shape = {4, 3}, .copy_axes = 2},
        {.rank = 1, .shape = {12}, .parts = {4, 8}, .head = 4},
        {.rank = 1, .shape = {12}, .groups = 3, .layer = ALV_LAYER_CONV_TRANSPOSED},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        double mean, variance, *bias, *u;
        alv_tensor *b = &cases[c];
        const alv_scheme scheme = suited_scheme("nguyen_widrow");
        strcpy(b->name, "b");
        b->role = ALV_ROLE_BIAS;
        b->dtype = ALV_F64;
        b->fan_in = 5;
        bias = filled("nguyen_widrow", b, 3);
        u = filled("uniform(r=1)", b, 3);
        assert_biases(bias, u, 0, 12, beta);
        assert_int_equal(alv_init_moments(&mean, &variance, &scheme, b, NULL), ALV_OK);
        assert_near(mean, 0, 0);
        assert_near(variance, beta * beta / 3, 1e-12);
        free(bias);
        free(u);
    }
    cases[1].groups = 5;
    refused("nguyen_widrow", &cases[1], ALV_ERR_SHAPE, "groups = 5 do not divide 12 outputs");
}

/* The lengths of a weight's rows are the bounds of its biases, in unequal parts too, whole and in
 * slices; a random element is of the mixture. */
static void nguyen_widrow_biases_of_unequal_parts(void **state)
{
    (void)state;
    const alv_scheme scheme = suited_scheme("nguyen_widrow");
    const alv_tensor b = {.name = "b",
                          .role = ALV_ROLE_BIAS,
                          .rank = 1,
                          .shape = {25},
                          .parts = {9, 16},
                          .dtype = ALV_F64,
                          .fan_in = 2};
    double mean, variance, slice[6];
    double *bias = filled("nguyen_widrow", &b, 3), *u = filled("uniform(r=1)", &b, 3);
    assert_biases(bias, u, 0, 9, 0.7 * 3);
    assert_biases(bias, u, 9, 16, 0.7 * 4);
    suited_fill(slice, 6, 12, &scheme, &b, 3);
    assert_memory_equal(slice, bias + 6, sizeof slice);
    assert_int_equal(alv_init_moments(&mean, &variance, &scheme, &b, NULL), ALV_OK);
    assert_near(mean, 0, 0);
    assert_near(variance, 0.49 / 3 * (9 * 9 + 16 * 16) / 25, 1e-12);
    free(bias);
    free(u);
}

/* A uniform law's bounds hold after rounding (contract C2): of 65,536 draws dozens are nearer to a
 * bfloat16 outside than to one inside. */
static void nguyen_widrow_biases_stay_in_bounds(void **state)
{
    (void)state;
    enum { N = 65536 };
    const alv_scheme scheme = suited_scheme("nguyen_widrow");
    const alv_tensor b = {.name = "b",
                          .role = ALV_ROLE_BIAS,
                          .rank = 1,
                          .shape = {N},
                          .dtype = ALV_BF16,
                          .fan_in = 3};
    const float beta = (float)(0.7 * pow(N, 1 / 3.0));
    static uint16_t bias[N];
    suited_fill(bias, 0, N, &scheme, &b, 3);
    for (int i = 0; i < N; i++) assert_true(fabsf(alv_widen(ALV_BF16, bias[i])) <= beta);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nguyen_widrow_rows_are_of_one_length),
        cmocka_unit_test(nguyen_widrow_rows_are_scaled_uniforms),
        cmocka_unit_test(nguyen_widrow_biases_match),
        cmocka_unit_test(nguyen_widrow_biases_count_one_matrix),
        cmocka_unit_test(nguyen_widrow_biases_of_unequal_parts),
        cmocka_unit_test(nguyen_widrow_biases_stay_in_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
