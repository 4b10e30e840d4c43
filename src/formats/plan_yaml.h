/* Inside the room: what the YAML of a plan may say. */
#ifndef ALV_FORMATS_PLAN_YAML_H
#define ALV_FORMATS_PLAN_YAML_H

#include "formats/plan.h"
#include "formats/yaml.h"

enum { ALV_MAX_YAML_SIZES = 24 };

typedef struct alv_yaml_rule {
    char *match, *scheme, *dtype;
} alv_yaml_rule;

typedef struct alv_yaml_parameter {
    char *name, *scheme, *dtype, *layer, *layout, *role, *activation, *fan_in, *fan_out;
    int64_t *shape, *stride, *parts, *in_axes, *out_axes, *copy_axes;
    uint32_t n_shape, n_stride, n_parts, n_in_axes, n_out_axes, n_copy_axes;
    int64_t *groups, *head, *depth, *repeat;
} alv_yaml_parameter;

/* A plan as written; what was left out is NULL. */
typedef struct alv_yaml_plan {
    char *preset, *model, *dtype;
    int64_t *sizes[ALV_MAX_YAML_SIZES]; /* by alv_yaml_size_name */
    alv_yaml_parameter *parameters;
    uint32_t n_parameters;
    alv_yaml_rule *rules;
    uint32_t n_rules;
} alv_yaml_plan;

/* Reads the text against the schema: all but the parameters, of which there may be too many to hold
 * at once. Free with alv_plan_yaml_free. */
alv_status alv_plan_yaml_load(alv_yaml_plan **out, const char *bytes, size_t size, const char *name,
                              alv_error *error);
void alv_plan_yaml_free(alv_yaml_plan *plan);

/* Calls `take` with each parameter in order, and its index, until it says another status than
 * ALV_OK. */
typedef alv_status alv_plan_yaml_take(void *user, const alv_yaml_parameter *parameter,
                                      int64_t index);
alv_status alv_plan_yaml_each(const char *bytes, size_t size, const char *name,
                              alv_plan_yaml_take *take, void *user, alv_error *error);

/* The names of all sizes of all presets, each once; NULL at and beyond their number. */
const char *alv_yaml_size_name(int index);

#endif
