/* A writer of JSON: commas where they belong, strings escaped, numbers that read back the same. */
#include "json.h"

#include "math/math.h"

enum { JSON_ROOM = 1 << 19 };

static char buffer[JSON_ROOM];
static size_t length;

static void put(const char *text, size_t n)
{
    if (n > JSON_ROOM - 1 - length) n = JSON_ROOM - 1 - length;
    memcpy(buffer + length, text, n);
    length += n;
}

static void put_string(const char *text)
{
    char code[8];
    put("\"", 1);
    for (const char *p = text; *p; p++) {
        const unsigned char c = (unsigned char)*p;
        if (c >= ' ' && c != '"' && c != '\\') {
            put(p, 1);
            continue;
        }
        alv_text_format(code, sizeof code, "\\u00%C%C", "0123456789abcdef"[c >> 4],
                        "0123456789abcdef"[c & 15]);
        put(code, 6);
    }
    put("\"", 1);
}

/* The comma that a value needs after another, and its key. */
static void begin_value(const char *key)
{
    const char last = length ? buffer[length - 1] : '[';
    if (last != '[' && last != '{') put(",", 1);
    if (!key) return;
    put_string(key);
    put(":", 1);
}

void json_begin(void)
{
    length = 0;
}

const char *json_end(void)
{
    buffer[length] = '\0';
    return buffer;
}

void json_open(const char *key, char bracket)
{
    begin_value(key);
    put(&bracket, 1);
}

void json_close(char bracket)
{
    put(&bracket, 1);
}

void json_text(const char *key, const char *text)
{
    begin_value(key);
    if (text)
        put_string(text);
    else
        put("null", 4);
}

void json_number(const char *key, double x)
{
    char text[32];
    begin_value(key);
    if (alv_isfinite(x))
        put(text, alv_number_print(text, x, 0));
    else
        put("null", 4);
}

void json_flag(const char *key, bool flag)
{
    begin_value(key);
    put(flag ? "true" : "false", flag ? 4 : 5);
}

void json_pair(const char *key, const char *const text[2])
{
    json_open(key, '[');
    for (int i = 0; i < 2; i++) json_text(NULL, text[i]);
    json_close(']');
}
