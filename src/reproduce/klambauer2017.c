/* Klambauer, Unterthiner, Mayr & Hochreiter (2017): SELU draws mean 0 and variance 1 to itself. */
#include <math.h>

#include "base/base.h"
#include "reproduce/rig.h"

enum { WIDTH = 512, DEPTH = 16, NETS = 20 };

/* Mean square of pre-activations, layer by layer (DEPTH), from inputs of mean square q. */
static alv_status settle(double *out, double q, alv_error *error)
{
    alv_rig rig;
    for (int l = 0; l < DEPTH; l++) out[l] = 0;
    alv_status status = alv_rig_make(&rig, DEPTH, WIDTH, "selu", "lecun_normal", "zeros", error);
    for (int64_t net = 0; net < NETS && status == ALV_OK; net++) {
        status = alv_rig_pass(&rig, net, sqrt(q), error);
        if (status != ALV_OK) break;
        for (int64_t l = 0; l < DEPTH; l++)
            out[l] += alv_rig_mean_square(rig.z[0] + l * WIDTH, WIDTH) / NETS;
    }
    alv_rig_free(&rig);
    return status;
}

/* From inputs of mean square q; beside the map of theory. */
static alv_status follow(double *last, alv_outcome *out, int series, double q, alv_error *error)
{
    double measured[DEPTH];
    alv_mean_field net = {.weight_variance = 1};
    alv_mean_field_step step = {.q = q};
    ALV_TRY(alv_act_parse(&net.act, "selu", error));
    ALV_TRY(settle(measured, q, error));
    for (int l = 0; l < DEPTH; l++) {
        alv_draw(out, 0, series, l + 1, measured[l]);
        alv_draw(out, 0, series + 1, l + 1, step.q);
        ALV_TRY(alv_mean_field_at(&step, &net, step.q, error));
    }
    *last = measured[DEPTH - 1];
    return ALV_OK;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    alv_gain gain;
    alv_act_spec selu;
    (void)watch;
    ALV_TRY(alv_act_parse(&selu, "selu", error));
    ALV_TRY(alv_act_gain(&gain, selu, error));
    out->measured[0] = gain.mean;
    out->measured[1] = gain.second;
    ALV_TRY(follow(&out->measured[2], out, 0, 0.5, error));
    return follow(&out->measured[3], out, 2, 2, error);
}

const alv_experiment alv_experiment_klambauer2017 = {
    .name = "klambauer2017",
    .title = {"SELU normalizes itself", "A SELU se normaliza sozinha"},
    .paper = "Klambauer, Unterthiner, Mayr & Hochreiter (2017), Self-normalizing neural networks, "
             "arXiv:1706.02515, theorem 1 and equation 14",
    .setting = {"Moments by quadrature; then 16 layers of 512 units, weights N(0, 1/n), no biases, "
                "20 nets, fed by inputs of half and of twice the variance.",
                "Momentos por quadratura; depois 16 camadas de 512 unidades, pesos N(0, 1/n), sem "
                "vieses, 20 redes, com entradas de metade e do dobro da variância."},
    .claims = {{{"mean of selu(z), z normal", "média de selu(z), z normal"}, 0, -1e-9, 1e-9},
               {{"mean square of selu(z)", "média dos quadrados de selu(z)"},
                1,
                0.999999999,
                1.000000001},
               {{"mean square after 16 layers, from 0.5",
                 "média dos quadrados após 16 camadas, a partir de 0,5"},
                1,
                0.95,
                1.05},
               {{"the same, from 2", "o mesmo, a partir de 2"}, 1, 0.95, 1.05}},
    .figure = {{"Mean square of pre-activations, by layer, from two sizes of inputs",
                "Média quadrática das pré-ativações, por camada, de dois tamanhos de entradas"},
               {{.title = {"16 SELU layers, lecun_normal", "16 camadas SELU, lecun_normal"},
                 .x = {{"layer", "camada"}},
                 .y = {{"mean square", "média quadrática"}},
                 .series = {{{"from 0.5", "de 0,5"}, ALV_LINE},
                            ALV_BY_THEORY,
                            {{"from 2", "de 2"}, ALV_LINE},
                            ALV_BY_THEORY}}}},
    .run = run,
};
