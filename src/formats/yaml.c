/* The schema of a plan's YAML, and libcyaml's complaints as one message with a line.
 *
 * The sizes that presets take are keys of the schema too, and come from the table of presets. */
#include "formats/yaml.h"

#include <cyaml/cyaml.h>
#include <stdio.h>

#include "base/base.h"

enum { TEXT_MAX = 4096, LINE = 200 };

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

/* What libcyaml says: the first line is the fault, the first position its place. */
typedef struct complaint {
    char fault[LINE];
    int line;
} complaint;

static void listen(cyaml_log_t level, void *context, const char *format, va_list args)
{
    complaint *c = context;
    char text[LINE];
    (void)level;
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    const char *at = strstr(text, "(line: ");
    if (at && c->line == 0) c->line = (int)strtol(at + 7, NULL, 10);
    if (at || strstr(text, "Backtrace") || c->fault[0]) return;
    const char *fault = text;
    if (strncmp(fault, "Load: ", 6) == 0) fault += 6;
    if (strncmp(fault, "libyaml: ", 9) == 0) fault += 9;
    alv_text_format(c->fault, sizeof c->fault, "%s", fault);
}

static cyaml_config_t config_of(complaint *c)
{
    return (cyaml_config_t){.log_level = CYAML_LOG_ERROR,
                            .log_fn = listen,
                            .log_ctx = c,
                            .mem_fn = cyaml_mem,
                            .flags = CYAML_CFG_NO_ALIAS};
}

/* The first line whose first word, after a dash perhaps, is `key` and a colon; 0 if none is. */
static int line_of_key(const char *bytes, size_t size, const char *key)
{
    size_t n = strlen(key);
    int line = 1;
    for (size_t i = 0; i < size; line++) {
        while (i < size && strchr(" -{", bytes[i]) && bytes[i]) i++;
        if (size - i > n && memcmp(bytes + i, key, n) == 0 && bytes[i + n] == ':') return line;
        while (i < size && bytes[i] != '\n') i++;
        i++;
    }
    return 0;
}

/* Every key that a plan, a parameter or a rule may have. */
static const char *nearest_key(const char *key)
{
    const char *names[FIELDS + ALV_COUNT(rule_fields) + ALV_COUNT(parameter_fields)];
    cyaml_schema_field_t fields[FIELDS];
    int n = 0;
    fill_fields(fields);
    for (int i = 0; fields[i].key; i++) names[n++] = fields[i].key;
    for (int i = 0; rule_fields[i].key; i++) names[n++] = rule_fields[i].key;
    for (int i = 0; parameter_fields[i].key; i++) names[n++] = parameter_fields[i].key;
    names[n] = NULL;
    return alv_suggest(key, names);
}

static alv_status fail_yaml(const complaint *c, cyaml_err_t code, const char *bytes, size_t size,
                            const char *name, alv_error *error)
{
    static const char unexpected[] = "Unexpected key: ", star[] = "alphabetic or numeric character";
    if (code == CYAML_ERR_OOM) return alv_fail(error, ALV_ERR_MEMORY, name, "no memory");
    if (strncmp(c->fault, unexpected, sizeof unexpected - 1) == 0) {
        const char *key = c->fault + sizeof unexpected - 1, *near = nearest_key(key);
        int line = line_of_key(bytes, size, key);
        if (near && strcmp(near, key) == 0)
            return alv_fail(error, ALV_ERR_SYNTAX, name,
                            "line %d: the key '%s' does not belong here", line ? line : c->line,
                            key);
        return alv_fail(error, ALV_ERR_SYNTAX, name,
                        near ? "line %d: there is no key '%s'; did you mean '%s'?"
                             : "line %d: there is no key '%s'",
                        line ? line : c->line, key, near);
    }
    bool alias = code == CYAML_ERR_ALIAS || strstr(c->fault, star);
    const char *what = alias ? "no aliases here" : *c->fault ? c->fault : cyaml_strerror(code);
    const char *hint = alias ? "; a pattern that begins with * needs quotes: \"*.bias\"" : "";
    if (c->line == 0) return alv_fail(error, ALV_ERR_SYNTAX, name, "%s%s", what, hint);
    return alv_fail(error, ALV_ERR_SYNTAX, name, "line %d: %s%s", c->line, what, hint);
}

alv_status alv_yaml_load(alv_yaml_plan **out, const char *bytes, size_t size, const char *name,
                         alv_error *error)
{
    cyaml_schema_field_t fields[FIELDS];
    complaint c = {.line = 0};
    cyaml_config_t config = config_of(&c);
    alv_yaml_plan *plan = NULL;
    if (size > ALV_PLAN_FILE_MAX)
        return alv_fail(error, ALV_ERR_RANGE, name, "a plan has at most %d bytes",
                        ALV_PLAN_FILE_MAX);
    fill_fields(fields);
    const cyaml_schema_value_t schema = {
        CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, alv_yaml_plan, fields)};
    cyaml_err_t code = cyaml_load_data((const uint8_t *)bytes, size, &config, &schema,
                                       (cyaml_data_t **)&plan, NULL);
    if (code != CYAML_OK) return fail_yaml(&c, code, bytes, size, name, error);
    if (!plan) return alv_fail(error, ALV_ERR_SYNTAX, name, "the plan is empty");
    *out = plan;
    return ALV_OK;
}

void alv_yaml_free(alv_yaml_plan *plan)
{
    cyaml_schema_field_t fields[FIELDS];
    complaint c = {.line = 0};
    cyaml_config_t config = config_of(&c);
    fill_fields(fields);
    const cyaml_schema_value_t schema = {
        CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, alv_yaml_plan, fields)};
    cyaml_free(&config, &schema, plan, 0);
}
