/* What the vector code of a fill needs of a stream: the round keys, and the rounds that are the
 * same for all blocks.
 *
 * Blocks of one stream differ in the lowest counter word alone, as long as the second one stays the
 * same. Then of the first two rounds one product each and most of the exclusive ors are constants
 * of the run: with c0 the lowest word,
 *     round 1:  c0' = constant, c1' = constant, c2' = hi(M0 c0) ^ one, c3' = lo(M0 c0)
 *     round 2:  c0'' = hi(M1 c2') ^ two0, c1'' = lo(M1 c2'), c2'' = c3' ^ two2, c3'' = constant
 * and round 3 sees the constant c3'' only in an exclusive or with its key: `three`. */
#ifndef ALV_STREAM_WORDS_H
#define ALV_STREAM_WORDS_H

#include "alvor/stream.h"

typedef struct alv_words {
    uint64_t one, two0, two2, three; /* of 32 bits, as wide as the lanes that they meet */
    uint64_t k0[10], k1[10];         /* round keys; the last round's are in the upper halves */
} alv_words;

/* For the blocks whose number has the upper half `high`. */
void alv_words_make(alv_words *w, alv_stream stream, uint32_t high);

#endif
