/* Counts of the values of 16- and 8-bit types against the law of what was rounded to them. */
#ifndef ALV_STAT_NARROW_H
#define ALV_STAT_NARROW_H

#include "suite.h"

#include "alvor/dist.h"
#include "dist/round.h"

/* Draws n elements and counts their bit patterns; `room` holds 2 n bytes, `codes` 2^16 counts. */
static inline void count_codes(double *codes, void *room, const alv_dist *law, alv_dtype dtype,
                               int64_t n, alv_stream stream)
{
    const uint16_t *halves = room;
    const uint8_t *bytes = room;
    alv_error error;
    if (alv_dist_fill(room, dtype, 0, n, law, stream, NULL, &error)) fail_msg("%s", error.message);
    memset(codes, 0, sizeof *codes << 16);
    for (int64_t i = 0; i < n; i++) codes[alv_dtype_size(dtype) == 2 ? halves[i] : bytes[i]]++;
}

/* One value of a narrow type and how often it was drawn. */
typedef struct value_count {
    double value, count;
} value_count;

static inline int by_first(const void *a, const void *b)
{
    double x = ((const value_count *)a)->value, y = ((const value_count *)b)->value;
    return (x > y) - (x < y);
}

/* The finite values of a type within the law's bounds, in order, with their counts in `codes`; the
 * two zeros are one. */
static inline int make_values(value_count *out, const alv_dist *law, alv_dtype dtype,
                              const double *codes)
{
    int n = 0, kept = 0;
    bool bounded = law->kind != ALV_DIST_NORMAL;
    for (uint32_t code = 0; code < 1u << (8 * alv_dtype_size(dtype)); code++) {
        double value = alv_widen(dtype, code);
        if (isfinite(value) && !(bounded && (value < law->lo || value > law->hi)))
            out[n++] = (value_count){value, codes[code]};
        else
            assert_true(codes[code] == 0);
    }
    qsort(out, (size_t)n, sizeof *out, by_first);
    for (int i = 0; i < n; i++)
        if (kept > 0 && out[kept - 1].value == out[i].value)
            out[kept - 1].count += out[i].count;
        else
            out[kept++] = out[i];
    return kept;
}

/* p of the counts against the probability of the interval that rounds to each value. Values join
 * their neighbours until 400 draws are expected. */
static inline double p_values(const value_count *values, int n, const alv_dist *law, double draws,
                              int *degrees)
{
    enum { EXPECTED = 400 };
    double sum = 0, seen = 0, expected = 0, below = 0;
    int groups = 0;
    for (int i = 0; i < n; i++) {
        double edge = i + 1 < n ? values[i].value / 2 + values[i + 1].value / 2 : INFINITY;
        double up_to = i + 1 < n ? alv_dist_cdf(law, edge) : 1;
        seen += values[i].count;
        expected += (up_to - below) * draws;
        below = up_to;
        if (i + 1 < n && (expected < EXPECTED || (1 - up_to) * draws < EXPECTED)) continue;
        if (expected > 0) sum += (seen - expected) * (seen - expected) / expected, groups++;
        seen = expected = 0;
    }
    *degrees = groups - 1;
    return groups > 1 ? p_chi_square(sum, groups - 1) : 1;
}

#endif
