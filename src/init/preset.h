/* Inside the room: the list of presets, and the rows that they are made of. */
#ifndef ALV_INIT_PRESET_H
#define ALV_INIT_PRESET_H

#include "alvor/plan.h"

/* Every preset; NAME here is alv_preset_NAME in a file of its own. Nothing else lists presets. */
#define ALV_PRESETS(NAME)                                                                          \
    NAME(gpt2)                                                                                     \
    NAME(llama)                                                                                    \
    NAME(resnet)                                                                                   \
    NAME(vit)                                                                                      \
    NAME(mlp)

#define DECLARE(name) extern const alv_preset alv_preset_##name;
ALV_PRESETS(DECLARE)
#undef DECLARE

/* One tensor of a preset: a name in which each %d is the index of a block, a shape that ends at the
 * first 0, and a scheme. A bias states the fan-in of its weight. */
typedef struct alv_preset_row {
    const char *name;
    int64_t shape[4];
    const char *scheme;
    alv_layout layout;
    alv_layer layer;
    int64_t bias_of;  /* > 0: a bias, and the fan-in of its weight */
    int64_t parts[3]; /* matrices fused into this one */
    int64_t head;     /* outputs of one head of attention */
} alv_preset_row;

/* Appends n rows, with the index in their names; `branches` is the network's number of residual
 * branches. */
alv_status alv_preset_rows(alv_weight_plan *plan, const alv_preset_row *rows, int n, int64_t index,
                           int64_t branches, alv_error *error);

#endif
