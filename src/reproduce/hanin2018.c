/* Hanin & Rolnick (2018), Sussillo & Abbott (2014): at finite width the log of a signal's length
 * walks at random, and drifts. */
#include <math.h>

#include "base/base.h"
#include "reproduce/rig.h"

enum { MOST = 200 };

/* Mean and variance over nets of ln(mean square of the last layer's activations / of the input's).
 */
static alv_status walk(double *mean, double *variance, const char *scheme, int64_t depth,
                       int64_t width, int64_t nets, alv_error *error)
{
    double sum = 0, squares = 0, h[MOST];
    int64_t n = 0;
    alv_rig rig;
    alv_status status = alv_rig_make(&rig, depth, width, "relu", scheme, "zeros", error);
    for (int64_t net = 0; net < nets && status == ALV_OK; net++) {
        status = alv_rig_pass(&rig, net, 1, error);
        if (status != ALV_OK) break;
        const double *z = rig.z[0] + (depth - 1) * width;
        for (int64_t i = 0; i < width; i++) h[i] = fmax(z[i], 0);
        const double size = alv_rig_mean_square(h, width) / alv_rig_mean_square(rig.x, width);
        if (!(size > 0)) continue; /* a dead net has no logarithm */
        sum += log(size), squares += log(size) * log(size), n++;
    }
    alv_rig_free(&rig);
    *mean = sum / (double)n;
    *variance = (squares - sum * *mean) / (double)(n - 1);
    return status;
}

static alv_status run(double *measured, const alv_watch *watch, alv_error *error)
{
    double mean, variance;
    (void)watch;
    ALV_TRY(walk(&mean, &variance, "he_normal", 40, 30, 3000, error));
    measured[0] = variance / (40 * 0.19115); /* exact: see the setting */
    measured[1] = mean / (40 * -0.08840);
    ALV_TRY(walk(&mean, &variance, "he_normal", 20, 100, 1000, error));
    measured[2] = variance / (20 * 0.05194);
    measured[3] = mean / (20 * -0.02542);
    ALV_TRY(walk(&mean, &variance, "random_walk", 20, 100, 1000, error));
    measured[4] = mean / 20;
    return ALV_OK;
}

const alv_experiment alv_experiment_hanin2018 = {
    .name = "hanin2018",
    .title = {"Narrow nets wander: the log of the signal walks at random",
              "Redes estreitas vagueiam: o log do sinal faz um passeio aleatório"},
    .paper = "Hanin & Rolnick (2018), How to start training, arXiv:1803.01719; Sussillo & Abbott "
             "(2014), Random walk initialization, arXiv:1412.6558",
    .setting = {"ReLU nets without biases: 40 layers of 30 units (3000 nets) and 20 of 100 (1000). "
                "Expected per layer, from the law of a layer, (2 / n) chi-square of K, K ~ "
                "Bin(n, 1/2): variance 0.19115 and drift -0.08840 at n = 30, 0.05194 and -0.02542 "
                "at n = 100 (to first order 5 / n and -2.5 / n).",
                "Redes ReLU sem vieses: 40 camadas de 30 unidades (3000 redes) e 20 de 100 (1000). "
                "Esperado por camada, da lei de uma camada, (2 / n) qui-quadrado de K, K ~ "
                "Bin(n, 1/2): variância 0,19115 e deriva -0,08840 com n = 30, 0,05194 e -0,02542 "
                "com n = 100 (em primeira ordem, 5 / n e -2,5 / n)."},
    .claims = {{{"variance of the log over the expected one, 40 layers of 30",
                 "variância do log sobre a esperada, 40 camadas de 30"},
                1,
                0.85,
                1.15},
               {{"drift of the log over the expected one, 40 layers of 30",
                 "deriva do log sobre a esperada, 40 camadas de 30"},
                1,
                0.85,
                1.15},
               {{"variance of the log over the expected one, 20 layers of 100",
                 "variância do log sobre a esperada, 20 camadas de 100"},
                1,
                0.85,
                1.15},
               {{"drift of the log over the expected one, 20 layers of 100",
                 "deriva do log sobre a esperada, 20 camadas de 100"},
                1,
                0.8,
                1.2},
               {{"drift per layer with Sussillo and Abbott's gain, 100 units",
                 "deriva por camada com o ganho de Sussillo e Abbott, 100 unidades"},
                0,
                -0.005,
                0.005}},
    .run = run,
};
