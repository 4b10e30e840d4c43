/* MT19937, the generator of PyTorch on processors and of NumPy's RandomState (Matsumoto and
 * Nishimura 1998, ACM TOMACS 8:3). */
#ifndef ALV_COMPAT_MERSENNE_H
#define ALV_COMPAT_MERSENNE_H

#include "alvor/compat.h"
#include "base/libc.h"

/* The authors' init_genrand. */
void alv_mersenne_seed(alv_mersenne *mt, uint32_t seed);
/* The authors' init_by_array, n >= 1: NumPy's seeds of several words, and Python's random. */
void alv_mersenne_seed_array(alv_mersenne *mt, const uint32_t *key, int n);

uint32_t alv_mersenne_u32(alv_mersenne *mt);
/* The next n words, a block at a time. */
void alv_mersenne_words(uint32_t *out, int64_t n, alv_mersenne *mt);

#endif
