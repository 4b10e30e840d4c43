/* JAX's streams: what the file of initializers and that of draws share. */
#ifndef ALV_COMPAT_JAX_H
#define ALV_COMPAT_JAX_H

#include "alvor/compat.h"

const alv_initializer *alv_jax_scheme_at(int index);

#endif
