/* Networks put together by hand for the tests of probes and verdicts: no engine, only arrays, with
 * a plain forward and backward pass in double to fill them. */
#ifndef ALV_TEST_HANDMADE_H
#define ALV_TEST_HANDMADE_H

#include "nn/net.h"
#include "probe/probe.h"
#include "test.h"

enum { HAND_LAYERS = 40 };

typedef struct hand_net {
    alv_net_f32 net;
    alv_net_layer_f32 layers[HAND_LAYERS];
    alv_model model;
    alv_node nodes[HAND_LAYERS];
    float *memory, *x;
    uint64_t state;
} hand_net;

static double hand_relu(double x, double p)
{
    (void)p;
    return x > 0 ? x : 0;
}

static double hand_relu_slope(double x, double p)
{
    (void)p;
    return x > 0;
}

static double hand_tanh(double x, double p)
{
    (void)p;
    return tanh(x);
}

static double hand_tanh_slope(double x, double p)
{
    (void)p;
    return 1 - tanh(x) * tanh(x);
}

static const alv_act hand_act_relu = {.name = "relu",
                                      .can_die = true,
                                      .flat_below = 0,
                                      .flat_above = INFINITY,
                                      .f = hand_relu,
                                      .df = hand_relu_slope};
static const alv_act hand_act_tanh = {
    .name = "tanh", .flat_below = -2, .flat_above = 2, .f = hand_tanh, .df = hand_tanh_slope};

/* Uniform in [-1, 1), by splitmix64. */
static inline double hand_uniform(hand_net *h)
{
    uint64_t x = h->state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((x ^ (x >> 31)) >> 11) * 0x1p-52 - 1;
}

/* sizes (n_layers + 1). Weights U(-scale, scale), biases zero, inputs U(-1, 1). */
static inline hand_net *hand_new(const int64_t *sizes, int n_layers, int64_t rows,
                                 const alv_act *act, double scale)
{
    hand_net *h = calloc(1, sizeof *h);
    int64_t params = 0, values = 0;
    for (int l = 0; l < n_layers; l++) {
        params += sizes[l + 1] * (sizes[l] + 1);
        values += 3 * rows * sizes[l + 1];
    }
    h->state = 1;
    h->memory = calloc((size_t)(2 * params + values + rows * sizes[0]), sizeof(float));
    float *p = h->memory, *g = p + params, *v = g + params;
    h->net = (alv_net_f32){.n_layers = n_layers,
                           .chain = true,
                           .inputs = sizes[0],
                           .layers = h->layers,
                           .rows = rows,
                           .n_params = params,
                           .params = p,
                           .grads = g};
    h->model = (alv_model){
        .n_nodes = n_layers, .nodes = h->nodes, .inputs = sizes[0], .outputs = sizes[n_layers]};
    for (int l = 0; l < n_layers; l++) {
        int64_t in = sizes[l], out = sizes[l + 1];
        alv_act_spec spec = {.act = l + 1 < n_layers ? act : NULL};
        h->nodes[l] = (alv_node){.input = l - 1, .in = in, .out = out, .act = spec};
        h->layers[l] = (alv_net_layer_f32){.in = in,
                                           .out = out,
                                           .act = spec,
                                           .w = p,
                                           .b = p + in * out,
                                           .dw = g,
                                           .db = g + in * out,
                                           .z = v,
                                           .a = v + rows * out,
                                           .delta = v + 2 * rows * out};
        if (!spec.act) h->layers[l].a = h->layers[l].z;
        p += (in + 1) * out;
        g += (in + 1) * out;
        v += 3 * rows * out;
        for (int64_t i = 0; i < in * out; i++) h->layers[l].w[i] = (float)(scale * hand_uniform(h));
    }
    h->x = v;
    for (int64_t i = 0; i < rows * sizes[0]; i++) h->x[i] = (float)hand_uniform(h);
    h->net.x = h->x;
    return h;
}

/* The engine's net of the same layers and weights, after a pass over the same inputs. */
static inline alv_net_f32 *hand_engine(const hand_net *h)
{
    char text[256];
    int n = snprintf(text, sizeof text, "mlp %d", (int)h->net.inputs);
    for (int l = 0; l < h->net.n_layers; l++)
        n += snprintf(text + n, sizeof text - (size_t)n, "-%d", (int)h->layers[l].out);
    snprintf(text + n, sizeof text - (size_t)n, " %s",
             h->net.n_layers > 1 ? h->layers[0].act.act->name : "relu");
    const alv_net_options options = {.batch = h->net.rows, .backend = ALV_BACKEND_PORTABLE};
    const int32_t *labels = calloc((size_t)h->net.rows, sizeof *labels);
    alv_model *model = NULL;
    alv_net_f32 *net = NULL;
    if (alv_model_new(&model, text, NULL, NULL) || alv_net_new_f32(&net, model, &options, NULL))
        abort();
    memcpy(net->params, h->net.params, (size_t)net->n_params * sizeof(float));
    alv_net_forward_f32(net, h->x, h->net.rows);
    alv_net_backward_f32(net, labels);
    alv_model_free(model);
    free((void *)(uintptr_t)labels);
    return net;
}

/* Drift, of a net that the engine must look into where its last layer is zero. */
static inline void hand_drift(alv_drift *out, hand_net *h, alv_layer_stats *stats)
{
    const alv_net_layer_f32 *last = &h->layers[h->net.n_layers - 1];
    bool zero = h->net.n_layers > 1;
    for (int64_t i = 0; i < last->in * last->out; i++) zero = zero && last->w[i] == 0;
    alv_net_f32 *net = zero ? hand_engine(h) : NULL;
    alv_probe_drift(out, net ? net : &h->net, stats);
    alv_net_free_f32(net);
}

static inline void hand_free(hand_net *h)
{
    free(h->memory);
    free(h);
}

static inline void hand_forward(hand_net *h)
{
    const float *x = h->x;
    for (int l = 0; l < h->net.n_layers; l++) {
        alv_net_layer_f32 *y = &h->layers[l];
        for (int64_t r = 0; r < h->net.rows; r++)
            for (int64_t i = 0; i < y->out; i++) {
                double z = y->b[i];
                for (int64_t k = 0; k < y->in; k++)
                    z += (double)y->w[i * y->in + k] * x[r * y->in + k];
                y->z[r * y->out + i] = (float)z;
                if (y->act.act) y->a[r * y->out + i] = (float)y->act.act->f((float)z, 0);
            }
        x = y->a;
    }
}

/* Sends down a last delta of U(-1, 1); weight gradients are means over rows of delta x. */
static inline void hand_backward(hand_net *h)
{
    int64_t rows = h->net.rows;
    for (int l = h->net.n_layers - 1; l >= 0; l--) {
        alv_net_layer_f32 *y = &h->layers[l], *up = l + 1 < h->net.n_layers ? y + 1 : NULL;
        const float *x = l > 0 ? y[-1].a : h->x;
        for (int64_t r = 0; r < rows; r++)
            for (int64_t i = 0; i < y->out; i++) {
                double d = up ? 0 : hand_uniform(h);
                for (int64_t o = 0; up && o < up->out; o++)
                    d += (double)up->w[o * y->out + i] * up->delta[r * up->out + o];
                if (up) d *= y->act.act->df(y->z[r * y->out + i], 0);
                y->delta[r * y->out + i] = (float)d;
            }
        for (int64_t i = 0; i < y->out; i++)
            for (int64_t k = 0; k < y->in; k++) {
                double g = 0;
                for (int64_t r = 0; r < rows; r++)
                    g += (double)y->delta[r * y->out + i] * x[r * y->in + k];
                y->dw[i * y->in + k] = (float)(g / (double)rows);
            }
    }
}

static inline void hand_pass(hand_net *h)
{
    hand_forward(h);
    hand_backward(h);
}

#endif
