/* What each axis of a weight stands for, by layer kind and layout; inside the room. */
#ifndef ALV_MODEL_LAYER_H
#define ALV_MODEL_LAYER_H

#include "alvor/model.h"
#include "base/libc.h"

/* The axes of a parameter as sets (bit a: axis a), each axis in one of them. Units are numbered in
 * row-major order over the axes of their set. */
typedef struct alv_axes {
    unsigned in, out, kernel, copy;
    int64_t groups;  /* 1 or more */
    bool transposed; /* groups divide the inputs, strides fan_in; else the outputs and fan_out */
    bool lookup;     /* an output adds up one input, whatever their number */
} alv_axes;

/* Sorts the axes of a tensor whose own fields are in order. ALV_ERR_SHAPE where the layer kind
 * needs other axes, ALV_ERR_ARGUMENT where it has no groups. A bias has outputs and copies only. */
alv_status alv_axes_of(alv_axes *out, const alv_tensor *tensor, alv_error *error);

/* The product of the sizes of a set of axes: 1 for none, 0 if one is empty; false on overflow. */
bool alv_axes_size(int64_t *out, const alv_tensor *tensor, unsigned axes);

/* What alv_tensor_count checks, but the number of elements. */
alv_status alv_tensor_check(const alv_tensor *tensor, alv_error *error);

/* alv_tensor_fans of a tensor that alv_tensor_check accepts, for at least one of the pointers. */
alv_status alv_tensor_fans_of(double *fan_in, double *fan_out, const alv_tensor *tensor,
                              alv_error *error);

#endif
