/* The laws of a tensor's elements: one, or one for each of its parts; inside the room. */
#ifndef ALV_INIT_LAWS_H
#define ALV_INIT_LAWS_H

#include "init/family.h"
#include "model/parts.h"

typedef struct alv_laws {
    int n;           /* 1, or the number of parts */
    alv_parts parts; /* where each law holds, if n > 1 */
    alv_dist law[ALV_MAX_PARTS];
} alv_laws;

/* For a scheme that has laws and a tensor, both checked. Every law has been checked and fits the
 * tensor's type. Parts of equal size share a law, as do all where the scheme asks for no fan that
 * tells them apart, unless the scheme draws parts by their place (of_part). */
alv_status alv_laws_of(alv_laws *out, const alv_scheme *scheme, const alv_tensor *tensor,
                       alv_error *error);

/* Whether a law that the scheme made is one, and fits the tensor's type: the statuses of
 * alv_dist_fits and alv_dist_check, with a message that begins with the scheme as text. */
alv_status alv_law_check(const alv_dist *law, const alv_scheme *scheme, const alv_tensor *tensor,
                         alv_error *error);

/* Mean and variance of an element taken at random: of the mixture, where there are several laws. */
void alv_laws_moments(double *mean, double *variance, const alv_laws *laws);

/* Elements [lo, hi) of the tensor of this type, a stretch of one law at a time. */
void alv_laws_fill(void *out, int64_t lo, int64_t hi, const alv_laws *laws, alv_dtype dtype,
                   alv_stream stream, const alv_kernels *kernels);

#endif
