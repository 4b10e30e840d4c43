/* The pass: blocks of a thousand elements are decoded, their moments taken about their own mean,
 * and merged. A second sweep over a block costs nothing, since it is in the first cache. */
#include "audit/measure.h"

#include "base/base.h"
#include "math/math.h"
#include "math/mathf.h"

enum { BLOCK = 1024 };

/* Bits of a float as a number that grows with its value. */
static inline uint32_t ordered(uint32_t bits)
{
    return bits >> 31 ? ~bits : bits | 0x80000000u;
}

double alv_bin_value(int bin)
{
    const uint32_t top = (uint32_t)bin << 16;
    return (double)alv_from_bitsf(top >> 31 ? top & 0x7fffffffu : ~top & 0xffff0000u);
}

/* Spacing of the type just below a magnitude. */
static double spacing(double size, alv_dtype dtype)
{
    static const struct {
        int mantissa, least; /* bits; exponent of the smallest normal number */
    } types[] = {[ALV_F32] = {23, -126}, [ALV_F64] = {52, -1022},   [ALV_F16] = {10, -14},
                 [ALV_BF16] = {7, -126}, [ALV_F8_E4M3FN] = {3, -6}, [ALV_F8_E5M2] = {2, -14}};
    int e;
    const double m = alv_frexp(size, &e);
    e -= m == 0.5 ? 2 : 1; /* size = 2^e exactly lies above smaller steps */
    e = e < types[dtype].least ? types[dtype].least : e;
    return alv_ldexp(1, e - types[dtype].mantissa);
}

double alv_bin_edge(int bin, alv_dtype dtype)
{
    const bool negative = bin < ALV_FINE_BINS / 2;
    /* The boundary has the magnitude of the bin that is nearer to zero on its outer side. */
    const double size = alv_fabs(alv_bin_value(negative ? bin : bin + 1));
    if (size == 0) return 0;
    const double step = spacing(size, dtype), below = (alv_ceil(size / step) - 1) * step;
    const double edge = below + step / 2;
    return negative ? -edge : edge;
}

double alv_bins_quantile(const alv_bins *bins, int64_t n, double p)
{
    int64_t left = (int64_t)(p * (double)n);
    int bin = 0;
    while (bin < ALV_FINE_BINS - 1 && left >= bins->count[bin]) left -= bins->count[bin++];
    return alv_bin_value(bin);
}

static void count_block(alv_bins *bins, const double *x, int n)
{
    for (int i = 0; i < n; i++) bins->count[ordered(alv_bitsf((float)x[i])) >> 16]++;
}

/* Sums of a block, four at a time so that they do not wait for each other. */
static void block_moments(alv_moments *out, const double *x, int n)
{
    double sum[4] = {0}, lo = x[0], hi = x[0];
    int64_t zeros = 0;
    for (int i = 0; i < n; i++) {
        sum[i & 3] += x[i];
        lo = x[i] < lo ? x[i] : lo;
        hi = x[i] > hi ? x[i] : hi;
        zeros += x[i] == 0;
    }
    const double mean = (sum[0] + sum[1] + sum[2] + sum[3]) / n;
    double m2[4] = {0}, m3[4] = {0}, m4[4] = {0};
    for (int i = 0; i < n; i++) {
        const double d = x[i] - mean, d2 = d * d;
        m2[i & 3] += d2;
        m3[i & 3] += d2 * d;
        m4[i & 3] += d2 * d2;
    }
    *out = (alv_moments){.n = n,
                         .mean = mean,
                         .m2 = m2[0] + m2[1] + m2[2] + m2[3],
                         .m3 = m3[0] + m3[1] + m3[2] + m3[3],
                         .m4 = m4[0] + m4[1] + m4[2] + m4[3],
                         .lo = lo,
                         .hi = hi,
                         .zeros = zeros};
}

void alv_moments_merge(alv_moments *a, const alv_moments *b)
{
    a->nonfinite += b->nonfinite;
    a->zeros += b->zeros;
    a->hash = (a->hash ^ b->hash) * UINT64_C(0x9e3779b97f4a7c15);
    if (b->n == 0) return;
    if (a->n == 0) a->lo = b->lo, a->hi = b->hi;
    const double na = (double)a->n, nb = (double)b->n, n = na + nb, d = b->mean - a->mean;
    const double m2 = a->m2 + b->m2 + d * d * na * nb / n;
    const double m3 = a->m3 + b->m3 + d * d * d * na * nb * (na - nb) / (n * n) +
                      3 * d * (na * b->m2 - nb * a->m2) / n;
    a->m4 += b->m4 + d * d * d * d * na * nb * (na * na - na * nb + nb * nb) / (n * n * n) +
             6 * d * d * (na * na * b->m2 + nb * nb * a->m2) / (n * n) +
             4 * d * (na * b->m3 - nb * a->m3) / n;
    a->m3 = m3;
    a->m2 = m2;
    a->mean += d * nb / n;
    a->n += b->n;
    a->lo = alv_min(a->lo, b->lo);
    a->hi = alv_max(a->hi, b->hi);
}

/* Keeps what is finite. */
static int keep_finite(double *x, int n)
{
    int kept = 0;
    for (int i = 0; i < n; i++)
        if (alv_isfinite(x[i])) x[kept++] = x[i];
    return kept;
}

/* Of 8 bytes at a time; finds equal tensors, and memcmp confirms them. */
static uint64_t hash_bytes(uint64_t hash, const unsigned char *bytes, int64_t n)
{
    for (int64_t i = 0; i + 8 <= n; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, 8);
        hash = (hash ^ word) * UINT64_C(0xd6e8feb86659fd93);
        hash ^= hash >> 32;
    }
    for (int64_t i = n & ~INT64_C(7); i < n; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0xd6e8feb86659fd93);
    return hash;
}

void alv_measure_part(alv_moments *out, alv_bins *bins, const alv_checkpoint_tensor *tensor,
                      int64_t lo, int64_t hi)
{
    alv_moments all = {0}, one;
    double x[BLOCK];
    for (int64_t at = lo; at < hi; at += BLOCK) {
        const int n = hi - at < BLOCK ? (int)(hi - at) : BLOCK;
        alv_checkpoint_decode(x, tensor, at, at + n);
        double sum = 0;
        for (int i = 0; i < n; i++) sum += x[i] - x[i]; /* 0, or NaN where one is not finite */
        const int kept = sum == 0 ? n : keep_finite(x, n);
        all.nonfinite += n - kept;
        if (kept == 0) continue;
        count_block(bins, x, kept);
        block_moments(&one, x, kept);
        alv_moments_merge(&all, &one);
    }
    all.hash = hash_bytes(0, tensor->bytes + lo * tensor->item, (hi - lo) * tensor->item);
    *out = all;
}
