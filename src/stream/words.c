/* The constants of a run of blocks. */
#include "stream/words.h"

#include "stream/philox.h"

alv_words alv_words_make(alv_stream stream, uint32_t high)
{
    alv_words w;
    for (uint32_t r = 0; r < ALV_PHILOX_ROUNDS; r++) {
        w.k0[r] = (uint32_t)stream.key + r * ALV_PHILOX_W0;
        w.k1[r] = (uint32_t)(stream.key >> 32) + r * ALV_PHILOX_W1;
    }
    uint64_t q = (uint64_t)ALV_PHILOX_M1 * (uint32_t)stream.name;
    uint32_t c0 = (uint32_t)(q >> 32) ^ high ^ w.k0[0];
    uint64_t p = (uint64_t)ALV_PHILOX_M0 * c0;
    w.one = (uint32_t)(stream.name >> 32) ^ w.k1[0];
    w.two0 = (uint32_t)q ^ w.k0[1];
    w.two2 = (uint32_t)(p >> 32) ^ w.k1[1];
    w.three = (uint32_t)p ^ w.k1[2];
    return w;
}
