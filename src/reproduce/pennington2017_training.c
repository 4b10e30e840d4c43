/* Pennington, Schoenholz & Ganguli (2017): nets that begin near an isometry learn sooner, the more
 * so the deeper they are. */
#include <math.h>

#include "base/base.h"
#include "reproduce/specimen.h"

enum { ROWS = 64, MOST = 1500, SEEDS = 3, DEPTHS = 3, KINDS = 3 };

static const int depths[DEPTHS] = {10, 30, 60};
static const double rates[] = {0.03, 0.1, 0.3, 1};
static const struct {
    const char *act, *weights;
    int depths;                                              /* of these, the first so many */
} kinds[KINDS] = {{"tanh", "orthogonal(gain=1.0151847)", 3}, /* chi = 1 at q = 1 / 64 */
                  {"tanh", "variance_scaling(scale=1.0306, distribution=normal)", 3},
                  {"relu", "he_normal", 2}};

/* Steps until the loss is below 1, at the best of the rates; a rate that is worse than the best so
 * far is given up there. */
static alv_status soonest(double *best, int kind, int depth, uint64_t seed, const alv_watch *watch,
                          alv_error *error)
{
    char text[64];
    int most = MOST;
    alv_specimen sample;
    alv_text_format(text, sizeof text, "mlp 64-100x%d-10 %s", depth, kinds[kind].act);
    alv_status status = alv_specimen_make(&sample, text, ROWS, 1, error);
    for (int i = 0; i < ALV_COUNT(rates) && status == ALV_OK; i++) {
        status = alv_specimen_draw(&sample, kinds[kind].weights, seed, error);
        if (status == ALV_OK)
            status = alv_specimen_reach(&most, &sample, rates[i], 1, most, seed, watch, error);
    }
    alv_specimen_free(&sample);
    *best = most;
    return status;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    double steps[KINDS][DEPTHS] = {{0}};
    for (int kind = 0; kind < KINDS; kind++)
        for (int d = 0; d < kinds[kind].depths; d++) {
            double logs = 0, one;
            for (uint64_t seed = 0; seed < SEEDS; seed++) {
                ALV_TRY(soonest(&one, kind, depths[d], seed, watch, error));
                logs += log(one) / SEEDS;
            }
            steps[kind][d] = exp(logs);
            alv_draw(out, 0, kind, depths[d], steps[kind][d]);
        }
    out->measured[0] = steps[1][2] / steps[0][2];
    out->measured[1] = log(steps[0][2] / steps[0][0]) / log(6);
    out->measured[2] = log(steps[1][2] / steps[1][0]) / log(6);
    out->measured[3] = steps[2][1] / steps[0][1];
    for (int d = 0; d < DEPTHS; d++)
        alv_draw(out, 0, KINDS, depths[d], steps[0][0] * sqrt(depths[d] / 10.0));
    return ALV_OK;
}

const alv_experiment alv_experiment_pennington2017_training = {
    .name = "pennington2017_training",
    .title = {"Orthogonal tanh nets learn sooner, the more so the deeper",
              "Redes tanh ortogonais aprendem antes, tanto mais quanto mais fundas"},
    .paper = "Pennington, Schoenholz & Ganguli (2017), Resurrecting the sigmoid in deep learning "
             "through dynamical isometry, arXiv:1711.04735, section 3",
    .setting =
        {"10, 30 and 60 layers of 100 units on blobs, plain SGD, batch 64: steps until the loss "
         "is below 1, at the best of the rates 0.03, 0.1, 0.3 and 1, at most 1500; geometric "
         "means of 3 seeds. tanh of weight variance 1.0306 / n (critical at q = 1/64), biases 0; "
         "relu with he_normal, to 30 layers. The paper has 200 layers of 400 units, CIFAR-10, and "
         "says learning "
         "time grows as the square root of the depth.",
         "10, 30 e 60 camadas de 100 unidades sobre blobs, SGD simples, lote 64: passos até a "
         "perda ficar abaixo de 1, na melhor das taxas 0,03, 0,1, 0,3 e 1, no máximo 1500; médias "
         "geométricas de 3 sementes. tanh com variância dos pesos 1,0306 / n (crítica em q = "
         "1/64), vieses 0; relu com he_normal, até 30 camadas. O artigo tem 200 camadas de 400 "
         "unidades, "
         "CIFAR-10, e diz que o tempo cresce como a raiz da profundidade."},
    .claims = {{{"60 layers of tanh: steps with normal weights over orthogonal",
                 "60 camadas tanh: passos com pesos normais sobre ortogonais"},
                (double)NAN,
                4,
                (double)INFINITY},
               {{"orthogonal: exponent of steps by depth, 10 to 60 layers",
                 "ortogonais: expoente dos passos pela profundidade, 10 a 60 camadas"},
                0.5,
                0,
                0.8},
               {{"normal: the same exponent", "normais: o mesmo expoente"},
                (double)NAN,
                1,
                (double)INFINITY},
               {{"30 layers: steps of relu with he_normal over orthogonal tanh",
                 "30 camadas: passos de relu com he_normal sobre tanh ortogonal"},
                (double)NAN,
                1,
                (double)INFINITY}},
    .figure = {{"Steps until the loss is below 1, by depth",
                "Passos até a perda ficar abaixo de 1, por profundidade"},
               {{.title = {"100 units, at most 1500 steps", "100 unidades, no máximo 1500 passos"},
                 .x = {{"layers", "camadas"}, .log = true},
                 .y = {{"steps", "passos"}, .log = true},
                 .series = {{{"tanh, orthogonal", "tanh, ortogonal"}, ALV_LINE},
                            {{"tanh, normal"}, ALV_LINE},
                            {{"relu, he_normal"}, ALV_LINE},
                            {{"square root of the depth", "raiz da profundidade"}, ALV_THEORY}}}}},
    .run = run,
};
