/* Plans as files: YAML in, safetensors out, and the digest that names what will be drawn. */
#ifndef ALV_FORMATS_PLAN_H
#define ALV_FORMATS_PLAN_H

#include "alvor/alvor.h"
#include "base/libc.h"

enum { ALV_PLAN_FILE_MAX = 16 << 20, ALV_MAX_SHARDS = 500, ALV_DIGEST = 65 };

/* Reads the YAML of a plan (docs/formats.md), `size` bytes that nobody vouches for; `name` is the
 * file's, for messages. dtype, if it is not NULL, replaces the plan's own default. The result is
 * checked: every tensor can be filled, and no two have one name. Messages say the line. The caller
 * owns *out: alv_weight_plan_free. */
alv_status alv_plan_read(alv_weight_plan **out, const char *bytes, size_t size, const char *name,
                         const alv_dtype *dtype, alv_error *error);

/* Element type by name, with a suggestion otherwise. */
alv_status alv_dtype_parse(alv_dtype *out, const char *text, alv_error *error);

/* SHA-256, in hexadecimal, of the stream's version and every alv_weight_plan_line. */
void alv_plan_digest(char out[ALV_DIGEST], const alv_weight_plan *plan);

/* How to write a plan's tensors. */
typedef struct alv_save {
    const char *path; /* of the file, or with shards the name that theirs are made from */
    uint64_t seed;
    int64_t shards; /* 0: one file */
    int threads;    /* 0: 1 */
    int64_t chunk;  /* bytes drawn at a time, rounded to a multiple of 8; 0: by the threads */
    /* Polled from every thread; true ends the work and leaves nothing. May be NULL. */
    bool (*stop)(void *user);
    void *user;
} alv_save;

/* What writing takes, known without writing. */
typedef struct alv_save_sizes {
    int64_t parameters; /* elements of all tensors */
    int64_t bytes;      /* of their data */
    int64_t files;      /* of all files of data, headers included */
    int64_t header;     /* largest header, held in memory while it is written */
    int64_t memory;     /* the plan, buffers and scratch while drawing */
} alv_save_sizes;
alv_status alv_plan_sizes(alv_save_sizes *out, const alv_weight_plan *plan, const alv_save *how,
                          alv_error *error);

/* Draws every tensor and writes the file or files: under temporary names, flushed, then renamed,
 * the index last. On an error, and after stop, no file of it remains. Memory is what
 * alv_plan_sizes says; it does not depend on the size of tensors that are drawn by element or by
 * row. The bytes do not depend on threads or chunk, nor a tensor's bytes on the shards. */
alv_status alv_plan_save(const alv_weight_plan *plan, const alv_save *how, alv_error *error);

#endif
