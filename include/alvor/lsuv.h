/* LSUV: scales each layer until its outputs, on a batch of data, have unit variance.
 *
 * Layer-sequential unit variance (Mishkin & Matas 2016, arXiv:1511.06422, algorithm 1). The caller
 * owns the network; the library asks it, by two callbacks, for one layer's outputs and to multiply
 * one layer's weights. So it works for any layer, element type and device, in the order of
 * execution that the caller's numbers state.
 *
 *     alv_lsuv_net net = {.layers = 12, .outputs = my_outputs, .scale = my_scale, .user = &mine};
 *     alv_lsuv_report reports[12];
 *     alv_error error;
 *     if (alv_lsuv_run(reports, &net, NULL, &error)) puts(error.message);
 */
#ifndef ALVOR_LSUV_H
#define ALVOR_LSUV_H

#include "init.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Outputs of one layer over the batch: all units and rows together, before the activation. Either
 * the values, which stay valid until the next callback, or their variance. The paper's variance is
 * over units and rows at once; one that looks within each unit is given as `variance`. */
typedef struct alv_lsuv_outputs {
    const void *values; /* (count), of dtype; NULL: `variance` has been worked out */
    int64_t count;
    alv_dtype dtype; /* ALV_F32 or ALV_F64 */
    double variance; /* where values is NULL */
} alv_lsuv_outputs;

typedef struct alv_lsuv_net {
    int layers; /* those with weights, numbered in order of execution */
    void *user; /* handed to the callbacks */
    /* Runs the batch up to `layer` and describes its outputs. `attempt` counts from 0 within a
     * layer; from 1 on, nothing has changed since the last call but the weights of this layer, and
     * once a layer is left its weights do not change again: a caller that keeps the inputs of the
     * layer at hand runs one layer per call, and each layer's inputs once. A status other than
     * ALV_OK ends the run and is passed through. */
    alv_status (*outputs)(alv_lsuv_outputs *out, int layer, int attempt, void *user,
                          alv_error *error);
    /* Multiplies the weights of `layer`, not its biases, by a positive finite factor. */
    alv_status (*scale)(int layer, double factor, void *user, alv_error *error);
} alv_lsuv_net;

/* Zero is the default of every field. */
typedef struct alv_lsuv_options {
    double variance;  /* to reach; 1 */
    double tolerance; /* |variance of the outputs / variance to reach - 1| that will do; 0.1 */
    int attempts;     /* most scalings of one layer; 10 */
} alv_lsuv_options;

typedef enum alv_lsuv_outcome {
    ALV_LSUV_UNTRIED = 0,    /* the run ended before */
    ALV_LSUV_REACHED = 1,    /* within the tolerance */
    ALV_LSUV_MISSED = 2,     /* not within it after the last attempt; the run went on */
    ALV_LSUV_DEAD = 3,       /* the outputs do not vary, so that no scale helps; the run ended */
    ALV_LSUV_NOT_FINITE = 4, /* NaN or infinite outputs, or a factor that is; the run ended */
    ALV_LSUV_REFUSED = 5     /* a callback failed; the run ended */
} alv_lsuv_outcome;

/* What happened to one layer. */
typedef struct alv_lsuv_report {
    alv_lsuv_outcome outcome;
    int scalings;         /* calls of scale that succeeded */
    double before, after; /* variance of the outputs as found and as left */
    double residual;      /* after / variance to reach - 1 */
    double factor;        /* product of all factors */
} alv_lsuv_report;

/* Visits the layers in order; divides the weights of each by sqrt(variance of its outputs /
 * variance to reach) until the tolerance or the attempts are met. Measures a layer once more after
 * every scaling, so that `after` is seen and not supposed; a layer without biases needs one
 * scaling. `options` may be NULL. reports (layers) is filled also on error, as far as the run went;
 * an error of the arguments leaves it untouched.
 *
 * Keeps no state outside its arguments: runs may nest and run in threads. Sums in the order of the
 * values, in doubles: the same outputs give the same factors on every machine.
 *
 * ALV_ERR_ARGUMENT for NULL, no layers, options or a callback's answer that make no sense;
 * ALV_ERR_RANGE where a layer is dead or not finite, or (after the last layer, all of which are
 * done) where one missed; the callbacks' statuses. The message names the layer. */
ALV_API alv_status alv_lsuv_run(alv_lsuv_report *reports, const alv_lsuv_net *net,
                                const alv_lsuv_options *options, alv_error *error);

/* What a scheme "lsuv(tolerance=0.01)" states. ALV_ERR_ARGUMENT for another scheme. Its fill is the
 * orthogonal one that the paper's algorithm begins with; alv_lsuv_run comes after it. */
ALV_API alv_status alv_lsuv_scheme(alv_lsuv_options *out, const alv_scheme *scheme,
                                   alv_error *error);

/* "reached", "dead"; NULL for a number that is none. */
ALV_API const char *alv_lsuv_outcome_name(alv_lsuv_outcome outcome);

#ifdef __cplusplus
}
#endif
#endif
