/* Where the parts of a fused parameter lie; inside the library. */
#ifndef ALV_MODEL_PARTS_H
#define ALV_MODEL_PARTS_H

#include "model/layer.h"

/* The parts of a tensor that alv_tensor_check accepts: they cut its first output axis. Without
 * parts, the one part is everything. */
typedef struct alv_parts {
    int n;
    int axis;      /* the axis that is cut; -1: none */
    bool equal;    /* all of one size */
    int64_t size;  /* places along the axis */
    int64_t inner; /* elements of one place */
    int64_t ends[ALV_MAX_PARTS];
} alv_parts;

void alv_parts_of(alv_parts *out, const alv_tensor *tensor, const alv_axes *axes);

/* The part that element `index` of the tensor, not empty, belongs to; *end is the end of the
 * stretch of elements from `index` on that all do, perhaps beyond the tensor. */
int alv_parts_at(int64_t *end, const alv_parts *parts, int64_t index);

#endif
