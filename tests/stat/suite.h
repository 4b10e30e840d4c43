/* Statistics of the samples' tests: probabilities of what was seen, and a ledger that spends a
 * budget of false alarms over all comparisons.
 *
 * Each comparison yields p, the probability that a correct sampler strays this far or farther. A
 * ledger that may raise a false alarm with probability ALARM over MOST comparisons refuses p below
 * ALARM / MOST (Bonferroni: no independence is needed). Round r of a soak gets the share 1 / (r (r
 * + 1)) of ALARM, and the shares add up to one.
 *
 * MOST counts the comparisons of all programs of this directory together: the battery may make
 * BATTERY of them and each of the six others OTHERS; settle() holds them to it.
 *
 * p is exact or an upper bound for Kolmogorov-Smirnov (Massart 1990). For sums, chi-squares and
 * Anderson-Darling it is the limit law's, whose tail at 1e-13 the true one exceeds by a factor
 * below 5 with the sample sizes used here (the third cumulant's term exp(z^3 skewness / 6)); ALARM
 * is therefore 2e-10, for a suite that promises 1e-9. */
#ifndef ALV_STAT_SUITE_H
#define ALV_STAT_SUITE_H

#include <sys/random.h>

#include "test.h"

#define ALARM 2e-10
#define MOST 8192
enum { BATTERY = 4096, OTHERS = 640 };

typedef struct ledger {
    double limit; /* the least p accepted */
    int comparisons, failures;
    double least; /* p */
    char least_of[160];
    uint64_t seed;
} ledger;

static inline ledger ledger_make(uint64_t seed, int round)
{
    return (ledger){
        .limit = ALARM / MOST / ((double)round * (round + 1)), .least = 1, .seed = seed};
}

/* Enters one comparison; a NaN fails. */
static inline void __attribute__((format(printf, 3, 4))) judge(ledger *l, double p,
                                                               const char *format, ...)
{
    char what[160];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    l->comparisons++;
    if (!(p >= l->limit)) {
        l->failures++;
        print_error("  FAILED, p = %.3g below %.3g: %s, seed %llu\n", p, l->limit, what,
                    (unsigned long long)l->seed);
    }
    if (p >= l->least) return;
    l->least = p;
    snprintf(l->least_of, sizeof l->least_of, "%s", what);
}

static inline void report(const ledger *l)
{
    print_message("  seed %llu: %d comparisons, least p %.3g (%s), refused below %.3g\n",
                  (unsigned long long)l->seed, l->comparisons, l->least, l->least_of, l->limit);
}

/* The last word on a ledger: nothing failed, and no more was compared than the budget has. */
static inline void settle(const ledger *l, int share)
{
    report(l);
    assert_true(l->comparisons > 0 && l->comparisons <= share);
    assert_int_equal(l->failures, 0);
}

/* The seed in `text`, or a fresh one; printed, so that a failure can be repeated. */
static inline uint64_t seed_of(const char *text)
{
    uint64_t seed = 0;
    if (text)
        seed = strtoull(text, NULL, 10);
    else if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
        abort();
    print_message("seed %llu\n", (unsigned long long)seed);
    return seed;
}

/* Both tails of a standard normal. */
static inline double p_normal(double z)
{
    return erfc(fabs(z) * M_SQRT1_2);
}

/* Both tails of Student's t, by the normal deviate (8 n + 1) / (8 n + 3) sqrt(n log(1 + t^2 / n))
 * (Wallace 1959). */
static inline double p_student(double t, double degrees)
{
    double z = sqrt(degrees * log1p(t * t / degrees));
    return p_normal((8 * degrees + 1) / (8 * degrees + 3) * z);
}

/* Upper bound of P(sqrt(n) D > x). */
static inline double p_kolmogorov(double x)
{
    return fmin(1, 2 * exp(-2 * x * x));
}

/* The smaller tail of the gamma law of shape a at x: its series below a + 1, its continued fraction
 * (Lentz) above, so that the tail that is small is the one computed. */
static inline double gamma_tail(double a, double x)
{
    if (x <= 0) return 0;
    double scale = exp(a * log(x) - x - lgamma(a));
    if (x < a + 1) {
        double term = 1 / a, sum = term;
        for (double k = a + 1; term > sum * 1e-16; k++) sum += term *= x / k;
        return fmin(scale * sum, 1 - scale * sum);
    }
    double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
    for (int i = 1; i < 100000; i++) {
        double an = -i * (i - a);
        b += 2;
        d = 1 / (an * d + b);
        c = b + an / c;
        h *= c * d;
        if (fabs(c * d - 1) < 1e-15) break;
    }
    return fmin(scale * h, 1 - scale * h);
}

/* Both tails of chi-square. */
static inline double p_chi_square(double sum, double degrees)
{
    return fmin(1, 2 * gamma_tail(degrees / 2, sum / 2));
}

/* Both tails of a Poisson count: P(X >= k) and P(X <= k) are gamma tails of shapes k and k + 1. */
static inline double p_poisson(double count, double mean)
{
    return fmin(1, 2 * gamma_tail(count > mean ? count : count + 1, mean));
}

static inline int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* sqrt(n) times the largest distance of the sample's distribution function from that of the uniform
 * on (0, 1); sorts u. */
static inline double kolmogorov(double *u, int n)
{
    double worst = 0;
    qsort(u, (size_t)n, sizeof *u, by_value);
    for (int i = 0; i < n; i++)
        worst = fmax(worst, fmax(u[i] - (double)i / n, (double)(i + 1) / n - u[i]));
    return worst * sqrt(n);
}

/* Which of `cells` equal parts of (0, 1) holds u. */
static inline int cell_of(double u, int cells)
{
    int k = (int)(u * cells);
    return k < 0 ? 0 : k >= cells ? cells - 1 : k;
}

/* p of n pairs (u, v) that should be independent and uniform: chi-square on 8 x 8 equal cells. It
 * sees any dependence that moves mass between cells, not only correlation. */
static inline double p_pairs(const double *u, const double *v, int n)
{
    enum { SIDE = 8, CELLS = SIDE * SIDE };
    double count[CELLS] = {0}, expected = (double)n / CELLS, sum = 0;
    for (int i = 0; i < n; i++) count[cell_of(u[i], SIDE) * SIDE + cell_of(v[i], SIDE)]++;
    for (int k = 0; k < CELLS; k++) sum += (count[k] - expected) * (count[k] - expected) / expected;
    return p_chi_square(sum, CELLS - 1);
}

/* p of the disjoint pairs (u[i], u[i + lag]), i / lag even. */
static inline double p_lag(const double *u, int n, int lag)
{
    double *a = malloc((size_t)n * sizeof *a), *b = malloc((size_t)n * sizeof *b), p;
    int pairs = 0;
    assert_true(a && b);
    for (int i = 0; i + lag < n; i++) {
        if (i / lag % 2) continue;
        a[pairs] = u[i], b[pairs] = u[i + lag];
        pairs++;
    }
    p = p_pairs(a, b, pairs);
    free(a), free(b);
    return p;
}

/* p of `bits` leading binary digits of n uniforms: each is 1 half of the time. */
static inline double p_bits(const double *u, int n, int bits)
{
    double ones[32] = {0}, sum = 0;
    for (int i = 0; i < n; i++) {
        uint32_t word = (uint32_t)(u[i] * 0x1p32);
        for (int b = 0; b < bits; b++) ones[b] += word >> (31 - b) & 1;
    }
    for (int b = 0; b < bits; b++) sum += (ones[b] - n / 2.0) * (ones[b] - n / 2.0) / (n / 4.0);
    return p_chi_square(sum, bits);
}

#endif
