/* The few libc functions that the freestanding rooms use: declared here once, so that the same
 * sources compile with -nostdlib for the browser, where web/wasm supplies them (contract C7). */
#ifndef ALV_BASE_LIBC_H
#define ALV_BASE_LIBC_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __FAST_MATH__
#error "alvor promises the same bits everywhere: compile without -ffast-math"
#endif
#include <float.h>
_Static_assert(FLT_EVAL_METHOD == 0, "alvor needs arithmetic in the operands' own types");

#ifdef __wasm__
void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
void *calloc(size_t n, size_t size);
void *realloc(void *p, size_t bytes);
void free(void *p);
#else
#include <stdlib.h>
#include <string.h>
#endif

#endif
