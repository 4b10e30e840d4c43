/* The bytes of every initializer, by one hash each: they may not change unnoticed (contract C1).
 *
 * init.txt has a line for each scheme and element type: scheme, type, FNV-1a of 64 bits over the
 * little-endian bytes of the tensor "fc1.weight" under seed 42: 101 x 67, or the first of
 * tests/suited_tensors.h that the scheme can fill. `--print` writes the file anew. From stream
 * version 1 on another hash is another version of the stream, a major release. */
#include "suited.h"

#include "golden/fills.h"

static uint64_t hash_of(const char *text, alv_dtype dtype)
{
    static double out[SUITED_MOST];
    alv_scheme scheme;
    alv_tensor tensor;
    alv_error error = {0};
    if (golden_make(&scheme, &tensor, text, dtype, &error) != ALV_OK)
        fail_msg("%s: %s", text, error.message);
    suited_fill(out, 0, suited_count(&tensor), &scheme, &tensor, GOLDEN_SEED);
    return golden_hash(out, suited_count(&tensor), alv_dtype_size(dtype));
}

static void line(char *out, size_t size, const char *scheme, alv_dtype dtype)
{
    snprintf(out, size, "%s; %s; %016llx", scheme, alv_dtype_name(dtype),
             (unsigned long long)hash_of(scheme, dtype));
}

static void bytes_are_those_of_the_file(void **state)
{
    (void)state;
    static char file[16384];
    FILE *in = fopen(ALV_TEST_DIR "/golden/init.txt", "r");
    assert_non_null(in);
    size_t size = fread(file, 1, sizeof file - 2, in);
    fclose(in);
    file[size] = '\0';
    int differ = 0, lines = 0;
    for (int i = 0; golden_text(i); i++)
        for (alv_dtype dtype = ALV_F32; dtype <= ALV_F8_E5M2; dtype++) {
            char wanted[160];
            line(wanted + 1, sizeof wanted - 2, golden_text(i), dtype);
            wanted[0] = '\n';
            strcat(wanted, "\n");
            lines++;
            if (strstr(file, wanted)) continue;
            differ++;
            print_error("not in init.txt: %s", wanted + 1);
        }
    assert_int_equal(differ, 0);
    for (char *p = file; (p = strchr(p, '\n')) != NULL; p++) lines -= p[1] && p[1] != '#';
    assert_int_equal(lines, 0); /* no line without a scheme */
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--print") == 0) {
        printf(
            "# scheme; element type; FNV-1a-64 of the little-endian bytes of the first tensor of\n"
            "# tests/suited_tensors.h that the scheme can fill, seed 42. Stream version %d.\n"
            "# Written by test-golden-init --print.\n",
            ALV_STREAM_VERSION);
        for (int i = 0; golden_text(i); i++)
            for (alv_dtype dtype = ALV_F32; dtype <= ALV_F8_E5M2; dtype++) {
                char text[160];
                line(text, sizeof text, golden_text(i), dtype);
                puts(text);
            }
        return 0;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(bytes_are_those_of_the_file)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
