/* The self-test that runs natively and in the browser. */
#ifndef ALV_WASM_SELFTEST_H
#define ALV_WASM_SELFTEST_H

#include <stdint.h>

/* Trains the small network number `which` (0, 1, 2) and returns a hash of every step's loss, 0 if
 * anything failed. */
__attribute__((visibility("default"))) uint64_t alvor_selftest(int which);

/* The hash of tests/golden/init.txt for an initializer of the registry, all arguments default, and
 * an element type, drawn by the best kernel set; 0 beyond the registry, 1 where that initializer
 * does not fill a matrix without scratch. */
__attribute__((visibility("default"))) uint64_t alvor_fill_hash(int initializer, int dtype);

#endif
