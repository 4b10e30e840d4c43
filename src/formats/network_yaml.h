/* Inside the room: what the YAML of a network may say. */
#ifndef ALV_FORMATS_NETWORK_YAML_H
#define ALV_FORMATS_NETWORK_YAML_H

#include "formats/network.h"
#include "formats/yaml.h"

/* A layer, or layers that repeat; what was left out is NULL. */
typedef struct alv_yaml_layer {
    char *layer, *name, *from, *with, *norm, *activation, *gain;
    int64_t *in, *out, *kernel, *stride, *window, *heads, *repeat;
    bool *bias, *each, *positions;
    struct alv_yaml_layer *layers;
    uint32_t n_layers;
} alv_yaml_layer;

typedef struct alv_yaml_network {
    char *name, *activation;
    int64_t *input, *tokens, *classes;
    uint32_t n_input;
    alv_yaml_layer *layers;
    uint32_t n_layers;
} alv_yaml_network;

extern const alv_yaml_kind alv_network_kind;

#endif
