/* Inside the room: a plan on its way from YAML to tensors. */
#ifndef ALV_FORMATS_PLAN_PART_H
#define ALV_FORMATS_PLAN_PART_H

#include "formats/plan_yaml.h"

/* What YAML says of a scheme: one for all, or "auto", by what each tensor is. */
typedef struct alv_plan_scheme {
    bool automatic;
    alv_scheme scheme; /* not automatic; .init == NULL: nothing is said */
} alv_plan_scheme;

/* Where a tensor came from. */
typedef struct alv_plan_source {
    int32_t parameter; /* its index in the file; -1: the preset */
    bool own;          /* it has a scheme of its own */
} alv_plan_source;

typedef struct alv_plan_reader {
    const char *bytes, *name;
    size_t size;
    const alv_yaml_plan *yaml; /* without its parameters */
    alv_weight_plan *plan;
    alv_dtype dtype;
    alv_plan_source *sources; /* of each tensor */
    int64_t n_sources, room;
    alv_weight_rule *rules;
    bool *automatic; /* of each rule: whether its scheme is, which `rules` then lacks */
    bool any_automatic;
    alv_error *error;
} alv_plan_reader;

/* Something is wrong with a key: of item `index` of a list, or of the plan where list is NULL. */
alv_status alv_plan_fail_key(const alv_plan_reader *r, alv_status code, const char *list,
                             int64_t index, const char *key, const char *format, ...);
alv_status alv_plan_read_scheme(alv_plan_scheme *out, const alv_plan_reader *r, const char *list,
                                int64_t index, const char *text);
alv_status alv_plan_read_dtype(alv_dtype *out, const alv_plan_reader *r, const char *list,
                               int64_t index, const char *text);

/* Everything about parameter `index` but its name, which may stand for many. */
alv_status alv_plan_read_parameter(alv_tensor *t, const alv_plan_reader *r,
                                   const alv_yaml_parameter *p, int64_t index);
/* Sets the tensor's name to that of the parameter's number i: "h.{i}.weight" -> "h.3.weight". */
alv_status alv_plan_expand_name(alv_tensor *t, const alv_plan_reader *r,
                                const alv_yaml_parameter *p, int64_t index, int64_t i);

#endif
