/* Schemes that a network fixes for parameters of its own. */
#ifndef ALV_INIT_FIXED_H
#define ALV_INIT_FIXED_H

#include "alvor/init.h"

/* Whether the network fixes the scheme of this parameter (-1: none). */
bool alv_is_fixed(const alv_model *model, int param);
/* That scheme; out->init == NULL where it fixes none. The statuses of alv_scheme_parse. */
alv_status alv_scheme_fixed(alv_scheme *out, const alv_model *model, int param, alv_error *error);

#endif
