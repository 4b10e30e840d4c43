/* A pair of .npy files, x.npy and y.npy, to a split.
 *
 * x has the samples on its first axis; (n, h, w) and (n, h, w, 1) are images. y has one label a
 * sample, shape (n) or (n, 1). Every fifth sample of each class is for the test, as in CSV. Bytes
 * are scaled like pixels, 0 to 255; other images by the range of all training pixels; features each
 * by its own range. */
#include "data/load.h"

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The paths of x and y from the directory, or from either file. */
static bool find_pair(char x[ALV_PATH_SIZE], char y[ALV_PATH_SIZE], const char *path)
{
    if (alv_path_is_directory(path))
        return alv_path_join(x, path, "x.npy") && alv_path_join(y, path, "y.npy");
    size_t length = strlen(path), head = length - strlen(base_name(path));
    if (length >= ALV_PATH_SIZE || (path[head] != 'x' && path[head] != 'X')) return false;
    memcpy(x, path, length + 1);
    memcpy(y, path, length + 1);
    y[head]++;
    return true;
}

bool alv_dir_has_npy(const char *directory)
{
    char x[ALV_PATH_SIZE], y[ALV_PATH_SIZE];
    return find_pair(x, y, directory) && alv_path_exists(x);
}

static alv_status check_shapes(const alv_array *x, const alv_array *y, alv_error *error)
{
    const alv_npy *hx = &x->head, *hy = &y->head;
    if (hx->rank < 2)
        return alv_fail(error, ALV_ERR_SHAPE, x->where, "rank 1: samples need (n, features)");
    if (hy->count != hy->shape[0])
        return alv_fail(error, ALV_ERR_SHAPE, y->where, "labels need the shape (n) or (n, 1)");
    if (hx->shape[0] != hy->shape[0])
        return alv_fail(error, ALV_ERR_SHAPE, y->where, "%lld labels for %lld samples",
                        hy->shape[0], hx->shape[0]);
    if (hx->shape[0] < 5)
        return alv_fail(error, ALV_ERR_SHAPE, x->where,
                        "%lld samples: at least 5 are needed to set some aside for the test",
                        hx->shape[0]);
    return ALV_OK;
}

static alv_status copy_row(float *out, const alv_array *x, int64_t row, int64_t dim, bool pixels,
                           alv_error *error)
{
    for (int64_t j = 0; j < dim; j++) {
        int64_t position;
        double value = alv_array_at(x, row * dim + j, &position);
        if (!(value >= -(double)FLT_MAX && value <= (double)FLT_MAX))
            return alv_fail_at(error, ALV_ERR_FORMAT, x->where, position,
                               "%g is not a finite number that a float can hold", value);
        out[j] = (float)(pixels ? value / 127.5 - 1 : value);
    }
    return ALV_OK;
}

static alv_status copy_part(alv_samples *part, const int64_t *rows, const alv_array *x,
                            const int32_t *labels, bool pixels, alv_error *error)
{
    int64_t dim = x->head.count / x->head.shape[0];
    for (int64_t i = 0; i < part->n; i++) {
        ALV_TRY(copy_row(part->x + i * dim, x, rows[i], dim, pixels, error));
        part->y[i] = labels[rows[i]];
    }
    return ALV_OK;
}

static alv_status copy_rows(alv_split *split, const alv_array *x, const int32_t *labels,
                            bool pixels, alv_error *error)
{
    int64_t n = x->head.shape[0];
    int64_t *rows = alv_new_array((size_t)n, sizeof *rows);
    if (!rows) return alv_fail(error, ALV_ERR_MEMORY, x->where, "no memory for %lld rows", n);
    alv_status status = alv_split_fifths(rows, labels, n, split->classes, error);
    if (status == ALV_OK) status = copy_part(&split->train, rows, x, labels, pixels, error);
    if (status == ALV_OK)
        status = copy_part(&split->test, rows + n - n / 5, x, labels, pixels, error);
    free(rows);
    return status;
}

static alv_status fill(alv_split *split, const alv_array *x, const int32_t *labels,
                       const alv_data_options *options, alv_error *error)
{
    const alv_npy *head = &x->head;
    bool image = head->rank == 3 || (head->rank == 4 && head->shape[3] == 1);
    bool pixels = options->normalize && head->kind == 'u' && head->item == 1;
    if (image && head->shape[1] <= INT32_MAX && head->shape[2] <= INT32_MAX) {
        split->height = (int)head->shape[1];
        split->width = (int)head->shape[2];
    }
    ALV_TRY(copy_rows(split, x, labels, pixels, error));
    if (options->normalize && !pixels) ALV_TRY(alv_scale_by_train(split, image, error));
    return alv_split_finish(split, x->where, error);
}

static alv_status build_labelled(alv_split **out, const alv_array *x, const int32_t *labels,
                                 int classes, const alv_data_options *options, alv_error *error)
{
    int64_t n = x->head.shape[0];
    alv_split *split;
    ALV_TRY(alv_split_new(&split, alv_split_limit(n - n / 5, options->n_train),
                          alv_split_limit(n / 5, options->n_test), x->head.count / n, error));
    split->classes = classes;
    alv_status status = fill(split, x, labels, options, error);
    if (status != ALV_OK)
        alv_split_free(split);
    else
        *out = split;
    return status;
}

static alv_status build(alv_split **out, const alv_file *fx, const alv_file *fy,
                        const alv_data_options *options, alv_error *error)
{
    alv_array x, y;
    int classes = 0;
    ALV_TRY(alv_array_parse(&x, fx->bytes, fx->size, fx->where, error));
    ALV_TRY(alv_array_parse(&y, fy->bytes, fy->size, fy->where, error));
    ALV_TRY(check_shapes(&x, &y, error));
    int64_t n = x.head.shape[0];
    int32_t *labels = alv_new_array((size_t)n, sizeof *labels);
    if (!labels) return alv_fail(error, ALV_ERR_MEMORY, fy->where, "no memory for the labels");
    alv_status status = alv_array_labels(labels, &classes, &y, n, error);
    if (status == ALV_OK) status = build_labelled(out, &x, labels, classes, options, error);
    free(labels);
    return status;
}

alv_status alv_load_npy(alv_split **out, const char *path, const alv_data_options *options,
                        alv_error *error)
{
    char x[ALV_PATH_SIZE], y[ALV_PATH_SIZE], where[64];
    alv_file fx, fy;
    alv_file_where(where, path);
    if (!find_pair(x, y, path))
        return alv_fail(error, ALV_ERR_ARGUMENT, where,
                        "give x.npy (its labels are read from y.npy beside it) or the directory");
    ALV_TRY(alv_file_read(&fx, x, error));
    alv_status status = alv_file_read(&fy, y, error);
    if (status == ALV_OK) {
        status = build(out, &fx, &fy, options, error);
        alv_file_free(&fy);
    }
    alv_file_free(&fx);
    return status;
}
