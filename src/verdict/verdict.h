/* Pure rules: measurements in, findings out; texts in English and Portuguese.
 *
 * Two kinds of verdict, never mixed:
 *
 *   A forecast is made from measurements at initialization alone and is stated for plain SGD at a
 *   moderate rate. Other optimizers break it: Adam divides by the gradient's own size and can train
 *   nets whose gradient has all but vanished.
 *   An outcome is read from the curves alone.
 *
 * Findings are what the forecast is made of. A critical finding forecasts that the net will not
 * train; a warning or an info never does. A trial's one primary verdict joins both (see
 * alv_verdict_primary): the outcome says whether there is trouble, the findings name it. */
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

typedef enum alv_severity { ALV_INFO, ALV_WARNING, ALV_CRITICAL, ALV_SEVERITIES } alv_severity;

typedef struct alv_finding {
    alv_verdict kind;
    alv_severity severity;
    int layer_lo, layer_hi;     /* first and last layer concerned, from 0; -1: the whole net */
    double measured, threshold; /* in the unit of `quantity` */
    const char *quantity;       /* stable key: "forward_drift", "backward_drift", "saturated",
                                 * "dead", "locked", "nonfinite" */
} alv_finding;

enum { ALV_MAX_FINDINGS = 12 };

typedef struct alv_forecast {
    bool trains; /* expected to train under plain SGD at a moderate rate: no critical finding */
    int n;
    alv_finding findings[ALV_MAX_FINDINGS]; /* by priority; of one kind the severest first */
} alv_forecast;

/* What the rules look at, boiled down from all layers. NaN where the net has no such layer. */
typedef struct alv_signals {
    double forward, backward; /* drifts over the whole depth */
    double saturated;         /* mean saturated share of the hidden layers that can saturate: those
                               * whose activation is flat on some side without being cut off
                               * (tanh, sigmoid; not relu, whose flat half is by design) */
    double dead;              /* largest dead share of a hidden layer whose activation can die */
    double locked;            /* largest share of a hidden layer that descent cannot separate */
    double nonfinite;         /* values that are NaN or infinite, over all layers */
} alv_signals;

/* Bounds of the rules. `critical` forbids training, `warning` is for the reader. Chosen on one half
 * of the grid of docs/forecast.md and scored on the other. */
typedef struct alv_bounds {
    double forward_lo, forward_hi;   /* signal drift below: vanishing; above: exploding */
    double backward_lo, backward_hi; /* the same for the gradient */
    double saturated, dead, locked;  /* at least this share */
    double normed_hi;                /* backward_hi of a net whose first weights have a norm behind
                                      * them, for which their size, and so that of a step, counts less */
} alv_bounds;

extern const alv_bounds alv_bounds_of[ALV_SEVERITIES]; /* for ALV_WARNING and ALV_CRITICAL */

/* Whether it is flat somewhere without the cut-off of relu; false for NULL. */
bool alv_act_saturates(const alv_act *act);

/* stats (n_layers) and drift measured at initialization. */
void alv_signals_read(alv_signals *out, const alv_layer_stats *stats, int n_layers,
                      const alv_drift *drift, const alv_model *model);
/* The verdict that forecasts failure first by priority, ALV_VERDICT_HEALTHY if none does. */
alv_verdict alv_signals_judge(const alv_signals *signals, const alv_bounds *critical);
/* The bounds as they hold for that model. */
alv_bounds alv_bounds_for(alv_severity severity, const alv_model *model);
void alv_forecast_make(alv_forecast *out, const alv_layer_stats *stats, int n_layers,
                       const alv_drift *drift, const alv_model *model);

/* The kind of the first critical finding; ALV_VERDICT_HEALTHY where the forecast is to train. */
alv_verdict alv_forecast_verdict(const alv_forecast *forecast);
/* The key of that verdict, or "trains": what files call the forecast. */
const char *alv_forecast_key(const alv_forecast *forecast);

/* What the curves were. Losses are means of the training loss. */
typedef struct alv_curve_summary {
    double initial_loss, final_loss; /* NaN or inf after divergence */
    double chance_loss;              /* of the best constant predictor (class frequencies), > 0 */
    int64_t steps, diverged_at;      /* -1: did not diverge */
} alv_curve_summary;

/* The best constant predictor knows the classes' frequencies and ignores x. What a net has learned
 * from x is the share of that predictor's loss that it has removed, p = 1 - final / chance:
 *   diverged  the loss is not finite, or ended above twice the larger of initial and chance loss
 *   trained   p >= 1/2
 *   slow      p >= 1/10: it moves, but is not half-way in the steps that it was given
 *   stuck     less, however far the loss fell from a worse start: no better than guessing */
alv_outcome alv_outcome_read(const alv_curve_summary *curve);

/* diverged > symmetric > exploding > vanishing > saturated > dead > stuck > healthy.
 *   outcome diverged       diverged
 *   outcome stuck          the first critical finding; stuck if there is none
 *   outcome slow           the first critical finding; healthy if there is none
 *   outcome trained        healthy, whatever was forecast; but symmetric if a layer is locked: the
 *                          net then did what it did with one unit in that layer
 * Warnings never become the verdict. A net that trained against its forecast is a false alarm and
 * stays visible as such: forecast and outcome are kept side by side. */
alv_verdict alv_verdict_primary(const alv_forecast *forecast, alv_outcome outcome);

/* Stable keys ("vanishing", "trained", "critical") for files; words and sentences for people. */
const char *alv_verdict_key(alv_verdict verdict);
const char *alv_outcome_key(alv_outcome outcome);
const char *alv_severity_key(alv_severity severity);
/* The verdict, outcome or severity of that key; -1 if there is none. NULL is fine. */
int alv_verdict_find(const char *key);
int alv_outcome_find(const char *key);
int alv_severity_find(const char *key);
const char *alv_verdict_word(alv_verdict verdict, alv_lang lang);
const char *alv_outcome_word(alv_outcome outcome, alv_lang lang);
const char *alv_severity_word(alv_severity severity, alv_lang lang);
/* What was measured, where, against which threshold; then why it matters; then what to try. */
void alv_finding_text(char *out, size_t size, const alv_finding *finding, alv_lang lang);
/* The same with the names of the layers, as the network that was measured has them (NULL: none). */
void alv_finding_text_in(char *out, size_t size, const alv_finding *finding, const alv_model *model,
                         alv_lang lang);
/* A drift as people write it, "4.1 × 10⁻⁶", up to 39 bytes; returns out. */
const char *alv_drift_text(char out[40], double drift, alv_lang lang);
const char *alv_finding_why(alv_verdict kind, alv_lang lang);
const char *alv_finding_try(alv_verdict kind, alv_lang lang); /* sentence */
const char *alv_finding_command(alv_verdict kind);            /* "alvor compare ..." */
const char *alv_finding_pytorch(alv_verdict kind);            /* one line of Python */
/* The forecast in one sentence, and for which optimizer it holds. */
void alv_forecast_text(char *out, size_t size, const alv_forecast *forecast, alv_lang lang);
const char *alv_forecast_caveat(alv_lang lang);

#endif
