/* Writes JSON into memory of the module, piece by piece. */
#ifndef ALV_WASM_JSON_H
#define ALV_WASM_JSON_H

#include "base/base.h"

/* Begins anew. Text beyond the room of the buffer is cut: the reader's parser says. */
void json_begin(void);
const char *json_end(void);

/* key: NULL for an element of an array. A number that is not finite is null. */
void json_open(const char *key, char bracket);     /* '{' or '[' */
void json_close(char bracket);                     /* '}' or ']' */
void json_text(const char *key, const char *text); /* NULL: null */
void json_number(const char *key, double x);
void json_flag(const char *key, bool flag);
/* ["english", "português"] */
void json_pair(const char *key, const char *const text[2]);

#endif
