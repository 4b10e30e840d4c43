/* The self-test that runs natively and in the browser. */
#ifndef ALV_WASM_SELFTEST_H
#define ALV_WASM_SELFTEST_H

#include <stdint.h>

/* Trains the small network number `which` (0, 1, 2) and returns a hash of every step's loss, 0 if
 * anything failed. */
__attribute__((visibility("default"))) uint64_t alvor_selftest(int which);

/* The hash of a fill of tests/golden/init.txt, drawn by the best kernel set: `line` counts the
 * file's schemes. 0 behind the last, 1 where the fill fails. */
__attribute__((visibility("default"))) uint64_t alvor_fill_hash(int line, int dtype);

#endif
