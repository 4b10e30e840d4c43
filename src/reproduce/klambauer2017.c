/* Klambauer, Unterthiner, Mayr & Hochreiter (2017): SELU draws mean 0 and variance 1 to itself. */
#include <math.h>

#include "base/base.h"
#include "reproduce/rig.h"

enum { WIDTH = 512, DEPTH = 16, NETS = 20 };

/* Mean square of the last pre-activations, from inputs of mean square q. */
static alv_status settle(double *out, double q, alv_error *error)
{
    alv_rig rig;
    *out = 0;
    alv_status status = alv_rig_make(&rig, DEPTH, WIDTH, "selu", "lecun_normal", "zeros", error);
    for (int64_t net = 0; net < NETS && status == ALV_OK; net++) {
        status = alv_rig_pass(&rig, net, sqrt(q), error);
        if (status != ALV_OK) break;
        *out += alv_rig_mean_square(rig.z[0] + (DEPTH - 1) * WIDTH, WIDTH) / NETS;
    }
    alv_rig_free(&rig);
    return status;
}

static alv_status run(double *measured, const alv_watch *watch, alv_error *error)
{
    alv_gain gain;
    alv_act_spec selu;
    (void)watch;
    ALV_TRY(alv_act_parse(&selu, "selu", error));
    ALV_TRY(alv_act_gain(&gain, selu, error));
    measured[0] = gain.mean;
    measured[1] = gain.second;
    ALV_TRY(settle(&measured[2], 0.5, error));
    return settle(&measured[3], 2, error);
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
    .run = run,
};
