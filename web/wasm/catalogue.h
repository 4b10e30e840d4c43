/* Columns of a look, by name: the page finds them in the catalogue. */
#ifndef ALV_WASM_CATALOGUE_H
#define ALV_WASM_CATALOGUE_H

#include "probe/probe.h"

typedef struct look_column {
    const char *name;
    size_t at; /* of a double in alv_layer_stats */
} look_column;

extern const look_column look_columns[];
extern const int n_look_columns;

#endif
