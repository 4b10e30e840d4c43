/* NumPy's .npy, format versions 1 to 3: header only; the data is the caller's. */
#ifndef ALVOR_NPY_H
#define ALVOR_NPY_H

#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct alv_npy {
    char kind;    /* 'f' float, 'i' signed, 'u' unsigned */
    int item;     /* bytes of one element: 1, 2, 4, 8; a bool is a 'u' of 1 */
    bool big;     /* big-endian */
    bool fortran; /* column-major */
    int rank;
    int64_t shape[ALV_MAX_RANK];
    int64_t count; /* elements */
    size_t offset; /* bytes before the data */
} alv_npy;

/* Reads the header of the whole file, `size` bytes at `bytes`, and checks that the data that it
 * promises is there; more may follow. Any bytes may be given: ALV_ERR_FORMAT, ALV_ERR_UNSUPPORTED
 * (another version, more axes, elements that are no plain numbers) and ALV_ERR_OVERFLOW give the
 * byte position. Allocates nothing; element i of the data lies at bytes + offset + i * item, with
 * no promise on its alignment. */
ALV_API alv_status alv_npy_parse(alv_npy *out, const void *bytes, size_t size, alv_error *error);

/* Writes a version 1.0 header, padded to a multiple of 64 bytes, for a little-endian C-order array
 * of `rank` axes: '<f4', '<f8', '<f2', and raw bytes '<V2' for bf16, '<V1' for the f8 types, which
 * NumPy lacks. Its length goes to *length (bytes, no NUL; 256 always suffice). shape may be NULL
 * for rank 0. ALV_ERR_RANGE if `size` is too small; the statuses of alv_tensor_count. */
ALV_API alv_status alv_npy_header(char *out, size_t size, size_t *length, alv_dtype dtype, int rank,
                                  const int64_t *shape, alv_error *error);

#ifdef __cplusplus
}
#endif
#endif
