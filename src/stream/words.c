/* The constants of a run of blocks. */
#include "stream/words.h"

#include "stream/philox.h"

void alv_words_make(alv_words *w, alv_stream stream, uint32_t high)
{
    const uint32_t key0 = (uint32_t)stream.key, key1 = (uint32_t)(stream.key >> 32);
    const uint32_t n0 = (uint32_t)stream.name, n1 = (uint32_t)(stream.name >> 32);
    const uint64_t q = (uint64_t)ALV_PHILOX_M1 * n0;
    const uint64_t p = ALV_PHILOX_M0 * ((q >> 32) ^ high ^ key0);
    w->one = n1 ^ key1;
    w->two0 = (uint32_t)q ^ (uint32_t)(key0 + ALV_PHILOX_W0);
    w->two2 = (p >> 32) ^ (uint32_t)(key1 + ALV_PHILOX_W1);
    w->three = (uint32_t)p ^ (uint32_t)(key1 + 2 * ALV_PHILOX_W1);
    uint32_t k0 = key0, k1 = key1;
    for (int r = 0; r < ALV_PHILOX_ROUNDS - 1; r++) {
        w->k0[r] = k0;
        w->k1[r] = k1;
        k0 += ALV_PHILOX_W0;
        k1 += ALV_PHILOX_W1;
    }
    w->k0[ALV_PHILOX_ROUNDS - 1] = (uint64_t)k0 << 32;
    w->k1[ALV_PHILOX_ROUNDS - 1] = (uint64_t)k1 << 32;
}
