/* Data sets: bytes or a seed in, {x, y, shape} out.
 *
 * One table names every source. Procedural sources generate from (seed, index) and need no file;
 * loaders read IDX, CSV, npy and CIFAR. Generators use src/math and the project's streams only, so
 * that they give the same bits everywhere, the browser included; loaders live in files of their
 * own. */
#ifndef ALV_DATA_H
#define ALV_DATA_H

#include "alvor/alvor.h"

/* Samples in rows. Owned; free with alv_split_free. */
typedef struct alv_samples {
    float *x;   /* (n, dim) */
    int32_t *y; /* (n), labels in [0, classes) */
    int64_t n;
} alv_samples;

typedef struct alv_split {
    alv_samples train, test;
    int64_t dim; /* features of one sample */
    int height,
        width;  /* of images, whose dim / (height width) channels follow one another; else 0 */
    int tokens; /* of a text: x holds whole numbers in [0, tokens); 0: features */
    int classes;
    char name[64];            /* what the report calls it; hostile bytes are possible */
    const char **class_names; /* (classes), NULL where there are none; owned */
    uint64_t digest;          /* of all bytes of x and y: part of a run's identity */
} alv_split;

/* What to load. Zero means default. */
typedef struct alv_data_options {
    uint64_t seed;            /* procedural sources */
    int64_t n_train, n_test;  /* procedural: how many; files: at most how many, in file order */
    const char *label_column; /* CSV: name or number; default the last column, or "label"/"class" */
    int64_t context;          /* text: characters of a sample; 0: 32 */
    bool normalize;           /* files: scale x to [-1, 1] by the source's range (IDX: 0 to 255) */
} alv_data_options;

/* One row of the table of procedural sources. */
typedef struct alv_source {
    const char *name;
    const char *summary[ALV_LANGS];
    int64_t dim;
    int height, width, classes;
    int64_t n_train, n_test; /* defaults */
    const char *citation;
    /* Writes samples [lo, hi) of the endless sequence of (seed). */
    alv_status (*generate)(float *x, int32_t *y, int64_t lo, int64_t hi, uint64_t seed,
                           alv_error *error);
    const char *const (*class_names)[ALV_LANGS]; /* (classes), NULL if none */
} alv_source;

int alv_source_count(void);
const alv_source *alv_source_at(int index);
const alv_source *alv_source_find(const char *name);

/* Loads `what`: a source's name, "mnist" (the user's cache), a directory with IDX, npy,
 * CIFAR or CSV files, an IDX, CSV or npy file, a text file "NAME.txt" or "text:PATH". Hostile files
 * give an error with file and byte position. */
alv_status alv_data_load(alv_split **out, const char *what, const alv_data_options *options,
                         alv_error *error);
void alv_split_free(alv_split *split); /* NULL is fine */

/* Moves every `share`-th training sample (n / share of n, chosen by the stream (seed, name)) to
 * *out, whose arrays the caller frees; both parts keep their order. ALV_ERR_FORMAT where one of the
 * two would be empty. The split's digest stays that of the whole. */
alv_status alv_split_hold_out(alv_samples *out, alv_split *split, int64_t share, uint64_t seed,
                              const char *name, alv_error *error);

/* Copies n of the samples, or all where there are fewer, chosen without replacement by the stream
 * (seed, name). The caller frees both arrays, also after ALV_ERR_MEMORY. */
alv_status alv_samples_choose(alv_samples *out, const alv_samples *from, int64_t dim, int64_t n,
                              uint64_t seed, const char *name, alv_error *error);

#endif
