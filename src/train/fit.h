/* Initializers whose second step looks at data: LSUV on the engine's own networks. */
#ifndef ALV_TRAIN_FIT_H
#define ALV_TRAIN_FIT_H

#include "alvor/lsuv.h"
#include "nn/net.h"

/* Scales the weights of a filled net as the scheme, one that needs data, says, on the batch x
 * (rows, inputs). A layer that cannot be scaled is no error of the trial but its beginning: the
 * message goes to `reason` (size bytes), which is "" where all went well. Weights whose scheme the
 * model fixes stay as they are. reports (layers): what happened to each; NULL: not asked. */
alv_status alv_fit_net(alv_lsuv_report *reports, char *reason, size_t size, alv_net_f32 *net,
                       const alv_model *model, const alv_scheme *scheme, const float *x,
                       int64_t rows, alv_error *error);

#endif
