/* CSV files to a split.
 *
 * A directory holds one pair NAME.tra and NAME.tes, or train.csv and test.csv. A file alone is
 * split by taking every fifth row of each class for the test. Classes are numbered over both parts.
 */
#include "data/load.h"

#include <dirent.h>
#include <errno.h>

typedef struct parts {
    alv_csv train, test;
    bool alone; /* test is cut out of train */
    alv_labels labels;
    char where[64];
} parts;

static void parts_free(parts *p)
{
    alv_csv_free(&p->train);
    alv_csv_free(&p->test);
    alv_labels_free(&p->labels);
}

/* Finds the first (by name) NAME.tra that has a NAME.tes beside it. */
static bool find_tra(char train[ALV_PATH_SIZE], char test[ALV_PATH_SIZE], const char *directory)
{
    DIR *dir = opendir(directory);
    if (!dir) return false;
    char best[256] = "";
    for (struct dirent *item; (item = readdir(dir));) {
        const char *dot = strrchr(item->d_name, '.');
        if (!dot || strcmp(dot, ".tra") != 0) continue;
        if (!best[0] || strcmp(item->d_name, best) < 0)
            alv_text_format(best, sizeof best, "%s", item->d_name);
    }
    closedir(dir);
    if (!best[0] || !alv_path_join(train, directory, best)) return false;
    memcpy(test, train, strlen(train) + 1);
    memcpy(test + strlen(test) - 3, "tes", 3);
    return alv_path_exists(test);
}

static bool find_pair(char train[ALV_PATH_SIZE], char test[ALV_PATH_SIZE], const char *directory)
{
    if (find_tra(train, test, directory)) return true;
    return alv_path_join(train, directory, "train.csv") && alv_path_exists(train) &&
           alv_path_join(test, directory, "test.csv") && alv_path_exists(test);
}

bool alv_dir_has_csv(const char *directory)
{
    char train[ALV_PATH_SIZE], test[ALV_PATH_SIZE];
    return find_pair(train, test, directory);
}

static alv_status read_csv(alv_csv *out, alv_labels *labels, const char *path,
                           const char *label_column, alv_error *error)
{
    alv_file file;
    ALV_TRY(alv_file_read(&file, path, error));
    alv_status status =
        alv_csv_parse(out, labels, file.bytes, file.size, label_column, file.where, error);
    alv_file_free(&file);
    return status;
}

static alv_status read_parts(parts *p, const char *path, const char *label_column, alv_error *error)
{
    char train[ALV_PATH_SIZE], test[ALV_PATH_SIZE];
    alv_file_where(p->where, path);
    p->alone = !alv_path_is_directory(path);
    if (p->alone) return read_csv(&p->train, &p->labels, path, label_column, error);
    if (!find_pair(train, test, path))
        return alv_fail(error, ALV_ERR_IO, p->where, "no NAME.tra and NAME.tes in it");
    ALV_TRY(read_csv(&p->train, &p->labels, train, label_column, error));
    ALV_TRY(read_csv(&p->test, &p->labels, test, label_column, error));
    if (p->train.dim != p->test.dim)
        return alv_fail(error, ALV_ERR_FORMAT, p->where,
                        "the test file has %lld features, the training file %lld", p->test.dim,
                        p->train.dim);
    return ALV_OK;
}

/* Sorts the classes, gives their names to the split, renumbers the rows. */
static alv_status sort_classes(alv_split *split, parts *p, alv_error *error)
{
    int32_t *order = alv_new_array((size_t)p->labels.count, sizeof *order);
    if (!order || !alv_labels_sort(&p->labels, order)) {
        free(order);
        return alv_fail(error, ALV_ERR_MEMORY, p->where, "no memory for the classes");
    }
    for (int64_t i = 0; i < split->train.n; i++) split->train.y[i] = order[split->train.y[i]];
    for (int64_t i = 0; i < split->test.n; i++) split->test.y[i] = order[split->test.y[i]];
    free(order);
    split->classes = p->labels.count;
    split->class_names = (const char **)p->labels.text;
    p->labels.text = NULL;
    p->labels.count = 0;
    return ALV_OK;
}

static void copy_row(alv_samples *to, int64_t i, const alv_csv *from, int64_t row)
{
    memcpy(to->x + i * from->dim, from->x + row * from->dim, (size_t)from->dim * sizeof(float));
    to->y[i] = from->y[row];
}

/* Copies the rows into the split: of two files in their order, of one as alv_split_fifths says. */
static alv_status copy_rows(alv_split *split, const parts *p, alv_error *error)
{
    int64_t n = p->train.n, first_test = p->alone ? n - n / 5 : 0;
    int64_t *rows = p->alone ? alv_new_array((size_t)n, sizeof *rows) : NULL;
    if (p->alone && !rows)
        return alv_fail(error, ALV_ERR_MEMORY, p->where, "no memory for %lld rows", n);
    alv_status status =
        rows ? alv_split_fifths(rows, p->train.y, n, p->labels.count, error) : ALV_OK;
    for (int64_t i = 0; status == ALV_OK && i < split->train.n; i++)
        copy_row(&split->train, i, &p->train, rows ? rows[i] : i);
    for (int64_t i = 0; status == ALV_OK && i < split->test.n; i++)
        copy_row(&split->test, i, rows ? &p->train : &p->test, rows ? rows[first_test + i] : i);
    free(rows);
    return status;
}

static alv_status build(alv_split **out, parts *p, const alv_data_options *options,
                        alv_error *error)
{
    int64_t n = p->train.n, n_test = p->alone ? n / 5 : p->test.n;
    if (p->alone && n < 5)
        return alv_fail(error, ALV_ERR_FORMAT, p->where,
                        "%lld rows: at least 5 are needed to set some aside for the test", n);
    alv_split *split;
    ALV_TRY(alv_split_new(&split, alv_split_limit(p->alone ? n - n_test : n, options->n_train),
                          alv_split_limit(n_test, options->n_test), p->train.dim, error));
    alv_status status = copy_rows(split, p, error);
    if (status == ALV_OK) status = sort_classes(split, p, error);
    if (status == ALV_OK && options->normalize) status = alv_scale_by_train(split, false, error);
    if (status == ALV_OK) status = alv_split_finish(split, p->where, error);
    if (status != ALV_OK)
        alv_split_free(split);
    else
        *out = split;
    return status;
}

alv_status alv_load_csv(alv_split **out, const char *path, const alv_data_options *options,
                        alv_error *error)
{
    parts p = {0};
    alv_status status = read_parts(&p, path, options->label_column, error);
    if (status == ALV_OK) status = build(out, &p, options, error);
    parts_free(&p);
    return status;
}
