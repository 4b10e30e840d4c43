/* A random order of 0 .. n - 1 that can be asked for one place at a time. */
#ifndef ALV_INIT_PERMUTE_H
#define ALV_INIT_PERMUTE_H

#include "base/libc.h"

/* The rounds, each with a key of 32 random bits. */
enum { ALV_PERMUTE_KEYS = 12 };

typedef struct alv_permute {
    uint64_t n;
    uint32_t width, height; /* a grid of n cells and less than a row more */
} alv_permute;

/* 1 <= n <= 2^62. */
alv_permute alv_permute_make(int64_t n);

/* Where `place` < n goes: a bijection of [0, n) for each set of keys. */
int64_t alv_permute_at(const alv_permute *p, const uint32_t keys[ALV_PERMUTE_KEYS], int64_t place);

/* Where it came from: the inverse. */
int64_t alv_permute_from(const alv_permute *p, const uint32_t keys[ALV_PERMUTE_KEYS], int64_t at);

#endif
