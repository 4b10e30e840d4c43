/* The orthogonal schemes as weights: which matrices of a tensor are orthonormal, convolutions and
 * deep networks that keep every length, ReLU networks that begin linear, and what is refused.
 *
 * If these failed, a network would begin with other singular values than its author was promised.
 */
#include "suited.h"

enum { MOST = 4096 };
static float values[MOST];

static int64_t filled(const char *text, const alv_tensor *tensor)
{
    const alv_scheme scheme = suited_scheme(text);
    const int64_t n = suited_count(tensor);
    assert_true(n <= MOST);
    suited_fill(values, 0, n, &scheme, tensor, 42);
    return n;
}

/* max |W W^T - gain^2 I| over the shorter side of a matrix whose element (i, j) is at
 * first[i * row + j * column]. */
static double defect(const float *first, int rows, int columns, int row, int column, double gain)
{
    double worst = 0;
    if (rows > columns) return defect(first, columns, rows, column, row, gain);
    for (int i = 0; i < rows; i++)
        for (int k = 0; k <= i; k++) {
            double dot = i == k ? -gain * gain : 0;
            for (int j = 0; j < columns; j++)
                dot += (double)first[i * row + j * column] * first[k * row + j * column];
            worst = fmax(worst, fabs(dot));
        }
    return worst;
}

/* Every matrix of a tensor by itself, and no two of them alike. */
static void each_part_is_orthogonal(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        alv_tensor tensor;
        int matrices, next, rows, columns, row, column;
        double gain;
    } cases[] = {
        {"orthogonal", {.rank = 2, .shape = {48, 32}}, 1, 0, 48, 32, 32, 1, 1},
        {"orthogonal(gain=-3)", {.rank = 2, .shape = {32, 48}}, 1, 0, 32, 48, 48, 1, 3},
        {"orthogonal", {.rank = 4, .shape = {12, 5, 3, 2}}, 1, 0, 12, 30, 30, 1, 1},
        {"orthogonal",
         {.rank = 3, .shape = {3, 10, 24}, .layout = ALV_LAYOUT_KERAS},
         1,
         0,
         30,
         24,
         24,
         1,
         1},
        {"orthogonal",
         {.rank = 2, .shape = {80, 20}, .parts = {20, 20, 20, 20}},
         4,
         400,
         20,
         20,
         20,
         1,
         1},
        {"orthogonal",
         {.rank = 2, .shape = {20, 80}, .parts = {20, 20, 20, 20}, .layout = ALV_LAYOUT_KERAS},
         4,
         20,
         20,
         20,
         80,
         1,
         1},
        {"orthogonal(head=8)", {.rank = 2, .shape = {32, 40}}, 4, 320, 8, 40, 40, 1, 1},
        {"orthogonal", {.rank = 2, .shape = {32, 40}, .head = 16}, 2, 640, 16, 40, 40, 1, 1},
        {"orthogonal",
         {.rank = 4, .shape = {16, 4, 3, 3}, .layer = ALV_LAYER_CONV, .groups = 2},
         2,
         288,
         8,
         36,
         36,
         1,
         1},
        {"orthogonal", {.rank = 3, .shape = {5, 12, 18}, .copy_axes = 1}, 5, 216, 12, 18, 18, 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        filled(cases[i].text, &cases[i].tensor);
        for (int m = 0; m < cases[i].matrices; m++) {
            double off = defect(values + m * cases[i].next, cases[i].rows, cases[i].columns,
                                cases[i].row, cases[i].column, cases[i].gain);
            if (off > 1e-5) print_error("case %zu, matrix %d: %g\n", i, m, off);
            assert_true(off < 2e-6 * cases[i].gain * cases[i].gain);
            if (m > 0) assert_true(values[m * cases[i].next] != values[0]);
        }
    }
}

/* The same weights whether a framework stores (out, in) or (in, out). */
static void layouts_hold_the_same_matrix(void **state)
{
    (void)state;
    const alv_tensor torch = {.name = "w", .rank = 2, .shape = {40, 24}},
                     keras = {
                         .name = "w", .rank = 2, .shape = {24, 40}, .layout = ALV_LAYOUT_KERAS};
    float other[40 * 24];
    filled("orthogonal", &torch);
    memcpy(other, values, sizeof other);
    filled("orthogonal", &keras);
    for (int o = 0; o < 40; o++)
        for (int i = 0; i < 24; i++) assert_true(other[o * 24 + i] == values[i * 40 + o]);
}

/* y = w * x on a circle of n places for one spatial axis, w in torch layout (out, in, taps). */
static void convolve(double *y, const double *x, const float *w, int out, int in, int taps, int n)
{
    for (int o = 0; o < out; o++)
        for (int p = 0; p < n; p++) {
            y[o * n + p] = 0;
            for (int i = 0; i < in; i++)
                for (int t = 0; t < taps; t++)
                    y[o * n + p] +=
                        (double)w[(o * in + i) * taps + t] * x[i * n + (p + t + n - taps / 2) % n];
        }
}

static double length(const double *x, int n)
{
    double square = 0;
    for (int i = 0; i < n; i++) square += x[i] * x[i];
    return sqrt(square);
}

static void delta_orthogonal_convolutions_keep_lengths(void **state)
{
    (void)state;
    enum { IN = 6, OUT = 9, TAPS = 5, N = 7 };
    const alv_tensor w = {.name = "w", .rank = 3, .shape = {OUT, IN, TAPS}};
    double x[IN * N], y[OUT * N];
    for (int i = 0; i < IN * N; i++) x[i] = sin(i * i + 1.0);
    filled("delta_orthogonal(gain=2)", &w);
    convolve(y, x, values, OUT, IN, TAPS, N);
    assert_near(length(y, OUT * N), 2 * length(x, IN * N), 1e-6);
    filled("orthogonal(gain=2)", &w); /* flattened, it does not */
    convolve(y, x, values, OUT, IN, TAPS, N);
    assert_true(fabs(length(y, OUT * N) / length(x, IN * N) - 2) > 0.1);
}

/* Two and three axes, both layouts: Q at the middle, zeros elsewhere. */
static void delta_orthogonal_has_one_place(void **state)
{
    (void)state;
    static const struct {
        alv_tensor tensor;
        int center, row, column, places, place;
    } cases[] = {
        {{.rank = 4, .shape = {8, 6, 3, 5}}, 7, 90, 15, 15, 1},
        {{.rank = 4, .shape = {3, 5, 6, 8}, .layout = ALV_LAYOUT_KERAS}, 7, 1, 8, 15, 48},
        {{.rank = 5, .shape = {8, 6, 3, 3, 3}}, 13, 162, 27, 27, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t n = filled("delta_orthogonal", &cases[i].tensor), zeros = 0;
        assert_true(defect(values + cases[i].center * cases[i].place, 8, 6, cases[i].row,
                           cases[i].column, 1) < 1e-6);
        for (int64_t e = 0; e < n; e++) zeros += values[e] == 0;
        assert_int_equal(zeros, n - 48);
    }
}

static double relu(double x)
{
    return x > 0 ? x : 0;
}

/* A ReLU network of 12 -> (16, mirrored 16) -> (16, 16) -> 5: outputs, both, inputs. */
static void looks_linear_network(double *y, const double *x)
{
    static const struct {
        const char *text;
        alv_tensor w;
    } layers[] = {
        {"looks_linear(mirror=outputs)", {.name = "first", .rank = 2, .shape = {32, 12}}},
        {"looks_linear(mirror=both)", {.name = "middle", .rank = 2, .shape = {32, 32}}},
        {"looks_linear(mirror=inputs)", {.name = "last", .rank = 2, .shape = {5, 32}}},
    };
    double h[32], z[32];
    memcpy(h, x, 12 * sizeof *h);
    for (int l = 0; l < 3; l++) {
        const int out = (int)layers[l].w.shape[0], in = (int)layers[l].w.shape[1];
        filled(layers[l].text, &layers[l].w);
        for (int o = 0; o < out; o++) {
            z[o] = 0;
            for (int i = 0; i < in; i++) z[o] += (double)values[o * in + i] * h[i];
        }
        for (int o = 0; o < out; o++) h[o] = l < 2 ? relu(z[o]) : z[o];
    }
    memcpy(y, h, 5 * sizeof *y);
}

static void looks_linear_networks_are_linear(void **state)
{
    (void)state;
    double a[12], b[12], sum[12], ya[5], yb[5], ysum[5];
    for (int i = 0; i < 12; i++) {
        a[i] = sin(3.0 * i + 1);
        b[i] = cos(5.0 * i);
        sum[i] = 2 * a[i] - 3 * b[i];
    }
    looks_linear_network(ya, a);
    looks_linear_network(yb, b);
    looks_linear_network(ysum, sum);
    for (int o = 0; o < 5; o++) assert_near(ysum[o], 2 * ya[o] - 3 * yb[o], 1e-6);
    assert_true(length(ya, 5) > 0.1);
}

/* Lengths of n random inputs after `depth` linear layers of width 32: the widest and the narrowest
 * stretch. Saxe et al. 2014: 1 for orthogonal weights, whatever the depth. */
static void stretches(double *least, double *most, const char *text, int depth)
{
    enum { WIDTH = 32, INPUTS = 16 };
    double x[INPUTS][WIDTH], y[WIDTH], before[INPUTS];
    for (int s = 0; s < INPUTS; s++) {
        for (int i = 0; i < WIDTH; i++) x[s][i] = sin(1.0 + s * WIDTH + i);
        before[s] = length(x[s], WIDTH);
    }
    for (int l = 0; l < depth; l++) {
        alv_tensor w = {.rank = 2, .shape = {WIDTH, WIDTH}};
        snprintf(w.name, sizeof w.name, "fc%d.weight", l);
        filled(text, &w);
        for (int s = 0; s < INPUTS; s++) {
            for (int o = 0; o < WIDTH; o++) {
                y[o] = 0;
                for (int i = 0; i < WIDTH; i++) y[o] += (double)values[o * WIDTH + i] * x[s][i];
            }
            memcpy(x[s], y, sizeof y);
        }
    }
    *least = INFINITY;
    *most = 0;
    for (int s = 0; s < INPUTS; s++) {
        *least = fmin(*least, length(x[s], WIDTH) / before[s]);
        *most = fmax(*most, length(x[s], WIDTH) / before[s]);
    }
}

static void deep_linear_networks_keep_every_length(void **state)
{
    (void)state;
    double least, most;
    stretches(&least, &most, "orthogonal", 200);
    print_message("  200 linear layers, orthogonal:     %.6f to %.6f\n", least, most);
    assert_near(least, 1, 1e-5);
    assert_near(most, 1, 1e-5);
    stretches(&least, &most, "lecun_normal", 200); /* the same variance, independent */
    print_message("  200 linear layers, lecun_normal:   %.3g to %.3g\n", least, most);
    assert_true(least < 0.2 && most > 1.5 * least);
}

static void refusals_say_why(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        alv_tensor tensor;
        alv_status status;
        const char *says;
    } cases[] = {
        {"orthogonal", {.name = "v", .rank = 1, .shape = {9}}, ALV_ERR_SHAPE, "2 axes"},
        {"orthogonal",
         {.name = "b", .role = ALV_ROLE_BIAS, .rank = 1, .shape = {9}},
         ALV_ERR_SHAPE,
         "b is no matrix"},
        {"orthogonal(head=1.5)", {.rank = 2, .shape = {9, 9}}, ALV_ERR_ARGUMENT, "head = 1.5"},
        {"orthogonal(head=4)", {.rank = 2, .shape = {9, 9}}, ALV_ERR_SHAPE, "4"},
        {"orthogonal(gain=1e39)", {.rank = 2, .shape = {9, 9}}, ALV_ERR_OVERFLOW, "1e+39"},
        {"orthogonal(gain=70000)",
         {.rank = 2, .shape = {9, 9}, .dtype = ALV_F16},
         ALV_ERR_OVERFLOW,
         "70000 does not fit f16"},
        {"orthogonal",
         {.name = "w", .rank = 2, .shape = {3, INT64_C(1) << 59}, .dtype = ALV_F8_E5M2},
         ALV_ERR_OVERFLOW,
         "scratch"},
        {"delta_orthogonal", {.rank = 2, .shape = {9, 9}}, ALV_ERR_SHAPE, "has 0"},
        {"delta_orthogonal", {.rank = 3, .shape = {5, 6, 3}}, ALV_ERR_SHAPE, "has 5 for 6"},
        {"looks_linear", {.rank = 2, .shape = {4, 5}}, ALV_ERR_SHAPE, "has 5"},
        {"looks_linear(mirror=both)", {.rank = 2, .shape = {5, 4}}, ALV_ERR_SHAPE, "has 5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const alv_scheme scheme = suited_scheme(cases[i].text);
        double mean = 7, variance = 7;
        alv_error error = {0};
        alv_status status = alv_init_moments(&mean, &variance, &scheme, &cases[i].tensor, &error);
        if (status != cases[i].status || !strstr(error.message, cases[i].says))
            print_error("%s: %s: %s\n", cases[i].text, alv_status_name(status), error.message);
        assert_int_equal(status, cases[i].status);
        assert_non_null(strstr(error.message, cases[i].says));
        assert_true(mean == 7 && variance == 7);
    }
}

/* Mean square over the tensor is the predicted variance, exactly but for rounding: lengths are
 * fixed. */
static void predicted_variances_are_exact(void **state)
{
    (void)state;
    static const char *const texts[] = {"orthogonal(gain=1.5)",
                                        "orthogonal(head=11)",
                                        "delta_orthogonal",
                                        "looks_linear",
                                        "looks_linear(gain=2, mirror=both)",
                                        "looks_linear(mirror=outputs)"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const alv_scheme scheme = suited_scheme(texts[i]);
        const alv_tensor w = {.name = "w", .rank = 4, .shape = {22, 16, 3, 3}};
        double mean, variance, square = 0;
        const int64_t n = filled(texts[i], &w);
        assert_int_equal(alv_init_moments(&mean, &variance, &scheme, &w, NULL), ALV_OK);
        for (int64_t e = 0; e < n; e++) square += (double)values[e] * values[e] / (double)n;
        assert_true(mean == 0);
        assert_true(fabs(square / variance - 1) < 1e-6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_part_is_orthogonal),
        cmocka_unit_test(layouts_hold_the_same_matrix),
        cmocka_unit_test(delta_orthogonal_convolutions_keep_lengths),
        cmocka_unit_test(delta_orthogonal_has_one_place),
        cmocka_unit_test(looks_linear_networks_are_linear),
        cmocka_unit_test(deep_linear_networks_keep_every_length),
        cmocka_unit_test(predicted_variances_are_exact),
        cmocka_unit_test(refusals_say_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
