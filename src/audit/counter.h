/* "Is it the init?" answered by trying: the same network on the same data, trained a few hundred
 * steps from the given weights, from recommended ones, and with the other usual causes changed
 * instead. */
#ifndef ALV_AUDIT_COUNTER_H
#define ALV_AUDIT_COUNTER_H

#include "audit/engine.h"
#include "lab/stats.h"
#include "verdict/verdict.h"

/* What is changed; all else stays. */
typedef enum alv_arm {
    ALV_ARM_GIVEN,
    ALV_ARM_WEIGHTS, /* what `alv_refill_auto` recommends, drawn anew by each seed */
    ALV_ARM_INPUTS,  /* each feature to mean 0 and variance 1 */
    ALV_ARM_BOTH,    /* weights and inputs */
    ALV_ARM_SLOWER,  /* a tenth of the learning rate */
    ALV_ARM_FASTER,  /* ten times the learning rate */
    ALV_ARM_CONTROL, /* weights, inputs and adam(lr=0.001), which suits most networks */
    ALV_ARM_LABELS,  /* the same on shuffled labels: what is learned without anything to learn */
    ALV_ARMS
} alv_arm;

typedef struct alv_arm_result {
    bool ran;
    alv_quartiles final; /* mean training loss of the last tenth of the steps, over seeds */
    alv_outcome outcome; /* of the median */
    alv_interval gain;   /* given less this, by seeds: positive where this is better */
    bool mends;          /* a better outcome than the given one, and a gain that is not chance's */
} alv_arm_result;

typedef enum alv_answer {
    ALV_ANSWER_NONE,      /* it was not tried */
    ALV_ANSWER_TRAINS,    /* no: they train */
    ALV_ANSWER_SOONER,    /* they train, others get further */
    ALV_ANSWER_INIT,      /* yes */
    ALV_ANSWER_AMONG,     /* yes, but another change alone mends it, too */
    ALV_ANSWER_INPUTS,    /* no: the inputs */
    ALV_ANSWER_RATE,      /* no: the learning rate */
    ALV_ANSWER_TOGETHER,  /* weights and inputs, neither alone */
    ALV_ANSWER_OPTIMIZER, /* only all of it with another optimizer */
    ALV_ANSWER_LABELS,    /* no: nothing is learned that shuffled labels would not give */
    ALV_ANSWER_UNKNOWN,   /* nothing that was tried mends it, though something is learned */
    ALV_ANSWERS
} alv_answer;

typedef struct alv_counter_how {
    int64_t steps, batch; /* 0: 300, 64 */
    int seeds;            /* 0: 5 */
    alv_optimizer optimizer;
    int threads;
    bool (*stop)(void *user);
    void *user;
} alv_counter_how;

typedef struct alv_counter {
    alv_answer answer;
    alv_unrun unrun; /* why not */
    int64_t samples, steps, batch;
    int seeds;
    alv_optimizer optimizer;
    double chance;   /* loss of the best constant prediction */
    double products; /* multiplications of it all */
    alv_arm_result arms[ALV_ARMS];
} alv_counter;

/* Trains on data[0], samples in the input's shape, with labels data[1], a whole number below the
 * network's outputs for each. *out says why not where the engine cannot train the graph.
 * ALV_ERR_FORMAT for data that do not fit; ALV_ERR_INTERRUPTED; ALV_ERR_MEMORY; the statuses of
 * alv_refill_plan. Deterministic for one machine and build, whatever the threads. */
alv_status alv_counter_run(alv_counter *out, const alv_checkpoint *file, const alv_model *graph,
                           const alv_checkpoint_tensor *data, int64_t n_data,
                           const alv_counter_how *how, alv_error *error);

const char *alv_arm_key(alv_arm arm);
const char *alv_arm_text(alv_arm arm, alv_lang lang);
const char *alv_answer_key(alv_answer answer);
/* The answer in one or two sentences, with its evidence. */
void alv_counter_text(char *out, size_t size, const alv_counter *counter, alv_lang lang);

#endif
