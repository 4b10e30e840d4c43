/* Schoenholz, Gilmer, Ganguli & Sohl-Dickstein (2017): how fast two inputs become alike, or part,
 * and how fast gradients fade, or grow. */
#include <math.h>
#include <string.h>

#include "base/base.h"
#include "reproduce/rig.h"

enum { WIDTH = 400, DEPTH = 31, NETS = 60 };

typedef struct slopes {
    double correlation; /* of ln(1 - c), per layer */
    double gradient;    /* of the log of its mean square, per layer, downwards */
    double last;        /* c at the last layer */
} slopes;

static double correlation(const alv_rig *rig, int64_t l)
{
    const double *a = rig->z[0] + l * WIDTH, *b = rig->z[1] + l * WIDTH;
    double sum = 0;
    for (int i = 0; i < WIDTH; i++) sum += a[i] * b[i] / WIDTH;
    return sum / sqrt(alv_rig_mean_square(a, WIDTH) * alv_rig_mean_square(b, WIDTH));
}

/* A normal law of this variance, as text. */
static void scheme_of(char out[64], double variance)
{
    char std[32];
    alv_number_print(std, sqrt(variance), 17);
    alv_text_format(out, 64, "normal(std=%s)", std);
}

/* Layer by layer: 1 - c in panel 0, the gradient's mean square relative to the last in panel 1,
 * with geometric means over nets. */
typedef struct path {
    double apart[DEPTH], gradient[DEPTH];
} path;

static void follow(path *out, const alv_rig *rig)
{
    const double last = alv_rig_mean_square(rig->g + (DEPTH - 1) * WIDTH, WIDTH);
    for (int64_t l = 0; l < DEPTH; l++) {
        out->apart[l] += log(1 - correlation(rig, l)) / NETS;
        out->gradient[l] += log(alv_rig_mean_square(rig->g + l * WIDTH, WIDTH) / last) / NETS;
    }
}

/* Means over nets; slopes between layers 6 and 26, where the signals have settled. */
static alv_status measure(slopes *out, path *course, double weight, double bias, alv_error *error)
{
    char w[64], b[64];
    double x[2][WIDTH], other[WIDTH];
    alv_rig rig;
    *out = (slopes){0};
    scheme_of(w, weight / WIDTH);
    scheme_of(b, bias);
    alv_status status = alv_rig_make(&rig, DEPTH, WIDTH, "tanh", w, b, error);
    for (int64_t net = 0; net < NETS && status == ALV_OK; net++) {
        status = alv_rig_draw(&rig, net, error);
        if (status != ALV_OK) break;
        alv_rig_normals(x[0], WIDTH, "input", net);
        alv_rig_normals(other, WIDTH, "other", net);
        for (int i = 0; i < WIDTH; i++) x[1][i] = 0.6 * x[0][i] + 0.8 * other[i];
        alv_rig_forward(&rig, 0, x[0]);
        alv_rig_forward(&rig, 1, x[1]);
        out->last += correlation(&rig, DEPTH - 1) / NETS;
        alv_rig_backward(&rig, net);
        follow(course, &rig);
    }
    alv_rig_free(&rig);
    out->correlation = (course->apart[25] - course->apart[5]) / 20;
    out->gradient = (course->gradient[5] - course->gradient[25]) / 20;
    return status;
}

static alv_status expect(alv_mean_field_limit *out, double weight, double bias, alv_error *error)
{
    alv_mean_field net = {.weight_variance = weight, .bias_variance = bias};
    ALV_TRY(alv_act_parse(&net.act, "tanh", error));
    return alv_mean_field_converge(out, &net, 1, error);
}

/* Beside theory: 1 - c and the gradient change by a factor per layer, anchored where the slopes
 * begin (1 - c) and at the last layer; in chaos 1 - c has a limit instead. */
static void draw(alv_outcome *out, int series, const path *course,
                 const alv_mean_field_limit *limit)
{
    const bool order = limit->c > 1 - 1e-9;
    for (int l = 0; l < DEPTH; l++) {
        alv_draw(out, 0, series, l + 1, exp(course->apart[l]));
        alv_draw(out, 0, series + 1, l + 1,
                 order ? exp(course->apart[5] - (l - 5) / limit->c_depth) : 1 - limit->c);
        alv_draw(out, 1, series, l + 1, exp(course->gradient[l]));
        alv_draw(out, 1, series + 1, l + 1, pow(limit->chi, DEPTH - 1 - l));
    }
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    slopes order, chaos;
    path ordered_course = {{0}}, chaotic_course = {{0}};
    alv_mean_field_limit ordered, chaotic;
    (void)watch;
    ALV_TRY(measure(&order, &ordered_course, 1.3, 0.05, error));
    ALV_TRY(expect(&ordered, 1.3, 0.05, error));
    ALV_TRY(measure(&chaos, &chaotic_course, 2.5, 0.05, error));
    ALV_TRY(expect(&chaotic, 2.5, 0.05, error));
    draw(out, 0, &ordered_course, &ordered);
    draw(out, 2, &chaotic_course, &chaotic);
    out->measured[0] = order.correlation / (-1 / ordered.c_depth);
    out->measured[1] = order.gradient / log(ordered.chi);
    out->measured[2] = chaos.last - chaotic.c;
    out->measured[3] = chaos.gradient / log(chaotic.chi);
    return ALV_OK;
}

#define PHASES                                                                                     \
    .x = {{"layer", "camada"}}, .series = {{{"order, 1.3", "ordem, 1,3"}, ALV_LINE},               \
                                           ALV_BY_THEORY,                                          \
                                           {{"chaos, 2.5", "caos, 2,5"}, ALV_LINE},                \
                                           ALV_BY_THEORY}

const alv_experiment alv_experiment_schoenholz2017 = {
    .name = "schoenholz2017",
    .title = {"Order forgets, chaos scrambles, at the rates of mean-field theory",
              "A ordem esquece, o caos embaralha, no ritmo da teoria de campo médio"},
    .paper = "Schoenholz, Gilmer, Ganguli & Sohl-Dickstein (2017), Deep information propagation, "
             "arXiv:1611.01232, sections 3 and 4",
    .setting = {"31 tanh layers of 400 units, bias variance 0.05, weight variance 1.3 (order) and "
                "2.5 (chaos), 60 nets, two inputs of correlation 0.6. No training: that is "
                "schoenholz2017_depth.",
                "31 camadas tanh de 400 unidades, variância dos vieses 0,05, dos pesos 1,3 (ordem) "
                "e 2,5 (caos), 60 redes, duas entradas de correlação 0,6. Sem treino: isso é "
                "schoenholz2017_depth."},
    .claims = {{{"order: rate at which inputs become alike, over theory's 1 / xi_c",
                 "ordem: ritmo em que as entradas ficam iguais, sobre 1 / xi_c da teoria"},
                1,
                0.9,
                1.1},
               {{"order: rate of the gradient's decay, over ln chi",
                 "ordem: ritmo em que o gradiente decai, sobre ln chi"},
                1,
                0.85,
                1.15},
               {{"chaos: correlation at layer 31 less theory's fixed point",
                 "caos: correlação na camada 31 menos o ponto fixo da teoria"},
                0,
                -0.05,
                0.05},
               {{"chaos: rate of the gradient's growth, over ln chi",
                 "caos: ritmo em que o gradiente cresce, sobre ln chi"},
                1,
                0.85,
                1.15}},
    .figure = {{"Two inputs, and gradients, layer by layer",
                "Duas entradas, e gradientes, camada por camada"},
               {{.title = {"How far inputs are from alike",
                           "Quanto falta para as entradas se igualarem"},
                 .y = {{"1 - c"}, .log = true},
                 PHASES},
                {.title = {"Gradients, relative to the last layer",
                           "Gradientes, relativos à última camada"},
                 .y = {{"mean square", "média quadrática"}, .log = true},
                 PHASES}}},
    .run = run,
};
