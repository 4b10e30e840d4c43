/* Inside the room: what the YAML of a network may say. */
#ifndef ALV_FORMATS_NETWORK_YAML_H
#define ALV_FORMATS_NETWORK_YAML_H

#include "formats/network.h"
#include "formats/yaml.h"

/* Parameters of a layer by what follows its name, which is their key in the YAML, too. */
#define ALV_YAML_PARAMS(PARAM)                                                                     \
    PARAM("weight", weight)                                                                        \
    PARAM("bias", bias)                                                                            \
    PARAM("position", position)                                                                    \
    PARAM("input.weight", input_weight)                                                            \
    PARAM("input.bias", input_bias)                                                                \
    PARAM("hidden.weight", hidden_weight)                                                          \
    PARAM("norm.weight", norm_weight)                                                              \
    PARAM("norm.bias", norm_bias)

/* The scheme of each; NULL: not fixed. */
typedef struct alv_yaml_params {
#define ALV_YAML_PARAM(key, member) char *member;
    ALV_YAML_PARAMS(ALV_YAML_PARAM)
#undef ALV_YAML_PARAM
} alv_yaml_params;

/* A layer, or layers that repeat; what was left out is NULL. */
typedef struct alv_yaml_layer {
    char *layer, *name, *from, *with, *norm, *activation, *gain, *init;
    alv_yaml_params *params;
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
