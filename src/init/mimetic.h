/* What the table of mimetic attention and its functions share. */
#ifndef ALV_INIT_MIMETIC_H
#define ALV_INIT_MIMETIC_H

#include "init/family.h"

/* The places of the arguments, and what `matrix` can be: of mimetic_qk, and of mimetic_vo. */
enum {
    ALV_MIMETIC_MATRIX,
    ALV_MIMETIC_ALPHA,
    ALV_MIMETIC_BETA,
    ALV_MIMETIC_UP,
    ALV_MIMETIC_SHARE,
    ALV_MIMETIC_HEAD,
    ALV_MIMETIC_VALUE_ALPHA,
    ALV_MIMETIC_VALUE_BETA
};
enum {
    ALV_MIMETIC_QUERY = 0,
    ALV_MIMETIC_KEY = 1,
    ALV_MIMETIC_QKV = 2,
    ALV_MIMETIC_VALUE = 0,
    ALV_MIMETIC_OUT = 1
};

/* As alv_initializer says. */
alv_status alv_mimetic_moments(double *mean, double *variance, const alv_scheme *scheme,
                               const alv_tensor *tensor, alv_error *error);
alv_status alv_mimetic_scratch(int64_t *bytes, const alv_scheme *scheme, const alv_tensor *tensor,
                               alv_error *error);
void alv_mimetic_prepare(const alv_init_job *job);
void alv_mimetic_fill(void *out, int64_t lo, int64_t hi, const alv_init_job *job);

#endif
