/* Initializers whose elements know their place: each against the exact properties that define it,
 * and its measured moments against the predicted ones.
 *
 * If these failed, a layer that should begin as the identity would not, a table's padding row would
 * mean something, or counts and norms that a paper states would be off. */
#include "placed.h"

static void an_embedding_is_normal_but_for_its_padding(void **state)
{
    (void)state;
    const alv_tensor table = matrix("wte", 40, 25);
    double *plain = filled("normal(std=0.2)", &table, 5); /* 1 / sqrt(25) */
    double *w = filled("embedding_normal(padding=7)", &table, 5);
    double *torch = filled("embedding_normal(std=1)", &table, 5);
    for (int i = 0; i < 40 * 25; i++) {
        assert_true(w[i] == (i / 25 == 7 ? 0 : plain[i]));
        assert_near(torch[i], 5 * plain[i], 1e-15);
    }
    double mean, variance;
    const alv_scheme scheme = suited_scheme("embedding_normal(padding=7)");
    assert_int_equal(alv_init_moments(&mean, &variance, &scheme, &table, NULL), ALV_OK);
    assert_near(variance, 0.04 * 39 / 40, 1e-15);
    free(plain);
    free(w);
    free(torch);
    refused("embedding_normal(padding=40)", &table, ALV_ERR_RANGE, "has 40 rows");
    refused("embedding_normal(padding=0.5)", &table, ALV_ERR_ARGUMENT, "padding = 0.5");
    const alv_tensor row = {.name = "w", .rank = 1, .shape = {9}};
    refused("embedding_normal", &row, ALV_ERR_SHAPE, "1 axes");
}

/* The weight from channel i to channel o (of their group) at a place, by the layout's order. */
static double at(const double *w, const alv_tensor *t, int64_t o, int64_t i, int64_t y, int64_t x)
{
    const int64_t *s = t->shape;
    return t->layout == ALV_LAYOUT_KERAS ? w[((y * s[1] + x) * s[2] + i) * s[3] + o]
                                         : w[((o * s[1] + i) * s[2] + y) * s[3] + x];
}

static int64_t axis(const alv_tensor *t, int torch, int keras)
{
    return t->shape[t->layout == ALV_LAYOUT_KERAS ? keras : torch];
}

enum { SIDE = 6 };

/* A convolution with padding k / 2 and zeros beyond the border, from in[channel][SIDE][SIDE]. */
static double convolve(const double *w, const alv_tensor *t, const double *in, int64_t o, int row,
                       int col)
{
    const int64_t outs = axis(t, 0, 3), ins = axis(t, 1, 2), h = axis(t, 2, 0), k = axis(t, 3, 1);
    const int64_t group = o / (outs / (t->groups > 1 ? t->groups : 1));
    double sum = 0;
    for (int64_t i = 0; i < ins; i++)
        for (int64_t y = 0; y < h; y++)
            for (int64_t x = 0; x < k; x++) {
                const int64_t r = row + y - h / 2, c = col + x - k / 2;
                if (r < 0 || r >= SIDE || c < 0 || c >= SIDE) continue;
                sum += at(w, t, o, i, y, x) * in[((group * ins + i) * SIDE + r) * SIDE + c];
            }
    return sum;
}

static void convolutions_of_dirac_pass_data_on(void **state)
{
    (void)state;
    static const struct {
        int64_t out, in, groups, h, w;
    } cases[] = {
        {8, 8, 1, 3, 3}, {5, 8, 1, 3, 5}, {8, 5, 1, 1, 3}, {8, 4, 2, 3, 3}, {12, 2, 3, 5, 3}};
    double in[8 * SIDE * SIDE];
    for (int i = 0; i < 8 * SIDE * SIDE; i++) in[i] = sin(1.0 + i);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (int layout = 0; layout < 2; layout++) {
            alv_tensor t = kernel("conv", layout ? ALV_LAYOUT_KERAS : ALV_LAYOUT_TORCH,
                                  cases[c].out, cases[c].in, cases[c].h, cases[c].w);
            t.groups = cases[c].groups;
            double *w = filled("dirac(gain=2)", &t, 1);
            const int64_t per_group = cases[c].out / cases[c].groups;
            for (int64_t o = 0; o < cases[c].out; o++)
                for (int p = 0; p < SIDE * SIDE; p++) {
                    const int64_t i = o % per_group, from = o / per_group * cases[c].in + i;
                    double wanted = i < cases[c].in ? 2 * in[from * SIDE * SIDE + p] : 0;
                    assert_true(convolve(w, &t, in, o, p / SIDE, p % SIDE) == wanted);
                }
            free(w);
        }
}

static void groups_may_be_the_scheme_s_or_the_tensor_s(void **state)
{
    (void)state;
    alv_tensor t = kernel("conv", ALV_LAYOUT_TORCH, 8, 4, 3, 3);
    double *named = filled("dirac(groups=2)", &t, 1);
    t.groups = 2;
    double *known = filled("dirac", &t, 1), *both = filled("dirac(groups=2)", &t, 1);
    assert_memory_equal(named, known, 8 * 4 * 9 * sizeof(double));
    assert_memory_equal(both, known, 8 * 4 * 9 * sizeof(double));
    refused("dirac(groups=4)", &t, ALV_ERR_ARGUMENT, "groups = 4");
    t.groups = 0;
    refused("dirac(groups=3)", &t, ALV_ERR_SHAPE, "3");
    refused("dirac(groups=1.5)", &t, ALV_ERR_ARGUMENT, "groups = 1.5");
    t.dtype = ALV_F8_E4M3FN;
    refused("dirac(gain=449)", &t, ALV_ERR_OVERFLOW, "449");
    const alv_tensor m = matrix("w", 3, 3);
    refused("dirac", &m, ALV_ERR_SHAPE, "identity");
    t = kernel("conv", ALV_LAYOUT_TORCH, 3, 3, 3, 3);
    refused("identity", &t, ALV_ERR_SHAPE, "dirac");
    free(named);
    free(known);
    free(both);
}

/* Gates of a recurrent layer: an identity in each. */
static void identity_fills_each_part(void **state)
{
    (void)state;
    alv_tensor t = matrix("gates", 12, 4);
    for (int i = 0; i < 3; i++) t.parts[i] = 4;
    double *w = filled("identity(gain=0.5)", &t, 1);
    for (int r = 0; r < 12; r++)
        for (int c = 0; c < 4; c++) assert_true(w[r * 4 + c] == (r % 4 == c ? 0.5 : 0));
    free(w);
}

/* The kernel that upsamples images by two, as the authors' networks and every tutorial have it. */
static void bilinear_is_the_published_kernel(void **state)
{
    (void)state;
    static const double published[4][4] = {{0.0625, 0.1875, 0.1875, 0.0625},
                                           {0.1875, 0.5625, 0.5625, 0.1875},
                                           {0.1875, 0.5625, 0.5625, 0.1875},
                                           {0.0625, 0.1875, 0.1875, 0.0625}};
    for (int layout = 0; layout < 2; layout++) {
        alv_tensor t = kernel("up", layout ? ALV_LAYOUT_KERAS : ALV_LAYOUT_TORCH, 3, 3, 4, 4);
        double *w = filled("bilinear", &t, 1);
        for (int o = 0; o < 3; o++)
            for (int i = 0; i < 3; i++)
                for (int p = 0; p < 16; p++)
                    assert_true(at(w, &t, o, i, p / 4, p % 4) ==
                                (o == i ? published[p / 4][p % 4] : 0));
        free(w);
    }
    alv_tensor t = kernel("up", ALV_LAYOUT_TORCH, 4, 1, 3, 3);
    double *w = filled("bilinear(groups=4)", &t, 1); /* every channel by itself */
    for (int o = 0; o < 4; o++) assert_near(at(w, &t, o, 0, 1, 0), 0.5, 0);
    free(w);
    refused("bilinear(factor=3)", &t, ALV_ERR_SHAPE, "needs 5 places; axis 0 has 3");
    refused("bilinear(factor=1.5)", &t, ALV_ERR_ARGUMENT, "factor = 1.5");
}

/* A transposed convolution of stride f, by its definition: out[f i + x - padding] += in[i] w[x]. A
 * ramp comes out as the ramp, f times as fine, wherever both neighbours are inside. */
static void bilinear_upsamples_a_ramp(void **state)
{
    (void)state;
    for (int f = 1; f <= 5; f++)
        for (int odd = 0; odd < 2; odd++) {
            const int k = odd ? 2 * f - 1 : 2 * f, n = 9;
            alv_tensor t = {.name = "up",
                            .rank = 3,
                            .shape = {1, 1, k},
                            .dtype = ALV_F64,
                            .layer = ALV_LAYER_CONV_TRANSPOSED,
                            .stride = {f}};
            double out[9 * 5 + 10] = {0}, *w = filled("bilinear", &t, 1);
            for (int i = 0; i < n; i++)
                for (int x = 0; x < k; x++) out[f * i + x] += (3 + 2.0 * i) * w[x];
            /* The kernel's middle (k - 1) / 2 is where input i stands: f i + (k - 1) / 2. */
            for (int p = k; p < f * (n - 2); p++)
                assert_near(out[p], 3 + 2 * (p - 0.5 * (k - 1)) / f, 1e-14);
            free(w);
        }
}

/* H_m by the recursion of the paper. */
static double *hadamard(int m)
{
    const size_t n = (size_t)1 << m;
    double *h = malloc(n * n * sizeof *h);
    assert_non_null(h);
    h[0] = 1;
    for (size_t half = 1; half < n; half *= 2)
        for (size_t i = 0; i < half; i++)
            for (size_t j = 0; j < half; j++) {
                double x = h[i * n + j];
                h[i * n + j + half] = h[(i + half) * n + j] = x;
                h[(i + half) * n + j + half] = -x;
            }
    return h;
}

/* I* H I* of the paper, with the scale of its code. */
static double zero_element(const double *h, int m, int64_t rows, int64_t columns, int64_t r,
                           int64_t c)
{
    return rows <= columns ? r == c : h[(r << m) + c] / sqrt(pow(2, m));
}

static void zero_is_the_paper_s_matrix(void **state)
{
    (void)state;
    static const int64_t shapes[][2] = {{1, 1},  {2, 1},   {5, 5},   {4, 9},  {8, 3},
                                        {12, 5}, {64, 63}, {65, 64}, {33, 1}, {100, 7}};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        const int64_t rows = shapes[s][0], columns = shapes[s][1];
        int m = 0;
        while (1 << m < rows) m++;
        double *h = hadamard(m);
        alv_tensor t = matrix("w", rows, columns);
        alv_tensor c = kernel("w", ALV_LAYOUT_KERAS, rows, columns, 3, 4);
        double *w = filled("zero_hadamard", &t, 1), *k = filled("zero_hadamard", &c, 9);
        for (int64_t i = 0; i < rows; i++)
            for (int64_t j = 0; j < columns; j++) {
                const double wanted = zero_element(h, m, rows, columns, i, j);
                assert_near(w[i * columns + j], wanted, 1e-15);
                for (int p = 0; p < 12; p++)
                    assert_near(at(k, &c, i, j, p / 4, p % 4), p == 1 * 4 + 2 ? wanted : 0, 1e-15);
            }
        free(h);
        free(w);
        free(k);
    }
}

static void zero_is_orthonormal_at_powers_of_two(void **state)
{
    (void)state;
    enum { ROWS = 64, COLUMNS = 40 };
    const alv_tensor t = matrix("w", ROWS, COLUMNS);
    double *w = filled("zero_hadamard", &t, 1);
    for (int a = 0; a < COLUMNS; a++)
        for (int b = 0; b < COLUMNS; b++) {
            double dot = 0;
            for (int r = 0; r < ROWS; r++) dot += w[r * COLUMNS + a] * w[r * COLUMNS + b];
            assert_true(dot == (a == b));
        }
    free(w);
}

static void check_slices(const char *text, const alv_tensor *t)
{
    static unsigned char whole[3 * 4 * 9 * 300 * 8], part[sizeof whole];
    const alv_scheme scheme = suited_scheme(text);
    const int64_t n = suited_count(t);
    const size_t item = alv_dtype_size(t->dtype);
    suited_fill(whole, 0, n, &scheme, t, 42);
    for (int64_t lo = 0, step = 1; lo < n; lo += step, step = step * 3 + 1) {
        const int64_t hi = lo + step < n ? lo + step : n;
        suited_fill(part, lo, hi, &scheme, t, 42);
        assert_memory_equal(part, whole + (size_t)lo * item, (size_t)(hi - lo) * item);
    }
}

/* Slices of every layout and type, across the seams of rows and chunks; small and large slices take
 * different ways. */
static void slices_of_every_layout_equal_the_whole(void **state)
{
    (void)state;
    static const char *const texts[] = {"nguyen_widrow", "sparse",   "sparse(k=2, per=input)",
                                        "dirac",         "bilinear", "zero_hadamard"};
    static const alv_dtype types[] = {ALV_F32, ALV_F64, ALV_BF16};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (int type = 0; type < 3; type++)
            for (int layout = 0; layout < 3; layout++) {
                alv_tensor t =
                    kernel("w", layout ? ALV_LAYOUT_KERAS : ALV_LAYOUT_TORCH, 300, 9, 3, 4);
                t.dtype = types[type];
                if (layout == 2) t.groups = 3;
                check_slices(texts[i], &t);
            }
}

static void a_single_weight_is_filled(void **state)
{
    (void)state;
    const alv_tensor t = matrix("w", 1, 1);
    double *one = filled("zero_hadamard", &t, 1), *kept = filled("sparse", &t, 1);
    double *length = filled("nguyen_widrow", &t, 1);
    assert_true(one[0] == 1 && kept[0] != 0 && fabs(length[0]) == 0.7);
    free(one);
    free(kept);
    free(length);
}

/* Predicted moments against those of a filled tensor: equal where nothing is drawn, else within
 * five standard errors. */
static void moments_are_those_predicted(void **state)
{
    (void)state;
    const alv_tensor tensors[] = {matrix("w", 200, 96), matrix("w", 96, 200),
                                  kernel("w", ALV_LAYOUT_TORCH, 37, 20, 3, 5),
                                  kernel("w", ALV_LAYOUT_KERAS, 20, 37, 4, 4)};
    static const char *const texts[] = {"identity(gain=3)",
                                        "dirac(gain=-2)",
                                        "bilinear(gain=2)",
                                        "zero_hadamard",
                                        "sparse",
                                        "sparse(sparsity=0.7, per=input, scaled=yes)",
                                        "nguyen_widrow(factor=2)",
                                        "embedding_normal(padding=3)"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int tried = 0;
        for (size_t k = 0; k < sizeof tensors / sizeof *tensors; k++) {
            const alv_scheme scheme = suited_scheme(texts[i]);
            double mean, variance, sum = 0, squares = 0;
            if (alv_init_moments(&mean, &variance, &scheme, &tensors[k], NULL) != ALV_OK) continue;
            const int64_t n = suited_count(&tensors[k]);
            double *w = filled(texts[i], &tensors[k], 8);
            for (int64_t e = 0; e < n; e++) sum += w[e];
            for (int64_t e = 0; e < n; e++) squares += w[e] * w[e];
            const double second = variance + mean * mean;
            const bool drawn = i >= 4;
            assert_true(fabs(sum / (double)n - mean) <=
                        (drawn ? 5 * sqrt(variance / (double)n) : 1e-14 * sqrt(second)));
            const double kurtosis = 3 * (i == 4 || i == 5 ? 20 : 1); /* at most, with the zeros */
            assert_true(fabs(squares / (double)n - second) <=
                        second * (drawn ? 5 * sqrt(kurtosis / (double)n) : 1e-12));
            free(w);
            tried++;
        }
        assert_true(tried >= 2);
    }
}

/* The mean of a tensor of f64 stays finite, though its elements' sum would not. */
static void moments_of_large_gains_are_finite(void **state)
{
    (void)state;
    static const char *const texts[] = {"identity(gain=1e300)", "dirac(gain=-1e300)",
                                        "bilinear(gain=1e300)", "zero_hadamard(gain=-1e300)"};
    alv_tensor tensors[] = {kernel("w", ALV_LAYOUT_TORCH, 6, 6, 1 << 30, 1 << 20),
                            matrix("w", 1 << 30, 1 << 20)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int tried = 0;
        for (size_t k = 0; k < sizeof tensors / sizeof *tensors; k++) {
            const alv_scheme scheme = suited_scheme(texts[i]);
            double mean, variance;
            tensors[k].dtype = ALV_F64;
            if (alv_init_moments(&mean, &variance, &scheme, &tensors[k], NULL) != ALV_OK) continue;
            assert_true(fabs(mean) > 0 && fabs(mean) <= 1e300);
            assert_true(variance > 1e300);
            tried++;
        }
        assert_true(tried >= 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_embedding_is_normal_but_for_its_padding),
        cmocka_unit_test(convolutions_of_dirac_pass_data_on),
        cmocka_unit_test(groups_may_be_the_scheme_s_or_the_tensor_s),
        cmocka_unit_test(identity_fills_each_part),
        cmocka_unit_test(bilinear_is_the_published_kernel),
        cmocka_unit_test(bilinear_upsamples_a_ramp),
        cmocka_unit_test(zero_is_the_paper_s_matrix),
        cmocka_unit_test(zero_is_orthonormal_at_powers_of_two),
        cmocka_unit_test(slices_of_every_layout_equal_the_whole),
        cmocka_unit_test(a_single_weight_is_filled),
        cmocka_unit_test(moments_are_those_predicted),
        cmocka_unit_test(moments_of_large_gains_are_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
