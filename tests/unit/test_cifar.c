/* CIFAR directories: what is read from where, files that are cut, labels that do not exist. The
 * expected pixels follow from the published layout of a record. */
#include "data/files.h"

#include "data/load.h"

enum { PIXELS = 3072 };

/* Byte k of image i: neither planes nor rows nor images may be confused. */
static unsigned char pixel(int i, int k)
{
    return (unsigned char)(7 * i + k + k / 256);
}

/* n records from image `first` on, with label (first + i) % classes; returns the path. */
static void write_records(const char *name, int first, int n, int label_bytes, int classes)
{
    static unsigned char bytes[16 * (2 + PIXELS)];
    unsigned char *to = bytes;
    for (int i = first; i < first + n; i++) {
        if (label_bytes == 2) *to++ = 255; /* coarse: not read */
        *to++ = (unsigned char)(i % classes);
        for (int k = 0; k < PIXELS; k++) *to++ = pixel(i, k);
    }
    files_write(name, bytes, (size_t)(to - bytes));
}

static void reads_batches_in_order(void **state)
{
    (void)state;
    alv_split *split;
    write_records("data_batch_1.bin", 0, 5, 1, 10);
    write_records("data_batch_2.bin", 5, 6, 1, 10);
    write_records("data_batch_4.bin", 90, 3, 1, 10); /* after a gap: not read */
    write_records("test_batch.bin", 11, 3, 1, 10);
    files_write_text("batches.meta.txt", "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\n"
                                         "ship\r\ntruck\n\n");
    assert_int_equal(alv_data_load(&split, files_root, NULL, NULL), ALV_OK);
    assert_int_equal(split->train.n, 11);
    assert_int_equal(split->test.n, 3);
    assert_int_equal(split->dim, PIXELS);
    assert_int_equal(split->classes, 10);
    for (int i = 0; i < 14; i++) {
        const alv_samples *part = i < 11 ? &split->train : &split->test;
        const int at = i < 11 ? i : i - 11;
        assert_int_equal(part->y[at], i % 10);
        for (int k = 0; k < PIXELS; k++)
            assert_true(part->x[at * PIXELS + k] == (float)pixel(i, k));
    }
    assert_string_equal(split->class_names[0], "airplane");
    assert_string_equal(split->class_names[8], "ship");
    alv_split_free(split);

    const alv_data_options some = {.n_train = 7, .n_test = 2, .normalize = true};
    assert_int_equal(alv_data_load(&split, files_root, &some, NULL), ALV_OK);
    assert_int_equal(split->train.n, 7);
    assert_int_equal(split->test.n, 2);
    assert_near((double)split->train.x[6 * PIXELS + 5], pixel(6, 5) / 127.5 - 1, 1e-7);
    alv_split_free(split);
}

static void reads_fine_labels_of_the_hundred(void **state)
{
    (void)state;
    alv_split *split;
    write_records("train.bin", 60, 9, 2, 100);
    write_records("test.bin", 95, 4, 2, 100);
    assert_int_equal(alv_data_load(&split, files_root, NULL, NULL), ALV_OK);
    assert_int_equal(split->classes, 100);
    assert_int_equal(split->train.y[8], 68);
    assert_int_equal(split->test.y[3], 98);
    assert_true(split->test.x[3 * PIXELS + PIXELS - 1] == (float)pixel(98, PIXELS - 1));
    assert_null(split->class_names);
    alv_split_free(split);
}

static void refused(int64_t position, const char *part)
{
    alv_split *split = (alv_split *)&position;
    alv_error error = {0};
    assert_int_equal(alv_data_load(&split, files_root, NULL, &error), ALV_ERR_FORMAT);
    assert_ptr_equal(split, &position);
    assert_int_equal(error.position, position);
    if (!strstr(error.message, part)) fail_msg("'%s' lacks '%s'", error.message, part);
}

static void refuses_what_is_not_whole(void **state)
{
    (void)state;
    unsigned char bytes[PIXELS + 1] = {0};
    write_records("data_batch_1.bin", 0, 4, 1, 10);
    write_records("test_batch.bin", 4, 2, 1, 10);
    files_write("data_batch_2.bin", bytes, PIXELS);
    refused(0, "cut: 3072 of 3073");
    bytes[0] = 10;
    files_write("data_batch_2.bin", bytes, PIXELS + 1);
    refused(0, "label 10; there are 10 classes");
    files_write("data_batch_2.bin", bytes, 0);
    refused(0, "empty");
    files_write("test_batch.bin", bytes, PIXELS + 1);
    refused(0, "label 10");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_batches_in_order, files_setup, files_teardown),
        cmocka_unit_test_setup_teardown(reads_fine_labels_of_the_hundred, files_setup,
                                        files_teardown),
        cmocka_unit_test_setup_teardown(refuses_what_is_not_whole, files_setup, files_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
