/* What the frameworks themselves drew: hashes in compat.txt, made by tools/gen_compat_golden.py.
 *
 * A line is a stream from a seed, arrays of all sizes drawn one after the other; its hash is the
 * sum of the mixed bits of all elements. If one differs, programs that start from alvor's weights
 * no longer start from PyTorch's. */
#include "test.h"

#include "alvor/alvor.h"

enum { MOST = 1000003 };
#ifdef ALV_SHORT /* under an emulator: without the largest size */
enum { SIZES = 43 };
#else
enum { SIZES = 44 };
#endif

static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint64_t bits_at(const void *array, int64_t i, size_t item)
{
    return item == 8   ? ((const uint64_t *)array)[i]
           : item == 4 ? ((const uint32_t *)array)[i]
                       : ((const uint16_t *)array)[i];
}

static uint64_t add(uint64_t hash, uint64_t *at, const void *array, int64_t n, size_t item)
{
    for (int64_t i = 0; i < n; i++, ++*at)
        hash += mix(bits_at(array, i, item) + *at * 0x9e3779b97f4a7c15u);
    return hash;
}

/* The draw of the file of n elements; bytes of an element, 0 on an error. */
static size_t draw(void *out, const char *what, alv_dtype dtype, int64_t n, alv_compat_rng *rng)
{
    const bool odd = n % 2;
    alv_status status = ALV_ERR_UNKNOWN_NAME;
    size_t item = alv_dtype_size(dtype);
    if (strcmp(what, "uniform") == 0)
        status = alv_compat_uniform(out, dtype, n, odd ? 0 : -0.3, odd ? 1 : 1.7, rng, NULL);
    else if (strcmp(what, "normal") == 0)
        status = alv_compat_normal(out, dtype, n, odd ? 0 : 0.3, odd ? 1 : 0.02, rng, NULL);
    else if (strcmp(what, "truncated") == 0)
        status = alv_compat_truncated(out, dtype, n, 0.1, 0.7, -0.5, 1, rng, NULL);
    else if (strcmp(what, "truncated2") == 0)
        status =
            alv_compat_truncated(out, dtype, n, 0.1, 0.7, 0.1 - 2 * 0.7, 0.1 + 2 * 0.7, rng, NULL);
    else if ((item = 8) && strcmp(what, "integers32") == 0)
        status =
            alv_compat_integers(out, n, odd ? -3 : INT32_MIN, odd ? 1000 : INT32_MAX, rng, NULL);
    else if (strcmp(what, "integers") == 0)
        status = alv_compat_integers(out, n, odd ? -3 : -(INT64_C(1) << 40),
                                     odd ? 1000 : INT64_C(1) << 41, rng, NULL);
    else if (strcmp(what, "permutation") == 0)
        status = alv_compat_permutation(out, n, rng, NULL);
    return status == ALV_OK ? item : 0;
}

static bool dtype_of(alv_dtype *out, const char *name)
{
    for (int d = 0; d <= ALV_F8_E5M2; d++)
        if (strcmp(alv_dtype_name((alv_dtype)d), name) == 0) return *out = (alv_dtype)d, true;
    *out = ALV_F32;
    return strcmp(name, "-") == 0;
}

static uint64_t hash_of(const char *profile, const char *what, const char *type, uint64_t seed,
                        int sizes, const alv_kernels *kernels)
{
    static int64_t out[MOST];
    alv_compat_rng rng;
    alv_dtype dtype;
    uint64_t hash = 0, at = 0;
    if (!dtype_of(&dtype, type) ||
        alv_compat_seed(&rng, alv_compat_find(profile), seed, NULL) != ALV_OK)
        return 0;
    rng.kernels = kernels;
    for (int k = 0; k < sizes; k++) {
        const int64_t n = k < 40 ? k + 1 : (int64_t[]){100, 1000, 4097, MOST}[k - 40];
        size_t item = draw(out, what, dtype, n, &rng);
        if (item == 0) return 0;
        hash = add(hash, &at, out, n, item);
    }
    return hash;
}

static void frameworks_drew_the_same(void **state)
{
    (void)state;
    char line[256], profile[32], what[16], type[8];
    FILE *file = fopen(ALV_TEST_DIR "/golden/compat.txt", "r");
    int lines = 0, differ = 0;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        unsigned long long seed, brief, whole;
        if (line[0] == '#') continue;
        assert_int_equal(sscanf(line, "%31[^;]; %15[^;]; %7[^;]; %llu; %llx; %llx", profile, what,
                                type, &seed, &brief, &whole),
                         6);
        lines++;
        /* The two are the same where the largest size is left out. */
        const int sizes = brief == whole ? 43 : SIZES;
        if (hash_of(profile, what, type, seed, sizes, NULL) == (sizes < 44 ? brief : whole))
            continue;
        differ++;
        print_error("differs: %s", line);
    }
    fclose(file);
    assert_int_equal(differ, 0);
    assert_true(lines > 100);
}

static uint64_t module_hash(const char *text, alv_dtype dtype, alv_compat_rng *rng)
{
    enum { PARAMS = 100 };
    void *outs[PARAMS] = {NULL};
    int64_t counts[PARAMS];
    uint64_t hash = 0, at = 0;
    alv_compat_module *module;
    alv_error error;
    if (alv_compat_module_new(&module, text, dtype, &error) != ALV_OK)
        return print_error("%s: %s\n", text, error.message), 0;
    const int n = alv_compat_module_count(module);
    assert_true(n < PARAMS);
    for (int i = 0; i < n; i++) {
        assert_int_equal(alv_tensor_count(&counts[i], alv_compat_module_param(module, i), NULL),
                         ALV_OK);
        outs[i] = calloc((size_t)counts[i] + 1, 8);
    }
    assert_int_equal(alv_compat_module_draw(outs, module, rng, NULL), ALV_OK);
    for (int i = 0; i < n; i++) {
        hash = add(hash, &at, outs[i], counts[i], alv_dtype_size(dtype));
        free(outs[i]);
    }
    alv_compat_module_free(module);
    return hash;
}

static uint64_t scheme_hash(const char *text, const char *shape, alv_dtype dtype,
                            alv_compat_rng *rng)
{
    static double out[16 * 8 * 15];
    alv_tensor tensor = {.name = "w", .dtype = dtype};
    alv_scheme scheme;
    alv_error error;
    int64_t n;
    uint64_t at = 0;
    for (const char *p = shape; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
        tensor.shape[tensor.rank++] = atoi(p);
    if (alv_compat_scheme_parse(&scheme, rng->profile, text, &error) != ALV_OK ||
        alv_tensor_count(&n, &tensor, &error) != ALV_OK || n > 16 * 8 * 15 ||
        alv_compat_init(out, &scheme, &tensor, rng, &error) != ALV_OK)
        return print_error("%s: %s\n", text, error.message), 0;
    return add(0, &at, out, n, alv_dtype_size(dtype));
}

static void modules_and_initializers_are_theirs(void **state)
{
    (void)state;
    char line[256], profile[32], type[8], shape[32], text[128];
    FILE *file = fopen(ALV_TEST_DIR "/golden/compat_tensors.txt", "r");
    int lines = 0, differ = 0;
    assert_non_null(file);
    for (; fgets(line, sizeof line, file); lines++) {
        unsigned long long seed, wanted;
        alv_compat_rng rng;
        alv_dtype dtype;
        if (line[0] == '#') continue;
        assert_int_equal(sscanf(line, "%31[^;]; %7[^;]; %llu; %llx; %31[^;]; %127[^\n]", profile,
                                type, &seed, &wanted, shape, text),
                         6);
        assert_true(dtype_of(&dtype, type));
        assert_int_equal(alv_compat_seed(&rng, alv_compat_find(profile), seed, NULL), ALV_OK);
        uint64_t got = shape[0] == '-' ? module_hash(text, dtype, &rng)
                                       : scheme_hash(text, shape, dtype, &rng);
        if (got != wanted) differ++, print_error("differs: %s", line);
    }
    fclose(file);
    assert_int_equal(differ, 0);
    assert_true(lines > 100);
}

/* Every instruction set gives the bits of the plain one. */
static void sets_agree(void **state)
{
    (void)state;
    static const struct {
        const char *profile, *draw, *type;
    } draws[] = {{"torch", "uniform", "f32"},
                 {"torch", "uniform", "f64"},
                 {"torch", "normal", "f32"},
                 {"torch", "normal", "f64"},
                 {"jax", "normal", "f32"}};
    for (int k = 0; k < alv_kernels_count(); k++)
        for (int i = 0; i < 5; i++)
            assert_int_equal(
                hash_of(draws[i].profile, draws[i].draw, draws[i].type, 5, 43, alv_kernels_at(k)),
                hash_of(draws[i].profile, draws[i].draw, draws[i].type, 5, 43,
                        alv_kernels_find("scalar")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(frameworks_drew_the_same),
                                       cmocka_unit_test(modules_and_initializers_are_theirs),
                                       cmocka_unit_test(sets_agree)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
