/* The part of a trial that decides its losses: first weights, the order of the samples, steps.
 *
 * The lab and the browser's playground train through it, so that the same settings give the same
 * losses. The order of the samples comes from the stream (seed, epoch) alone: all schemes of one
 * seed see the same mini-batches. The last mini-batch of an epoch may be smaller.
 *
 * A trainer that follows a framework (train/follow.h) takes weights and orders from its stream.
 * There the order depends on what the scheme drew before: schemes do not share it. */
#ifndef ALV_TRAIN_TRAINER_H
#define ALV_TRAIN_TRAINER_H

#include "alvor/compat.h"
#include "data/data.h"
#include "nn/net.h"

typedef struct alv_trainer {
    alv_net_f32 *net;           /* owned; look at it between steps as probes do */
    const alv_model *model;     /* borrowed */
    const alv_samples *samples; /* borrowed */
    int64_t dim;                /* features of a sample */
    int64_t batch, epoch_steps; /* samples of a step; steps of one pass over the samples */
    uint64_t seed;
    const alv_compat *stream; /* the caller sets it before alv_trainer_fill; NULL: alvor's own */
    alv_compat_rng rng;       /* of the stream */
    float *x;                 /* (batch, dim): the mini-batch at hand */
    int32_t *y;
    int64_t *order; /* (samples->n): this epoch's */
} alv_trainer;

/* options.batch is what the net has room for, at least `batch`; options.seed that of the trial.
 * A batch of more than all samples is all samples. Free with alv_trainer_free, also after an error,
 * when *out is NULL or a part. */
alv_status alv_trainer_new(alv_trainer **out, const alv_model *model,
                           const alv_net_options *options, const alv_samples *samples,
                           int64_t batch, alv_error *error);
void alv_trainer_free(alv_trainer *trainer); /* NULL is fine */

/* Weights by `scheme`; biases by `bias`, or where it is NULL by the same scheme if it is made for
 * them, or zero; under a stream as alv_follow_fill has it. A scheme that needs data then looks at
 * the first mini-batch, which training sees again as its first; reason (size bytes) tells what it
 * could not do, "" where all went well. */
alv_status alv_trainer_fill(char *reason, size_t size, alv_trainer *trainer,
                            const alv_scheme *scheme, const alv_scheme *bias, alv_error *error);

/* Step number `step`, counted from 0 and taken in turn, at rate lr; returns the mini-batch's loss
 * before it. */
double alv_trainer_step(alv_trainer *trainer, int64_t step, double lr);

#endif
