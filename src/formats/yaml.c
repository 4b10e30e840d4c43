/* YAML against a schema, and libcyaml's complaints as one message with a place. */
#include "formats/yaml.h"

#include <stdio.h>

#include "base/base.h"

enum { LINE = 200, MAX_KEYS = 128 };

/* What libcyaml says: the first line is the fault, the first position its place. */
typedef struct complaint {
    char fault[LINE];
    alv_yaml_place place;
} complaint;

static void listen(cyaml_log_t level, void *context, const char *format, va_list args)
{
    complaint *c = context;
    char text[LINE];
    (void)level;
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    const char *at = strstr(text, "(line: "), *column = strstr(text, "column: ");
    if (at && c->place.line == 0) {
        c->place.line = (int)strtol(at + 7, NULL, 10);
        c->place.column = column ? (int)strtol(column + 8, NULL, 10) : 1;
    }
    if (at || strstr(text, "Backtrace") || c->fault[0]) return;
    const char *fault = text;
    if (strncmp(fault, "Load: ", 6) == 0) fault += 6;
    if (strncmp(fault, "libyaml: ", 9) == 0) fault += 9;
    alv_text_format(c->fault, sizeof c->fault, "%s", fault);
}

/* The program's own allocator: what a reader puts into a value, cyaml frees. */
static void *memory(void *context, void *block, size_t size)
{
    (void)context;
    if (size > 0) return realloc(block, size);
    free(block);
    return NULL;
}

static cyaml_config_t config_of(complaint *c)
{
    return (cyaml_config_t){.log_level = CYAML_LOG_ERROR,
                            .log_fn = listen,
                            .log_ctx = c,
                            .mem_fn = memory,
                            .flags = CYAML_CFG_NO_ALIAS};
}

/* Where a key stands: the first word before a colon that is it, after a bracket, a comma or a dash,
 * or at the start of a line. */
static alv_yaml_place place_of_key(const char *bytes, size_t size, const char *key)
{
    const size_t n = strlen(key);
    alv_yaml_place at = {1, 1};
    bool fresh = true;
    for (size_t i = 0; i < size; i++, at.column++) {
        const char c = bytes[i];
        if (fresh && size - i > n && memcmp(bytes + i, key, n) == 0 && bytes[i + n] == ':')
            return at;
        fresh = c == '\n' || (c && strchr("{,", c)) || (fresh && c && strchr(" -", c));
        if (c == '\n') at.line++, at.column = 0;
    }
    return (alv_yaml_place){0};
}

/* Every key of the schema, wherever it belongs; returns how many. */
static int gather_keys(const char *keys[MAX_KEYS], int n, const cyaml_schema_value_t *value)
{
    if (value->type == CYAML_SEQUENCE) return gather_keys(keys, n, value->sequence.entry);
    if (value->type != CYAML_MAPPING) return n;
    for (const cyaml_schema_field_t *f = value->mapping.fields; f->key && n < MAX_KEYS - 1; f++) {
        keys[n++] = f->key;
        n = gather_keys(keys, n, &f->value);
    }
    return n;
}

static alv_status fail_key(const alv_yaml_kind *kind, const complaint *c, const char *key,
                           const char *bytes, size_t size, const char *name, alv_error *error)
{
    const char *keys[MAX_KEYS] = {NULL};
    gather_keys(keys, 0, kind->schema);
    const char *near = alv_suggest(key, keys);
    alv_yaml_place place = place_of_key(bytes, size, key);
    if (place.line == 0) place = c->place;
    if (near && strcmp(near, key) == 0)
        return alv_yaml_fail(error, ALV_ERR_SYNTAX, name, place,
                             "the key '%s' does not belong here", key);
    return alv_yaml_fail(error, ALV_ERR_SYNTAX, name, place,
                         near ? "there is no key '%s'; did you mean '%s'?" : "there is no key '%s'",
                         key, near);
}

/* What libcyaml says of its own insides, and what it means to who wrote the file; %s: the next word
 * of what it says. */
static const struct {
    const char *says, *means;
} faults[] = {
    {"Internal error", "a key is one word, as in 'name: value', and here is something else"},
    {"STRING length < 1", "an empty text: write something, or leave the key out"},
    {"STRING length > ", "a text of more than %s bytes"},
    {"Excessive entries (", "a list of more than %s"},
    {"Insufficient entries", "the list is too short"},
    {"Mapping field already seen: ", "the key '%s' stands twice"},
    {"Missing required mapping field: ", "the key '%s' is missing"},
    {"Expecting MAPPING", "keys with values belong here, as in 'name: value'"},
    {"Expecting SEQUENCE", "a list belongs here, as in [2, 3]"},
    {"Expecting STRING", "one text belongs here"},
    {"Expecting INT", "one whole number belongs here"},
    {"Expecting BOOL", "yes or no belongs here"},
};

static void explain(char *out, size_t size, const char *fault)
{
    char rest[LINE];
    for (int i = 0; i < ALV_COUNT(faults); i++) {
        const size_t n = strlen(faults[i].says);
        if (strncmp(fault, faults[i].says, n) != 0) continue;
        alv_text_format(rest, sizeof rest, "%s", fault + n);
        rest[strcspn(rest, ": )")] = '\0';
        alv_text_format(out, size, faults[i].means, rest);
        return;
    }
    alv_text_format(out, size, "%s", fault);
}

static alv_status fail_yaml(const alv_yaml_kind *kind, const complaint *c, cyaml_err_t code,
                            const char *bytes, size_t size, const char *name, alv_error *error)
{
    static const char unexpected[] = "Unexpected key: ", star[] = "alphabetic or numeric character";
    if (code == CYAML_ERR_OOM) return alv_fail(error, ALV_ERR_MEMORY, name, "no memory");
    if (strncmp(c->fault, unexpected, sizeof unexpected - 1) == 0)
        return fail_key(kind, c, c->fault + sizeof unexpected - 1, bytes, size, name, error);
    bool alias = code == CYAML_ERR_ALIAS || strstr(c->fault, star);
    char what[LINE];
    explain(what, sizeof what,
            alias       ? "no aliases here"
            : *c->fault ? c->fault
                        : cyaml_strerror(code));
    const char *hint = alias ? "; a pattern that begins with * needs quotes: \"*.bias\"" : "";
    return alv_yaml_fail(error, ALV_ERR_SYNTAX, name, c->place, "%s%s", what, hint);
}

static alv_status check_numbers(const alv_yaml_kind *kind, const char *bytes, size_t size,
                                const char *name, alv_error *error)
{
    char text[64];
    alv_yaml_map *map = alv_yaml_map_new(bytes, size);
    if (!map) return alv_fail(error, ALV_ERR_MEMORY, name, "no memory");
    const alv_yaml_place place = alv_yaml_find_broken(text, sizeof text, map, kind->schema);
    alv_yaml_map_free(map);
    if (place.line == 0) return ALV_OK;
    return alv_yaml_fail(error, ALV_ERR_SYNTAX, name, place, "'%s' is no whole number", text);
}

alv_status alv_yaml_parse(void **out, const alv_yaml_kind *kind, const char *bytes, size_t size,
                          const char *name, alv_error *error)
{
    complaint c = {.place = {0}};
    cyaml_config_t config = config_of(&c);
    void *value = NULL;
    if (size > kind->most)
        return alv_fail(error, ALV_ERR_RANGE, name, "a %s has at most %llu bytes", kind->what,
                        (uint64_t)kind->most);
    cyaml_err_t code =
        cyaml_load_data((const uint8_t *)bytes, size, &config, kind->schema, &value, NULL);
    if (code != CYAML_OK) return fail_yaml(kind, &c, code, bytes, size, name, error);
    if (!value) return alv_fail(error, ALV_ERR_SYNTAX, name, "the %s is empty", kind->what);
    const alv_status status = check_numbers(kind, bytes, size, name, error);
    if (status != ALV_OK) return alv_yaml_release(kind, value), status;
    *out = value;
    return ALV_OK;
}

void alv_yaml_release(const alv_yaml_kind *kind, void *value)
{
    complaint c = {.place = {0}};
    cyaml_config_t config = config_of(&c);
    cyaml_free(&config, kind->schema, value, 0);
}

alv_status alv_yaml_write(char **out, const alv_yaml_kind *kind, const void *value,
                          const char *name, alv_error *error)
{
    complaint c = {.place = {0}};
    cyaml_config_t config = config_of(&c);
    char *text = NULL;
    size_t n = 0;
    const cyaml_err_t code = cyaml_save_data(&text, &n, &config, kind->schema, value, 0);
    char *copy = code == CYAML_OK ? alv_new_array(n + 1, 1) : NULL;
    if (copy) memcpy(copy, text, n);
    free(text);
    if (copy) return *out = copy, ALV_OK;
    return alv_fail(error, ALV_ERR_MEMORY, name, "no memory for the %s", kind->what);
}
