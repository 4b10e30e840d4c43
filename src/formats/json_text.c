/* Texts to values and back. Jansson does not tell of every allocation that fails, so what it makes
 * is made twice and compared: a text is measured and then written, a value is read two times. */
#include "formats/json_text.h"

#include "base/base.h"

char *alv_json_text(const json_t *value, size_t flags)
{
    size_t size = json_dumpb(value, NULL, 0, flags);
    char *text = size > 0 ? alv_new_array(size + 1, 1) : NULL;
    if (text && json_dumpb(value, text, size, flags) == size) return text;
    free(text);
    return NULL;
}

json_t *alv_json_parse(bool *lost, const char *text, size_t flags, json_error_t *why)
{
    json_error_t second;
    json_t *value = json_loads(text, flags, why), *again = json_loads(text, flags, &second);
    *lost = value || again ? !json_equal(value, again) : false;
    json_decref(again);
    if (!*lost) return value;
    json_decref(value);
    return NULL;
}
