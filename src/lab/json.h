/* Writes JSON as it goes: numbers as the shortest text that reads back the same, text as valid
 * UTF-8 whatever its bytes, keys in the order of the calls.
 *
 * jansson, which reads JSON here, prints every real with 17 digits (0.1 becomes
 * 0.10000000000000001); files that people read and digests that must not change deserve better. */
#ifndef ALV_LAB_JSON_H
#define ALV_LAB_JSON_H

#include "alvor/error.h"
#include "base/libc.h"

enum { ALV_JSON_DEPTH = 16 };

typedef struct alv_json {
    char *text; /* NUL-terminated once taken */
    size_t length, capacity;
    int depth;
    bool comma[ALV_JSON_DEPTH]; /* an entry has been written at this depth */
    char close[ALV_JSON_DEPTH];
    bool failed; /* out of memory, or nested too deep */
} alv_json;

/* `key` is NULL inside an array and for the whole document. */
void alv_json_open(alv_json *json, const char *key, char bracket); /* '{' or '[' */
void alv_json_close(alv_json *json);
void alv_json_string(alv_json *json, const char *key, const char *text); /* NULL: null */
void alv_json_int(alv_json *json, const char *key, int64_t value);
/* A number; from 2^53 on, which readers would round or refuse, a text of its digits. */
void alv_json_seed(alv_json *json, const char *key, uint64_t value);
void alv_json_real(alv_json *json, const char *key, double value); /* null if not finite */
void alv_json_bool(alv_json *json, const char *key, bool value);
/* Text that is JSON already. */
void alv_json_raw(alv_json *json, const char *key, const char *text);
void alv_json_null(alv_json *json, const char *key);

/* The text with a final newline, the caller's to free(); NULL if memory ran out. */
char *alv_json_take(alv_json *json);

#endif
