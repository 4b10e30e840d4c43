/* Writes JSON as it goes. Containers down to INLINE_DEPTH put each entry on its own line; deeper
 * ones stay on one, so that a table of trials is a line per trial. */
#include "lab/json.h"

#include "base/base.h"

enum { INLINE_DEPTH = 2 };
#define MOST_EXACT (UINT64_C(1) << 53) /* from here on doubles skip whole numbers */

static void put(alv_json *json, const char *bytes, size_t n)
{
    if (json->length + n + 1 > json->capacity) {
        size_t capacity = 2 * json->capacity + n + 256;
        char *grown = json->failed ? NULL : realloc(json->text, capacity);
        if (!grown) {
            json->failed = true;
            return;
        }
        json->text = grown;
        json->capacity = capacity;
    }
    memcpy(json->text + json->length, bytes, n);
    json->length += n;
}

static void put_text(alv_json *json, const char *text)
{
    put(json, text, strlen(text));
}

static void put_line(alv_json *json)
{
    put(json, "\n", 1);
    for (int i = 0; i < json->depth; i++) put(json, "  ", 2);
}

/* Length of the UTF-8 sequence at s (RFC 3629: no overlong forms, no surrogates), 0 if invalid. */
static int utf8_length(const unsigned char *s)
{
    if (s[0] < 0x80) return 1;
    int n = s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : 0;
    if (s[0] >= 0xf0 && s[0] < 0xf5) n = 4;
    for (int i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80) return 0;
    if (s[0] == 0xe0 && s[1] < 0xa0) return 0;
    if (s[0] == 0xed && s[1] > 0x9f) return 0;
    if (s[0] == 0xf0 && s[1] < 0x90) return 0;
    if (s[0] == 0xf4 && s[1] > 0x8f) return 0;
    return n;
}

/* A string in quotes; a byte that is no part of valid UTF-8 becomes U+FFFD. */
static void put_quoted(alv_json *json, const char *text)
{
    put(json, "\"", 1);
    for (const unsigned char *s = (const unsigned char *)text; *s;) {
        int n = utf8_length(s);
        char escape[8];
        if (n == 0) {
            put_text(json, "\xef\xbf\xbd");
            n = 1;
        } else if (*s == '"' || *s == '\\') {
            put(json, (char[]){'\\', (char)*s}, 2);
        } else if (*s < 0x20 || *s == 0x7f) {
            alv_text_format(escape, sizeof escape, "\\u00%x%x", (uint32_t)*s >> 4, *s & 0xfu);
            put_text(json, escape);
        } else {
            put(json, (const char *)s, (size_t)n);
        }
        s += n;
    }
    put(json, "\"", 1);
}

/* What stands before an entry: a comma, a line or a space, its key. */
static void begin_entry(alv_json *json, const char *key)
{
    if (json->depth > 0) {
        bool *comma = &json->comma[json->depth - 1];
        if (*comma) put(json, ",", 1);
        if (json->depth <= INLINE_DEPTH)
            put_line(json);
        else if (*comma)
            put(json, " ", 1);
        *comma = true;
    }
    if (!key) return;
    put_quoted(json, key);
    put(json, ": ", 2);
}

void alv_json_open(alv_json *json, const char *key, char bracket)
{
    begin_entry(json, key);
    if (json->depth == ALV_JSON_DEPTH) {
        json->failed = true;
        return;
    }
    put(json, &bracket, 1);
    json->comma[json->depth] = false;
    json->close[json->depth++] = bracket == '{' ? '}' : ']';
}

void alv_json_close(alv_json *json)
{
    if (json->depth == 0) return;
    json->depth--;
    if (json->depth < INLINE_DEPTH && json->comma[json->depth]) put_line(json);
    put(json, &json->close[json->depth], 1);
}

void alv_json_string(alv_json *json, const char *key, const char *text)
{
    begin_entry(json, key);
    if (text)
        put_quoted(json, text);
    else
        put_text(json, "null");
}

void alv_json_int(alv_json *json, const char *key, int64_t value)
{
    char text[32];
    alv_text_format(text, sizeof text, "%lld", value);
    begin_entry(json, key);
    put_text(json, text);
}

void alv_json_seed(alv_json *json, const char *key, uint64_t value)
{
    char text[32];
    alv_text_format(text, sizeof text, value < MOST_EXACT ? "%llu" : "\"%llu\"", value);
    begin_entry(json, key);
    put_text(json, text);
}

void alv_json_real(alv_json *json, const char *key, double value)
{
    char text[32];
    begin_entry(json, key);
    if (__builtin_isfinite(value))
        put(json, text, alv_number_print(text, value, 0));
    else
        put_text(json, "null");
}

void alv_json_bool(alv_json *json, const char *key, bool value)
{
    begin_entry(json, key);
    put_text(json, value ? "true" : "false");
}

void alv_json_raw(alv_json *json, const char *key, const char *text)
{
    size_t n = strlen(text);
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' ')) n--;
    begin_entry(json, key);
    put(json, text, n);
}

void alv_json_null(alv_json *json, const char *key)
{
    begin_entry(json, key);
    put_text(json, "null");
}

char *alv_json_take(alv_json *json)
{
    put(json, "\n", 2);
    if (json->failed) {
        free(json->text);
        json->text = NULL;
    }
    char *text = json->text;
    *json = (alv_json){0};
    return text;
}
