/* Read-only observers of a network after one forward and backward pass.
 *
 * Deviations are taken over the batch, per unit, then as the root mean square over units: with
 * random biases the deviation over batch and units together would hide a dead signal. */
#ifndef ALV_PROBE_H
#define ALV_PROBE_H

#include "nn/net.h"

/* What one layer looks like at one step. Shares are in [0, 1]; all are NaN where undefined. */
typedef struct alv_layer_stats {
    double z_mean, z_std; /* pre-activations */
    double a_mean, a_std; /* activations */
    double saturated;     /* share of (sample, unit) pairs in a flat region */
    double dead;          /* share of units flat for every sample of the batch */
    double forward_gain;  /* z_std of this layer / z_std of the one below (input: x's) */
    double backward_gain; /* rms(delta) of the layer below / of this one; NaN for the first */
    double delta_rms;     /* rms of d loss / d z */
    double grad_rms;      /* rms of d loss / d w */
    double weight_std;    /* of the weights */
    double update_ratio;  /* rms(last update of w) / rms(w); NaN before the first step */
    double symmetry;      /* share of units that are copies of another unit: equal incoming
                           * weights and bias to 1e-6 relative; 1 means all are copies */
} alv_layer_stats;

enum { ALV_BINS = 64 };

typedef enum alv_histogram_kind {
    ALV_HIST_WEIGHT,
    ALV_HIST_PRE,
    ALV_HIST_ACT,
    ALV_HIST_DELTA,
    ALV_HIST_KINDS
} alv_histogram_kind;

typedef struct alv_histogram {
    double lo, hi; /* edges of the first and last bin; all finite values lie inside */
    uint32_t counts[ALV_BINS];
    uint32_t nonfinite;
} alv_histogram;

/* Over the whole depth, both ways. */
typedef struct alv_drift {
    double forward;  /* std(logits) / std(x), per-unit deviations */
    double backward; /* rms(delta of the first layer) / rms(delta of the last that is not zero) */
    double forward_per_layer, backward_per_layer; /* geometric means */
} alv_drift;

/* stats: (n_layers). net has just run forward and backward. */
void alv_probe_layers(alv_layer_stats *stats, const alv_net_f32 *net);
void alv_probe_drift(alv_drift *out, const alv_net_f32 *net, const alv_layer_stats *stats);
void alv_probe_histogram(alv_histogram *out, const alv_net_f32 *net, int layer,
                         alv_histogram_kind kind);

/* Log-spaced steps at which a run of `steps` is probed: 0, 1, 2, 4, ..., steps. Returns how many.
 */
int alv_probe_schedule(int64_t *out, int capacity, int64_t steps);

#endif
