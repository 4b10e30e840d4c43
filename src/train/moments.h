/* The moments of what alv_trainer_fill gives a network. */
#ifndef ALV_TRAIN_MOMENTS_H
#define ALV_TRAIN_MOMENTS_H

#include "alvor/init.h"
#include "theory/flow.h"

/* moments (n_params) of `model` under a scheme and that of biases, as alv_trainer_fill has them;
 * bias NULL: not stated. *independent: whether elements of weights are. ALV_ERR_UNSUPPORTED where
 * theory does not speak of a scheme (theory/weights.h); the statuses of alv_init_moments. */
alv_status alv_moments_of(alv_drawn *moments, bool *independent, const alv_model *model,
                          const alv_scheme *scheme, const alv_scheme *bias, alv_error *error);

#endif
