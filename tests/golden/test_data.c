/* The bits of every procedural source, by one digest each: they may not change unnoticed.
 *
 * data.txt has a line for each source: its name and the digest of 300 training and 60 test samples
 * of seed 42 (alv_split.digest, which is the same on every machine). `--print` writes the file
 * anew. Like the stream, the sources are provisional until version 1. */
#include "test.h"

#include <inttypes.h>

#include "data/data.h"

static uint64_t digest_of(const char *name)
{
    alv_split *split;
    alv_data_options options = {.seed = 42, .n_train = 300, .n_test = 60};
    if (alv_data_load(&split, name, &options, NULL) != ALV_OK) return 0;
    uint64_t digest = split->digest;
    alv_split_free(split);
    return digest;
}

static void agrees_with_the_file(void **state)
{
    (void)state;
    FILE *file = fopen(ALV_TEST_DIR "/golden/data.txt", "r");
    char name[64];
    uint64_t wanted;
    int lines = 0;
    assert_non_null(file);
    for (; fscanf(file, "%63s %" SCNx64, name, &wanted) == 2; lines++) {
        const alv_source *source = alv_source_at(lines);
        assert_non_null(source);
        assert_string_equal(name, source->name);
        if (digest_of(name) != wanted)
            fail_msg("%s: %016" PRIx64 ", wanted %016" PRIx64, name, digest_of(name), wanted);
    }
    fclose(file);
    assert_int_equal(lines, alv_source_count());
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--print") == 0) {
        for (int i = 0; i < alv_source_count(); i++)
            printf("%s %016" PRIx64 "\n", alv_source_at(i)->name,
                   digest_of(alv_source_at(i)->name));
        return 0;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_the_file)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
