/* Distributions: density against cdf, quantile against cdf, moments against integrals, and the
 * promises of a fill: slices, bounds, refusals. */
#include "test.h"

#include <float.h>

#include "dist/dist.h"
#include "math/math.h"

static const alv_dist *families(int *n)
{
    static alv_dist list[12];
    int k = 0;
    list[k++] = alv_dist_uniform(-0.25, 0.25);
    list[k++] = alv_dist_uniform(3, 7);
    list[k++] = alv_dist_normal(0, 1);
    list[k++] = alv_dist_normal(-2, 0.03);
    list[k++] = alv_dist_truncated(0, 1, -2, 2);
    list[k++] = alv_dist_truncated(0.5, 2, -1, 9);
    list[k++] = alv_dist_truncated(0, 1, 6, 8);      /* far upper tail */
    list[k++] = alv_dist_truncated(0, 1, -30, -20);  /* farther lower tail */
    list[k++] = alv_dist_truncated(0, 1, 1, 1.0001); /* narrow */
    list[k++] = alv_dist_truncated(0, 0.02, -1, 1);  /* hardly truncated */
    list[k++] = alv_dist_truncated_to_std(0, 0.1, -2, 2);
    list[k++] = alv_dist_truncated_to_std(1, 0.1, -0.5, 3);
    *n = k;
    return list;
}

static double density(double x, const void *dist)
{
    return alv_dist_pdf(dist, x);
}

static double first_moment(double x, const void *dist)
{
    return x * alv_dist_pdf(dist, x);
}

static double second_moment(double x, const void *dist)
{
    double d = x - alv_dist_mean(dist);
    return d * d * alv_dist_pdf(dist, x);
}

/* Where the distribution lives: its 1e-18 quantiles. */
static void support(double *lo, double *hi, const alv_dist *d)
{
    *lo = alv_dist_quantile(d, 1e-18);
    *hi = d->kind == ALV_DIST_NORMAL ? 2 * d->mean - *lo : alv_dist_quantile(d, 1 - 1e-16);
    if (d->kind != ALV_DIST_NORMAL) *lo = d->lo, *hi = d->hi;
    if (d->kind == ALV_DIST_TRUNCATED_NORMAL) {
        *lo = fmax(*lo, d->mean - 40 * d->std);
        *hi = fmin(*hi, d->mean + 40 * d->std);
    }
}

static void density_integrates_to_cdf(void **state)
{
    (void)state;
    int n;
    const alv_dist *list = families(&n);
    for (int i = 0; i < n; i++) {
        assert_int_equal(alv_dist_check(&list[i], NULL), ALV_OK);
        double lo, hi;
        support(&lo, &hi, &list[i]);
        assert_near(alv_integrate(density, &list[i], lo, hi, 200), 1, 2e-12);
        for (int k = 1; k < 10; k++) {
            double x = lo + k * (hi - lo) / 10;
            assert_near(alv_dist_cdf(&list[i], x), alv_integrate(density, &list[i], lo, x, 200),
                        2e-12);
        }
    }
}

static void moments_match_integrals(void **state)
{
    (void)state;
    int n;
    const alv_dist *list = families(&n);
    for (int i = 0; i < n; i++) {
        double lo, hi;
        support(&lo, &hi, &list[i]);
        double variance = alv_integrate(second_moment, &list[i], lo, hi, 60);
        assert_near(alv_dist_mean(&list[i]), alv_integrate(first_moment, &list[i], lo, hi, 200),
                    2e-12);
        assert_near(alv_dist_variance(&list[i]) / variance, 1, 1e-11);
    }
}

static void quantile_inverts_cdf(void **state)
{
    (void)state;
    int n;
    const alv_dist *list = families(&n);
    for (int i = 0; i < n; i++)
        for (double p = 1e-9; p < 1; p = p < 0.01 ? p * 3 : p + 0.0097) {
            double x = alv_dist_quantile(&list[i], p);
            double slack = alv_dist_pdf(&list[i], x) * fabs(x) * 1e-15; /* quantile: 8 ulp */
            assert_near(alv_dist_cdf(&list[i], x), p, 4e-14 + slack);
        }
    assert_true(isnan(alv_dist_quantile(&list[0], 0)) && isnan(alv_dist_quantile(&list[0], 1)));
    const alv_dist one = alv_dist_constant(1);
    for (int i = 0; i <= n; i++) {
        const alv_dist *d = i < n ? &list[i] : &one;
        assert_true(isnan(alv_dist_cdf(d, NAN)) && isnan(alv_dist_pdf(d, NAN)));
    }
}

/* The number that Keras and JAX divide by: the deviation of N(0, 1) cut at 2 deviations. */
static void truncation_matches_the_published_constant(void **state)
{
    (void)state;
    alv_dist cut = alv_dist_truncated(0, 1, -2, 2);
    assert_near(sqrt(alv_dist_variance(&cut)), 0.87962566103423978, 3e-16);
    alv_dist d = alv_dist_truncated_to_std(0, 0.05, -2, 2);
    assert_near(d.std * 0.87962566103423978 / 0.05, 1, 4e-16);
    assert_near(d.hi / (2 * d.std), 1, 3e-16);
    /* Asymmetric bounds against the textbook formula, which is exact enough here. */
    const double bounds[][2] = {{-1, 3}, {0, 2}, {-0.5, 0.7}, {1, 4}, {-4, -1}};
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        double a = bounds[i][0], b = bounds[i][1];
        double fa = exp(-a * a / 2) / sqrt(2 * M_PI), fb = exp(-b * b / 2) / sqrt(2 * M_PI);
        double z = (erf(b * M_SQRT1_2) - erf(a * M_SQRT1_2)) / 2, shift = (fa - fb) / z;
        double variance = 1 + (a * fa - b * fb) / z - shift * shift;
        d = alv_dist_truncated_to_std(0.3, 1.7, a, b);
        assert_near(d.std, 1.7 / sqrt(variance), 1e-13);
        assert_near(alv_dist_variance(&d), 1.7 * 1.7, 1e-13);
        assert_near(alv_dist_mean(&d), 0.3 + d.std * shift, 1e-13);
    }
}

/* Bounds of two deviations have their constants in the source, and equal tails are worked out once:
 * both must be what the general way gives, to the bit. */
static void short_cuts_change_no_bits(void **state)
{
    (void)state;
    const double deviation = alv_sqrt(alv_truncated_moments(-2, 2).variance);
    assert_true(alv_dist_truncated_to_std(0, 0.3, -2, 2).std == 0.3 / deviation);
    const double bounds[][2] = {{-2, 2}, {-3, 3}, {-0.5, 0.5}, {0.2, 0.6}, {-50, 50}, {-2, 9}};
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        const double a = bounds[i][0], b = bounds[i][1];
        const alv_dist d = alv_dist_truncated(0, 1, a, b);
        alv_tails t;
        alv_dist_tails(&t, &d);
        assert_true(t.below_lo == alv_normal_cdf(a) && t.above_lo == alv_normal_cdf(-a));
        assert_true(t.below_hi == alv_normal_cdf(b) && t.above_hi == alv_normal_cdf(-b));
    }
}

static void checks_refuse_nonsense(void **state)
{
    (void)state;
    const struct {
        alv_dist dist;
        alv_status status;
    } rows[] = {
        {alv_dist_constant(NAN), ALV_ERR_ARGUMENT},
        {alv_dist_constant(INFINITY), ALV_ERR_ARGUMENT},
        {alv_dist_uniform(1, -1), ALV_ERR_ARGUMENT},
        {alv_dist_uniform(NAN, 1), ALV_ERR_ARGUMENT},
        {alv_dist_uniform(-INFINITY, 1), ALV_ERR_ARGUMENT},
        {alv_dist_normal(0, -1), ALV_ERR_ARGUMENT},
        {alv_dist_normal(0, NAN), ALV_ERR_ARGUMENT},
        {alv_dist_normal(INFINITY, 1), ALV_ERR_ARGUMENT},
        {alv_dist_truncated(0, 1, 2, -2), ALV_ERR_ARGUMENT},
        {alv_dist_truncated(0, 1, 37, 38), ALV_ERR_RANGE},
        {alv_dist_truncated(0, 1, -1e9, -1e8), ALV_ERR_RANGE},
        {alv_dist_truncated(0, 0, 1, 2), ALV_ERR_RANGE},
        {alv_dist_truncated(0, 1, 2, 2), ALV_ERR_RANGE},
        {alv_dist_truncated_to_std(0, 1, 2, -2), ALV_ERR_ARGUMENT},
        {alv_dist_truncated_to_std(0, 1, 2, 2), ALV_ERR_ARGUMENT},
        {alv_dist_truncated_to_std(0, 1, NAN, 2), ALV_ERR_ARGUMENT},
        {alv_dist_truncated_to_std(0, 1, 1e200, 1e300), ALV_ERR_ARGUMENT},
        {alv_dist_truncated_to_std(0, 1, -INFINITY, INFINITY), ALV_ERR_ARGUMENT},
        {alv_dist_truncated_to_std(0, 0, -2, 2), ALV_OK},
        {alv_dist_truncated(0, 0, -1, 2), ALV_OK},
        {alv_dist_truncated(0, 1, 36, 40), ALV_OK},
        {alv_dist_uniform(5, 5), ALV_OK},
        {alv_dist_normal(5, 0), ALV_OK},
        {{.kind = (alv_dist_kind)9}, ALV_ERR_ARGUMENT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        alv_error error = {0};
        assert_int_equal(alv_dist_check(&rows[i].dist, &error), rows[i].status);
        assert_int_equal(error.code, rows[i].status);
    }
    assert_int_equal(alv_dist_check(NULL, NULL), ALV_ERR_ARGUMENT);
}

enum { WHOLE = 1000 };

static void slices_equal_the_whole(void **state)
{
    (void)state;
    int n;
    const alv_dist *list = families(&n);
    uint32_t random = 12345;
    for (int i = 0; i < n; i++)
        for (int dtype = 0; dtype < 2; dtype++) {
            size_t size = alv_dtype_size((alv_dtype)dtype);
            alv_stream stream = alv_stream_make(99, "slice", NULL);
            static char whole[WHOLE * 8], part[WHOLE * 8 + 8];
            assert_int_equal(
                alv_dist_fill(whole, (alv_dtype)dtype, 0, WHOLE, &list[i], stream, NULL, NULL),
                ALV_OK);
            for (int k = 0; k < 200; k++) {
                random = random * 1664525 + 1013904223;
                int64_t lo = (random >> 8) % WHOLE,
                        hi = lo + (int64_t)(random >> 20) % (WHOLE - lo + 1);
                size_t bytes = (size_t)(hi - lo) * size;
                memset(part, 0x5a, sizeof part);
                alv_dist_fill(part, (alv_dtype)dtype, lo, hi, &list[i], stream, NULL, NULL);
                assert_memory_equal(part, whole + (size_t)lo * size, bytes);
                assert_true(part[bytes] == 0x5a); /* nothing written beyond */
            }
        }
}

/* A fill larger than caches, whose uniforms go past them (dist/fill.c), in every set: the pieces
 * that do not; from the start of a line and from elsewhere, and nothing beyond. */
static void large_fills_equal_their_pieces(void **state)
{
    (void)state;
    enum { PIECE = 1 << 20, BYTES = (1 << 24) + 3 * PIECE + 24, ROOM = BYTES + 232 };
    char *whole = aligned_alloc(64, ROOM), *piece = malloc(PIECE);
    assert_true(whole && piece);
    for (int k = 0; k < alv_kernels_count() * 4; k++) {
        const alv_kernels *kernels = alv_kernels_at(k / 4);
        const alv_dtype dtype = k % 2 ? ALV_F64 : ALV_F32;
        const size_t size = alv_dtype_size(dtype), skip = k / 2 % 2 ? 0 : size;
        const alv_dist d = alv_dist_uniform(-0.1, k % 3 ? 0.1 : 0.25);
        const alv_stream stream = alv_stream_make(5, "large", NULL);
        const int64_t n = BYTES / (int64_t)size, each = PIECE / (int64_t)size;
        memset(whole, 0x5a, ROOM);
        assert_int_equal(alv_dist_fill(whole + skip, dtype, 0, n, &d, stream, kernels, NULL),
                         ALV_OK);
        for (int64_t lo = 0; lo < n; lo += each) {
            const int64_t hi = lo + each < n ? lo + each : n;
            alv_dist_fill(piece, dtype, lo, hi, &d, stream, kernels, NULL);
            assert_memory_equal(piece, whole + skip + (size_t)lo * size, (size_t)(hi - lo) * size);
        }
        for (size_t i = skip + (size_t)n * size; i < ROOM; i++) assert_true(whole[i] == 0x5a);
    }
    free(piece);
    free(whole);
}

/* Far along the sequence, where the block index no longer fits 32 bits. */
static void distant_slices_agree(void **state)
{
    (void)state;
    alv_dist d = alv_dist_normal(0, 1);
    alv_stream stream = alv_stream_make(1, "far", NULL);
    int64_t start = (1ll << 40) - 37;
    float whole[200], one;
    assert_int_equal(alv_dist_fill(whole, ALV_F32, start, start + 200, &d, stream, NULL, NULL),
                     ALV_OK);
    for (int i = 0; i < 200; i++) {
        alv_dist_fill(&one, ALV_F32, start + i, start + i + 1, &d, stream, NULL, NULL);
        assert_true(one == whole[i]);
    }
    assert_true(whole[0] != whole[64]);
}

/* The very end of the sequence, against the stream's own words (docs/stream.md, sections 2, 4). */
static void the_last_elements_come_from_their_words(void **state)
{
    (void)state;
    const uint64_t seeds[] = {0, UINT64_MAX};
    const int64_t end = (int64_t)1 << 62, ends[] = {(int64_t)1 << 59, (int64_t)1 << 60, end};
    alv_dist d = alv_dist_uniform(-1, 1);
    float f32[70];
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < 3; k++) {
            alv_stream stream = alv_stream_make(seeds[i], "", NULL);
            int64_t lo = ends[k] - 70;
            assert_int_equal(alv_dist_fill(f32, ALV_F32, lo, ends[k], &d, stream, NULL, NULL),
                             ALV_OK);
            for (int64_t e = lo; e < ends[k]; e++) {
                int64_t block = e / 32 * 8 + e % 16 / 2,
                        at = 4 * block + e % 32 / 16 * 2 + 1 - e % 2;
                uint32_t word;
                alv_stream_words(&word, at, at + 1, stream);
                double v = (2.0 * ((word ^ 0x80000000) >> 8) + 1 - 0x1p24) * 0x1p-24;
                assert_true(f32[e - lo] == (float)v);
            }
        }
    alv_stream stream = alv_stream_make(0, "", NULL);
    assert_int_equal(alv_dist_fill(f32, ALV_F32, end, end + 1, &d, stream, NULL, NULL),
                     ALV_ERR_RANGE);
}

static void no_value_leaves_the_bounds(void **state)
{
    (void)state;
    static float f32[1 << 16];
    static double f64[1 << 16];
    const alv_dist list[] = {
        alv_dist_uniform(-0.1, 0.1),
        alv_dist_uniform(0.1, 0.1 + 1e-8), /* two floats apart at most */
        alv_dist_uniform(-1e-44, 3e-44),   /* subnormal floats */
        alv_dist_uniform(1.0 / 3, 2.0 / 3),
        alv_dist_truncated(0, 1, -0.1, 0.1),
        alv_dist_truncated(0, 1, 0.3, 0.30000004),
        alv_dist_truncated(0, 1, 8.1, 8.2),
        alv_dist_truncated_to_std(0, 0.1, -2, 2),
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        alv_stream stream = alv_stream_make(i, "bounds", NULL);
        alv_dist_fill(f32, ALV_F32, 0, 1 << 16, &list[i], stream, NULL, NULL);
        alv_dist_fill(f64, ALV_F64, 0, 1 << 16, &list[i], stream, NULL, NULL);
        for (int k = 0; k < 1 << 16; k++) {
            assert_true(f32[k] >= list[i].lo && f32[k] <= list[i].hi);
            assert_true(f64[k] >= list[i].lo && f64[k] <= list[i].hi);
        }
    }
}

static void fills_refuse_what_a_type_cannot_hold(void **state)
{
    (void)state;
    float f32[4] = {1, 2, 3, 4};
    double f64[4];
    alv_stream stream = alv_stream_make(1, "w", NULL);
    const alv_dist big[] = {alv_dist_constant(1e39), alv_dist_uniform(-1e39, 1e39),
                            alv_dist_normal(0, 1e38), alv_dist_truncated(0, 1e39, -1e39, 1e39)};
    for (size_t i = 0; i < sizeof big / sizeof *big; i++) {
        alv_error error;
        assert_int_equal(alv_dist_fill(f32, ALV_F32, 0, 4, &big[i], stream, NULL, &error),
                         ALV_ERR_OVERFLOW);
        assert_int_equal(alv_dist_fill(f64, ALV_F64, 0, 4, &big[i], stream, NULL, &error), ALV_OK);
        for (int k = 0; k < 4; k++) assert_true(isfinite(f64[k]) && f32[k] == (float)(k + 1));
    }
    alv_dist widest = alv_dist_uniform(-DBL_MAX, DBL_MAX), unit = alv_dist_normal(0, 1);
    assert_int_equal(alv_dist_fill(f64, ALV_F64, 0, 4, &widest, stream, NULL, NULL), ALV_OK);
    for (int k = 0; k < 4; k++) assert_true(isfinite(f64[k]));
    assert_int_equal(alv_dist_fill(f32, (alv_dtype)7, 0, 4, &unit, stream, NULL, NULL),
                     ALV_ERR_DTYPE);
    assert_int_equal(alv_dist_fill(f32, ALV_F32, -1, 4, &unit, stream, NULL, NULL), ALV_ERR_RANGE);
    assert_int_equal(alv_dist_fill(f32, ALV_F32, 4, 3, &unit, stream, NULL, NULL), ALV_ERR_RANGE);
    assert_int_equal(alv_dist_fill(NULL, ALV_F32, 0, 4, &unit, stream, NULL, NULL),
                     ALV_ERR_ARGUMENT);
    assert_int_equal(alv_dist_fill(NULL, ALV_F32, 4, 4, &unit, stream, NULL, NULL), ALV_OK);
}

static void without_spread_all_is_constant(void **state)
{
    (void)state;
    const alv_dist list[] = {alv_dist_constant(-3), alv_dist_uniform(-3, -3),
                             alv_dist_normal(-3, 0), alv_dist_truncated(-3, 0, -4, 4)};
    float f32[100];
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        alv_dist_fill(f32, ALV_F32, 0, 100, &list[i], alv_stream_make(1, "w", NULL), NULL, NULL);
        for (int k = 0; k < 100; k++) assert_true(f32[k] == -3);
        assert_true(alv_dist_mean(&list[i]) == -3 && alv_dist_variance(&list[i]) == 0);
        assert_true(isinf(alv_dist_pdf(&list[i], -3)) && alv_dist_pdf(&list[i], -2) == 0);
        assert_true(alv_dist_cdf(&list[i], -3.1) == 0 && alv_dist_cdf(&list[i], -3) == 1);
    }
}

static void symmetric_bounds_draw_symmetric_values(void **state)
{
    (void)state;
    float y[4096];
    alv_dist d = alv_dist_uniform(-0.1, 0.1);
    alv_dist_fill(y, ALV_F32, 0, 4096, &d, alv_stream_make(3, "w", NULL), NULL, NULL);
    for (int i = 0; i < 4096; i++) {
        double k = y[i] / (double)(float)0.1 * 0x1p24; /* an odd integer, up to rounding */
        assert_true(fabs(k) >= 0.999 && y[i] != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(density_integrates_to_cdf),
        cmocka_unit_test(moments_match_integrals),
        cmocka_unit_test(quantile_inverts_cdf),
        cmocka_unit_test(truncation_matches_the_published_constant),
        cmocka_unit_test(short_cuts_change_no_bits),
        cmocka_unit_test(checks_refuse_nonsense),
        cmocka_unit_test(slices_equal_the_whole),
        cmocka_unit_test(large_fills_equal_their_pieces),
        cmocka_unit_test(distant_slices_agree),
        cmocka_unit_test(the_last_elements_come_from_their_words),
        cmocka_unit_test(no_value_leaves_the_bounds),
        cmocka_unit_test(fills_refuse_what_a_type_cannot_hold),
        cmocka_unit_test(without_spread_all_is_constant),
        cmocka_unit_test(symmetric_bounds_draw_symmetric_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
