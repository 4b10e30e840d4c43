/* Pairs of IDX files, images and labels, to a split.
 *
 * A directory holds the pair "train", the pair "t10k" (test), or both; each file plain or .gz,
 * named as MNIST names them (t10k-images-idx3-ubyte) or with a dot (t10k-images.idx3-ubyte). One
 * pair alone is split in file order: the first 80 % train, the last 20 % test, so that the test
 * images of MNIST give 8,000 and 2,000. A path to one file of images takes the labels beside it. */
#include "data/load.h"

#include <stdio.h>

/* An image file and its labels. */
typedef struct pair {
    alv_idx images, labels;
    char where[64]; /* of the images */
} pair;

static void pair_free(pair *p)
{
    alv_idx_free(&p->images);
    alv_idx_free(&p->labels);
}

/* Finds the file of `set` ("train") and `what` ("images"); false if there is none. */
static bool find_file(char path[ALV_PATH_SIZE], const char *directory, const char *set,
                      const char *what)
{
    static const char *const forms[] = {"%s-%s-idx%d-ubyte", "%s-%s-idx%d-ubyte.gz",
                                        "%s-%s.idx%d-ubyte", "%s-%s.idx%d-ubyte.gz"};
    int rank = strcmp(what, "images") == 0 ? 3 : 1;
    for (int i = 0; i < ALV_COUNT(forms); i++) {
        char name[64];
        alv_text_format(name, sizeof name, forms[i], set, what, rank);
        if (alv_path_join(path, directory, name) && alv_path_exists(path)) return true;
    }
    return false;
}

static bool has_pair(const char *directory, const char *set)
{
    char path[ALV_PATH_SIZE];
    return find_file(path, directory, set, "images");
}

bool alv_dir_has_idx(const char *directory)
{
    return has_pair(directory, "train") || has_pair(directory, "t10k");
}

static alv_status read_idx(alv_idx *out, const char *path, alv_error *error)
{
    alv_file file;
    ALV_TRY(alv_file_read(&file, path, error));
    alv_status status = alv_idx_parse(out, file.bytes, file.size, file.where, error);
    alv_file_free(&file);
    return status;
}

static alv_status check_pair(const pair *p, const char *labels_path, alv_error *error)
{
    char labels_where[64];
    alv_file_where(labels_where, labels_path);
    if (p->images.rank < 2)
        return alv_fail_at(error, ALV_ERR_FORMAT, p->where, 3,
                           "rank 1: these are labels, not images; give the images' path");
    if (p->labels.rank != 1)
        return alv_fail_at(error, ALV_ERR_FORMAT, labels_where, 3, "rank %d; labels have rank 1",
                           p->labels.rank);
    if (p->images.shape[0] != p->labels.shape[0])
        return alv_fail_at(error, ALV_ERR_FORMAT, labels_where, 4, "%lld labels for %lld images",
                           p->labels.shape[0], p->images.shape[0]);
    return ALV_OK;
}

static alv_status read_pair_files(pair *out, const char *images, const char *labels,
                                  alv_error *error)
{
    pair p = {0};
    alv_file_where(p.where, images);
    alv_status status = read_idx(&p.images, images, error);
    if (status == ALV_OK) status = read_idx(&p.labels, labels, error);
    if (status == ALV_OK) status = check_pair(&p, labels, error);
    if (status != ALV_OK)
        pair_free(&p);
    else
        *out = p;
    return status;
}

static alv_status read_pair(pair *out, const char *directory, const char *set, alv_error *error)
{
    char images[ALV_PATH_SIZE], labels[ALV_PATH_SIZE], where[64];
    alv_file_where(where, directory);
    if (!find_file(images, directory, set, "images") ||
        !find_file(labels, directory, set, "labels"))
        return alv_fail(error, ALV_ERR_IO, where, "%s-labels-idx1-ubyte (or .gz) is not there",
                        set);
    return read_pair_files(out, images, labels, error);
}

/* The name of the labels that belong to a file of images; false if it does not look like one. */
static bool labels_beside(char out[ALV_PATH_SIZE], const char *images)
{
    const char *name = strrchr(images, '/');
    const char *word = strstr(name ? name : images, "images");
    const char *rank = word ? strstr(word, "idx3") : NULL;
    if (!word) return false;
    int head = (int)(word - images), middle = rank ? (int)(rank - word) - 6 : 0;
    int length = rank ? snprintf(out, ALV_PATH_SIZE, "%.*slabels%.*sidx1%s", head, images, middle,
                                 word + 6, rank + 4)
                      : snprintf(out, ALV_PATH_SIZE, "%.*slabels%s", head, images, word + 6);
    return length > 0 && length < ALV_PATH_SIZE;
}

/* Copies samples [first, first + part->n) of a pair. */
static void copy_samples(alv_samples *part, const pair *p, int64_t first, int64_t dim,
                         bool normalize)
{
    const unsigned char *pixels = p->images.data + first * dim;
    float value[256];
    for (int v = 0; v < 256; v++) value[v] = normalize ? (float)(v / 127.5 - 1) : (float)v;
    for (int64_t i = 0; i < part->n * dim; i++) part->x[i] = value[pixels[i]];
    for (int64_t i = 0; i < part->n; i++) part->y[i] = p->labels.data[first + i];
}

static int count_classes(const pair *p)
{
    int largest = 0;
    for (int64_t i = 0; i < p->labels.count; i++)
        if (p->labels.data[i] > largest) largest = p->labels.data[i];
    return largest + 1;
}

/* `test` may be `train` itself: then it is split. */
static alv_status build(alv_split **out, const pair *train, const pair *test,
                        const alv_data_options *options, alv_error *error)
{
    int64_t n = train->images.shape[0], first = 0, n_test = test->images.shape[0];
    int64_t dim = train->images.count / n, test_dim = test->images.count / n_test;
    if (dim != test_dim)
        return alv_fail_at(error, ALV_ERR_FORMAT, test->where, 8,
                           "%lld pixels an image; the training images have %lld", test_dim, dim);
    if (test == train) {
        if (n < 2)
            return alv_fail(error, ALV_ERR_FORMAT, train->where, "one image cannot be split");
        n = first = alv_split_80(n);
        n_test -= n;
    }
    alv_split *split;
    ALV_TRY(alv_split_new(&split, alv_split_limit(n, options->n_train),
                          alv_split_limit(n_test, options->n_test), dim, error));
    copy_samples(&split->train, train, 0, dim, options->normalize);
    copy_samples(&split->test, test, first, dim, options->normalize);
    if (train->images.rank == 3 && dim <= INT32_MAX) {
        split->height = (int)train->images.shape[1];
        split->width = (int)train->images.shape[2];
    }
    int classes = count_classes(train), test_classes = count_classes(test);
    split->classes = classes > test_classes ? classes : test_classes;
    alv_status status = alv_split_finish(split, train->where, error);
    if (status != ALV_OK)
        alv_split_free(split);
    else
        *out = split;
    return status;
}

static alv_status load_file(alv_split **out, const char *path, const alv_data_options *options,
                            alv_error *error)
{
    char labels[ALV_PATH_SIZE], where[64];
    alv_file_where(where, path);
    if (!labels_beside(labels, path))
        return alv_fail(error, ALV_ERR_ARGUMENT, where,
                        "give the directory, or the file of images (its name contains 'images')");
    pair p;
    ALV_TRY(read_pair_files(&p, path, labels, error));
    alv_status status = build(out, &p, &p, options, error);
    pair_free(&p);
    return status;
}

alv_status alv_load_idx(alv_split **out, const char *path, const alv_data_options *options,
                        alv_error *error)
{
    if (!alv_path_is_directory(path)) return load_file(out, path, options, error);
    pair train, test;
    bool has_train = has_pair(path, "train"), has_test = has_pair(path, "t10k");
    ALV_TRY(read_pair(&train, path, has_train ? "train" : "t10k", error));
    if (!has_train || !has_test) {
        alv_status status = build(out, &train, &train, options, error);
        pair_free(&train);
        return status;
    }
    alv_status status = read_pair(&test, path, "t10k", error);
    if (status == ALV_OK) {
        status = build(out, &train, &test, options, error);
        pair_free(&test);
    }
    pair_free(&train);
    return status;
}
