/* Spans of a file are the bytes that its mapping shows, wherever and in whatever order they are
 * asked for; what inspect says does not depend on the way or the threads; and a file that is
 * shortened, replaced or gone while it is read is an error with its place. If this fails, inspect
 * tells wrong numbers of large files, or dies of a signal. */
#include "audit_fixture.h"

#include <unistd.h>

#include "formats/reader.h"

enum { ROWS = 2200, COLUMNS = 1000 }; /* more than one part of alv_measure_part */

/* The draft in a file of its own, opened; free with end_file. */
typedef struct file {
    draft d;
    char path[64];
    alv_checkpoint *model;
} file;

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

static void begin_file(file *f)
{
    *f = (file){.path = "/tmp/alvor-reader-XXXXXX"};
    draft_dense(&f->d, "large.weight", "normal(std=0.3)", ROWS, COLUMNS, 1);
    draft_dense(&f->d, "small.weight", "uniform(r=1)", 30, 70, 2);
    draft_dense(&f->d, "tall.weight", "orthogonal", 5000, 40, 3);
    alv_tensor half = {.rank = 2, .shape = {800, 300}, .dtype = ALV_BF16};
    draft_add(&f->d, "half.weight", "xavier_normal", half, 4);
    draft_write(&f->d);
    const int fd = mkstemp(f->path);
    assert_true(fd >= 0);
    close(fd);
    write_file(f->path, f->d.bytes, f->d.size);
    assert_int_equal(alv_checkpoint_open(&f->model, f->path, NULL, NULL), ALV_OK);
}

static void end_file(file *f)
{
    alv_checkpoint_free(f->model);
    draft_free(&f->d);
    unlink(f->path);
}

static void spans_are_the_bytes(void **state)
{
    (void)state;
    file f;
    alv_reader r;
    begin_file(&f);
    assert_int_equal(alv_reader_begin(&r, f.model, NULL), ALV_OK);
    uint32_t seed = 1;
    for (int k = 0; k < 2000; k++) {
        const alv_checkpoint_tensor *t = &f.model->tensors[(seed >> 3) % (uint32_t)f.model->n];
        seed = seed * 1664525 + 1013904223;
        int64_t size = 1 + (int64_t)(seed >> 8) % (k % 4 == 0 ? ALV_READER_BYTES : 64);
        size = size < t->size ? size : t->size;
        const int64_t from = (int64_t)(seed >> 4) % (t->size - size + 1);
        const unsigned char *bytes = alv_reader_span(&r, t, from, size);
        assert_non_null(bytes);
        assert_true(bytes != t->bytes + from);
        assert_memory_equal(bytes, t->bytes + from, (size_t)size);
        double got[40], wanted[40];
        const int64_t lo = (int64_t)(seed >> 4) % (t->count - 40);
        assert_true(alv_reader_decode(got, &r, t, lo, lo + 40));
        alv_checkpoint_decode(wanted, t, lo, lo + 40);
        assert_memory_equal(got, wanted, sizeof got);
    }
    /* More elements than a span holds. */
    const alv_checkpoint_tensor *t = alv_checkpoint_find(f.model, "large.weight");
    double *got = calloc((size_t)t->count, sizeof *got), *wanted = calloc((size_t)t->count, 8);
    assert_true(alv_reader_decode(got, &r, t, 0, t->count));
    alv_checkpoint_decode(wanted, t, 0, t->count);
    assert_memory_equal(got, wanted, (size_t)t->count * sizeof *got);
    free(got);
    free(wanted);
    assert_int_equal(alv_reader_end(&r, NULL), ALV_OK);
    end_file(&f);
}

/* From the file by one thread and by three, and from memory. */
static void inspect_says_the_same(void **state)
{
    (void)state;
    file f;
    begin_file(&f);
    look memory = look_at(&f.d);
    for (int threads = 1; threads <= 3; threads += 2) {
        alv_inspection *said;
        const alv_inspect_how how = {.threads = threads};
        assert_int_equal(alv_inspect(&said, f.model, &how, NULL), ALV_OK);
        assert_int_equal(alv_inspect_spectra(said, &how, NULL), ALV_OK);
        for (int64_t i = 0; i < said->n; i++) {
            const alv_inspected *a = &said->tensors[i], *b = &memory.said->tensors[i];
            assert_memory_equal(&a->moments, &b->moments, sizeof a->moments);
            assert_memory_equal(a->sketch, b->sketch, sizeof a->sketch);
            assert_string_equal(a->explained.scheme, b->explained.scheme);
            assert_true(a->signs == b->signs && a->explained.p == b->explained.p);
        }
        const alv_inspected *tall =
            &said->tensors[alv_checkpoint_find(f.model, "tall.weight") - f.model->tensors];
        assert_string_equal(tall->explained.scheme, "orthogonal");
        assert_near(tall->spectrum.largest, 1, 1e-5);
        assert_near(tall->spectrum.smallest, 1, 1e-5);
        alv_inspection_free(said);
    }
    look_end(&memory);
    end_file(&f);
}

static void shortened_is_an_error(void **state)
{
    (void)state;
    const long sizes[] = {0, 5000, 4000000};
    for (int k = 0; k < 3; k++) {
        file f;
        alv_error error;
        alv_inspection *said = NULL;
        begin_file(&f);
        assert_int_equal(truncate(f.path, sizes[k]), 0);
        const alv_inspect_how how = {.threads = 2};
        assert_int_equal(alv_inspect(&said, f.model, &how, &error), ALV_ERR_IO);
        assert_null(said);
        assert_non_null(strstr(error.message, "shortened"));
        assert_string_equal(error.where, f.path);
        assert_true(error.position >= sizes[k] && (size_t)error.position < f.d.size);
        end_file(&f);
    }
}

/* Cut after inspect has read it: what comes later fails, too, and says so. */
static void later_passes_fail_as_well(void **state)
{
    (void)state;
    file f;
    alv_error error;
    alv_inspection *said;
    begin_file(&f);
    const alv_inspect_how how = {.threads = 2};
    assert_int_equal(alv_inspect(&said, f.model, &how, NULL), ALV_OK);
    assert_int_equal(truncate(f.path, 4096), 0);
    assert_int_equal(alv_inspect_spectra(said, &how, &error), ALV_ERR_IO);
    assert_non_null(strstr(error.message, "shortened"));
    assert_int_equal(alv_find_mistakes(said, &how, &error), ALV_ERR_IO);
    alv_inspection_free(said);
    end_file(&f);
}

static void another_file_is_an_error(void **state)
{
    (void)state;
    file f;
    alv_error error;
    alv_inspection *said = NULL;
    char other[80];
    begin_file(&f);
    snprintf(other, sizeof other, "%s-other", f.path);
    write_file(other, f.d.bytes, f.d.size);
    assert_int_equal(rename(other, f.path), 0);
    assert_int_equal(alv_inspect(&said, f.model, NULL, &error), ALV_ERR_IO);
    assert_non_null(strstr(error.message, "another file"));
    unlink(f.path);
    assert_int_equal(alv_inspect(&said, f.model, NULL, &error), ALV_ERR_IO);
    assert_non_null(strstr(error.message, "cannot read it"));
    assert_null(said);
    end_file(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_are_the_bytes),      cmocka_unit_test(inspect_says_the_same),
        cmocka_unit_test(shortened_is_an_error),    cmocka_unit_test(later_passes_fail_as_well),
        cmocka_unit_test(another_file_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
