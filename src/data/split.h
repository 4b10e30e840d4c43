/* What the readers of files and the generators share when they build a split. */
#ifndef ALV_DATA_SPLIT_H
#define ALV_DATA_SPLIT_H

#include "base/base.h"
#include "data/data.h"

enum { ALV_MAX_CLASSES = 65536 };

/* A split with zeroed x and y for the two parts; n_train, n_test and dim are positive. */
alv_status alv_split_new(alv_split **out, int64_t n_train, int64_t n_test, int64_t dim,
                         alv_error *error);

/* Checks the labels (each in [0, classes), at least two different ones in the training part) and
 * takes the digest. `where` names the data set in errors. */
alv_status alv_split_finish(alv_split *split, const char *where, alv_error *error);

/* How many of n samples go to the training part when a file does not say: the first 80 %, at least
 * one sample on each side. n >= 2. */
int64_t alv_split_80(int64_t n);

/* Sets every fifth sample of a single file aside for the test, counted class by class: files are
 * often sorted by class, or repeat their classes in turn, and a fifth of the file itself could then
 * hold one class only. rows (n): the n - n / 5 rows for training, then the n / 5 for the test, each
 * part in the order of the file. labels (n) lie in [0, classes). */
alv_status alv_split_fifths(int64_t *rows, const int32_t *labels, int64_t n, int classes,
                            alv_error *error);

/* min(n, limit), where a limit of 0 means none. */
int64_t alv_split_limit(int64_t n, int64_t limit);

#endif
