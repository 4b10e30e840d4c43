/* CIFAR-10 and CIFAR-100 in their binary version, to a split.
 *
 * A file is a row of records without a header: the label, one byte (CIFAR-100: two, of which the
 * second is the fine one), then 3 x 32 x 32 bytes, all red, all green, all blue, row by row
 * (Krizhevsky, "Learning multiple layers of features from tiny images", 2009, and the page of the
 * data set). Nothing in a file says what it is, so only a directory with the names of the archive
 * is taken, and a size that is not a whole number of records, or a label that is too large, is an
 * error. Training takes the batches in their order, as many as are there one after the other. */
#include "data/load.h"

enum { SIDE = 32, PIXELS = 3 * SIDE * SIDE, MAX_FILES = 5 };

typedef struct edition {
    const char *train[MAX_FILES + 1], *test, *names;
    int label_bytes, classes;
} edition;

static const edition editions[] = {
    {.train = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
               "data_batch_5.bin"},
     .test = "test_batch.bin",
     .names = "batches.meta.txt",
     .label_bytes = 1,
     .classes = 10},
    {.train = {"train.bin"},
     .test = "test.bin",
     .names = "fine_label_names.txt",
     .label_bytes = 2,
     .classes = 100},
};

static bool is_there(const char *directory, const char *name)
{
    char path[ALV_PATH_SIZE];
    return alv_path_join(path, directory, name) && alv_path_exists(path);
}

static const edition *edition_in(const char *directory)
{
    for (int i = 0; i < ALV_COUNT(editions); i++)
        if (is_there(directory, editions[i].train[0]) && is_there(directory, editions[i].test))
            return &editions[i];
    return NULL;
}

bool alv_dir_has_cifar(const char *directory)
{
    return edition_in(directory) != NULL;
}

static int64_t records(const alv_file *file, const edition *e)
{
    return (int64_t)file->size / (e->label_bytes + PIXELS);
}

static alv_status read_records(alv_file *out, const char *directory, const char *name,
                               const edition *e, alv_error *error)
{
    char path[ALV_PATH_SIZE];
    const int64_t size = e->label_bytes + PIXELS;
    if (!alv_path_join(path, directory, name))
        return alv_fail(error, ALV_ERR_IO, name, "the path is too long");
    ALV_TRY(alv_file_read(out, path, error));
    const int64_t extra = (int64_t)out->size % size;
    alv_status status = ALV_OK;
    if (out->size == 0)
        status = alv_fail_at(error, ALV_ERR_FORMAT, out->where, 0, "the file is empty");
    else if (extra != 0)
        status = alv_fail_at(error, ALV_ERR_FORMAT, out->where, (int64_t)out->size - extra,
                             "the last image is cut: %lld of %lld bytes are there", extra, size);
    for (int64_t i = 0; status == ALV_OK && i < records(out, e); i++) {
        const int64_t at = i * size + e->label_bytes - 1;
        if (out->bytes[at] >= e->classes)
            status = alv_fail_at(error, ALV_ERR_FORMAT, out->where, at,
                                 "label %d; there are %d classes", (int)out->bytes[at], e->classes);
    }
    if (status != ALV_OK) alv_file_free(out);
    return status;
}

/* Copies records from the front of a file to the end of what `part` has. */
static void copy_records(alv_samples *part, int64_t *filled, const alv_file *file, const edition *e,
                         bool normalize)
{
    float value[256];
    for (int v = 0; v < 256; v++) value[v] = normalize ? (float)(v / 127.5 - 1) : (float)v;
    for (int64_t i = 0; i < records(file, e) && *filled < part->n; i++, ++*filled) {
        const unsigned char *at = file->bytes + i * (e->label_bytes + PIXELS) + e->label_bytes;
        float *x = part->x + *filled * PIXELS;
        part->y[*filled] = at[-1];
        for (int k = 0; k < PIXELS; k++) x[k] = value[at[k]];
    }
}

static alv_status build(alv_split **out, const alv_file *train, int n_files, const alv_file *test,
                        const edition *e, const alv_data_options *options, alv_error *error)
{
    int64_t n = 0, filled = 0, filled_test = 0;
    alv_split *split;
    for (int i = 0; i < n_files; i++) n += records(&train[i], e);
    ALV_TRY(alv_split_new(&split, alv_split_limit(n, options->n_train),
                          alv_split_limit(records(test, e), options->n_test), PIXELS, error));
    for (int i = 0; i < n_files; i++)
        copy_records(&split->train, &filled, &train[i], e, options->normalize);
    copy_records(&split->test, &filled_test, test, e, options->normalize);
    split->classes = e->classes;
    split->height = split->width = SIDE;
    alv_status status = alv_split_finish(split, train[0].where, error);
    if (status != ALV_OK)
        alv_split_free(split);
    else
        *out = split;
    return status;
}

/* The names of the classes, one a line. Without the file, or with another number of lines, there
 * are none: they are for the eye alone. */
static alv_status read_names(alv_split *split, const char *directory, const edition *e,
                             alv_error *error)
{
    char path[ALV_PATH_SIZE];
    alv_file file;
    if (!is_there(directory, e->names)) return ALV_OK;
    if (!alv_path_join(path, directory, e->names) || alv_file_read(&file, path, NULL) != ALV_OK)
        return ALV_OK;
    split->class_names = alv_new_array((size_t)e->classes, sizeof *split->class_names);
    int n = 0;
    bool fine = split->class_names != NULL;
    for (size_t from = 0, to; fine && from < file.size && n < e->classes; from = to + 1) {
        for (to = from; to < file.size && file.bytes[to] != '\n';) to++;
        size_t length = to - from;
        if (length > 0 && file.bytes[to - 1] == '\r') length--;
        if (length == 0) continue;
        split->class_names[n] = strndup((const char *)file.bytes + from, length);
        fine = split->class_names[n++] != NULL;
    }
    alv_file_free(&file);
    if (!fine) return alv_fail(error, ALV_ERR_MEMORY, e->names, "no memory for names");
    if (n == e->classes) return ALV_OK;
    for (int i = 0; i < n; i++) free((void *)(uintptr_t)split->class_names[i]);
    free(split->class_names);
    split->class_names = NULL;
    return ALV_OK;
}

alv_status alv_load_cifar(alv_split **out, const char *path, const alv_data_options *options,
                          alv_error *error)
{
    const edition *e = edition_in(path);
    alv_file train[MAX_FILES], test;
    int n = 0;
    alv_split *split = NULL;
    alv_status status = read_records(&test, path, e->test, e, error);
    if (status != ALV_OK) return status;
    while (status == ALV_OK && e->train[n] && is_there(path, e->train[n])) {
        status = read_records(&train[n], path, e->train[n], e, error);
        if (status == ALV_OK) n++;
    }
    if (status == ALV_OK) status = build(&split, train, n, &test, e, options, error);
    if (status == ALV_OK) status = read_names(split, path, e, error);
    while (n > 0) alv_file_free(&train[--n]);
    alv_file_free(&test);
    if (status != ALV_OK)
        alv_split_free(split);
    else
        *out = split;
    return status;
}
