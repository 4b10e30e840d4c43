/* Sitzmann et al. (2020): sine layers with weights U(-sqrt(6/n), sqrt(6/n)) keep their
 * distributions. Exactly so they do not: pre-activations of deviation s give activations of mean
 * square (1 - exp(-2 s^2)) / 2, less than the 1/2 of an arcsine, so that q' = 1 - exp(-2 q). */
#include <math.h>

#include "base/base.h"
#include "reproduce/rig.h"

enum { WIDTH = 256, DEPTH = 5, NETS = 400 };

static alv_status run(double *measured, const alv_watch *watch, alv_error *error)
{
    double x[WIDTH], q[DEPTH] = {0}, first = 0;
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
        for (int64_t l = 0; l < DEPTH; l++)
            q[l] += alv_rig_mean_square(rig.z[0] + l * WIDTH, WIDTH) / NETS;
    }
    alv_rig_free(&rig);
    double expected = 1;
    for (int l = 1; l < DEPTH; l++) expected = 1 - exp(-2 * expected);
    measured[0] = sqrt(first);
    measured[1] = sqrt(q[0]);
    measured[2] = sqrt(q[DEPTH - 1]);
    measured[3] = sqrt(q[DEPTH - 1] / expected);
    return status;
}

const alv_experiment alv_experiment_siren2020 = {
    .name = "siren2020",
    .title = {"Sine layers nearly keep their distribution", "Camadas de seno quase conservam sua "
                                                            "distribuição"},
    .paper = "Sitzmann, Martel, Bergman, Lindell & Wetzstein (2020), Implicit neural "
             "representations with periodic activation functions, arXiv:2006.09661, section 3.2",
    .setting = {"5 layers of 256 units, weights U(-sqrt(6 / n), sqrt(6 / n)) as in units of omega, "
                "no biases, 400 nets, fed by sin(30 x), x normal. No image is fitted.",
                "5 camadas de 256 unidades, pesos U(-sqrt(6 / n), sqrt(6 / n)) em unidades de "
                "omega, sem vieses, 400 redes, alimentadas por sin(30 x), x normal. Nenhuma imagem "
                "é ajustada."},
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
    .run = run,
};
