/* The constants of a run of blocks. */
#include "stream/words.h"

#include "stream/philox.h"

alv_words alv_words_make(alv_stream stream, uint32_t high)
{
    const uint32_t key0 = (uint32_t)stream.key, key1 = (uint32_t)(stream.key >> 32);
    const uint32_t n0 = (uint32_t)stream.name, n1 = (uint32_t)(stream.name >> 32);
    const uint64_t q = (uint64_t)ALV_PHILOX_M1 * n0;
    const uint64_t p = ALV_PHILOX_M0 * ((q >> 32) ^ high ^ key0);
    alv_words w;
    w.one = n1 ^ key1;
    w.two0 = (uint32_t)q ^ (uint32_t)(key0 + ALV_PHILOX_W0);
    w.two2 = (p >> 32) ^ (uint32_t)(key1 + ALV_PHILOX_W1);
    w.three = (uint32_t)p ^ (uint32_t)(key1 + 2 * ALV_PHILOX_W1);
    for (uint32_t r = 0; r < ALV_PHILOX_ROUNDS; r++) {
        const int half = r < ALV_PHILOX_ROUNDS - 1 ? 0 : 32;
        w.k0[r] = (uint64_t)(uint32_t)(key0 + r * ALV_PHILOX_W0) << half;
        w.k1[r] = (uint64_t)(uint32_t)(key1 + r * ALV_PHILOX_W1) << half;
    }
    return w;
}
