/* Exact decimal numbers large enough for every double, its neighbours' midpoints, and any text. */
#ifndef ALV_DECIMAL_H
#define ALV_DECIMAL_H

#include "base/libc.h"

/* A midpoint between doubles has at most 768 significant digits; digits beyond this many can only
 * say on which side of it a number lies. LIMBS: 800 digits and 1100 halvings, nine digits each. */
enum { ALV_DECIMAL_DIGITS = 800, ALV_DECIMAL_LIMBS = 256 };

/* The positive number sum of limb[i] 10^(9 (point - 1 - i)). limb[0] and limb[n - 1] are not 0. */
typedef struct alv_decimal {
    uint32_t limb[ALV_DECIMAL_LIMBS]; /* below 10^9, highest first */
    int n, point;
} alv_decimal;

/* *d = 0.d1 d2 d3 ... * 10^exponent; count >= 1, the first digit not 0. */
void alv_decimal_set(alv_decimal *d, const uint8_t *digits, int count, int exponent);
/* Multiplies by 2^shift, exactly; |shift| up to about 1100. */
void alv_decimal_scale(alv_decimal *d, int shift);
/* About log2 of the number: at most 2 off. */
int alv_decimal_log2(const alv_decimal *d);
/* The integer part, and the nearest integer, ties to even; the number is below 2^60. */
uint64_t alv_decimal_floor(const alv_decimal *d);
uint64_t alv_decimal_round(const alv_decimal *d);
/* -1, 0 or 1 as a is less than, equal to or greater than b. */
int alv_decimal_compare(const alv_decimal *a, const alv_decimal *b);
/* The first n significant digits, rounded to nearest with ties to even; returns the exponent as in
 * alv_decimal_set. */
int alv_decimal_digits(uint8_t *digits, int n, const alv_decimal *d);
/* The same, cut off and raised by one in the last place. */
int alv_decimal_digits_above(uint8_t *digits, int n, const alv_decimal *d);

#endif
