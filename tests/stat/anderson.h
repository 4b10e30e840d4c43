/* Anderson-Darling: a sample against a law known in full, its tails weighed as its middle.
 *
 *     A^2 = n integral (F_n - F)^2 / (F (1 - F)) dF
 *         = -n - (1/n) sum_i (2 i - 1) (log u_(i) + log(1 - u_(n+1-i)))
 *
 * (Anderson & Darling 1954). Where Kolmogorov-Smirnov asks for the largest distance, and so sees
 * little where F (1 - F) is small, each quantile counts here by its own deviation. What both miss
 * is a tail cut off: with a probability d beyond the cut, A^2 grows by n d^2 and sqrt(n) D is
 * sqrt(n) d. Such faults are counted in test_tails.c.
 *
 * Under the law A^2 is in the limit sum_j Z_j^2 / (j (j + 1)), Z_j normal. Marsaglia & Marsaglia
 * (2004), Evaluating the Anderson-Darling distribution, J. Stat. Software 9(2), give its
 * distribution in a short form, adinf. We measured errors up to 2e-5 of it, and for z > 2 their
 * polynomial falls far too fast from about 10 on, where a suite that refuses p near 1e-14 has to
 * know it. So p is Smirnov's sum for quadratic forms of normals, and theirs serves below z = 0.3,
 * where the sum needs many terms, and as its check. With mu_j = j (j + 1) and
 * D(v) = prod_j (1 - v / mu_j) = -cos(pi/2 sqrt(1 + 4 v)) / (pi v),
 *
 *     P(A^2 > z) = (1/pi) sum_k (-1)^(k+1) integral exp(-z v / 2) / (v sqrt(-D(v))) dv
 *
 * from mu_(2k-1) to mu_(2k). v = (s^2 - 1) / 4, s = 4 k + t makes that t from -1 to 1 with -D
 * proportional to cos(pi t / 2), and the rule of Gauss and Chebyshev takes the roots at its ends.
 * Far out it is sqrt(3) erfc(sqrt(z)). The correction for finite n, of order 0.1 / n, is left out:
 * n is 2^17 or more here. */
#ifndef ALV_STAT_ANDERSON_H
#define ALV_STAT_ANDERSON_H

#include "suite.h"

/* A^2 of ascending u. A value on a bound of its law has u = 0 or 1: what is below 2^-60 counts as
 * that much, which moves A^2 by less than 42 / n. */
static inline double anderson_darling(const double *u, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += (2 * i + 1.0) * (log(fmax(u[i], 0x1p-60)) + log(fmax(1 - u[n - 1 - i], 0x1p-60)));
    return -n - sum / n;
}

/* P(A^2 > z) by Smirnov's formula, to nearly all digits from z = 0.3 on. */
static inline double anderson_tail(double z)
{
    enum { TERMS = 8, NODES = 64 };
    double sum = 0;
    for (int k = TERMS; k >= 1; k--) {
        double term = 0;
        for (int m = 0; m < NODES; m++) {
            double t = cos(M_PI * (m + 0.5) / NODES), s = 4 * k + t, v = s * s - 1;
            term += exp(-z * v / 8) * s * sqrt(M_PI * (1 - t * t) / v / cos(M_PI_2 * t)) / NODES;
        }
        sum += k % 2 ? term : -term;
    }
    return sum;
}

/* P(A^2 <= z), adinf of Marsaglia & Marsaglia. */
static inline double anderson_body(double z)
{
    if (z <= 0) return 0;
    if (z < 2)
        return exp(-1.2337141 / z) / sqrt(z) *
               (2.00012 + z * (0.247105 - z * (0.0649821 -
                                               z * (0.0347962 - z * (0.011672 - z * 0.00168691)))));
    return exp(-exp(
        1.0776 - z * (2.30695 - z * (0.43424 - z * (0.082433 - z * (0.008056 - z * 0.0003146))))));
}

/* P(A^2 > z). */
static inline double p_anderson(double z)
{
    return z < 0.3 ? 1 - anderson_body(z) : anderson_tail(z);
}

#endif
