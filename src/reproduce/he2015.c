/* He, Zhang, Ren & Sun (2015): what a ReLU layer does to signals, by scheme. */
#include <math.h>

#include "base/base.h"
#include "reproduce/rig.h"

enum { WIDTH = 256, DEPTH = 20, NETS = 20 };

/* The factor by which a layer multiplies the mean square of its inputs, over 19 layers. */
static alv_status ratio(double *out, const char *scheme, alv_error *error)
{
    double first = 0, last = 0;
    alv_rig rig;
    alv_status status = alv_rig_make(&rig, DEPTH, WIDTH, "relu", scheme, "zeros", error);
    for (int64_t net = 0; net < NETS && status == ALV_OK; net++) {
        status = alv_rig_pass(&rig, net, 1, error);
        if (status != ALV_OK) break;
        first += alv_rig_mean_square(rig.z[0], WIDTH);
        last += alv_rig_mean_square(rig.z[0] + (DEPTH - 1) * WIDTH, WIDTH);
    }
    alv_rig_free(&rig);
    *out = pow(last / first, 1.0 / (DEPTH - 1));
    return status;
}

static alv_status run(double *measured, const alv_watch *watch, alv_error *error)
{
    static const char *const schemes[] = {"he_normal", "xavier_normal", "torch_default"};
    (void)watch;
    for (int i = 0; i < 3; i++) ALV_TRY(ratio(&measured[i], schemes[i], error));
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
    .run = run,
};
