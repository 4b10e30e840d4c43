/* Moments of the table's activations, for gain.c and gated.c. */
#ifndef ALV_ACT_MOMENT_H
#define ALV_ACT_MOMENT_H

#include "alvor/act.h"

enum alv_act_moment { ALV_MOMENT_MEAN, ALV_MOMENT_SECOND, ALV_MOMENT_SLOPE };

/* E f(s z), E f(s z)^2 or E f'(s z)^2 for z ~ N(0, 1) and 0 < s <= 64. */
double alv_act_moment(alv_act_spec spec, double s, enum alv_act_moment moment);

/* spec with identity for NULL; ALV_ERR_RANGE if its parameter lies outside its interval. */
alv_status alv_act_check(alv_act_spec *spec, alv_error *error);

#endif
