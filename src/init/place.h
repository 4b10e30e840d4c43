/* For initializers that know each element from its place: the view of a weight as matrices, with
 * groups to choose, and elements with values of their own in a sea of zeros. */
#ifndef ALV_INIT_PLACE_H
#define ALV_INIT_PLACE_H

#include "init/family.h"
#include "model/matrix.h"

/* The matrices of a weight; groups 0: those of the tensor. Refuses biases, and groups that
 * contradict the tensor's own. */
alv_status alv_init_view(alv_matrix_view *out, double groups, const alv_scheme *scheme,
                         const alv_tensor *tensor, alv_error *error);

/* Refuses a value that the element type cannot hold; `argument` is to blame. */
alv_status alv_init_fits(double value, const char *argument, const alv_scheme *scheme,
                         const alv_tensor *tensor, alv_error *error);

/* Rows of a matrix that have an input channel of the same number. */
int64_t alv_init_diagonal(const alv_matrix_view *view, int64_t matrix);

/* Elements of the whole tensor. */
int64_t alv_init_elements(const alv_matrix_view *view);

/* Elements [lo, hi) of a tensor that is zero but where a row meets the input channel of its own
 * number; there value(place, context) is the element at that place of the kernel. */
void alv_init_fill_diagonal(void *out, int64_t lo, int64_t hi, const alv_matrix_view *view,
                            double (*value)(int64_t place, const void *context),
                            const void *context, bool f64);

static inline void alv_init_put(void *out, int64_t at, double value, bool f64)
{
    if (f64)
        ((double *)out)[at] = value;
    else
        ((float *)out)[at] = (float)value;
}

#endif
