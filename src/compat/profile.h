/* Inside the room: the list of profiles. */
#ifndef ALV_COMPAT_PROFILE_H
#define ALV_COMPAT_PROFILE_H

#include "alvor/compat.h"

/* Every profile, in the order of `alvor list --streams`; NAME is alv_compat_NAME in its family's
 * file. */
#define ALV_COMPAT_PROFILES(NAME)                                                                  \
    NAME(torch)                                                                                    \
    NAME(torch_2_12)                                                                               \
    NAME(torch_2_7)                                                                                \
    NAME(torch_1)                                                                                  \
    NAME(torch_scalar)                                                                             \
    NAME(torch_scalar_2_12)                                                                        \
    NAME(torch_scalar_2_7)                                                                         \
    NAME(torch_scalar_1)                                                                           \
    NAME(numpy)                                                                                    \
    NAME(numpy_dxsm)                                                                               \
    NAME(numpy_legacy)                                                                             \
    NAME(jax)                                                                                      \
    NAME(jax_x64)                                                                                  \
    NAME(jax_original)                                                                             \
    NAME(tensorflow)                                                                               \
    NAME(keras)                                                                                    \
    NAME(keras_jax)                                                                                \
    NAME(keras_torch)                                                                              \
    NAME(mlx)                                                                                      \
    NAME(torch_cuda)                                                                               \
    NAME(torch_cuda_t4)                                                                            \
    NAME(torch_cuda_rtx4090)                                                                       \
    NAME(torch_cuda_a100)                                                                          \
    NAME(torch_cuda_h100)

#define DECLARE(name) extern const alv_compat alv_compat_##name;
ALV_COMPAT_PROFILES(DECLARE)
#undef DECLARE

#define ALV_BIT(dtype) (1u << (dtype))

#endif
