/* A weight as independent matrices, whatever its layer kind and layout; inside the library.
 *
 * One matrix per copy, part (or head of a part) and group. Its rows are output units, its columns
 * the input channels times the places of the kernel, channels first: column = channel * places +
 * place, both in row-major order. So a (64, 32, 3, 3) kernel in torch layout and a (3, 3, 32, 64)
 * one in Keras layout have the same matrix, 64 x 288, and schemes written on it know no layouts.
 *
 *   alv_matrix_view view;
 *   ALV_TRY(alv_matrix_view_make(&view, tensor, error));
 *   for (int64_t i = lo; i < hi; i++) {
 *       alv_matrix_place at = alv_matrix_locate(&view, i);
 *       out[i - lo] = at.row == at.column ? 1 : 0;
 *   } */
#ifndef ALV_MODEL_MATRIX_H
#define ALV_MODEL_MATRIX_H

#include "model/parts.h"

/* Neighbouring axes that are one number to the view. */
typedef struct alv_matrix_digit {
    int64_t size;
    int64_t copy, unit, column; /* what one step adds to each; two of the three are 0 */
} alv_matrix_digit;

typedef struct alv_matrix_view {
    int64_t count;   /* matrices; 0 where the tensor has no elements, and then all else is 0 */
    int64_t rows;    /* of the tallest matrix: all are equal unless parts differ */
    int64_t columns; /* of every matrix: inputs * places */
    int64_t inputs;  /* channels */
    int64_t places;  /* of the kernel; 1 without one */
    int64_t center;  /* the place in the middle of the kernel: floor(size / 2) along each axis */
    int n_kernel;    /* axes of the kernel, */
    int64_t kernel[ALV_MAX_RANK]; /* and their sizes */
    /* For the functions below. */
    int64_t blocks; /* matrices of one copy */
    int64_t units;  /* rows of one copy, of all its matrices that lie one below the other */
    bool beside;    /* groups of a transposed convolution: matrices side by side */
    int n_parts;
    int64_t block_rows[ALV_MAX_PARTS], first_row[ALV_MAX_PARTS], first_block[ALV_MAX_PARTS];
    int n_digits;
    alv_matrix_digit digits[ALV_MAX_RANK]; /* the last varies fastest */
} alv_matrix_view;

typedef struct alv_matrix_place {
    int64_t matrix, row, column;
} alv_matrix_place;

/* The statuses of alv_tensor_fans; needs no fans, so a bias is a matrix of one column. */
alv_status alv_matrix_view_make(alv_matrix_view *out, const alv_tensor *tensor, alv_error *error);

/* Rows of one of the matrices. */
int64_t alv_matrix_rows(const alv_matrix_view *view, int64_t matrix);

/* Matrices come in n_parts kinds, those of one part being of one size. Returns the first matrix of
 * kind `kind` and how many there are: for sums over all matrices, of which there can be 2^60. */
int64_t alv_matrix_alike(int64_t *count, const alv_matrix_view *view, int kind);

/* True if the elements of a row lie side by side, in the order of its columns. */
bool alv_matrix_rows_are_runs(const alv_matrix_view *view);

/* Elements of all matrices before this one, for whoever stores them one after another. */
int64_t alv_matrix_offset(const alv_matrix_view *view, int64_t matrix);

/* Where element `index` of the tensor stands, and which element stands at a place. Each costs a few
 * divisions: one per axis after neighbours have been joined. */
alv_matrix_place alv_matrix_locate(const alv_matrix_view *view, int64_t index);
int64_t alv_matrix_index(const alv_matrix_view *view, int64_t matrix, int64_t row, int64_t column);

#endif
