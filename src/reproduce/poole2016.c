/* Poole, Lahiri, Raghu, Sohl-Dickstein & Ganguli (2016): in chaos a deep net stretches a circle of
 * inputs exponentially, at the rate that the mean-field theory says. */
#include <math.h>
#include <string.h>

#include "base/base.h"
#include "reproduce/rig.h"

#define ANGLE 1e-4
enum { WIDTH = 400, LAYERS = 4, POINTS = 2000, PLACES = 100, NETS = 3 };

/* A circle of mean square q among the pre-activations: q^(1/2) (u cos t + v sin t), u and v
 * orthogonal and of mean square 1, through the activation. */
static void place(double *x, const double *u, const double *v, double q, double angle)
{
    for (int64_t i = 0; i < WIDTH; i++)
        x[i] = tanh(sqrt(q) * (u[i] * cos(angle) + v[i] * sin(angle)));
}

/* Growth of the curve's length per layer from the first drawn layer to the last, geometric mean
 * over nets; the mean square at the last; and the lengths relative to the first. */
static alv_status stretch(double *growth, double *square, double lengths[LAYERS], double sigma_w,
                          double q, alv_error *error)
{
    char weights[48], biases[48];
    double u[WIDTH], v[WIDTH], x[WIDTH], sum = 0;
    alv_rig rig;
    *square = 0;
    alv_text_format(weights, sizeof weights, "normal(std=%g)", sigma_w / sqrt(WIDTH));
    alv_text_format(biases, sizeof biases, "normal(std=0.3)");
    alv_status status = alv_rig_make(&rig, LAYERS, WIDTH, "tanh", weights, biases, error);
    for (int64_t net = 0; net < NETS && status == ALV_OK; net++) {
        double length[LAYERS] = {0}, squares = 0;
        status = alv_rig_draw(&rig, net, error);
        if (status != ALV_OK) break;
        alv_rig_axes(u, v, WIDTH, net);
        for (int k = 0; k <= POINTS; k++) {
            place(x, u, v, q, 2 * 3.14159265358979323846 * k / POINTS);
            alv_rig_forward(&rig, k % 2, x);
            for (int l = 0; k > 0 && l < LAYERS; l++) {
                double step = 0;
                for (int64_t i = 0; i < WIDTH; i++) {
                    const double d = rig.z[0][l * WIDTH + i] - rig.z[1][l * WIDTH + i];
                    step += d * d;
                }
                length[l] += sqrt(step);
            }
            squares += alv_rig_mean_square(rig.z[k % 2] + (LAYERS - 1) * WIDTH, WIDTH);
        }
        for (int l = 0; l < LAYERS; l++) lengths[l] += length[l] / length[0] / NETS;
        sum += log(length[LAYERS - 1] / length[0]) / (LAYERS - 1) / NETS;
        *square += squares / (POINTS + 1) / NETS;
    }
    alv_rig_free(&rig);
    *growth = exp(sum);
    return status;
}

/* WIDTH times the square of the extrinsic curvature, by central differences: 1 / q of a circle. */
static double bent(const double *before, const double *at, const double *after)
{
    double vv = 0, va = 0, aa = 0;
    for (int i = 0; i < WIDTH; i++) {
        const double v = (after[i] - before[i]) / (2 * ANGLE);
        const double a = (after[i] - 2 * at[i] + before[i]) / (ANGLE * ANGLE);
        vv += v * v, va += v * a, aa += a * a;
    }
    return WIDTH * (vv * aa - va * va) / (vv * vv * vv);
}

/* Root mean square curvatures by layer, over nets and places of the circle. */
static alv_status curve(double curvatures[LAYERS], double sigma_w, double q, alv_error *error)
{
    char weights[48];
    double u[WIDTH], v[WIDTH], x[WIDTH];
    enum { N = LAYERS * WIDTH };
    alv_rig rig;
    double *z = alv_new_array(3 * N, sizeof *z);
    if (!z) return alv_fail(error, ALV_ERR_MEMORY, "poole2016", "no memory for a curve");
    alv_text_format(weights, sizeof weights, "normal(std=%g)", sigma_w / sqrt(WIDTH));
    alv_status status =
        alv_rig_make(&rig, LAYERS, WIDTH, "tanh", weights, "normal(std=0.3)", error);
    for (int64_t net = 0; net < NETS && status == ALV_OK; net++) {
        status = alv_rig_draw(&rig, net, error);
        if (status != ALV_OK) break;
        alv_rig_axes(u, v, WIDTH, net);
        for (int k = 0; k < PLACES; k++) {
            for (int i = 0; i < 3; i++) {
                place(x, u, v, q, 2 * 3.14159265358979323846 * k / PLACES + (i - 1) * ANGLE);
                alv_rig_forward(&rig, 0, x);
                memcpy(z + i * N, rig.z[0], N * sizeof *z);
            }
            for (int l = 0; l < LAYERS; l++)
                curvatures[l] += bent(z + l * WIDTH, z + N + l * WIDTH, z + 2 * N + l * WIDTH);
        }
    }
    alv_rig_free(&rig);
    free(z);
    for (int l = 0; l < LAYERS; l++) curvatures[l] = sqrt(curvatures[l] / (NETS * PLACES));
    return status;
}

/* sigma_w^2 E tanh''^2 at q, by the trapezoidal rule. */
static double second_slope(double sigma_w, double q)
{
    const double h = 0.005;
    double sum = 0;
    for (double z = -9; z <= 9; z += h) {
        const double y = tanh(sqrt(q) * z), bend = 2 * y * (1 - y * y);
        sum += bend * bend * exp(-z * z / 2) * h;
    }
    return sigma_w * sigma_w * sum / sqrt(2 * 3.14159265358979323846);
}

/* Curvatures beside the recursion k^2 <- 3 chi_2 / chi^2 + k^2 / chi, from the circle's 1 / q. */
static alv_status measure_curvature(alv_outcome *out, int which, double sigma_w,
                                    const alv_mean_field_limit *limit, alv_error *error)
{
    double curvatures[LAYERS] = {0}, expected = 1 / limit->q;
    const double second = second_slope(sigma_w, limit->q);
    ALV_TRY(curve(curvatures, sigma_w, limit->q, error));
    for (int l = 0; l < LAYERS; l++) {
        expected = 3 * second / (limit->chi * limit->chi) + expected / limit->chi;
        alv_draw(out, 1, 2 * which, l + 1, curvatures[l]);
        alv_draw(out, 1, 2 * which + 1, l + 1, sqrt(expected));
    }
    const double ratio = curvatures[LAYERS - 1] / sqrt(expected);
    out->measured[6] = which == 0 ? ratio : fmin(out->measured[6], ratio);
    out->measured[7] = fmax(out->measured[7], ratio);
    return ALV_OK;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    static const double sigmas[] = {1.3, 2.5, 4};
    (void)watch;
    for (int k = 0; k < 3; k++) {
        alv_mean_field net = {.weight_variance = sigmas[k] * sigmas[k], .bias_variance = 0.09};
        alv_mean_field_limit limit;
        double growth, square, lengths[LAYERS] = {0};
        ALV_TRY(alv_act_parse(&net.act, "tanh", error));
        ALV_TRY(alv_mean_field_converge(&limit, &net, 1, error));
        ALV_TRY(stretch(&growth, &square, lengths, sigmas[k], limit.q, error));
        ALV_TRY(measure_curvature(out, k, sigmas[k], &limit, error));
        out->measured[k] = growth / sqrt(limit.chi);
        out->measured[3 + k] = square / limit.q;
        for (int l = 0; l < LAYERS; l++) {
            alv_draw(out, 0, 2 * k, l + 1, lengths[l]);
            alv_draw(out, 0, 2 * k + 1, l + 1, pow(limit.chi, 0.5 * l));
        }
    }
    return ALV_OK;
}

const alv_experiment alv_experiment_poole2016 = {
    .name = "poole2016",
    .title = {"Chaos stretches a circle of inputs exponentially",
              "O caos estica exponencialmente um círculo de entradas"},
    .paper = "Poole, Lahiri, Raghu, Sohl-Dickstein & Ganguli (2016), Exponential expressivity in "
             "deep neural networks through transient chaos, arXiv:1606.05340",
    .setting =
        {"tanh nets of 400 units, biases of deviation 0.3, a circle of 2000 points that "
         "begins at the fixed point q*, 3 nets; the growth of its length per layer over three "
         "layers, beside sqrt(chi) at q* from the quadrature. Curvatures: root mean square over "
         "100 places, "
         "times sqrt(400), beside the paper's recursion. The paper has 1000 units.",
         "Redes tanh de 400 unidades, vieses de desvio 0,3, um círculo de 2000 pontos que "
         "começa no ponto fixo q*, 3 redes; o crescimento do seu comprimento por camada em "
         "três camadas, ao lado de sqrt(chi) em q* pela quadratura. Curvaturas: raiz da média dos "
         "quadrados em 100 "
         "lugares, vezes sqrt(400), ao lado da recursão do artigo. O artigo tem 1000 "
         "unidades."},
    .claims = {{{"growth over sqrt(chi), sigma_w = 1.3 (order: it shrinks)",
                 "crescimento sobre sqrt(chi), sigma_w = 1,3 (ordem: encolhe)"},
                1,
                0.97,
                1.03},
               {{"growth over sqrt(chi), sigma_w = 2.5 (chaos)",
                 "crescimento sobre sqrt(chi), sigma_w = 2,5 (caos)"},
                1,
                0.97,
                1.03},
               {{"growth over sqrt(chi), sigma_w = 4 (chaos)",
                 "crescimento sobre sqrt(chi), sigma_w = 4 (caos)"},
                1,
                0.97,
                1.03},
               {{"mean square after four layers over q*, sigma_w = 1.3",
                 "média quadrática após quatro camadas sobre q*, sigma_w = 1,3"},
                1,
                0.95,
                1.05},
               {{"the same, sigma_w = 2.5", "o mesmo, sigma_w = 2,5"}, 1, 0.95, 1.05},
               {{"the same, sigma_w = 4", "o mesmo, sigma_w = 4"}, 1, 0.95, 1.05},
               {{"curvature after four layers over the recursion's, least of the three",
                 "curvatura após quatro camadas sobre a da recursão, a menor das três"},
                1,
                0.95,
                1.05},
               {{"the same, greatest of the three", "o mesmo, a maior das três"}, 1, 0.95, 1.05}},
    .figure = {{"What a circle of inputs becomes, layer by layer",
                "No que se torna um círculo de entradas, camada a camada"},
               {{.title = {"Length, relative to the first layer",
                           "Comprimento, relativo à primeira camada"},
                 .x = {{"layer", "camada"}},
                 .y = {{"length", "comprimento"}, .log = true},
                 .series = {{{"sigma_w = 1.3", "sigma_w = 1,3"}, ALV_LINE},
                            ALV_BY_THEORY,
                            {{"sigma_w = 2.5", "sigma_w = 2,5"}, ALV_LINE},
                            ALV_BY_THEORY,
                            {{"sigma_w = 4"}, ALV_LINE},
                            ALV_BY_THEORY}},
                {.title = {"Curvature, times sqrt(400)", "Curvatura, vezes sqrt(400)"},
                 .x = {{"layer", "camada"}},
                 .y = {{"curvature", "curvatura"}, .log = true},
                 .series = {{{"sigma_w = 1.3", "sigma_w = 1,3"}, ALV_LINE},
                            ALV_BY_THEORY,
                            {{"sigma_w = 2.5", "sigma_w = 2,5"}, ALV_LINE},
                            ALV_BY_THEORY,
                            {{"sigma_w = 4"}, ALV_LINE},
                            ALV_BY_THEORY}}}},
    .run = run,
};
