/* The schema of a network's YAML. */
#include "formats/network_yaml.h"

enum { TEXT_MAX = 4096, LAYERS_MAX = 10000 };

#define OPTIONAL CYAML_FLAG_OPTIONAL
#define TEXT(type, name)                                                                           \
    CYAML_FIELD_STRING_PTR(#name, CYAML_FLAG_POINTER | OPTIONAL, type, name, 1, TEXT_MAX)
#define SIZE(type, name) CYAML_FIELD_INT_PTR(#name, CYAML_FLAG_POINTER | OPTIONAL, type, name)
#define FLAG(name) CYAML_FIELD_BOOL_PTR(#name, CYAML_FLAG_POINTER | OPTIONAL, alv_yaml_layer, name)
#define LIST(of_type, name, item, of, extra, least, most)                                          \
    {.key = #name,                                                                                 \
     .value = {.type = CYAML_SEQUENCE,                                                             \
               .flags = CYAML_FLAG_POINTER | (extra),                                              \
               .data_size = sizeof(item),                                                          \
               .sequence = {.entry = (of), .min = (least), .max = (most)}},                        \
     .data_offset = offsetof(of_type, name),                                                       \
     .count_offset = offsetof(of_type, n_##name),                                                  \
     .count_size = sizeof(uint32_t)}

#define PARAM(key, member)                                                                         \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | OPTIONAL, alv_yaml_params, member, 1,         \
                           TEXT_MAX),
static const cyaml_schema_field_t params_fields[] = {ALV_YAML_PARAMS(PARAM) CYAML_FIELD_END};

/* What a layer may say; the kinds in network_read.c know which of it is theirs. */
#define LAYER_FIELDS                                                                               \
    TEXT(alv_yaml_layer, layer), TEXT(alv_yaml_layer, name), TEXT(alv_yaml_layer, from),           \
        SIZE(alv_yaml_layer, in), SIZE(alv_yaml_layer, out), SIZE(alv_yaml_layer, kernel),         \
        SIZE(alv_yaml_layer, stride), SIZE(alv_yaml_layer, window), SIZE(alv_yaml_layer, heads),   \
        FLAG(bias), FLAG(each), FLAG(positions), TEXT(alv_yaml_layer, norm),                       \
        TEXT(alv_yaml_layer, activation), TEXT(alv_yaml_layer, with), TEXT(alv_yaml_layer, gain),  \
        SIZE(alv_yaml_layer, repeat), TEXT(alv_yaml_layer, init),                                  \
        CYAML_FIELD_MAPPING_PTR("params", CYAML_FLAG_POINTER | OPTIONAL, alv_yaml_layer, params,   \
                                params_fields)

static const cyaml_schema_field_t inner_fields[] = {LAYER_FIELDS, CYAML_FIELD_END};
static const cyaml_schema_value_t inner_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, alv_yaml_layer, inner_fields)};

/* Layers that repeat hold no others that do. */
static const cyaml_schema_field_t layer_fields[] = {
    LAYER_FIELDS,
    LIST(alv_yaml_layer, layers, alv_yaml_layer, &inner_value, OPTIONAL, 1, LAYERS_MAX),
    CYAML_FIELD_END};
static const cyaml_schema_value_t layer_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, alv_yaml_layer, layer_fields)};

static const cyaml_schema_value_t size_value = {CYAML_VALUE_INT(CYAML_FLAG_DEFAULT, int64_t)};

static const cyaml_schema_field_t network_fields[] = {
    TEXT(alv_yaml_network, name),
    LIST(alv_yaml_network, input, int64_t, &size_value, OPTIONAL, 1, 3),
    SIZE(alv_yaml_network, tokens),
    SIZE(alv_yaml_network, classes),
    TEXT(alv_yaml_network, activation),
    LIST(alv_yaml_network, layers, alv_yaml_layer, &layer_value, 0, 1, LAYERS_MAX),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t network_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, alv_yaml_network, network_fields)};

const alv_yaml_kind alv_network_kind = {"network", &network_value, ALV_NETWORK_FILE_MAX};
