/* The engine, as experiments use it. */
#include "reproduce/specimen.h"

#include <math.h>
#include <string.h>

#include "base/base.h"
#include "data/data.h"
#include "train/fill.h"
#include "probe/observe.h"
#include "stream/rng.h"

enum { MOST_ROWS = 256, FEATURES = 64 };

alv_status alv_specimen_make_with(alv_specimen *out, const char *text, const alv_act_spec *act,
                                  int64_t rows, int64_t batches, alv_error *error)
{
    const alv_net_options options = {.batch = rows, .backend = ALV_BACKEND_PORTABLE};
    *out = (alv_specimen){.rows = rows, .batches = batches};
    ALV_TRY(alv_model_new(&out->model, text, NULL, error));
    for (int i = 0; act && i < out->model->n_nodes; i++)
        if (out->model->nodes[i].act.act) out->model->nodes[i].act = *act;
    ALV_TRY(alv_net_new_f32(&out->net, out->model, &options, error));
    out->x = alv_new_array((size_t)(batches * rows * out->model->inputs), sizeof *out->x);
    return out->x ? ALV_OK : alv_fail(error, ALV_ERR_MEMORY, "inputs", "out of memory");
}

alv_status alv_specimen_make(alv_specimen *out, const char *text, int64_t rows, int64_t batches,
                             alv_error *error)
{
    return alv_specimen_make_with(out, text, NULL, rows, batches, error);
}

alv_status alv_specimen_draw(alv_specimen *specimen, const char *text, uint64_t seed,
                             alv_error *error)
{
    const alv_dist unit = alv_dist_normal(0, 1);
    const int64_t n = specimen->batches * specimen->rows * specimen->model->inputs;
    alv_scheme scheme;
    ALV_TRY(alv_scheme_parse(&scheme, text, error));
    for (int i = 0; i < specimen->model->n_nodes; i++) {
        const int weight = specimen->model->nodes[i].weight;
        const alv_tensor *tensor = weight < 0 ? NULL : &specimen->model->params[weight];
        if (tensor && tensor->role == ALV_ROLE_WEIGHT)
            ALV_TRY(
                alv_fill_param(alv_net_weight_f32(specimen->net, i), &scheme, tensor, seed, error));
    }
    for (int l = 0; l < specimen->net->n_layers; l++) {
        const alv_net_layer_f32 *layer = &specimen->net->layers[l];
        if (layer->bias >= 0) memset(layer->b, 0, (size_t)layer->out * sizeof *layer->b);
    }
    if (specimen->model->tokens > 0) {
        alv_rng rng = alv_rng_make(seed, "inputs");
        for (int64_t i = 0; i < n; i++)
            specimen->x[i] = (float)alv_rng_below(&rng, (uint64_t)specimen->model->tokens);
        return ALV_OK;
    }
    return alv_dist_fill(specimen->x, ALV_F32, 0, n, &unit, alv_stream_make(seed, "inputs", NULL),
                         NULL, error);
}

/* Blobs [first, first + rows) of the seed: as many of their 64 features as the network has inputs.
 */
static alv_status gather(alv_specimen *specimen, int32_t *y, int64_t first, uint64_t seed,
                         alv_error *error)
{
    float all[MOST_ROWS * FEATURES];
    const int64_t inputs = specimen->model->inputs;
    if (specimen->rows > MOST_ROWS || inputs > FEATURES)
        return alv_fail(error, ALV_ERR_ARGUMENT, "specimen", "not a network for blobs");
    ALV_TRY(alv_source_find("blobs")->generate(all, y, first, first + specimen->rows, seed, error));
    for (int64_t i = 0; i < specimen->rows; i++)
        memcpy(specimen->x + i * inputs, all + i * FEATURES, (size_t)inputs * sizeof(float));
    return ALV_OK;
}

/* Losses of steps [from, to), their mean. */
static alv_status learn(double *mean, alv_specimen *specimen, int from, int to, uint64_t seed,
                        alv_error *error)
{
    int32_t y[MOST_ROWS];
    *mean = 0;
    for (int step = from; step < to; step++) {
        ALV_TRY(gather(specimen, y, step * specimen->rows, seed, error));
        *mean +=
            alv_net_train_f32(specimen->net, specimen->x, y, specimen->rows, NULL) / (to - from);
    }
    if (!isfinite(*mean)) *mean = (double)INFINITY;
    return ALV_OK;
}

static alv_status go_on(const alv_watch *watch, alv_error *error)
{
    if (watch && watch->stop && watch->stop(watch->user))
        return alv_fail(error, ALV_ERR_INTERRUPTED, "training", "interrupted");
    return ALV_OK;
}

alv_status alv_specimen_train(double *loss, alv_specimen *specimen, double rate, int steps,
                              uint64_t seed, alv_outcome *out, int panel, int series,
                              const alv_watch *watch, alv_error *error)
{
    enum { PARTS = 20 };
    double means[PARTS];
    specimen->net->options.optimizer.lr = rate;
    for (int i = 0; i < PARTS; i++) {
        ALV_TRY(go_on(watch, error));
        const int to = steps * (i + 1) / PARTS;
        ALV_TRY(learn(&means[i], specimen, steps * i / PARTS, to, seed, error));
        if (panel >= 0) alv_draw(out, panel, series, to, means[i]);
    }
    *loss = (means[PARTS - 2] + means[PARTS - 1]) / 2;
    return ALV_OK;
}

alv_status alv_specimen_best(double *best, alv_specimen *specimen, const char *scheme,
                             const double *rates, int n_rates, int steps, uint64_t seed,
                             alv_outcome *out, int panel, int series, const alv_watch *watch,
                             alv_error *error)
{
    *best = (double)INFINITY;
    for (int i = 0; i < n_rates; i++) {
        double loss;
        ALV_TRY(alv_specimen_draw(specimen, scheme, seed, error));
        ALV_TRY(alv_specimen_train(&loss, specimen, rates[i], steps, seed, out, panel, series + i,
                                   watch, error));
        *best = fmin(*best, loss);
    }
    return ALV_OK;
}

alv_status alv_specimen_reach(int *steps, alv_specimen *specimen, double rate, double target,
                              int most, uint64_t seed, const alv_watch *watch, alv_error *error)
{
    enum { LAST = 5 };
    double mean = target;
    specimen->net->options.optimizer.lr = rate;
    for (*steps = 0; *steps < most && mean >= target && isfinite(mean); *steps += LAST) {
        ALV_TRY(go_on(watch, error));
        ALV_TRY(learn(&mean, specimen, *steps, *steps + LAST, seed, error));
    }
    if (!(mean < target)) *steps = most;
    return ALV_OK;
}

alv_status alv_specimen_test(double *accuracy, alv_specimen *specimen, int64_t from, int batches,
                             uint64_t seed, alv_error *error)
{
    int32_t y[MOST_ROWS];
    int64_t right = 0;
    for (int i = 0; i < batches; i++) {
        int64_t hits = 0;
        ALV_TRY(gather(specimen, y, from + i * specimen->rows, seed, error));
        alv_net_forward_f32(specimen->net, specimen->x, specimen->rows);
        alv_net_loss_f32(specimen->net, y, &hits);
        right += hits;
    }
    *accuracy = (double)right / (double)(batches * specimen->rows);
    return ALV_OK;
}

void alv_specimen_free(alv_specimen *specimen)
{
    alv_net_free_f32(specimen->net);
    alv_model_free(specimen->model);
    free(specimen->x);
    *specimen = (alv_specimen){0};
}

double alv_specimen_mean_square(const alv_specimen *specimen, const alv_net_layer_f32 *layer,
                                const float *values)
{
    const double rms = alv_observe_flat(values, NULL, specimen->rows * layer->out).rms;
    return rms * rms;
}
