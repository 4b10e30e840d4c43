/* Scales of transformers: small weights, and smaller ones where a residual branch ends.
 *
 * A stack of L pre-norm blocks adds 2 L branches (attention and feed-forward) to its residual
 * stream. If each adds variance v, the stream ends with 1 + 2 L v; dividing the last matrix of each
 * branch by sqrt(2 L) makes the sum independent of the depth. Dividing those of block l, from 0, by
 * sqrt(2 (l + 1)) instead lets block l add its share of what has come before: the sum grows like
 * log L. */
#include "init/family.h"

#include "base/base.h"
#include "math/math.h"

static alv_status small_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                            alv_error *error)
{
    double d = scheme->args[0];
    if (d == 0) ALV_TRY(alv_init_weight_fan(&d, ALV_FAN_IN, scheme, tensor, error));
    *out = alv_dist_normal(0, alv_sqrt(2 / (5 * d)));
    return ALV_OK;
}

enum { RESIDUAL_STD, RESIDUAL_LAYERS };

static alv_status residual_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                               alv_error *error)
{
    double branches = 0, layers = scheme->args[RESIDUAL_LAYERS];
    ALV_TRY(alv_init_whole(layers, "layers", error));
    ALV_TRY(alv_init_depth(&branches, 2 * layers, "layers", tensor, error));
    *out = alv_dist_normal(0, scheme->args[RESIDUAL_STD] / alv_sqrt(branches));
    return ALV_OK;
}

enum { DEPTH_STD, DEPTH_LAYER };

static alv_status depth_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                            alv_error *error)
{
    (void)tensor;
    double layer = scheme->args[DEPTH_LAYER];
    ALV_TRY(alv_init_whole(layer, "layer", error));
    *out = alv_dist_normal(0, scheme->args[DEPTH_STD] / alv_sqrt(2 * (layer + 1)));
    return ALV_OK;
}

const alv_initializer alv_init_small_init = {
    .name = "small_init",
    .aliases = "small",
    .summary = {[ALV_EN] = "normal with variance 2 / (5 d), for transformers of width d",
                [ALV_PT] = "normal com variância 2 / (5 d), para transformers de largura d"},
    .formula = "w ~ N(0, std^2), std = sqrt(2 / (5 d)); d: the model's width, fan_in if not given",
    .density = "p(w) = exp(-w^2 / (2 std^2)) / (std sqrt(2 pi))",
    .when = {[ALV_EN] = "The matrices of a pre-norm transformer, with the width of the model as d "
                        "in all of them, so that attention starts as small as the feed-forward "
                        "part. For the end of each residual branch see residual_normal.",
             [ALV_PT] = "As matrizes de um transformer com normalização antes dos blocos, com a "
                        "largura do modelo como d em todas, para que a atenção comece tão pequena "
                        "quanto a parte feed-forward. Para o fim de cada ramo residual, veja "
                        "residual_normal."},
    .dangers = {[ALV_EN] = "Without d it takes the fan-in of each tensor, which in the second "
                           "feed-forward matrix is 4 d: give d there. It is Xavier's variance for "
                           "a d x 4d matrix, used everywhere; a network without normalization "
                           "loses 60 % of the variance at each linear layer and more with ReLU.",
                [ALV_PT] = "Sem d, usa o fan-in de cada tensor, que na segunda matriz feed-forward "
                           "é 4 d: dê d nesse caso. É a variância de Xavier para uma matriz d x "
                           "4d, usada em toda parte; uma rede sem normalização perde 60 % da "
                           "variância em cada camada linear, e mais ainda com ReLU."},
    .pytorch = "torch.nn.init.normal_(w, std=math.sqrt(2 / (5 * d)))",
    .keras = "keras.initializers.RandomNormal(stddev=math.sqrt(2 / (5 * d)))",
    .jax = "jax.nn.initializers.normal(math.sqrt(2 / (5 * d)))",
    .citation = "Nguyen & Salazar (2019), Transformers without tears: improving the normalization "
                "of self-attention, IWSLT, arXiv:1910.05895 (SmallInit)",
    .args = {{.name = "d",
              .value = 0,
              .lo = 0,
              .hi = 1e9,
              .help = {[ALV_EN] = "width of the model; 0: the fan-in of the tensor",
                       [ALV_PT] = "largura do modelo; 0: o fan-in do tensor"}}},
    .law = small_law,
};

const alv_initializer alv_init_residual_normal = {
    .name = "residual_normal",
    .aliases = "gpt2_residual",
    .summary = {[ALV_EN] = "normal, divided by sqrt(2 layers), to end residual branches",
                [ALV_PT] = "normal, dividida por sqrt(2 layers), para o fim de ramos residuais"},
    .formula = "w ~ N(0, (std / sqrt(2 layers))^2)",
    .density = "p(w) = sqrt(layers / pi) exp(-layers w^2 / std^2) / std",
    .when = {[ALV_EN] = "The matrices that write to the residual stream of a pre-norm transformer: "
                        "the output of attention and the second of the feed-forward part. The "
                        "stream's variance at the end then hardly depends on the depth. The other "
                        "matrices take normal(std=0.02).",
             [ALV_PT] = "As matrizes que escrevem no fluxo residual de um transformer com "
                        "normalização antes dos blocos: a saída da atenção e a segunda da parte "
                        "feed-forward. Assim, a variância do fluxo no final quase não depende da "
                        "profundidade. As outras matrizes usam normal(std=0.02)."},
    .dangers = {[ALV_EN] = "layers counts blocks, each with two branches; a block with one or "
                           "three needs another number. Used on every matrix, it makes the whole "
                           "network tiny. The paper states the rule, yet the GPT-2 code that was "
                           "released does not apply it. std 0.02 does not know the width: at width "
                           "768 it is about sqrt(0.3 / d).",
                [ALV_PT] = "layers conta blocos, cada um com dois ramos; um bloco com um ou três "
                           "ramos pede outro número. Em todas as matrizes, deixa a rede inteira "
                           "minúscula. O artigo enuncia a regra, mas o código publicado do GPT-2 "
                           "não a aplica. O std 0.02 não conhece a largura: com largura 768, é "
                           "cerca de sqrt(0.3 / d)."},
    .pytorch = "torch.nn.init.normal_(w, std=0.02 / math.sqrt(2 * 12))",
    .keras = "keras.initializers.RandomNormal(stddev=0.02 / math.sqrt(2 * 12))",
    .jax = "jax.nn.initializers.normal(0.02 / math.sqrt(2 * 12))",
    .citation = "Radford et al. (2019), Language models are unsupervised multitask learners, "
                "OpenAI, section 2.3; Shoeybi et al. (2019), Megatron-LM, arXiv:1909.08053",
    .args = {[RESIDUAL_STD] = {.name = "std",
                               .value = 0.02,
                               .lo = 0,
                               .hi = DBL_MAX,
                               .shown = true,
                               .help = {[ALV_EN] = "deviation of the network's other matrices",
                                        [ALV_PT] = "desvio das outras matrizes da rede"}},
             [RESIDUAL_LAYERS] = {.name = "layers",
                                  .value = 12,
                                  .lo = 0,
                                  .hi = 1e6,
                                  .shown = true,
                                  .help = {[ALV_EN] = "blocks of two residual branches; 0: half "
                                                      "the tensor's depth",
                                           [ALV_PT] = "blocos de dois ramos residuais; 0: metade "
                                                      "da profundidade do tensor"}}},
    .law = residual_law,
};

const alv_initializer alv_init_depth_normal = {
    .name = "depth_normal",
    .aliases = "llama_depth",
    .summary = {[ALV_EN] = "normal, divided by sqrt(2 (layer + 1)): deeper blocks add less",
                [ALV_PT] = "normal, dividida por sqrt(2 (layer + 1)): o fundo soma menos"},
    .formula = "w ~ N(0, (std / sqrt(2 (layer + 1)))^2); layer counts from 0",
    .density = "p(w) = exp(-w^2 / (2 s^2)) / (s sqrt(2 pi)), s = std / sqrt(2 (layer + 1))",
    .when = {[ALV_EN] = "The matrices that end a residual branch of a pre-norm transformer, as "
                        "torchtitan and OLMo (llama_depth) draw them: each block gets its own "
                        "index. A stack can then be made deeper without changing the blocks that "
                        "are there.",
             [ALV_PT] = "As matrizes que terminam um ramo residual de um transformer pre-norm, "
                        "como as sorteiam torchtitan e OLMo (llama_depth): cada bloco recebe o seu "
                        "índice. Assim, uma pilha pode ficar mais funda sem mudar os blocos que já "
                        "existem."},
    .dangers = {[ALV_EN] = "Left at layer=0 everywhere, it scales nothing with depth. The first "
                           "blocks add far more than the last: the stream grows like the logarithm "
                           "of the depth, and it does not stay constant as with residual_normal. "
                           "OLMo cuts the normal at 3 deviations.",
                [ALV_PT] = "Com layer=0 em toda parte, nada diminui com a profundidade. Os "
                           "primeiros blocos somam muito mais que os últimos: o fluxo cresce como "
                           "o logaritmo da profundidade, e não fica constante como com "
                           "residual_normal. O OLMo corta a normal a 3 desvios."},
    .pytorch = "torch.nn.init.normal_(w, std=0.02 / math.sqrt(2 * (layer + 1)))",
    .keras = "keras.initializers.RandomNormal(stddev=0.02 / math.sqrt(2 * (layer + 1)))",
    .jax = "jax.nn.initializers.normal(0.02 / math.sqrt(2 * (layer + 1)))",
    .citation = "OLMo-core, nn/transformer/init.py, InitMethod.llama_depth; torchtitan, "
                "depth_init; cf. Zhang, Titov & Sennrich (2019), arXiv:1908.11365 (DS-Init)",
    .args = {[DEPTH_STD] = {.name = "std",
                            .value = 0.02,
                            .lo = 0,
                            .hi = DBL_MAX,
                            .shown = true,
                            .help = {[ALV_EN] = "deviation before the division",
                                     [ALV_PT] = "desvio antes da divisão"}},
             [DEPTH_LAYER] = {.name = "layer",
                              .value = 0,
                              .lo = 0,
                              .hi = 1e6,
                              .shown = true,
                              .help = {[ALV_EN] = "index of the block, from 0",
                                       [ALV_PT] = "índice do bloco, a partir de 0"}}},
    .law = depth_law,
};
