/* Pennington, Schoenholz & Ganguli (2017): orthogonal weights keep a tanh net near an isometry,
 * where Gaussian ones, and any with ReLU, do not. */
#include <math.h>

#include "base/base.h"
#include "reproduce/rig.h"

enum { WIDTH = 160, NETS = 6 };

static alv_status spread(double *out, int64_t depth, const char *act, const char *weights,
                         const char *biases, alv_error *error)
{
    double one;
    alv_rig rig;
    *out = 0;
    alv_status status = alv_rig_make(&rig, depth, WIDTH, act, weights, biases, error);
    for (int64_t net = 0; net < NETS && status == ALV_OK; net++) {
        status = alv_rig_pass(&rig, net, 0.16, error); /* q = 0.026, that of the paper's edge */
        if (status != ALV_OK) break;
        status = alv_rig_spread(&one, &rig, error);
        *out += one / NETS;
    }
    alv_rig_free(&rig);
    return status;
}

/* Spreads by depth, to the deepest that the claims ask for: the last into *out. */
static alv_status grow(double *last, alv_outcome *out, int series, const char *act,
                       const char *weights, const char *biases, double per_layer, alv_error *error)
{
    static const int depths[] = {2, 4, 8, 16};
    for (int i = 0; i < ALV_COUNT(depths); i++) {
        ALV_TRY(spread(last, depths[i] + 1, act, weights, biases, error));
        alv_draw(out, 0, series, depths[i], *last);
        alv_draw(out, 0, series + 1, depths[i], per_layer * depths[i]);
    }
    return ALV_OK;
}

/* mu2 / mu1^2 - 1 of tanh at q, the spread that an orthogonal layer adds. */
static alv_status layer_spread(double *out, double q, alv_error *error)
{
    alv_mean_field_layer layers[2] = {{{.weight_variance = 1.05, .bias_variance = 2.01e-5}, WIDTH},
                                      {{.weight_variance = 1.05, .bias_variance = 2.01e-5}, WIDTH}};
    for (int i = 0; i < 2; i++) ALV_TRY(alv_act_parse(&layers[i].net.act, "tanh", error));
    ALV_TRY(alv_mean_field_layers(layers, 2, q, error));
    *out = alv_mean_field_jacobian(layers, 2, true);
    return ALV_OK;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    static const char edge[] = "normal(std=0.0044833)"; /* of the biases; weights: 1.05 / n */
    static const char relu[] = "orthogonal(gain=1.4142135623730951)";
    double gaussian, orthogonal, adds, last;
    (void)watch;
    ALV_TRY(layer_spread(&adds, 0.026, error));
    ALV_TRY(spread(&out->measured[0], 9, "relu", relu, "zeros", error));
    ALV_TRY(grow(&out->measured[1], out, 0, "relu", relu, "zeros", 1, error));
    ALV_TRY(spread(&out->measured[2], 9, "linear", "lecun_normal", "zeros", error));
    ALV_TRY(grow(&last, out, 2, "linear", "lecun_normal", "zeros", 1, error));
    ALV_TRY(grow(&gaussian, out, 4, "tanh", "variance_scaling(scale=1.05, distribution=normal)",
                 edge, 1 + adds, error));
    ALV_TRY(grow(&orthogonal, out, 6, "tanh", "orthogonal(gain=1.0246950765959599)", edge, adds,
                 error));
    out->measured[3] = orthogonal;
    out->measured[4] = gaussian / orthogonal;
    return ALV_OK;
}

const alv_experiment alv_experiment_pennington2017 = {
    .name = "pennington2017",
    .title = {"Orthogonal tanh nets begin near an isometry, ReLU nets cannot",
              "Redes tanh ortogonais começam perto de uma isometria, redes ReLU não podem"},
    .paper = "Pennington, Schoenholz & Ganguli (2017), Resurrecting the sigmoid in deep learning "
             "through dynamical isometry, arXiv:1711.04735",
    .setting =
        {"Jacobians of 8 and 16 layers of 160 units, 6 nets: variance of the squared singular "
         "values over their mean squared. In wide nets it is L (mu2 / mu1^2 - 1 - s1): L for "
         "orthogonal ReLU and for Gaussian linear nets. tanh on the edge of chaos, gain "
         "1.0247, inputs of mean square 0.026. Training speed: pennington2017_training.",
         "Jacobianos de 8 e 16 camadas de 160 unidades, 6 redes: variância dos quadrados "
         "dos valores singulares sobre o quadrado da média. Em redes largas, é L (mu2 / "
         "mu1^2 - 1 - s1): L para ReLU ortogonal e para redes lineares gaussianas. tanh na "
         "borda do caos, ganho 1,0247, entradas de média quadrática 0,026. Rapidez do treino: "
         "pennington2017_training."},
    .claims =
        {{{"spread of 8 orthogonal ReLU layers", "espalhamento de 8 camadas ReLU ortogonais"},
          8,
          6.8,
          9.2},
         {{"spread of 16 orthogonal ReLU layers", "espalhamento de 16 camadas ReLU ortogonais"},
          16,
          13.6,
          18.4},
         {{"spread of 8 Gaussian linear layers", "espalhamento de 8 camadas lineares gaussianas"},
          8,
          6.8,
          9.2},
         {{"spread of 16 orthogonal tanh layers on the edge",
           "espalhamento de 16 camadas tanh ortogonais na borda"},
          (double)NAN,
          0,
          0.2},
         {{"times more spread with Gaussian weights", "vezes mais espalhamento com gaussianos"},
          (double)NAN,
          50,
          (double)INFINITY}},
    .figure = {{"Spread of the Jacobian's squared singular values, by depth",
                "Espalhamento dos quadrados dos valores singulares do jacobiano, por profundidade"},
               {{.title = {"160 units", "160 unidades"},
                 .x = {{"layers", "camadas"}, .log = true},
                 .y = {{"variance over squared mean", "variância sobre quadrado da média"},
                       .log = true},
                 .series = {{{"relu, orthogonal"}, ALV_LINE},
                            ALV_BY_THEORY,
                            {{"linear, normal"}, ALV_LINE},
                            ALV_BY_THEORY,
                            {{"tanh, normal"}, ALV_LINE},
                            ALV_BY_THEORY,
                            {{"tanh, orthogonal"}, ALV_LINE},
                            ALV_BY_THEORY}}}},
    .run = run,
};
