/* What theory expects the probes of a network to measure before training, on a batch of data. */
#ifndef ALV_THEORY_EXPECTED_H
#define ALV_THEORY_EXPECTED_H

#include "theory/inputs.h"

/* Root mean squares, and where 95 % of networks lie; lo and hi NaN of dependent weights. */
typedef struct alv_expected_band {
    double mid, lo, hi;
} alv_expected_band;

/* Of a layer (alv_model_layers). */
typedef struct alv_expected_layer {
    alv_expected_band signal;   /* of its pre-activations, the deviation of a unit over all rows */
    alv_expected_band gradient; /* at them, over that of the last layer */
} alv_expected_layer;

typedef struct alv_expected {
    int depth;
    alv_expected_layer *layers; /* (depth) */
} alv_expected;

/* What a network has that bands leave out; the first two leave out everything. */
typedef enum alv_unexpected {
    ALV_UNEXPECTED_WINDOW,   /* pools of windows */
    ALV_UNEXPECTED_OPERATOR, /* of a file, unknown */
    ALV_UNEXPECTED_POOLED,   /* signals behind the mean of a whole image */
    ALV_UNEXPECTED_IMAGES,   /* gradients below a batch norm of images */
    ALV_UNEXPECTED_FEW,      /* gradients below a norm in which few units or samples decide */
    ALV_UNEXPECTED_COUNT
} alv_unexpected;

/* Whether the model has that; FEW: whether it may, as it has norms. */
bool alv_expected_lacks(const alv_model *model, alv_unexpected what);
/* Whether anything is expected at all. */
bool alv_expected_speaks(const alv_model *model);

/* `moments` (n_params) as of the law that draws each parameter; `independent`: the elements of a
 * weight are, so that the intervals hold. Free with alv_expected_free, also after an error.
 * ALV_ERR_ARGUMENT: inputs without size, or whose moments contradict each other; ALV_ERR_MEMORY. */
alv_status alv_expected_make(alv_expected *out, const alv_model *model, const alv_drawn *moments,
                             bool independent, const alv_flow_input *input, alv_error *error);
void alv_expected_free(alv_expected *expected);

#endif
