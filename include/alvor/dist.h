/* Distributions of one weight: density, cumulative, moments, and fills from a stream.
 *
 * The four families are the constant, U(lo, hi), N(mean, std^2) and the normal truncated to
 * [lo, hi]. A fill and its density stand side by side so that each is tested against the other. */
#ifndef ALVOR_DIST_H
#define ALVOR_DIST_H

#include "kernels.h"
#include "stream.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Element types; the numbers are frozen. f32 and f64 are drawn in themselves. The narrow types, of
 * 16 and 8 bits, are drawn as the f32 tensor is and each value is rounded once, to nearest with
 * ties to even; one that would round outside the bounds becomes the nearest value of the type
 * inside. docs/types.md says what rounding does to the deviation. Elements are in the machine's
 * byte order; C has no arithmetic for the narrow ones: uint16_t and uint8_t hold their bits. */
typedef enum alv_dtype {
    ALV_F32 = 0,
    ALV_F64 = 1,
    ALV_F16 = 2,       /* IEEE binary16: 5 bits of exponent, 10 of mantissa, largest 65504 */
    ALV_BF16 = 3,      /* the upper half of a float: 8 and 7 bits */
    ALV_F8_E4M3FN = 4, /* 4 and 3 bits, largest 448, no infinity */
    ALV_F8_E5M2 = 5    /* 5 and 2 bits, largest 57344 */
} alv_dtype;

typedef enum alv_dist_kind {
    ALV_DIST_CONSTANT = 0,        /* uses mean */
    ALV_DIST_UNIFORM = 1,         /* uses lo, hi */
    ALV_DIST_NORMAL = 2,          /* uses mean, std */
    ALV_DIST_TRUNCATED_NORMAL = 3 /* uses all: mean and std of the parent normal, absolute bounds */
} alv_dist_kind;

/* Plain values; fields that the kind does not use are ignored. */
typedef struct alv_dist {
    alv_dist_kind kind;
    double mean, std, lo, hi;
} alv_dist;

ALV_API size_t alv_dtype_size(alv_dtype dtype);      /* bytes of one element; 0 if unknown */
ALV_API const char *alv_dtype_name(alv_dtype dtype); /* "f32", "f8_e5m2"; NULL if unknown */
ALV_API double alv_dtype_max(alv_dtype dtype);       /* largest finite value; 0 if unknown */

/* Constructors. They store what they are given and check nothing: alv_dist_check does. */
ALV_API alv_dist alv_dist_constant(double value);
ALV_API alv_dist alv_dist_uniform(double lo, double hi);
ALV_API alv_dist alv_dist_normal(double mean, double std);
/* Bounds absolute; std is that of the normal before truncation (torch.nn.init.trunc_normal_). */
ALV_API alv_dist alv_dist_truncated(double mean, double std, double lo, double hi);
/* Bounds in parent deviations around mean (a < b, for example -2 and 2); std is the deviation of
 * the values themselves, after truncation (the variance scaling of Keras and JAX). The parent's std
 * is found by quadrature, the same bits everywhere; it is NaN unless a < b and some of [a, b] lies
 * within 40 of 0. */
ALV_API alv_dist alv_dist_truncated_to_std(double mean, double std, double a, double b);

/* ALV_OK, or ALV_ERR_ARGUMENT for NULL, an unknown kind, and NaN, infinite, negative or reversed
 * parameters, ALV_ERR_RANGE for a truncation that leaves less than 1e-290 of the parent's mass. A
 * zero std, or lo == hi of a uniform, is a constant. */
ALV_API alv_status alv_dist_check(const alv_dist *dist, alv_error *error);

/* ALV_OK, or ALV_ERR_OVERFLOW, naming the parameter, where a draw could be too large for the type:
 * the value, the bounds, or 6.8 (in f64, 8.7) deviations of a normal. ALV_ERR_RANGE where a narrow
 * type has no value between the bounds (f32, where it has none there, is filled with the one
 * nearest to their middle); ALV_ERR_DTYPE for an unknown type. */
ALV_API alv_status alv_dist_fits(const alv_dist *dist, alv_dtype dtype, alv_error *error);

ALV_API const char *alv_dist_name(alv_dist_kind kind); /* "truncated normal"; NULL if unknown */

/* Of a distribution that alv_dist_check accepts; of others the results mean nothing. They describe
 * the real-valued law, before an element type rounds it. The same bits everywhere; NULL and a NaN
 * give NaN. */
ALV_API double alv_dist_pdf(const alv_dist *dist, double x);      /* +inf at a constant's value */
ALV_API double alv_dist_cdf(const alv_dist *dist, double x);      /* P(X <= x) */
ALV_API double alv_dist_quantile(const alv_dist *dist, double p); /* NaN unless 0 < p < 1 */
ALV_API double alv_dist_mean(const alv_dist *dist);
ALV_API double alv_dist_variance(const alv_dist *dist); /* +inf where a double cannot hold it */

/* Writes elements [lo, hi) of the endless sequence that (dist, dtype, stream) defines to out[0 ..
 * hi - lo), the caller's array of dtype; 0 <= lo <= hi <= 2^62, and out may be NULL if lo == hi.
 * Element i does not depend on lo or hi (docs/stream.md). Values are rounded to dtype: a scale
 * below its smallest number gives zeros. `kernels` (NULL: the best) choose the instruction set and
 * change no bit. Allocates nothing; threads may fill parts of one array.
 * ALV_ERR_RANGE for a bad slice, ALV_ERR_ARGUMENT for NULL and for an `out` that is not aligned to
 * dtype, and the statuses of alv_dist_check and alv_dist_fits, before anything is written. */
ALV_API alv_status alv_dist_fill(void *out, alv_dtype dtype, int64_t lo, int64_t hi,
                                 const alv_dist *dist, alv_stream stream,
                                 const alv_kernels *kernels, alv_error *error);

#ifdef __cplusplus
}
#endif
#endif
