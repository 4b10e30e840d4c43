/* Residual networks without normalization: Zhang, Dauphin & Ma (2019), De & Smith (2020),
 * Bachlechner et al. (2020). Branches that keep the variance double the stream's at every sum;
 * branches that begin at nothing train at any depth. */
#include <math.h>

#include "base/base.h"
#include "reproduce/specimen.h"
#include "reproduce/trainings.h"

enum { SEEDS = 3, ROWS = 256, NETS = 10, MOST_BLOCKS = 30 };

/* Over nets, the mean of (mean square of the stream at the last layer / at the first); drawn after
 * every block beside `factor` per block. */
static alv_status growth(double *last, alv_outcome *out, int series, double factor,
                         const char *text, alv_error *error)
{
    double sizes[MOST_BLOCKS + 1] = {0};
    int blocks = 0;
    alv_specimen sample;
    alv_status status = alv_specimen_make(&sample, text, ROWS, 1, error);
    for (uint64_t seed = 0; status == ALV_OK && seed < NETS; seed++) {
        status = alv_specimen_draw(&sample, "he_normal", seed, error);
        if (status != ALV_OK) break;
        const alv_net_f32 *net = sample.net;
        const alv_net_layer_f32 *first = &net->layers[0];
        alv_net_forward_f32(sample.net, sample.x, ROWS);
        blocks = (net->n_layers - 2) / 2;
        for (int i = 0; i <= blocks; i++) {
            const alv_net_layer_f32 *at = &net->layers[2 * i];
            sizes[i] += alv_specimen_mean_square(&sample, at, i > 0 ? at->z : at->y) /
                        alv_specimen_mean_square(&sample, first, first->y) / NETS;
        }
    }
    alv_specimen_free(&sample);
    for (int i = 0; i <= blocks; i++) {
        alv_draw(out, 0, series, i, sizes[i]);
        alv_draw(out, 0, series + 1, i, pow(factor, i));
    }
    *last = sizes[blocks];
    return status;
}

/* Seeds that reach half the chance loss, and the median of their steps. */
static alv_status train(double *reached, double *steps, alv_outcome *figure, int series,
                        const char *hidden, const alv_watch *watch, alv_error *error)
{
    json_t *document = NULL;
    double values[SEEDS];
    alv_compare what = alv_trainings_defaults("zhang2019");
    what.data = "blobs";
    what.hidden = hidden;
    what.activations = "relu";
    what.schemes = "he_normal";
    what.rates = "0.1";
    what.batch = 64;
    what.steps = 600;
    what.seeds = SEEDS;
    ALV_TRY(alv_trainings_run(&document, &what, watch, error));
    const int n =
        alv_trainings_values(values, SEEDS, document, "relu", "he_normal", "steps_to_target");
    *reached = 0;
    for (int i = 0; i < n; i++) *reached += isfinite(values[i]);
    *steps = alv_trainings_median(values, n);
    const alv_status status =
        alv_trainings_draw(figure, 1, series, document, "relu", "he_normal", "train_loss", error);
    json_decref(document);
    return status;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    double grown, steps, deep, shallow;
    ALV_TRY(growth(&grown, out, 0, 2, "mlp 64-64x21-10 residual=2 relu", error));
    out->measured[0] = pow(grown, 1.0 / 10);
    ALV_TRY(growth(&out->measured[1], out, 2, 1 + 1.0 / 30,
                   "mlp 64-64x61-10 residual=2 branch=0.182574 relu", error));
    ALV_TRY(train(&out->measured[2], &steps, out, 0, "64x101 residual=2", watch, error));
    ALV_TRY(train(&out->measured[3], &deep, out, 1, "64x101 residual=2 branch=0", watch, error));
    ALV_TRY(train(&out->measured[4], &steps, out, 2, "64x101 residual=2 norm=batch", watch, error));
    ALV_TRY(train(&steps, &shallow, out, 3, "64x21 residual=2 branch=0", watch, error));
    alv_draw(out, 1, 4, 0, log(10));
    out->measured[5] = deep / shallow;
    return ALV_OK;
}

const alv_experiment alv_experiment_zhang2019 = {
    .name = "zhang2019",
    .title = {"Residual nets without norms: branches that begin at nothing",
              "Redes residuais sem normas: ramos que começam em nada"},
    .paper =
        "Zhang, Dauphin & Ma (2019), Fixup initialization, arXiv:1901.09321; De & Smith (2020), "
        "Batch normalization biases residual blocks towards the identity function, "
        "arXiv:2002.10444; Bachlechner et al. (2020), ReZero is all you need, arXiv:2003.04887",
    .setting =
        {"Dense ReLU nets of 64 units, x + W2 relu(W1 relu(x)), he_normal. Growth: mean over "
         "10 nets and 256 normal inputs; a branch of variance 1 makes (1 + gain^2)^blocks: 2 "
         "per block, and e at gain 1 / sqrt(30) over 30 blocks. Training: 50 blocks on blobs, "
         "plain SGD at rate 0.1, batch 64, 600 steps, 3 seeds; the target is half the chance "
         "loss. The papers train convolutional nets and transformers.",
         "Redes densas ReLU de 64 unidades, x + W2 relu(W1 relu(x)), he_normal. Crescimento: "
         "média de 10 redes e 256 entradas normais; um ramo de variância 1 dá (1 + "
         "ganho^2)^blocos: 2 por bloco, e e com ganho 1 / sqrt(30) em 30 blocos. Treino: 50 "
         "blocos sobre blobs, SGD simples com taxa 0,1, lote 64, 600 passos, 3 sementes; o "
         "alvo é metade da perda do acaso. Os artigos treinam redes convolucionais e "
         "transformers."},
    .claims = {{{"growth of the stream's mean square per block, he_normal",
                 "crescimento da média quadrática do fluxo por bloco, he_normal"},
                2,
                1.85,
                2.15},
               {{"growth over 30 blocks with gain 1 / sqrt(30)",
                 "crescimento em 30 blocos com ganho 1 / sqrt(30)"},
                2.718,
                2.3,
                3.1},
               {{"50 blocks, no gain: seeds of 3 that reach the target",
                 "50 blocos, sem ganho: sementes de 3 que alcançam o alvo"},
                (double)NAN,
                0,
                0},
               {{"50 blocks, gain that begins at 0 (SkipInit, ReZero): seeds of 3",
                 "50 blocos, ganho que começa em 0 (SkipInit, ReZero): sementes de 3"},
                (double)NAN,
                3,
                3},
               {{"50 blocks, batch normalization: seeds of 3",
                 "50 blocos, normalização em lote: sementes de 3"},
                (double)NAN,
                3,
                3},
               {{"gain 0: steps to the target at 50 blocks over those at 10",
                 "ganho 0: passos até o alvo com 50 blocos sobre os com 10"},
                1,
                0.5,
                2}},
    .figure = {{"The stream before training, and the loss during it",
                "O fluxo antes do treino, e a perda durante"},
               {{.title = {"Size of the stream, he_normal", "Tamanho do fluxo, he_normal"},
                 .x = {{"block", "bloco"}},
                 .y = {{"mean square", "média quadrática"}, .log = true},
                 .series = {{{"gain 1", "ganho 1"}, ALV_LINE},
                            ALV_BY_THEORY,
                            {{"gain 1 / sqrt(30)", "ganho 1 / sqrt(30)"}, ALV_LINE},
                            ALV_BY_THEORY}},
                {.title = {"Training loss, means of 3 seeds",
                           "Perda de treino, médias de 3 sementes"},
                 .x = {{"step", "passo"}},
                 .y = {{"loss", "perda"}},
                 .series = {{{"50 blocks, no gain", "50 blocos, sem ganho"}, ALV_LINE},
                            {{"50 blocks, gain 0", "50 blocos, ganho 0"}, ALV_LINE},
                            {{"50 blocks, batch norm", "50 blocos, norma"}, ALV_LINE},
                            {{"10 blocks, gain 0", "10 blocos, ganho 0"}, ALV_LINE},
                            {{"guessing", "acaso"}, ALV_LEVEL}}}}},
    .run = run,
};
