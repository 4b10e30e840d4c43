/* The Haar matrices behind a tensor: how many, where they lie in the scratch, what reads them. */
#ifndef ALV_INIT_HAAR_SET_H
#define ALV_INIT_HAAR_SET_H

#include "init/family.h"
#include "model/matrix.h"

/* How a matrix of the tensor comes from the one that is drawn for it. */
typedef struct alv_haar_use {
    double gain;
    int64_t head;        /* rows of one matrix; 0: what the tensor says */
    bool mirror_rows;    /* it is W above -W, */
    bool mirror_columns; /* or W beside -W, or both: W, -W above -W, W */
    bool center;         /* it holds W at the middle place of the kernel, and zeros around */
} alv_haar_use;

typedef struct alv_haar_set {
    alv_haar_use use;
    alv_matrix_view view;  /* of the whole tensor */
    int64_t rows, columns; /* of the largest matrix that is drawn */
    int64_t slot;          /* elements of scratch for each */
    int64_t drawn;         /* elements of scratch for all, before the working memory */
    int64_t bytes;         /* of scratch */
} alv_haar_set;

/* ALV_ERR_SHAPE for a bias, for fewer than two axes, and where a half has no whole number of rows
 * or columns; ALV_ERR_OVERFLOW where the gain does not fit the type or the scratch 63 bits; and
 * those of the view. */
alv_status alv_haar_set_make(alv_haar_set *out, const alv_haar_use *use, const alv_tensor *tensor,
                             alv_error *error);
/* Rows of the matrix that is drawn for matrix m of the view. */
int64_t alv_haar_set_rows(const alv_haar_set *set, int64_t m);
/* Over a random element of the tensor. */
double alv_haar_set_variance(const alv_haar_set *set);
void alv_haar_set_prepare(const alv_haar_set *set, const alv_init_job *job);
void alv_haar_set_fill(void *out, int64_t lo, int64_t hi, const alv_haar_set *set,
                       const alv_init_job *job);

#endif
