/* Read-only observers of a network after one forward and backward pass.
 *
 * Deviations are taken over the batch, per unit, then as the root mean square over units: with
 * random biases the deviation over batch and units together would hide a dead signal. They are
 * population deviations (divided by the number of samples). All sums are in double and in a fixed
 * order. Values that are not finite are left out of every statistic and counted. */
#ifndef ALV_PROBE_H
#define ALV_PROBE_H

#include "nn/net.h"

/* What one layer looks like at one step. Shares are in [0, 1]; all are NaN where undefined (no
 * finite value, no activation, division of zero by zero). */
typedef struct alv_layer_stats {
    double z_mean, z_std; /* pre-activations */
    double a_mean, a_std; /* activations */
    double saturated;     /* share of (sample, unit) pairs in a flat region: z <= flat_below or
                           * z >= flat_above of the activation table; NaN without activation */
    double dead;          /* share of units flat for every sample of the batch */
    double forward_gain;  /* z_std of this layer / z_std of the one below (input: x's) */
    double backward_gain; /* size of the gradient at the layer below / at this one; NaN for the
                           * first. Its size is rms(delta) sqrt(positions): that of a unit, summed
                           * over an image */
    double delta_rms;     /* rms of d loss / d z */
    double grad_rms;      /* rms of d loss / d w */
    double weight_std;    /* of the weights */
    double update_ratio;  /* rms(last update of w) / rms(w); NaN before the first step */
    double symmetry;      /* share of units that are copies of another unit: incoming weights and
                           * bias equal to 1e-6 of the largest of them; 1: all are copies */
    double locked;        /* share of hidden units that are copies and that all else in the network
                           * meets alike, too: their gradients are equal, so that descent keeps
                           * them copies for ever (probe/copies.h has the rule and its proof). Of a
                           * layer that ends in a residual stream, units of the stream. NaN where
                           * nothing is said: of the last layer, which is not hidden, of queries,
                           * keys and values, of streams that the data enter */
    double nonfinite;     /* how many of w, z, a, delta and dw are NaN or infinite */
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
    double lo, hi; /* edges of the first and last bin; all finite values lie inside; lo < hi */
    uint32_t counts[ALV_BINS];
    uint32_t nonfinite;
} alv_histogram;

/* Over the whole depth, both ways. A last layer whose weights are all zero is an intended choice
 * (no output at first, and it learns at once): it is left out of both products, and the backward
 * one is then measured with random signs sent down from the last hidden layer, because the true
 * delta there is zero until the first step. A last layer that is fed the mean of an image is left
 * out as well: a mean of many values is smaller than each, and its gradient is shared among them,
 * which says nothing about the layers. Infinite where a value on the way is not finite. */
typedef struct alv_drift {
    double forward;  /* std(logits) / std(x), per-unit deviations */
    double backward; /* rms(delta of the first layer) / rms(delta of the last) */
    double forward_per_layer, backward_per_layer; /* geometric means */
    bool zero_last;                               /* the last layer was left out */
} alv_drift;

/* Rows of a layer: the samples of the last call, times the positions of an image. */
static inline int64_t alv_layer_rows(const alv_net_f32 *net, const alv_net_layer_f32 *layer)
{
    return net->rows * (layer->positions > 0 ? layer->positions : 1);
}

/* stats: (n_layers), overwritten. net has just run forward and backward on one batch. before:
 * (n_params), the parameters before the last optimizer step, for the update ratio; NULL if none.
 * Takes scratch for the units of one layer while it runs; if there is no memory for it, symmetry
 * and locked are NaN and the result is false. Cost: a few reads of every activation and weight. */
bool alv_probe_layers(alv_layer_stats *stats, const alv_net_f32 *net, const float *before);
/* Of the gradient at layer l: rms(delta) sqrt(positions). */
double alv_gradient_size(const alv_net_f32 *net, const alv_layer_stats *stats, int l);
/* Deviation of the inputs of the last pass, feature by feature, then root mean square. */
double alv_probe_inputs(const alv_net_f32 *net);
/* stats as alv_probe_layers gave them for the same pass. A net of one layer drifts by 1 backward.
 * Where the last layer is zero, delta, dw and db of all layers are overwritten. */
void alv_probe_drift(alv_drift *out, alv_net_f32 *net, const alv_layer_stats *stats);
/* Sixty-four equal bins over the finite values; [0, 1] if there is none. */
void alv_probe_histogram(alv_histogram *out, const alv_net_f32 *net, int layer,
                         alv_histogram_kind kind);

/* Stable key of a kind of histogram: "weight", "pre", "act", "delta". */
const char *alv_histogram_key(alv_histogram_kind kind);

/* Log-spaced steps at which a run of `steps` is probed: 0, 1, 2, 4, ..., steps, increasing. Writes
 * at most `capacity` (64 always suffices); when that is too few the last entry is still `steps`.
 * Returns how many. */
int alv_probe_schedule(int64_t *out, int capacity, int64_t steps);

#endif
