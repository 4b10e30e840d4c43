/* Finds the place of a value again, when something is wrong with it. */
#include <yaml.h>

#include "base/base.h"
#include "formats/yaml.h"

struct alv_yaml_map {
    yaml_document_t document;
};

alv_yaml_map *alv_yaml_map_new(const char *bytes, size_t size)
{
    yaml_parser_t parser;
    alv_yaml_map *map = alv_new_array(1, sizeof *map);
    if (!map || !yaml_parser_initialize(&parser)) return free(map), NULL;
    yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, size);
    const bool fine = yaml_parser_load(&parser, &map->document);
    yaml_parser_delete(&parser);
    return fine ? map : (free(map), NULL);
}

void alv_yaml_map_free(alv_yaml_map *map)
{
    if (!map) return;
    yaml_document_delete(&map->document);
    free(map);
}

static yaml_node_t *value_of(yaml_document_t *document, yaml_node_t *node, const char *key)
{
    if (!node || node->type != YAML_MAPPING_NODE) return NULL;
    for (yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top;
         p++) {
        yaml_node_t *name = yaml_document_get_node(document, p->key);
        if (name && name->type == YAML_SCALAR_NODE &&
            strcmp((const char *)name->data.scalar.value, key) == 0)
            return yaml_document_get_node(document, p->value);
    }
    return NULL;
}

static yaml_node_t *item_of(yaml_document_t *document, yaml_node_t *node, int64_t index)
{
    if (node->type != YAML_SEQUENCE_NODE) return NULL;
    int64_t n = node->data.sequence.items.top - node->data.sequence.items.start;
    if (index < 0 || index >= n) return NULL;
    return yaml_document_get_node(document, node->data.sequence.items.start[index]);
}

alv_yaml_place alv_yaml_find(alv_yaml_map *map, const alv_yaml_step *steps, int n)
{
    alv_yaml_place place = {0};
    yaml_node_t *node = map ? yaml_document_get_root_node(&map->document) : NULL;
    for (int i = 0; node; i++) {
        place.line = (int)node->start_mark.line + 1;
        place.column = (int)node->start_mark.column + 1;
        if (i == n) break;
        node = steps[i].key ? value_of(&map->document, node, steps[i].key)
                            : item_of(&map->document, node, steps[i].index);
    }
    return place;
}

static bool is_whole(const char *text)
{
    text += *text == '-' || *text == '+';
    if (!*text) return false;
    while (*text >= '0' && *text <= '9') text++;
    return !*text;
}

/* The first such node below `node`; NULL: there is none. */
static yaml_node_t *find_broken(yaml_document_t *document, yaml_node_t *node,
                                const cyaml_schema_value_t *schema)
{
    yaml_node_t *broken = NULL;
    if (!node) return NULL;
    if (schema->type == CYAML_INT && node->type == YAML_SCALAR_NODE)
        return is_whole((const char *)node->data.scalar.value) ? NULL : node;
    for (int64_t i = 0; schema->type == CYAML_SEQUENCE && !broken; i++) {
        yaml_node_t *item = item_of(document, node, i);
        if (!item) break;
        broken = find_broken(document, item, schema->sequence.entry);
    }
    if (schema->type == CYAML_MAPPING)
        for (const cyaml_schema_field_t *f = schema->mapping.fields; f->key && !broken; f++)
            broken = find_broken(document, value_of(document, node, f->key), &f->value);
    return broken;
}

alv_yaml_place alv_yaml_find_broken(char *text, size_t size, alv_yaml_map *map,
                                    const cyaml_schema_value_t *schema)
{
    yaml_node_t *root = map ? yaml_document_get_root_node(&map->document) : NULL;
    yaml_node_t *node = root ? find_broken(&map->document, root, schema) : NULL;
    if (!node) return (alv_yaml_place){0};
    alv_text_format(text, size, "%s", (const char *)node->data.scalar.value);
    return (alv_yaml_place){(int)node->start_mark.line + 1, (int)node->start_mark.column + 1};
}

alv_status alv_yaml_fail(alv_error *error, alv_status code, const char *name, alv_yaml_place place,
                         const char *format, ...)
{
    char message[224];
    va_list args;
    va_start(args, format);
    alv_text_vformat(message, sizeof message, format, args);
    va_end(args);
    if (place.line == 0) return alv_fail(error, code, name, "%s", message);
    return alv_fail(error, code, name, "line %d, column %d: %s", place.line, place.column, message);
}
