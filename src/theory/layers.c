/* Down a plain net and back: what each layer will hold, and how far one draw may stray from it.
 *
 * At width n the log of a layer's mean square wanders. With d_l the deviation of log q_l and
 * slope_l that of log V, d_(l+1) = slope_l d_l + e_l, where e_l has variance forward_noise / n;
 * what is measured is besides a mean over n Gaussians, of variance 2 / n. The log of the gradients
 * gains backward_noise / n a layer on its way from the last, and where chi depends on q it strays
 * with every q on that way. With s_k = d log chi / d log q there,
 *
 *     sum over k >= l of s_k d_k = B_l d_l + sum over k >= l of B_(k+1) e_k
 *     B_k = s_k + slope_k B_(k+1)
 *
 * whose terms are independent, but for e_k and layer k's own noise backward, of covariance
 * shared_noise / n. Sums of many small terms are nearly normal, so the intervals are those of
 * log-normal laws. Their centres drift from the maps, as log(1 + e) is -e^2 / 2 in the mean:
 *
 *     m_(l+1) = slope_l m_l + bend_l Var d_l / 2 - forward_noise / (2 n)
 *
 * and likewise backward. For relu that is -v / 2 for variance v, so that the mean square itself is
 * what the maps say (Hanin & Nica 2018). */
#include "theory/mean_field.h"

#include "base/base.h"
#include "math/math.h"

/* Of a positive number whose logarithm is normal: mean log(x) + drift, variance v. */
static void interval(double *lo, double *hi, double x, double drift, double v)
{
    const double half = 1.959963984540054 * alv_sqrt(v);
    *lo = x * alv_exp(drift - half);
    *hi = x * alv_exp(drift + half);
}

static double flat_share(const alv_act *act, double q)
{
    const double s = alv_sqrt(q);
    return alv_normal_cdf(act->flat_below / s) + alv_normal_cdf(-act->flat_above / s);
}

static double within(double q)
{
    return alv_min(alv_max(q, ALV_MEAN_FIELD_LEAST), ALV_MEAN_FIELD_MOST);
}

/* The step from layer l to the next, whose weights see l's activation; the last layer's own weights
 * stand in for those after it. */
static void step_of(alv_mean_field_layer *layers, int64_t l, int64_t depth, double at)
{
    const int64_t next = l + 1 < depth ? l + 1 : l;
    alv_mean_field net = layers[next].net;
    net.act = layers[l].net.act;
    alv_mean_field_step_of(&layers[l].step, &net, at);
    layers[l].step.chi *= (double)layers[next].width / (double)layers[l].width;
}

/* What leaves the range of doubles' fourth powers goes on as where it left. */
static void forward(alv_mean_field_layer *layers, int64_t depth, double inputs)
{
    double q = layers[0].net.weight_variance * inputs + layers[0].net.bias_variance;
    double spread = 0, drift = 0;
    for (int64_t l = 0; l < depth; l++) {
        const double at = within(q);
        alv_mean_field_layer *now = &layers[l];
        const alv_mean_field_step *step = &now->step;
        const double width = (double)now->width;
        step_of(layers, l, depth, at);
        now->q = q;
        now->spread = spread + 2 / width;
        now->drift = drift - 1 / width;
        now->flat = flat_share(now->net.act.act, at);
        interval(&now->q_lo, &now->q_hi, q, now->drift, now->spread);
        drift = step->slope * drift + (step->bend * spread - step->forward_noise / width) / 2;
        spread = step->slope * step->slope * spread + step->forward_noise / width;
        q = q < at ? step->q * (q / at) : q > at ? q * (step->q / at) : step->q;
    }
}

static void backward(alv_mean_field_layer *layers, int64_t depth)
{
    double gradient = 1, noise = 0, b = 0, drift = 0;
    for (int64_t l = depth - 1; l >= 0; l--) {
        alv_mean_field_layer *now = &layers[l];
        const alv_mean_field_step *step = &now->step;
        const double width = (double)now->width;
        const double spread = now->spread - 2 / width, strays = now->drift + 1 / width;
        if (l < depth - 1) {
            gradient *= step->chi;
            noise += step->backward_noise / width;
            noise += b * (2 * step->shared_noise + b * step->forward_noise) / width;
            b = step->chi_slope + step->slope * b;
            drift += step->chi_slope * strays;
            drift += (step->chi_bend * spread - step->backward_noise / width) / 2;
        }
        now->gradient = gradient;
        now->gradient_spread = noise + b * b * spread;
        now->gradient_drift = drift;
        interval(&now->gradient_lo, &now->gradient_hi, gradient, drift, now->gradient_spread);
    }
}

static alv_status check_layer(alv_mean_field_layer *layer, alv_error *error)
{
    if (layer->width < 1)
        return alv_fail(error, ALV_ERR_ARGUMENT, "width", "no units: width = %lld", layer->width);
    ALV_TRY(alv_mean_field_check(&layer->net, &layer->net, 1, error));
    if (!alv_mean_field_is_plain(&layer->net))
        return alv_fail(error, ALV_ERR_UNSUPPORTED, "net",
                        "layers are predicted for plain nets, without skip and norm");
    return ALV_OK;
}

alv_status alv_mean_field_layers(alv_mean_field_layer *layers, int64_t depth, double inputs,
                                 alv_error *error)
{
    if (!layers || depth < 1)
        return alv_fail(error, ALV_ERR_ARGUMENT, "depth", "no layers: depth = %lld", depth);
    if (!(inputs >= 0 && alv_isfinite(inputs)))
        return alv_fail(error, ALV_ERR_ARGUMENT, "inputs", "inputs = %g is no mean square", inputs);
    for (int64_t l = 0; l < depth; l++) ALV_TRY(check_layer(&layers[l], error));
    forward(layers, depth, inputs);
    backward(layers, depth);
    return ALV_OK;
}

double alv_mean_field_jacobian(const alv_mean_field_layer *layers, int64_t depth, bool orthogonal)
{
    double sum = 0;
    if (!layers || depth < 1 || !(layers[0].gradient > 0)) return ALV_NAN;
    for (int64_t l = 0; l + 1 < depth; l++) /* E f'^4 / (E f'^2)^2 is (backward_noise + 1) / 3 */
        sum += (layers[l].step.backward_noise + 1) / 3 - (orthogonal ? 1 : 0);
    return sum < 1e-9 * (double)depth ? 0 : sum; /* what quadrature leaves of an isometry */
}
