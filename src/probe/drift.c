/* The drift of signal and gradient over the whole depth.
 *
 * Forward: std(logits) / std(x), deviations over the batch. Backward: rms(delta of the first
 * layer) / rms(delta of the last). Both telescope: they are the products of the layers' gains, and
 * it is the product that decides, not any one layer (a gain of 0.36 looks harmless and leaves
 * 5e-6 after twelve layers).
 *
 * Where the last layer's weights are zero on purpose, delta is zero in every layer below it at
 * first. What the hidden layers would do to a gradient is then found by sending one down: e with
 * random signs at the last hidden layer, delta = e f'(z), and from layer to layer
 *     delta_(l-1) = (W_l^T delta_l) f'(z_(l-1)),
 * for the first rows of the batch. */
#include "base/base.h"
#include "math/math.h"
#include "probe/observe.h"
#include "probe/probe.h"

enum { ROWS_SENT = 16 };

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

static double slope(const alv_net_layer_f32 *layer, int64_t row, int64_t unit)
{
    const alv_act *act = layer->act.act;
    return act ? act->df(layer->z[row * layer->out + unit], layer->act.param) : 1;
}

/* Signs that differ from unit to unit and row to row: the top bit of a multiplicative hash. */
static double sign(int64_t row, int64_t unit)
{
    uint64_t x = (uint64_t)(row * 1000003 + unit + 1) * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 32)) * UINT64_C(0xd6e8feb86659fd93);
    return x >> 63 ? 1 : -1;
}

/* below[j] = (W^T delta)_j f'(z_j) for one row; returns the sum of squares. */
static double send_down(double *below, const double *delta, const alv_net_layer_f32 *layer,
                        const alv_net_layer_f32 *lower, int64_t row)
{
    double square = 0;
    for (int64_t j = 0; j < layer->in; j++) below[j] = 0;
    for (int64_t i = 0; i < layer->out; i++)
        for (int64_t j = 0; j < layer->in; j++)
            below[j] += (double)layer->w[i * layer->in + j] * delta[i];
    for (int64_t j = 0; j < layer->in; j++) {
        below[j] *= slope(lower, row, j);
        square += below[j] * below[j];
    }
    return square;
}

/* Sums of squares at layer `top` and at the first for a gradient of random signs. */
static void send_row(double *at_top, double *at_first, double *scratch[2], const alv_net_f32 *net,
                     int top, int64_t row)
{
    const alv_net_layer_f32 *layer = &net->layers[top];
    double square = 0;
    for (int64_t i = 0; i < layer->out; i++) {
        scratch[0][i] = sign(row, i) * slope(layer, row, i);
        square += scratch[0][i] * scratch[0][i];
    }
    *at_top += square;
    for (int l = top; l > 0; l--) {
        square = send_down(scratch[1], scratch[0], &net->layers[l], &net->layers[l - 1], row);
        double *swap = scratch[0];
        scratch[0] = scratch[1];
        scratch[1] = swap;
    }
    *at_first += square;
}

/* Backward drift from hidden layer `top` to the first; false if there is no memory. */
static bool drift_from(double *out, const alv_net_f32 *net, int top)
{
    int64_t widest = 0, rows = net->rows < ROWS_SENT ? net->rows : ROWS_SENT;
    for (int l = 0; l <= top; l++)
        if (net->layers[l].out > widest) widest = net->layers[l].out;
    double *memory = alv_new_array((size_t)widest, 2 * sizeof *memory);
    if (!memory) return false;
    double *scratch[2] = {memory, memory + widest}, at_top = 0, at_first = 0;
    for (int64_t row = 0; row < rows; row++) send_row(&at_top, &at_first, scratch, net, top, row);
    free(memory);
    double units = (double)net->layers[top].out / (double)net->layers[0].out;
    *out = at_top > 0 ? alv_sqrt(at_first / at_top * units) : 0;
    return true;
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

bool alv_probe_drift(alv_drift *out, const alv_net_f32 *net, const alv_layer_stats *stats)
{
    int last = net->n_layers - 1;
    const alv_net_layer_f32 *top = &net->layers[last];
    bool zero_last = last > 0 && all_zero(top->w, top->in * top->out);
    int measured = zero_last ? last - 1 : last;
    double x =
        alv_observe_units(net->x, net->rows, net->layers[0].in, -ALV_INFINITY, ALV_INFINITY).std;
    double forward = ratio(stats[measured].z_std, x);
    double backward = ratio(stats[0].delta_rms, stats[last].delta_rms);
    if (zero_last && !drift_from(&backward, net, measured)) return false;
    if (!all_finite(stats, net->n_layers)) forward = backward = ALV_INFINITY;
    *out = (alv_drift){.forward = forward,
                       .backward = backward,
                       .forward_per_layer = per_layer(forward, measured + 1),
                       .backward_per_layer = per_layer(backward, measured),
                       .zero_last = zero_last};
    return true;
}
