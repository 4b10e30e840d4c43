/* Quartiles and the bootstrap, against NumPy and exact distributions. */
#include "test.h"

#include "lab/stats.h"

/* numpy.quantile([3.5, -1.25, 0.1, 7.75, 2.0, 2.5], ...), NumPy 1.24.2. */
static void quantiles_match_numpy(void **state)
{
    (void)state;
    double x[] = {3.5, -1.25, 0.1, 7.75, 2.0, 2.5};
    alv_stats_sort(x, 6, INFINITY);
    assert_near(alv_stats_quantile(x, 6, 0.25), 0.575, 1e-15);
    assert_near(alv_stats_quantile(x, 6, 0.5), 2.25, 1e-15);
    assert_near(alv_stats_quantile(x, 6, 0.75), 3.25, 1e-15);
    assert_near(alv_stats_quantile(x, 6, 0.1), -0.575, 1e-15);
    assert_near(alv_stats_quantile(x, 6, 0.975), 7.21875, 1e-15);
    assert_near(alv_stats_quantile(x, 6, 0), -1.25, 0);
    assert_near(alv_stats_quantile(x, 6, 1), 7.75, 0);
}

static void failures_count_as_worst(void **state)
{
    (void)state;
    double losses[] = {0.5, (double)NAN, 0.25, 1.0, (double)INFINITY};
    alv_quartiles q = alv_stats_quartiles(losses, 5, INFINITY);
    assert_int_equal(q.n, 5);
    assert_int_equal(q.failed, 2);
    assert_near(q.median, 1.0, 0);
    assert_near(q.q1, 0.5, 0);
    assert_true(isinf(q.q3) && q.q3 > 0);
    double accuracies[] = {0.9, (double)NAN, (double)NAN};
    q = alv_stats_quartiles(accuracies, 3, -INFINITY);
    assert_true(isinf(q.median) && q.median < 0);
    double one[] = {0.75};
    q = alv_stats_quartiles(one, 1, INFINITY);
    assert_near(q.q1, 0.75, 0);
    assert_near(q.q3, 0.75, 0);
    assert_true(isnan(alv_stats_quantile(one, 0, 0.5)));
}

/* The median of n = 2m + 1 draws with replacement from n distinct values is at most the k-th
 * smallest with probability P(Bin(n, k/n) > m). For n = 5 that is 0.058 at k = 1, so that the 95 %
 * interval is the whole range; for n = 7 it is 0.0099 at k = 1 and 0.0986 at k = 2, so that the
 * interval goes from the second smallest to the second largest. For n = 17 it is 0.008 at k = 4,
 * 0.036 at 5, 0.964 at 12 and 0.992 at 13: from the fifth to the thirteenth. */
static void intervals_match_the_exact_distribution(void **state)
{
    (void)state;
    const double zero[7] = {0}, five[] = {3, 10, 1, 4, 2}, seven[] = {8, 0.5, 13, 1, 5, 2, 3};
    for (uint64_t seed = 0; seed < 20; seed++) {
        alv_interval interval;
        assert_int_equal(alv_stats_paired(&interval, five, zero, 5, seed, NULL), ALV_OK);
        assert_near(interval.median, 3, 0);
        assert_near(interval.lo, 1, 0);
        assert_near(interval.hi, 10, 0);
        assert_int_equal(interval.n, 5);
        assert_int_equal(alv_stats_paired(&interval, seven, zero, 7, seed, NULL), ALV_OK);
        assert_near(interval.median, 3, 0);
        assert_near(interval.lo, 1, 0);
        assert_near(interval.hi, 8, 0);
        double many[17], none[17] = {0};
        for (int i = 0; i < 17; i++) many[i] = 1 + i * 5 % 17;
        assert_int_equal(alv_stats_paired(&interval, many, none, 17, seed, NULL), ALV_OK);
        assert_near(interval.lo, 5, 0);
        assert_near(interval.hi, 13, 0);
    }
}

static void differences_are_paired(void **state)
{
    (void)state;
    const double a[] = {1.5, 2.5, 10.5}, b[] = {1, 2, 10};
    alv_interval interval;
    assert_int_equal(alv_stats_paired(&interval, a, b, 3, 42, NULL), ALV_OK);
    assert_near(interval.median, 0.5, 0);
    assert_near(interval.lo, 0.5, 0);
    assert_near(interval.hi, 0.5, 0);
}

static void divergence_is_infinite_and_one_pair_has_no_interval(void **state)
{
    (void)state;
    const double a[] = {(double)NAN, (double)INFINITY, 2}, b[] = {1, 1, 1};
    alv_interval interval;
    assert_int_equal(alv_stats_paired(&interval, a, b, 3, 42, NULL), ALV_OK);
    assert_true(isinf(interval.median) && interval.median > 0);
    const double both = INFINITY, neither = NAN;
    assert_int_equal(alv_stats_paired(&interval, &both, &both, 1, 42, NULL), ALV_OK);
    assert_near(interval.median, 0, 0);
    assert_int_equal(alv_stats_paired(&interval, &neither, &both, 1, 42, NULL), ALV_OK);
    assert_near(interval.median, 0, 0);
    assert_true(isnan(interval.lo) && isnan(interval.hi));
    assert_int_equal(alv_stats_paired(&interval, a, b, 0, 42, NULL), ALV_OK);
    assert_true(isnan(interval.median));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_match_numpy),
        cmocka_unit_test(failures_count_as_worst),
        cmocka_unit_test(intervals_match_the_exact_distribution),
        cmocka_unit_test(differences_are_paired),
        cmocka_unit_test(divergence_is_infinite_and_one_pair_has_no_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
