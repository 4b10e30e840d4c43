/* Finds the line of a value again, when something is wrong with it.
 *
 * libcyaml fills structs and keeps no positions, so an error that shows only later (a scheme that
 * does not exist) reads the text a second time, with libyaml, which libcyaml stands on. */
#include <yaml.h>

#include "base/base.h"
#include "formats/yaml.h"

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
    if (!node || node->type != YAML_SEQUENCE_NODE) return NULL;
    int64_t n = node->data.sequence.items.top - node->data.sequence.items.start;
    if (index < 0 || index >= n) return NULL;
    return yaml_document_get_node(document, node->data.sequence.items.start[index]);
}

int alv_yaml_line(const char *bytes, size_t size, const char *list, int64_t index, const char *key)
{
    yaml_parser_t parser;
    yaml_document_t document;
    int line = 0;
    if (!yaml_parser_initialize(&parser)) return 0;
    yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, size);
    if (yaml_parser_load(&parser, &document)) {
        yaml_node_t *node = yaml_document_get_root_node(&document);
        if (list) node = item_of(&document, value_of(&document, node, list), index);
        if (key) node = value_of(&document, node, key);
        if (node) line = (int)node->start_mark.line + 1;
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
    return line;
}
