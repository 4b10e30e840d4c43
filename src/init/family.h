/* Inside the room: the list of names, and what the families share. */
#ifndef ALV_INIT_FAMILY_H
#define ALV_INIT_FAMILY_H

#include "alvor/init.h"

/* Every initializer, in the order of `alvor list`. NAME here is alv_init_NAME in a family's file;
 * nothing else in the tree lists initializers. */
#define ALV_INITIALIZERS(NAME)                                                                     \
    NAME(zeros)                                                                                    \
    NAME(ones)                                                                                     \
    NAME(constant)                                                                                 \
    NAME(uniform)                                                                                  \
    NAME(normal)                                                                                   \
    NAME(trunc_normal_rel)                                                                         \
    NAME(trunc_normal_abs)                                                                         \
    NAME(variance_scaling)                                                                         \
    NAME(lecun_uniform)                                                                            \
    NAME(lecun_normal)                                                                             \
    NAME(xavier_uniform)                                                                           \
    NAME(xavier_normal)                                                                            \
    NAME(he_uniform)                                                                               \
    NAME(he_normal)                                                                                \
    NAME(torch_default)                                                                            \
    NAME(random_walk)                                                                              \
    NAME(siren)                                                                                    \
    NAME(small_init)                                                                               \
    NAME(residual_normal)                                                                          \
    NAME(embedding_normal)                                                                         \
    NAME(depth_normal)                                                                             \
    NAME(fixup)                                                                                    \
    NAME(rezero)                                                                                   \
    NAME(deepnorm)                                                                                 \
    NAME(t_fixup)                                                                                  \
    NAME(mup)                                                                                      \
    NAME(lora)                                                                                     \
    NAME(torch_rnn)                                                                                \
    NAME(forget_bias)                                                                              \
    NAME(chrono)                                                                                   \
    NAME(nguyen_widrow)                                                                            \
    NAME(sparse)                                                                                   \
    NAME(lsuv)                                                                                     \
    NAME(identity)                                                                                 \
    NAME(dirac)                                                                                    \
    NAME(bilinear)                                                                                 \
    NAME(zero_hadamard)                                                                            \
    NAME(orthogonal)                                                                               \
    NAME(delta_orthogonal)                                                                         \
    NAME(looks_linear)                                                                             \
    NAME(mimetic_qk)                                                                               \
    NAME(mimetic_vo)

#define DECLARE(name) extern const alv_initializer alv_init_##name;
ALV_INITIALIZERS(DECLARE)
#undef DECLARE

/* Which fan a scheme divides by: the values of an argument whose choices are ALV_FAN_CHOICES. */
typedef enum alv_fan { ALV_FAN_IN, ALV_FAN_OUT, ALV_FAN_AVG, ALV_FAN_GEO_AVG } alv_fan;
#define ALV_FAN_CHOICES "fan_in fan_out fan_avg"

/* The chosen fan of a weight, above zero; refuses biases, which these schemes do not define. */
alv_status alv_init_weight_fan(double *fan, alv_fan which, const alv_scheme *scheme,
                               const alv_tensor *tensor, alv_error *error);

/* An argument that counts something; ALV_ERR_ARGUMENT names it. */
alv_status alv_init_whole(double value, const char *name, alv_error *error);

/* Residual branches of the network: as stated by the argument `name`, or where that is 0 by the
 * tensor's depth; ALV_ERR_ARGUMENT where neither says. */
alv_status alv_init_depth(double *branches, double stated, const char *name,
                          const alv_tensor *tensor, alv_error *error);

/* Schemes to choose from: the registry, or a framework's own. */
typedef struct alv_scheme_table {
    const alv_initializer *(*at)(const void *context, int index); /* NULL after the last */
    const void *context;
    const char *shown; /* where they are listed, for messages */
} alv_scheme_table;

/* alv_scheme_parse among those of a table. */
alv_status alv_scheme_parse_in(alv_scheme *out, const alv_scheme_table *table, const char *text,
                               alv_error *error);

/* Every argument finite and within its bounds. */
alv_status alv_scheme_check(const alv_scheme *scheme, alv_error *error);

/* Puts the scheme's text before the message of a failed check of what the scheme made of its
 * arguments; names the scheme as the place where the message named none of those. Returns `status`.
 */
alv_status alv_scheme_blame(alv_status status, const alv_scheme *scheme, alv_error *error);

#endif
