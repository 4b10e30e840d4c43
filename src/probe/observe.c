/* Moments in one pass over a matrix of activations.
 *
 * Variances are taken around the unit's first value s: with d = x - s,
 *     var = (sum d^2 - (sum d)^2 / n) / n,
 * which is exactly zero for a constant unit and loses no digits when the mean is far larger than
 * the deviation (Chan, Golub and LeVeque 1983, shifted data). Floats and their squares are exact or
 * nearly so in double, so nothing overflows: the largest square is 1.2e77.
 *
 * Units are taken in blocks that fit in the first cache, rows from first to last within a block:
 * the order of every sum is fixed, and no memory is taken. */
#include "probe/observe.h"

#include "math/math.h"

enum { BLOCK = 32 };

/* Sums of one block of units. Counts are doubles so that the loop stays one vector wide. */
typedef struct block_sums {
    double shift[BLOCK], sum[BLOCK], square[BLOCK], n[BLOCK], flat[BLOCK];
} block_sums;

static double finite_or_zero(double x)
{
    return x - x == 0 ? x : 0;
}

static void add_row(block_sums *s, const float *v, int width, double below, double above)
{
    for (int u = 0; u < width; u++) {
        double x = v[u];
        double finite = x - x == 0 ? 1 : 0;
        double d = finite_or_zero(x - s->shift[u]);
        s->sum[u] += d;
        s->square[u] += d * d;
        s->n[u] += finite;
        s->flat[u] += ((x <= below) | (x >= above)) ? finite : 0;
    }
}

static void sum_block(block_sums *s, const float *v, int64_t rows, int64_t units, int width,
                      double below, double above)
{
    *s = (block_sums){.n = {0}};
    for (int u = 0; u < width; u++) s->shift[u] = finite_or_zero(v[u]);
    for (int64_t row = 0; row < rows; row++) add_row(s, v + row * units, width, below, above);
}

/* Totals over blocks. */
typedef struct totals {
    double sum, n, flat, variance, seen, dead;
} totals;

static void add_block(totals *t, const block_sums *s, int width)
{
    for (int u = 0; u < width; u++) {
        double n = s->n[u];
        if (n == 0) continue;
        double variance = (s->square[u] - s->sum[u] * s->sum[u] / n) / n;
        t->sum += s->sum[u] + n * s->shift[u];
        t->n += n;
        t->flat += s->flat[u];
        t->variance += variance > 0 ? variance : 0;
        t->seen += 1;
        t->dead += s->flat[u] == n ? 1 : 0;
    }
}

alv_unit_moments alv_observe_units(const float *v, int64_t rows, int64_t units, double flat_below,
                                   double flat_above)
{
    totals t = {0};
    block_sums sums;
    for (int64_t u = 0; rows > 0 && u < units; u += BLOCK) {
        int width = units - u < BLOCK ? (int)(units - u) : BLOCK;
        sum_block(&sums, v + u, rows, units, width, flat_below, flat_above);
        add_block(&t, &sums, width);
    }
    bool any = t.n > 0;
    return (alv_unit_moments){.mean = any ? t.sum / t.n : ALV_NAN,
                              .std = any ? alv_sqrt(t.variance / t.seen) : ALV_NAN,
                              .flat = any ? t.flat / t.n : ALV_NAN,
                              .dead = any ? t.dead / t.seen : ALV_NAN,
                              .nonfinite = rows * units - (int64_t)t.n};
}

/* Sixteen running sums, element i in sum i mod 16, added pairwise at the end: a fixed order that
 * compilers turn into vectors. */
enum { LANES = 16 };

static double fold(double lanes[LANES])
{
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
    return lanes[0];
}

alv_flat_moments alv_observe_flat(const float *v, const float *less, int64_t n)
{
    double sum[LANES] = {0}, square[LANES] = {0}, count[LANES] = {0};
    double shift = n > 0 ? finite_or_zero(less ? (double)v[0] - (double)less[0] : (double)v[0]) : 0;
    for (int64_t start = 0; start < n; start += LANES) {
        int width = n - start < LANES ? (int)(n - start) : LANES;
        for (int i = 0; i < width; i++) {
            double x = less ? (double)v[start + i] - (double)less[start + i] : (double)v[start + i];
            double finite = x - x == 0 ? 1 : 0;
            double d = finite_or_zero(x - shift);
            sum[i] += d;
            square[i] += d * d;
            count[i] += finite;
        }
    }
    double finite = fold(count);
    if (finite == 0) return (alv_flat_moments){ALV_NAN, ALV_NAN, n};
    double mean = fold(sum) / finite, variance = fold(square) / finite - mean * mean;
    variance = variance > 0 ? variance : 0;
    mean += shift;
    return (alv_flat_moments){alv_sqrt(variance + mean * mean), alv_sqrt(variance),
                              n - (int64_t)finite};
}
