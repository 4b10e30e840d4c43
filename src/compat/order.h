/* Orders that frameworks make by sorting random words. */
#ifndef ALV_COMPAT_ORDER_H
#define ALV_COMPAT_ORDER_H

#include "base/libc.h"

/* Sorts by the upper 32 bits of each number, unsigned; equal ones keep their order. */
void alv_sort_by_key(int64_t *x, int64_t n);

#endif
