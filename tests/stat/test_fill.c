/* Do fills follow their own distributions? Kolmogorov-Smirnov distance, moments and tails, at fixed
 * seeds: a failure is a change of the stream or a defect, never bad luck. When a new stream version
 * changes the draws, each single comparison fails by chance with the probability stated beside it.
 */
#include "test.h"

#include "alvor/dist.h"

enum { N = 1 << 20 };

static float f32[N];
static double f64[N], sorted[N];

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void draw(const alv_dist *d, alv_dtype dtype, uint64_t seed)
{
    alv_stream stream = alv_stream_make(seed, "stat", NULL);
    alv_error error;
    void *out = dtype == ALV_F32 ? (void *)f32 : (void *)f64;
    if (alv_dist_fill(out, dtype, 0, N, d, stream, NULL, &error)) fail_msg("%s", error.message);
    if (dtype == ALV_F32)
        for (int i = 0; i < N; i++) f64[i] = f32[i];
}

/* sqrt(n) times the largest distance between the sample's and the stated distribution function. */
static double kolmogorov(const alv_dist *d)
{
    memcpy(sorted, f64, sizeof sorted);
    qsort(sorted, N, sizeof *sorted, ascending);
    double worst = 0;
    for (int i = 0; i < N; i++) {
        double p = alv_dist_cdf(d, sorted[i]);
        worst = fmax(worst, fmax(p - (double)i / N, (double)(i + 1) / N - p));
    }
    return worst * sqrt(N);
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

/* P(sqrt(n) D > 2.3) = 2 exp(-2 * 2.3^2) = 5e-5 (Kolmogorov's limit). */
static void fills_follow_their_cdf(void **state)
{
    (void)state;
    int n;
    const alv_dist *list = families(&n);
    for (int i = 0; i < n; i++)
        for (int dtype = 0; dtype < 2; dtype++) {
            draw(&list[i], (alv_dtype)dtype, 11);
            double distance = kolmogorov(&list[i]);
            if (distance > 2.3)
                fail_msg("family %d %s: %.3f", i, alv_dtype_name((alv_dtype)dtype), distance);
        }
}

/* Sample mean and variance within 5 standard errors: 6e-7 each. The variance's error comes from the
 * sample's own fourth moment. */
static void moments_follow(void **state)
{
    (void)state;
    int n;
    const alv_dist *list = families(&n);
    for (int i = 0; i < n; i++)
        for (int dtype = 0; dtype < 2; dtype++) {
            draw(&list[i], (alv_dtype)dtype, 12);
            double mean = alv_dist_mean(&list[i]), variance = alv_dist_variance(&list[i]);
            double m1 = 0, m2 = 0, m4 = 0;
            for (int k = 0; k < N; k++) {
                double d = f64[k] - mean;
                m1 += d / N;
                m2 += d * d / N;
                m4 += d * d * d * d / N;
            }
            assert_true(fabs(m1) < 5 * sqrt(variance / N));
            assert_true(fabs(m2 - variance) < 5 * sqrt((m4 - variance * variance) / N));
        }
}

/* 2^24 float normals: the counts beyond 1 to 5 deviations within 5 standard deviations of their
 * expectation (6e-7 each), and the largest beyond 5 (the chance of none is exp(-9.6) = 7e-5). */
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
    assert_true(most > 5 && most < 6.77);
    for (int k = 1; k <= 5; k++) {
        double p = erfc(k * M_SQRT1_2), expected = total * p;
        if (fabs(beyond[k] - expected) > 5 * sqrt(expected * (1 - p)))
            fail_msg("%g beyond %d deviations, expected %g", beyond[k], k, expected);
    }
}

/* The two normals of a pair share a radius; they must be uncorrelated, and so must their squares.
 * Both correlations of 2^19 pairs within 5 / sqrt(2^19): 6e-7 each. */
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
        assert_true(fabs(product) < 5 * sqrt(N / 2));
        assert_true(fabs(squares) < 5 * sqrt(N / 2));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_follow_their_cdf),
        cmocka_unit_test(moments_follow),
        cmocka_unit_test(normals_have_their_tails),
        cmocka_unit_test(pairs_are_uncorrelated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
