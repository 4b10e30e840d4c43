/* The schema of a plan's YAML.
 *
 * The sizes that presets take are keys of the schema too, and come from the table of presets. */
#include "formats/plan_yaml.h"

#include "base/base.h"

enum { TEXT_MAX = 4096 };

#define TEXT(key, type, member, extra)                                                             \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | (extra), type, member, 1, TEXT_MAX)
#define OPTIONAL CYAML_FLAG_OPTIONAL

static const cyaml_schema_field_t rule_fields[] = {
    TEXT("match", alv_yaml_rule, match, 0),
    TEXT("scheme", alv_yaml_rule, scheme, OPTIONAL),
    TEXT("dtype", alv_yaml_rule, dtype, OPTIONAL),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t rule_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, alv_yaml_rule, rule_fields)};

static const cyaml_schema_value_t size_value = {CYAML_VALUE_INT(CYAML_FLAG_DEFAULT, int64_t)};

#define SIZE(name)                                                                                 \
    CYAML_FIELD_INT_PTR(#name, CYAML_FLAG_POINTER | OPTIONAL, alv_yaml_parameter, name)
#define SIZES(name, extra, most)                                                                   \
    {.key = #name,                                                                                 \
     .value = {.type = CYAML_SEQUENCE,                                                             \
               .flags = CYAML_FLAG_POINTER | (extra),                                              \
               .data_size = sizeof(int64_t),                                                       \
               .sequence = {.entry = &size_value, .min = 0, .max = (most)}},                       \
     .data_offset = offsetof(alv_yaml_parameter, name),                                            \
     .count_offset = offsetof(alv_yaml_parameter, n_##name),                                       \
     .count_size = sizeof(uint32_t)}

static const cyaml_schema_field_t parameter_fields[] = {
    TEXT("name", alv_yaml_parameter, name, 0),
    SIZES(shape, 0, ALV_MAX_RANK),
    SIZES(stride, OPTIONAL, ALV_MAX_RANK),
    SIZES(parts, OPTIONAL, ALV_MAX_PARTS),
    SIZES(in_axes, OPTIONAL, ALV_MAX_RANK),
    SIZES(out_axes, OPTIONAL, ALV_MAX_RANK),
    SIZES(copy_axes, OPTIONAL, ALV_MAX_RANK),
    SIZE(groups),
    SIZE(head),
    SIZE(depth),
    SIZE(repeat),
    TEXT("scheme", alv_yaml_parameter, scheme, OPTIONAL),
    TEXT("dtype", alv_yaml_parameter, dtype, OPTIONAL),
    TEXT("layer", alv_yaml_parameter, layer, OPTIONAL),
    TEXT("layout", alv_yaml_parameter, layout, OPTIONAL),
    TEXT("role", alv_yaml_parameter, role, OPTIONAL),
    TEXT("activation", alv_yaml_parameter, activation, OPTIONAL),
    TEXT("fan_in", alv_yaml_parameter, fan_in, OPTIONAL),
    TEXT("fan_out", alv_yaml_parameter, fan_out, OPTIONAL),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t parameter_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, alv_yaml_parameter, parameter_fields)};

#define LIST(name, of)                                                                             \
    {.key = #name,                                                                                 \
     .value = {.type = CYAML_SEQUENCE,                                                             \
               .flags = CYAML_FLAG_POINTER | OPTIONAL,                                             \
               .data_size = (of)->data_size,                                                       \
               .sequence = {.entry = (of), .min = 0, .max = ALV_MAX_PLAN}},                        \
     .data_offset = offsetof(alv_yaml_plan, name),                                                 \
     .count_offset = offsetof(alv_yaml_plan, n_##name),                                            \
     .count_size = sizeof(uint32_t)}

enum { FIXED = 5, FIELDS = FIXED + ALV_MAX_YAML_SIZES + 1 };

/* Each name where it comes first among the presets. */
const char *alv_yaml_size_name(int index)
{
    const char *names[ALV_MAX_YAML_SIZES + 1] = {NULL};
    int n = 0;
    for (int p = 0; p < alv_preset_count(); p++) {
        const alv_preset_arg *arg = alv_preset_at(p)->args;
        for (int i = 0; i < ALV_MAX_PRESET_ARGS && arg[i].name; i++) {
            int known = 0;
            while (known < n && strcmp(names[known], arg[i].name) != 0) known++;
            if (known == n && n < ALV_MAX_YAML_SIZES) names[n++] = arg[i].name;
        }
    }
    return index >= 0 && index < n ? names[index] : NULL;
}

static void fill_fields(cyaml_schema_field_t fields[FIELDS])
{
    const cyaml_schema_field_t fixed[FIXED] = {
        TEXT("preset", alv_yaml_plan, preset, OPTIONAL),
        TEXT("model", alv_yaml_plan, model, OPTIONAL),
        TEXT("dtype", alv_yaml_plan, dtype, OPTIONAL),
        LIST(parameters, &parameter_value),
        LIST(rules, &rule_value),
    };
    const cyaml_schema_field_t size[1] = {
        CYAML_FIELD_INT_PTR("", CYAML_FLAG_POINTER | OPTIONAL, alv_yaml_plan, sizes[0])};
    memset(fields, 0, FIELDS * sizeof *fields);
    memcpy(fields, fixed, sizeof fixed);
    for (int i = 0; alv_yaml_size_name(i); i++) {
        memcpy(&fields[FIXED + i], size, sizeof size);
        fields[FIXED + i].key = alv_yaml_size_name(i);
        fields[FIXED + i].data_offset += (uint32_t)((size_t)i * sizeof(int64_t *));
    }
}

/* The schema, made anew for each use: it holds the presets' sizes. */
typedef struct schema {
    cyaml_schema_field_t fields[FIELDS];
    cyaml_schema_value_t value;
    alv_yaml_kind kind;
} schema;

static void make(schema *s)
{
    fill_fields(s->fields);
    const cyaml_schema_value_t value = {
        CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, alv_yaml_plan, s->fields)};
    memcpy(&s->value, &value, sizeof value);
    s->kind = (alv_yaml_kind){"plan", &s->value, ALV_PLAN_FILE_MAX};
}

static alv_yaml_portions portions_of(const schema *s, const char *bytes, size_t size,
                                     const char *name)
{
    return (alv_yaml_portions){
        .kind = &s->kind, .list = "parameters", .bytes = bytes, .size = size, .name = name};
}

alv_status alv_plan_yaml_load(alv_yaml_plan **out, const char *bytes, size_t size, const char *name,
                              alv_error *error)
{
    schema s;
    void *plan;
    make(&s);
    const alv_yaml_portions from = portions_of(&s, bytes, size, name);
    ALV_TRY(alv_yaml_parse_rest(&plan, &from, error));
    *out = plan;
    return ALV_OK;
}

void alv_plan_yaml_free(alv_yaml_plan *plan)
{
    schema s;
    make(&s);
    alv_yaml_release(&s.kind, plan);
}

typedef struct taker {
    alv_plan_yaml_take *take;
    void *user;
    int64_t next;
} taker;

static alv_status take_all(void *user, const void *value)
{
    taker *t = user;
    const alv_yaml_plan *plan = value;
    for (uint32_t i = 0; i < plan->n_parameters; i++)
        ALV_TRY(t->take(t->user, &plan->parameters[i], t->next++));
    return ALV_OK;
}

alv_status alv_plan_yaml_each(const char *bytes, size_t size, const char *name,
                              alv_plan_yaml_take *take, void *user, alv_error *error)
{
    schema s;
    taker t = {.take = take, .user = user};
    make(&s);
    const alv_yaml_portions from = portions_of(&s, bytes, size, name);
    return alv_yaml_parse_items(&from, take_all, &t, error);
}
