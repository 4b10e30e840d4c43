/* What theory needs to know of a batch of data. */
#ifndef ALV_THEORY_INPUTS_H
#define ALV_THEORY_INPUTS_H

#include "theory/flow.h"

/* Of x (samples, model->inputs), for the first weights of the model. *lags, (height, width) of the
 * model, of tokens (inputs), is the caller's to free(); NULL where the data are no images or
 * sequences. ALV_ERR_MEMORY.
 * Cost: samples^2 inputs multiplications, of images samples inputs places. */
alv_status alv_inputs_measure(alv_flow_input *out, double **lags, const alv_model *model,
                              const float *x, int64_t samples, alv_error *error);

/* Inside the room: of tokens. */
alv_status alv_inputs_tokens(alv_flow_input *out, double **lags, const alv_model *model,
                             const float *x, int64_t samples, alv_error *error);

#endif
