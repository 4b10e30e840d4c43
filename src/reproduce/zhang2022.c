/* Zhang, Botev & Martens (2022), Deep learning without shortcuts: shaping the kernel with tailored
 * rectifiers. A leaky ReLU whose slope is set by the depth keeps inputs apart where ReLU makes
 * them all alike. */
#include <math.h>

#include "base/base.h"
#include "reproduce/rig.h"
#include "reproduce/specimen.h"

enum { WIDTH = 256, DEPTH = 50, NETS = 3 };
enum { ROWS = 32, STEPS = 800, SEEDS = 3, RATES = 4 };

static const double rates[RATES] = {0.1, 0.03, 0.01, 0.003};

/* The correlation after `depth` layers of slope a, of two inputs at right angles. */
static double map(double a, int depth)
{
    const double pi = 3.14159265358979323846;
    double c = 0;
    for (int l = 0; l < depth; l++)
        c = ((1 - a) * (1 - a) * (sqrt(fmax(0, 1 - c * c)) + (pi - acos(fmin(c, 1))) * c) / pi +
             2 * a * c) /
            (1 + a * a);
    return c;
}

/* The slope for which that is 0.9, the paper's eta. */
static double tailored(int depth)
{
    double lo = 0, hi = 1;
    for (int i = 0; i < 60; i++) {
        const double a = (lo + hi) / 2;
        *(map(a, depth) > 0.9 ? &lo : &hi) = a;
    }
    return (lo + hi) / 2;
}

/* The cosine of two inputs at right angles, by layer, mean over nets; drawn beside the map. */
static alv_status measure(double *last, alv_outcome *out, int series, double a, alv_error *error)
{
    alv_rig rig;
    char act[48], weights[64];
    double x[2][WIDTH], c[DEPTH] = {0};
    alv_text_format(act, sizeof act, "leaky_relu(%g)", a);
    alv_text_format(weights, sizeof weights, "orthogonal(gain=%g)", sqrt(2 / (1 + a * a)));
    alv_status status = alv_rig_make(&rig, DEPTH, WIDTH, act, weights, "zeros", error);
    for (int net = 0; net < NETS && status == ALV_OK; net++) {
        status = alv_rig_draw(&rig, net, error);
        if (status != ALV_OK) break;
        alv_rig_axes(x[0], x[1], WIDTH, net);
        for (int which = 0; which < 2; which++) alv_rig_forward(&rig, which, x[which]);
        for (int l = 0; l < DEPTH; l++) {
            double sums[3] = {0};
            for (int i = 0; i < WIDTH; i++) {
                const double p = rig.z[0][l * WIDTH + i], q = rig.z[1][l * WIDTH + i];
                const double f = p < 0 ? a * p : p, g = q < 0 ? a * q : q;
                sums[0] += f * g, sums[1] += f * f, sums[2] += g * g;
            }
            c[l] += sums[0] / sqrt(sums[1] * sums[2]) / NETS;
        }
    }
    alv_rig_free(&rig);
    for (int l = 0; l < DEPTH; l++) {
        alv_draw(out, 0, series, l + 1, c[l]);
        alv_draw(out, 0, series + 1, l + 1, map(a, l + 1));
    }
    *last = c[DEPTH - 1];
    return status;
}

/* The lowest of the losses at the rates. */
static alv_status train(double *best, alv_outcome *out, int series, double a, uint64_t seed,
                        const alv_watch *watch, alv_error *error)
{
    char text[80], weights[96];
    alv_specimen sample;
    alv_text_format(weights, sizeof weights, "orthogonal(gain=%g)", sqrt(2 / (1 + a * a)));
    alv_text_format(text, sizeof text, "mlp 64-64x50-10 leaky_relu(%g)", a);
    alv_status status = alv_specimen_make(&sample, text, ROWS, 1, error);
    if (status == ALV_OK)
        status = alv_specimen_best(best, &sample, weights, rates, RATES, STEPS, seed, out,
                                   seed == 0 ? 1 : -1, RATES * series, watch, error);
    alv_specimen_free(&sample);
    return status;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    const double a = tailored(DEPTH);
    double relu = 0, leaky = 0;
    out->measured[0] = a;
    out->measured[1] = map(0, DEPTH);
    ALV_TRY(measure(&out->measured[2], out, 0, a, error));
    ALV_TRY(measure(&out->measured[3], out, 2, 0, error));
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        double one;
        ALV_TRY(train(&one, out, 0, a, seed, watch, error));
        leaky += one;
        ALV_TRY(train(&one, out, 1, 0, seed, watch, error));
        relu += one;
    }
    alv_draw(out, 1, 2 * RATES, 0, log(10));
    out->measured[4] = leaky / relu;
    return ALV_OK;
}

const alv_experiment alv_experiment_zhang2022 = {
    .name = "zhang2022",
    .title = {"A leaky ReLU tailored to the depth keeps inputs apart, ReLU does not",
              "Uma leaky ReLU sob medida para a profundidade separa entradas, a ReLU não"},
    .paper = "Zhang, Botev & Martens (2022), Deep learning without shortcuts: shaping the kernel "
             "with tailored rectifiers, arXiv:2203.08120",
    .setting =
        {"50 plain layers, orthogonal weights of gain sqrt(2 / (1 + a^2)); the slope for which "
         "two inputs at right angles end with correlation 0.9 (the paper's eta). Cosines: 256 "
         "units, 3 nets. Training: 64 units, blobs, plain SGD, batch 32, 800 steps, the best "
         "of rates 0.1, 0.03, 0.01 and 0.003, means of 3 seeds; a first run had normal "
         "weights and the first two rates, at which tailored nets diverge. The paper trains "
         "convolutional nets on ImageNet.",
         "50 camadas simples, pesos ortogonais de ganho sqrt(2 / (1 + a^2)); a inclinação com "
         "que duas entradas em ângulo reto terminam com correlação 0,9 (o eta do artigo). "
         "Cossenos: 256 unidades, 3 redes. Treino: 64 unidades, blobs, SGD simples, lote 32, "
         "800 passos, a melhor das taxas 0,1, 0,03, 0,01 e 0,003, médias de 3 sementes; uma "
         "primeira rodada tinha pesos normais e as duas primeiras taxas, em que as redes sob "
         "medida divergem. O artigo treina redes convolucionais na ImageNet."},
    .claims = {{{"the slope for 50 layers (0.430523 by another program)",
                 "a inclinação para 50 camadas (0,430523 por outro programa)"},
                (double)NAN,
                0.430522,
                0.430524},
               {{"relu: the map's correlation after 50 layers",
                 "relu: a correlação do mapa após 50 camadas"},
                (double)NAN,
                0.987,
                0.989},
               {{"tailored: cosine of two inputs after 50 layers",
                 "sob medida: cosseno de duas entradas após 50 camadas"},
                0.9,
                0.85,
                0.95},
               {{"relu: the same", "relu: o mesmo"}, (double)NAN, 0.97, 1},
               {{"final training loss, tailored over relu",
                 "perda final de treino, sob medida sobre "
                 "relu"},
                (double)NAN,
                0,
                0.8}},
    .figure = {{"How alike two inputs become, and what training makes of it",
                "Quão iguais ficam duas entradas, e o que o treino faz disso"},
               {{.title = {"Cosine of two inputs", "Cosseno de duas entradas"},
                 .x = {{"layer", "camada"}},
                 .y = {{"cosine", "cosseno"}},
                 .series = {{{"tailored", "sob medida"}, ALV_LINE},
                            ALV_BY_THEORY,
                            {{"relu"}, ALV_LINE},
                            ALV_BY_THEORY}},
                {.title = {"Loss of 50 layers, one seed", "Perda de 50 camadas, uma semente"},
                 .x = {{"step", "passo"}},
                 .y = {{"training loss", "perda de treino"}},
                 .series = {{{"tailored, 0.1", "sob medida, 0,1"}, ALV_LINE},
                            {{"tailored, 0.03", "sob medida, 0,03"}, ALV_LINE},
                            {{"tailored, 0.01", "sob medida, 0,01"}, ALV_LINE},
                            {{"tailored, 0.003", "sob medida, 0,003"}, ALV_LINE},
                            {{"relu, 0.1", "relu, 0,1"}, ALV_LINE},
                            {{"relu, 0.03", "relu, 0,03"}, ALV_LINE},
                            {{"relu, 0.01", "relu, 0,01"}, ALV_LINE},
                            {{"relu, 0.003", "relu, 0,003"}, ALV_LINE},
                            {{"guessing", "acaso"}, ALV_LEVEL}}}}},
    .run = run,
};
