/* Yang, Pennington, Rao, Sohl-Dickstein & Schoenholz (2019): batch normalization makes gradients
 * explode with depth, whatever the first weights are. */
#include <math.h>

#include "base/base.h"
#include "reproduce/reproduce.h"
#include "reproduce/specimen.h"

enum { ROWS = 512, WIDTH = 256, DEPTH = 40, LOW = 9, HIGH = 35, NETS = 5 };

/* The mean square of the gradient grows so much per layer on its way back, between two hidden
 * layers, in the geometric mean over nets. */
static alv_status measure(double *growth, alv_outcome *out, int series, const char *norm,
                          const char *act, const char *init, alv_error *error)
{
    double logs[DEPTH] = {0};
    char text[96];
    alv_specimen sample;
    double sum = 0;
    alv_text_format(text, sizeof text, "mlp %d-%dx%d-10 norm=%s %s", WIDTH, WIDTH, DEPTH, norm,
                    act);
    alv_status status = alv_specimen_make(&sample, text, ROWS, 1, error);
    for (uint64_t seed = 0; status == ALV_OK && seed < NETS; seed++) {
        status = alv_specimen_draw(&sample, init, seed, error);
        if (status != ALV_OK) break;
        alv_net_forward_f32(sample.net, sample.x, ROWS);
        alv_net_send_back_f32(sample.net, DEPTH - 1);
        const alv_net_layer_f32 *low = &sample.net->layers[LOW], *high = &sample.net->layers[HIGH];
        for (int l = 0; l < DEPTH; l++) {
            const alv_net_layer_f32 *at = &sample.net->layers[l];
            logs[l] += log(alv_specimen_mean_square(&sample, at, at->delta) /
                           alv_specimen_mean_square(&sample, high, high->delta)) /
                       NETS;
        }
        sum += log(alv_specimen_mean_square(&sample, low, low->delta) /
                   alv_specimen_mean_square(&sample, high, high->delta)) /
               (HIGH - LOW) / NETS;
    }
    alv_specimen_free(&sample);
    *growth = exp(sum);
    for (int l = LOW; l <= HIGH; l++) alv_draw(out, 0, series, l + 1, exp(logs[l]));
    return status;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    alv_mean_field tanh_net = {.weight_variance = 1, .norm = ALV_NORM_BATCH};
    alv_mean_field_step step;
    double tanh_growth;
    (void)watch;
    ALV_TRY(measure(&out->measured[0], out, 0, "batch", "relu", "he_normal", error));
    ALV_TRY(measure(&out->measured[1], out, 2, "batch", "relu", "normal(std=0.01)", error));
    ALV_TRY(measure(&tanh_growth, out, 3, "batch", "tanh", "lecun_normal", error));
    ALV_TRY(alv_act_parse(&tanh_net.act, "tanh", error));
    ALV_TRY(alv_mean_field_at(&step, &tanh_net, 1, error));
    double fixed = step.q;
    ALV_TRY(alv_mean_field_at(&step, &tanh_net, fixed, error));
    out->measured[2] = tanh_growth / step.chi;
    for (int l = LOW; l <= HIGH; l++) {
        const double pi = 3.14159265358979323846;
        alv_draw(out, 0, 1, l + 1, pow(pi / (pi - 1), HIGH - l));
        alv_draw(out, 0, 4, l + 1, pow(step.chi, HIGH - l));
        alv_draw(out, 0, 6, l + 1, 1);
    }
    return measure(&out->measured[3], out, 5, "none", "relu", "he_normal", error);
}

const alv_experiment alv_experiment_yang2019 = {
    .name = "yang2019",
    .title = {"Batch normalization makes gradients explode with depth",
              "A normalização em lote faz o gradiente explodir com a profundidade"},
    .paper = "Yang, Pennington, Rao, Sohl-Dickstein & Schoenholz (2019), A mean field theory of "
             "batch normalization, arXiv:1902.08129",
    .setting =
        {"Dense nets of 40 layers of 256 units, norm before the activation, a batch of 512 "
         "normal inputs, a gradient of random signs sent down; growth of its mean square per "
         "layer between layers 36 and 10, geometric mean of 5 nets. In large batches relu "
         "has pi / (pi - 1) = 1.467; tanh is set beside this library's own map.",
         "Redes densas de 40 camadas de 256 unidades, norma antes da ativação, um lote de "
         "512 entradas normais, um gradiente de sinais aleatórios enviado para baixo; "
         "crescimento da sua média quadrática por camada entre as camadas 36 e 10, média "
         "geométrica de 5 redes. Em lotes grandes relu tem pi / (pi - 1) = 1,467; tanh fica "
         "ao lado do mapa desta biblioteca."},
    .claims =
        {{{"growth per layer, relu, he_normal", "crescimento por camada, relu, he_normal"},
          1.467,
          1.40,
          1.53},
         {{"the same with normal(std=0.01): the scale does not matter",
           "o mesmo com normal(std=0.01): a escala não importa"},
          1.467,
          1.40,
          1.53},
         {{"growth over the theory's, tanh", "crescimento sobre o da teoria, tanh"}, 1, 0.95, 1.05},
         {{"growth per layer without the norm, relu, he_normal",
           "crescimento por camada sem a norma, relu, he_normal"},
          1,
          0.95,
          1.05}},
    .figure = {{"Mean square of gradients, by layer, relative to layer 36",
                "Média quadrática dos gradientes, por camada, relativa à camada 36"},
               {{.title = {"40 layers of 256 units", "40 camadas de 256 unidades"},
                 .x = {{"layer", "camada"}},
                 .y = {{"mean square", "média quadrática"}, .log = true},
                 .series = {{{"relu, batch norm", "relu, norma"}, ALV_LINE},
                            ALV_BY_THEORY,
                            {{"the same, std 0.01", "o mesmo, std 0,01"}, ALV_LINE},
                            {{"tanh, batch norm", "tanh, norma"}, ALV_LINE},
                            ALV_BY_THEORY,
                            {{"relu, no norm", "relu, sem norma"}, ALV_LINE},
                            ALV_BY_THEORY}}}},
    .run = run,
};
