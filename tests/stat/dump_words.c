/* Writes raw little-endian words of the streams to stdout without end, for a battery of tests that
 * reads a pipe (docs/randomness.md):
 *
 *     dump-words words SEED | dieharder -a -g 200      one stream, word after word
 *     dump-words names SEED | ...                      block 0 of parameter 0, 1, 2, ...
 *     dump-words seeds SEED | ...                      block 0 of seed SEED, SEED + 1, ...
 *
 * The last two look across streams: neighbours must not resemble one another. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alvor/stream.h"

enum { BLOCKS = 1 << 14 };

static void fill(uint32_t words[4 * BLOCKS], const char *mode, uint64_t seed, int64_t block)
{
    if (strcmp(mode, "words") == 0) {
        alv_stream stream = alv_stream_make(seed, "weight", NULL);
        alv_stream_words(words, 4 * block, 4 * (block + BLOCKS), stream);
        return;
    }
    for (int64_t i = 0; i < BLOCKS; i++) {
        char name[48] = "weight";
        uint64_t at = (uint64_t)(block + i);
        bool by_seed = strcmp(mode, "seeds") == 0;
        if (!by_seed) snprintf(name, sizeof name, "layers.%llu.weight", (unsigned long long)at);
        alv_stream stream = alv_stream_make(by_seed ? seed + at : seed, name, NULL);
        alv_stream_words(words + 4 * i, 0, 4, stream);
    }
}

int main(int argc, char **argv)
{
    static uint32_t words[4 * BLOCKS];
    if (argc != 3) return 2;
    uint64_t seed = strtoull(argv[2], NULL, 10);
    for (int64_t block = 0;; block += BLOCKS) {
        fill(words, argv[1], seed, block);
        if (fwrite(words, sizeof *words, 4 * BLOCKS, stdout) < 4 * BLOCKS) return 0;
    }
}
