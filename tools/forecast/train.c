/* Measures every net of the grid at initialization and trains it.
 *
 * Everything is fixed by the description of the net: the seed of its weights is its hash, the order
 * of the samples depends on the data set alone. With the portable backend the table is the same on
 * every machine, whatever the number of threads. */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/base.h"
#include "data/data.h"
#include "grid.h"
#include "stream/rng.h"

enum { SAMPLES = 512, BATCH = 32, WINDOW = 50 };

static const char *const data_names[] = {"blobs", "spirals", "moons", "circles"};
static const char *const act_names[] = {"relu", "tanh", "sigmoid"};
static const char *const scheme_names[] = {"zeros",         "normal(std=0.01)", "uniform(r=1)",
                                           "torch_default", "xavier_uniform",   "he_normal",
                                           "lecun_normal"};
static const int depths[] = {3, 6, 12, 20, 32};
static const int widths[] = {16, 48, 100};

const rate rates[RATES] = {{0.01, 1500}, {0.03, 1000}, {0.1, 600}};

/* FNV-1a of the description, finished by the mixer of MurmurHash3 so that every bit is good. */
uint64_t net_hash(const grid_net *net)
{
    char text[128];
    alv_text_format(text, sizeof text, "%s %s %s %d %d", net->data, net->act, net->scheme,
                    net->depth, net->width);
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (const char *p = text; *p; p++) hash = (hash ^ (uint8_t)*p) * UINT64_C(0x100000001b3);
    hash = (hash ^ (hash >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    hash = (hash ^ (hash >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ (hash >> 33);
}

part net_part(const grid_net *net)
{
    return net_hash(net) & 1 ? SCORING : CHOOSING;
}

static grid_net describe(int64_t index)
{
    grid_net net = {.depth = 0};
    alv_text_format(net.data, NAME_SIZE, "%s", data_names[index % ALV_COUNT(data_names)]);
    index /= ALV_COUNT(data_names);
    alv_text_format(net.act, NAME_SIZE, "%s", act_names[index % ALV_COUNT(act_names)]);
    index /= ALV_COUNT(act_names);
    alv_text_format(net.scheme, NAME_SIZE, "%s", scheme_names[index % ALV_COUNT(scheme_names)]);
    index /= ALV_COUNT(scheme_names);
    net.depth = depths[index % ALV_COUNT(depths)];
    index /= ALV_COUNT(depths);
    net.width = widths[index % ALV_COUNT(widths)];
    net.part = net_part(&net);
    return net;
}

grid_net *grid_new(int *count)
{
    *count = ALV_COUNT(data_names) * ALV_COUNT(act_names) * ALV_COUNT(scheme_names) *
             ALV_COUNT(depths) * ALV_COUNT(widths);
    grid_net *nets = alv_new_array((size_t)*count, sizeof *nets);
    for (int i = 0; nets && i < *count; i++) nets[i] = describe(i);
    return nets;
}

/* Loss of the best constant predictor: the entropy of the class frequencies. */
static double entropy(const alv_split *split)
{
    double sum = 0;
    for (int c = 0; c < split->classes; c++) {
        double n = 0;
        for (int64_t i = 0; i < split->train.n; i++) n += split->train.y[i] == c;
        if (n > 0) sum -= n / (double)split->train.n * log(n / (double)split->train.n);
    }
    return sum;
}

/* Biases are zero, but under torch_default, which draws them too. */
static alv_status fill(alv_net_f32 *net, const alv_model *model, const char *text, uint64_t seed,
                       alv_error *error)
{
    alv_scheme scheme;
    ALV_TRY(alv_scheme_parse(&scheme, text, error));
    bool biases = strcmp(scheme.init->name, "torch_default") == 0;
    for (int l = 0; l < net->n_layers; l++) {
        alv_net_layer_f32 *layer = &net->layers[l];
        ALV_TRY(alv_init_fill(layer->w, 0, layer->in * layer->out, &scheme,
                              &model->params[layer->weight], seed, NULL, error));
        if (biases)
            ALV_TRY(alv_init_fill(layer->b, 0, layer->out, &scheme, &model->params[layer->bias],
                                  seed, NULL, error));
    }
    return ALV_OK;
}

static void measure(grid_net *out, alv_net_f32 *net, const alv_model *model, const alv_split *data)
{
    alv_layer_stats stats[64];
    alv_drift drift;
    alv_net_forward_f32(net, data->train.x, data->train.n);
    alv_net_backward_f32(net, data->train.y);
    alv_probe_layers(stats, net, NULL);
    alv_probe_drift(&drift, net, stats);
    alv_signals_read(&out->signals, stats, net->n_layers, &drift, model);
}

/* Copies the next batch; a new order when the samples are used up. */
typedef struct feeder {
    const alv_split *data;
    alv_rng rng;
    int64_t next, order[SAMPLES];
    float x[BATCH * 64];
    int32_t y[BATCH];
} feeder;

static void feed(feeder *f)
{
    for (int64_t i = 0; i < BATCH; i++) {
        if (f->next == SAMPLES) {
            alv_rng_shuffle(&f->rng, f->order, SAMPLES);
            f->next = 0;
        }
        int64_t from = f->order[f->next++];
        memcpy(f->x + i * f->data->dim, f->data->train.x + from * f->data->dim,
               (size_t)f->data->dim * sizeof(float));
        f->y[i] = f->data->train.y[from];
    }
}

/* Trains until the steps are done, the loss is no number, or a quarter of chance is reached: that
 * is trained by any measure. Returns the step of divergence, or -1. */
static int64_t train(alv_net_f32 *net, feeder *f, int64_t steps, double chance)
{
    double sum = 0;
    for (int64_t step = 0; step < steps; step++) {
        feed(f);
        alv_net_forward_f32(net, f->x, BATCH);
        double loss = alv_net_loss_f32(net, f->y, NULL);
        if (!isfinite(loss)) return step;
        sum += loss;
        alv_net_backward_f32(net, f->y);
        alv_net_step_f32(net);
        if ((step + 1) % WINDOW) continue;
        if (sum / WINDOW < chance / 4) return -1;
        sum = 0;
    }
    return -1;
}

static void run_rate(grid_net *out, int which, alv_net_f32 *net, const alv_split *data)
{
    feeder f = {.data = data, .rng = alv_rng_make(1, "forecast/order"), .next = SAMPLES};
    alv_net_forward_f32(net, data->train.x, SAMPLES);
    alv_curve_summary curve = {.steps = rates[which].steps, .chance_loss = out->chance};
    curve.initial_loss = alv_net_loss_f32(net, data->train.y, NULL);
    curve.diverged_at = train(net, &f, curve.steps, out->chance);
    alv_net_forward_f32(net, data->train.x, SAMPLES);
    curve.final_loss = alv_net_loss_f32(net, data->train.y, NULL);
    out->loss[which] = curve.diverged_at < 0 ? curve.final_loss : (double)NAN;
    out->outcome[which] = alv_outcome_read(&curve);
}

static alv_status run_model(grid_net *out, const alv_model *model, const alv_split *data,
                            alv_error *error)
{
    for (int which = 0; which < RATES; which++) {
        alv_net_f32 *net;
        alv_net_options options = {.batch = SAMPLES,
                                   .backend = ALV_BACKEND_PORTABLE,
                                   .optimizer = {.kind = ALV_SGD, .lr = rates[which].lr}};
        ALV_TRY(alv_net_new_f32(&net, model, &options, error));
        alv_status status = fill(net, model, out->scheme, net_hash(out), error);
        if (!status && which == 0) measure(out, net, model, data);
        if (!status) run_rate(out, which, net, data);
        alv_net_free_f32(net);
        ALV_TRY(status);
    }
    return ALV_OK;
}

static alv_status run_net(grid_net *out, alv_error *error)
{
    alv_split *data;
    alv_data_options options = {.seed = 1, .n_train = SAMPLES, .n_test = 1};
    ALV_TRY(alv_data_load(&data, out->data, &options, error));
    char text[64];
    alv_text_format(text, sizeof text, "%lld-%dx%d-%d", data->dim, out->width, out->depth,
                    data->classes);
    alv_model *model;
    alv_status status = alv_model_new(&model, text, &(alv_model_hints){.act = out->act}, error);
    if (status == ALV_OK) {
        out->chance = entropy(data);
        status = run_model(out, model, data, error);
        alv_model_free(model);
    }
    alv_split_free(data);
    return status;
}

typedef struct job {
    grid_net *nets;
    int count;
    atomic_int next, failed;
    alv_error error;
} job;

static void *work(void *context)
{
    job *j = context;
    for (int i; (i = atomic_fetch_add(&j->next, 1)) < j->count && !atomic_load(&j->failed);) {
        alv_error error;
        if (run_net(&j->nets[i], &error) && !atomic_exchange(&j->failed, 1)) j->error = error;
        if (i % 20 == 0) fprintf(stderr, "%d of %d nets\n", i, j->count);
    }
    return NULL;
}

alv_status grid_train(grid_net *nets, int count, int threads, alv_error *error)
{
    pthread_t team[64];
    job j = {.nets = nets, .count = count};
    int started = 0;
    while (started < threads && started < 64 && !pthread_create(&team[started], NULL, work, &j))
        started++;
    for (int i = 0; i < started; i++) pthread_join(team[i], NULL);
    if (started == 0) return alv_fail(error, ALV_ERR_MEMORY, "threads", "cannot start a thread");
    if (j.failed && error) *error = j.error;
    return j.failed ? j.error.code : ALV_OK;
}
