/* A training that follows one of PyTorch's: first weights and the order of the samples from its
 * stream, as this program draws them:
 *
 *     torch.manual_seed(seed)
 *     net = Net()                                   # constructors, in the order of the layers
 *     for layer in net: SCHEME_(layer.weight); BIAS_(layer.bias)
 *     loader = DataLoader(data, batch, shuffle=True)
 *     for epoch in range(epochs): for x, y in loader: ...
 *
 * A scheme has a law, and PyTorch has a function that draws it: uniform_, normal_, trunc_normal_.
 * torch_default is what the constructors drew, and draws nothing more. The bounds of he, xavier and
 * torch_default are computed here in another order of operations than in torch.nn.init; as floats
 * they are the same for every fan up to 3 million (tests/unit/test_follow.c). */
#ifndef ALV_TRAIN_FOLLOW_H
#define ALV_TRAIN_FOLLOW_H

#include "alvor/compat.h"
#include "nn/net.h"

/* ALV_ERR_UNSUPPORTED where the profile has no order of a module's draws, or the network has layers
 * that PyTorch builds otherwise: embeddings, attention, recurrence. */
alv_status alv_follow_check_model(const alv_compat *profile, const alv_model *model,
                                  alv_error *error);
/* ALV_ERR_UNSUPPORTED for a scheme whose elements are not drawn one by one, or whose law the
 * profile does not draw; the statuses of alv_init_law. */
alv_status alv_follow_check_scheme(const alv_compat *profile, const alv_scheme *scheme,
                                   const alv_tensor *tensor, alv_error *error);
/* Draws all weights and biases of the net: first what the constructors draw, then `weights` and
 * `biases` (NULL: as constructed). rng has been seeded. The statuses of both checks. */
alv_status alv_follow_fill(alv_net_f32 *net, const alv_model *model, const alv_scheme *weights,
                           const alv_scheme *biases, alv_compat_rng *rng, alv_error *error);

#endif
