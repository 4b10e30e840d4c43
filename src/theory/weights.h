/* Of which weights the theory speaks. */
#ifndef ALV_THEORY_WEIGHTS_H
#define ALV_THEORY_WEIGHTS_H

#include "alvor/init.h"

/* The variance of an element under a scheme. ALV_ERR_UNSUPPORTED where the theory says nothing: a
 * mean other than 0, and schemes that need data; and the statuses of alv_init_moments. */
alv_status alv_theory_variance(double *variance, const alv_scheme *scheme, const alv_tensor *tensor,
                               alv_error *error);

#endif
