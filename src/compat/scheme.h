/* A framework's initializers: descriptors as in src/init, with the function that draws one. */
#ifndef ALV_COMPAT_SCHEME_H
#define ALV_COMPAT_SCHEME_H

#include "alvor/compat.h"
#include "base/base.h"

/* What there is to fill: `n` elements of tensor's shape and type. */
typedef struct alv_compat_job {
    void *out;
    const alv_tensor *tensor;
    int64_t n;
    const double *args; /* in the order of init.args */
    alv_compat_rng *rng;
} alv_compat_job;

typedef struct alv_compat_scheme {
    alv_initializer init;            /* name, aliases, summary, args and nothing else */
    int draw;                        /* the alv_compat_draw that it makes; ALV_COMPAT_DRAWS: none */
    const alv_compat_claim *refused; /* why it is not offered, or NULL */
    alv_status (*fill)(const alv_compat_job *job, alv_error *error);
} alv_compat_scheme;

/* The element of that index in a table of n. */
static inline const alv_initializer *alv_compat_scheme_in(const alv_compat_scheme *table, int n,
                                                          int index)
{
    return index >= 0 && index < n ? &table[index].init : NULL;
}

/* What every framework has: uniform(a, b) and normal(mean, std), and a list of only these. */
alv_status alv_compat_fill_uniform(const alv_compat_job *job, alv_error *error);
alv_status alv_compat_fill_normal(const alv_compat_job *job, alv_error *error);
const alv_initializer *alv_plain_scheme_at(int index);
/* And what draws nothing: zeros, ones, and the first argument. */
alv_status alv_compat_fill_zeros(const alv_compat_job *job, alv_error *error);
alv_status alv_compat_fill_ones(const alv_compat_job *job, alv_error *error);
alv_status alv_compat_fill_value(const alv_compat_job *job, alv_error *error);

/* An argument that may be any number, or none below 0. */
#define ALV_COMPAT_NUMBER(NAME, VALUE) {.name = NAME, .value = VALUE, .lo = -1e300, .hi = 1e300}
#define ALV_COMPAT_FROM_ZERO(NAME, VALUE) {.name = NAME, .value = VALUE, .lo = 0, .hi = 1e300}
/* The two rows that begin every list. */
#define ALV_COMPAT_PLAIN                                                                           \
    {.init = {.name = "uniform",                                                                   \
              .aliases = "uniform_",                                                               \
              .args = {ALV_COMPAT_NUMBER("a", 0), ALV_COMPAT_NUMBER("b", 1)}},                     \
     .draw = ALV_COMPAT_UNIFORM,                                                                   \
     .fill = alv_compat_fill_uniform},                                                             \
    {                                                                                              \
        .init = {.name = "normal",                                                                 \
                 .aliases = "normal_",                                                             \
                 .args = {ALV_COMPAT_NUMBER("mean", 0), ALV_COMPAT_FROM_ZERO("std", 1)}},          \
        .draw = ALV_COMPAT_NORMAL, .fill = alv_compat_fill_normal                                  \
    }

/* Shared by the families: out[i] = value, rounded to the type. */
void alv_compat_put(void *out, alv_dtype dtype, int64_t i, double value);
/* x as the element type holds it. */
double alv_compat_held(alv_dtype dtype, double x);
/* out[i] = out[i] factor + shift as two operations of a framework, each rounded to the type; all
 * but f64 compute in float, to which both numbers are rounded. */
void alv_compat_affine(void *out, alv_dtype dtype, int64_t n, double factor, double shift);
/* Whether the law is cut at two deviations on both sides, which is all that some frameworks offer;
 * else ALV_ERR_UNSUPPORTED. */
alv_status alv_compat_two_deviations(const alv_dist *law, const alv_compat_rng *rng,
                                     alv_error *error);
alv_status alv_compat_fill_constant(const alv_compat_job *job, double value);

#endif
