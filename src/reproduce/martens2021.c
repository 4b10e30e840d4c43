/* Martens et al. (2021), Rapid training of deep neural networks without skip connections or
 * normalization layers using deep kernel shaping: activations whose map of correlations hardly
 * bends over the whole depth.
 *
 * f(z) = g (act(a z + b) + d) computes what an ordinary net does whose weights are a g W and whose
 * biases are b + a g d W 1; but steps of gradient descent differ, so that f is an activation here,
 * as in the paper. */
#include <math.h>

#include "base/base.h"
#include "reproduce/shape.h"
#include "reproduce/specimen.h"

enum { WIDTH = 256, DEPTH = 50, ACTS = 4, NETS = 3 };
enum { UNITS = 64, ROWS = 32, STEPS = 800, SEEDS = 3, RATES = 2 };

static const char *const acts[ACTS] = {"tanh", "softplus", "silu", "gelu"};
static const double rates[RATES] = {0.1, 0.03};

/* C'(1) of the whole net is 1.5, the paper's. */
static alv_status shape_of(alv_shape *out, const char *name, alv_error *error)
{
    alv_act_spec act;
    ALV_TRY(alv_act_parse(&act, name, error));
    return alv_shape_dks(out, act, pow(1.5, 1.0 / DEPTH), error);
}

/* The farthest that a shape is from its four conditions; the map's slope by differences of fourth
 * order, not as the shape was found. */
static double farthest(const alv_shape *shape)
{
    alv_shape_moments m, at[4];
    const double h = 1e-2, q[] = {1 - 2 * h, 1 - h, 1 + h, 1 + 2 * h};
    alv_shape_look(&m, shape);
    for (int i = 0; i < 4; i++) {
        alv_shape scaled = *shape;
        scaled.in_scale *= sqrt(q[i]);
        alv_shape_look(&at[i], &scaled);
    }
    const double map =
        (at[0].square - 8 * at[1].square + 8 * at[2].square - at[3].square) / (12 * h);
    return fmax(fmax(fabs(m.mean), fabs(m.square - 1)),
                fmax(fabs(map - 1), fabs(m.slope - pow(1.5, 1.0 / DEPTH))));
}

static double size(const alv_shape *shape, const double *z, const double *other)
{
    double sum = 0;
    for (int i = 0; i < WIDTH; i++)
        sum += alv_shape_at(shape, z[i]) * alv_shape_at(shape, other[i]) / WIDTH;
    return sum;
}

/* Means over nets, by layer: mean square of f, and the cosine of the two. */
static alv_status measure(double q[DEPTH], double c[DEPTH], const alv_shape *shape,
                          const char *weights, alv_error *error)
{
    alv_rig rig;
    double x[2][WIDTH];
    alv_status status = alv_rig_make(&rig, DEPTH, WIDTH, "identity", weights, "zeros", error);
    rig.act = alv_shape_act(shape);
    for (int net = 0; net < NETS && status == ALV_OK; net++) {
        status = alv_rig_draw(&rig, net, error);
        if (status != ALV_OK) break;
        alv_rig_axes(x[0], x[1], WIDTH, net);
        for (int which = 0; which < 2; which++) alv_rig_forward(&rig, which, x[which]);
        for (int l = 0; l < DEPTH; l++) {
            const double *z = rig.z[0] + l * WIDTH, *other = rig.z[1] + l * WIDTH;
            const double zz = size(shape, z, z), oo = size(shape, other, other);
            q[l] += zz / NETS;
            c[l] += size(shape, z, other) / sqrt(zz * oo) / NETS;
        }
    }
    alv_rig_free(&rig);
    return status;
}

static alv_status measure_maps(alv_outcome *out, alv_error *error)
{
    for (int i = 0; i < ACTS; i++) {
        alv_shape shape;
        double q[DEPTH] = {0}, c[DEPTH] = {0}, expected = 0;
        ALV_TRY(shape_of(&shape, acts[i], error));
        ALV_TRY(measure(q, c, &shape, "orthogonal", error));
        out->measured[0] = fmax(out->measured[0], farthest(&shape));
        out->measured[1] = fmax(out->measured[1], fabs(q[DEPTH - 1] - 1));
        out->measured[2] = fmax(out->measured[2], c[DEPTH - 1]);
        for (int l = 0; l < DEPTH; l++) {
            expected = alv_shape_correlation(&shape, expected);
            alv_draw(out, 0, 2 * i, l + 1, c[l]);
            alv_draw(out, 0, 2 * i + 1, l + 1, expected);
        }
    }
    return ALV_OK;
}

static alv_status measure_relu(alv_outcome *out, alv_error *error)
{
    alv_shape relu = {.in_scale = 1, .out_scale = 1};
    double q[DEPTH] = {0}, c[DEPTH] = {0};
    ALV_TRY(alv_act_parse(&relu.act, "relu", error));
    ALV_TRY(measure(q, c, &relu, "orthogonal(gain=1.4142135623730951)", error));
    out->measured[3] = c[DEPTH - 1];
    for (int l = 0; l < DEPTH; l++) alv_draw(out, 0, 2 * ACTS, l + 1, c[l]);
    return ALV_OK;
}

/* The lower of the losses at the two rates; a NULL shape: softplus as it is. */
static alv_status train(double *best, alv_outcome *out, int series, const alv_shape *shape,
                        uint64_t seed, const alv_watch *watch, alv_error *error)
{
    alv_specimen sample;
    const alv_act_spec act = alv_shape_act(shape);
    alv_status status = alv_specimen_make_with(&sample, "mlp 64-64x50-10 softplus",
                                               shape ? &act : NULL, ROWS, 1, error);
    if (status == ALV_OK)
        status =
            alv_specimen_best(best, &sample, shape ? "orthogonal" : "he_normal", rates, RATES,
                              STEPS, seed, out, seed == 0 ? 1 : -1, RATES * series, watch, error);
    alv_specimen_free(&sample);
    return status;
}

static alv_status measure_training(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    alv_shape shape;
    ALV_TRY(shape_of(&shape, "softplus", error));
    out->measured[4] = (double)INFINITY;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        double raw, shaped;
        ALV_TRY(train(&raw, out, 0, NULL, seed, watch, error));
        ALV_TRY(train(&shaped, out, 1, &shape, seed, watch, error));
        out->measured[4] = fmin(out->measured[4], raw / log(10));
        out->measured[5] = fmax(out->measured[5], shaped / log(10));
    }
    alv_draw(out, 1, 2 * RATES, 0, log(10));
    return ALV_OK;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    ALV_TRY(measure_maps(out, error));
    ALV_TRY(measure_relu(out, error));
    return measure_training(out, watch, error);
}

const alv_experiment alv_experiment_martens2021 = {
    .name = "martens2021",
    .title = {"Shaped activations keep inputs apart through 50 plain layers",
              "Ativações moldadas mantêm entradas separadas por 50 camadas simples"},
    .paper = "Martens et al. (2021), Rapid training of deep neural networks without skip "
             "connections or normalization layers using deep kernel shaping, arXiv:2110.01765",
    .setting =
        {"Shapes g (act(a z + b) + d) with mean 0, square 1, slope 1 of the map of squares, "
         "slope 1.5^(1/50) of the map of correlations, for tanh, softplus, silu and gelu. 50 "
         "layers of 256 units, "
         "orthogonal weights, 3 nets, two inputs at right angles. Training: 50 softplus "
         "layers of 64 units on blobs, plain SGD, batch 32, 800 steps, the better of rates "
         "0.1 and 0.03, 3 seeds; raw: he_normal. A first program put the shape into the "
         "weights and biases of a softplus net: the same function, but steps of gradient "
         "descent differ, and it diverged at both rates; the shape is an activation now, as in "
         "the paper. The paper trains convolutional nets on ImageNet.",
         "Formas g (act(a z + b) + d) com média 0, quadrado 1, inclinação 1 do mapa dos "
         "quadrados, inclinação 1,5^(1/50) do mapa das correlações, para tanh, softplus, "
         "silu e gelu. 50 camadas de 256 unidades, pesos ortogonais, 3 redes, duas entradas em "
         "ângulo reto. Treino: 50 "
         "camadas softplus de 64 unidades sobre blobs, SGD simples, lote 32, 800 passos, a "
         "melhor das taxas 0,1 e 0,03, 3 sementes; crua: he_normal. Um primeiro programa punha a "
         "forma nos pesos e vieses de uma rede softplus: a função é a mesma, mas os passos da "
         "descida de gradiente são outros, e ela divergia nas duas taxas; agora a forma é uma "
         "ativação, como no artigo. O artigo treina redes convolucionais na ImageNet."},
    .claims = {{{"farthest from the four conditions, four activations",
                 "o mais longe das quatro condições, quatro ativações"},
                0,
                0,
                1e-8},
               {{"layer 50: |mean square - 1|, the largest of the four",
                 "camada 50: |média quadrática - 1|, a maior das quatro"},
                0,
                0,
                0.1},
               {{"layer 50: cosine of two inputs at right angles, the largest of the four",
                 "camada 50: cosseno de duas entradas em ângulo reto, o maior das quatro"},
                (double)NAN,
                -1,
                0.2},
               {{"the same with relu", "o mesmo com relu"}, (double)NAN, 0.97, 1},
               {{"raw softplus: lowest final loss of 3 seeds over that of guessing",
                 "softplus crua: menor perda final de 3 sementes sobre a do acaso"},
                1,
                0.97,
                (double)INFINITY},
               {{"shaped softplus: highest final loss over that of guessing",
                 "softplus moldada: maior perda final sobre a do acaso"},
                (double)NAN,
                0,
                0.5}},
    .figure = {{"How alike two inputs become, and what training makes of it",
                "Quão iguais ficam duas entradas, e o que o treino faz disso"},
               {{.title = {"Cosine of two inputs", "Cosseno de duas entradas"},
                 .x = {{"layer", "camada"}},
                 .y = {{"cosine", "cosseno"}},
                 .series = {{{"tanh"}, ALV_LINE},
                            ALV_BY_THEORY,
                            {{"softplus"}, ALV_LINE},
                            ALV_BY_THEORY,
                            {{"silu"}, ALV_LINE},
                            ALV_BY_THEORY,
                            {{"gelu"}, ALV_LINE},
                            ALV_BY_THEORY,
                            {{"relu, raw", "relu, crua"}, ALV_LINE}}},
                {.title = {"Loss of 50 softplus layers, one seed",
                           "Perda de 50 camadas softplus, uma semente"},
                 .x = {{"step", "passo"}},
                 .y = {{"training loss", "perda de treino"}},
                 .series = {{{"raw, 0.1", "crua, 0,1"}, ALV_LINE},
                            {{"raw, 0.03", "crua, 0,03"}, ALV_LINE},
                            {{"shaped, 0.1", "moldada, 0,1"}, ALV_LINE},
                            {{"shaped, 0.03", "moldada, 0,03"}, ALV_LINE},
                            {{"guessing", "acaso"}, ALV_LEVEL}}}}},
    .run = run,
};
