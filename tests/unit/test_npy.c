/* The .npy header: what numpy writes, what numpy accepts, and hostile bytes. */
#include "test.h"

#include "alvor/alvor.h"

/* np.save of a (3, 4) array of float32, as numpy 1.24 writes it, without its data. */
static const char numpy_header[] = "\x93NUMPY\x01\x00\x76\x00"
                                   "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }"
                                   "                                                          \n";

static void writes_the_bytes_of_numpy(void **state)
{
    (void)state;
    char out[256];
    size_t length = 0;
    const int64_t shape[] = {3, 4};
    assert_int_equal(sizeof numpy_header - 1, 128);
    assert_int_equal(alv_npy_header(out, sizeof out, &length, ALV_F32, 2, shape, NULL), ALV_OK);
    assert_int_equal(length, 128);
    assert_memory_equal(out, numpy_header, 128);
    assert_int_equal(alv_npy_header(out, 127, &length, ALV_F32, 2, shape, NULL), ALV_ERR_RANGE);
    int64_t longest[ALV_MAX_RANK] = {0}; /* an empty array may have any other sizes */
    for (int i = 1; i < ALV_MAX_RANK; i++) longest[i] = INT64_MAX;
    assert_int_equal(alv_npy_header(out, 256, &length, ALV_F64, ALV_MAX_RANK, longest, NULL), 0);
    assert_int_equal(length, 256);
}

static void reads_what_it_writes(void **state)
{
    (void)state;
    static const int64_t shapes[][ALV_MAX_RANK] = {
        {0}, {5}, {2, 3}, {1, 2, 3, 1, 2, 3, 1, 2}, {4, 0, INT64_C(1) << 40}};
    static const int ranks[] = {0, 1, 2, 8, 3};
    static const int64_t counts[] = {1, 5, 6, 72, 0};
    for (int i = 0; i < 5; i++)
        for (alv_dtype dtype = ALV_F32; dtype <= ALV_F64; dtype++) {
            char out[2048] = {0};
            size_t length = 0;
            alv_npy npy;
            assert_int_equal(
                alv_npy_header(out, sizeof out, &length, dtype, ranks[i], shapes[i], NULL), ALV_OK);
            assert_int_equal(length % 64, 0);
            assert_int_equal(alv_npy_parse(&npy, out, sizeof out, NULL), ALV_OK);
            assert_int_equal(npy.kind, 'f');
            assert_int_equal(npy.item, alv_dtype_size(dtype));
            assert_false(npy.big || npy.fortran);
            assert_int_equal(npy.rank, ranks[i]);
            assert_int_equal(npy.count, counts[i]);
            assert_int_equal(npy.offset, length);
            for (int k = 0; k < ranks[i]; k++) assert_int_equal(npy.shape[k], shapes[i][k]);
            size_t data = (size_t)counts[i] * alv_dtype_size(dtype);
            assert_int_equal(alv_npy_parse(&npy, out, length + data, NULL), ALV_OK);
            if (data > 0)
                assert_int_equal(alv_npy_parse(&npy, out, length + data - 1, NULL), ALV_ERR_FORMAT);
        }
}

/* Puts the dictionary behind a prefix of the version; returns the size, data included. */
static size_t wrap(char *out, int version, const char *dictionary, size_t data)
{
    size_t n = strlen(dictionary), prefix = version == 1 ? 10 : 12;
    memcpy(out, "\x93NUMPY", 6);
    memcpy(out + 6, (char[]){(char)version, 0, (char)(n & 255), (char)(n >> 8), 0, 0}, 6);
    memcpy(out + prefix, dictionary, n);
    memset(out + prefix + n, 0, data);
    return prefix + n + data;
}

static void accepts_every_spelling_of_numpy(void **state)
{
    (void)state;
    static const struct {
        int version;
        const char *text;
        char kind;
        int item;
        bool big, fortran;
    } cases[] = {
        {1, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n", 'u', 1, false, true},
        {2, "{\"descr\": \">i8\", \"fortran_order\": False, \"shape\": (2,3)}\n", 'i', 8, true,
         false},
        {3, "{'shape': (2L, 3L), 'fortran_order': False, 'descr': '<f2'}", 'f', 2, false, false},
        {1, "{ 'shape':( 2 , 3 , ) , 'descr':'|b1','fortran_order':False,}  \n", 'u', 1, false,
         false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char file[512];
        alv_npy npy;
        alv_error error = {0};
        size_t size = wrap(file, cases[i].version, cases[i].text, 64);
        if (alv_npy_parse(&npy, file, size, &error) != ALV_OK)
            print_error("%s: byte %lld: %s\n", cases[i].text, (long long)error.position,
                        error.message);
        assert_int_equal(error.code, ALV_OK);
        assert_int_equal(npy.kind, cases[i].kind);
        assert_int_equal(npy.item, cases[i].item);
        assert_int_equal(npy.big, cases[i].big);
        assert_int_equal(npy.fortran, cases[i].fortran);
        assert_int_equal(npy.count, 6);
    }
}

static void refuses_with_the_byte(void **state)
{
    (void)state;
#define HEAD "{'descr': '<f4', 'fortran_order': False, 'shape': "
    static const struct {
        const char *text;
        alv_status status;
        int64_t position;
    } cases[] = {
        {"", ALV_ERR_FORMAT, 10},
        {"descr", ALV_ERR_FORMAT, 10},
        {"{'descr': '<f4'}", ALV_ERR_FORMAT, 26},
        {"{'descr': 'O', }", ALV_ERR_UNSUPPORTED, 20},
        {"{'descr': [('a', '<f4')], }", ALV_ERR_FORMAT, 20},
        {"{'descr': '<c8', }", ALV_ERR_UNSUPPORTED, 20},
        {"{'descr': '', }", ALV_ERR_UNSUPPORTED, 20},
        {"{'descr': '<f4, }", ALV_ERR_FORMAT, 21},
        {"{'secret': 1}", ALV_ERR_FORMAT, 11},
        {"{'descr': '<f4', 'descr': '<f4', }", ALV_ERR_FORMAT, 27},
        {"{'fortran_order': 0, }", ALV_ERR_FORMAT, 28},
        {HEAD "(3, -4), }", ALV_ERR_FORMAT, 64},
        {HEAD "(3 4), }", ALV_ERR_FORMAT, 63},
        {HEAD "3, }", ALV_ERR_FORMAT, 60},
        {HEAD "(,), }", ALV_ERR_FORMAT, 61},
        {HEAD "(99999999999999999999,), }", ALV_ERR_OVERFLOW, 61},
        {HEAD "(9000000000000000000, 9000000000000000000), }", ALV_ERR_OVERFLOW, 105},
        {HEAD "(1,1,1,1,1,1,1,1,1), }", ALV_ERR_UNSUPPORTED, 77},
        {HEAD "(17,), }", ALV_ERR_FORMAT, 68 + 64},
        {HEAD "(1,), } __import__('os')", ALV_ERR_FORMAT, 68},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char file[512];
        alv_npy npy = {.item = 77};
        alv_error error = {0};
        size_t size = wrap(file, 1, cases[i].text, 64);
        alv_status status = alv_npy_parse(&npy, file, size, &error);
        if (status != cases[i].status || error.position != cases[i].position)
            print_error("%s: %s at %lld: %s\n", cases[i].text, alv_status_name(status),
                        (long long)error.position, error.message);
        assert_int_equal(status, cases[i].status);
        assert_int_equal(error.position, cases[i].position);
        assert_int_equal(npy.item, 77); /* untouched on error */
    }
}

static void bad_prefixes(void **state)
{
    (void)state;
    alv_npy npy;
    alv_error error;
    char file[256];
    memcpy(file, numpy_header, 128);
    file[6] = 4;
    assert_int_equal(alv_npy_parse(&npy, file, 256, &error), ALV_ERR_UNSUPPORTED);
    assert_int_equal(error.position, 6);
    file[6] = 1, file[3] = 'X';
    assert_int_equal(alv_npy_parse(&npy, file, 256, &error), ALV_ERR_FORMAT);
    assert_int_equal(error.position, 3);
    file[3] = 'M', file[9] = 1; /* 374 bytes of header where 246 are left */
    assert_int_equal(alv_npy_parse(&npy, file, 256, &error), ALV_ERR_FORMAT);
    assert_int_equal(error.position, 8);
    assert_int_equal(alv_npy_parse(&npy, NULL, 1, &error), ALV_ERR_ARGUMENT);
    assert_int_equal(alv_npy_parse(&npy, NULL, 0, &error), ALV_ERR_FORMAT);
}

/* Every truncation fails, every single-byte change is survived, and what is accepted is sane. The
 * copy has exactly the size that is passed, so a sanitizer sees any step outside. */
static void survives_cuts_and_changes(void **state)
{
    (void)state;
    alv_npy npy;
    for (size_t size = 0; size < 128 + 48; size++) {
        char *copy = calloc(size ? size : 1, 1);
        memcpy(copy, numpy_header, size < 128 ? size : 128);
        alv_error error;
        assert_int_equal(alv_npy_parse(&npy, copy, size, &error), ALV_ERR_FORMAT);
        assert_int_equal(error.position, size >= 10 && size < 128 ? 8 : size);
        free(copy);
    }
    char *file = calloc(128 + 48, 1);
    for (size_t at = 0; at < 128; at++)
        for (int byte = 0; byte < 256; byte++) {
            memcpy(file, numpy_header, 128);
            file[at] = (char)byte;
            if (alv_npy_parse(&npy, file, 128 + 48, NULL) != ALV_OK) continue;
            assert_true(npy.offset + (size_t)npy.count * (size_t)npy.item <= 128 + 48);
        }
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_bytes_of_numpy),
        cmocka_unit_test(reads_what_it_writes),
        cmocka_unit_test(accepts_every_spelling_of_numpy),
        cmocka_unit_test(refuses_with_the_byte),
        cmocka_unit_test(bad_prefixes),
        cmocka_unit_test(survives_cuts_and_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
