/* A parameter filled whole. */
#ifndef ALV_TRAIN_FILL_H
#define ALV_TRAIN_FILL_H

#include "alvor/alvor.h"

/* What a network that is initialized by `scheme` gives this parameter: the scheme, or where that is
 * made for layers of another kind, what its descriptor names for the rest. */
alv_status alv_scheme_for(alv_scheme *out, const alv_scheme *scheme, const alv_tensor *tensor,
                          alv_error *error);
/* out (all elements, of the tensor's type) by what alv_scheme_for says, with scratch of its own
 * where the scheme needs it. The statuses of alv_init_fill, and ALV_ERR_MEMORY. */
alv_status alv_fill_param(void *out, const alv_scheme *scheme, const alv_tensor *tensor,
                          uint64_t seed, alv_error *error);

#endif
