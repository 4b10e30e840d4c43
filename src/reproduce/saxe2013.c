/* Saxe, McClelland & Ganguli (2013): deep linear nets. Orthogonal weights learn in a number of
 * steps that hardly grows with depth; normal ones of the same size do not. And the exact time that
 * a mode of two layers takes. */
#include <math.h>
#include <string.h>

#include "base/base.h"
#include "train/fill.h"
#include "nn/gemm.h"
#include "reproduce/reproduce.h"

enum { WIDTH = 64, OUTPUTS = 10, MOST_DEPTH = 32, SEEDS = 3, RATES = 11, MOST_STEPS = 3000 };

/* f[l] (WIDTH, units) is what layer l makes of the WIDTH unit vectors: the product of its matrices,
 * transposed. */
typedef struct linear {
    int depth;
    float w[MOST_DEPTH][WIDTH * WIDTH], f[MOST_DEPTH + 1][WIDTH * WIDTH];
    float delta[2][WIDTH * WIDTH];
    float scratch[ALV_GEMM_SCRATCH + 16]; /* used from a multiple of 64 bytes on */
    alv_workspace_f32 work;
    const alv_gemm_f32 *gemm;
} linear;

static alv_dense layer_of(const linear *net, int l)
{
    return (alv_dense){WIDTH, WIDTH, l + 1 == net->depth ? OUTPUTS : WIDTH};
}

/* The correlations to learn: ten modes of strength 1.5 to 0.5. */
static double strength(int mode)
{
    return 1.5 - mode / (double)(OUTPUTS - 1);
}

static alv_status draw(linear *net, const char *text, uint64_t seed, alv_error *error)
{
    alv_scheme scheme;
    ALV_TRY(alv_scheme_parse(&scheme, text, error));
    for (int l = 0; l < net->depth; l++) {
        const alv_dense d = layer_of(net, l);
        alv_tensor t = {.rank = 2, .shape = {d.out, d.in}};
        alv_text_format(t.name, sizeof t.name, "fc%d.weight", l + 1);
        ALV_TRY(alv_fill_param(net->w[l], &scheme, &t, seed, error));
    }
    return ALV_OK;
}

/* One step of gradient descent on |W_D ... W_1 - S|^2 / 2; returns that sum's share of |S|^2 / 2
 * before the step. */
static double descend(linear *net, double rate)
{
    double error = 0, whole = 0;
    for (int l = 0; l < net->depth; l++)
        net->gemm->forward(net->f[l + 1], net->f[l], net->w[l], NULL, layer_of(net, l), &net->work);
    float *delta = net->delta[0], *below = net->delta[1];
    for (int i = 0; i < WIDTH; i++)
        for (int o = 0; o < OUTPUTS; o++) {
            const double wanted = i == o ? strength(o) : 0;
            const double off = (double)net->f[net->depth][i * OUTPUTS + o] - wanted;
            delta[i * OUTPUTS + o] = (float)off;
            error += off * off;
            whole += wanted * wanted;
        }
    for (int l = net->depth - 1; l >= 0; l--) {
        net->gemm->input(below, delta, net->w[l], layer_of(net, l), &net->work);
        net->gemm->weight(net->w[l], delta, net->f[l], (float)-rate, 1, layer_of(net, l),
                          &net->work);
        float *swap = delta;
        delta = below, below = swap;
    }
    return error / whole;
}

/* Steps until 1 % is left; `most` if it takes longer or diverges. */
static int steps_at(linear *net, double rate, int most)
{
    for (int step = 0; step < most; step++) {
        const double left = descend(net, rate);
        if (left < 0.01) return step;
        if (!(left < 1e3)) break;
    }
    return most;
}

/* The fewest steps over the rates 10^0, 10^-1/4, ..., 10^-5/2, and the rate that takes them. */
static alv_status best(double *steps, double *rate, linear *net, const char *scheme, uint64_t seed,
                       const alv_watch *watch, alv_error *error)
{
    int fewest = MOST_STEPS;
    *rate = (double)NAN;
    for (int i = 0; i < RATES; i++) {
        const double tried = pow(10, -i / 4.0);
        if (watch && watch->stop && watch->stop(watch->user))
            return alv_fail(error, ALV_ERR_INTERRUPTED, "saxe2013", "interrupted");
        ALV_TRY(draw(net, scheme, seed, error));
        const int n = steps_at(net, tried, fewest);
        if (n < fewest) fewest = n, *rate = tried;
    }
    *steps = fewest;
    return ALV_OK;
}

/* Means over seeds; the product of rate and depth of the first seed. */
static alv_status measure(double *steps, double *scaled_rate, linear *net, const char *scheme,
                          int depth, const alv_watch *watch, alv_error *error)
{
    double n = 0, rate = 0;
    net->depth = depth;
    *steps = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        ALV_TRY(best(&n, &rate, net, scheme, seed, watch, error));
        *steps += n / SEEDS;
        if (seed == 1) *scaled_rate = rate * depth;
    }
    return ALV_OK;
}

/* A mode's strength u at time t beside s / (1 + (s / u0 - 1) exp(-2 s t)). */
static void draw_mode(alv_outcome *out, int series, double s, double t, double u)
{
    alv_draw(out, 1, 2 * series, t, u);
    alv_draw(out, 1, 2 * series + 1, t, s / (1 + (s / 1e-3 - 1) * exp(-2 * s * t)));
}

/* Half-learning time of a mode of strength s from u = 1e-3, by small steps of gradient descent on
 * (s - a b)^2 / 2, over the paper's equation (tau / 2s) ln(u (s - u0) / (u0 (s - u))), tau = 1. */
static double time_ratio(alv_outcome *out, int series, double s)
{
    const double u0 = 1e-3, step = 1e-4, exact = log((s - u0) / u0) / (2 * s);
    double a = sqrt(u0), b = a, t = 0;
    double half = 0;
    for (int i = 0; a * b < 0.99 * s; t += step, i++) {
        if (i % 4000 == 0) draw_mode(out, series, s, t, a * b);
        if (half == 0 && a * b >= s / 2) half = t;
        const double slope = step * (s - a * b), grown = a + slope * b;
        b += slope * a;
        a = grown;
    }
    return half / exact;
}

static alv_status run_depths(alv_outcome *out, linear *net, const alv_watch *watch,
                             alv_error *error)
{
    static const int depths[] = {4, 8, 16, 32};
    double orthogonal[4], gauss[4], scaled, least = (double)INFINITY, most = 0;
    for (int i = 0; i < 4; i++) {
        ALV_TRY(measure(&orthogonal[i], &scaled, net, "orthogonal", depths[i], watch, error));
        least = fmin(least, scaled), most = fmax(most, scaled);
    }
    for (int i = 0; i < 4; i++)
        ALV_TRY(measure(&gauss[i], &scaled, net, "normal(std=0.125)", depths[i], watch, error));
    for (int i = 0; i < 4; i++) {
        alv_draw(out, 0, 0, depths[i], orthogonal[i]);
        alv_draw(out, 0, 1, depths[i], gauss[i]);
    }
    out->measured[0] = orthogonal[3] / orthogonal[0];
    out->measured[1] = gauss[3] / gauss[0];
    out->measured[2] = gauss[3] / orthogonal[3];
    out->measured[3] = most / least;
    return ALV_OK;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    linear *net = alv_new_array(1, sizeof *net);
    if (!net) return alv_fail(error, ALV_ERR_MEMORY, "saxe2013", "out of memory");
    net->gemm = alv_gemm_of_f32(ALV_BACKEND_PORTABLE);
    net->work.kernels = alv_kernels_best_f32();
    net->work.scratch = (float *)(((uintptr_t)net->scratch + 63) & ~(uintptr_t)63);
    for (int i = 0; i < WIDTH; i++) net->f[0][i * WIDTH + i] = 1;
    const alv_status status = run_depths(out, net, watch, error);
    free(net);
    out->measured[4] = 0;
    for (int i = 0; i < 3; i++)
        out->measured[4] = fmax(out->measured[4], fabs(time_ratio(out, i, pow(2, i - 1)) - 1));
    return status;
}

const alv_experiment alv_experiment_saxe2013 = {
    .name = "saxe2013",
    .title = {"Orthogonal weights learn as fast at 32 layers as at 4, normal ones do not",
              "Pesos ortogonais aprendem tão rápido com 32 camadas como com 4; normais, não"},
    .paper = "Saxe, McClelland & Ganguli (2013), Exact solutions to the nonlinear dynamics of "
             "learning in deep linear neural networks, arXiv:1312.6120, eq. 11, "
             "figures 3, 4 and 6",
    .setting = {"Linear nets of 64 units and 4 to 32 matrices, white inputs, ten modes of strength "
                "1.5 to 0.5 to learn by gradient descent on all data; normal weights of variance "
                "1 / 64. Steps until 1 % of the squared error is left, at the best of eleven rates "
                "a quarter of a decade apart, means of 3 seeds. The paper: 1000 units on MNIST, 3 "
                "to 100 layers.",
                "Redes lineares de 64 unidades e 4 a 32 matrizes, entradas brancas, dez modos de "
                "força 1,5 a 0,5 a aprender por descida de gradiente com todos os dados; pesos "
                "normais de variância 1 / 64. Passos até restar 1 % do erro quadrático, na melhor "
                "de onze taxas separadas por um quarto de década, médias de 3 sementes. O artigo: "
                "1000 unidades em MNIST, 3 a 100 camadas."},
    .claims = {{{"orthogonal: steps with 32 matrices over those with 4",
                 "ortogonal: passos com 32 matrizes sobre os com 4"},
                1,
                0,
                2},
               {{"normal: the same", "normal: o mesmo"}, (double)NAN, 10, (double)INFINITY},
               {{"32 matrices: steps with normal weights over those with orthogonal ones",
                 "32 matrizes: passos com pesos normais sobre os com ortogonais"},
                (double)NAN,
                15,
                (double)INFINITY},
               {{"orthogonal: best rate times depth, the largest over the smallest (4 to 32)",
                 "ortogonal: melhor taxa vezes profundidade, a maior sobre a menor (4 a 32)"},
                1,
                1,
                2},
               {{"half-learning time of a mode over the paper's equation, less 1",
                 "tempo de meio aprendizado de um modo sobre a equação do artigo, menos 1"},
                0,
                0,
                0.01}},
    .figure = {{"How long learning takes, by depth and by mode, as in figures 3, 4 and 6",
                "Quanto demora aprender, por profundidade e por modo, como nas figuras 3, 4 e 6"},
               {{.title = {"Steps to 1 % of the error", "Passos até 1 % do erro"},
                 .x = {{"matrices", "matrizes"}, .log = true},
                 .y = {{"steps", "passos"}, .log = true},
                 .series = {{{"orthogonal"}, ALV_LINE}, {{"normal"}, ALV_LINE}}},
                {.title = {"Modes of two layers", "Modos de duas camadas"},
                 .x = {{"time", "tempo"}},
                 .y = {{"strength learned", "força aprendida"}},
                 .series = {{{"s = 0.5", "s = 0,5"}, ALV_DOTS},
                            ALV_BY_THEORY,
                            {{"s = 1"}, ALV_DOTS},
                            ALV_BY_THEORY,
                            {{"s = 2"}, ALV_DOTS},
                            ALV_BY_THEORY}}}},
    .run = run,
};
