/* A parameter filled whole. */
#ifndef ALV_LAB_FILL_H
#define ALV_LAB_FILL_H

#include "alvor/alvor.h"

/* out (all elements) by the scheme, with scratch of its own where the scheme needs it. The statuses
 * of alv_init_fill, and ALV_ERR_MEMORY. */
alv_status alv_fill_param(float *out, const alv_scheme *scheme, const alv_tensor *tensor,
                          uint64_t seed, alv_error *error);

#endif
