/* The keyed permutation under sparse weights: a bijection of every size, and even.
 *
 * If it failed, a unit would keep too few or too many connections, or favour some. */
#include "test.h"

#include "init/permute.h"
#include "stream/rng.h"

static void draw_keys(uint32_t keys[ALV_PERMUTE_KEYS], alv_rng *rng)
{
    for (int i = 0; i < ALV_PERMUTE_KEYS; i++) keys[i] = alv_rng_u32(rng);
}

static void every_size_is_a_bijection(void **state)
{
    (void)state;
    static bool seen[5000];
    alv_rng rng = alv_rng_make(1, "keys");
    uint32_t keys[ALV_PERMUTE_KEYS];
    for (int64_t n = 1; n < 5000; n += n < 70 ? 1 : 97) {
        const alv_permute p = alv_permute_make(n);
        draw_keys(keys, &rng);
        memset(seen, 0, sizeof seen);
        for (int64_t i = 0; i < n; i++) {
            const int64_t to = alv_permute_at(&p, keys, i);
            assert_true(to >= 0 && to < n && !seen[to]);
            seen[to] = true;
            assert_int_equal(alv_permute_from(&p, keys, to), i);
        }
    }
}

/* At sizes whose roots a double cannot hold exactly the grid still covers all places. */
static void huge_sizes_stay_inside(void **state)
{
    (void)state;
    static const int64_t sizes[] = {(INT64_C(1) << 62) - 1, INT64_C(1) << 62,
                                    INT64_C(4503599761588225), INT64_C(4503599761588226)};
    alv_rng rng = alv_rng_make(2, "keys");
    uint32_t keys[ALV_PERMUTE_KEYS];
    draw_keys(keys, &rng);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const alv_permute p = alv_permute_make(sizes[s]);
        assert_true((uint64_t)p.width * p.height >= (uint64_t)sizes[s]);
        assert_true((uint64_t)p.width * (p.height - 1) < (uint64_t)sizes[s]);
        for (int i = 0; i < 1000; i++) {
            const int64_t to = alv_permute_at(&p, keys, sizes[s] - 1 - i);
            assert_true(to >= 0 && to < sizes[s]);
            assert_int_equal(alv_permute_from(&p, keys, to), sizes[s] - 1 - i);
        }
    }
}

/* Over many keys each subset of k of n places is taken equally often: chi-square in standard
 * deviations. With 8 rounds instead of 12 it is 8 and more for n = 4, k = 2. */
static double subset_errors(int n, int k, int draws)
{
    static double counts[1 << 10];
    alv_rng rng = alv_rng_make(3, "keys");
    const alv_permute p = alv_permute_make(n);
    uint32_t keys[ALV_PERMUTE_KEYS];
    memset(counts, 0, sizeof counts);
    for (int d = 0; d < draws; d++) {
        unsigned set = 0;
        draw_keys(keys, &rng);
        for (int i = 0; i < n; i++) set |= (unsigned)(alv_permute_at(&p, keys, i) < k) << i;
        counts[set]++;
    }
    double subsets = 0, chi = 0;
    for (unsigned set = 0; set < 1u << n; set++) subsets += __builtin_popcount(set) == k;
    const double expected = draws / subsets;
    for (unsigned set = 0; set < 1u << n; set++)
        if (__builtin_popcount(set) == k) chi += pow(counts[set] - expected, 2) / expected;
    return (chi - (subsets - 1)) / sqrt(2 * (subsets - 1));
}

static void subsets_are_even(void **state)
{
    (void)state;
    static const int cases[][2] = {{2, 1}, {3, 1}, {4, 2}, {5, 2}, {6, 3}, {8, 4}, {9, 4}, {10, 2}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const double off = subset_errors(cases[c][0], cases[c][1], 400000);
        print_message("  %d of %d: %+.2f\n", cases[c][1], cases[c][0], off);
        assert_true(fabs(off) < 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_is_a_bijection),
        cmocka_unit_test(huge_sizes_stay_inside),
        cmocka_unit_test(subsets_are_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
