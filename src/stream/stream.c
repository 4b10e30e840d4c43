/* Streams: a seed and a name choose a sequence of words that is read at any place.
 *
 * The seed is the Philox key, low word first. The upper half of the counter is a hash of the name,
 * the lower half the index of a block of four words. So two parameters of a model use disjoint
 * blocks of one bijection, and no word depends on another. */
#include "stream/philox.h"

/* FNV-1a over the bytes (Fowler, Noll and Vo; RFC 9923), continued from `hash`. */
static uint64_t fnv1a(uint64_t hash, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3ull;
    return hash;
}

/* The 64-bit finalizer of MurmurHash3 (Appleby 2011): FNV leaves the high bits of short names
 * poorly mixed; this bijection spreads every bit over all. */
static uint64_t finalize(uint64_t hash)
{
    hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdull;
    hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53ull;
    return hash ^ hash >> 33;
}

alv_stream alv_stream_make(uint64_t seed, const char *name, const char *purpose)
{
    uint64_t hash = fnv1a(0xcbf29ce484222325ull, name, strlen(name));
    if (purpose) {
        hash = fnv1a(hash, "", 1); /* the zero byte, which no name contains */
        hash = fnv1a(hash, purpose, strlen(purpose));
    }
    return (alv_stream){.key = seed, .name = finalize(hash)};
}

/* The four words of block `index`. */
static void block(uint32_t out[4], uint64_t index, alv_stream stream)
{
    const uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), (uint32_t)stream.name,
                                 (uint32_t)(stream.name >> 32)};
    const uint32_t key[2] = {(uint32_t)stream.key, (uint32_t)(stream.key >> 32)};
    alv_philox4x32(out, counter, key);
}

void alv_stream_words(uint32_t *out, int64_t lo, int64_t hi, alv_stream stream)
{
    uint32_t words[4];
    for (int64_t w = lo; w < hi; w++) {
        if (w == lo || w % 4 == 0) block(words, (uint64_t)w / 4, stream);
        out[w - lo] = words[w % 4];
    }
}
