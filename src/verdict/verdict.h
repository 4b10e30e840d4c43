/* Pure rules: measurements in, findings out; texts in English and Portuguese.
 *
 * A forecast is made from measurements at initialization alone and is stated for plain SGD at a
 * moderate rate. An outcome is read from the curves. They are never mixed. */
#ifndef ALV_VERDICT_H
#define ALV_VERDICT_H

#include "probe/probe.h"

/* In order of priority: a trial's primary verdict is the first of its findings. */
typedef enum alv_verdict {
    ALV_VERDICT_DIVERGED,
    ALV_VERDICT_SYMMETRIC,
    ALV_VERDICT_EXPLODING,
    ALV_VERDICT_VANISHING,
    ALV_VERDICT_SATURATED,
    ALV_VERDICT_DEAD,
    ALV_VERDICT_STUCK,
    ALV_VERDICT_HEALTHY,
    ALV_VERDICTS
} alv_verdict;

typedef enum alv_outcome {
    ALV_OUTCOME_TRAINED,
    ALV_OUTCOME_SLOW,
    ALV_OUTCOME_STUCK,
    ALV_OUTCOME_DIVERGED,
    ALV_OUTCOMES
} alv_outcome;

typedef enum alv_severity { ALV_INFO, ALV_WARNING, ALV_CRITICAL } alv_severity;

typedef struct alv_finding {
    alv_verdict kind;
    alv_severity severity;
    int layer_lo, layer_hi;     /* first and last layer concerned, from 0; -1: the whole net */
    double measured, threshold; /* in the unit of `quantity` */
    const char *quantity;       /* stable key: "forward_drift", "backward_drift", "dead", ... */
} alv_finding;

enum { ALV_MAX_FINDINGS = 12 };

typedef struct alv_forecast {
    bool trains; /* expected to train under plain SGD at a moderate rate */
    int n;
    alv_finding findings[ALV_MAX_FINDINGS]; /* by priority */
} alv_forecast;

/* What the curves were. Losses are means of the training loss. */
typedef struct alv_curve_summary {
    double initial_loss, final_loss; /* NaN or inf after divergence */
    double chance_loss;              /* of the best constant predictor (class frequencies) */
    int64_t steps, diverged_at;      /* -1: did not diverge */
} alv_curve_summary;

/* stats (n_layers) and drift measured at initialization. */
void alv_forecast_make(alv_forecast *out, const alv_layer_stats *stats, int n_layers,
                       const alv_drift *drift, const alv_model *model);
alv_outcome alv_outcome_read(const alv_curve_summary *curve);
/* diverged > symmetric > exploding > vanishing > saturated > dead > stuck > healthy. */
alv_verdict alv_verdict_primary(const alv_forecast *forecast, alv_outcome outcome);

/* Stable keys ("vanishing", "trained") for files; names and sentences for people. */
const char *alv_verdict_key(alv_verdict verdict);
const char *alv_outcome_key(alv_outcome outcome);
const char *alv_verdict_word(alv_verdict verdict, alv_lang lang);
const char *alv_outcome_word(alv_outcome outcome, alv_lang lang);
/* What was measured, where, against which threshold; then why it matters; then what to try. */
void alv_finding_text(char *out, size_t size, const alv_finding *finding, alv_lang lang);
const char *alv_finding_why(alv_verdict kind, alv_lang lang);
const char *alv_finding_try(alv_verdict kind, alv_lang lang);

#endif
