/* Gains, fixed points and critical lines as others have them: constants in papers and frameworks,
 * and tables by another program (25 digits of the trapezoidal rule). Nothing random. */
#include <math.h>

#include "base/base.h"
#include "reproduce/reproduce.h"

/* Under z ~ N(0, 1): 1 / sqrt(E f^2), 1 / sqrt(Var f), 1 / sqrt(E f'^2), and the slope of the map
 * of variances at its fixed point 1. */
static const struct {
    const char *act;
    double forward, variance, backward, slope;
} gains[] = {{"relu", 1.414213562, 1.71285855, 1.414213562, 1},
             {"leaky_relu(0.2)", 1.386750491, 1.54646006, 1.386750491, 1},
             {"tanh", 1.59253742, 1.59253742, 1.467413592, 0.4610708},
             {"sigmoid", 1.846228545, 4.801313372, 4.722646086, 0.1063411},
             {"selu", 1, 1, 0.966025777, 0.7826479},
             {"gelu", 1.533530441, 1.700926243, 1.481114413, 1.1440632},
             {"silu", 1.67653247, 1.787187222, 1.623320258, 1.1725941},
             {"elu", 1.245198301, 1.270843418, 1.223428558, 0.8909680},
             {"softsign", 2.337533363, 2.337533363, 2.095780609, 0.4767116},
             {"softplus", 1.041866836, 1.91912598, 1.846228545, 0.4920532},
             {"mish", 1.486847581, 1.592025381, 1.444755233, 1.0763388},
             {"hardswish", 1.736657213, 1.813871474, 1.670076367, 1.2239203}};

/* What a PyTorch user measured with random numbers: 1 / deviation of f(z), pytorch#24991. */
static const struct {
    const char *act;
    double gain;
} seen[] = {{"tanh", 1.5976}, {"relu", 1.7068}, {"leaky_relu(0.2)", 1.5421},
            {"selu", 1.0003}, {"elu", 1.2695},  {"sigmoid", 4.809}};

/* tanh: the critical weight variance of a bias variance; fixed points of a weight variance where
 * that of biases is 0.05. */
static const double edges[][3] = {{1e-6, 1.018253, 0.009250}, {2.01e-5, 1.049996, 0.025919},
                                  {1e-3, 1.189190, 0.107292}, {0.01, 1.424205, 0.273301},
                                  {0.05, 1.760955, 0.570048}, {0.1, 1.986073, 0.805799},
                                  {1, 3.443211, 3.036396}};
static const double points[][3] = {{1, 0.193593, 0.759032},   {1.3, 0.315316, 0.880164},
                                   {1.5, 0.418037, 0.938636}, {1.7, 0.533076, 0.986741},
                                   {2, 0.721762, 1.047666},   {2.5, 1.063958, 1.133516},
                                   {4, 2.195494, 1.342402}};
/* relu with He weights: the correlation of two inputs at right angles after some layers. */
static const struct {
    int layers;
    double c;
} alike[] = {{1, 0.318310},  {2, 0.493731},  {10, 0.871536},
             {30, 0.972011}, {50, 0.987862}, {100, 0.996423}};

static void widen(double *far, double measured, double expected)
{
    *far = fmax(*far, fabs(measured - expected));
}

static alv_status gain_of(alv_gain *out, const char *act, alv_error *error)
{
    alv_act_spec spec;
    ALV_TRY(alv_act_parse(&spec, act, error));
    return alv_act_gain(out, spec, error);
}

static alv_status measure_gains(alv_outcome *out, alv_error *error)
{
    for (int i = 0; i < ALV_COUNT(gains); i++) {
        alv_gain gain;
        alv_mean_field net = {0};
        alv_mean_field_step step;
        ALV_TRY(gain_of(&gain, gains[i].act, error));
        ALV_TRY(alv_act_parse(&net.act, gains[i].act, error));
        net.weight_variance = 1 / gain.second;
        ALV_TRY(alv_mean_field_at(&step, &net, 1, error));
        widen(&out->measured[0], gain.forward / gains[i].forward, 1);
        widen(&out->measured[0], gain.variance / gains[i].variance, 1);
        widen(&out->measured[0], gain.backward / gains[i].backward, 1);
        widen(&out->measured[1], step.slope, gains[i].slope);
        alv_draw(out, 0, 0, i, gain.forward);
        alv_draw(out, 0, 1, i, gain.backward);
        alv_draw(out, 0, 2, i, gains[i].forward);
        alv_draw(out, 0, 2, i, gains[i].backward);
    }
    return ALV_OK;
}

static alv_status measure_constants(alv_outcome *out, alv_error *error)
{
    alv_gain gain;
    ALV_TRY(gain_of(&gain, "elu", error));
    out->measured[2] = 1 / gain.second;
    for (int i = 0; i < ALV_COUNT(seen); i++) {
        ALV_TRY(gain_of(&gain, seen[i].act, error));
        widen(&out->measured[3], gain.variance / seen[i].gain, 1);
    }
    alv_mean_field net = {.weight_variance = 25.0 / 9};
    alv_mean_field_limit limit;
    ALV_TRY(alv_act_parse(&net.act, "tanh", error));
    ALV_TRY(alv_mean_field_converge(&limit, &net, 1, error));
    out->measured[4] = sqrt(limit.q / net.weight_variance);
    return ALV_OK;
}

static alv_status measure_lines(alv_outcome *out, alv_error *error)
{
    alv_mean_field net = {0};
    alv_mean_field_limit limit;
    ALV_TRY(alv_act_parse(&net.act, "tanh", error));
    for (int i = 0; i < ALV_COUNT(edges); i++) {
        double critical;
        net.bias_variance = edges[i][0];
        ALV_TRY(alv_mean_field_edge(&critical, &net, error));
        net.weight_variance = critical;
        ALV_TRY(alv_mean_field_converge(&limit, &net, 1, error));
        if (i == 1) out->measured[5] = critical;
        widen(&out->measured[6], critical, edges[i][1]);
        widen(&out->measured[6], limit.q, edges[i][2]);
        alv_draw(out, 1, 0, edges[i][0], critical);
        alv_draw(out, 1, 1, edges[i][0], edges[i][1]);
    }
    net.bias_variance = 0.05;
    for (int i = 0; i < ALV_COUNT(points); i++) {
        net.weight_variance = points[i][0];
        ALV_TRY(alv_mean_field_converge(&limit, &net, 1, error));
        widen(&out->measured[6], limit.q, points[i][1]);
        widen(&out->measured[6], limit.chi, points[i][2]);
    }
    return ALV_OK;
}

static alv_status measure_correlations(alv_outcome *out, alv_error *error)
{
    alv_mean_field net = {.weight_variance = 2};
    double c = 0;
    int layer = 0;
    ALV_TRY(alv_act_parse(&net.act, "relu", error));
    for (int i = 0; i < ALV_COUNT(alike); i++) {
        for (; layer < alike[i].layers; layer++)
            ALV_TRY(alv_mean_field_correlation(&c, NULL, &net, 1, c, error));
        widen(&out->measured[7], c, alike[i].c);
    }
    return ALV_OK;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    (void)watch;
    ALV_TRY(measure_gains(out, error));
    ALV_TRY(measure_constants(out, error));
    ALV_TRY(measure_lines(out, error));
    return measure_correlations(out, error);
}

const alv_experiment alv_experiment_gains = {
    .name = "gains",
    .title = {"Gains and critical lines are those that others have",
              "Ganhos e linhas críticas são os que outros têm"},
    .paper = "Sitzmann, Martel, Bergman, Lindell & Wetzstein (2020), Implicit neural "
             "representations with periodic activation functions, arXiv:2006.09661; Xiao et al. "
             "(2018), Dynamical isometry and a mean field theory of CNNs: how to train "
             "10000-layer vanilla convolutional neural networks, arXiv:1806.05393",
    .setting =
        {"No net: moments and fixed points by quadrature, beside constants in the programs of "
         "these papers, beside what users of PyTorch measured (issue 24991) and found (gain 5/3), "
         "and beside tables by another program, of 12 activations and of tanh.",
         "Nenhuma rede: momentos e pontos fixos por quadratura, ao lado de constantes dos "
         "programas destes artigos, do que usuários do PyTorch mediram (issue 24991) e acharam "
         "(ganho 5/3), e de tabelas feitas por outro programa, de 12 ativações e de tanh."},
    .claims = {{{"three gains of 12 activations: largest relative distance from another program's",
                 "três ganhos de 12 ativações: maior distância relativa aos de outro programa"},
                0,
                0,
                1e-6},
               {{"slopes of their maps of variances at 1: largest distance",
                 "inclinações dos seus mapas de variâncias em 1: maior distância"},
                0,
                0,
                1e-6},
               {{"elu: variance of weights that keeps 1 (SIREN's program: 1.5505188)",
                 "elu: variância dos pesos que conserva 1 (programa da SIREN: 1,5505188)"},
                1.5505188,
                1.5505178,
                1.5505198},
               {{"1 / deviation of six activations: largest relative distance from those measured",
                 "1 / desvio de seis ativações: maior distância relativa aos medidos"},
                0,
                0,
                0.01},
               {{"tanh, gain 5/3: root mean square of activations in the limit",
                 "tanh, ganho 5/3: raiz da média dos quadrados das ativações no limite"},
                0.65,
                0.651337,
                0.651357},
               {{"tanh: critical weight variance where that of biases is 2.01e-5",
                 "tanh: variância crítica dos pesos onde a dos vieses é 2,01e-5"},
                1.05,
                1.049986,
                1.050006},
               {{"tanh: critical lines and fixed points, largest distance from another program's",
                 "tanh: linhas críticas e pontos fixos, maior distância aos de outro programa"},
                0,
                0,
                1e-5},
               {{"relu: correlations after 1 to 100 layers, largest distance",
                 "relu: correlações após 1 a 100 camadas, maior distância"},
                0,
                0,
                1e-5}},
    .figure = {{"Gains of activations, and the edge of chaos of tanh",
                "Ganhos de ativações, e a borda do caos de tanh"},
               {{.title = {"Gains", "Ganhos"},
                 .x = {{"activation", "ativação"},
                       .names = {{"relu"},
                                 {"leaky 0.2", "leaky 0,2"},
                                 {"tanh"},
                                 {"sigmoid"},
                                 {"selu"},
                                 {"gelu"},
                                 {"silu"},
                                 {"elu"},
                                 {"softsign"},
                                 {"softplus"},
                                 {"mish"},
                                 {"hardswish"}}},
                 .y = {{"gain", "ganho"}},
                 .series = {{{"forward", "para a frente"}, ALV_DOTS},
                            {{"backward", "para trás"}, ALV_DOTS},
                            {{"another program", "outro programa"}, ALV_PAPER}}},
                {.title = {"Where chi is 1, tanh", "Onde chi é 1, tanh"},
                 .x = {{"variance of biases", "variância dos vieses"}, .log = true},
                 .y = {{"variance of weights times fan_in", "variância dos pesos vezes fan_in"}},
                 .series = {{{"here", "aqui"}, ALV_LINE},
                            {{"another program", "outro programa"}, ALV_PAPER}}}}},
    .run = run,
};
