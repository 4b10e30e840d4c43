/* Is the stream random, and are the streams of neighbouring names and seeds unrelated? Fixed seeds:
 * a failure is a change of the stream or a defect; with fresh ones, false alarms: suite.h. */
#include "suite.h"

#include "alvor/stream.h"
#include "math/math.h"
#include "stream/rng.h"

enum { WORDS = 1 << 20 };

static uint32_t a[WORDS], b[WORDS];

static ledger book;

/* A statistic that is N(0, 1) if all is well. */
static void check(const char *what, double z)
{
    judge(&book, p_normal(z), "%s", what);
}

/* Counts of k cells that are equally likely. */
static void check_cells(const char *what, const uint32_t *counts, int k)
{
    double total = 0, sum = 0;
    for (int i = 0; i < k; i++) total += counts[i];
    for (int i = 0; i < k; i++)
        sum += (counts[i] - total / k) * (counts[i] - total / k) / (total / k);
    judge(&book, p_chi_square(sum, k - 1), "%s", what);
}

/* Hamming distance of two streams: ones of the xor against half of all bits. */
static double distance(const uint32_t *x, const uint32_t *y)
{
    double ones = 0;
    for (int i = 0; i < WORDS; i++) ones += __builtin_popcount(x[i] ^ y[i]);
    return (ones - 16.0 * WORDS) / sqrt(8.0 * WORDS);
}

static void bits_and_bytes_are_even(void **state)
{
    (void)state;
    alv_stream_words(a, 0, WORDS, alv_stream_make(1, "bits", NULL));
    for (int bit = 0; bit < 32; bit++) {
        double ones = 0;
        for (int i = 0; i < WORDS; i++) ones += a[i] >> bit & 1;
        check("one bit", (ones - WORDS / 2.0) / sqrt(WORDS / 4.0));
    }
    for (int shift = 0; shift < 32; shift += 4) {
        static uint32_t counts[4096];
        memset(counts, 0, sizeof counts);
        for (int i = 0; i < WORDS; i++)
            counts[(a[i] >> shift | a[i] << (31 - shift) << 1) & 4095]++;
        check_cells("twelve bits", counts, 4096);
    }
}

static void successive_words_are_independent(void **state)
{
    (void)state;
    alv_stream_words(a, 0, WORDS, alv_stream_make(2, "pairs", NULL));
    static uint32_t counts[4096];
    for (int gap = 1; gap <= 64; gap *= 2) {
        memset(counts, 0, sizeof counts);
        for (int i = 0; i + gap < WORDS; i++) /* disjoint pairs */
            if (i / gap % 2 == 0) counts[(a[i] >> 26) << 6 | a[i + gap] >> 26]++;
        check_cells("pairs at a distance", counts, 4096);
    }
    memcpy(b, a + 1, sizeof b - sizeof *b);
    b[WORDS - 1] = a[0];
    check("successive words", distance(a, b));
}

static void neighbours_are_unrelated(void **state)
{
    (void)state;
    static const struct {
        uint64_t seed;
        const char *name, *purpose;
    } others[] = {
        {1, "fc1.weight", NULL},
        {0x8000000000000000, "fc1.weight", NULL},
        {0, "fc2.weight", NULL},
        {0, "fc1.bias", NULL},
        {0, "fc1.weight", "zeros"},
        {0, "fc1.weighs", NULL},
        {0, "", NULL},
        {0x100000000, "fc1.weight", NULL},
    };
    alv_stream_words(a, 0, WORDS, alv_stream_make(0, "fc1.weight", NULL));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        alv_stream s = alv_stream_make(others[i].seed, others[i].name, others[i].purpose);
        alv_stream_words(b, 0, WORDS, s);
        check("two streams", distance(a, b));
        static uint32_t counts[4096];
        memset(counts, 0, sizeof counts);
        for (int k = 0; k < WORDS; k++) counts[(a[k] >> 26) << 6 | b[k] >> 26]++;
        check_cells("two streams, by bins", counts, 4096);
    }
}

/* The first words of the streams of many seeds, and of many names, are themselves random. */
static void first_words_of_many_streams_are_even(void **state)
{
    (void)state;
    for (int by_name = 0; by_name < 2; by_name++) {
        double ones[32] = {0}, changed = 0;
        uint32_t before = 0;
        enum { STREAMS = 100000 };
        for (int i = 0; i < STREAMS; i++) {
            char name[32];
            snprintf(name, sizeof name, "layer%d.weight", by_name ? i : 0);
            uint32_t word;
            alv_stream_words(&word, 0, 1, alv_stream_make(by_name ? 7 : (uint64_t)i, name, NULL));
            for (int bit = 0; bit < 32; bit++) ones[bit] += word >> bit & 1;
            if (i > 0) changed += __builtin_popcount(word ^ before);
            before = word;
        }
        for (int bit = 0; bit < 32; bit++)
            check("first words", (ones[bit] - STREAMS / 2.0) / sqrt(STREAMS / 4.0));
        check("avalanche", (changed - 16.0 * (STREAMS - 1)) / sqrt(8.0 * (STREAMS - 1)));
    }
}

/* Flipping any one bit of counter or key changes half of the 128 bits of a block. */
static void one_bit_changes_half(void **state)
{
    (void)state;
    enum { TRIALS = 4096 };
    for (int flipped = 0; flipped < 192; flipped++) {
        double changed = 0;
        for (uint32_t i = 0; i < TRIALS; i++) {
            uint32_t in[6] = {i, i * 7, ~i, i << 9, i * 31, 5}, x[4], y[4];
            alv_philox4x32(x, in, in + 4);
            in[flipped / 32] ^= 1u << flipped % 32;
            alv_philox4x32(y, in, in + 4);
            for (int k = 0; k < 4; k++) changed += __builtin_popcount(x[k] ^ y[k]);
        }
        check("avalanche of Philox", (changed - 64.0 * TRIALS) / sqrt(32.0 * TRIALS));
    }
}

static void the_sequential_generator_is_fair(void **state)
{
    (void)state;
    alv_rng rng = alv_rng_make(3, "rng");
    double sum = 0, squares = 0, normal = 0, normal2 = 0;
    static uint32_t counts[1000], places[24];
    for (int i = 0; i < WORDS; i++) {
        double u = alv_rng_uniform(&rng) - 0.5, z = alv_rng_normal(&rng);
        assert_true(u > -0.5 && u < 0.5);
        sum += u, squares += u * u - 1.0 / 12, normal += z, normal2 += z * z - 1;
        counts[alv_rng_below(&rng, 1000)]++;
    }
    check("uniform mean", sum / sqrt(WORDS / 12.0));
    check("uniform variance", squares / sqrt(WORDS / 180.0));
    check("normal mean", normal / sqrt(WORDS));
    check("normal variance", normal2 / sqrt(2.0 * WORDS));
    check_cells("below 1000", counts, 1000);
    assert_true(alv_rng_below(&rng, 1) == 0 && alv_rng_below(&rng, 0) == 0);
    /* A bound just above 2^63, where taking remainders would be off by half: the lower half of the
     * range must get half of the draws. */
    double low = 0;
    for (int i = 0; i < 100000; i++) low += alv_rng_below(&rng, (1ull << 63) + 2) <= 1ull << 62;
    check("below 2^63 + 2", (low - 50000) / sqrt(25000));
    /* All 24 orders of four things. */
    for (int i = 0; i < 240000; i++) {
        int64_t order[4];
        alv_rng_shuffle(&rng, order, 4);
        int rank = 0;
        for (int j = 0; j < 4; j++) {
            int smaller = 0;
            for (int k = j + 1; k < 4; k++) smaller += order[k] < order[j];
            rank = rank * (4 - j) + smaller;
        }
        places[rank]++;
    }
    check_cells("orders of four", places, 24);
}

static void the_budget_is_kept(void **state)
{
    (void)state;
    settle(&book, OTHERS);
}

int main(void)
{
    book = ledger_make(0, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_and_bytes_are_even),
        cmocka_unit_test(successive_words_are_independent),
        cmocka_unit_test(neighbours_are_unrelated),
        cmocka_unit_test(first_words_of_many_streams_are_even),
        cmocka_unit_test(one_bit_changes_half),
        cmocka_unit_test(the_sequential_generator_is_fair),
        cmocka_unit_test(the_budget_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
