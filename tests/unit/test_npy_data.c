/* Data sets from npy files: types, orders, shapes, truncations, hostile headers. */
#include "data/files.h"

#include "data/load.h"

/* An npy file in memory. */
typedef struct npy {
    unsigned char bytes[4096];
    size_t size;
} npy;

static npy make(const char *descr, const char *fortran, const char *shape, const void *data,
                size_t size)
{
    npy file = {.bytes = "\x93NUMPY\x01"};
    char head[128];
    int length = snprintf(head, sizeof head, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }",
                          descr, fortran, shape);
    memcpy(file.bytes + 10, head, (size_t)length);
    memset(file.bytes + 10 + length, ' ', (size_t)(118 - length));
    file.bytes[8] = 118;
    file.bytes[127] = '\n';
    memcpy(file.bytes + 128, data, size);
    file.size = 128 + size;
    return file;
}

static void reads_types_and_orders(void **state)
{
    (void)state;
    /* 1, -2 | 3, 4: little-endian f4 in C order and big-endian i2 in column-major order. */
    const float c_order[] = {1, -2, 3, 4};
    const unsigned char columns[] = {0, 1, 0, 3, 0xff, 0xfe, 0, 4};
    npy files[] = {make("<f4", "False", "(2, 2)", c_order, sizeof c_order),
                   make(">i2", "True", "(2, 2)", columns, sizeof columns)};
    for (int k = 0; k < 2; k++) {
        alv_array array;
        int64_t position;
        assert_int_equal(alv_array_parse(&array, files[k].bytes, files[k].size, "t", NULL), ALV_OK);
        for (int i = 0; i < 4; i++)
            assert_near(alv_array_at(&array, i, &position), (double)c_order[i], 0);
    }
    /* Column-major with three axes: element (i, j, k) of (2, 3, 2) is at i + 2 j + 6 k. */
    unsigned char cube[12];
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 2; k++)
                cube[i + 2 * j + 6 * k] = (unsigned char)(100 * i + 10 * j + k);
    npy file = make("|u1", "True", "(2, 3, 2)", cube, sizeof cube);
    alv_array array;
    int64_t position;
    assert_int_equal(alv_array_parse(&array, file.bytes, file.size, "t", NULL), ALV_OK);
    for (int n = 0; n < 12; n++)
        assert_near(alv_array_at(&array, n, &position), 100 * (n / 6) + 10 * (n / 2 % 3) + n % 2,
                    0);
}

static void refuses_every_truncation(void **state)
{
    (void)state;
    const double data[] = {1, 2, 3};
    npy file = make("<f8", "False", "(3,)", data, sizeof data);
    for (size_t size = 0; size <= file.size + 1; size++) {
        alv_array array;
        alv_error error;
        unsigned char *copy = calloc(size + 1, 1);
        memcpy(copy, file.bytes, size);
        alv_status status = alv_array_parse(&array, copy, size, "t", &error);
        assert_true((status == ALV_OK) == (size == file.size));
        if (status != ALV_OK) assert_true(error.position >= 0 && error.position <= (int64_t)size);
        free(copy);
    }
}

static void refuses_hostile_headers(void **state)
{
    (void)state;
    static const struct {
        const char *descr, *fortran, *shape;
    } cases[] = {
        {"<f4", "False", "(4611686018427387904, 4)"},
        {"<f4", "False", "(-1,)"},
        {"<f4", "False", "(0,)"},
        {"<f4", "False", "()"},
        {"<f4", "False", "(99999999999999999999,)"},
        {"|O", "False", "(1,)"},
        {"<f4", "Maybe", "(1,)"},
        {"<f3", "False", "(1,)"},
        {"<f4", "False", "(1,1,1,1,1,1,1,1,1,1)"},
        {"<f4", "False", "(2,)"},
    };
    const float one = 1;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        npy file = make(cases[i].descr, cases[i].fortran, cases[i].shape, &one, sizeof one);
        alv_array array;
        alv_error error = {0};
        if (alv_array_parse(&array, file.bytes, file.size, "t", &error) == ALV_OK)
            fail_msg("%s %s %s was read", cases[i].descr, cases[i].fortran, cases[i].shape);
        assert_string_equal(error.where, "t");
    }
}

static void write_npy(const char *name, const char *descr, const char *shape, const void *data,
                      size_t size)
{
    npy file = make(descr, "False", shape, data, size);
    files_write(name, file.bytes, file.size);
}

static void loads_a_pair(void **state)
{
    (void)state;
    const float x[] = {0, 5, 1, 5, 2, 5, 3, 5, 9, 7, 4, 5};
    const int64_t y[] = {0, 1, 0, 1, 1, 2};
    alv_split *split;
    alv_data_options options = {.normalize = true};
    write_npy("x.npy", "<f4", "(6, 2)", x, sizeof x);
    write_npy("y.npy", "<i8", "(6, 1)", y, sizeof y);
    assert_int_equal(alv_data_load(&split, files_root, &options, NULL), ALV_OK);
    static const float train[] = {-1, 0, -0.5f, 0, 0, 0, 0.5f, 0, 1, 0}, test[] = {3.5f, 0};
    assert_int_equal(split->train.n, 5);
    assert_memory_equal(split->train.x, train, sizeof train);
    assert_memory_equal(split->test.x, test, sizeof test);
    assert_int_equal(split->train.y[4], 2);
    assert_int_equal(split->classes, 3);
    alv_split_free(split);
    char path[512];
    snprintf(path, sizeof path, "%s/x.npy", files_root);
    assert_int_equal(alv_data_load(&split, path, NULL, NULL), ALV_OK);
    assert_near((double)split->train.x[2], 1, 0);
    alv_split_free(split);
}

static void loads_images_as_pixels(void **state)
{
    (void)state;
    unsigned char x[5 * 4] = {0, 255, 51, 102}, y[] = {0, 1, 0, 1, 1};
    alv_split *split;
    alv_data_options options = {.normalize = true};
    write_npy("x.npy", "|u1", "(5, 2, 2)", x, sizeof x);
    write_npy("y.npy", "|u1", "(5,)", y, sizeof y);
    assert_int_equal(alv_data_load(&split, files_root, &options, NULL), ALV_OK);
    assert_int_equal(split->height, 2);
    assert_int_equal(split->width, 2);
    static const double pixels[] = {-1, 1, -0.6, -0.2};
    for (int i = 0; i < 4; i++) assert_near((double)split->train.x[i], pixels[i], 1e-7);
    alv_split_free(split);
}

static void refuses_wrong_values(void **state)
{
    (void)state;
    float x[] = {1, 2, 3, NAN, 5};
    double y[] = {0, 1, 0, 1, 1};
    alv_split *split;
    alv_error error;
    write_npy("x.npy", "<f4", "(5, 1)", x, sizeof x);
    write_npy("y.npy", "<f8", "(5,)", y, sizeof y);
    assert_int_equal(alv_data_load(&split, files_root, NULL, &error), ALV_ERR_FORMAT);
    assert_int_equal(error.position, 128 + 12);
    x[3] = 4;
    write_npy("x.npy", "<f4", "(5, 1)", x, sizeof x);
    static const double bad[] = {-1, 0.5, 65536, NAN, 1e300};
    for (int i = 0; i < 5; i++) {
        y[2] = bad[i];
        write_npy("y.npy", "<f8", "(5,)", y, sizeof y);
        assert_int_equal(alv_data_load(&split, files_root, NULL, &error), ALV_ERR_FORMAT);
        assert_int_equal(error.position, 128 + 16);
    }
    write_npy("y.npy", "<f8", "(4,)", y, 32);
    assert_int_equal(alv_data_load(&split, files_root, NULL, &error), ALV_ERR_SHAPE);
    write_npy("y.npy", "<f8", "(2, 2)", y, 32);
    assert_int_equal(alv_data_load(&split, files_root, NULL, &error), ALV_ERR_SHAPE);
    write_npy("x.npy", "<f4", "(5,)", x, sizeof x);
    assert_int_equal(alv_data_load(&split, files_root, NULL, &error), ALV_ERR_SHAPE);
    snprintf(files_path, sizeof files_path, "%s/y.npy", files_root);
    unlink(files_path);
    assert_int_equal(alv_data_load(&split, files_root, NULL, &error), ALV_ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_types_and_orders),
        cmocka_unit_test(refuses_every_truncation),
        cmocka_unit_test(refuses_hostile_headers),
        cmocka_unit_test_setup_teardown(loads_a_pair, files_setup, files_teardown),
        cmocka_unit_test_setup_teardown(loads_images_as_pixels, files_setup, files_teardown),
        cmocka_unit_test_setup_teardown(refuses_wrong_values, files_setup, files_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
