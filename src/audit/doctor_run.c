/* The doctor's measurement: the file's own weights in the engine, forward and back on one batch,
 * each layer's signal and gradient beside what was predicted of it. */
#include "audit/doctor.h"
#include "base/base.h"
#include "math/math.h"
#include "model/nodes.h"
#include "stream/rng.h"

enum { ROWS = 256, LEAST_ROWS = 2 };

/* As many samples as keep within the memory and the time that a look may take; 0: not even two. */
static int64_t rows_for(const alv_engine *e)
{
    const double values = (double)e->values + (double)e->model->inputs, most_values = 1 << 27;
    const double products = (double)e->products + 1, most_products = 0x1p38;
    const double rows = alv_min(ROWS, alv_min(most_values / values, most_products / products));
    return rows < LEAST_ROWS ? 0 : (int64_t)rows;
}

/* Of one layer: mean square of v over its units [first, first + n) of `out`, and the variance of
 * its logarithm that comes from so few samples. */
static void observe(double *square, double *noise, const float *v, int64_t rows, int64_t positions,
                    int64_t out, alv_engine_place at)
{
    double sum = 0, squares = 0;
    for (int64_t r = 0; r < rows; r++) {
        double one = 0;
        for (int64_t p = 0; p < positions; p++)
            for (int64_t u = at.first; u < at.first + at.units; u++) {
                const double x = (double)v[(r * positions + p) * out + u];
                one += x * x;
            }
        one /= (double)(positions * at.units);
        sum += one;
        squares += one * one;
    }
    const double mean = sum / (double)rows, variance = squares / (double)rows - mean * mean;
    *square = mean;
    *noise = mean > 0 ? alv_max(variance, 0) / (mean * mean * (double)rows) : 0;
}

/* Both errors together: that of the prediction, and that of so few samples. */
static bool is_inside(double seen, alv_likely told, double noise)
{
    const double half = alv_log(told.hi / told.mid),
                 batch = 1.959963984540054 * alv_sqrt(noise) / 2;
    if (!(told.mid > 0)) return seen == told.mid;
    return alv_fabs(alv_log(seen / told.mid)) <= alv_sqrt(half * half + batch * batch);
}

/* Share of the layer's values where the activation after it is flat. */
static double flat_share(const float *v, int64_t rows, int64_t out, alv_engine_place at,
                         const alv_act *act)
{
    int64_t flat = 0;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t u = at.first; u < at.first + at.units; u++) {
            const double x = (double)v[r * out + u];
            flat += x <= act->flat_below || x >= act->flat_above;
        }
    return (double)flat / (double)(rows * at.units);
}

static void look(const alv_doctor *d, alv_patient_layer *l, const alv_engine *e,
                 const alv_net_f32 *net, double *noise)
{
    const alv_engine_place at = e->places[l->node];
    double square;
    if (at.node < 0) return;
    const alv_node *n = &e->model->nodes[at.node];
    const int64_t positions = alv_node_places(n);
    if (d->model->nodes[l->node].places) /* rows of a table, the same in every sample */
        observe(&square, noise, alv_net_bias_f32(net, at.node), positions, 1, n->out, at);
    else
        observe(&square, noise, alv_net_value_f32(net, at.node), net->rows, positions, n->out, at);
    l->seen_signal = alv_sqrt(square);
    if (l->saturated == l->saturated && l->weight->act.act)
        l->seen_saturated = flat_share(alv_net_value_f32(net, at.node), net->rows * positions,
                                       n->out, at, l->weight->act.act);
    l->signal_inside = is_inside(l->seen_signal, l->signal, *noise);
    observe(&square, noise, alv_net_slope_f32(net, at.node), net->rows, positions, n->out, at);
    l->seen_gradient = alv_sqrt(square * (double)positions);
}

/* Gradients relative to the last layer's, as they are predicted. */
static void relate(alv_doctor *d, const double *noise)
{
    const double last = d->layers[d->n - 1].seen_gradient, own = noise[d->n - 1];
    for (int l = 0; l < d->n; l++) {
        alv_patient_layer *layer = &d->layers[l];
        layer->seen_gradient = last > 0 ? layer->seen_gradient / last : ALV_NAN;
        layer->gradient_inside =
            l == d->n - 1 || is_inside(layer->seen_gradient, layer->gradient, noise[l] + own);
    }
}

static double root_mean_square(const float *x, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
    return alv_sqrt(sum / (double)n);
}

/* Zeros that end the network let nothing back before their first step: LeCun's weights for the way
 * back alone, as in the prediction. */
static void open_end(alv_net_f32 *net, const alv_engine *e)
{
    int last = e->model->n_nodes - 1;
    while (last >= 0 && e->model->nodes[last].op != ALV_OP_WEIGHTS) last--;
    if (last < 0 || net->n_layers < 1) return;
    const alv_net_layer_f32 *top = &net->layers[net->n_layers - 1];
    float *w = alv_net_weight_f32(net, last);
    const int64_t n = top->in * top->out;
    for (int64_t i = 0; i < n; i++)
        if (w[i] != 0) return;
    alv_rng rng = alv_rng_make(0, "open_end");
    const double deviation = 1 / alv_sqrt((double)top->in);
    for (int64_t i = 0; i < n; i++) w[i] = (float)(deviation * alv_rng_normal(&rng));
}

static alv_status run(alv_doctor *d, const alv_engine *e, alv_net_f32 *net, const float *x,
                      int64_t rows, alv_error *error)
{
    double *noise = alv_new_array((size_t)d->n, sizeof *noise);
    if (!noise) return alv_fail(error, ALV_ERR_MEMORY, "doctor", "no memory");
    alv_status status = alv_engine_load(net, e, alv_engine_read_file, NULL, error);
    if (status == ALV_OK) {
        alv_net_forward_f32(net, x, rows);
        open_end(net, e);
        if (net->n_layers > 0) alv_net_send_back_f32(net, net->n_layers - 1);
        for (int l = 0; l < d->n; l++) look(d, &d->layers[l], e, net, &noise[l]);
        relate(d, noise);
        d->seen.rows = rows;
        status = alv_doctor_judge_seen(d, root_mean_square(x, rows * e->model->inputs), error);
    }
    free(noise);
    return status;
}

static void refuse(alv_doctor *d, alv_unrun_why why, const char *node)
{
    d->seen.unrun.why = why;
    alv_text_format(d->seen.unrun.node, sizeof d->seen.unrun.node, "%s", node);
}

static alv_status run_engine(alv_doctor *d, const alv_engine *e, const alv_checkpoint_tensor *batch,
                             alv_error *error)
{
    int64_t rows = rows_for(e);
    float *x = NULL;
    alv_net_f32 *net = NULL;
    alv_error refused;
    if (rows == 0) return refuse(d, ALV_UNRUN_SIZE, ""), ALV_OK;
    if (batch) ALV_TRY(alv_batch_given(&x, &rows, e, batch, error));
    d->seen.given = x != NULL;
    if (!x) ALV_TRY(alv_batch_drawn(&x, rows, e, d->input, error));
    const alv_status expected = alv_doctor_expect(d, rows, error);
    if (expected != ALV_OK) return free(x), expected;
    const alv_net_options options = {.batch = rows, .optimizer = {.kind = ALV_SGD, .lr = 0}};
    alv_backend_prepare_thread();
    alv_status status = alv_net_new_f32(&net, e->model, &options, &refused);
    if (status == ALV_OK)
        status = run(d, e, net, x, rows, error);
    else if (status != ALV_ERR_MEMORY)
        refuse(d, ALV_UNRUN_ENGINE, refused.message), status = ALV_OK;
    else if (error)
        *error = refused;
    alv_net_free_f32(net);
    free(x);
    return status;
}

alv_status alv_doctor_run(alv_doctor *d, const alv_checkpoint_tensor *batch, alv_error *error)
{
    alv_engine *e;
    ALV_TRY(alv_engine_new(&e, &d->seen.unrun, d->weights->model, d->model, error));
    if (!e) return ALV_OK;
    const alv_status status = run_engine(d, e, batch, error);
    alv_engine_free(e);
    return status;
}
