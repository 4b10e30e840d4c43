/* Hanin & Rolnick (2018), Sussillo & Abbott (2014): at finite width the log of a signal's length
 * walks at random, and drifts. */
#include <math.h>

#include "base/base.h"
#include "reproduce/rig.h"

enum { MOST = 200 };

/* Mean and variance over nets, layer by layer (depth), of ln(mean square of activations / of the
 * input's). */
static alv_status walk(double *mean, double *variance, const char *scheme, int64_t depth,
                       int64_t width, int64_t nets, alv_error *error)
{
    double h[MOST];
    int64_t n[MOST] = {0};
    alv_rig rig;
    for (int64_t l = 0; l < depth; l++) mean[l] = variance[l] = 0;
    alv_status status = alv_rig_make(&rig, depth, width, "relu", scheme, "zeros", error);
    for (int64_t net = 0; net < nets && status == ALV_OK; net++) {
        status = alv_rig_pass(&rig, net, 1, error);
        if (status != ALV_OK) break;
        for (int64_t l = 0; l < depth; l++) {
            for (int64_t i = 0; i < width; i++) h[i] = fmax(rig.z[0][l * width + i], 0);
            const double size = alv_rig_mean_square(h, width) / alv_rig_mean_square(rig.x, width);
            if (!(size > 0)) break; /* a dead net has no logarithm */
            mean[l] += log(size), variance[l] += log(size) * log(size), n[l]++;
        }
    }
    alv_rig_free(&rig);
    for (int64_t l = 0; l < depth; l++) {
        mean[l] /= (double)n[l];
        variance[l] = (variance[l] - (double)n[l] * mean[l] * mean[l]) / (double)(n[l] - 1);
    }
    return status;
}

/* Beside the exact law: `per_layer` of the drift and the variance. */
static void draw(alv_outcome *out, int series, const double *mean, const double *variance,
                 int depth, const double per_layer[2])
{
    for (int l = 0; l < depth; l++) {
        alv_draw(out, 0, series, l + 1, variance[l]);
        alv_draw(out, 0, series + 1, l + 1, (l + 1) * per_layer[1]);
        alv_draw(out, 1, series, l + 1, mean[l]);
        alv_draw(out, 1, series + 1, l + 1, (l + 1) * per_layer[0]);
    }
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    /* Drift and variance per layer, exact: see the setting. */
    static const double narrow[] = {-0.08840, 0.19115}, wide[] = {-0.02542, 0.05194};
    static const double none[] = {0, 0.05194};
    double mean[MOST], variance[MOST];
    (void)watch;
    ALV_TRY(walk(mean, variance, "he_normal", 40, 30, 3000, error));
    out->measured[0] = variance[39] / (40 * narrow[1]);
    out->measured[1] = mean[39] / (40 * narrow[0]);
    draw(out, 0, mean, variance, 40, narrow);
    ALV_TRY(walk(mean, variance, "he_normal", 20, 100, 1000, error));
    out->measured[2] = variance[19] / (20 * wide[1]);
    out->measured[3] = mean[19] / (20 * wide[0]);
    draw(out, 2, mean, variance, 20, wide);
    ALV_TRY(walk(mean, variance, "random_walk", 20, 100, 1000, error));
    out->measured[4] = mean[19] / 20;
    draw(out, 4, mean, variance, 20, none);
    return ALV_OK;
}

#define WALKS                                                                                      \
    .x = {{"layer", "camada"}}, .series = {{{"he, 30 units", "he, 30 unidades"}, ALV_LINE},        \
                                           ALV_BY_THEORY,                                          \
                                           {{"he, 100 units", "he, 100 unidades"}, ALV_LINE},      \
                                           ALV_BY_THEORY,                                          \
                                           {{"random_walk, 100"}, ALV_LINE},                       \
                                           ALV_BY_THEORY}

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
    .figure = {{"The log of a signal's mean square over random nets, by layer",
                "O log da média quadrática de um sinal sobre redes aleatórias, por camada"},
               {{.title = {"How far nets stray", "Quanto as redes se espalham"},
                 .y = {{"variance of the log", "variância do log"}},
                 WALKS},
                {.title = {"Where they drift", "Para onde vão"},
                 .y = {{"mean of the log", "média do log"}},
                 WALKS}}},
    .run = run,
};
