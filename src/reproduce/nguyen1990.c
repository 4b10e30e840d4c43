/* Nguyen & Widrow (1990): a hidden layer whose units share out the interval of the inputs learns a
 * function of two variables in a fraction of the time. */
#include <math.h>

#include "base/base.h"
#include "train/fill.h"
#include "reproduce/reproduce.h"
#include "stream/rng.h"

enum { INPUTS = 2, HIDDEN = 21, SEEDS = 5, SAMPLES = 100000, GRID = 41, LOOKS = 20 };

typedef struct network {
    double w[HIDDEN * INPUTS], b[HIDDEN], v[HIDDEN], c;
    double h[HIDDEN];
} network;

static double target(const double x[INPUTS])
{
    const double pi = 3.14159265358979323846;
    return 0.5 * sin(pi * x[0] * x[0]) * sin(2 * pi * x[1]);
}

static double output(network *net, const double x[INPUTS])
{
    double y = net->c;
    for (int i = 0; i < HIDDEN; i++) {
        net->h[i] = tanh(net->b[i] + net->w[2 * i] * x[0] + net->w[2 * i + 1] * x[1]);
        y += net->v[i] * net->h[i];
    }
    return y;
}

/* One step down the gradient of (y - target)^2 / 2. */
static void learn(network *net, const double x[INPUTS])
{
    const double rate = 0.05, step = rate * (output(net, x) - target(x));
    for (int i = 0; i < HIDDEN; i++) {
        const double back = step * net->v[i] * (1 - net->h[i] * net->h[i]);
        net->v[i] -= step * net->h[i];
        net->b[i] -= back;
        for (int j = 0; j < INPUTS; j++) net->w[2 * i + j] -= back * x[j];
    }
    net->c -= step;
}

/* Mean of (y - target)^2 over a grid of the square. */
static double test(network *net)
{
    double sum = 0;
    for (int i = 0; i < GRID; i++)
        for (int j = 0; j < GRID; j++) {
            const double x[INPUTS] = {2.0 * i / (GRID - 1) - 1, 2.0 * j / (GRID - 1) - 1};
            const double off = output(net, x) - target(x);
            sum += off * off / (GRID * GRID);
        }
    return sum;
}

static alv_status draw(network *net, const char *hidden, uint64_t seed, alv_error *error)
{
    alv_scheme scheme, plain;
    const alv_tensor w = {
        .name = "fc1.weight", .dtype = ALV_F64, .rank = 2, .shape = {HIDDEN, INPUTS}};
    const alv_tensor b = {.name = "fc1.bias",
                          .role = ALV_ROLE_BIAS,
                          .dtype = ALV_F64,
                          .rank = 1,
                          .shape = {HIDDEN},
                          .fan_in = INPUTS};
    const alv_tensor v = {.name = "fc2.weight", .dtype = ALV_F64, .rank = 2, .shape = {1, HIDDEN}};
    ALV_TRY(alv_scheme_parse(&scheme, hidden, error));
    ALV_TRY(alv_scheme_parse(&plain, "uniform(r=0.5)", error));
    *net = (network){0};
    ALV_TRY(alv_fill_param(net->w, &scheme, &w, seed, error));
    ALV_TRY(alv_fill_param(net->b, &scheme, &b, seed, error));
    return alv_fill_param(net->v, &plain, &v, seed, error);
}

/* Adds the seed's share to the mean error after each 1 / LOOKS of the samples, which all nets of
 * the seed see; *out is the last error. */
static alv_status train(double *out, double curve[LOOKS], const char *hidden, uint64_t seed,
                        alv_error *error)
{
    network net;
    ALV_TRY(draw(&net, hidden, seed, error));
    alv_rng rng = alv_rng_make(seed, "samples");
    for (int i = 0; i < SAMPLES; i++) {
        const double first = 2 * alv_rng_uniform(&rng) - 1;
        const double x[INPUTS] = {first, 2 * alv_rng_uniform(&rng) - 1};
        learn(&net, x);
        if ((i + 1) % (SAMPLES / LOOKS) > 0) continue;
        *out = test(&net);
        curve[i / (SAMPLES / LOOKS)] += *out / SEEDS;
    }
    return ALV_OK;
}

/* What is exact about the scheme: lengths of rows, and |b| / |w|, the distance of the plane where a
 * unit is 0 from the middle. */
static alv_status check_rows(double *length, double *distance, alv_error *error)
{
    network net;
    const double wanted = 0.7 * sqrt(HIDDEN);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        ALV_TRY(draw(&net, "nguyen_widrow", seed, error));
        for (int i = 0; i < HIDDEN; i++) {
            const double size = hypot(net.w[2 * i], net.w[2 * i + 1]);
            *length = fmax(*length, fabs(size - wanted));
            *distance = fmax(*distance, fabs(net.b[i]) / size);
        }
    }
    return ALV_OK;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    double curve[2][LOOKS] = {{0}}, worst = (double)INFINITY;
    (void)watch;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        double a, b;
        ALV_TRY(train(&a, curve[0], "uniform(r=0.5)", seed, error));
        ALV_TRY(train(&b, curve[1], "nguyen_widrow", seed, error));
        worst = fmin(worst, a / b);
    }
    for (int k = 0; k < 2 * LOOKS; k++)
        alv_draw(out, 0, k / LOOKS, (k % LOOKS + 1.0) * SAMPLES / LOOKS,
                 curve[k / LOOKS][k % LOOKS]);
    out->measured[0] = curve[0][LOOKS - 1] / curve[1][LOOKS - 1];
    out->measured[1] = worst;
    out->measured[2] = out->measured[3] = 0;
    return check_rows(&out->measured[2], &out->measured[3], error);
}

const alv_experiment alv_experiment_nguyen1990 = {
    .name = "nguyen1990",
    .title = {"Units that share out the inputs' interval learn several times better",
              "Unidades que repartem o intervalo das entradas aprendem várias vezes melhor"},
    .paper = "Nguyen & Widrow (1990), Improving the learning speed of 2-layer neural networks by "
             "choosing initial values of the adaptive weights, IJCNN",
    .setting = {"2 inputs, 21 tanh units, 1 linear output; 0.5 sin(pi x1^2) sin(2 pi x2) on the "
                "square; one sample at a time, rate 0.05, 100,000 samples, 5 seeds; the other "
                "hidden layer, and both output layers, are U(-0.5, 0.5); output biases 0. The "
                "paper shows curves.",
                "2 entradas, 21 unidades tanh, 1 saída linear; 0,5 sen(pi x1^2) sen(2 pi x2) no "
                "quadrado; uma amostra por vez, taxa 0,05, 100.000 amostras, 5 sementes; a outra "
                "camada oculta e as duas de saída são U(-0,5, 0,5); vieses de saída 0. O artigo "
                "mostra curvas."},
    .claims = {{{"mean squared error, U(-0.5, 0.5) over nguyen_widrow, means of seeds",
                 "erro quadrático médio, U(-0,5, 0,5) sobre nguyen_widrow, médias de sementes"},
                (double)NAN,
                3,
                (double)INFINITY},
               {{"the same, the worst of 5 seeds", "o mesmo, a pior de 5 sementes"},
                (double)NAN,
                1.5,
                (double)INFINITY},
               {{"rows' lengths less 0.7 sqrt(21), the largest",
                 "comprimento das linhas menos 0,7 sqrt(21), o maior"},
                0,
                0,
                1e-12},
               {{"distance of a unit's plane from the middle, the largest",
                 "distância do plano de uma unidade ao meio, a maior"},
                (double)NAN,
                0,
                1}},
    .figure = {{"Error while learning, means of 5 seeds",
                "Erro durante o aprendizado, médias de 5 sementes"},
               {{.title = {"2-21-1, one sample at a time", "2-21-1, uma amostra por vez"},
                 .x = {{"samples seen", "amostras vistas"}},
                 .y = {{"mean squared error", "erro quadrático médio"}, .log = true},
                 .series = {{{"U(-0.5, 0.5)", "U(-0,5, 0,5)"}, ALV_LINE},
                            {{"nguyen_widrow"}, ALV_LINE}}}}},
    .run = run,
};
