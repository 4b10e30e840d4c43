/* One trial: a network, its first weights, its training, and everything measured on the way. */
#ifndef ALV_LAB_TRIAL_H
#define ALV_LAB_TRIAL_H

#include <stdatomic.h>

#include "lab/plan.h"
#include "verdict/verdict.h"

typedef struct alv_curve_row {
    int64_t step;
    double train_loss;               /* mean of the mini-batch losses since the previous row */
    double test_loss, test_accuracy; /* NaN where not measured */
} alv_curve_row;

typedef struct alv_histogram_row {
    int64_t step;
    int layer;
    alv_histogram_kind kind;
    alv_histogram bins;
} alv_histogram_row;

/* What a trial leaves. NaN where not measured or not finite. */
typedef struct alv_trial {
    int64_t steps;       /* steps taken */
    int64_t diverged_at; /* the step whose loss was not finite; -1: none */
    double initial_loss; /* over the probe samples, before the first step */
    double final_train_loss, final_test_loss, final_test_accuracy;
    double final_validation_loss; /* of a trial that tunes, which sees no test sample; else NaN */
    alv_drift drift;              /* at initialization */
    alv_forecast forecast;
    alv_outcome outcome;
    alv_verdict verdict;
    double seconds, probe_seconds, test_seconds; /* all; of them, looking */
    char reason[96];                             /* why a value is NaN; "" */
    int n_curve;
    alv_curve_row *curve;
    int n_probes, n_layers;
    int64_t *probe_steps;   /* (n_probes) */
    alv_layer_stats *stats; /* (n_probes, n_layers) */
    int n_histograms;
    alv_histogram_row *histograms;
} alv_trial;

/* Shared by all workers. */
typedef struct alv_control {
    atomic_bool stop;   /* raised: abandon the trial within one step */
    atomic_llong steps; /* steps taken by all, for the progress line */
} alv_control;

/* Trains. ALV_ERR_INTERRUPTED when stopped; free with alv_trial_free, also after an error. The
 * result depends on setup and job only. */
alv_status alv_trial_run(alv_trial *out, const alv_setup *setup, const alv_job *job,
                         alv_control *control, alv_error *error);
/* Drops what a trial of a light job would not have measured; everything else is the same in both.
 */
void alv_trial_lighten(alv_trial *trial, const alv_setup *setup);
void alv_trial_free(alv_trial *trial);

#endif
