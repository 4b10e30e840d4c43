/* Streams of random bits: (seed, parameter name, word index) -> 32 bits, as a pure function.
 *
 * docs/stream.md defines the stream so that a second implementation can be written from it alone.
 * Its version is ALV_STREAM_VERSION: another one may give other bits, and is a major release. */
#ifndef ALVOR_STREAM_H
#define ALVOR_STREAM_H

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ALV_STREAM_VERSION 1

/* One stream: plain values, copied freely; no state, so any number of threads may use one. */
typedef struct alv_stream {
    uint64_t key;  /* the user's seed, the Philox key */
    uint64_t name; /* hash of the parameter's name, the upper half of the counter */
} alv_stream;

/* The stream of the parameter `name` (not NULL; bytes up to a NUL, hashed as they are: an accent
 * composed or decomposed makes two names) under `seed`, any of the 2^64. A sub-stream for a
 * `purpose` (NULL for the main stream) hashes name, a zero byte, purpose. */
ALV_API alv_stream alv_stream_make(uint64_t seed, const char *name, const char *purpose);

/* Philox4x32-10 (Salmon et al. 2011): the bijection of a 128-bit counter under a 64-bit key, both
 * lowest word first. out may be counter. */
ALV_API void alv_philox4x32(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2]);

/* Writes words [lo, hi) of the stream to out[0 .. hi - lo): word w is word w mod 4 of block w / 4.
 * 0 <= lo <= hi. Which words an element of a tensor uses is another matter: docs/stream.md, 2. */
ALV_API void alv_stream_words(uint32_t *out, int64_t lo, int64_t hi, alv_stream stream);

#ifdef __cplusplus
}
#endif
#endif
