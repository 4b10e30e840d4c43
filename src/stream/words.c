/* The constants of a run of blocks. */
#include "stream/words.h"

#include "stream/philox.h"

alv_words alv_words_make(alv_stream stream, uint32_t high)
{
    const uint32_t key0 = (uint32_t)stream.key, key1 = (uint32_t)(stream.key >> 32);
    const uint32_t n0 = (uint32_t)stream.name, n1 = (uint32_t)(stream.name >> 32);
    alv_words w;
    for (uint32_t r = 0; r < ALV_PHILOX_ROUNDS; r++) {
        w.k0[r] = (uint32_t)(key0 + r * ALV_PHILOX_W0);
        w.k1[r] = (uint32_t)(key1 + r * ALV_PHILOX_W1);
    }
    const uint64_t q = (uint64_t)ALV_PHILOX_M1 * n0;
    const uint64_t p = ALV_PHILOX_M0 * ((q >> 32) ^ high ^ w.k0[0]);
    w.one = n1 ^ w.k1[0];
    w.two0 = (uint32_t)q ^ w.k0[1];
    w.two2 = (p >> 32) ^ w.k1[1];
    w.three = (uint32_t)p ^ w.k1[2];
    w.k0[ALV_PHILOX_ROUNDS - 1] <<= 32;
    w.k1[ALV_PHILOX_ROUNDS - 1] <<= 32;
    return w;
}
