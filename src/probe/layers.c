/* Measures every layer after one forward and backward pass.
 *
 * Everything here reads; nothing is changed. What each number means is in probe.h. */
#include "math/math.h"
#include "probe/copies.h"
#include "probe/observe.h"
#include "probe/probe.h"

static alv_unit_moments pre_activations(const alv_net_f32 *net, const alv_net_layer_f32 *layer)
{
    const alv_act *act = layer->act.act;
    return alv_observe_units(layer->z, alv_layer_rows(net, layer), layer->out,
                             act ? act->flat_below : -ALV_INFINITY,
                             act ? act->flat_above : ALV_INFINITY);
}

static void observe_signal(alv_layer_stats *s, const alv_net_f32 *net,
                           const alv_net_layer_f32 *layer)
{
    alv_unit_moments z = pre_activations(net, layer);
    alv_unit_moments a = layer->a == layer->z
                             ? z
                             : alv_observe_units(layer->a, alv_layer_rows(net, layer), layer->out,
                                                 -ALV_INFINITY, ALV_INFINITY);
    s->z_mean = z.mean;
    s->z_std = z.std;
    s->a_mean = a.mean;
    s->a_std = a.std;
    s->saturated = layer->act.act ? z.flat : ALV_NAN;
    s->dead = layer->act.act ? z.dead : ALV_NAN;
    s->nonfinite = (double)(z.nonfinite + (layer->a == layer->z ? 0 : a.nonfinite));
}

static void observe_weights(alv_layer_stats *s, const alv_net_f32 *net,
                            const alv_net_layer_f32 *layer, const float *before)
{
    int64_t n = layer->in * layer->out;
    alv_flat_moments w = alv_observe_flat(layer->w, NULL, n);
    alv_flat_moments dw = alv_observe_flat(layer->dw, NULL, n);
    alv_flat_moments delta =
        alv_observe_flat(layer->delta, NULL, alv_layer_rows(net, layer) * layer->out);
    s->weight_std = w.std;
    s->grad_rms = dw.rms;
    s->delta_rms = delta.rms;
    s->nonfinite += (double)(w.nonfinite + dw.nonfinite + delta.nonfinite);
    s->update_ratio = ALV_NAN;
    if (before) {
        const float *old = before + (layer->w - net->params);
        s->update_ratio = alv_observe_flat(layer->w, old, n).rms / w.rms;
    }
}

double alv_gradient_size(const alv_net_f32 *net, const alv_layer_stats *stats, int l)
{
    const double rows = (double)alv_layer_rows(net, &net->layers[l]);
    return stats[l].delta_rms * alv_sqrt(rows / (double)net->rows);
}

double alv_probe_inputs(const alv_net_f32 *net)
{
    return alv_observe_units(net->x, net->rows, net->inputs, -ALV_INFINITY, ALV_INFINITY).std;
}

bool alv_probe_layers(alv_layer_stats *stats, const alv_net_f32 *net, const float *before)
{
    bool fine = true;
    double below = alv_probe_inputs(net);
    for (int l = 0; l < net->n_layers; l++) {
        alv_layer_stats *s = &stats[l];
        observe_signal(s, net, &net->layers[l]);
        observe_weights(s, net, &net->layers[l], before);
        s->forward_gain = s->z_std / below;
        s->backward_gain =
            l > 0 ? alv_gradient_size(net, stats, l - 1) / alv_gradient_size(net, stats, l)
                  : ALV_NAN;
        fine &= alv_share_of_copies(&s->symmetry, net, l);
        fine &= alv_share_of_locked(&s->locked, net, l);
        below = s->z_std;
    }
    return fine;
}

/* 0, 1, 2, 4, ..., steps. */
int alv_probe_schedule(int64_t *out, int capacity, int64_t steps)
{
    int n = 0;
    for (int64_t step = 0; step < steps && n < capacity - 1; step = step ? 2 * step : 1) {
        out[n++] = step;
        if (step > INT64_MAX / 2) break;
    }
    if (capacity > 0) out[n++] = steps > 0 ? steps : 0;
    return n;
}
