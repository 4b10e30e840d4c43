/* The bytes of every initializer, by one hash each: they may not change unnoticed (contract C1).
 *
 * init.txt has a line for each scheme and element type: scheme, type, FNV-1a of 64 bits over the
 * little-endian bytes of the tensor "fc1.weight" under seed 42: 101 x 67, or the first of
 * tests/suited.h that the scheme can fill. `--print` writes the file
 * anew. From stream version 1 on another hash is another version of the stream, a major release. */
#include "suited.h"

/* Schemes besides each initializer's default. */
static const char *const variants[] = {
    "deepnorm(layers=18, other=6)",
    "t_fixup(stack=decoder)",
    "mup(kind=output, base=256)",
    "chrono(tmax=400, order=zrh)",
    "trunc_normal_rel(std=1, std_of=parent)",
    "he_normal(a=0.2, mode=fan_out)",
    "xavier_uniform(gain=1.5)",
    "variance_scaling(scale=2, mode=fan_geo_avg, distribution=normal)",
    "variance_scaling(scale=2, distribution=uniform)",
    "siren(first=yes)",
};

static uint64_t hash_little_endian(const unsigned char *bytes, size_t n, size_t item)
{
    const uint16_t one = 1;
    bool little = *(const unsigned char *)&one == 1;
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n * item; i++) {
        size_t at = little ? i : i / item * item + (item - 1 - i % item);
        hash = (hash ^ bytes[at]) * 0x100000001b3u;
    }
    return hash;
}

static uint64_t hash_of(const char *text, alv_dtype dtype)
{
    static double out[SUITED_MOST];
    alv_scheme scheme = suited_scheme(text);
    alv_tensor tensor = suited_tensor(&scheme, dtype);
    suited_fill(out, 0, suited_count(&tensor), &scheme, &tensor, 42);
    return hash_little_endian((const unsigned char *)out, (size_t)suited_count(&tensor),
                              alv_dtype_size(dtype));
}

static const char *scheme_at(int i)
{
    int n = alv_init_count(), extra = (int)(sizeof variants / sizeof *variants);
    return i < n ? alv_init_at(i)->name : i < n + extra ? variants[i - n] : NULL;
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
    for (int i = 0; scheme_at(i); i++)
        for (alv_dtype dtype = ALV_F32; dtype <= ALV_F8_E5M2; dtype++) {
            char wanted[160];
            line(wanted + 1, sizeof wanted - 2, scheme_at(i), dtype);
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
            "# tests/suited.h that the scheme can fill, seed 42. Stream version %d.\n"
            "# Written by test-golden-init --print.\n",
            ALV_STREAM_VERSION);
        for (int i = 0; scheme_at(i); i++)
            for (alv_dtype dtype = ALV_F32; dtype <= ALV_F8_E5M2; dtype++) {
                char text[160];
                line(text, sizeof text, scheme_at(i), dtype);
                puts(text);
            }
        return 0;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(bytes_are_those_of_the_file)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
