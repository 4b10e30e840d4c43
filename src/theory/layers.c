/* Down a plain net and back: what each layer will hold, and how far one draw may stray from it.
 *
 * At width n the log of a layer's mean square, x, wanders about that of the maps: it is taken as
 * normal, and carried from layer to layer through T(x) = log V(exp x) by its mean and variance,
 *
 *     mean' = E T(x) - E forward_noise(x) / (2 n)      (log(1 + e) is -e^2 / 2 in the mean)
 *     variance' = Var T(x) + E forward_noise(x) / n
 *
 * with expectations over all of x, so that nets near an unstable fixed point (gelu under He) may
 * fall to either side. What is measured is besides a mean over n Gaussians, of variance 2 / n. For
 * relu the mean is -variance / 2, so that the mean square itself is what the maps say (Hanin & Nica
 * 2018).
 *
 * The log of the gradients gains log chi(x_k) and backward noise at every layer k on its way from
 * the last. T and log chi are each split into the best straight line, T = slope x + rest, and the
 * rest, which counts as noise; with d_k the deviation of x_k and e_k its noise,
 *
 *     sum over k >= l of s_k d_k = B_l d_l + sum over k >= l of B_(k+1) e_k
 *     B_k = s_k + slope_k B_(k+1)
 *
 * whose terms are independent, but for e_k and layer k's noise backward (shared_noise / n). */
#include "theory/mean_field.h"

#include "act/moment.h"
#include "base/base.h"
#include "math/math.h"
#include "theory/table.h"

/* Of a positive number whose logarithm is normal: mean log(x) + drift, variance v. */
static void interval(double *lo, double *hi, double x, double drift, double v)
{
    const double half = 1.959963984540054 * alv_sqrt(v);
    *lo = *hi = x;
    if (!(x > 0 && x < ALV_INFINITY)) return;
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

/* How a layer's x and the gradient's gain follow from a normal x: of T and of log chi the mean
 * above the value at log q, the slope of the best line, and the variance of the rest; mean noises.
 */
typedef struct effect {
    double rise, slope, rest;
    double chi_rise, chi_slope, chi_rest;
    double noise_up, noise_down, noise_both;
} effect;

/* The scales of the step from a layer to the next, and the table of its activation. */
typedef struct passage {
    alv_theory_table table;
    double weight, bias;
} passage;

/* The step from layer l, whose activation the next layer's weights see; the last layer's own
 * weights stand in for those after it. */
static alv_mean_field net_after(const alv_mean_field_layer *layers, int64_t l, int64_t depth)
{
    alv_mean_field net = layers[l + 1 < depth ? l + 1 : l].net;
    net.act = layers[l].net.act;
    return net;
}

static void pass(passage *p, const alv_mean_field *net)
{
    p->weight = net->branch * net->branch * net->weight_variance;
    p->bias = net->branch * net->branch * net->bias_variance;
    if (p->table.act.act != net->act.act || p->table.act.param != net->act.param)
        alv_theory_table_make(&p->table, net->act);
}

/* T and the share of the weights in V. */
static double next_x(double *share, const passage *p, double x)
{
    const double second = alv_theory_second(&p->table, x);
    *share = 1;
    if (p->bias == 0) return alv_log(p->weight) + second;
    const double signal = p->weight * alv_exp(second), v = signal + p->bias;
    *share = signal < ALV_INFINITY ? signal / v : 1;
    return v < ALV_INFINITY ? alv_log(v) : alv_log(p->weight) + second;
}

/* For a variance so small that two derivatives say all. */
static void small_effect(effect *out, const alv_mean_field_step *s, double drift, double v)
{
    *out = (effect){.rise = s->slope * drift + s->bend * v / 2,
                    .slope = s->slope,
                    .chi_rise = s->chi_slope * drift + s->chi_bend * v / 2,
                    .chi_slope = s->chi_slope,
                    .noise_up = s->forward_noise,
                    .noise_down = s->backward_noise,
                    .noise_both = s->shared_noise};
}

/* Expectations over x ~ N(log q + drift, v), by Gauss-Legendre on both sides, 7 deviations. */
static void effect_of(effect *out, const passage *p, const alv_mean_field_step *step, double q,
                      double drift, double v)
{
    double node[ALV_LEGENDRE_NODES], weight[ALV_LEGENDRE_NODES], share;
    small_effect(out, step, drift, v);
    if (!(v > 1e-6) || !(q > 0 && q < ALV_INFINITY) || !(v < 1e12)) return;
    const double x0 = alv_log(q), deviation = alv_sqrt(v);
    const double t0 = next_x(&share, p, x0), c0 = alv_theory_slope(&p->table, x0);
    double t1 = 0, t2 = 0, tz = 0, c1 = 0, c2 = 0, cz = 0;
    effect e = {0};
    alv_legendre_rule(node, weight);
    for (int half = -1; half <= 1; half += 2)
        for (int k = 0; k < ALV_LEGENDRE_NODES; k++) {
            const double z = 3.5 * (half + node[k]), w = 3.5 * weight[k] * alv_normal_pdf(z);
            const double x = x0 + drift + deviation * z;
            const double t = next_x(&share, p, x) - t0, c = alv_theory_slope(&p->table, x) - c0;
            t1 += w * t, t2 += w * t * t, tz += w * t * z;
            c1 += w * c, c2 += w * c * c, cz += w * c * z;
            e.noise_up += w * share * share * alv_theory_noise(p->table.noise_up, x);
            e.noise_down += w * alv_theory_noise(p->table.noise_down, x);
            e.noise_both += w * share * alv_theory_noise(p->table.noise_both, x);
        }
    e.rise = t1, e.slope = tz / deviation, e.rest = alv_max(t2 - t1 * t1 - tz * tz, 0);
    e.chi_rise = c1, e.chi_slope = cz / deviation, e.chi_rest = alv_max(c2 - c1 * c1 - cz * cz, 0);
    if (alv_isfinite(t2) && alv_isfinite(c2)) *out = e;
}

/* Whether what holds at q holds for every larger (or smaller) one: V in proportion, chi the same.
 */
static bool is_scale_free(const alv_mean_field_step *step)
{
    return alv_fabs(step->slope - 1) < 1e-3 && alv_fabs(step->chi_slope) < 1e-3;
}

/* What leaves the range of doubles' fourth powers goes on as where it left, if it does so alike at
 * every size; else it goes to 0 or infinity, and how gradients pass is not known. */
static void leave_range(double *q, alv_mean_field_step *step)
{
    if (within(*q) == *q || is_scale_free(step)) return;
    *q = *q > 1 ? ALV_INFINITY : 0;
    step->chi = ALV_NAN;
}

static void forward(alv_mean_field_layer *layers, int64_t depth, double inputs, passage *p)
{
    double q = layers[0].net.weight_variance * inputs + layers[0].net.bias_variance;
    double spread = 0, drift = 0;
    for (int64_t l = 0; l < depth; l++) {
        effect e;
        const double at = within(q);
        const alv_mean_field net = net_after(layers, l, depth);
        alv_mean_field_layer *now = &layers[l];
        const alv_mean_field_step *step = &now->step;
        const double width = (double)now->width;
        alv_mean_field_step_of(&now->step, &net, at);
        now->step.chi *= (double)layers[l + 1 < depth ? l + 1 : l].width / width;
        leave_range(&q, &now->step);
        now->q = q;
        now->spread = spread + 2 / width;
        now->drift = drift - 1 / width;
        now->flat = flat_share(now->net.act.act, at);
        interval(&now->q_lo, &now->q_hi, q, now->drift, now->spread);
        if (l + 1 == depth) break;
        pass(p, &net);
        effect_of(&e, p, step, q, drift, spread);
        drift = e.rise - e.noise_up / width / 2;
        spread = e.slope * e.slope * spread + e.rest + e.noise_up / width;
        q = q < at ? step->q * (q / at) : q > at ? q * (step->q / at) : step->q;
    }
}

static void backward(alv_mean_field_layer *layers, int64_t depth, passage *p)
{
    double gradient = 1, noise = 0, b = 0, drift = 0;
    for (int64_t l = depth - 1; l >= 0; l--) {
        effect e;
        alv_mean_field_layer *now = &layers[l];
        const double width = (double)now->width, spread = now->spread - 2 / width;
        if (l < depth - 1) {
            const alv_mean_field net = net_after(layers, l, depth);
            pass(p, &net);
            effect_of(&e, p, &now->step, now->q, now->drift + 1 / width, spread);
            gradient *= now->step.chi;
            noise += e.noise_down / width + e.chi_rest;
            noise += b * (2 * e.noise_both / width + b * (e.noise_up / width + e.rest));
            b = e.chi_slope + e.slope * b;
            drift += e.chi_rise - e.noise_down / width / 2;
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
    return ALV_OK;
}

/* Of a layer beyond the range: that of the last one before, if it no longer changed. */
static double chi_beyond(const alv_mean_field_layer *layers, int64_t l)
{
    if (l < 2) return ALV_NAN;
    const double chi = layers[l - 1].step.chi, before = layers[l - 2].step.chi;
    return alv_fabs(chi - before) < 1e-3 * chi ? chi : ALV_NAN;
}

/* Layers with skips and norms: the maps alone, step by step. */
static void follow(alv_mean_field_layer *layers, int64_t depth, double inputs)
{
    double q = layers[0].net.weight_variance * inputs + layers[0].net.bias_variance, gradient = 1;
    for (int64_t l = 0; l < depth; l++) {
        alv_mean_field_layer *now = &layers[l];
        const alv_mean_field net = net_after(layers, l, depth);
        now->q = q < 1e-60 ? 0 : q > 1e60 ? ALV_INFINITY : q;
        if (now->q != q || alv_mean_field_at(&now->step, &net, q, NULL) != ALV_OK)
            now->step = (alv_mean_field_step){.q = now->q, .chi = chi_beyond(layers, l)};
        now->step.chi *= (double)layers[l + 1 < depth ? l + 1 : l].width / (double)now->width;
        now->flat = now->q > 0 && now->q < ALV_INFINITY
                        ? flat_share(now->net.act.act, now->net.norm == ALV_NORM_NONE ? q : 1)
                        : ALV_NAN;
        now->q_lo = now->q_hi = now->spread = now->drift = ALV_NAN;
        q = now->step.q;
    }
    for (int64_t l = depth - 1; l >= 0; l--) {
        alv_mean_field_layer *now = &layers[l];
        if (l < depth - 1) gradient *= now->step.chi;
        now->gradient = gradient;
        now->gradient_lo = now->gradient_hi = ALV_NAN;
        now->gradient_spread = now->gradient_drift = ALV_NAN;
    }
}

alv_status alv_mean_field_layers(alv_mean_field_layer *layers, int64_t depth, double inputs,
                                 alv_error *error)
{
    if (!layers || depth < 1)
        return alv_fail(error, ALV_ERR_ARGUMENT, "depth", "no layers: depth = %lld", depth);
    if (!(inputs >= 0 && alv_isfinite(inputs)))
        return alv_fail(error, ALV_ERR_ARGUMENT, "inputs", "inputs = %g is no mean square", inputs);
    for (int64_t l = 0; l < depth; l++) ALV_TRY(check_layer(&layers[l], error));
    bool plain = true;
    for (int64_t l = 0; l < depth; l++) plain = plain && alv_mean_field_is_plain(&layers[l].net);
    if (!plain) return follow(layers, depth, inputs), ALV_OK;
    passage p = {.table.act.act = NULL};
    forward(layers, depth, inputs, &p);
    backward(layers, depth, &p);
    return ALV_OK;
}

alv_status alv_mean_field_correlations(double *out, const alv_mean_field_layer *layers,
                                       int64_t depth, double inputs, double c0, alv_error *error)
{
    if (!out || !layers || depth < 1)
        return alv_fail(error, ALV_ERR_ARGUMENT, "depth", "no layers: depth = %lld", depth);
    if (!(c0 >= -1 && c0 <= 1))
        return alv_fail(error, ALV_ERR_ARGUMENT, "correlation", "%g is not in [-1, 1]", c0);
    const double shared = layers[0].net.weight_variance * inputs * c0 + layers[0].net.bias_variance;
    double c = layers[0].q > 0 ? alv_min(1, alv_max(-1, shared / layers[0].q)) : 0;
    for (int64_t l = 0; l < depth; l++) {
        out[l] = c;
        if (l + 1 == depth || layers[l].q == 0) continue; /* nothing to share */
        const alv_mean_field net = net_after(layers, l, depth);
        if (alv_mean_field_correlation(&c, NULL, &net, layers[l].q, c, NULL) != ALV_OK) c = ALV_NAN;
    }
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
