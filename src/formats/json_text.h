/* Jansson with memory that may end: values from text and to text, whole or not at all. */
#ifndef ALV_FORMATS_JSON_TEXT_H
#define ALV_FORMATS_JSON_TEXT_H

#include <jansson.h>
#include <stdbool.h>

/* The text with its NUL, the caller's: free(). NULL without memory. flags are those of json_dumps,
 * which itself can drop a piece of its text where memory ends in the middle. */
char *alv_json_text(const json_t *value, size_t flags);

/* json_loads, told apart: NULL with *lost if memory ended, NULL without if the text is no JSON and
 * *why says why. Jansson itself drops characters of a long string where memory ends while it is
 * read, and goes on. */
json_t *alv_json_parse(bool *lost, const char *text, size_t flags, json_error_t *why);

#endif
