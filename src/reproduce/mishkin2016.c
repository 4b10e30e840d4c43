/* Mishkin & Matas (2016), All you need is a good init: one pass of rescaling on one mini-batch
 * gives every layer unit variance, whatever the activation. */
#include <math.h>

#include "base/base.h"
#include "train/fit.h"
#include "probe/observe.h"
#include "reproduce/reproduce.h"
#include "reproduce/specimen.h"

enum { ROWS = 256, WIDTH = 256, DEPTH = 20 };

/* What is worst over the layers: |variance - 1| on the batch, the same on a second one, and the
 * rescalings that a layer took. */
typedef struct worst {
    double first, second, rescalings;
} worst;

/* The largest |variance - 1| of a layer on one of the batches. */
static double farthest(const alv_specimen *sample, int64_t batch)
{
    double most = 0;
    alv_net_forward_f32(sample->net, sample->x + batch * ROWS * WIDTH, ROWS);
    for (int l = 0; l < sample->net->n_layers; l++) {
        const alv_net_layer_f32 *layer = &sample->net->layers[l];
        const double deviation = alv_observe_flat(layer->z, NULL, ROWS * layer->out).std;
        most = fmax(most, fabs(deviation * deviation - 1));
    }
    return most;
}

/* Variances of the pre-activations of batch `batch`. */
static void draw(alv_outcome *out, int panel, int series, const alv_specimen *sample, int64_t batch)
{
    alv_net_forward_f32(sample->net, sample->x + batch * ROWS * WIDTH, ROWS);
    for (int l = 0; l < sample->net->n_layers; l++) {
        const alv_net_layer_f32 *layer = &sample->net->layers[l];
        const double deviation = alv_observe_flat(layer->z, NULL, ROWS * layer->out).std;
        alv_draw(out, panel, series, l + 1, deviation * deviation);
    }
}

static alv_status fit(worst *out, const alv_specimen *sample, alv_error *error)
{
    alv_scheme lsuv;
    alv_lsuv_report reports[DEPTH + 1];
    char reason[96];
    ALV_TRY(alv_scheme_parse(&lsuv, "lsuv", error));
    ALV_TRY(alv_fit_net(reports, reason, sizeof reason, sample->net, sample->model, &lsuv,
                        sample->x, ROWS, error));
    if (*reason) return alv_fail(error, ALV_ERR_RANGE, "lsuv", "%s", reason);
    *out = (worst){farthest(sample, 0), farthest(sample, 1), 0};
    for (int l = 0; l < sample->net->n_layers; l++)
        out->rescalings = fmax(out->rescalings, reports[l].scalings);
    return ALV_OK;
}

static alv_status measure(worst *out, alv_outcome *figure, int series, const char *act,
                          alv_error *error)
{
    char text[96];
    alv_specimen sample;
    alv_text_format(text, sizeof text, "mlp %d-%dx%d-10 %s", WIDTH, WIDTH, DEPTH, act);
    alv_status status = alv_specimen_make(&sample, text, ROWS, 2, error);
    if (status == ALV_OK) status = alv_specimen_draw(&sample, "orthogonal", 1, error);
    if (status == ALV_OK) draw(figure, 0, series, &sample, 0);
    if (status == ALV_OK) status = fit(out, &sample, error);
    if (status == ALV_OK) draw(figure, 1, series, &sample, 1);
    alv_specimen_free(&sample);
    return status;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    static const char *const acts[] = {"tanh", "relu", "sigmoid", "gelu", "softplus"};
    worst all = {0}, one = {0};
    (void)watch;
    for (int i = 0; i < ALV_COUNT(acts); i++) {
        ALV_TRY(measure(&one, out, i, acts[i], error));
        all.first = fmax(all.first, one.first);
        all.second = fmax(all.second, one.second);
        all.rescalings = fmax(all.rescalings, one.rescalings);
    }
    out->measured[0] = all.first;
    out->measured[1] = all.rescalings;
    out->measured[2] = all.second;
    return ALV_OK;
}

#define ACTS                                                                                       \
    .x = {{"layer", "camada"}}, .y = {{"variance", "variância"}, .log = true},                     \
    .series = {{{"tanh"}, ALV_LINE},                                                               \
               {{"relu"}, ALV_LINE},                                                               \
               {{"sigmoid"}, ALV_LINE},                                                            \
               {{"gelu"}, ALV_LINE},                                                               \
               {{"softplus"}, ALV_LINE}}

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
    .figure = {{"Variance of pre-activations, by layer", "Variância das pré-ativações, por camada"},
               {{.title = {"Orthogonal, before LSUV", "Ortogonal, antes da LSUV"}, ACTS},
                {.title = {"After it, on another batch", "Depois, em outro lote"}, ACTS}}},
    .run = run,
};
