/* The table of layer kinds, inside the room: how each counts the fans of its weight. */
#ifndef ALV_MODEL_LAYER_H
#define ALV_MODEL_LAYER_H

#include "alvor/model.h"

typedef struct alv_layer_kind {
    const char *name;
    int min_rank; /* axes that its weight needs before fans mean anything */
    /* Fans of a weight that has at least min_rank axes; false if a product overflows. */
    bool (*fans)(int64_t *fan_in, int64_t *fan_out, const alv_tensor *weight);
} alv_layer_kind;

/* NULL for a number that is no kind. */
const alv_layer_kind *alv_layer_at(alv_layer kind);

#endif
