/* Mean-field theory: what a random network does to signals and gradients, before any training.
 *
 * In a fully connected net of wide layers the pre-activations of a layer,
 *
 *     z' = skip z + branch (W f(z) + b),
 *
 * with Var W_ij = weight_variance / width and Var b_i = bias_variance, are Gaussian, and one number
 * says how large they are: q, their mean square. Each layer maps q to V(q), multiplies the mean
 * square of gradients by chi on their way back, and maps the correlation c of two inputs to C(c)
 * (Poole et al. 2016; Schoenholz, Gilmer, Ganguli & Sohl-Dickstein 2017; with skip: Yang &
 * Schoenholz 2017; with batch normalization: Yang et al. 2019). chi < 1 forgets (order, vanishing
 * gradients), chi > 1 scrambles (chaos, exploding gradients); chi = 1 is the edge. Everything is an
 * integral over one or two Gaussians, worked out to 1e-9 (one) and 1e-6 (two; dC/dc: 1e-5) of its
 * size, by src/math alone: the same bits everywhere. */
#ifndef ALVOR_THEORY_H
#define ALVOR_THEORY_H

#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A net of layers that are all alike. */
typedef struct alv_mean_field {
    alv_act_spec act;
    double weight_variance; /* sigma_w^2 = fan_in Var W, >= 0 */
    double bias_variance;   /* sigma_b^2, >= 0 */
    double skip, branch;    /* both 0: a plain net, 0 and 1 */
    /* Done to the pre-activations before f. LAYER and RMS are alike here, for the mean over a wide
     * layer is 0; BATCH is of a large batch, and q is then the variance over it. */
    alv_norm norm;
} alv_mean_field;

/* One layer at q. */
typedef struct alv_mean_field_step {
    double q;     /* V(q): the mean square of the next layer's pre-activations */
    double chi;   /* mean square of the gradient at z over that at z' */
    double slope; /* d log V / d log q */
    /* Of a plain net without norm, else NaN: `width` times the variance that one layer of finite
     * width adds to the log of the mean square, forward and backward (5 and 5 for relu). */
    double forward_noise, backward_noise;
    double shared_noise; /* the same for the covariance of the two (1 for relu) */
    /* Of a plain net without norm, else NaN: derivatives by log q of `slope` and, first and second,
     * of log chi. */
    double bend, chi_slope, chi_bend;
} alv_mean_field_step;

/* ALV_ERR_ARGUMENT: a pointer is NULL, or a field is negative, infinite or NaN. ALV_ERR_RANGE: the
 * activation's parameter outside its interval, or q not in [1e-60, 1e60]. Takes some tens of
 * microseconds. */
ALV_API alv_status alv_mean_field_at(alv_mean_field_step *out, const alv_mean_field *net, double q,
                                     alv_error *error);

/* Two inputs of mean square q and correlation c in [-1, 1]: their correlation one layer later, and
 * dC/dc, which at c = 1 is chi where V(q) = q. Either result may be NULL. Without norm, or with
 * ALV_NORM_RMS; ALV_ERR_UNSUPPORTED with ALV_NORM_BATCH. Errors of alv_mean_field_at besides. */
ALV_API alv_status alv_mean_field_correlation(double *next, double *slope,
                                              const alv_mean_field *net, double q, double c,
                                              alv_error *error);

/* Where the layers lead. */
typedef struct alv_mean_field_limit {
    double q;         /* the fixed point of V on the way from q0; 0 and infinity count */
    double chi;       /* at q; in the limit where q is 0 or infinite */
    double c;         /* the stable fixed point of C at q; 1: inputs become alike; NaN: no q, or
                       * ALV_NORM_BATCH */
    double q_depth;   /* xi_q = 1 / |log slope|, in layers: the distance to q shrinks by e, or q
                       * itself changes by e where q is 0 or infinite. Infinite
                       * where every q is a fixed point */
    double c_depth;   /* xi_c, the same for c */
    double chi_depth; /* 1 / |log chi|: gradients change by e in that many layers; infinite on the
                       * edge */
} alv_mean_field_limit;

/* From q0 in [1e-60, 1e60]; what passes these is 0 or infinite. Takes some milliseconds. Errors as
 * above. */
ALV_API alv_status alv_mean_field_converge(alv_mean_field_limit *out, const alv_mean_field *net,
                                           double q0, alv_error *error);

/* The weight variance for which chi = 1 at the fixed point, all else as in `net`, whose own weight
 * variance does not count. Plain nets without norm; else ALV_ERR_UNSUPPORTED. ALV_ERR_RANGE where
 * there is none. */
ALV_API alv_status alv_mean_field_edge(double *weight_variance, const alv_mean_field *net,
                                       alv_error *error);

/* One layer before training. The caller says what it is; alv_mean_field_layers fills
 * in the rest. Intervals hold 95 % of nets. */
typedef struct alv_mean_field_layer {
    alv_mean_field net; /* in: the variances of its own weights and biases, the activation after */
    int64_t width;      /* in: units */
    double q, q_lo, q_hi;     /* mean square of the pre-activations */
    alv_mean_field_step step; /* at q; step.chi: from the next layer's gradient to this one's */
    double gradient, gradient_lo, gradient_hi; /* mean square, relative to the last layer's */
    double spread, gradient_spread;            /* variances of log q and of log gradient, */
    double drift, gradient_drift; /* and how far their means lie from the logs of q, gradient */
    double flat; /* share of units where f is flat, as the activation's table has it */
} alv_mean_field_layer;

/* Fills in layers 0 .. depth - 1 of a net for an input of mean square `inputs`, from each layer's
 * `net` and `width`. Logs are taken as normal: over all activations and initializers the intervals
 * hold 95 % of nets of 16 layers of 64 units. They are for independent weights; orthogonal ones
 * stray less. Where some layer has a skip or a norm, signals and gradients are those of infinite
 * width, and intervals, spreads and drifts are NaN. Past a q of 1e60 or below 1e-60 the maps are
 * not followed: where chi had settled it stays, else q is infinite or 0 and chi, with the gradients
 * that pass there, NaN. ALV_ERR_ARGUMENT: NULL, no layers, no units, `inputs` negative or not
 * finite; and those of alv_mean_field_at. Takes some tens of microseconds a layer, and 20 ms for
 * each activation. */
ALV_API alv_status alv_mean_field_layers(alv_mean_field_layer *layers, int64_t depth, double inputs,
                                         alv_error *error);

/* Correlations (depth) of the pre-activations of two inputs of mean square `inputs` and correlation
 * c0, layer by layer, from what alv_mean_field_layers filled in: not about the mean, so that biases
 * count. NaN from where a map has none: batch normalization, q infinite. ALV_ERR_ARGUMENT: NULL, no
 * layers, c0 outside [-1, 1]. */
ALV_API alv_status alv_mean_field_correlations(double *out, const alv_mean_field_layer *layers,
                                               int64_t depth, double inputs, double c0,
                                               alv_error *error);

/* Spread of the Jacobian of the last layer's pre-activations by the first's: the variance of its
 * squared singular values, over the square of their mean (which is layers[0].gradient). It adds up,
 * layer by layer, E f'^4 / (E f'^2)^2 - 1 - s1, with s1 = 0 for orthogonal weights and -1 for
 * independent ones, in the limit of wide layers (Pennington, Schoenholz & Ganguli 2017, 2018). 0:
 * an isometry, up to scale. `layers` from alv_mean_field_layers; NaN where no gradient passes. */
ALV_API double alv_mean_field_jacobian(const alv_mean_field_layer *layers, int64_t depth,
                                       bool orthogonal);

/* The diagram of order (chi < 1) and chaos (chi > 1): chi where signals that begin at q0 settle,
 * for every weight variance and bias variance; chi (n_biases, n_weights), row-major. Where q goes
 * to 0 or infinity, the chi of the limit (as at q = 1e-12 or 1e12). Relative error about 1e-6.
 * Statuses of alv_mean_field_at; ALV_ERR_ARGUMENT also for an empty axis. Takes 20 ms and then
 * about 10 microseconds a place. */
ALV_API alv_status alv_mean_field_phase(double *chi, alv_act_spec act, double q0,
                                        const double *weights, int64_t n_weights,
                                        const double *biases, int64_t n_biases, alv_error *error);

#ifdef __cplusplus
}
#endif
#endif
