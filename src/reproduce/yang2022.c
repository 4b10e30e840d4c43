/* Yang et al. (2022), maximal update parametrization: with it, steps change wide and narrow nets
 * alike, and the best learning rate stays where it is. */
#include <math.h>

#include "base/base.h"
#include "data/data.h"
#include "train/fill.h"
#include "nn/net.h"
#include "reproduce/reproduce.h"

enum { BASE = 64, INPUTS = 64, CLASSES = 10, BATCH = 64, STEPS = 200, LAST = 50, RATES = 8 };
enum { WIDTHS = 3, LAYERS = 3, SLOWEST = 11 };

static const int widths[WIDTHS] = {64, 256, 1024};

/* A net whose layers have learning rates of their own. */
typedef struct trainee {
    alv_model *model;
    alv_net_f32 *net;
    float *first, *second; /* moments of Adam */
    double rates[LAYERS];  /* factors */
    double power1, power2;
    float x[BATCH * INPUTS];
    int32_t y[BATCH];
} trainee;

static alv_status make(trainee *t, int width, alv_error *error)
{
    char text[64];
    const alv_net_options options = {.batch = BATCH, .backend = ALV_BACKEND_PORTABLE};
    alv_text_format(text, sizeof text, "mlp %d-%dx2-%d relu", INPUTS, width, CLASSES);
    ALV_TRY(alv_model_new(&t->model, text, NULL, error));
    ALV_TRY(alv_net_new_f32(&t->net, t->model, &options, error));
    t->first = alv_new_array((size_t)t->net->n_params, sizeof *t->first);
    t->second = alv_new_array((size_t)t->net->n_params, sizeof *t->second);
    if (t->first && t->second) return ALV_OK;
    return alv_fail(error, ALV_ERR_MEMORY, "yang2022", "out of memory");
}

static void done(trainee *t)
{
    alv_net_free_f32(t->net);
    alv_model_free(t->model);
    free(t->first);
    free(t->second);
}

/* Standard: N(0, 1 / fan_in), one rate; mup: table 3 for Adam, at the base of 64 the same net. */
static alv_status begin(trainee *t, int width, bool mup, alv_error *error)
{
    static const char *const kinds[LAYERS] = {
        "mup(kind=input, base=64)", "mup(kind=hidden, base=64)", "mup(kind=output, base=64)"};
    alv_scheme scheme;
    for (int l = 0; l < LAYERS; l++) {
        const char *text =
            mup ? kinds[l] : "variance_scaling(scale=1, mode=fan_in, distribution=normal)";
        ALV_TRY(alv_scheme_parse(&scheme, text, error));
        ALV_TRY(alv_fill_param(t->net->layers[l].w, &scheme,
                               &t->model->params[t->net->layers[l].weight], 1, error));
        memset(t->net->layers[l].b, 0, (size_t)t->net->layers[l].out * sizeof(float));
        t->rates[l] = mup && l > 0 ? (double)BASE / width : 1;
    }
    memset(t->first, 0, (size_t)t->net->n_params * sizeof *t->first);
    memset(t->second, 0, (size_t)t->net->n_params * sizeof *t->second);
    t->power1 = t->power2 = 1;
    return ALV_OK;
}

/* One step of Adam on p (n), whose gradients and moments lie at the same places of their arrays. */
static void adam(trainee *t, const float *p, int64_t n, double rate)
{
    const int64_t at = p - t->net->params;
    float *restrict w = t->net->params + at, *restrict m = t->first + at;
    float *restrict v = t->second + at;
    const float *restrict g = t->net->grads + at;
    const float step = (float)(rate / (1 - t->power1)), rest = (float)(1 / (1 - t->power2));
    for (int64_t i = 0; i < n; i++) {
        m[i] = 0.9f * m[i] + 0.1f * g[i];
        v[i] = 0.999f * v[i] + 0.001f * g[i] * g[i];
        w[i] -= step * m[i] / (sqrtf(rest * v[i]) + 1e-8f);
    }
}

static alv_status gather(trainee *t, int64_t step, alv_error *error)
{
    const alv_source *source = alv_source_find("blobs");
    return source->generate(t->x, t->y, step * BATCH, (step + 1) * BATCH, 1, error);
}

/* The loss before the step. Biases are like input weights: their rate is the whole one. */
static double learn(trainee *t, double rate)
{
    alv_net_forward_f32(t->net, t->x, BATCH);
    const double loss = alv_net_loss_f32(t->net, t->y, NULL);
    alv_net_backward_f32(t->net, t->y);
    t->power1 *= 0.9, t->power2 *= 0.999;
    for (int l = 0; l < LAYERS; l++) {
        const alv_net_layer_f32 *layer = &t->net->layers[l];
        adam(t, layer->w, layer->in * layer->out, rate * t->rates[l]);
        adam(t, layer->b, layer->out, rate);
    }
    return loss;
}

/* Mean size of what one step at 2^-8 changes: out[0] of the second hidden layer's pre-activations,
 * out[1] of the outputs. */
static alv_status coordinates(double out[2], int width, bool mup, alv_error *error)
{
    trainee *t = alv_new_array(1, sizeof *t);
    if (!t) return alv_fail(error, ALV_ERR_MEMORY, "yang2022", "out of memory");
    float *before = alv_new_array((size_t)BATCH * (size_t)(width + CLASSES), sizeof *before);
    alv_status status =
        before ? ALV_OK : alv_fail(error, ALV_ERR_MEMORY, "yang2022", "out of memory");
    if (status == ALV_OK) status = make(t, width, error);
    if (status == ALV_OK) status = begin(t, width, mup, error);
    if (status == ALV_OK) status = gather(t, 0, error);
    if (status == ALV_OK) {
        const int64_t n = (int64_t)BATCH * width, m = BATCH * CLASSES;
        alv_net_forward_f32(t->net, t->x, BATCH);
        memcpy(before, t->net->layers[1].z, (size_t)n * sizeof *before);
        memcpy(before + n, t->net->layers[2].z, (size_t)m * sizeof *before);
        learn(t, 1.0 / 256);
        alv_net_forward_f32(t->net, t->x, BATCH);
        out[0] = out[1] = 0;
        for (int64_t i = 0; i < n; i++)
            out[0] += fabs((double)(t->net->layers[1].z[i] - before[i])) / (double)n;
        for (int64_t i = 0; i < m; i++)
            out[1] += fabs((double)(t->net->layers[2].z[i] - before[n + i])) / (double)m;
    }
    free(before);
    done(t);
    free(t);
    return status;
}

/* The slope of log size against log width, by least squares. */
static alv_status slopes(double out[2], alv_outcome *figure, bool mup, alv_error *error)
{
    double size[WIDTHS][2], x = 0, xx = 0;
    out[0] = out[1] = 0;
    for (int i = 0; i < WIDTHS; i++) ALV_TRY(coordinates(size[i], widths[i], mup, error));
    for (int i = 0; i < WIDTHS; i++) x += log(widths[i]) / WIDTHS;
    for (int i = 0; i < WIDTHS; i++) {
        const double from = log(widths[i]) - x;
        xx += from * from;
        alv_draw(figure, 2, mup, widths[i], size[i][0]);
        for (int k = 0; k < 2; k++) out[k] += from * log(size[i][k]);
    }
    out[0] /= xx;
    out[1] /= xx;
    return ALV_OK;
}

/* Mean loss of the last steps at each rate 2^-4, ..., 2^-11; infinite where the net diverged. */
static alv_status sweep(double losses[RATES], int width, bool mup, const alv_watch *watch,
                        alv_error *error)
{
    trainee *t = alv_new_array(1, sizeof *t);
    if (!t) return alv_fail(error, ALV_ERR_MEMORY, "yang2022", "out of memory");
    alv_status status = make(t, width, error);
    for (int i = 0; status == ALV_OK && i < RATES; i++) {
        losses[i] = 0;
        status = begin(t, width, mup, error);
        for (int step = 0; status == ALV_OK && step < STEPS; step++) {
            if (watch && watch->stop && watch->stop(watch->user))
                status = alv_fail(error, ALV_ERR_INTERRUPTED, "yang2022", "interrupted");
            if (status == ALV_OK) status = gather(t, step, error);
            if (status != ALV_OK) break;
            const double loss = learn(t, pow(2, i - SLOWEST));
            if (step >= STEPS - LAST) losses[i] += loss / LAST;
        }
        if (!isfinite(losses[i])) losses[i] = (double)INFINITY;
    }
    done(t);
    free(t);
    return status;
}

static int lowest(const double losses[RATES])
{
    int best = 0;
    for (int i = 1; i < RATES; i++)
        if (losses[i] < losses[best]) best = i;
    return best;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    double standard[2], mup[2], losses[2][2][RATES];
    ALV_TRY(slopes(standard, out, false, error));
    ALV_TRY(slopes(mup, out, true, error));
    for (int wide = 0; wide < 2; wide++)
        for (int i = 0; i < 2; i++)
            ALV_TRY(sweep(losses[i][wide], widths[wide ? WIDTHS - 1 : 0], i == 1, watch, error));
    for (int i = 0; i < 2 * 2 * RATES; i++)
        alv_draw(out, i / RATES / 2, i / RATES % 2, i % RATES - SLOWEST,
                 losses[i / RATES / 2][i / RATES % 2][i % RATES]);
    const int at = lowest(losses[1][0]);
    out->measured[0] = standard[0];
    out->measured[1] = fmax(fabs(mup[0]), fabs(mup[1]));
    out->measured[2] = abs(lowest(losses[0][1]) - lowest(losses[0][0]));
    out->measured[3] = abs(lowest(losses[1][1]) - at);
    out->measured[4] = losses[1][1][at] / losses[1][0][at];
    return ALV_OK;
}

#define SWEEP                                                                                      \
    .x = {{"log2 of the rate", "log2 da taxa"}}, .y = {{"training loss", "perda de treino"}},      \
    .series = {{{"64 units", "64 unidades"}, ALV_LINE},                                            \
               {{"1024 units", "1024 unidades"}, ALV_LINE}}

const alv_experiment alv_experiment_yang2022 = {
    .name = "yang2022",
    .title = {"Under mup the best learning rate stays as nets grow wider",
              "Com mup, a melhor taxa de aprendizado fica quando as redes alargam"},
    .paper = "Yang et al. (2022), Tensor programs V: tuning large neural networks via zero-shot "
             "hyperparameter transfer, arXiv:2203.03466, section 4 and table 3",
    .setting = {"64-n-n-10 ReLU nets, n of 64, 256 and 1024, on blobs, batch 64, Adam with the "
                "rates of table 3, base 64; standard: N(0, 1 / fan_in) and one rate. Coordinates: "
                "mean |change| by one step, as a power of n. Rates 2^-4 to 2^-11, 200 steps, loss "
                "of the last 50, one seed. The paper: transformers.",
                "Redes ReLU 64-n-n-10, n de 64, 256 e 1024, sobre blobs, lote 64, Adam com as "
                "taxas da tabela 3, base 64; padrão: N(0, 1 / fan_in) e uma só taxa. Coordenadas: "
                "média de |mudança| em um passo, como potência de n. Taxas de 2^-4 a 2^-11, 200 "
                "passos, perda dos últimos 50, uma semente. O artigo: transformers."},
    .claims = {{{"standard: power of the width in what a step changes, hidden layer",
                 "padrão: potência da largura no que um passo muda, camada oculta"},
                1,
                0.6,
                (double)INFINITY},
               {{"mup: the same, the larger of hidden layer and outputs",
                 "mup: o mesmo, a maior entre camada oculta e saídas"},
                0,
                0,
                0.25},
               {{"standard: octaves that the best rate moves from 64 to 1024 units",
                 "padrão: oitavas que a melhor taxa anda de 64 a 1024 unidades"},
                (double)NAN,
                2,
                (double)INFINITY},
               {{"mup: the same", "mup: o mesmo"}, 0, 0, 1},
               {{"mup: loss at 1024 units over that at 64, at the rate best for 64",
                 "mup: perda com 1024 unidades sobre a com 64, na taxa melhor para 64"},
                (double)NAN,
                0,
                1}},
    .figure = {{"Loss by learning rate and width, and what one step changes",
                "Perda por taxa e largura, e o que um passo muda"},
               {{.title = {"Standard", "Padrão"}, SWEEP},
                {.title = {"mup"}, SWEEP},
                {.title = {"Change of a hidden layer by one step",
                           "Mudança de uma camada oculta em um passo"},
                 .x = {{"units", "unidades"}, .log = true},
                 .y = {{"mean size", "tamanho médio"}, .log = true},
                 .series = {{{"standard", "padrão"}, ALV_LINE}, {{"mup"}, ALV_LINE}}}}},
    .run = run,
};
