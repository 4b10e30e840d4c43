/* The singular values of a weight: the largest, the smallest, and how many count. */
#ifndef ALV_AUDIT_SPECTRUM_H
#define ALV_AUDIT_SPECTRUM_H

#include "formats/reader.h"

typedef struct alv_spectrum {
    double largest, smallest; /* of the first matrix; NaN where it was not asked for */
    double stable_rank;       /* squared Frobenius norm over the largest, squared */
    int64_t rows, columns;
} alv_spectrum;

/* Multiplications that the spectrum of a tensor takes; 0 where it has none (no matrix, or one whose
 * smaller side has more than ALV_SPECTRUM_SIDE). */
enum { ALV_SPECTRUM_SIDE = 4096 };
double alv_spectrum_cost(const alv_checkpoint_tensor *tensor);

/* From the eigenvalues of the Gram matrix of the smaller side, in double: singular values below
 * 1e-8 of the largest are not told from 0. ALV_ERR_MEMORY, ALV_ERR_INTERRUPTED; where the reader
 * fails, the result means nothing. */
alv_status alv_spectrum_of(alv_spectrum *out, alv_reader *reader,
                           const alv_checkpoint_tensor *tensor, bool (*stop)(void *user),
                           void *user, alv_error *error);

#endif
