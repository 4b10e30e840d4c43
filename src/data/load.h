/* Reading data from files: bytes in memory first, then a pure parser, then the split.
 *
 * Every parser takes bytes and a name for its errors, never a path, so that it can be fuzzed.
 * Sizes that a file promises are checked against the bytes that are there before any allocation. */
#ifndef ALV_DATA_LOAD_H
#define ALV_DATA_LOAD_H

#include "data/split.h"

/* A whole file in memory. `where` is the path, or its tail, for errors. */
typedef struct alv_file {
    unsigned char *bytes;
    size_t size;
    char where[64];
} alv_file;

enum { ALV_PATH_SIZE = 4096 };

alv_status alv_file_read(alv_file *out, const char *path, alv_error *error);
void alv_file_free(alv_file *file);
/* Copies the end of a path that is too long for an error's `where`. */
void alv_file_where(char out[64], const char *path);
bool alv_path_exists(const char *path);
bool alv_path_is_directory(const char *path);
/* Joins with a slash; false if the result does not fit. */
bool alv_path_join(char out[ALV_PATH_SIZE], const char *directory, const char *name);

/* --- IDX, plain or gzip ------------------------------------------------------------------- */

enum { ALV_IDX_MAX_RANK = 4 };

/* An array of unsigned bytes; data is owned. */
typedef struct alv_idx {
    int rank;
    int64_t shape[ALV_IDX_MAX_RANK];
    int64_t count;
    unsigned char *data;
} alv_idx;

alv_status alv_idx_parse(alv_idx *out, const void *bytes, size_t size, const char *where,
                         alv_error *error);
void alv_idx_free(alv_idx *idx);

/* --- CSV ---------------------------------------------------------------------------------- */

/* The different labels seen so far, in order of appearance; shared by the parts of a data set. */
typedef struct alv_labels {
    char **text; /* (count), owned */
    int count, capacity;
    int32_t *slots; /* hash table of indices + 1 */
    int n_slots;    /* a power of two */
} alv_labels;

/* Index of a label, added if new; -1: out of memory, -2: beyond ALV_MAX_CLASSES. */
int alv_labels_add(alv_labels *labels, const char *text, size_t length);
/* Sorts the labels (whole numbers by value, otherwise by bytes) and writes the new index of each
 * old one to order (count). False if out of memory. */
bool alv_labels_sort(alv_labels *labels, int32_t *order);
void alv_labels_free(alv_labels *labels);

/* Rows of numbers with a label each. Zero before the first parse. */
typedef struct alv_csv {
    float *x;   /* (n, dim) */
    int32_t *y; /* (n), indices into the labels */
    int64_t n, dim, capacity;
} alv_csv;

/* `label_column`: a name in the header, a number counted from 1, or NULL for the default: the
 * column "label" or "class" of the header, else the last. */
alv_status alv_csv_parse(alv_csv *out, alv_labels *labels, const void *bytes, size_t size,
                         const char *label_column, const char *where, alv_error *error);
void alv_csv_free(alv_csv *csv);

/* --- npy ---------------------------------------------------------------------------------- */

/* A parsed file of features or labels, element by element in C order whatever the file's order. */
typedef struct alv_array {
    alv_npy head;
    const unsigned char *data; /* borrowed from the bytes */
    const char *where;
} alv_array;

alv_status alv_array_parse(alv_array *out, const void *bytes, size_t size, const char *where,
                           alv_error *error);
/* Element `index` in C order; *position is its byte in the file. */
double alv_array_at(const alv_array *array, int64_t index, int64_t *position);
/* Reads the labels of n samples: whole numbers from 0; *classes becomes at least the largest + 1.
 */
alv_status alv_array_labels(int32_t *y, int *classes, const alv_array *array, int64_t n,
                            alv_error *error);

/* --- files to splits ---------------------------------------------------------------------- */

/* Each takes a path that exists; a directory is accepted where alv_data_load's document says. */
alv_status alv_load_idx(alv_split **out, const char *path, const alv_data_options *options,
                        alv_error *error);
alv_status alv_load_csv(alv_split **out, const char *path, const alv_data_options *options,
                        alv_error *error);
alv_status alv_load_npy(alv_split **out, const char *path, const alv_data_options *options,
                        alv_error *error);
/* A directory of CIFAR-10 or CIFAR-100, alv_dir_has_cifar. */
alv_status alv_load_cifar(alv_split **out, const char *path, const alv_data_options *options,
                          alv_error *error);

/* "text:PATH", or a name that ends in ".txt". */
bool alv_path_is_text(const char *path);
/* Of a path, without "text:"; of bytes in memory. */
alv_status alv_load_text(alv_split **out, const char *path, const alv_data_options *options,
                         alv_error *error);
alv_status alv_parse_text(alv_split **out, const alv_file *file, const alv_data_options *options,
                          alv_error *error);

/* A directory that holds files of the format in their usual names. */
bool alv_dir_has_idx(const char *directory);
bool alv_dir_has_csv(const char *directory);
bool alv_dir_has_npy(const char *directory);
bool alv_dir_has_cifar(const char *directory);

/* Scales both parts to [-1, 1] by the training part's range: of each feature, or (whole) of all
 * features together. A feature that is constant in the training part becomes 0. Test values may
 * lie outside. */
alv_status alv_scale_by_train(alv_split *split, bool whole, alv_error *error);

#endif
