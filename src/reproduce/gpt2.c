/* Radford et al. (2019): dividing the matrices that end residual branches by sqrt(2 layers) keeps
 * the stream of a pre-norm stack at one size, whatever its depth. */
#include <math.h>

#include "base/base.h"
#include "reproduce/rig.h"

enum { WIDTH = 64, NETS = 100, MOST = 96 };

/* x / rms(x); the mean of random features is 0 already. */
static void normalize(double *out, const double *x)
{
    const double rms = sqrt(alv_rig_mean_square(x, WIDTH));
    for (int i = 0; i < WIDTH; i++) out[i] = x[i] / rms;
}

/* How much 2 `layers` branches x + B relu(A norm(x)) add to a stream of mean square 1. */
static alv_status growth(double *grown, alv_outcome *out, int series, int64_t layers,
                         const char *ends, alv_error *error)
{
    double sizes[2 * MOST] = {0};
    double x[WIDTH], h[WIDTH];
    alv_rig read, write;
    write = (alv_rig){0};
    alv_status status =
        alv_rig_make(&read, 2 * layers, WIDTH, "relu", "normal(std=0.125)", "zeros", error);
    if (status == ALV_OK)
        status = alv_rig_make(&write, 2 * layers, WIDTH, "linear", ends, "zeros", error);
    for (int64_t net = 0; net < NETS && status == ALV_OK; net++) {
        status = alv_rig_draw(&read, 2 * net, error);
        if (status == ALV_OK) status = alv_rig_draw(&write, 2 * net + 1, error);
        if (status != ALV_OK) break;
        alv_rig_normals(h, WIDTH, "input", net);
        normalize(x, h);
        for (int64_t l = 0; l < 2 * layers; l++) {
            double inner[WIDTH];
            normalize(h, x);
            for (int i = 0; i < WIDTH; i++) {
                double sum = 0;
                for (int j = 0; j < WIDTH; j++) sum += read.w[(l * WIDTH + i) * WIDTH + j] * h[j];
                inner[i] = fmax(sum, 0);
            }
            for (int i = 0; i < WIDTH; i++)
                for (int j = 0; j < WIDTH; j++)
                    x[i] += write.w[(l * WIDTH + i) * WIDTH + j] * inner[j];
            sizes[l] += alv_rig_mean_square(x, WIDTH) / NETS;
        }
    }
    alv_rig_free(&read);
    alv_rig_free(&write);
    for (int64_t l = 0; l < layers; l++) alv_draw(out, 0, series, (double)l + 1, sizes[2 * l + 1]);
    *grown = sizes[2 * layers - 1] - 1;
    return status;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    double few, many;
    (void)watch;
    ALV_TRY(growth(&few, out, 0, 12, "normal(std=0.125)", error));
    ALV_TRY(growth(&many, out, 1, 96, "normal(std=0.125)", error));
    out->measured[0] = many / few;
    ALV_TRY(growth(&few, out, 2, 12, "residual_normal(std=0.125, layers=12)", error));
    ALV_TRY(growth(&many, out, 3, 96, "residual_normal(std=0.125, layers=96)", error));
    out->measured[1] = many / few;
    return ALV_OK;
}

const alv_experiment alv_experiment_gpt2 = {
    .name = "gpt2",
    .title = {"Residual branches divided by sqrt(2 layers) add the same at any depth",
              "Ramos residuais divididos por sqrt(2 layers) somam o mesmo em toda profundidade"},
    .paper = "Radford et al. (2019), Language models are unsupervised multitask learners, OpenAI, "
             "section 2.3",
    .setting =
        {"Pre-norm stacks of 12 and 96 blocks of two branches, each two matrices of 64 x 64 "
         "with a ReLU between, deviation 0.125 = 1 / sqrt(64), 100 nets: what the branches "
         "add to the stream's mean square. The paper's blocks have attention; its rule does "
         "not depend on that.",
         "Pilhas pre-norm de 12 e 96 blocos de dois ramos, cada um duas matrizes de 64 x 64 "
         "com uma ReLU no meio, desvio 0,125 = 1 / sqrt(64), 100 redes: quanto os ramos somam "
         "à média dos quadrados do fluxo. Os blocos do artigo têm atenção; a regra não "
         "depende disso."},
    .claims = {{{"growth with 96 blocks over that with 12, normal",
                 "crescimento com 96 blocos sobre o com 12, normal"},
                (double)NAN,
                7,
                9},
               {{"the same, residual_normal", "o mesmo, residual_normal"}, 1, 0.8, 1.25}},
    .figure = {{"Size of the stream, by layer", "Tamanho do fluxo, por camada"},
               {{.title = {"12 and 96 pre-norm layers", "12 e 96 camadas pré-norma"},
                 .x = {{"layer", "camada"}},
                 .y = {{"mean square", "média quadrática"}, .log = true},
                 .series = {{{"12, unscaled", "12, sem escala"}, ALV_LINE},
                            {{"96, unscaled", "96, sem escala"}, ALV_LINE},
                            {{"12, 1 / sqrt(24)"}, ALV_LINE},
                            {{"96, 1 / sqrt(192)"}, ALV_LINE}}}}},
    .run = run,
};
