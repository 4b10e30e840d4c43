/* The 16- and 8-bit types: rounding to them, and their values as floats. */
#ifndef ALV_DIST_ROUND_H
#define ALV_DIST_ROUND_H

#include <stdbool.h>

#include "alvor/dist.h"

/* True for the types that are drawn in f32 and rounded once (contract C2). */
static inline bool alv_is_narrow(alv_dtype dtype)
{
    return dtype >= ALV_F16 && dtype <= ALV_F8_E5M2;
}

/* Rounds n floats to a narrow type, to nearest with ties to even, and stores their bits in the
 * machine's byte order. What is too large becomes an infinity, in f8_e4m3fn, which has none, the
 * NaN; a NaN becomes the type's quiet NaN of the same sign. */
void alv_round_array(void *out, alv_dtype dtype, const float *x, int64_t n);
uint32_t alv_round_one(alv_dtype dtype, float x);

/* The value of the type's bits: exact, since every narrow value is a float. */
float alv_widen(alv_dtype dtype, uint32_t bits);

/* The nearest value of the type that is not below (above = true), or not above, x; |x| <= the
 * type's largest. Any type but f64, which holds every x. */
double alv_dtype_bound(alv_dtype dtype, double x, bool above);

#endif
