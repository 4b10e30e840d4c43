/* The maps of a net that has been checked, for limit.c. */
#ifndef ALV_THEORY_MEAN_FIELD_H
#define ALV_THEORY_MEAN_FIELD_H

#include "alvor/theory.h"
#include "theory/gaussian.h"

/* Between these the fourth powers of an activation neither overflow nor vanish. */
#define ALV_MEAN_FIELD_LEAST 1e-60
#define ALV_MEAN_FIELD_MOST 1e60

/* A copy with identity for no activation and branch 1 for a plain net. */
alv_status alv_mean_field_check(alv_mean_field *out, const alv_mean_field *net, double q,
                                alv_error *error);
bool alv_mean_field_is_plain(const alv_mean_field *net);
void alv_mean_field_step_of(alv_mean_field_step *out, const alv_mean_field *net, double q);
/* C(c) and dC/dc; slope may be NULL. */
double alv_mean_field_map(double *slope, const alv_mean_field *net, double q, double c);

#endif
