/* Xiao et al. (2018): convolutions that begin as an orthogonal matrix in the middle of their kernel
 * carry signals and gradients through any depth; normal kernels of the same size do not. */
#include <math.h>

#include "base/base.h"
#include "probe/observe.h"
#include "reproduce/reproduce.h"
#include "reproduce/specimen.h"

enum { ROWS = 32, CHANNELS = 8, SIDE = 7, VALUES = CHANNELS * SIDE * SIDE, DEPTH = 500 };

static double size(const float *values)
{
    return alv_observe_flat(values, NULL, VALUES).rms;
}

/* The largest |ratio - 1| of samples' norms, of `to` to `from` (ROWS, VALUES). */
static double farthest(const float *to, const float *from)
{
    double most = 0;
    for (int i = 0; i < ROWS; i++)
        most = fmax(most, fabs(size(to + i * VALUES) / size(from + i * VALUES) - 1));
    return most;
}

/* Mean over samples of the log of that ratio. */
static double mean_log(const float *to, const float *from)
{
    double sum = 0;
    for (int i = 0; i < ROWS; i++)
        sum += log(size(to + i * VALUES) / size(from + i * VALUES)) / ROWS;
    return sum;
}

/* Every tenth layer's norms, of signals in panel 0 and of gradients in panel 1. */
static void draw(alv_outcome *out, const alv_specimen *sample, int series)
{
    const alv_net_layer_f32 *layers = sample->net->layers, *last = &layers[DEPTH - 1];
    for (int l = 0; l < DEPTH; l += l > 0 ? 10 : 9) {
        alv_draw(out, 0, series, l + 1, exp(mean_log(layers[l].y, layers[0].y)));
        alv_draw(out, 1, series, l + 1, exp(mean_log(layers[l].delta, last->delta)));
    }
}

/* A pass up, and one down from the last convolution. */
static alv_status pass(alv_specimen *sample, const char *scheme, alv_error *error)
{
    ALV_TRY(alv_specimen_draw(sample, scheme, 1, error));
    alv_net_forward_f32(sample->net, sample->x, ROWS);
    alv_net_send_back_f32(sample->net, DEPTH - 1);
    return ALV_OK;
}

static alv_status measure(alv_outcome *out, alv_specimen *sample, alv_error *error)
{
    const alv_net_layer_f32 *first = &sample->net->layers[0];
    const alv_net_layer_f32 *last = &sample->net->layers[DEPTH - 1];
    ALV_TRY(pass(sample, "delta_orthogonal", error));
    out->measured[0] = farthest(first->y, sample->x);
    out->measured[1] = farthest(last->y, sample->x);
    out->measured[2] = farthest(first->delta, last->delta);
    draw(out, sample, 0);
    ALV_TRY(pass(sample, "variance_scaling(scale=1, mode=fan_in, distribution=normal)", error));
    draw(out, sample, 1);
    const alv_net_layer_f32 *tenth = &sample->net->layers[DEPTH / 10 - 1];
    out->measured[3] = exp(mean_log(tenth->y, first->y) / (DEPTH / 10 - 1));
    return ALV_OK;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    char text[64];
    alv_specimen sample;
    (void)watch;
    alv_text_format(text, sizeof text, "conv %dx%d in=%dx%dx%d out=10 identity", CHANNELS, DEPTH,
                    CHANNELS, SIDE, SIDE);
    alv_status status = alv_specimen_make(&sample, text, ROWS, 1, error);
    if (status == ALV_OK) status = measure(out, &sample, error);
    alv_specimen_free(&sample);
    return status;
}

#define KERNELS                                                                                    \
    .x = {{"layer", "camada"}}, .y = {{"norm", "norma"}, .log = true},                             \
    .series = {{{"delta_orthogonal"}, ALV_LINE}, {{"normal"}, ALV_LINE}}

const alv_experiment alv_experiment_xiao2018 = {
    .name = "xiao2018",
    .title = {"Delta-orthogonal convolutions keep every norm through 500 layers",
              "Convoluções delta-ortogonais conservam toda norma por 500 camadas"},
    .paper = "Xiao et al. (2018), Dynamical isometry and a mean field theory of CNNs: how to train "
             "10000-layer vanilla convolutional neural networks, arXiv:1806.05393, section 2.3",
    .setting = {"500 linear 3 x 3 convolutions of 8 channels on 7 x 7 positions, zeros beyond the "
                "border, 32 normal inputs, no training. The paper pads in circles, where normal "
                "kernels keep the variance; with zeros their largest mode keeps (1 + 2 cos(pi / "
                "8)) / 3 = 0.949 of the norm. It trains tanh nets of up to 10,000 layers.",
                "500 convoluções lineares 3 x 3 de 8 canais sobre 7 x 7 posições, zeros além da "
                "borda, 32 entradas normais, sem treino. O artigo preenche em círculos, onde "
                "núcleos normais conservam a variância; com zeros, seu maior modo conserva (1 + 2 "
                "cos(pi / 8)) / 3 = 0,949 da norma. Ele treina redes tanh de até 10.000 camadas."},
    .claims = {{{"delta-orthogonal, 1 layer: largest change of a sample's norm",
                 "delta-ortogonal, 1 camada: maior mudança da norma de uma amostra"},
                0,
                0,
                1e-5},
               {{"500 layers: the same", "500 camadas: o mesmo"}, 0, 0, 1e-3},
               {{"500 layers: largest change of the norm of a gradient",
                 "500 camadas: maior mudança da norma de um gradiente"},
                0,
                0,
                1e-3},
               {{"normal kernels: factor of the norm per layer, layers 1 to 50",
                 "núcleos normais: fator da norma por camada, camadas 1 a 50"},
                (double)NAN,
                0,
                0.97}},
    .figure =
        {{"Norms through 500 convolutions", "Normas ao longo de 500 convoluções"},
         {{.title = {"Signals, relative to layer 1", "Sinais, relativos à camada 1"}, KERNELS},
          {.title = {"Gradients, relative to layer 500", "Gradientes, relativos à camada 500"},
           KERNELS}}},
    .run = run,
};
