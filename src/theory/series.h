/* A function of one normal variable as a series of Hermite polynomials, for covariances of two. */
#ifndef ALV_THEORY_SERIES_H
#define ALV_THEORY_SERIES_H

#include "alvor/act.h"

enum { ALV_SERIES = 24 };

/* at[k] = E f(m + s x) He_k(x) / sqrt(k!), x ~ N(0, 1); rest: E f^2 without these. */
typedef struct alv_series {
    double at[ALV_SERIES], square, rest;
} alv_series;

/* Of an activation and of its derivative, of a variable of this mean and variance >= 0. */
void alv_series_of(alv_series *f, alv_series *slope, alv_act_spec act, double mean,
                   double variance);

/* 1 - f. */
alv_series alv_series_rest(const alv_series *f);

/* E f(u) g(v) for a correlation c in [-1, 1] of u and v, by Mehler's formula, sum_k a_k b_k c^k;
 * what the series leave out counts as if it all were of the next order, so that c = 1 is exact. */
double alv_series_product(const alv_series *f, const alv_series *g, double c);

#endif
