/* Inside the room: YAML against a schema, and the place of what is wrong with it.
 *
 * libcyaml fills structs and keeps no positions, so an error that shows only later (a scheme that
 * does not exist) looks its place up in a second reading, by libyaml, which libcyaml stands on. */
#ifndef ALV_FORMATS_YAML_H
#define ALV_FORMATS_YAML_H

#include <cyaml/cyaml.h>

#include "alvor/error.h"
#include "base/libc.h"

/* A kind of file. */
typedef struct alv_yaml_kind {
    const char *what; /* "plan" */
    const cyaml_schema_value_t *schema;
    size_t most; /* bytes of a file */
} alv_yaml_kind;

/* Reads the text against the schema. Free with alv_yaml_release. */
alv_status alv_yaml_parse(void **out, const alv_yaml_kind *kind, const char *bytes, size_t size,
                          const char *name, alv_error *error);
void alv_yaml_release(const alv_yaml_kind *kind, void *value);
/* Writes what was read as YAML again, keys in the order of the schema, what is NULL left out: equal
 * contents have equal bytes. Owned by the caller: free(). */
alv_status alv_yaml_write(char **out, const alv_yaml_kind *kind, const void *value,
                          const char *name, alv_error *error);

/* A text with a long list, read in portions (yaml_portion.c): each is a value of the same kind, to
 * be freed likewise. */
typedef struct alv_yaml_portions {
    const alv_yaml_kind *kind;
    const char *list; /* its key in the top mapping, which the kind may leave out */
    const char *bytes;
    size_t size;
    const char *name;
} alv_yaml_portions;

/* All but the items of the list: the value has an empty one in its place. */
alv_status alv_yaml_parse_rest(void **out, const alv_yaml_portions *from, alv_error *error);
/* Calls `take` with values that have the list alone, the next of its items in each, until it says
 * another status than ALV_OK. */
typedef alv_status alv_yaml_take(void *user, const void *value);
alv_status alv_yaml_parse_items(const alv_yaml_portions *from, alv_yaml_take *take, void *user,
                                alv_error *error);

/* From 1; 0: not known. */
typedef struct alv_yaml_place {
    int line, column;
} alv_yaml_place;

/* A step from a value to one in it: by key, or where key is NULL by number. */
typedef struct alv_yaml_step {
    const char *key;
    int64_t index;
} alv_yaml_step;

/* A text whose places are looked up. */
typedef struct alv_yaml_map alv_yaml_map;

/* NULL where there is no memory, or the text is no YAML: then no place is known. */
alv_yaml_map *alv_yaml_map_new(const char *bytes, size_t size);
void alv_yaml_map_free(alv_yaml_map *map);
/* Where the value at the end of the steps begins; known for as many steps as there are. */
alv_yaml_place alv_yaml_find(alv_yaml_map *map, const alv_yaml_step *steps, int n);

/* The place of a number that the schema has whole and that is not, of which libcyaml reads as much
 * as it can ("1.5" as 1), and its text; line 0: there is none. */
alv_yaml_place alv_yaml_find_broken(char *text, size_t size, alv_yaml_map *map,
                                    const cyaml_schema_value_t *schema);

/* "line 3, column 7: " and the message, the first part where the place is known. */
alv_status alv_yaml_fail(alv_error *error, alv_status code, const char *name, alv_yaml_place place,
                         const char *format, ...);

#endif
