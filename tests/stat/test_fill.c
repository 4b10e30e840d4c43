/* Do fills follow their own distributions? Moments, distribution and tails of laws that no
 * initializer has by default, far out and narrow ones among them. Fixed seeds; false alarms:
 * suite.h. */
#include "law.h"

enum { N = 1 << 20 };

static float f32[N];
static double f64[N];
static ledger book;

static void draw(const alv_dist *d, alv_dtype dtype, uint64_t seed)
{
    alv_stream stream = alv_stream_make(seed, "stat", NULL);
    alv_error error;
    void *out = dtype == ALV_F32 ? (void *)f32 : (void *)f64;
    if (alv_dist_fill(out, dtype, 0, N, d, stream, NULL, &error)) fail_msg("%s", error.message);
    if (dtype == ALV_F32)
        for (int i = 0; i < N; i++) f64[i] = f32[i];
}

static const alv_dist *families(int *n)
{
    static alv_dist list[16];
    int k = 0;
    list[k++] = alv_dist_uniform(-0.25, 0.25);
    list[k++] = alv_dist_uniform(1, 4);
    list[k++] = alv_dist_normal(0, 1);
    list[k++] = alv_dist_normal(3, 0.1);
    list[k++] = alv_dist_truncated_to_std(0, 1, -2, 2);
    list[k++] = alv_dist_truncated(0, 1, -0.5, 3);
    list[k++] = alv_dist_truncated(0, 1, 4, 9);
    list[k++] = alv_dist_truncated_to_std(0, 0.02, -3, 3);
    list[k++] = alv_dist_truncated(0, 1, -4.5, 3.5);
    list[k++] = alv_dist_truncated(0, 1, -37, -36);
    list[k++] = alv_dist_truncated(1, 0.5, 1.2, 1.25); /* a tenth of a deviation */
    list[k++] = alv_dist_truncated(0, 1, -1.01, -1.0); /* a hundredth */
    list[k++] = alv_dist_truncated(0, 0.02, -2, 2);    /* nothing is cut off */
    *n = k;
    return list;
}

static void fills_follow_their_laws(void **state)
{
    (void)state;
    int n;
    const alv_dist *list = families(&n);
    for (int i = 0; i < n; i++)
        for (int dtype = 0; dtype < 2; dtype++) {
            char what[64];
            snprintf(what, sizeof what, "family %d %s", i, alv_dtype_name((alv_dtype)dtype));
            draw(&list[i], (alv_dtype)dtype, 11);
            judge_law(&book, f64, N, &list[i], what);
        }
}

/* 2^24 float normals: the counts beyond 1 to 5 deviations, of which 9.6 are expected beyond 5. */
static void normals_have_their_tails(void **state)
{
    (void)state;
    alv_dist d = alv_dist_normal(0, 1);
    alv_stream stream = alv_stream_make(13, "tails", NULL);
    double beyond[6] = {0}, most = 0, total = 16.0 * N;
    for (int part = 0; part < 16; part++) {
        alv_dist_fill(f32, ALV_F32, (int64_t)part * N, (int64_t)(part + 1) * N, &d, stream, NULL,
                      NULL);
        for (int i = 0; i < N; i++) {
            double a = fabs(f32[i]);
            most = fmax(most, a);
            for (int k = 1; k <= 5; k++) beyond[k] += a > k;
        }
    }
    assert_true(most < 6.77); /* the farthest that the stream's words reach */
    for (int k = 1; k <= 5; k++) {
        double p = erfc(k * M_SQRT1_2), expected = total * p;
        double off = (beyond[k] - expected) / sqrt(expected * (1 - p));
        judge(&book, k < 4 ? p_normal(off) : p_poisson(beyond[k], expected),
              "%g beyond %d deviations, expected %g", beyond[k], k, expected);
    }
}

/* The two normals of a pair share a radius; they must be uncorrelated, and so must their squares.
 * Both sums of 2^19 terms of mean 0 and variance 1. */
static void pairs_are_uncorrelated(void **state)
{
    (void)state;
    alv_dist d = alv_dist_normal(0, 1);
    for (int dtype = 0; dtype < 2; dtype++) {
        draw(&d, (alv_dtype)dtype, 14);
        double product = 0, squares = 0;
        const int away = dtype == ALV_F64 ? 8 : 16;
        for (int first = 0; first < N; first += 2 * away)
            for (int l = 0; l < away; l++) {
                double x = f64[first + l], y = f64[first + away + l];
                product += x * y;
                squares += (x * x - 1) * (y * y - 1) / 2;
            }
        judge(&book, p_normal(product / sqrt(N / 2)), "pairs, products");
        judge(&book, p_normal(squares / sqrt(N / 2)), "pairs, products of squares");
    }
}

static void the_budget_is_kept(void **state)
{
    (void)state;
    settle(&book, OTHERS);
}

int main(void)
{
    book = ledger_make(11, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_follow_their_laws),
        cmocka_unit_test(normals_have_their_tails),
        cmocka_unit_test(pairs_are_uncorrelated),
        cmocka_unit_test(the_budget_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
