/* Fused tensors whose parts have laws of their own: every slice and box is the one that the parts,
 * each a tensor with its own fan_out, say. */
#include "test.h"

#include "alvor/alvor.h"

enum { Q = 12, KV = 4, OUT = Q + 2 * KV, IN = 6, COUNT = OUT * IN };

static const double bound[] = {1 / 12.0, 1 / 4.0, 1 / 4.0}; /* r^2 = 3 scale / fan_out, scale 1/3 */

static alv_scheme scheme_of(const char *text)
{
    alv_scheme scheme = {0};
    assert_int_equal(alv_scheme_parse(&scheme, text, NULL), ALV_OK);
    return scheme;
}

static const char by_out[] =
    "variance_scaling(scale=0.3333333333333333, mode=fan_out, distribution=uniform)";

static int part_of(int64_t unit)
{
    return unit < Q ? 0 : unit < Q + KV ? 1 : 2;
}

/* A uniform of scale r is r times that of scale 1 to the last bits: the oracle is a plain uniform
 * on the same stream, scaled by hand. */
static void each_part_has_its_own_scale(void **state)
{
    (void)state;
    const alv_tensor torch = {.name = "qkv", .rank = 2, .shape = {OUT, IN}, .parts = {Q, KV, KV}};
    const alv_tensor keras = {.name = "qkv",
                              .layout = ALV_LAYOUT_KERAS,
                              .rank = 2,
                              .shape = {IN, OUT},
                              .parts = {Q, KV, KV}};
    const alv_scheme scheme = scheme_of(by_out), unit = scheme_of("uniform(r=1)");
    float a[COUNT], b[COUNT], u[COUNT];
    assert_int_equal(alv_init_fill(a, 0, COUNT, &scheme, &torch, 7, NULL, NULL), ALV_OK);
    assert_int_equal(alv_init_fill(b, 0, COUNT, &scheme, &keras, 7, NULL, NULL), ALV_OK);
    assert_int_equal(alv_init_fill(u, 0, COUNT, &unit, &torch, 7, NULL, NULL), ALV_OK);
    for (int64_t i = 0; i < COUNT; i++) {
        assert_near(a[i], u[i] * sqrt(bound[part_of(i / IN)]), 1e-6);
        assert_near(b[i], u[i] * sqrt(bound[part_of(i % OUT)]), 1e-6);
    }
}

static void slices_and_boxes_equal_the_whole(void **state)
{
    (void)state;
    const alv_tensor t = {.name = "qkv",
                          .layout = ALV_LAYOUT_KERAS,
                          .rank = 3,
                          .shape = {2, 3, OUT},
                          .copy_axes = 1,
                          .parts = {Q, KV, KV}};
    const alv_scheme scheme = scheme_of("xavier_normal");
    double whole[COUNT], some[COUNT];
    assert_int_equal(2 * 3 * OUT, COUNT);
    alv_tensor f64 = t;
    f64.dtype = ALV_F64;
    assert_int_equal(alv_init_fill(whole, 0, COUNT, &scheme, &f64, 1, NULL, NULL), ALV_OK);
    for (int64_t lo = 0; lo <= COUNT; lo++)
        for (int64_t hi = lo; hi <= COUNT; hi++) {
            assert_int_equal(alv_init_fill(some, lo, hi, &scheme, &f64, 1, NULL, NULL), ALV_OK);
            assert_memory_equal(some, whole + lo, (size_t)(hi - lo) * sizeof *whole);
        }
    const int64_t starts[] = {0, 1, 10}, sizes[] = {2, 2, 8};
    assert_int_equal(alv_init_fill_box(some, starts, sizes, &scheme, &f64, 1, NULL, NULL), ALV_OK);
    for (int64_t i = 0; i < 2 * 2 * 8; i++)
        assert_true(some[i] == whole[(i / 16 * 3 + 1 + i / 8 % 2) * OUT + 10 + i % 8]);
}

/* DeepNorm and T-Fixup scale values, not queries and keys. beta of 12 layers is 96^(-1/4),
 * T-Fixup's 0.67 6^(-1/4); Xavier's deviation is that of each part's own fans. */
static void values_alone_are_scaled(void **state)
{
    (void)state;
    static const struct {
        const char *text, *plain;
        double factor;
        int parts[ALV_MAX_PARTS];
    } cases[] = {
        {"deepnorm(layers=12, matrix=qkv)", "normal(std=1)", 0.3194715521231362, {Q, KV, KV}},
        {"deepnorm(layers=12, matrix=qkv)", "normal(std=1)", 0.3194715521231362, {8, 8, 4}},
        {"deepnorm(layers=12, matrix=qkv)", "normal(std=1)", 0.3194715521231362, {10, 10}},
        {"t_fixup(layers=6, matrix=qkv)",
         "uniform(r=1.7320508075688772)",
         0.4280918798450026,
         {7, 7, 6}},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        alv_tensor t = {.name = "qkv", .rank = 2, .shape = {OUT, IN}};
        const alv_scheme scheme = scheme_of(cases[c].text), plain = scheme_of(cases[c].plain);
        float a[COUNT], u[COUNT];
        double mean, variance, sum = 0;
        int n = 0, unit = 0;
        for (; cases[c].parts[n] > 0; n++) t.parts[n] = cases[c].parts[n];
        assert_int_equal(alv_init_fill(a, 0, COUNT, &scheme, &t, 3, NULL, NULL), ALV_OK);
        assert_int_equal(alv_init_fill(u, 0, COUNT, &plain, &t, 3, NULL, NULL), ALV_OK);
        for (int part = 0; part < n; part++) {
            const double xavier = sqrt(2.0 / (IN + cases[c].parts[part]));
            const double std = part == n - 1 ? cases[c].factor * xavier : xavier;
            sum += std * std * cases[c].parts[part] / OUT;
            for (int last = unit + cases[c].parts[part]; unit < last; unit++)
                for (int i = 0; i < IN; i++)
                    assert_near(a[unit * IN + i], u[unit * IN + i] * std, 2e-6);
        }
        assert_int_equal(alv_init_moments(&mean, &variance, &scheme, &t, NULL), ALV_OK);
        assert_near(variance, sum, 1e-9);
    }
}

static void fused_schemes_need_parts(void **state)
{
    (void)state;
    const alv_tensor plain = {.name = "qkv", .rank = 2, .shape = {OUT, IN}};
    const alv_scheme scheme = scheme_of("deepnorm(matrix=qkv)"),
                     other = scheme_of("t_fixup(matrix=qkv)");
    double mean, variance;
    alv_error error;
    assert_int_equal(alv_init_moments(&mean, &variance, &scheme, &plain, &error), ALV_ERR_SHAPE);
    assert_non_null(strstr(error.message, "matrix=qkv needs the sizes of the parts of qkv"));
    assert_int_equal(alv_init_moments(&mean, &variance, &other, &plain, &error), ALV_ERR_SHAPE);
}

static void laws_and_moments(void **state)
{
    (void)state;
    alv_tensor part, t = {.name = "qkv", .rank = 2, .shape = {OUT, IN}, .parts = {Q, KV, KV}};
    const alv_scheme by_in = scheme_of("lecun_normal"), out = scheme_of(by_out);
    alv_dist law;
    alv_error error;
    double mean, variance;
    assert_int_equal(alv_init_law(&law, &out, &t, &error), ALV_ERR_UNSUPPORTED);
    assert_non_null(strstr(error.message, "alv_tensor_part"));
    assert_int_equal(alv_tensor_part(&part, &t, 1, NULL), ALV_OK);
    assert_int_equal(alv_init_law(&law, &out, &part, NULL), ALV_OK);
    assert_near(law.hi * law.hi, bound[1], 1e-12);
    /* scale / fan_out each, weighted by size */
    assert_int_equal(alv_init_moments(&mean, &variance, &out, &t, NULL), ALV_OK);
    assert_near(mean, 0, 0);
    assert_near(variance, (0.6 / 12 + 0.4 / 4) / 3, 1e-12);
    /* one law where no fan tells them apart, where it is stated, and for equal parts */
    assert_int_equal(alv_init_law(&law, &by_in, &t, NULL), ALV_OK);
    assert_near(law.std * law.std, 1.0 / IN, 1e-12);
    t.fan_out = 5;
    assert_int_equal(alv_init_law(&law, &out, &t, NULL), ALV_OK);
    t = (alv_tensor){.rank = 2, .shape = {OUT, IN}, .parts = {5, 5, 5, 5}};
    assert_int_equal(alv_init_law(&law, &out, &t, NULL), ALV_OK);
    assert_near(law.hi * law.hi, 1 / 5.0, 1e-12);
}

/* PyTorch takes all axes but the first of a transposed kernel, and draws embeddings otherwise. */
static void pytorch_defaults_are_its_own(void **state)
{
    (void)state;
    const alv_tensor kernel = {
        .layer = ALV_LAYER_CONV_TRANSPOSED, .rank = 4, .shape = {16, 8, 4, 4}, .stride = {2, 2}};
    const alv_tensor table = {.layer = ALV_LAYER_EMBEDDING, .rank = 2, .shape = {9, 4}};
    const alv_scheme scheme = scheme_of("torch_default");
    alv_dist law;
    assert_int_equal(alv_init_law(&law, &scheme, &kernel, NULL), ALV_OK);
    assert_near(law.hi, sqrt(1.0 / (8 * 16)), 1e-15);
    assert_int_equal(alv_init_law(&law, &scheme, &table, NULL), ALV_OK);
    assert_true(law.kind == ALV_DIST_NORMAL && law.std == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_part_has_its_own_scale),
        cmocka_unit_test(slices_and_boxes_equal_the_whole),
        cmocka_unit_test(values_alone_are_scaled),
        cmocka_unit_test(fused_schemes_need_parts),
        cmocka_unit_test(laws_and_moments),
        cmocka_unit_test(pytorch_defaults_are_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
