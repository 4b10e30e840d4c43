/* Sixty-four equal bins over what a layer holds. */
#include "math/math.h"
#include "probe/probe.h"

typedef struct values {
    const float *v;
    int64_t n;
} values;

static values weights(const alv_net_f32 *net, const alv_net_layer_f32 *layer)
{
    (void)net;
    return (values){layer->w, layer->in * layer->out};
}

static values pre_activations(const alv_net_f32 *net, const alv_net_layer_f32 *layer)
{
    return (values){layer->z, alv_layer_rows(net, layer) * layer->out};
}

static values activations(const alv_net_f32 *net, const alv_net_layer_f32 *layer)
{
    return (values){layer->a, alv_layer_rows(net, layer) * layer->out};
}

static values deltas(const alv_net_f32 *net, const alv_net_layer_f32 *layer)
{
    return (values){layer->delta, alv_layer_rows(net, layer) * layer->out};
}

static const struct {
    const char *key;
    values (*of)(const alv_net_f32 *net, const alv_net_layer_f32 *layer);
} kinds[ALV_HIST_KINDS] = {
    [ALV_HIST_WEIGHT] = {"weight", weights},
    [ALV_HIST_PRE] = {"pre", pre_activations},
    [ALV_HIST_ACT] = {"act", activations},
    [ALV_HIST_DELTA] = {"delta", deltas},
};

const char *alv_histogram_key(alv_histogram_kind kind)
{
    return (unsigned)kind < ALV_HIST_KINDS ? kinds[kind].key : NULL;
}

static bool is_finite(double x)
{
    return x - x == 0;
}

/* The finite values' range. Identical values get one a fiftieth as wide as the value is large (or
 * 0.02 around zero), so that the bins have a width and the value stands in the middle. */
static void set_range(alv_histogram *h, values from)
{
    double lo = ALV_INFINITY, hi = -ALV_INFINITY;
    for (int64_t i = 0; i < from.n; i++) {
        double x = from.v[i];
        if (!is_finite(x)) continue;
        lo = x < lo ? x : lo;
        hi = x > hi ? x : hi;
    }
    if (lo > hi) {
        lo = 0;
        hi = 1;
    } else if (lo == hi) {
        double size = lo < 0 ? -lo : lo, half = size > 0 ? 0.01 * size : 0.01;
        lo -= half;
        hi += half;
    }
    h->lo = lo;
    h->hi = hi;
}

void alv_probe_histogram(alv_histogram *out, const alv_net_f32 *net, int layer,
                         alv_histogram_kind kind)
{
    values from = kinds[kind].of(net, &net->layers[layer]);
    alv_histogram h = {.nonfinite = 0};
    set_range(&h, from);
    double scale = ALV_BINS / (h.hi - h.lo);
    for (int64_t i = 0; i < from.n; i++) {
        double x = from.v[i];
        if (!is_finite(x)) {
            h.nonfinite++;
            continue;
        }
        int bin = (int)((x - h.lo) * scale);
        h.counts[bin < ALV_BINS ? bin : ALV_BINS - 1]++;
    }
    *out = h;
}
