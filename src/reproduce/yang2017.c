/* Yang & Schoenholz (2017), Mean field residual networks: x + tanh(W x) lets gradients grow as
 * exp(const sqrt(depth)), where a plain net's grow as exp(const depth).
 *
 * With p the stream's mean square and q = sigma_w^2 p that of the branch's pre-activations,
 *
 *     p' = p + E tanh(sqrt(q) z)^2,    chi = 1 + sigma_w^2 E tanh'(sqrt(q) z)^2,
 *
 * for weights that are independent of the signal. p grows as the depth; E tanh'^2 falls as its
 * root, as 4 / (3 sqrt(2 pi q)), so that the sum of log chi grows as 8 sigma_w / (3 sqrt(2 pi))
 * sqrt(L). */
#include <math.h>
#include <string.h>

#include "base/base.h"
#include "reproduce/rig.h"

enum { WIDTH = 256, MOST = 200, NETS = 10, DEPTHS = 4, PLAIN_DEPTH = 100, PLAIN_NETS = 100 };

static const int depths[DEPTHS] = {25, 50, 100, MOST};

/* Stream and log of the gradient's mean square at the bottom over that at the top, by depth
 * (MOST + 1), of residual nets; and of plain ones. */
typedef struct course {
    double size[MOST + 1], gradient[MOST + 1], plain[PLAIN_DEPTH + 1];
} course;

static double moment(double q, bool slope)
{
    double sum = 0;
    for (double z = -9; z <= 9; z += 0.005) {
        const double t = tanh(sqrt(q) * z);
        sum += 0.005 * exp(-z * z / 2) / 2.5066282746310002 *
               (slope ? (1 - t * t) * (1 - t * t) : t * t);
    }
    return sum;
}

static void expect(course *out)
{
    out->size[0] = 1;
    for (int l = 0; l < MOST; l++) {
        out->size[l + 1] = out->size[l] + moment(out->size[l], false);
        out->gradient[l + 1] = out->gradient[l] + log(1 + moment(out->size[l], true));
    }
}

static void branch(double *z, const alv_rig *rig, int64_t l, const double *x)
{
    for (int i = 0; i < WIDTH; i++) {
        z[i] = 0;
        for (int j = 0; j < WIDTH; j++) z[i] += rig->w[(l * WIDTH + i) * WIDTH + j] * x[j];
    }
}

/* g' = g + W^T (tanh'(z) g). */
static void send_back(double *g, const alv_rig *rig, int64_t l, const double *z)
{
    double below[WIDTH];
    memcpy(below, g, sizeof below);
    for (int i = 0; i < WIDTH; i++) {
        const double t = tanh(z[i]), factor = (1 - t * t) * g[i];
        for (int j = 0; j < WIDTH; j++) below[j] += rig->w[(l * WIDTH + i) * WIDTH + j] * factor;
    }
    memcpy(g, below, sizeof below);
}

/* A gradient of its own from each of the depths, for a net's gradient depends on where it begins.
 */
static alv_status follow(course *out, alv_rig *rig, int net, alv_error *error)
{
    double x[WIDTH], g[WIDTH];
    ALV_TRY(alv_rig_draw(rig, net, error));
    alv_rig_normals(x, WIDTH, "input", net);
    const double unit = sqrt(alv_rig_mean_square(x, WIDTH));
    for (int i = 0; i < WIDTH; i++) x[i] /= unit;
    for (int64_t l = 0; l < MOST; l++) {
        double *z = rig->z[0] + l * WIDTH;
        out->size[l] += alv_rig_mean_square(x, WIDTH) / NETS;
        branch(z, rig, l, x);
        for (int i = 0; i < WIDTH; i++) x[i] += tanh(z[i]);
    }
    out->size[MOST] += alv_rig_mean_square(x, WIDTH) / NETS;
    for (int k = 0; k < DEPTHS; k++) {
        alv_rig_normals(g, WIDTH, "gradient", net * DEPTHS + k);
        const double top = alv_rig_mean_square(g, WIDTH);
        for (int64_t l = depths[k] - 1; l >= 0; l--) send_back(g, rig, l, rig->z[0] + l * WIDTH);
        out->gradient[depths[k]] += log(alv_rig_mean_square(g, WIDTH) / top) / NETS;
    }
    return ALV_OK;
}

static alv_status measure(course *out, const alv_watch *watch, alv_error *error)
{
    alv_rig rig;
    alv_status status = alv_rig_make(&rig, MOST, WIDTH, "tanh", "lecun_normal", "zeros", error);
    for (int net = 0; net < NETS && status == ALV_OK; net++) {
        status = follow(out, &rig, net, error);
        if (watch && watch->stop && watch->stop(watch->user))
            status = alv_fail(error, ALV_ERR_INTERRUPTED, "yang2017", "interrupted");
    }
    alv_rig_free(&rig);
    return status;
}

/* Plain tanh nets at sigma_w = 1.5: the gradient at the bottom over that at layer l + 1, as far
 * from the top as the residual ones'. */
static alv_status measure_plain(course *out, alv_error *error)
{
    alv_rig rig;
    alv_status status = alv_rig_make(
        &rig, PLAIN_DEPTH + 1, WIDTH, "tanh",
        "variance_scaling(scale=2.25, mode=fan_in, distribution=normal)", "zeros", error);
    for (int net = 0; net < PLAIN_NETS && status == ALV_OK; net++) {
        status = alv_rig_pass(&rig, net, 1, error);
        if (status != ALV_OK) break;
        alv_rig_backward(&rig, net);
        const double top = alv_rig_mean_square(rig.g + PLAIN_DEPTH * WIDTH, WIDTH);
        for (int64_t l = 0; l <= PLAIN_DEPTH; l++)
            out->plain[PLAIN_DEPTH - l] +=
                log(alv_rig_mean_square(rig.g + l * WIDTH, WIDTH) / top) / PLAIN_NETS;
    }
    alv_rig_free(&rig);
    return status;
}

/* Of the log gradient against sqrt(L), by least squares over L = 50, 100, 200. */
static double slope(const double *gradient)
{
    double x = 0, xx = 0, xy = 0;
    for (int k = 1; k < DEPTHS; k++) x += sqrt(depths[k]) / (DEPTHS - 1);
    for (int k = 1; k < DEPTHS; k++) {
        const double off = sqrt(depths[k]) - x;
        xx += off * off;
        xy += off * gradient[depths[k]];
    }
    return xy / xx;
}

static void draw(alv_outcome *out, const course *measured, const course *expected)
{
    for (int l = 0; l <= MOST; l += 10) {
        alv_draw(out, 0, 0, l, measured->size[l]);
        alv_draw(out, 0, 1, l, expected->size[l]);
        alv_draw(out, 1, 1, l, expected->gradient[l]);
    }
    for (int k = 0; k < DEPTHS; k++) alv_draw(out, 1, 0, depths[k], measured->gradient[depths[k]]);
    for (int l = 0; l <= PLAIN_DEPTH; l += 5) alv_draw(out, 1, 2, l, measured->plain[l]);
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    course measured = {{0}}, expected = {{0}};
    expect(&expected);
    ALV_TRY(measure(&measured, watch, error));
    ALV_TRY(measure_plain(&measured, error));
    draw(out, &measured, &expected);
    out->measured[0] = measured.size[MOST] / expected.size[MOST];
    out->measured[1] = 0;
    for (int k = 0; k < DEPTHS; k++) {
        const double ratio = measured.gradient[depths[k]] / expected.gradient[depths[k]];
        out->measured[1] = fmax(out->measured[1], fabs(ratio - 1));
    }
    out->measured[2] = slope(measured.gradient);
    out->measured[3] = measured.gradient[100] / measured.gradient[50];
    out->measured[4] = measured.plain[100] / measured.plain[50];
    return ALV_OK;
}

const alv_experiment alv_experiment_yang2017 = {
    .name = "yang2017",
    .title = {"Residual tanh nets grow as the root of the depth, plain ones as the depth",
              "Redes tanh residuais crescem com a raiz da profundidade, as simples com ela"},
    .paper = "Yang & Schoenholz (2017), Mean field residual networks: on the edge of chaos, "
             "arXiv:1712.08969",
    .setting =
        {"x + tanh(W x), 256 units, lecun_normal (sigma_w = 1), no biases, up to 200 layers, "
         "10 nets, an input of mean square 1, normal gradients sent down from 25, 50, 100 "
         "and 200 layers; 100 plain tanh nets with sigma_w = 1.5, 100 layers (10 of them, in "
         "a first run, were too few: 1.78). The slope's asymptotic value is 8 / (3 sqrt(2 "
         "pi)).",
         "x + tanh(W x), 256 unidades, lecun_normal (sigma_w = 1), sem vieses, até 200 "
         "camadas, 10 redes, uma entrada de média quadrática 1, gradientes normais enviados "
         "de 25, 50, 100 e 200 camadas; 100 redes tanh simples com sigma_w = 1,5, 100 "
         "camadas (10, numa primeira rodada, eram poucas: 1,78). O valor assintótico da "
         "inclinação é 8 / (3 sqrt(2 pi))."},
    .claims =
        {{{"200 layers: size of the stream over the recursion's",
           "200 camadas: tamanho do fluxo sobre o da recursão"},
          1,
          0.95,
          1.05},
         {{"log of the gradient's growth over the recursion's: farthest from 1",
           "log do crescimento do gradiente sobre o da recursão: o mais longe de 1"},
          0,
          0,
          0.05},
         {{"its slope against sqrt(L), L = 50 to 200",
           "sua inclinação contra sqrt(L), L = 50 a 200"},
          1.0638,
          0.95,
          1.15},
         {{"residual: the log at 100 layers over that at 50 (root: 1.41)",
           "residual: o log com 100 camadas sobre o com 50 (raiz: 1,41)"},
          1.414,
          1.3,
          1.6},
         {{"plain: the same (exponential: 2)", "simples: o mesmo (exponencial: 2)"}, 2, 1.8, 2.2}},
    .figure = {{"Signals and gradients by depth", "Sinais e gradientes por profundidade"},
               {{.title = {"Size of the stream", "Tamanho do fluxo"},
                 .x = {{"layer", "camada"}},
                 .y = {{"mean square", "média quadrática"}},
                 .series = {{{"residual"}, ALV_LINE}, ALV_BY_THEORY}},
                {.title = {"Growth of gradients", "Crescimento dos gradientes"},
                 .x = {{"layers", "camadas"}},
                 .y = {{"log of the mean square", "log da média quadrática"}},
                 .series = {{{"residual"}, ALV_DOTS},
                            ALV_BY_THEORY,
                            {{"plain, 1.5", "simples, 1,5"}, ALV_LINE}}}}},
    .run = run,
};
