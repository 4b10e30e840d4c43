/* The JSON of file headers: a cursor over bytes that nobody vouches for, and text out.
 *
 * Strict (RFC 8259): valid UTF-8, no control characters in strings, no leading zeros. Only what
 * headers hold: strings, whole numbers from 0, and the punctuation around them; no recursion, so
 * that no input is too deep. */
#ifndef ALV_IO_JSON_H
#define ALV_IO_JSON_H

#include "base/base.h"

typedef struct alv_json_cursor {
    const unsigned char *bytes;
    size_t at, end; /* of the JSON in bytes */
    const char *where;
    alv_error *error;
} alv_json_cursor;

/* The byte at the cursor after white space; 0 at the end, which no valid text contains. */
unsigned char alv_cursor_peek(alv_json_cursor *c);
/* Moves past `byte` if it comes next. */
bool alv_cursor_take(alv_json_cursor *c, unsigned char byte);
/* ALV_ERR_FORMAT: expected `wanted` here. */
alv_status alv_cursor_fail(const alv_json_cursor *c, const char *wanted);

/* Reads a string into `out`, unescaped and with a NUL; it needs no more room than its text with
 * both quotes. *length is without the NUL. ALV_ERR_UNSUPPORTED for a NUL within. */
alv_status alv_cursor_string(char *out, size_t *length, alv_json_cursor *c);
/* Reads a whole number from 0; ALV_ERR_FORMAT if it does not fit 63 bits. */
alv_status alv_cursor_size(int64_t *out, alv_json_cursor *c);

/* Writes `text` quoted and escaped to out[0 .. ], without a NUL; returns its length, also where
 * out is NULL. */
size_t alv_json_quote(char *out, const char *text);

/* Bytes of the valid UTF-8 character at the start of bytes[0 .. n), 0 if there is none. */
size_t alv_utf8_char(const unsigned char *bytes, size_t n);
bool alv_utf8_valid(const char *text);

#endif
