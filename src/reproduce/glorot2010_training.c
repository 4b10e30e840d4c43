/* Glorot & Bengio (2010), figures 2 and 3 and table 1: five layers on the endless Shapeset. With
 * the old initialization sigmoid nets and, so early, tanh nets do no better than guessing; a
 * sigmoid net's top layer goes to zero; Xavier's tanh net learns.
 *
 * All nets of a seed see the same images, which are drawn as they are needed. */
#include <math.h>

#include "base/base.h"
#include "data/data.h"
#include "reproduce/reproduce.h"
#include "reproduce/specimen.h"

enum { SEEDS = 3, ROWS = 10, PIXELS = 1024, UPDATES = 16000, TEST = 5000, CHUNK = 250, LOOKS = 16 };
enum { NETS = 4, SIGMOID = 3, LAYERS = 4, EARLY = 4000 };

static const struct {
    const char *text, *scheme;
    double rate;
} nets[NETS] = {{"mlp 1024-200x5-9 tanh", "torch_default", 0.03},
                {"mlp 1024-200x5-9 tanh", "xavier_uniform", 0.03},
                {"mlp 1024-200x5-9 softsign", "torch_default", 0.1},
                {"mlp 1024-200x4-9 sigmoid", "torch_default", 0.1}};

/* One seed's nets and images. */
typedef struct lesson {
    alv_specimen net[NETS];
    float x[CHUNK * PIXELS], test[TEST * PIXELS];
    int32_t y[CHUNK], test_y[TEST];
    double error[NETS];
    double mean[LAYERS]; /* activations of the sigmoid net on CHUNK test images */
} lesson;

static alv_status begin(lesson *it, uint64_t seed, alv_error *error)
{
    for (int i = 0; i < NETS; i++) {
        ALV_TRY(alv_specimen_make(&it->net[i], nets[i].text, CHUNK, 1, error));
        ALV_TRY(alv_specimen_draw(&it->net[i], nets[i].scheme, seed, error));
        it->net[i].net->options.optimizer.lr = nets[i].rate;
    }
    /* Beyond all that training sees. */
    const int64_t from = (int64_t)UPDATES * ROWS;
    return alv_source_find("shapeset")
        ->generate(it->test, it->test_y, from, from + TEST, seed, error);
}

static void done(lesson *it)
{
    for (int i = 0; i < NETS; i++) alv_specimen_free(&it->net[i]);
}

/* Updates [from, to), a chunk of images at a time. */
static alv_status learn(lesson *it, int from, int to, uint64_t seed, const alv_watch *watch,
                        alv_error *error)
{
    for (int at = from; at < to; at += CHUNK / ROWS) {
        const int64_t first = (int64_t)at * ROWS;
        if (watch && watch->stop && watch->stop(watch->user))
            return alv_fail(error, ALV_ERR_INTERRUPTED, "glorot2010_training", "interrupted");
        ALV_TRY(
            alv_source_find("shapeset")->generate(it->x, it->y, first, first + CHUNK, seed, error));
        for (int i = 0; i < NETS; i++)
            for (int k = 0; k < CHUNK; k += ROWS)
                alv_net_train_f32(it->net[i].net, it->x + k * PIXELS, it->y + k, ROWS, NULL);
    }
    return ALV_OK;
}

/* Test errors, and the sigmoid net's mean activations by layer. */
static void look(lesson *it)
{
    for (int i = 0; i < NETS; i++) {
        int64_t right = 0;
        for (int k = 0; k < TEST; k += CHUNK) {
            int64_t hits = 0;
            alv_net_forward_f32(it->net[i].net, it->test + k * PIXELS, CHUNK);
            alv_net_loss_f32(it->net[i].net, it->test_y + k, &hits);
            right += hits;
        }
        it->error[i] = 1 - (double)right / TEST;
    }
    for (int l = 0; l < LAYERS; l++) it->mean[l] = 0;
    alv_net_forward_f32(it->net[SIGMOID].net, it->test, CHUNK);
    for (int l = 0; l < LAYERS; l++) {
        const alv_net_layer_f32 *layer = &it->net[SIGMOID].net->layers[l];
        for (int64_t k = 0; k < CHUNK * layer->out; k++)
            it->mean[l] += (double)layer->a[k] / (double)(CHUNK * layer->out);
    }
}

/* Over seeds. */
typedef struct record {
    double error[LOOKS][NETS], mean[LOOKS][LAYERS]; /* means */
    double least[NETS], most[NETS];                 /* of the last errors */
    double top, lowest, rise; /* at EARLY: the highest mean of a top layer; the lowest of a layer
                                 below; the least rise from one of those to the next */
} record;

static void note_early(record *r, const lesson *it)
{
    r->top = fmax(r->top, it->mean[LAYERS - 1]);
    for (int l = 0; l + 1 < LAYERS; l++) {
        r->lowest = fmin(r->lowest, it->mean[l]);
        if (l > 0) r->rise = fmin(r->rise, it->mean[l] - it->mean[l - 1]);
    }
}

static alv_status teach(record *r, lesson *it, uint64_t seed, const alv_watch *watch,
                        alv_error *error)
{
    ALV_TRY(begin(it, seed, error));
    for (int k = 0; k < LOOKS; k++) {
        const int to = UPDATES * (k + 1) / LOOKS;
        ALV_TRY(learn(it, UPDATES * k / LOOKS, to, seed, watch, error));
        look(it);
        if (to == EARLY) note_early(r, it);
        for (int i = 0; i < NETS; i++) r->error[k][i] += it->error[i] / SEEDS;
        for (int l = 0; l < LAYERS; l++) r->mean[k][l] += it->mean[l] / SEEDS;
    }
    for (int i = 0; i < NETS; i++) {
        r->least[i] = fmin(r->least[i], it->error[i]);
        r->most[i] = fmax(r->most[i], it->error[i]);
    }
    return ALV_OK;
}

static void draw(alv_outcome *out, const record *r)
{
    for (int k = 0; k < LOOKS; k++) {
        const double update = UPDATES * (k + 1.0) / LOOKS;
        for (int i = 0; i < NETS; i++) alv_draw(out, 0, i, update, r->error[k][i]);
        for (int l = 0; l < LAYERS; l++) alv_draw(out, 1, l, update, r->mean[k][l]);
    }
    alv_draw(out, 0, NETS, 0, 5.0 / 6);
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    record r = {.least = {1, 1, 1, 1}, .lowest = 1, .rise = 1};
    lesson *it = alv_new_array(1, sizeof *it);
    if (!it) return alv_fail(error, ALV_ERR_MEMORY, "glorot2010_training", "out of memory");
    alv_status status = ALV_OK;
    for (uint64_t seed = 0; seed < SEEDS && status == ALV_OK; seed++) {
        status = teach(&r, it, seed, watch, error);
        done(it);
    }
    free(it);
    const double *last = r.error[LOOKS - 1];
    const double measured[] = {r.least[0],        r.most[1], r.least[SIGMOID], last[0] - last[2],
                               last[2] - last[1], r.top,     r.lowest,         r.rise};
    for (int i = 0; i < ALV_COUNT(measured); i++) out->measured[i] = measured[i];
    draw(out, &r);
    return status;
}

const alv_experiment alv_experiment_glorot2010_training = {
    .name = "glorot2010_training",
    .title = {"Shapeset: old tanh and sigmoid nets guess for long, Xavier's learns",
              "Shapeset: redes tanh e sigmoid antigas adivinham por muito tempo, a de Xavier "
              "aprende"},
    .paper = "Glorot & Bengio (2010), Understanding the difficulty of training deep feedforward "
             "neural networks, AISTATS, figure 2 and table 1 (after 5 million updates of 1000 "
             "units: sigmoid 82.61 %, tanh 27.15, softsign 16.27, tanh with Xavier 15.60)",
    .setting = {"Endless Shapeset-3x2, batch 10, plain SGD, 16,000 updates, 3 seeds, 5000 test "
                "images. 5 layers of 200 units: tanh at rate 0.03, old and Xavier; softsign at "
                "0.1, old; 4 layers of sigmoid at 0.1, old. Guessing errs 5/6. The paper has 1000 "
                "units, 5 million updates and a rate tuned for each.",
                "Shapeset-3x2 sem fim, lote 10, SGD simples, 16.000 atualizações, 3 sementes, 5000 "
                "imagens de teste. 5 camadas de 200 unidades: tanh com taxa 0,03, antiga e Xavier; "
                "softsign com 0,1, antiga; 4 camadas de sigmoid com 0,1, antiga. O palpite erra "
                "5/6. O artigo tem 1000 unidades, 5 milhões de atualizações e uma taxa ajustada "
                "para cada."},
    .claims =
        {{{"tanh, old: lowest test error of 3 seeds", "tanh, antiga: menor erro de teste de 3 "
                                                      "sementes"},
          (double)NAN,
          0.8,
          1},
         {{"tanh, Xavier: highest test error", "tanh, Xavier: maior erro de teste"},
          (double)NAN,
          0,
          0.7},
         {{"sigmoid, old: lowest test error", "sigmoid, antiga: menor erro de teste"},
          0.8261,
          0.81,
          1},
         {{"tanh old less softsign old, mean errors",
           "tanh antiga menos softsign antiga, erros médios"},
          (double)NAN,
          0,
          1},
         {{"softsign old less tanh Xavier, mean errors",
           "softsign antiga menos tanh Xavier, erros médios"},
          (double)NAN,
          0,
          1},
         {{"sigmoid after 4000 updates: mean of the top layer, highest of the seeds",
           "sigmoid após 4000 atualizações: média da camada do topo, a maior das sementes"},
          0,
          0,
          0.1},
         {{"the same: lowest mean of the layers below", "o mesmo: menor média das camadas abaixo"},
          (double)NAN,
          0.49,
          1},
         {{"the same: least rise of the mean from one of these to the next",
           "o mesmo: menor aumento da média de uma destas à seguinte"},
          (double)NAN,
          0,
          1}},
    .figure = {{"Learning Shapeset, means of 3 seeds, as in figure 2",
                "Aprendendo a Shapeset, médias de 3 sementes, como na figura 2"},
               {{.title = {"Test error", "Erro de teste"},
                 .x = {{"update", "atualização"}},
                 .y = {{"share of errors", "fração de erros"}},
                 .series = {{{"tanh, old", "tanh, antiga"}, ALV_LINE},
                            {{"tanh, Xavier"}, ALV_LINE},
                            {{"softsign, old", "softsign, antiga"}, ALV_LINE},
                            {{"sigmoid, old", "sigmoid, antiga"}, ALV_LINE},
                            {{"guessing", "acaso"}, ALV_LEVEL}}},
                {.title = {"Mean activation of the sigmoid net", "Ativação média da rede sigmoid"},
                 .x = {{"update", "atualização"}},
                 .y = {{"mean", "média"}},
                 .series = {{{"layer 1", "camada 1"}, ALV_LINE},
                            {{"layer 2", "camada 2"}, ALV_LINE},
                            {{"layer 3", "camada 3"}, ALV_LINE},
                            {{"layer 4", "camada 4"}, ALV_LINE}}}}},
    .run = run,
};
