/* He, Zhang, Ren & Sun (2015): what a ReLU layer does to signals, by scheme. */
#include <math.h>

#include "base/base.h"
#include "reproduce/rig.h"

enum { WIDTH = 256, DEPTH = 20, NETS = 20 };

enum { SCHEMES = 3 };

/* Sums over nets of the mean square of each layer's pre-activations, (DEPTH). */
static alv_status measure(double *q, const char *scheme, alv_error *error)
{
    alv_rig rig;
    alv_status status = alv_rig_make(&rig, DEPTH, WIDTH, "relu", scheme, "zeros", error);
    for (int64_t net = 0; net < NETS && status == ALV_OK; net++) {
        status = alv_rig_pass(&rig, net, 1, error);
        for (int64_t l = 0; status == ALV_OK && l < DEPTH; l++)
            q[l] += alv_rig_mean_square(rig.z[0] + l * WIDTH, WIDTH);
    }
    alv_rig_free(&rig);
    return status;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    static const char *const schemes[] = {"he_normal", "xavier_normal", "torch_default"};
    static const double factors[] = {1, 0.5, 1.0 / 6};
    (void)watch;
    for (int i = 0; i < SCHEMES; i++) {
        double q[DEPTH] = {0};
        ALV_TRY(measure(q, schemes[i], error));
        out->measured[i] = pow(q[DEPTH - 1] / q[0], 1.0 / (DEPTH - 1));
        for (int l = 0; l < DEPTH; l++) {
            alv_draw(out, 0, 2 * i, l + 1, q[l] / q[0]);
            alv_draw(out, 0, 2 * i + 1, l + 1, pow(factors[i], l));
        }
    }
    return ALV_OK;
}

const alv_experiment alv_experiment_he2015 = {
    .name = "he2015",
    .title = {"He keeps ReLU signals, Xavier halves them",
              "He conserva sinais de ReLU, Xavier os corta pela metade"},
    .paper = "He, Zhang, Ren & Sun (2015), Delving deep into rectifiers, arXiv:1502.01852, "
             "equations 7 to 10",
    .setting = {"20 dense layers of 256 units, no biases, 20 random nets: mean square of "
                "pre-activations, geometric mean over 19 layers. The paper derives the factors.",
                "20 camadas densas de 256 unidades, sem vieses, 20 redes aleatórias: média dos "
                "quadrados das pré-ativações, média geométrica de 19 camadas. O artigo deduz os "
                "fatores."},
    .claims = {{{"factor of the mean square per layer, he_normal",
                 "fator da média dos quadrados por camada, he_normal"},
                1,
                0.97,
                1.03},
               {{"the same, xavier_normal", "o mesmo, xavier_normal"}, 0.5, 0.48, 0.52},
               {{"the same, torch_default (1/6 by the same equations)",
                 "o mesmo, torch_default (1/6 pelas mesmas equações)"},
                (double)NAN,
                0.157,
                0.177}},
    .figure = {{"Mean square of pre-activations, by layer, relative to the first",
                "Média quadrática das pré-ativações, por camada, relativa à primeira"},
               {{.title = {"20 ReLU layers", "20 camadas ReLU"},
                 .x = {{"layer", "camada"}},
                 .y = {{"mean square", "média quadrática"}, .log = true},
                 .series = {{{"he_normal"}, ALV_LINE},
                            ALV_BY_THEORY,
                            {{"xavier_normal"}, ALV_LINE},
                            ALV_BY_THEORY,
                            {{"torch_default"}, ALV_LINE},
                            ALV_BY_THEORY}}}},
    .run = run,
};
