/* The drift of signal and gradient over the whole depth.
 *
 * Forward: std(logits) / std(x), deviations over the batch. Backward: the size of the gradient at
 * the first layer over that at the last. Both telescope: they are the products of the layers'
 * gains, and it is the product that decides, not any one layer (a gain of 0.36 looks harmless and
 * leaves 5e-6 after twelve layers).
 *
 * Where the last layer's weights are zero on purpose, delta is zero in every layer below it at
 * first. What the hidden layers would do to a gradient is then found by sending one down, with
 * random signs at the last hidden layer. */
#include "math/math.h"
#include "probe/observe.h"
#include "probe/probe.h"

static bool all_zero(const float *v, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (v[i] != 0) return false;
    return true;
}

static bool all_finite(const alv_layer_stats *stats, int n_layers)
{
    double bad = 0;
    for (int l = 0; l < n_layers; l++) bad += stats[l].nonfinite;
    return bad == 0;
}

static double rms_of_delta(const alv_net_f32 *net, int l)
{
    const alv_net_layer_f32 *layer = &net->layers[l];
    return alv_observe_flat(layer->delta, NULL, alv_layer_rows(net, layer) * layer->out).rms;
}

/* Backward drift from hidden layer `top` to the first. */
static double drift_from(alv_net_f32 *net, int top)
{
    alv_net_send_back_f32(net, top);
    const double rows = (double)alv_layer_rows(net, &net->layers[0]);
    const double at_top = rms_of_delta(net, top);
    const double share = rows / (double)alv_layer_rows(net, &net->layers[top]);
    return at_top > 0 ? rms_of_delta(net, 0) / at_top * alv_sqrt(share) : 0;
}

/* a / b where b == 0 means that nothing arrives: a drift of 0. */
static double ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

static double per_layer(double drift, int layers)
{
    if (layers <= 0 || !(drift > 0) || drift == ALV_INFINITY) return layers <= 0 ? 1 : drift;
    return alv_exp(alv_log(drift) / layers);
}

void alv_probe_drift(alv_drift *out, alv_net_f32 *net, const alv_layer_stats *stats)
{
    int last = net->n_layers - 1;
    const alv_net_layer_f32 *top = &net->layers[last];
    bool zero_last = last > 0 && all_zero(top->w, top->in * top->out);
    int measured = zero_last || (net->pooled && last > 0) ? last - 1 : last;
    double x = alv_probe_inputs(net);
    double forward = ratio(stats[measured].z_std, x);
    double backward =
        ratio(alv_gradient_size(net, stats, 0), alv_gradient_size(net, stats, measured));
    if (zero_last) backward = drift_from(net, measured);
    if (!all_finite(stats, net->n_layers)) forward = backward = ALV_INFINITY;
    *out = (alv_drift){.forward = forward,
                       .backward = backward,
                       .forward_per_layer = per_layer(forward, measured + 1),
                       .backward_per_layer = per_layer(backward, measured),
                       .zero_last = zero_last};
}
