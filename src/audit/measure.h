/* One pass over a tensor: moments, extremes, and a histogram fine enough to test laws against.
 *
 * The histogram's bins are those of bfloat16: 128 between powers of two, the same for every tensor,
 * so no range need be known before the pass and parts of a tensor merge by adding. Counts are
 * whole numbers and moments are merged in the order of the parts: threads change no digit. */
#ifndef ALV_AUDIT_MEASURE_H
#define ALV_AUDIT_MEASURE_H

#include "formats/reader.h"

enum { ALV_FINE_BINS = 1 << 16, ALV_MEASURE_PART = 1 << 21 }; /* elements that one part has */

/* Central moments, after Pebay (2008), SAND2008-6212: sums of powers of x - mean. */
typedef struct alv_moments {
    int64_t n; /* finite values */
    double mean, m2, m3, m4;
    double lo, hi;
    int64_t zeros, nonfinite;
    uint64_t hash; /* of the bytes of this part */
} alv_moments;

/* A histogram by alv_bin_of, lowest value first. */
typedef struct alv_bins {
    int64_t count[ALV_FINE_BINS];
} alv_bins;

/* Scratch of one thread, zeroed before its first use: how often each pattern of a type of 8 or 16
 * bits was seen, and its value. A part has fewer than 2^32 elements. */
typedef struct alv_patterns {
    uint32_t count[1 << 16];
    double value[1 << 16];
    int dtype;
    bool known; /* the values, of this dtype */
} alv_patterns;

/* Elements that the pass keeps on its way: of line i those at first[i] + k step, k < n, in
 * out[i n + k]. */
enum { ALV_KEPT_LINES = 6 };
typedef struct alv_kept {
    int count;
    int64_t first[ALV_KEPT_LINES], step, n;
    double *out;
} alv_kept;

/* Adds elements [lo, hi) to the bins, and sets *out to their moments. Without patterns (NULL) the
 * counts are the same, and the moments but for rounding, in more time. Keeps what `kept` wants of
 * them (NULL: nothing). False where the reader
 * fails: then *out is untouched. */
bool alv_measure_part(alv_moments *out, alv_bins *bins, alv_patterns *patterns,
                      const alv_kept *kept, alv_reader *reader, const alv_checkpoint_tensor *tensor,
                      int64_t lo, int64_t hi);
/* a followed by b. */
void alv_moments_merge(alv_moments *a, const alv_moments *b);

/* The smallest magnitude in a bin, with its sign; bins of both signs grow away from zero. */
double alv_bin_value(int bin);
/* The real number below which a value of the type lies in bins 0 to bin: rounding to nearest puts
 * it between two neighbours of the type. */
double alv_bin_edge(int bin, alv_dtype dtype);
/* The value below which a share p lies, to the width of a bin. */
double alv_bins_quantile(const alv_bins *bins, int64_t n, double p);

#endif
