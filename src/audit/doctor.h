/* alvor doctor: what a model's weights will do to signals and gradients, before any training. */
#ifndef ALV_AUDIT_DOCTOR_H
#define ALV_AUDIT_DOCTOR_H

#include "audit/counter.h"
#include "audit/inspect.h"
#include "audit/misfit.h"
#include "audit/measured.h"
#include "verdict/verdict.h"

/* Layers up to which saturation is part of the forecast: its rules take the square of their number.
 */
enum { ALV_DOCTOR_LAYERS = 2000 };

/* A number with the interval that holds 95 % of networks like this one. */
typedef struct alv_likely {
    double mid, lo, hi;
} alv_likely;

/* A weight of the model, in order of evaluation. */
typedef struct alv_patient_layer {
    int node;
    const alv_tensor *weight;
    alv_likely signal;   /* deviation: root mean square of what it gives, before the activation */
    alv_likely gradient; /* root mean square there, over that of the last layer, by units; NaN: none
                            comes back */
    double alike;        /* correlation of two typical inputs, not about the mean */
    double gain;         /* root mean square over that of the layer before */
    bool scores_only; /* all that it gives ends in the scores of an attention, as queries and keys:
                       * what comes back to it is small by nature, and no part of a drift */
    double saturated; /* share of values where the activation after it is flat; NaN: it never is */
    double scale;     /* times its weights: gain 1; NaN: no scale does that */
    alv_verdict verdict; /* healthy, vanishing or exploding */
    double seen_saturated;
    double seen_signal, seen_gradient;   /* the same as measured; NaN: they were not */
    bool signal_inside, gradient_inside; /* the interval, with the batch's own sampling error */
} alv_patient_layer;

/* The network run forward and back on a batch, with a gradient of random signs at its end. */
typedef struct alv_seen {
    alv_unrun unrun; /* why not */
    int64_t rows;    /* samples; 0: it was not asked for */
    bool given;      /* they were given; else drawn to match the input's moments */
    double forward, backward;
    alv_forecast forecast;
} alv_seen;

/* What is predicted once the layers concerned are drawn as `alvor init --like` would. */
typedef struct alv_cure {
    bool known; /* it was asked for, and they can be drawn */
    double forward, backward;
    alv_forecast forecast;
} alv_cure;

typedef struct alv_doctor {
    const alv_inspection *weights;
    alv_model *model;     /* the file's graph, or a chain of its own */
    bool chain;           /* the file has no graph: layers in its order */
    alv_act_spec act;     /* of the chain */
    alv_flow_input input; /* moments alone: of no samples */
    alv_moved *moved;     /* what input.moved points to */
    alv_flow *flows;      /* (model->n_nodes) */
    int n;
    alv_patient_layer *layers;
    int first, first_end; /* layers whose strongest gradient is that of the first */
    int64_t n_misfits;
    alv_misfit *misfits;      /* weights whose size does not fit their place */
    double forward, backward; /* drifts, as in alv_drift */
    int starts, ends;         /* layers between which it arises, both included; -1: none */
    bool *counted;            /* (weights->n) whether the tensor plays a part in the above */
    alv_forecast forecast;
    alv_cure cure; /* of a forecast with findings */
    alv_seen seen;
    bool tried; /* whether other weights were: alv_doctor_try */
    alv_counter counter;
} alv_doctor;

/* Of what inspect has measured, which must outlive *out. `act` follows each layer of a file without
 * a graph. ALV_ERR_UNSUPPORTED where the file has no weights to follow; ALV_ERR_MEMORY. The caller
 * owns *out: alv_doctor_free. */
alv_status alv_doctor_examine(alv_doctor **out, const alv_inspection *weights, alv_flow_input input,
                              alv_act_spec act, alv_error *error);
void alv_doctor_free(alv_doctor *doctor); /* NULL is fine */

/* Runs the network on `batch`, whose first axis (second of a file whose sequences come first)
 * counts samples; NULL, or where its shape is not that of the input: on data drawn to match the
 * input's moments, by seed 0. Fills what is seen in doctor and its layers, or seen.unrun.
 * ALV_ERR_MEMORY, and the statuses of alv_net_new. Cost: at most 2^38 multiplications forward and
 * twice as many back. */
alv_status alv_doctor_run(alv_doctor *doctor, const alv_checkpoint_tensor *batch, alv_error *error);

/* alv_counter_run on the doctor's model; fills doctor->counter. */
alv_status alv_doctor_try(alv_doctor *doctor, const alv_checkpoint_tensor *data, int64_t n_data,
                          const alv_counter_how *how, alv_error *error);

/* Whether a critical finding stands, of the forecast, of what was seen, of the weights, or of the
 * trial of others. */
bool alv_doctor_is_critical(const alv_doctor *doctor);

/* Whether a finding of this kind was predicted, so that the same as measured is no news. */
bool alv_doctor_foresaw(const alv_doctor *doctor, alv_verdict kind);

const char *alv_unrun_key(alv_unrun_why why);
const char *alv_unrun_text(alv_unrun_why why, alv_lang lang);
const char *alv_assumption_key(alv_assumption assumption);
const char *alv_assumption_text(alv_assumption assumption, alv_lang lang);
const char *alv_left_out_key(alv_left_out left);
const char *alv_left_out_text(alv_left_out left, alv_lang lang);
/* Whether a tensor of the file is a parameter that the result takes no account of. */
bool alv_doctor_ignores(const alv_doctor *doctor, int64_t tensor);
/* "relu", or a file's own name for what a node does. */
const char *alv_doctor_operator(const alv_doctor *doctor, int node);

/* "alvor.doctor/1" (docs/doctor.md), the caller's to free(); NULL without memory. */
char *alv_doctor_document(const alv_doctor *doctor);

/* The weights of the layers concerned, as --only of alvor init takes them; "": all layers. The
 * caller's to free(); NULL without memory. */
char *alv_doctor_only(const alv_doctor *doctor, alv_error *error);
/* "with them drawn so ..."; "" where no cure is known. */
void alv_cure_text(char *out, size_t size, const alv_doctor *doctor, alv_lang lang);

/* Inside the room: the prediction for a batch of so many samples. */
alv_status alv_doctor_expect(alv_doctor *doctor, int64_t samples, alv_error *error);
/* Inside the room: fills flows, layers, drifts and forecast from the parameters' moments. */
alv_status alv_doctor_follow(alv_doctor *doctor, const alv_drawn *measured, alv_error *error);
/* Inside the room: marks layers that end in scores; fills first and first_end. last: the layer that
 * the gradient comes from. */
alv_status alv_doctor_find_first(alv_doctor *doctor, int last, alv_error *error);
/* Inside the room: fills doctor->cure. */
alv_status alv_doctor_foresee_cure(alv_doctor *doctor, const alv_drawn *measured, alv_error *error);
/* Inside the room: signals, gradients and forecast of d->seen from its layers; data: root mean
 * square of the inputs. */
alv_status alv_doctor_judge_seen(alv_doctor *doctor, double data, alv_error *error);
/* Inside the room: a batch for the engine, (rows, engine->model->inputs); *rows is the most that is
 * wanted, and then what was made. */
alv_status alv_batch_given(float **out, int64_t *rows, const alv_engine *engine,
                           const alv_checkpoint_tensor *batch, alv_error *error);
alv_status alv_batch_drawn(float **out, int64_t rows, const alv_engine *engine,
                           alv_flow_input input, alv_error *error);

/* Inside the room: a chain of the file's weights in their order, each but the last followed by
 * `act`; norms and biases go to the weights before them. */
alv_status alv_doctor_chain(alv_model **out, const alv_checkpoint *file, alv_act_spec act,
                            alv_error *error);

#endif
