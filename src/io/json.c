/* Strict JSON for file headers. */
#include "io/json.h"

unsigned char alv_cursor_peek(alv_json_cursor *c)
{
    while (c->at < c->end && c->bytes[c->at] && strchr(" \t\n\r", c->bytes[c->at])) c->at++;
    return c->at < c->end ? c->bytes[c->at] : 0;
}

bool alv_cursor_take(alv_json_cursor *c, unsigned char byte)
{
    if (alv_cursor_peek(c) != byte) return false;
    c->at++;
    return true;
}

alv_status alv_cursor_fail(const alv_json_cursor *c, const char *wanted)
{
    return alv_fail_at(c->error, ALV_ERR_FORMAT, c->where, (int64_t)c->at, "expected %s here",
                       wanted);
}

/* The shortest form only, no surrogates, nothing beyond U+10FFFF (RFC 3629, section 4). */
size_t alv_utf8_char(const unsigned char *b, size_t n)
{
    if (n == 0) return 0;
    if (b[0] < 0x80) return 1;
    size_t size = b[0] >= 0xf0 ? 4 : b[0] >= 0xe0 ? 3 : 2;
    if (b[0] < 0xc2 || b[0] > 0xf4 || n < size) return 0;
    unsigned lo = b[0] == 0xe0 ? 0xa0 : b[0] == 0xf0 ? 0x90 : 0x80;
    unsigned hi = b[0] == 0xed ? 0x9f : b[0] == 0xf4 ? 0x8f : 0xbf;
    if (b[1] < lo || b[1] > hi) return 0;
    for (size_t i = 2; i < size; i++)
        if ((b[i] & 0xc0) != 0x80) return 0;
    return size;
}

bool alv_utf8_valid(const char *text)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t n = strlen(text);
    for (size_t i = 0, size; i < n; i += size) {
        size = alv_utf8_char(bytes + i, n - i);
        if (size == 0) return false;
    }
    return true;
}

/* Four hexadecimal digits at the cursor. */
static alv_status read_hex(uint32_t *out, alv_json_cursor *c)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++, c->at++) {
        unsigned char x = c->at < c->end ? c->bytes[c->at] : 0;
        bool digit = x >= '0' && x <= '9', letter = (x | 32) >= 'a' && (x | 32) <= 'f';
        if (!digit && !letter) return alv_cursor_fail(c, "a hexadecimal digit");
        value = value << 4 | (digit ? x - (uint32_t)'0' : (x | 32) - (uint32_t)'a' + 10);
    }
    *out = value;
    return ALV_OK;
}

/* \uXXXX after its u; the upper half of a pair must be followed by the lower. */
static alv_status read_code(uint32_t *out, alv_json_cursor *c)
{
    uint32_t code = 0, low = 0;
    ALV_TRY(read_hex(&code, c));
    if (code == 0)
        return alv_fail_at(c->error, ALV_ERR_UNSUPPORTED, c->where, (int64_t)c->at,
                           "a text with a NUL");
    if (code >= 0xd800 && code < 0xdc00) {
        if (c->end - c->at < 2 || memcmp(c->bytes + c->at, "\\u", 2) != 0)
            return alv_cursor_fail(c, "the second half of a surrogate pair");
        c->at += 2;
        ALV_TRY(read_hex(&low, c));
        if (low < 0xdc00 || low > 0xdfff)
            return alv_cursor_fail(c, "the second half of a surrogate pair before");
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code < 0xe000) {
        return alv_cursor_fail(c, "the first half of a surrogate pair before");
    }
    *out = code;
    return ALV_OK;
}

static size_t put_code(char *out, uint32_t code)
{
    if (code < 0x80) return out[0] = (char)code, 1;
    size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const uint32_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = size; i-- > 1; code >>= 6) out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(lead[size] | code);
    return size;
}

/* What follows a backslash; the cursor is behind it. */
static alv_status read_escape(char *out, size_t *length, alv_json_cursor *c)
{
    static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    unsigned char letter = c->at < c->end ? c->bytes[c->at] : 0;
    const char *found = letter ? strchr(letters, letter) : NULL;
    if (letter != 'u' && !found) return alv_cursor_fail(c, "one of \"\\/bfnrtu");
    c->at++;
    if (found) return out[(*length)++] = values[found - letters], ALV_OK;
    uint32_t code = 0;
    ALV_TRY(read_code(&code, c));
    *length += put_code(out + *length, code);
    return ALV_OK;
}

alv_status alv_cursor_string(char *out, size_t *length, alv_json_cursor *c)
{
    if (!alv_cursor_take(c, '"')) return alv_cursor_fail(c, "a string");
    size_t n = 0;
    while (c->at < c->end && c->bytes[c->at] != '"') {
        if (c->bytes[c->at] == '\\') {
            c->at++;
            ALV_TRY(read_escape(out, &n, c));
            continue;
        }
        size_t size = alv_utf8_char(c->bytes + c->at, c->end - c->at);
        if (size == 0 || c->bytes[c->at] < 0x20) return alv_cursor_fail(c, "a character of UTF-8");
        memcpy(out + n, c->bytes + c->at, size);
        n += size;
        c->at += size;
    }
    if (!alv_cursor_take(c, '"')) return alv_cursor_fail(c, "the string's closing quote");
    out[n] = '\0';
    *length = n;
    return ALV_OK;
}

alv_status alv_cursor_size(int64_t *out, alv_json_cursor *c)
{
    unsigned char first = alv_cursor_peek(c);
    if (first < '0' || first > '9') return alv_cursor_fail(c, "a whole number from 0");
    int64_t value = 0;
    size_t start = c->at;
    for (; c->at < c->end && c->bytes[c->at] >= '0' && c->bytes[c->at] <= '9'; c->at++)
        if (!alv_mul_i64(&value, value, 10) ||
            __builtin_add_overflow(value, c->bytes[c->at] - '0', &value))
            return alv_fail_at(c->error, ALV_ERR_FORMAT, c->where, (int64_t)start,
                               "this number does not fit 63 bits");
    unsigned char next = c->at < c->end ? c->bytes[c->at] : 0;
    if ((first == '0' && c->at - start > 1) || (next && strchr(".eE", next))) {
        c->at = start;
        return alv_cursor_fail(c, "a whole number without leading zeros");
    }
    *out = value;
    return ALV_OK;
}

static size_t put(char *out, size_t at, const char *bytes, size_t n)
{
    if (out) memcpy(out + at, bytes, n);
    return at + n;
}

size_t alv_json_quote(char *out, const char *text)
{
    size_t at = put(out, 0, "\"", 1);
    for (const char *p = text; *p; p++) {
        char piece[8];
        unsigned byte = (unsigned char)*p;
        size_t n = byte < 0x20
                       ? alv_text_format(piece, sizeof piece, "\\u00%x%x", byte >> 4, byte & 15)
                   : strchr("\"\\", *p) ? alv_text_format(piece, sizeof piece, "\\%c", *p)
                                        : put(piece, 0, p, 1);
        at = put(out, at, piece, n);
    }
    return put(out, at, "\"", 1);
}
