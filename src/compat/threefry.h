/* Threefry-2x32 of 20 rounds, and the first layout of its words: what JAX and MLX share. */
#ifndef ALV_COMPAT_THREEFRY_H
#define ALV_COMPAT_THREEFRY_H

#include "base/libc.h"

/* A key, or the two words that one makes of two counters. */
typedef struct alv_words2 {
    uint32_t word[2];
} alv_words2;

static inline uint32_t alv_turn32(uint32_t x, int by)
{
    return x << by | x >> (32 - by);
}

/* Salmon, Moraes, Dror and Shaw 2011 (SC '11). */
static inline alv_words2 alv_threefry(alv_words2 key, uint32_t x0, uint32_t x1)
{
    static const int turns[2][4] = {{13, 15, 26, 6}, {17, 29, 16, 24}};
    const uint32_t ks[3] = {key.word[0], key.word[1], key.word[0] ^ key.word[1] ^ 0x1bd11bda};
    x0 += ks[0];
    x1 += ks[1];
    for (uint32_t group = 1; group <= 5; group++) {
        for (int r = 0; r < 4; r++) {
            x0 += x1;
            x1 = alv_turn32(x1, turns[(group - 1) % 2][r]) ^ x0;
        }
        x0 += ks[group % 3];
        x1 += ks[(group + 1) % 3] + group;
    }
    return (alv_words2){{x0, x1}};
}

/* Word i of the n that the counters 0 .. n-1 make: the first half of the counters, beside the
 * second, makes first the one half of the words and then the other. */
static inline uint32_t alv_threefry_paired(alv_words2 key, int64_t i, int64_t n)
{
    const int64_t half = (n + 1) / 2, at = i < half ? i : i - half;
    const uint32_t other = at + half < n ? (uint32_t)(at + half) : 0; /* n odd: padded with 0 */
    return alv_threefry(key, (uint32_t)at, other).word[i >= half];
}

/* Key i of the n into which that layout splits one. */
static inline alv_words2 alv_threefry_split(alv_words2 key, int64_t i, int64_t n)
{
    return (alv_words2){
        {alv_threefry_paired(key, 2 * i, 2 * n), alv_threefry_paired(key, 2 * i + 1, 2 * n)}};
}

#endif
