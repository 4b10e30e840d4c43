/* The pass: blocks of a thousand elements are decoded, their moments taken about their own mean,
 * and merged. A second sweep over a block costs nothing, since it is in the first cache. A type of
 * 8 or 16 bits has so few values that it is enough to count them: four times as fast, and exact but
 * for one rounding of each value's share. */
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

/* Sums are taken in lanes, element i in lane i modulo LANES, which compilers turn into vectors of
 * any width without changing a bit. */
enum { LANES = 16 };

ALV_CLONES static void find_bins(uint16_t *restrict bins, const double *restrict x, int n)
{
    for (int i = 0; i < n; i++) bins[i] = (uint16_t)(ordered(alv_bitsf((float)x[i])) >> 16);
}

static void count_block(alv_bins *bins, const double *x, int n)
{
    uint16_t places[BLOCK];
    find_bins(places, x, n);
    for (int i = 0; i < n; i++) bins->count[places[i]]++;
}

static double add_lanes(const double lanes[LANES])
{
    double sum = 0;
    for (int j = 0; j < LANES; j++) sum += lanes[j];
    return sum;
}

/* x is padded with its first value up to a multiple of LANES, which changes neither extreme. */
ALV_CLONES static void find_extremes(double *lo, double *hi, double *sum, double *zeros,
                                     const double *restrict x, int n)
{
    double low[LANES], high[LANES], sums[LANES] = {0}, none[LANES] = {0};
    for (int j = 0; j < LANES; j++) low[j] = high[j] = x[j];
    for (int i = 0; i < n; i += LANES)
        for (int j = 0; j < LANES; j++) {
            const double v = x[i + j];
            sums[j] += v;
            low[j] = v < low[j] ? v : low[j];
            high[j] = v > high[j] ? v : high[j];
            none[j] += v == 0 ? 1 : 0;
        }
    *lo = low[0];
    *hi = high[0];
    for (int j = 1; j < LANES; j++) {
        *lo = low[j] < *lo ? low[j] : *lo;
        *hi = high[j] > *hi ? high[j] : *hi;
    }
    *sum = add_lanes(sums);
    *zeros = add_lanes(none);
}

/* A row of lanes as one value, which stays in registers: compilers cut it to their vectors. */
typedef double row __attribute__((vector_size(LANES * sizeof(double))));

ALV_CLONES static void add_powers(double *m2, double *m3, double *m4, const double *restrict x,
                                  double mean, int n)
{
    row two = {0}, three = {0}, four = {0};
    for (int i = 0; i < n; i += LANES) {
        row d;
        memcpy(&d, x + i, sizeof d);
        d -= mean;
        const row d2 = d * d;
        two += d2;
        three += d2 * d;
        four += d2 * d2;
    }
    double lanes[3][LANES];
    memcpy(lanes[0], &two, sizeof two);
    memcpy(lanes[1], &three, sizeof three);
    memcpy(lanes[2], &four, sizeof four);
    *m2 = add_lanes(lanes[0]);
    *m3 = add_lanes(lanes[1]);
    *m4 = add_lanes(lanes[2]);
}

/* Of n values; x has room up to the next multiple of LANES. */
static void block_moments(alv_moments *out, double *x, int n)
{
    const int whole = (n + LANES - 1) / LANES * LANES;
    double sum, zeros;
    *out = (alv_moments){.n = n};
    for (int i = n; i < whole; i++) x[i] = x[0];
    find_extremes(&out->lo, &out->hi, &sum, &zeros, x, whole);
    out->zeros = (int64_t)zeros - (x[0] == 0 ? whole - n : 0);
    out->mean = (sum - x[0] * (whole - n)) / n;
    for (int i = n; i < whole; i++) x[i] = out->mean; /* adds nothing */
    add_powers(&out->m2, &out->m3, &out->m4, x, out->mean, whole);
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

/* A hash of bytes that come in pieces, 8 at a time in four lanes; finds equal tensors, and a
 * comparison confirms them. */
typedef struct hash {
    uint64_t lanes[4];
    int64_t n;
} hash;

static const uint64_t hash_factor = UINT64_C(0xd6e8feb86659fd93);

/* Every piece but the last has a multiple of 32 bytes. */
static void hash_add(hash *h, const unsigned char *bytes, int64_t n)
{
    uint64_t lanes[4];
    int64_t i = 0;
    memcpy(lanes, h->lanes, sizeof lanes);
    for (; i + 32 <= n; i += 32)
        for (int j = 0; j < 4; j++) {
            uint64_t word;
            memcpy(&word, bytes + i + 8 * j, 8);
            lanes[j] = (lanes[j] ^ word) * hash_factor;
            lanes[j] ^= lanes[j] >> 32;
        }
    for (; i < n; i++) lanes[0] = (lanes[0] ^ bytes[i]) * hash_factor;
    memcpy(h->lanes, lanes, sizeof lanes);
    h->n += n;
}

static uint64_t hash_end(const hash *h)
{
    uint64_t all = (uint64_t)h->n;
    for (int j = 0; j < 4; j++) {
        all = (all ^ h->lanes[j]) * hash_factor;
        all ^= all >> 32;
    }
    return all;
}

/* 0, or NaN where a value is not finite. */
ALV_CLONES static double add_differences(const double *restrict x, int n)
{
    double sums[LANES] = {0};
    int i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int j = 0; j < LANES; j++) sums[j] += x[i + j] - x[i + j];
    for (; i < n; i++) sums[0] += x[i] - x[i];
    return add_lanes(sums);
}

/* How many values a type has that are counted; 0: it is not. */
static int patterns_of(const alv_checkpoint_tensor *t)
{
    return t->item == 1 ? 1 << 8 : t->item == 2 && !t->big ? 1 << 16 : 0;
}

/* How often each pattern stands among n elements. */
static void count_patterns(uint32_t *counts, const unsigned char *bytes, int item, int64_t n)
{
    int64_t i = 0;
    for (; item == 1 && i < n; i++) counts[bytes[i]]++;
    for (; i + 4 <= n; i += 4) {
        uint64_t four;
        memcpy(&four, bytes + 2 * i, sizeof four);
        for (int k = 0; k < 4; k++) counts[four >> 16 * k & 0xffff]++;
    }
    for (; i < n; i++) counts[bytes[2 * i] | bytes[2 * i + 1] << 8]++;
}

/* The value of each pattern, unless they are known. */
static void find_values(alv_patterns *p, const alv_checkpoint_tensor *t, int n)
{
    if (p->known && p->dtype == t->dtype) return;
    unsigned char bytes[2 * BLOCK];
    for (int lo = 0; lo < n; lo += BLOCK) {
        const int hi = lo + BLOCK < n ? lo + BLOCK : n;
        for (int i = lo; i < hi; i++) {
            bytes[t->item * (i - lo)] = (unsigned char)i;
            if (t->item == 2) bytes[2 * (i - lo) + 1] = (unsigned char)(i >> 8);
        }
        const alv_checkpoint_tensor some = {
            .dtype = t->dtype, .item = t->item, .count = hi - lo, .bytes = bytes};
        alv_checkpoint_decode(p->value + lo, &some, 0, hi - lo);
    }
    p->dtype = t->dtype;
    p->known = true;
}

/* Moments of n counted values, in the order of their patterns. */
static void counted_moments(alv_moments *out, alv_bins *bins, const alv_patterns *p, int n)
{
    double sum = 0;
    *out = (alv_moments){0};
    for (int i = 0; i < n; i++) {
        const double v = p->value[i];
        const int64_t c = p->count[i];
        if (c == 0) continue;
        if (!alv_isfinite(v)) {
            out->nonfinite += c;
            continue;
        }
        bins->count[ordered(alv_bitsf((float)v)) >> 16] += c;
        out->lo = out->n == 0 || v < out->lo ? v : out->lo;
        out->hi = out->n == 0 || v > out->hi ? v : out->hi;
        out->zeros += v == 0 ? c : 0;
        out->n += c;
        sum += (double)c * v;
    }
    out->mean = out->n > 0 ? sum / (double)out->n : 0;
    for (int i = 0; i < n; i++) {
        const double d = p->value[i] - out->mean, c = p->count[i], d2 = d * d;
        if (p->count[i] == 0 || !alv_isfinite(d)) continue;
        out->m2 += c * d2;
        out->m3 += c * d2 * d;
        out->m4 += c * d2 * d2;
    }
}

/* Of all elements of a tensor in memory, after those that *all has seen. */
static void measure_blocks(alv_moments *all, alv_bins *bins, const alv_checkpoint_tensor *tensor)
{
    alv_moments one;
    double x[BLOCK];
    for (int64_t at = 0; at < tensor->count; at += BLOCK) {
        const int n = tensor->count - at < BLOCK ? (int)(tensor->count - at) : BLOCK;
        alv_checkpoint_decode(x, tensor, at, at + n);
        const int kept = add_differences(x, n) == 0 ? n : keep_finite(x, n);
        all->nonfinite += n - kept;
        if (kept == 0) continue;
        count_block(bins, x, kept);
        block_moments(&one, x, kept);
        alv_moments_merge(all, &one);
    }
}

/* Of a span that begins with element `at` of its tensor. */
static void keep_lines(const alv_kept *kept, const alv_checkpoint_tensor *span, int64_t at)
{
    for (int i = 0; i < kept->count; i++) {
        const int64_t past = at - kept->first[i];
        int64_t k = past > 0 ? (past + kept->step - 1) / kept->step : 0;
        int64_t from = k * kept->step - past;
        for (; k < kept->n && from < span->count; k++, from += kept->step)
            alv_checkpoint_decode(&kept->out[i * kept->n + k], span, from, from + 1);
    }
}

/* Spans are whole blocks, so that they change no sum. */
bool alv_measure_part(alv_moments *out, alv_bins *bins, alv_patterns *patterns,
                      const alv_kept *kept, alv_reader *reader, const alv_checkpoint_tensor *tensor,
                      int64_t lo, int64_t hi)
{
    const int n = patterns_of(tensor), item = tensor->item;
    const bool counted = patterns && n > 0 && hi - lo >= n;
    const int64_t most = ALV_READER_BYTES / (item * BLOCK) * BLOCK;
    alv_checkpoint_tensor span = *tensor;
    alv_moments all = {0};
    hash h = {.lanes = {1, 2, 3, 4}};
    if (counted) {
        find_values(patterns, tensor, n);
        memset(patterns->count, 0, (size_t)n * sizeof *patterns->count);
    }
    for (int64_t at = lo; at < hi; at += most) {
        span.count = hi - at < most ? hi - at : most;
        span.bytes = alv_reader_span(reader, tensor, at * item, span.count * item);
        if (!span.bytes) return false;
        if (counted)
            count_patterns(patterns->count, span.bytes, item, span.count);
        else
            measure_blocks(&all, bins, &span);
        if (kept) keep_lines(kept, &span, at);
        hash_add(&h, span.bytes, span.count * item);
    }
    if (counted) counted_moments(&all, bins, patterns, n);
    *out = all;
    out->hash = hash_end(&h);
    return true;
}
