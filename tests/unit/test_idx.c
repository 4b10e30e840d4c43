/* IDX files, valid, cut, damaged and hostile. */
#include "data/files.h"

#include "data/load.h"

/* Five images of 2 x 3 pixels. */
static const unsigned char images[] = {
    0,  0,  8,  3,  0,  0,  0,  5,  0,  0,  0,  2,  0,  0,  0,  3,  0,  1,  2,  3,  4,  255, 10,
    11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25, 30, 31, 32, 33, 34, 35, 40, 41, 42, 43, 44,  45};
static const unsigned char labels[] = {0, 0, 8, 1, 0, 0, 0, 5, 1, 0, 2, 1, 0};

static alv_status parse(const void *bytes, size_t size, alv_error *error)
{
    alv_idx idx;
    /* An exact heap copy, so that the sanitizer sees any read beyond the end. */
    unsigned char *copy = malloc(size ? size : 1);
    memcpy(copy, bytes, size);
    alv_status status = alv_idx_parse(&idx, copy, size, "test", error);
    if (status == ALV_OK) alv_idx_free(&idx);
    free(copy);
    return status;
}

static void reads_values(void **state)
{
    (void)state;
    alv_idx idx;
    assert_int_equal(alv_idx_parse(&idx, images, sizeof images, "test", NULL), ALV_OK);
    assert_int_equal(idx.rank, 3);
    assert_int_equal(idx.shape[0], 5);
    assert_int_equal(idx.shape[1], 2);
    assert_int_equal(idx.shape[2], 3);
    assert_int_equal(idx.count, 30);
    assert_memory_equal(idx.data, images + 16, 30);
    alv_idx_free(&idx);
}

static void reads_gzip(void **state)
{
    (void)state;
    unsigned char packed[256];
    size_t size = files_gzip(packed, sizeof packed, images, sizeof images);
    alv_idx idx;
    assert_int_equal(alv_idx_parse(&idx, packed, size, "test", NULL), ALV_OK);
    assert_memory_equal(idx.data, images + 16, 30);
    alv_idx_free(&idx);
}

static void refuses_every_truncation(void **state)
{
    (void)state;
    unsigned char packed[256];
    size_t packed_size = files_gzip(packed, sizeof packed, images, sizeof images);
    for (size_t size = 0; size < sizeof images; size++) {
        alv_error error;
        assert_int_equal(parse(images, size, &error), ALV_ERR_FORMAT);
        assert_true(error.position >= 0 && error.position <= (int64_t)size);
    }
    for (size_t size = 0; size < packed_size; size++)
        assert_int_not_equal(parse(packed, size, NULL), ALV_OK);
}

static void refuses_what_follows(void **state)
{
    (void)state;
    alv_error error;
    unsigned char longer[sizeof images + 1] = {0}, packed[256];
    memcpy(longer, images, sizeof images);
    assert_int_equal(parse(longer, sizeof longer, &error), ALV_ERR_FORMAT);
    assert_int_equal(error.position, sizeof images);
    size_t size = files_gzip(packed, sizeof packed, longer, sizeof longer);
    assert_int_equal(parse(packed, size, &error), ALV_ERR_FORMAT);
    assert_int_equal(error.position, sizeof images);
    size = files_gzip(packed, sizeof packed, images, sizeof images);
    packed[size] = 7;
    assert_int_equal(parse(packed, size + 1, &error), ALV_ERR_FORMAT);
}

static void refuses_damage(void **state)
{
    (void)state;
    unsigned char packed[256];
    size_t size = files_gzip(packed, sizeof packed, images, sizeof images);
    packed[size - 8] ^= 1; /* the CRC */
    assert_int_equal(parse(packed, size, NULL), ALV_ERR_FORMAT);
    packed[size - 8] ^= 1;
    packed[size - 4] ^= 1; /* the length */
    assert_int_equal(parse(packed, size, NULL), ALV_ERR_FORMAT);
}

/* A header alone, with its status and the byte that is to blame. */
typedef struct header_case {
    unsigned char bytes[20];
    size_t size;
    alv_status status;
    int64_t position;
} header_case;

static void refuses_hostile_headers(void **state)
{
    (void)state;
    static const header_case cases[] = {
        {{1, 0, 8, 1, 0, 0, 0, 1, 5}, 9, ALV_ERR_FORMAT, 0},       /* not IDX */
        {{0, 0, 13, 1, 0, 0, 0, 1, 5}, 9, ALV_ERR_UNSUPPORTED, 2}, /* floats */
        {{0, 0, 8, 0}, 4, ALV_ERR_FORMAT, 3},                      /* rank 0 */
        {{0, 0, 8, 255, 0, 0, 0, 1}, 8, ALV_ERR_FORMAT, 3},        /* rank 255 */
        {{0, 0, 8, 1, 0, 0, 0, 0}, 8, ALV_ERR_FORMAT, 4},          /* no elements */
        {{0, 0, 8, 1, 255, 255, 255, 255}, 8, ALV_ERR_FORMAT, 4},  /* 4 GiB promised */
        {{0, 0, 8, 1, 128, 0, 0, 0}, 8, ALV_ERR_FORMAT, 4},        /* negative if it were signed */
        {{0,   0,   8,   4,   255, 255, 255, 255, 255, 255,
          255, 255, 255, 255, 255, 255, 255, 255, 255, 255},
         20,
         ALV_ERR_OVERFLOW,
         8}, /* 2^64 after two axes */
    };
    for (int i = 0; i < ALV_COUNT(cases); i++) {
        alv_error error;
        assert_int_equal(parse(cases[i].bytes, cases[i].size, &error), cases[i].status);
        assert_int_equal(error.position, cases[i].position);
    }
}

/* A compressed file may not promise more than deflate can expand to, nor hold more than promised.
 */
static void refuses_bombs(void **state)
{
    (void)state;
    alv_error error;
    unsigned char head[8] = {0, 0, 8, 1, 0x7f, 255, 255, 255}, packed[8192];
    size_t size = files_gzip(packed, sizeof packed, head, sizeof head);
    assert_int_equal(parse(packed, size, &error), ALV_ERR_FORMAT);
    assert_non_null(strstr(error.message, "at most"));
    size_t bomb_size = 4 << 20;
    unsigned char *bomb = calloc(bomb_size, 1);
    memcpy(bomb, (unsigned char[8]){0, 0, 8, 1, 0, 0, 0, 4}, 8);
    size = files_gzip(packed, sizeof packed, bomb, bomb_size);
    assert_int_equal(parse(packed, size, &error), ALV_ERR_FORMAT);
    assert_int_equal(error.position, 12);
    free(bomb);
}

static alv_status load(alv_split **out, const char *path, const alv_data_options *options,
                       alv_error *error)
{
    return alv_data_load(out, path, options, error);
}

static void splits_a_lone_pair(void **state)
{
    (void)state;
    unsigned char packed[256];
    size_t size = files_gzip(packed, sizeof packed, images, sizeof images);
    files_write("t10k-images-idx3-ubyte.gz", packed, size);
    files_write("t10k-labels-idx1-ubyte", labels, sizeof labels);
    alv_split *split;
    alv_data_options options = {.normalize = true};
    assert_int_equal(load(&split, files_root, &options, NULL), ALV_OK);
    assert_int_equal(split->train.n, 4);
    assert_int_equal(split->test.n, 1);
    assert_int_equal(split->dim, 6);
    assert_int_equal(split->height, 2);
    assert_int_equal(split->width, 3);
    assert_int_equal(split->classes, 3);
    assert_near((double)split->train.x[0], -1, 0);
    assert_near((double)split->train.x[5], 1, 0);
    assert_near((double)split->test.x[0], 40 / 127.5 - 1, 1e-7);
    assert_int_equal(split->train.y[2], 2);
    assert_int_equal(split->test.y[0], 0);
    uint64_t digest = split->digest;
    alv_split_free(split);
    options = (alv_data_options){.n_train = 2};
    assert_int_equal(load(&split, files_root, &options, NULL), ALV_OK);
    assert_int_equal(split->train.n, 2);
    assert_near((double)split->train.x[5], 255, 0);
    assert_true(split->digest != digest);
    alv_split_free(split);
}

static void joins_two_pairs(void **state)
{
    (void)state;
    static const unsigned char test_images[] = {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0,
                                                2, 0, 0, 0, 3, 9, 8, 7, 6, 5, 4};
    static const unsigned char test_labels[] = {0, 0, 8, 1, 0, 0, 0, 1, 4};
    files_write("train-images.idx3-ubyte", images, sizeof images);
    files_write("train-labels.idx1-ubyte", labels, sizeof labels);
    files_write("t10k-images-idx3-ubyte", test_images, sizeof test_images);
    files_write("t10k-labels-idx1-ubyte", test_labels, sizeof test_labels);
    alv_split *split;
    assert_int_equal(load(&split, files_root, NULL, NULL), ALV_OK);
    assert_int_equal(split->train.n, 5);
    assert_int_equal(split->test.n, 1);
    assert_int_equal(split->classes, 5);
    assert_int_equal(split->test.y[0], 4);
    assert_near((double)split->test.x[5], 4, 0);
    alv_split_free(split);
    /* One file of images finds its labels. */
    char path[512];
    snprintf(path, sizeof path, "%s/train-images.idx3-ubyte", files_root);
    assert_int_equal(load(&split, path, NULL, NULL), ALV_OK);
    assert_int_equal(split->train.n, 4);
    alv_split_free(split);
}

static void refuses_wrong_pairs(void **state)
{
    (void)state;
    alv_split *split = NULL;
    alv_error error;
    unsigned char few[] = {0, 0, 8, 1, 0, 0, 0, 4, 1, 0, 2, 1};
    files_write("train-images-idx3-ubyte", images, sizeof images);
    assert_int_equal(load(&split, files_root, NULL, &error), ALV_ERR_IO);
    files_write("train-labels-idx1-ubyte", few, sizeof few);
    assert_int_equal(load(&split, files_root, NULL, &error), ALV_ERR_FORMAT);
    assert_string_equal(error.message, "4 labels for 5 images");
    assert_int_equal(error.position, 4);
    unsigned char same[] = {0, 0, 8, 1, 0, 0, 0, 5, 3, 3, 3, 3, 3};
    files_write("train-labels-idx1-ubyte", same, sizeof same);
    assert_int_equal(load(&split, files_root, NULL, &error), ALV_ERR_FORMAT);
    assert_non_null(strstr(error.message, "one class"));
    files_write("train-labels-idx1-ubyte", images, sizeof images);
    assert_int_equal(load(&split, files_root, NULL, &error), ALV_ERR_FORMAT);
    files_write("train-labels-idx1-ubyte", labels, sizeof labels);
    files_write("train-images-idx3-ubyte", labels, sizeof labels);
    assert_int_equal(load(&split, files_root, NULL, &error), ALV_ERR_FORMAT);
    assert_null(split);
}

static void reads_mnist(void **state)
{
    (void)state;
    const char *path = files_shared("mnist");
    if (!path) {
        print_message("no shared MNIST here: skipped\n");
        skip();
    }
    alv_split *split;
    alv_data_options options = {.normalize = true};
    assert_int_equal(load(&split, path, &options, NULL), ALV_OK);
    assert_int_equal(split->train.n, 8000);
    assert_int_equal(split->test.n, 2000);
    assert_int_equal(split->dim, 784);
    assert_int_equal(split->height, 28);
    assert_int_equal(split->classes, 10);
    assert_string_equal(split->name, "mnist");
    /* The test set opens with 7, 2, 1, 0, 4; its class counts are published (980 zeros, ...). */
    static const int first[] = {7, 2, 1, 0, 4};
    static const int counts[] = {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009};
    int seen[10] = {0};
    for (int i = 0; i < 5; i++) assert_int_equal(split->train.y[i], first[i]);
    for (int i = 0; i < 8000; i++) seen[split->train.y[i]]++;
    for (int i = 0; i < 2000; i++) seen[split->test.y[i]]++;
    assert_memory_equal(seen, counts, sizeof counts);
    alv_split_free(split);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_values),
        cmocka_unit_test(reads_gzip),
        cmocka_unit_test(refuses_every_truncation),
        cmocka_unit_test(refuses_what_follows),
        cmocka_unit_test(refuses_damage),
        cmocka_unit_test(refuses_hostile_headers),
        cmocka_unit_test(refuses_bombs),
        cmocka_unit_test_setup_teardown(splits_a_lone_pair, files_setup, files_teardown),
        cmocka_unit_test_setup_teardown(joins_two_pairs, files_setup, files_teardown),
        cmocka_unit_test_setup_teardown(refuses_wrong_pairs, files_setup, files_teardown),
        cmocka_unit_test(reads_mnist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
