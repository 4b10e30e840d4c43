/* The view of a weight as matrices: which element is which, against places worked out from the
 * definition of each layer, and back again. */
#include "test.h"

#include "alvor/alvor.h"
#include "model/matrix.h"

static alv_matrix_view view_of(const alv_tensor *tensor)
{
    alv_matrix_view view;
    alv_error error = {0};
    if (alv_matrix_view_make(&view, tensor, &error) != ALV_OK) print_error("%s\n", error.message);
    assert_int_equal(alv_matrix_view_make(&view, tensor, NULL), ALV_OK);
    return view;
}

static void check_place(const alv_matrix_view *view, int64_t index, int64_t matrix, int64_t row,
                        int64_t column)
{
    alv_matrix_place at = alv_matrix_locate(view, index);
    if (at.matrix != matrix || at.row != row || at.column != column)
        print_error("element %lld: matrix %lld, row %lld, column %lld\n", (long long)index,
                    (long long)at.matrix, (long long)at.row, (long long)at.column);
    assert_true(at.matrix == matrix && at.row == row && at.column == column);
    assert_int_equal(alv_matrix_index(view, matrix, row, column), index);
}

/* One kernel of 6 outputs, 4 inputs a group, 3 x 5 places, in each layout. */
static void a_kernel_is_one_matrix_in_every_layout(void **state)
{
    (void)state;
    enum { O = 6, I = 4, H = 3, W = 5, G = 2 };
    const alv_tensor torch = {
        .layer = ALV_LAYER_CONV, .rank = 4, .shape = {O, I, H, W}, .groups = G};
    const alv_tensor keras = {.layer = ALV_LAYER_CONV,
                              .layout = ALV_LAYOUT_KERAS,
                              .rank = 4,
                              .shape = {H, W, I, O},
                              .groups = G};
    const alv_tensor mixed = {.layer = ALV_LAYER_CONV,
                              .layout = ALV_LAYOUT_AXES,
                              .rank = 4,
                              .shape = {H, I, O, W},
                              .in_axes = 2,
                              .out_axes = 4,
                              .groups = G};
    alv_matrix_view a = view_of(&torch), b = view_of(&keras), c = view_of(&mixed);
    assert_true(a.count == G && a.rows == O / G && a.columns == I * H * W);
    assert_true(a.inputs == I && a.places == H * W && a.center == 1 * W + 2);
    assert_true(a.n_kernel == 2 && a.kernel[0] == H && a.kernel[1] == W);
    assert_int_equal(a.n_digits, 2); /* out, and the rest as one */
    for (int64_t o = 0; o < O; o++)
        for (int64_t i = 0; i < I; i++)
            for (int64_t h = 0; h < H; h++)
                for (int64_t w = 0; w < W; w++) {
                    int64_t matrix = o / (O / G), row = o % (O / G), column = (i * H + h) * W + w;
                    check_place(&a, ((o * I + i) * H + h) * W + w, matrix, row, column);
                    check_place(&b, ((h * W + w) * I + i) * O + o, matrix, row, column);
                    check_place(&c, ((h * I + i) * O + o) * W + w, matrix, row, column);
                }
}

/* (in, out / g, k): groups lie side by side, and each is rows = outputs of the group. */
static void groups_of_a_transposed_kernel(void **state)
{
    (void)state;
    enum { I = 6, O = 4, K = 3, G = 2 };
    const alv_tensor torch = {
        .layer = ALV_LAYER_CONV_TRANSPOSED, .rank = 3, .shape = {I, O, K}, .groups = G};
    const alv_tensor keras = {.layer = ALV_LAYER_CONV_TRANSPOSED,
                              .layout = ALV_LAYOUT_KERAS,
                              .rank = 3,
                              .shape = {K, O, I},
                              .groups = G};
    alv_matrix_view a = view_of(&torch), b = view_of(&keras);
    assert_true(a.count == G && a.rows == O && a.columns == I / G * K && a.inputs == I / G);
    for (int64_t i = 0; i < I; i++)
        for (int64_t o = 0; o < O; o++)
            for (int64_t k = 0; k < K; k++) {
                int64_t matrix = i / (I / G), column = i % (I / G) * K + k;
                check_place(&a, (i * O + o) * K + k, matrix, o, column);
                check_place(&b, (k * O + o) * I + i, matrix, o, column);
            }
}

/* Keras' (k, channels, m) and the others' (channels m, 1, k): a matrix m x k for each channel. */
static void channels_of_a_depthwise_kernel(void **state)
{
    (void)state;
    enum { C = 5, M = 2, K = 3 };
    const alv_tensor torch = {
        .layer = ALV_LAYER_DEPTHWISE, .rank = 3, .shape = {C * M, 1, K}, .groups = C};
    const alv_tensor keras = {
        .layer = ALV_LAYER_DEPTHWISE, .layout = ALV_LAYOUT_KERAS, .rank = 3, .shape = {K, C, M}};
    alv_matrix_view a = view_of(&torch), b = view_of(&keras);
    assert_true(a.count == C && a.rows == M && a.columns == K);
    assert_true(b.count == C && b.rows == M && b.columns == K);
    for (int64_t c = 0; c < C; c++)
        for (int64_t m = 0; m < M; m++)
            for (int64_t k = 0; k < K; k++) {
                check_place(&a, (c * M + m) * K + k, c, m, k);
                check_place(&b, (k * C + c) * M + m, c, m, k);
            }
}

/* Experts of fused queries, keys and values, each cut into heads: 2 copies of 4 + 2 + 2 heads. */
static void heads_of_unequal_parts(void **state)
{
    (void)state;
    enum { E = 2, D = 5, HEAD = 3, Q = 4 * HEAD, KV = 2 * HEAD, O = Q + 2 * KV };
    alv_tensor torch = {.rank = 3, .shape = {E, O, D}, .copy_axes = 1, .parts = {Q, KV, KV}};
    alv_tensor keras = {.layout = ALV_LAYOUT_KERAS,
                        .rank = 3,
                        .shape = {E, D, O},
                        .copy_axes = 1,
                        .parts = {Q, KV, KV}};
    alv_matrix_view a = view_of(&torch), b = view_of(&keras);
    assert_true(a.count == 3 * E && a.rows == Q && a.columns == D);
    assert_int_equal(alv_matrix_rows(&a, 0), Q);
    assert_int_equal(alv_matrix_rows(&a, 4), KV);
    assert_int_equal(alv_matrix_offset(&a, 4), (O + Q) * D);
    for (int64_t e = 0; e < E; e++)
        for (int64_t o = 0; o < O; o++)
            for (int64_t d = 0; d < D; d++) {
                int64_t part = o < Q ? 0 : o < Q + KV ? 1 : 2;
                int64_t row = o - (part == 0 ? 0 : part == 1 ? Q : Q + KV);
                check_place(&a, (e * O + o) * D + d, e * 3 + part, row, d);
                check_place(&b, (e * D + d) * O + o, e * 3 + part, row, d);
            }
    torch.head = keras.head = HEAD;
    a = view_of(&torch), b = view_of(&keras);
    assert_true(a.count == 8 * E && a.rows == HEAD && alv_matrix_rows(&a, 15) == HEAD);
    for (int64_t e = 0; e < E; e++)
        for (int64_t o = 0; o < O; o++)
            for (int64_t d = 0; d < D; d++) {
                check_place(&a, (e * O + o) * D + d, e * 8 + o / HEAD, o % HEAD, d);
                check_place(&b, (e * D + d) * O + o, e * 8 + o / HEAD, o % HEAD, d);
            }
}

/* (d, heads, head) of Flax' DenseGeneral: the units of two axes are one number. */
static void several_axes_of_units(void **state)
{
    (void)state;
    const alv_tensor t = {.layout = ALV_LAYOUT_AXES,
                          .rank = 3,
                          .shape = {5, 4, 3},
                          .in_axes = 1,
                          .out_axes = 6,
                          .parts = {2, 1, 1}};
    alv_matrix_view v = view_of(&t);
    assert_true(v.count == 3 && v.rows == 6 && alv_matrix_rows(&v, 1) == 3);
    check_place(&v, 2 * 12 + 1 * 3 + 2, 0, 5, 2);
    check_place(&v, 2 * 12 + 3 * 3 + 2, 2, 2, 2);
}

/* Every element has a place within its matrix, and no two share one, for all kinds at once. */
static void every_element_has_one_place(void **state)
{
    (void)state;
    static const int64_t sizes[][5] = {{4, 6, 2, 3, 1}, {6, 1, 4, 1, 2}, {12, 4, 1, 1, 1}};
    static unsigned char seen[12 * 6 * 4 * 3 * 2];
    int tried = 0;
    for (int code = 0; code < 6 * 4 * 4 * 3 * 3 * 3 * 3; code++) {
        alv_tensor t = {.rank = code % 4 + 2};
        int c = code / 4;
        t.layer = (alv_layer)(c % 6), c /= 6;
        t.layout = (alv_layout)(c % 4), c /= 4;
        t.groups = c % 3, c /= 3;
        t.copy_axes = (unsigned)(c % 3), c /= 3;
        t.head = c % 3, c /= 3;
        memcpy(t.shape, sizes[c % 3], sizeof sizes[0]);
        if (t.layout == ALV_LAYOUT_AXES) t.in_axes = 4, t.out_axes = t.rank > 3 ? 8 : 0;
        if (t.groups == 0 && t.layout != ALV_LAYOUT_AXES && t.shape[0] % 2 == 0)
            t.parts[0] = t.shape[0] / 2, t.parts[1] = t.shape[0] - t.parts[0];
        alv_matrix_view v;
        int64_t count, n = 0;
        if (alv_matrix_view_make(&v, &t, NULL) != ALV_OK) continue;
        tried++;
        assert_int_equal(alv_tensor_count(&count, &t, NULL), ALV_OK);
        memset(seen, 0, sizeof seen);
        for (int64_t i = 0; i < count; i++) {
            alv_matrix_place at = alv_matrix_locate(&v, i);
            assert_true(at.matrix >= 0 && at.matrix < v.count && at.row >= 0 && at.column >= 0);
            assert_true(at.row < alv_matrix_rows(&v, at.matrix) && at.column < v.columns);
            assert_int_equal(alv_matrix_index(&v, at.matrix, at.row, at.column), i);
            int64_t slot = alv_matrix_offset(&v, at.matrix) + at.row * v.columns + at.column;
            assert_true(slot >= 0 && slot < count && !seen[slot]);
            seen[slot] = 1;
        }
        for (int64_t m = 0; m < v.count; m++) n += alv_matrix_rows(&v, m) * v.columns;
        assert_int_equal(n, count);
    }
    assert_true(tried > 500);
}

static void empty_and_huge_tensors(void **state)
{
    (void)state;
    alv_matrix_view v;
    alv_tensor t = {.rank = 3, .shape = {INT64_MAX, 0, INT64_MAX}};
    assert_int_equal(alv_matrix_view_make(&v, &t, NULL), ALV_OK);
    assert_true(v.count == 0 && v.rows == 0 && v.columns == 0);
    t = (alv_tensor){.rank = 2, .shape = {(int64_t)1 << 30, (int64_t)1 << 29}};
    v = view_of(&t);
    check_place(&v, ((int64_t)1 << 59) - 1, 0, ((int64_t)1 << 30) - 1, ((int64_t)1 << 29) - 1);
    t = (alv_tensor){.rank = 1, .shape = {9}};
    assert_int_equal(alv_matrix_view_make(&v, &t, NULL), ALV_ERR_SHAPE);
    t.role = ALV_ROLE_BIAS;
    v = view_of(&t);
    assert_true(v.count == 1 && v.rows == 9 && v.columns == 1);
    check_place(&v, 7, 0, 7, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kernel_is_one_matrix_in_every_layout),
        cmocka_unit_test(groups_of_a_transposed_kernel),
        cmocka_unit_test(channels_of_a_depthwise_kernel),
        cmocka_unit_test(heads_of_unequal_parts),
        cmocka_unit_test(several_axes_of_units),
        cmocka_unit_test(every_element_has_one_place),
        cmocka_unit_test(empty_and_huge_tensors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
