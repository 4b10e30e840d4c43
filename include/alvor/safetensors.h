/* The safetensors format: a length, a header in JSON, and the data of many named tensors.
 *
 * Header only; the data is the caller's, little-endian and row-major. docs/formats.md says what is
 * written and what is refused. */
#ifndef ALVOR_SAFETENSORS_H
#define ALVOR_SAFETENSORS_H

#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ALV_SAFETENSORS_MAX INT64_C(100000000) /* bytes of a header, as in the reference reader */

/* One tensor of a file that was read. */
typedef struct alv_safetensor {
    const char *name; /* UTF-8, NUL-terminated, of any length */
    const char *type; /* "BF16", as in the file; lives as long as the program */
    int dtype;        /* an alv_dtype, or -1: integers, bool and what alvor does not draw */
    int item;         /* bytes of one element */
    int rank;
    int64_t shape[ALV_MAX_RANK];
    int64_t begin, end; /* bytes of its data in the file: end - begin is elements times item */
    int64_t position;   /* of its name in the file */
} alv_safetensor;

/* One entry of the header's __metadata__. */
typedef struct alv_safetensors_note {
    const char *key, *value; /* UTF-8, NUL-terminated */
} alv_safetensors_note;

/* A header that was read. Tensors stand in the order of their data, notes in that of the file. */
typedef struct alv_safetensors {
    int64_t n_tensors, n_notes;
    alv_safetensor *tensors;
    alv_safetensors_note *notes;
    int64_t data; /* position of the first byte of data */
} alv_safetensors;

/* How many bytes come before the data: 8 and the header's length, from the first 8 bytes of a file.
 * ALV_ERR_FORMAT if there are fewer, or if the header would be longer than ALV_SAFETENSORS_MAX. */
ALV_API alv_status alv_safetensors_size(int64_t *out, const void *bytes, size_t size,
                                        alv_error *error);

/* Reads the header of a file of `file_size` bytes, of which the first `size`, header included, are
 * at `bytes`. Any bytes may be given. What is accepted is sound: names are unique, every type
 * is known, every range has the bytes that type and shape ask for, and the ranges follow one
 * another from the end of the header to the end of the file, without gap or overlap. ALV_ERR_FORMAT
 * and ALV_ERR_UNSUPPORTED (elements of less than a byte, more than ALV_MAX_RANK axes, a name with a
 * NUL) give the byte position; ALV_ERR_MEMORY. The caller owns *out: alv_safetensors_free. Cost and
 * memory follow the header's length: up to four times it. */
ALV_API alv_status alv_safetensors_parse(alv_safetensors **out, const void *bytes, size_t size,
                                         int64_t file_size, alv_error *error);
ALV_API void alv_safetensors_free(alv_safetensors *file); /* NULL is fine */

/* The tensor of that name, NULL if there is none; in time that follows the number of tensors. */
ALV_API const alv_safetensor *alv_safetensors_find(const alv_safetensors *file, const char *name);

/* Where the data of n tensors belong in one file: offsets[i] bytes after the header, *total bytes
 * in all. Wide elements come first, so that every tensor is aligned to its type, and otherwise the
 * order given. offsets may be NULL. ALV_ERR_OVERFLOW beyond 2^62 bytes; the statuses of
 * alv_tensor_count. */
ALV_API alv_status alv_safetensors_layout(int64_t *offsets, int64_t *total,
                                          const alv_tensor *tensors, int64_t n, alv_error *error);

/* Writes what comes before the data of these tensors, laid out as above: length, JSON with the
 * notes first (none: no __metadata__), and spaces up to a multiple of 8. Its bytes go to *length,
 * and to out, where out may be NULL to ask for the length. ALV_ERR_RANGE if `size` is too small or
 * the header too long; ALV_ERR_ARGUMENT for a name that is empty, not UTF-8, given twice, or
 * __metadata__; ALV_ERR_MEMORY; the statuses of alv_safetensors_layout. */
ALV_API alv_status alv_safetensors_header(char *out, size_t size, size_t *length,
                                          const alv_tensor *tensors, int64_t n,
                                          const alv_safetensors_note *notes, int64_t n_notes,
                                          alv_error *error);

#ifdef __cplusplus
}
#endif
#endif
