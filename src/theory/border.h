/* What the border of an image takes from the kernels that lie across it. */
#ifndef ALV_THEORY_BORDER_H
#define ALV_THEORY_BORDER_H

#include "alvor/model.h"

/* Over a kernel's elements: the mean share of outputs for which an element lies on the input, and
 * the mean square of that share, which is that for which it does of two outputs. */
typedef struct alv_border {
    double once, twice;
    double last; /* mean over elements: whether it lies on the input for the last output */
} alv_border;

/* Of a node with a weight, padding equal by side. All 1 for dense layers and for kernels of one
 * element. */
alv_border alv_border_of(const alv_model *model, const alv_node *node);

/* A kernel of the same size has been over the input (the gradient's: the output) before, so that
 * places in the middle are larger than those at the rim, and more outputs see them: by what factor
 * the mean square is more than if all places were alike. 1 where there is no border. */
typedef struct alv_rim {
    double forward, back;
} alv_rim;

alv_rim alv_rim_of(const alv_model *model, const alv_node *node);

/* Values that one weight matrix adds up for one output, those beyond the border left out. 0 where
 * the weight has no fans. */
double alv_border_fan(const alv_model *model, const alv_node *node);

#endif
