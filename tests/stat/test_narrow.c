/* Do 16- and 8-bit fills follow their distribution? Chi-square of the counts of each value against
 * the probability of the interval that rounds to it, and the tails. Fixed seeds: a failure is a
 * change of the stream or a defect; with fresh ones, false alarms: suite.h. */
#include "narrow.h"

static const alv_dtype types[] = {ALV_F16, ALV_BF16, ALV_F8_E4M3FN, ALV_F8_E5M2};
enum { TYPES = 4, N = 1 << 22, MANY = 1 << 24 };

static uint16_t drawn[MANY];
static double counts[1 << 16];
static ledger book;

static void count(const alv_dist *d, alv_dtype dtype, int64_t n, uint64_t seed)
{
    count_codes(counts, drawn, d, dtype, n, alv_stream_make(seed, "stat", NULL));
}

static void counts_follow_the_rounded_intervals(void **state)
{
    (void)state;
    const alv_dist list[] = {
        alv_dist_uniform(-0.1, 0.1),
        alv_dist_uniform(0.3, 1.7),
        alv_dist_normal(0, 1),
        alv_dist_normal(0, 0.02),
        alv_dist_truncated_to_std(0, 1, -2, 2),
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        for (int t = 0; t < TYPES; t++) {
            static value_count values[1 << 16];
            int degrees;
            count(&list[i], types[t], N, 21);
            int n = make_values(values, &list[i], types[t], counts);
            double p = p_values(values, n, &list[i], N, &degrees);
            print_message("  %-16s %-10s %5d degrees of freedom, p %.3f\n",
                          alv_dist_name(list[i].kind), alv_dtype_name(types[t]), degrees, p);
            assert_true(degrees >= 3);
            judge(&book, p, "law %d %s, values", (int)i, alv_dtype_name(types[t]));
        }
}

/* 2^24 normals of each type: as many reach k deviations as lie beyond the edge of the interval that
 * rounds to k or more; beyond 5 some 10 are expected. */
static void normals_have_their_tails(void **state)
{
    (void)state;
    alv_dist d = alv_dist_normal(0, 1);
    for (int t = 0; t < TYPES; t++) {
        uint32_t codes = 1u << (8 * alv_dtype_size(types[t]) - 1);
        count(&d, types[t], MANY, 22);
        for (int k = 1; k <= 5; k++) {
            uint32_t first = alv_round_one(types[t], (float)k);
            double below = alv_widen(types[t], first - 1), edge = (below + k) / 2, reached = 0;
            assert_true(alv_widen(types[t], first) == (float)k);
            for (uint32_t code = first; code < codes; code++)
                reached += counts[code] + counts[code | codes];
            double p = erfc(edge * M_SQRT1_2), expected = MANY * p;
            double off = (reached - expected) / sqrt(expected * (1 - p));
            judge(&book, k < 4 ? p_normal(off) : p_poisson(reached, expected),
                  "%s: %g reach %d deviations, expected %g", alv_dtype_name(types[t]), reached, k,
                  expected);
        }
        double most = 0;
        for (uint32_t code = 0; code < 2 * codes; code++)
            if (counts[code]) most = fmax(most, fabs(alv_widen(types[t], code)));
        print_message("  %-10s largest %g\n", alv_dtype_name(types[t]), most);
        assert_true(most <= 7);
    }
}

/* The deviation after rounding is the one of docs/types.md: the numbers, with more digits, are of
 * tools/rounded_deviation.py. 2^24 draws. The first two are so far
 * from the deviation before rounding that 2^24 draws tell them apart. */
static void deviations_are_those_of_the_document(void **state)
{
    (void)state;
    static const struct {
        alv_dtype dtype;
        double std, after;
    } rows[] = {
        {ALV_F8_E5M2, 1, 0.9985536253087485},
        {ALV_F8_E4M3FN, 0.001, 0.0011371316372668129},
        {ALV_F8_E4M3FN, 1, 0.9996376054435655},
        {ALV_BF16, 1, 0.9999985828782033},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        alv_dist d = alv_dist_normal(0, rows[i].std);
        double m2 = 0, m4 = 0;
        count(&d, rows[i].dtype, MANY, 23);
        for (int code = 0; code < 1 << 16; code++) {
            if (counts[code] == 0) continue;
            double value = alv_widen(rows[i].dtype, (uint32_t)code), square = value * value;
            m2 += square * counts[code] / MANY;
            m4 += square * square * counts[code] / MANY;
        }
        double error = sqrt((m4 - m2 * m2) / MANY);
        judge(&book, p_normal((m2 - rows[i].after * rows[i].after) / error), "%s, mean square",
              alv_dtype_name(rows[i].dtype));
        if (i < 2) assert_true(p_normal((m2 - rows[i].std * rows[i].std) / error) < 5e-7);
    }
}

static void the_budget_is_kept(void **state)
{
    (void)state;
    settle(&book, OTHERS);
}

int main(void)
{
    book = ledger_make(21, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_follow_the_rounded_intervals),
        cmocka_unit_test(normals_have_their_tails),
        cmocka_unit_test(deviations_are_those_of_the_document),
        cmocka_unit_test(the_budget_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
