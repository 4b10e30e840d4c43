/* Sitzmann et al. (2020): sine layers with weights U(-sqrt(6/n), sqrt(6/n)) keep their
 * distributions. Exactly so they do not: pre-activations of deviation s give activations of mean
 * square (1 - exp(-2 s^2)) / 2, less than the 1/2 of an arcsine, so that q' = 1 - exp(-2 q). */
#include <math.h>

#include "base/base.h"
#include "reproduce/rig.h"

enum { WIDTH = 256, DEPTH = 5, NETS = 400, BINS = 50 };

/* Shares of BINS equal parts of [-1, 1]. */
static void count(double bins[BINS], const double *z)
{
    for (int i = 0; i < WIDTH; i++) {
        const int bin = (int)((sin(z[i]) + 1) / 2 * BINS);
        bins[bin < BINS ? bin : BINS - 1] += BINS / 2.0 / WIDTH / NETS;
    }
}

/* Deviations beside the recursion and beside the paper's 1; activations beside the arcsine law. */
static void draw(alv_outcome *out, const double q[DEPTH], double bins[2][BINS])
{
    double expected = 1;
    for (int l = 0; l < DEPTH; l++, expected = 1 - exp(-2 * expected)) {
        alv_draw(out, 0, 0, l + 2, sqrt(q[l]));
        alv_draw(out, 0, 1, l + 2, sqrt(expected));
        alv_draw(out, 0, 2, l + 2, 1);
    }
    for (int i = 0; i < 2 * BINS; i++)
        alv_draw(out, 1, i / BINS, (i % BINS + 0.5) * 2 / BINS - 1, bins[i / BINS][i % BINS]);
    for (int i = 0; i < BINS; i++) {
        const double a = -1 + 2.0 * i / BINS, b = a + 2.0 / BINS;
        alv_draw(out, 1, 2, (a + b) / 2,
                 (asin(fmin(b, 1)) - asin(a)) / 3.14159265358979323846 * BINS / 2);
    }
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    double x[WIDTH], q[DEPTH] = {0}, first = 0, bins[2][BINS] = {{0}};
    alv_rig rig;
    (void)watch;
    alv_status status =
        alv_rig_make(&rig, DEPTH, WIDTH, "sin", "uniform(r=0.15309310892394862)", "zeros", error);
    for (int64_t net = 0; net < NETS && status == ALV_OK; net++) {
        status = alv_rig_draw(&rig, net, error);
        if (status != ALV_OK) break;
        alv_rig_normals(x, WIDTH, "input", net);
        for (int i = 0; i < WIDTH; i++) x[i] = sin(30 * x[i]); /* what a first layer gives */
        first += alv_rig_mean_square(x, WIDTH) / NETS;
        alv_rig_forward(&rig, 0, x);
        count(bins[0], rig.z[0]);
        count(bins[1], rig.z[0] + (DEPTH - 1) * WIDTH);
        for (int64_t l = 0; l < DEPTH; l++)
            q[l] += alv_rig_mean_square(rig.z[0] + l * WIDTH, WIDTH) / NETS;
    }
    alv_rig_free(&rig);
    double expected = 1;
    for (int l = 1; l < DEPTH; l++) expected = 1 - exp(-2 * expected);
    out->measured[0] = sqrt(first);
    out->measured[1] = sqrt(q[0]);
    out->measured[2] = sqrt(q[DEPTH - 1]);
    out->measured[3] = sqrt(q[DEPTH - 1] / expected);
    draw(out, q, bins);
    return status;
}

const alv_experiment alv_experiment_siren2020 = {
    .name = "siren2020",
    .title = {"Sine layers nearly keep their distribution", "Camadas de seno quase conservam sua "
                                                            "distribuição"},
    .paper = "Sitzmann, Martel, Bergman, Lindell & Wetzstein (2020), Implicit neural "
             "representations with periodic activation functions, arXiv:2006.09661, section 3.2",
    .setting =
        {"5 layers of 256 units, weights U(-sqrt(6 / n), sqrt(6 / n)) as in units of omega, "
         "no biases, 400 nets, fed by sin(30 x), x normal. The fit of an image: siren2020_image.",
         "5 camadas de 256 unidades, pesos U(-sqrt(6 / n), sqrt(6 / n)) em unidades de "
         "omega, sem vieses, 400 redes, alimentadas por sin(30 x), x normal. O ajuste de uma "
         "imagem: siren2020_image."},
    .claims =
        {{{"deviation of the first layer's activations (arcsine: 0.7071)",
           "desvio das ativações da primeira camada (arco-seno: 0,7071)"},
          0.70710678,
          0.697,
          0.717},
         {{"deviation of the second layer's pre-activations",
           "desvio das pré-ativações da segunda camada"},
          1,
          0.97,
          1.03},
         {{"the same four layers later", "o mesmo quatro camadas depois"},
          1,
          0.97,
          1.03,
          {"an arcsine of mean square 1/2 comes out of wide inputs only: from deviation s, sine "
           "makes (1 - exp(-2 s^2)) / 2, and the layers settle where s^2 is near 0.8",
           "um arco-seno de média quadrática 1/2 só sai de entradas largas: de um desvio s, o "
           "seno faz (1 - exp(-2 s^2)) / 2, e as camadas se acomodam onde s^2 é cerca de 0,8"}},
         {{"the same over that of q' = 1 - exp(-2 q)", "o mesmo sobre o de q' = 1 - exp(-2 q)"},
          (double)NAN,
          0.98,
          1.02}},
    .figure = {{"Pre-activations and activations of sine layers",
                "Pré-ativações e ativações de camadas de seno"},
               {{.title = {"Deviation of pre-activations", "Desvio das pré-ativações"},
                 .x = {{"layer", "camada"}},
                 .y = {{"deviation", "desvio"}},
                 .series = {{{"measured", "medido"}, ALV_LINE},
                            {{"theory: q' = 1 - exp(-2 q); arcsine law",
                              "teoria: q' = 1 - exp(-2 q); lei do arco-seno"},
                             ALV_THEORY},
                            {{"the paper: 1", "o artigo: 1"}, ALV_PAPER}}},
                {.title = {"Activations", "Ativações"},
                 .x = {{"activation", "ativação"}},
                 .y = {{"density", "densidade"}},
                 .series = {{{"layer 2", "camada 2"}, ALV_STEPS},
                            {{"layer 6", "camada 6"}, ALV_STEPS},
                            {{"theory: q' = 1 - exp(-2 q); arcsine law",
                              "teoria: q' = 1 - exp(-2 q); lei do arco-seno"},
                             ALV_THEORY}}}}},
    .run = run,
};
