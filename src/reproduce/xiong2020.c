/* Xiong et al. (2020): where a transformer's layer norms stand decides how large its gradients are
 * before the first step: behind the sums, large at the end whatever the depth; before the branches,
 * smaller the deeper it is, and alike in all blocks. */
#include <math.h>

#include "base/base.h"
#include "probe/observe.h"
#include "reproduce/reproduce.h"
#include "reproduce/specimen.h"

enum { WINDOWS = 16, PLACES = 16, CLASSES = 32, NETS = 5, DEPTHS = 4, OF_BLOCK = 4 };

static const int depths[DEPTHS] = {2, 4, 8, 16};

/* Root mean square of the gradient of the last matrix of block `block`, from 0. */
static double gradient(const alv_specimen *sample, int block)
{
    const alv_net_layer_f32 *down = &sample->net->layers[block * OF_BLOCK + OF_BLOCK - 1];
    return alv_observe_flat(down->dw, NULL, down->in * down->out).rms;
}

/* Of one window's loss, means over windows and nets: that of the last block, and the same over that
 * of the first. */
static alv_status measure(double *last, double *ratio, int blocks, const char *order,
                          alv_error *error)
{
    char text[128];
    alv_specimen sample;
    double first = 0;
    *last = 0;
    alv_text_format(text, sizeof text,
                    "transformer d=64 L=%d h=4 in=%d tokens=32 out=%d order=%s relu", blocks,
                    PLACES, CLASSES, order);
    alv_status status = alv_specimen_make(&sample, text, 1, WINDOWS, error);
    for (uint64_t seed = 0; status == ALV_OK && seed < NETS; seed++) {
        status = alv_specimen_draw(&sample, "xavier_normal", seed, error);
        for (int i = 0; status == ALV_OK && i < WINDOWS; i++) {
            const int32_t y = 2 * i; /* inputs are random: any label is */
            alv_net_forward_f32(sample.net, sample.x + i * PLACES, 1);
            alv_net_backward_f32(sample.net, &y);
            *last += gradient(&sample, blocks - 1) / (NETS * WINDOWS);
            first += gradient(&sample, 0) / (NETS * WINDOWS);
        }
    }
    *ratio = *last / first;
    alv_specimen_free(&sample);
    return status;
}

/* The power of the depth in the last block's gradient, by least squares, and the ratio at the
 * deepest. */
static alv_status of_order(double *power, double *ratio, alv_outcome *out, int series,
                           const char *order, alv_error *error)
{
    double last, first = 0, x = 0, xx = 0;
    for (int i = 0; i < DEPTHS; i++) x += log(depths[i]) / DEPTHS;
    *power = 0;
    for (int i = 0; i < DEPTHS; i++) {
        ALV_TRY(measure(&last, ratio, depths[i], order, error));
        if (i == 0) first = last;
        alv_draw(out, 0, 2 * series, depths[i], last);
        alv_draw(out, 0, 2 * series + 1, depths[i],
                 first * pow(depths[i] / (double)depths[0], -0.5 * series));
        alv_draw(out, 1, series, depths[i], *ratio);
        *power += (log(depths[i]) - x) * log(last);
        xx += (log(depths[i]) - x) * (log(depths[i]) - x);
    }
    *power /= xx;
    return ALV_OK;
}

static alv_status run(alv_outcome *out, const alv_watch *watch, alv_error *error)
{
    (void)watch;
    ALV_TRY(of_order(&out->measured[0], &out->measured[1], out, 0, "post", error));
    return of_order(&out->measured[2], &out->measured[3], out, 1, "pre", error);
}

#define WHY_EN                                                                                     \
    "only the last position has a loss here: the last block hears of one position, earlier "       \
    "blocks "                                                                                      \
    "of all those that it attends to"
#define WHY_PT                                                                                     \
    "só a última posição tem perda aqui: o último bloco ouve de uma posição, os anteriores de "    \
    "todas as que ela observa"

const alv_experiment alv_experiment_xiong2020 = {
    .name = "xiong2020",
    .title = {"Layer norms behind the sums make the last gradients large at any depth",
              "Normas de camada depois das somas fazem grandes os últimos gradientes em qualquer "
              "profundidade"},
    .paper = "Xiong et al. (2020), On layer normalization in the transformer architecture, "
             "arXiv:2002.04745, theorem 1 and figure 3",
    .setting =
        {"Transformers of 64 units, 4 heads and 2 to 16 blocks before training, "
         "xavier_normal, the cross-entropy of the last position of one window of 16 random "
         "tokens at a time, means of 16 windows and 5 nets; the gradient of the second "
         "matrix of a feed-forward branch. The paper: one head in the theorem, and "
         "translation, with a loss at every position, in the figure.",
         "Transformers de 64 unidades, 4 cabeças e 2 a 16 blocos antes do treino, "
         "xavier_normal, a entropia cruzada da última posição de uma janela de 16 tokens "
         "aleatórios por vez, médias de 16 janelas e 5 redes; o gradiente da segunda matriz "
         "de um ramo feed-forward. O artigo: uma cabeça no teorema, e tradução, com perda em "
         "todas as posições, na figura."},
    .claims = {{{"norms behind (post): power of the depth in the last block's gradient",
                 "normas depois (post): potência da profundidade no gradiente do último bloco"},
                0,
                -0.15,
                0.15},
               {{"post, 16 blocks: gradient of the last over that of the first",
                 "post, 16 blocos: gradiente do último sobre o do primeiro"},
                (double)NAN,
                2,
                (double)INFINITY,
                {WHY_EN, WHY_PT}},
               {{"norms before (pre): power of the depth", "normas antes (pre): potência da "
                                                           "profundidade"},
                -0.5,
                -0.65,
                -0.35},
               {{"pre, 16 blocks: gradient of the last over that of the first",
                 "pre, 16 blocos: gradiente do último sobre o do primeiro"},
                1,
                0.5,
                2,
                {WHY_EN, WHY_PT}}},
    .figure = {{"Gradients of the blocks' last matrices before the first step",
                "Gradientes das últimas matrizes dos blocos antes do primeiro passo"},
               {{.title = {"The last block's, by depth", "O do último bloco, por profundidade"},
                 .x = {{"blocks", "blocos"}, .log = true},
                 .y = {{"root mean square", "raiz da média dos quadrados"}, .log = true},
                 .series = {{{"post-norm", "pós-norma"}, ALV_LINE},
                            ALV_BY_THEORY,
                            {{"pre-norm", "pré-norma"}, ALV_LINE},
                            ALV_BY_THEORY}},
                {.title = {"The last block's over the first's",
                           "O do último bloco sobre o do primeiro"},
                 .x = {{"blocks", "blocos"}, .log = true},
                 .y = {{"ratio", "razão"}, .log = true},
                 .series = {{{"post-norm", "pós-norma"}, ALV_LINE},
                            {{"pre-norm", "pré-norma"}, ALV_LINE}}}}},
    .run = run,
};
