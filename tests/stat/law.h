/* A sample against the law that it was drawn from. */
#ifndef ALV_STAT_LAW_H
#define ALV_STAT_LAW_H

#include "anderson.h"

#include "alvor/dist.h"

/* Mean and mean square about the law's mean, each in standard errors; the square's own error is
 * taken from the sample's fourth moment. */
static inline void judge_moments(ledger *l, const double *x, int n, const alv_dist *law,
                                 const char *what)
{
    double mean = alv_dist_mean(law), variance = alv_dist_variance(law), m1 = 0, m2 = 0, m4 = 0;
    for (int i = 0; i < n; i++) {
        double d = (x[i] - mean) / sqrt(variance);
        m1 += d;
        m2 += d * d;
        m4 += d * d * d * d;
    }
    judge(l, p_normal(m1 / sqrt(n)), "%s, mean", what);
    judge(l, p_normal((m2 - n) / sqrt(m4 - m2 * m2 / n)), "%s, variance", what);
}

/* Values to their probabilities, uniform on (0, 1) if the law is right. */
static inline void to_uniform(double *x, int n, const alv_dist *law)
{
    for (int i = 0; i < n; i++) x[i] = alv_dist_cdf(law, x[i]);
}

/* The distribution of uniforms, which are sorted. */
static inline void judge_uniform(ledger *l, double *u, int n, const char *what)
{
    judge(l, p_kolmogorov(kolmogorov(u, n)), "%s, Kolmogorov-Smirnov", what);
    judge(l, p_anderson(anderson_darling(u, n)), "%s, Anderson-Darling", what);
}

/* Moments and distribution; puts the probabilities in x, in ascending order. */
static inline void judge_law(ledger *l, double *x, int n, const alv_dist *law, const char *what)
{
    judge_moments(l, x, n, law, what);
    to_uniform(x, n, law);
    judge_uniform(l, x, n, what);
}

#endif
