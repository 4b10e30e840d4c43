/* One round of Philox4x32. */
#ifndef ALV_PHILOX_H
#define ALV_PHILOX_H

#include "alvor/stream.h"
#include "base/libc.h"

/* Multipliers found by the authors' search; Weyl constants: the golden ratio and sqrt(3) - 1. */
#define ALV_PHILOX_M0 0xd2511f53u
#define ALV_PHILOX_M1 0xcd9e8d57u
#define ALV_PHILOX_W0 0x9e3779b9u
#define ALV_PHILOX_W1 0xbb67ae85u

enum { ALV_PHILOX_ROUNDS = 10 };

static inline void alv_philox_round(uint32_t *c0, uint32_t *c1, uint32_t *c2, uint32_t *c3,
                                    uint32_t k0, uint32_t k1)
{
    uint64_t p0 = (uint64_t)ALV_PHILOX_M0 * *c0, p1 = (uint64_t)ALV_PHILOX_M1 * *c2;
    *c0 = (uint32_t)(p1 >> 32) ^ *c1 ^ k0;
    *c2 = (uint32_t)(p0 >> 32) ^ *c3 ^ k1;
    *c1 = (uint32_t)p1;
    *c3 = (uint32_t)p0;
}

#endif
