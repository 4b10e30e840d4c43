/* The sequential generator. */
#include "stream/rng.h"

#include "math/math.h"

alv_rng alv_rng_make(uint64_t seed, const char *name)
{
    alv_rng rng = {.stream = alv_stream_make(seed, name, NULL), .block = UINT64_MAX};
    return rng;
}

void alv_rng_seek(alv_rng *rng, int64_t word)
{
    rng->word = (uint64_t)word;
    rng->has_spare = false;
}

uint32_t alv_rng_u32(alv_rng *rng)
{
    if (rng->block != rng->word / 4) {
        rng->block = rng->word / 4;
        int64_t first = (int64_t)(rng->block * 4);
        alv_stream_words(rng->words, first, first + 4, rng->stream);
    }
    return rng->words[rng->word++ % 4];
}

uint64_t alv_rng_u64(alv_rng *rng)
{
    uint64_t low = alv_rng_u32(rng);
    return (uint64_t)alv_rng_u32(rng) << 32 | low;
}

double alv_rng_uniform(alv_rng *rng)
{
    return ((double)(alv_rng_u64(rng) >> 12) + 0.5) * 0x1p-52;
}

double alv_rng_normal(alv_rng *rng)
{
    if (rng->has_spare) {
        rng->has_spare = false;
        return rng->spare;
    }
    double radius = alv_sqrt(-2 * alv_log(alv_rng_uniform(rng))), s, c;
    alv_sincos(&s, &c, 2 * ALV_PI * alv_rng_uniform(rng));
    rng->spare = radius * s;
    rng->has_spare = true;
    return radius * c;
}

/* The high and low halves of a 128-bit product. */
static uint64_t multiply(uint64_t *low, uint64_t a, uint64_t b)
{
    uint64_t a0 = a & 0xffffffff, a1 = a >> 32, b0 = b & 0xffffffff, b1 = b >> 32;
    uint64_t p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
    uint64_t middle = (p00 >> 32) + (p01 & 0xffffffff) + (p10 & 0xffffffff);
    *low = middle << 32 | (p00 & 0xffffffff);
    return p11 + (p01 >> 32) + (p10 >> 32) + (middle >> 32);
}

uint64_t alv_rng_below(alv_rng *rng, uint64_t n)
{
    if (n == 0) return 0;
    uint64_t low, high = multiply(&low, alv_rng_u64(rng), n);
    if (low >= n) return high;
    /* The first (2^64 mod n) of the low halves would make some results likelier: draw again. */
    for (uint64_t excess = (0 - n) % n; low < excess;) high = multiply(&low, alv_rng_u64(rng), n);
    return high;
}

void alv_rng_shuffle(alv_rng *rng, int64_t *order, int64_t n)
{
    for (int64_t i = 0; i < n; i++) order[i] = i;
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t j = (int64_t)alv_rng_below(rng, (uint64_t)i + 1), other = order[j];
        order[j] = order[i];
        order[i] = other;
    }
}
