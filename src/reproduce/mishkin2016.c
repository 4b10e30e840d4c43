/* Mishkin & Matas (2016), All you need is a good init: one pass of rescaling on one mini-batch
 * gives every layer unit variance, whatever the activation. */
#include <math.h>

#include "alvor/lsuv.h"
#include "base/base.h"
#include "nn/net.h"
#include "probe/observe.h"
#include "reproduce/reproduce.h"

enum { ROWS = 256, WIDTH = 256, DEPTH = 20 };

typedef struct bench {
    alv_net_f32 *net;
    const float *x;
} bench;

static double variance_of(const alv_net_layer_f32 *layer)
{
    const double deviation = alv_observe_flat(layer->z, NULL, ROWS * layer->out).std;
    return deviation * deviation;
}

static alv_status outputs(alv_lsuv_outputs *out, int layer, int attempt, void *user,
                          alv_error *error)
{
    (void)attempt, (void)error;
    const bench *b = user;
    alv_net_forward_f32(b->net, b->x, ROWS);
    const alv_net_layer_f32 *l = &b->net->layers[layer];
    *out = (alv_lsuv_outputs){.values = l->z, .count = ROWS * l->out, .dtype = ALV_F32};
    return ALV_OK;
}

static alv_status scale(int layer, double factor, void *user, alv_error *error)
{
    (void)error;
    const alv_net_layer_f32 *l = &((const bench *)user)->net->layers[layer];
    for (int64_t i = 0; i < l->in * l->out; i++) l->w[i] = (float)(l->w[i] * factor);
    return ALV_OK;
}

/* What is worst over the layers: |variance - 1| on the batch, the same on a second one, and the
 * rescalings that a layer took. */
typedef struct worst {
    double first, second, rescalings;
} worst;

static alv_status fit(worst *out, alv_net_f32 *net, const alv_model *model, const float *x,
                      alv_error *error)
{
    alv_scheme orthogonal, lsuv;
    alv_lsuv_options options;
    alv_lsuv_report reports[DEPTH + 1];
    bench b = {.net = net, .x = x};
    const alv_lsuv_net layers = {net->n_layers, &b, outputs, scale};
    ALV_TRY(alv_scheme_parse(&orthogonal, "orthogonal", error));
    ALV_TRY(alv_scheme_parse(&lsuv, "lsuv", error));
    ALV_TRY(alv_lsuv_scheme(&options, &lsuv, error));
    for (int l = 0; l < net->n_layers; l++) {
        const alv_tensor *w = &model->params[net->layers[l].weight];
        alv_fill how = {0};
        ALV_TRY(alv_init_scratch(&how.scratch_size, &orthogonal, w, error));
        how.scratch = alv_new_array((size_t)how.scratch_size, 1);
        if (!how.scratch) return alv_fail(error, ALV_ERR_MEMORY, w->name, "out of memory");
        const alv_status status =
            alv_init_fill(net->layers[l].w, 0, net->layers[l].in * net->layers[l].out, &orthogonal,
                          w, 1, &how, error);
        free(how.scratch);
        ALV_TRY(status);
    }
    ALV_TRY(alv_lsuv_run(reports, &layers, &options, error));
    for (int batch = 0; batch < 2; batch++) {
        alv_net_forward_f32(net, x + (int64_t)batch * ROWS * WIDTH, ROWS);
        double *off = batch ? &out->second : &out->first;
        for (int l = 0; l < net->n_layers; l++)
            *off = fmax(*off, fabs(variance_of(&net->layers[l]) - 1));
    }
    for (int l = 0; l < net->n_layers; l++)
        out->rescalings = fmax(out->rescalings, reports[l].scalings);
    return ALV_OK;
}

static alv_status measure(worst *out, const char *act, alv_error *error)
{
    char text[96];
    alv_model *model = NULL;
    alv_net_f32 *net = NULL;
    const alv_dist unit = alv_dist_normal(0, 1);
    const alv_net_options options = {.batch = ROWS, .backend = ALV_BACKEND_PORTABLE};
    float *x = alv_new_array((size_t)2 * ROWS * WIDTH, sizeof *x);
    *out = (worst){0};
    alv_text_format(text, sizeof text, "mlp %d-%dx%d-10 %s", WIDTH, WIDTH, DEPTH, act);
    alv_status status = x ? ALV_OK : alv_fail(error, ALV_ERR_MEMORY, "x", "out of memory");
    if (status == ALV_OK) status = alv_model_new(&model, text, NULL, error);
    if (status == ALV_OK) status = alv_net_new_f32(&net, model, &options, error);
    if (status == ALV_OK)
        status = alv_dist_fill(x, ALV_F32, 0, (int64_t)2 * ROWS * WIDTH, &unit,
                               alv_stream_make(1, "inputs", NULL), NULL, error);
    if (status == ALV_OK) status = fit(out, net, model, x, error);
    alv_net_free_f32(net);
    alv_model_free(model);
    free(x);
    return status;
}

static alv_status run(double *measured, const alv_watch *watch, alv_error *error)
{
    static const char *const acts[] = {"tanh", "relu", "sigmoid", "gelu", "softplus"};
    worst all = {0}, one;
    (void)watch;
    for (int i = 0; i < ALV_COUNT(acts); i++) {
        ALV_TRY(measure(&one, acts[i], error));
        all.first = fmax(all.first, one.first);
        all.second = fmax(all.second, one.second);
        all.rescalings = fmax(all.rescalings, one.rescalings);
    }
    measured[0] = all.first;
    measured[1] = all.rescalings;
    measured[2] = all.second;
    return ALV_OK;
}

const alv_experiment alv_experiment_mishkin2016 = {
    .name = "mishkin2016",
    .title = {"LSUV: one rescaling per layer gives unit variance to any net",
              "LSUV: um reescalonamento por camada dá variância um a qualquer rede"},
    .paper = "Mishkin & Matas (2016), All you need is a good init, arXiv:1511.06422",
    .setting =
        {"20 layers of 256 units and one of 10, with tanh, relu, sigmoid, gelu and softplus, "
         "orthogonal weights without biases, a batch of 256 normal inputs and a second one; "
         "what is worst over the layers and activations. The paper's tolerance is 0.1.",
         "20 camadas de 256 unidades e uma de 10, com tanh, relu, sigmoid, gelu e softplus, "
         "pesos ortogonais sem vieses, um lote de 256 entradas normais e um segundo; o pior "
         "sobre as camadas e ativações. A tolerância do artigo é 0,1."},
    .claims = {{{"|variance - 1| on the batch it was fitted to",
                 "|variância - 1| no lote em que foi ajustada"},
                (double)NAN,
                0,
                0.1},
               {{"rescalings that a layer took", "reescalonamentos que uma camada tomou"}, 1, 0, 2},
               {{"|variance - 1| on another batch", "|variância - 1| em outro lote"},
                (double)NAN,
                0,
                0.15}},
    .run = run,
};
