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

/* Shared by the families: out[i] = value, rounded to the type. */
void alv_compat_put(void *out, alv_dtype dtype, int64_t i, double value);
alv_status alv_compat_fill_constant(const alv_compat_job *job, double value);

#endif
