/* One round of Philox4x32, and sixteen blocks side by side for the fills. */
#ifndef ALV_PHILOX_H
#define ALV_PHILOX_H

#include "alvor/stream.h"
#include "base/libc.h"

/* Multipliers found by the authors' search; Weyl constants: the golden ratio and sqrt(3) - 1. */
#define ALV_PHILOX_M0 0xd2511f53u
#define ALV_PHILOX_M1 0xcd9e8d57u
#define ALV_PHILOX_W0 0x9e3779b9u
#define ALV_PHILOX_W1 0xbb67ae85u

enum { ALV_PHILOX_ROUNDS = 10, ALV_LANES = 16 };

static inline void alv_philox_round(uint32_t *c0, uint32_t *c1, uint32_t *c2, uint32_t *c3,
                                    uint32_t k0, uint32_t k1)
{
    uint64_t p0 = (uint64_t)ALV_PHILOX_M0 * *c0, p1 = (uint64_t)ALV_PHILOX_M1 * *c2;
    *c0 = (uint32_t)(p1 >> 32) ^ *c1 ^ k0;
    *c2 = (uint32_t)(p0 >> 32) ^ *c3 ^ k1;
    *c1 = (uint32_t)p1;
    *c3 = (uint32_t)p0;
}

/* Blocks 16 group + l, l = 0 .. 15, of a stream: w[j][l] is word j of block 16 group + l. */
static inline void alv_philox_group(uint32_t w[4][ALV_LANES], uint64_t group, alv_stream stream)
{
    const uint32_t high = (uint32_t)(group >> 28), n0 = (uint32_t)stream.name,
                   n1 = (uint32_t)(stream.name >> 32), base = (uint32_t)group << 4;
    for (uint32_t l = 0; l < ALV_LANES; l++) {
        uint32_t c0 = base + l, c1 = high, c2 = n0, c3 = n1;
        uint32_t k0 = (uint32_t)stream.key, k1 = (uint32_t)(stream.key >> 32);
        for (int round = 0; round < ALV_PHILOX_ROUNDS; round++) {
            alv_philox_round(&c0, &c1, &c2, &c3, k0, k1);
            k0 += ALV_PHILOX_W0;
            k1 += ALV_PHILOX_W1;
        }
        w[0][l] = c0;
        w[1][l] = c1;
        w[2][l] = c2;
        w[3][l] = c3;
    }
}

#endif
