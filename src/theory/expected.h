/* What theory expects the probes of a chain of dense layers to measure before training. */
#ifndef ALV_THEORY_EXPECTED_H
#define ALV_THEORY_EXPECTED_H

#include "alvor/init.h"
#include "alvor/theory.h"

typedef struct alv_expected {
    int64_t depth;                /* layers with weights */
    bool independent;             /* weights, so that the intervals hold */
    alv_mean_field_layer *layers; /* (depth) */
    double *shared;               /* (depth) the correlation of two typical samples */
} alv_expected;

/* Root mean squares, and where 95 % of networks lie; lo and hi NaN of dependent weights. */
typedef struct alv_expected_band {
    double mid, lo, hi;
} alv_expected_band;

/* Of a model that alv_model_is_chain says is one, with `act` on its hidden layers, for inputs of
 * that mean square and variance over the samples. Biases are as alv_trainer_fill has them, bias
 * NULL: not stated; where the model fixes a scheme, that one counts. Free with alv_expected_free,
 * also after an error. ALV_ERR_UNSUPPORTED where the theory does not speak of the scheme;
 * ALV_ERR_ARGUMENT: a model that is no chain, inputs that vary by more than their mean square or
 * not at all in size; the statuses of alv_mean_field_layers. */
alv_status alv_expected_make(alv_expected *out, const alv_model *model, alv_act_spec act,
                             const alv_scheme *scheme, const alv_scheme *bias, double mean_square,
                             double variance, alv_error *error);
void alv_expected_free(alv_expected *expected);

/* The deviation of a layer's pre-activations over the samples. */
alv_expected_band alv_expected_signal(const alv_expected *expected, int64_t layer);
/* The gradient at them, where that of the last layer is `last`. */
alv_expected_band alv_expected_gradient(const alv_expected *expected, int64_t layer, double last);

#endif
