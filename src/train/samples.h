/* What every trial on a data set is measured with. */
#ifndef ALV_TRAIN_SAMPLES_H
#define ALV_TRAIN_SAMPLES_H

#include "data/data.h"
#include "nn/net.h"

/* The training samples that probes look at, the same for every trial of a seed. The caller frees
 * both arrays, also after an error. */
alv_status alv_probe_samples(alv_samples *out, const alv_split *data, uint64_t seed,
                             alv_error *error);

/* Loss of the predictor that knows the training set's class frequencies and nothing else: their
 * entropy, or for the squared error sum_k p_k (1 - p_k) / K. */
alv_status alv_chance_loss(double *out, const alv_split *data, alv_loss loss, alv_error *error);

#endif
