/* Philox4x32-10: ten rounds of multiply, swap and xor.
 *
 * Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. The round
 * is a bijection of the 128-bit counter for every key; after seven rounds it passes BigCrush, ten
 * leave a margin. Checked against the authors' published vectors in tests/kat/test_philox.c. */
#include "stream/philox.h"

void alv_philox4x32(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    for (uint32_t round = 0; round < ALV_PHILOX_ROUNDS; round++)
        alv_philox_round(&c0, &c1, &c2, &c3, key[0] + round * ALV_PHILOX_W0,
                         key[1] + round * ALV_PHILOX_W1);
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}
