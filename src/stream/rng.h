/* A small sequential generator over a stream: for data sets, shuffles and bootstraps.
 *
 * It hands out the stream's words in order. Weights never use it: they are addressed by element
 * (src/dist). Two generators of different (seed, name) are independent; one is not thread-safe. */
#ifndef ALV_RNG_H
#define ALV_RNG_H

#include "alvor/stream.h"
#include "base/libc.h"

typedef struct alv_rng {
    alv_stream stream;
    uint64_t word;  /* index of the next word */
    uint64_t block; /* which block `words` holds */
    uint32_t words[4];
    double spare; /* the second normal of a pair */
    bool has_spare;
} alv_rng;

alv_rng alv_rng_make(uint64_t seed, const char *name);
/* The next word to hand out; forgets a spare normal. word >= 0. */
void alv_rng_seek(alv_rng *rng, int64_t word);

uint32_t alv_rng_u32(alv_rng *rng);
uint64_t alv_rng_u64(alv_rng *rng); /* low word first */
/* Odd multiples of 2^-53 in (0, 1): never 0 or 1, symmetric about 1/2, all exact. Two words. */
double alv_rng_uniform(alv_rng *rng);
/* Standard normal, by Box and Muller in double; pairs, so four words every other call. */
double alv_rng_normal(alv_rng *rng);
/* Uniform on [0, n), exactly, for n >= 1 (0 for n = 0): Lemire 2019, one multiplication. */
uint64_t alv_rng_below(alv_rng *rng, uint64_t n);
/* A uniformly random order of 0 .. n-1 (Fisher and Yates). */
void alv_rng_shuffle(alv_rng *rng, int64_t *order, int64_t n);

#endif
