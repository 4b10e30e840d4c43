/* Pairs of doubles: about 106 bits from exact sums and products.
 *
 * The error of a rounded sum or product is itself a double and can be had with a few more
 * operations (Dekker 1971; Knuth, TAOCP 2, 4.2.2). This needs arithmetic without contraction or
 * reassociation, which the flags of the build promise. */
#ifndef ALV_PAIR_H
#define ALV_PAIR_H

/* An unevaluated sum, |low| at most half a unit in the last place of high. */
typedef struct alv_pair {
    double high, low;
} alv_pair;

/* Exact a + b for |a| >= |b| (Dekker 1971). */
static inline alv_pair alv_pair_fast_sum(double a, double b)
{
    double s = a + b;
    return (alv_pair){s, b - (s - a)};
}

/* Exact a + b (Knuth, TAOCP 2, 4.2.2). */
static inline alv_pair alv_pair_sum(double a, double b)
{
    double s = a + b, t = s - a;
    return (alv_pair){s, (a - (s - t)) + (b - t)};
}

/* Exact a * b (Dekker 1971), by halves of 26 bits; |a|, |b| < 2^990. */
static inline alv_pair alv_pair_product(double a, double b)
{
    double ca = a * 134217729.0, cb = b * 134217729.0; /* 2^27 + 1 */
    double ah = ca - (ca - a), bh = cb - (cb - b), al = a - ah, bl = b - bh, p = a * b;
    return (alv_pair){p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
}

static inline alv_pair alv_pair_mul(alv_pair a, alv_pair b)
{
    alv_pair p = alv_pair_product(a.high, b.high);
    return alv_pair_fast_sum(p.high, p.low + (a.high * b.low + a.low * b.high));
}

static inline alv_pair alv_pair_add(alv_pair a, alv_pair b)
{
    alv_pair s = alv_pair_sum(a.high, b.high);
    return alv_pair_fast_sum(s.high, s.low + (a.low + b.low));
}

#endif
