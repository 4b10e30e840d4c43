/* Mimetic attention: what the matrices of a pair say together.
 *
 * If these failed, the two would not find each other, and their product would be noise. */
#include "suited.h"

enum { D = 48, MOST = 4 * D * D };

/* Fills an f64 matrix and takes it as (rows, columns) in torch layout. */
static void draw(double *out, const char *text, const char *name, int64_t rows, int64_t columns)
{
    alv_tensor t = {.rank = 2, .shape = {rows, columns}, .dtype = ALV_F64};
    snprintf(t.name, sizeof t.name, "%s", name);
    const alv_scheme scheme = suited_scheme(text);
    suited_fill(out, 0, rows * columns, &scheme, &t, 11);
}

/* out (n x m) = a^T b, of a (k x n) and b (k x m). */
static void product(double *out, const double *a, const double *b, int k, int n, int m)
{
    memset(out, 0, sizeof *out * (size_t)(n * m));
    for (int l = 0; l < k; l++)
        for (int i = 0; i < n; i++)
            for (int j = 0; j < m; j++) out[i * m + j] += a[l * n + i] * b[l * m + j];
}

static void transpose(double *out, const double *a, int rows, int columns)
{
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) out[j * rows + i] = a[i * columns + j];
}

static double a[MOST], b[MOST], t[MOST], p[MOST];

/* Without noise the products are the identities to rounding. */
static void products_without_noise_are_identities(void **state)
{
    (void)state;
    draw(a, "mimetic_qk(matrix=query, alpha=0, beta=0.7)", "l.attn.query.weight", D, D);
    draw(b, "mimetic_qk(matrix=key, alpha=0, beta=0.7)", "l.attn.key.weight", D, D);
    product(p, a, b, D, D, D);
    for (int i = 0; i < D * D; i++) assert_near(p[i], i % (D + 1) == 0 ? 0.7 : 0, 1e-13);
    draw(a, "mimetic_vo(matrix=out, alpha=0, beta=0.4, up=3)", "l.attn.output.dense.weight", D, D);
    draw(b, "mimetic_vo(matrix=value, alpha=0, beta=0.4, up=3)", "l.attn.self.value.weight", D, D);
    transpose(t, a, D, D);
    product(p, t, b, D, D, D);
    for (int i = 0; i < D * D; i++) assert_near(p[i], i % (D + 1) == 0 ? -0.4 : 0, 1e-13);
}

/* What is left after the identity is N(0, alpha^2 / d): its mean square within 5 deviations. */
static void products_are_the_papers(void **state)
{
    (void)state;
    double squares = 0;
    const double n = D * D, alpha = 0.6, beta = 0.3;
    draw(a, "mimetic_vo(matrix=out, alpha=0.6, beta=0.3)", "l.attn.o.weight", D, D);
    draw(b, "mimetic_vo(matrix=value, alpha=0.6, beta=0.3)", "l.attn.v.weight", D, D);
    transpose(t, a, D, D);
    product(p, t, b, D, D, D);
    for (int i = 0; i < D * D; i++) {
        const double rest = p[i] + (i % (D + 1) == 0 ? beta : 0);
        squares += rest * rest * D / (alpha * alpha);
    }
    print_message("  mean square of the noise: %.4f of alpha^2 / d\n", squares / n);
    assert_true(fabs(squares / n - 1) < 5 * sqrt(2 / n));
}

/* A head of 12 units of 48: beta times a projection of rank 12; over all heads, the identity. */
static void heads_project(void **state)
{
    (void)state;
    enum { K = 12 };
    double trace = 0, square = 0;
    draw(a, "mimetic_qk(matrix=query, alpha=0, beta=0.5)", "l.q.weight", D, D);
    draw(b, "mimetic_qk(matrix=key, alpha=0, beta=0.5)", "l.k.weight", D, D);
    product(p, a + K * D, b + K * D, K, D, D);
    for (int i = 0; i < D; i++) trace += p[i * (D + 1)];
    for (int i = 0; i < D * D; i++) square += p[i] * p[i];
    assert_near(trace, 0.5 * K, 1e-12);
    assert_near(square, 0.25 * K, 1e-12); /* tr (beta P)^2 = beta^2 k */
}

/* Four query heads of 6 units on two key heads: without noise each is a multiple of its own. */
static void query_heads_share_keys(void **state)
{
    (void)state;
    enum { K = 6, SHARE = 2 };
    draw(a, "mimetic_qk(matrix=query, alpha=0, beta=0.5, share=2, head=6)", "l.q.weight", 4 * K, D);
    draw(b, "mimetic_qk(matrix=key, alpha=0, beta=0.5)", "l.k.weight", 2 * K, D);
    for (int i = 0; i < 4 * K; i++)
        for (int j = 0; j < D; j++) /* (beta / c) / c = 1 */
            assert_near(a[i * D + j], b[(i / K / SHARE * K + i % K) * D + j], 1e-14);
    draw(a, "mimetic_vo(matrix=out, alpha=0, beta=0.5, share=2, head=6)", "l.o.weight", D, 4 * K);
    draw(b, "mimetic_vo(matrix=value, alpha=0, beta=0.5)", "l.v.weight", 2 * K, D);
    for (int i = 0; i < D; i++)
        for (int j = 0; j < 4 * K; j++)
            assert_near(a[i * 4 * K + j], -b[(j / K / SHARE * K + j % K) * D + i], 1e-14);
}

/* Queries, keys and values in one tensor: the matrices that they are as tensors by themselves,
 * found by the output through the name that they share. Four query heads of 6 units on two of the
 * others; and as many of each. */
static void fused_matrices_are_the_single_ones(void **state)
{
    (void)state;
    for (int share = 1; share <= 2; share++) {
        const int k = 12, q = share * k;
        const alv_tensor fused = {.name = "l.attn.c_attn.weight",
                                  .rank = 2,
                                  .shape = {q + 2 * k, D},
                                  .parts = {q, k, k},
                                  .head = 6,
                                  .dtype = ALV_F64};
        const alv_scheme still = suited_scheme("mimetic_qk(matrix=qkv, alpha=0, value_alpha=0.3)");
        suited_fill(p, 0, (q + 2 * k) * D, &still, &fused, 11);
        draw(a,
             share == 1 ? "mimetic_qk(matrix=query, alpha=0)"
                        : "mimetic_qk(matrix=query, alpha=0, share=2, head=6)",
             "l.attn.q.weight", q, D);
        assert_memory_equal(p, a, sizeof *a * (size_t)(q * D));
        draw(a, "mimetic_qk(matrix=key, alpha=0)", "l.attn.k.weight", k, D);
        assert_memory_equal(p + q * D, a, sizeof *a * (size_t)(k * D));
        draw(a, "mimetic_vo(matrix=value, alpha=0.3)", "l.attn.v.weight", k, D);
        assert_memory_equal(p + (q + k) * D, a, sizeof *a * (size_t)(k * D));
        transpose(t, p, q + 2 * k, D);
        alv_tensor keras = fused;
        keras.layout = ALV_LAYOUT_KERAS;
        keras.shape[0] = D, keras.shape[1] = q + 2 * k;
        suited_fill(b, 0, (q + 2 * k) * D, &still, &keras, 11);
        assert_memory_equal(b, t, sizeof *b * (size_t)((q + 2 * k) * D));
    }
}

/* With noise: queries times keys are beta I and N(0, alpha^2 / d) more, the moments are promised.
 */
static void fused_products_are_the_papers(void **state)
{
    (void)state;
    static double all[3 * D * D];
    const alv_tensor fused = {.name = "l.attn.c_attn.weight",
                              .rank = 2,
                              .shape = {3 * D, D},
                              .parts = {D, D, D},
                              .dtype = ALV_F64};
    const alv_scheme scheme = suited_scheme("mimetic_qk(matrix=qkv, alpha=0.6, beta=0.3)");
    double squares = 0, power = 0, mean, variance;
    const double n = D * D;
    suited_fill(all, 0, 3 * D * D, &scheme, &fused, 11);
    product(p, all, all + D * D, D, D, D);
    for (int i = 0; i < D * D; i++) {
        const double rest = p[i] - (i % (D + 1) == 0 ? 0.3 : 0);
        squares += rest * rest * D / 0.36;
    }
    assert_true(fabs(squares / n - 1) < 5 * sqrt(2 / n));
    for (int i = 0; i < 3 * D * D; i++) power += all[i] * all[i] / (3 * n);
    assert_int_equal(alv_init_moments(&mean, &variance, &scheme, &fused, NULL), ALV_OK);
    assert_near(power / variance, 1, 5 * sqrt(2 / (3 * n)));
}

/* More units than the model is wide: columns are orthonormal, and the product is full again. */
static void wide_attention_is_full(void **state)
{
    (void)state;
    draw(a, "mimetic_qk(matrix=query, alpha=0, beta=0.5)", "l.q.weight", 2 * D, D);
    draw(b, "mimetic_qk(matrix=key, alpha=0, beta=0.5)", "l.k.weight", 2 * D, D);
    product(p, a, b, 2 * D, D, D);
    for (int i = 0; i < D * D; i++) assert_near(p[i], i % (D + 1) == 0 ? 0.5 : 0, 1e-13);
}

static void names_make_the_pair(void **state)
{
    (void)state;
    static const struct {
        const char *query, *key;
        bool pair;
    } cases[] = {
        {"h.0.attn.query.weight", "h.0.attn.key.weight", true},
        {"h/0/attn/query/kernel", "h/0/attn/key/kernel", true},
        {"q.weight", "k.weight", true},
        {"h.0.attn.query.weight", "h.1.attn.key.weight", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool same = true;
        draw(a, "mimetic_qk(matrix=query, alpha=0)", cases[i].query, D, D);
        draw(b, "mimetic_qk(matrix=key, alpha=0)", cases[i].key, D, D);
        for (int j = 0; j < D * D; j++) same &= fabs(a[j] - b[j]) < 1e-14;
        assert_true(same == cases[i].pair);
    }
}

/* A (in, out) tensor holds the transpose: without noise, the same matrix. */
static void layouts_agree(void **state)
{
    (void)state;
    static const char *const texts[] = {"mimetic_qk(matrix=query, alpha=0)",
                                        "mimetic_vo(matrix=out, alpha=0)"};
    for (int k = 0; k < 2; k++) {
        const alv_scheme scheme = suited_scheme(texts[k]);
        const alv_tensor flax = {.name = "l.q.kernel",
                                 .layout = ALV_LAYOUT_FLAX,
                                 .rank = 2,
                                 .shape = {D, 30},
                                 .dtype = ALV_F64};
        suited_fill(a, 0, D * 30, &scheme, &flax, 11);
        draw(b, texts[k], "l.q.kernel", 30, D);
        transpose(t, b, 30, D);
        for (int i = 0; i < D * 30; i++) assert_near(a[i], t[i], 1e-15);
    }
}

static void refusals_name_the_reason(void **state)
{
    (void)state;
    const struct {
        const char *text;
        alv_tensor tensor;
        alv_status status;
        const char *says;
    } cases[] = {
        {"mimetic_qk", {.name = "v", .rank = 1, .shape = {9}}, ALV_ERR_SHAPE, "no matrix"},
        {"mimetic_qk(alpha=0, beta=0)",
         {.name = "w", .rank = 2, .shape = {9, 9}},
         ALV_ERR_ARGUMENT,
         "both 0"},
        {"mimetic_qk",
         {.name = "w", .rank = 2, .shape = {9, 9}, .parts = {3, 3, 3}},
         ALV_ERR_SHAPE,
         "split"},
        {"mimetic_qk(matrix=qkv)",
         {.name = "w", .rank = 2, .shape = {9, 9}},
         ALV_ERR_SHAPE,
         "three parts"},
        {"mimetic_qk(matrix=qkv)",
         {.name = "w", .rank = 2, .shape = {9, 9}, .parts = {3, 4, 2}},
         ALV_ERR_SHAPE,
         "4 rows of keys and 2 of values"},
        {"mimetic_qk(matrix=qkv)",
         {.name = "w", .rank = 2, .shape = {9, 9}, .parts = {5, 2, 2}},
         ALV_ERR_SHAPE,
         "do not divide 5"},
        {"mimetic_qk(matrix=qkv)",
         {.name = "w", .rank = 2, .shape = {8, 9}, .parts = {4, 2, 2}},
         ALV_ERR_ARGUMENT,
         "head"},
        {"mimetic_qk(matrix=qkv, value_alpha=0, value_beta=0)",
         {.name = "w", .rank = 2, .shape = {9, 9}, .parts = {3, 3, 3}},
         ALV_ERR_ARGUMENT,
         "value_alpha"},
        {"mimetic_qk", {.name = "w", .rank = 4, .shape = {9, 9, 3, 3}}, ALV_ERR_SHAPE, "split"},
        {"mimetic_qk(share=3)",
         {.name = "w", .rank = 2, .shape = {9, 9}},
         ALV_ERR_ARGUMENT,
         "share"},
        {"mimetic_qk(share=2, head=3)",
         {.name = "w", .rank = 2, .shape = {9, 9}},
         ALV_ERR_SHAPE,
         "3 heads"},
        {"mimetic_vo(share=2, head=4)",
         {.name = "w", .rank = 2, .shape = {9, 9}},
         ALV_ERR_SHAPE,
         "divide 9"},
        {"mimetic_vo(up=0.5)", {.name = "w", .rank = 2, .shape = {9, 9}}, ALV_ERR_ARGUMENT, "up"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double mean, variance;
        alv_error error = {0};
        const alv_scheme scheme = suited_scheme(cases[i].text);
        const alv_status status =
            alv_init_moments(&mean, &variance, &scheme, &cases[i].tensor, &error);
        if (status != cases[i].status || !strstr(error.message, cases[i].says))
            print_error("%s: %s: %s\n", cases[i].text, alv_status_name(status), error.message);
        assert_int_equal(status, cases[i].status);
        assert_non_null(strstr(error.message, cases[i].says));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_without_noise_are_identities),
        cmocka_unit_test(products_are_the_papers),
        cmocka_unit_test(heads_project),
        cmocka_unit_test(query_heads_share_keys),
        cmocka_unit_test(fused_matrices_are_the_single_ones),
        cmocka_unit_test(fused_products_are_the_papers),
        cmocka_unit_test(wide_attention_is_full),
        cmocka_unit_test(names_make_the_pair),
        cmocka_unit_test(layouts_agree),
        cmocka_unit_test(refusals_name_the_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
