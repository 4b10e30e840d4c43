/* The table of mimetic attention: its two schemes in words; mimetic.c says how they are made. */
#include "init/mimetic.h"

#define SCALE(NAME, START, EN, PT)                                                                 \
    {                                                                                              \
        .name = NAME, .value = START, .lo = 0, .hi = 1000, .shown = true, .help = {                \
            [ALV_EN] = EN,                                                                         \
            [ALV_PT] = PT                                                                          \
        }                                                                                          \
    }

#define NOISE(START)                                                                               \
    SCALE("alpha", START, "scale of the noise in the product", "escala do ruído no produto")

#define NAMES                                                                                      \
    {.name = "up",                                                                                 \
     .value = 2,                                                                                   \
     .lo = 0,                                                                                      \
     .hi = 100,                                                                                    \
     .help = {[ALV_EN] = "last components in which the pair's names differ",                       \
              [ALV_PT] = "últimos componentes em que os nomes do par diferem"}}

#define SHARED                                                                                     \
    {.name = "share",                                                                              \
     .value = 1,                                                                                   \
     .lo = 1,                                                                                      \
     .hi = 1000000,                                                                                \
     .help = {[ALV_EN] = "query heads for each head of keys and values; matrix=qkv counts them "   \
                         "by the parts",                                                           \
              [ALV_PT] = "cabeças de consulta para cada cabeça de chaves e valores; matrix=qkv "   \
                         "conta pelas partes"}}

#define HEADS                                                                                      \
    {.name = "head",                                                                               \
     .value = 0,                                                                                   \
     .lo = 0,                                                                                      \
     .hi = 2147483647,                                                                             \
     .help = {[ALV_EN] = "units of one head, where share > 1; 0: as the layer says",               \
              [ALV_PT] = "unidades de uma cabeça, se share > 1; 0: como diz a camada"}}

#define CITATION                                                                                   \
    "Trockman & Kolter (2023), Mimetic initialization of self-attention layers, ICML, "            \
    "arXiv:2305.09828; factored by a shared Haar frame instead of singular values"

#define DANGERS_EN                                                                                 \
    "A pair needs the same seed, alpha, beta, up and share, and names that differ in the last up " \
    "components only: otherwise each matrix has a frame of its own and nothing is mimicked. "      \
    "Below full rank a head's product is a projection, where the paper keeps the largest "         \
    "singular values. A fused QKV matrix states its parts and takes "                              \
    "mimetic_qk(matrix=qkv). The "                                                                 \
    "signs and scales are those seen in vision transformers; the defaults are those of several "   \
    "public implementations: a start for tuning."

#define DANGERS_PT                                                                                 \
    "O par precisa de semente, alpha, beta, up e share iguais, e de nomes que só diferem nos "     \
    "últimos up componentes: do contrário cada matriz tem uma base própria e nada é imitado. "     \
    "Abaixo do posto completo, o produto de uma cabeça é uma projeção, enquanto o artigo guarda "  \
    "os maiores valores singulares. Uma matriz QKV fundida informa suas partes e usa "             \
    "mimetic_qk(matrix=qkv). Sinais e escalas são os vistos em vision transformers; os padrões "   \
    "são os de várias implementações públicas: ajuste a partir deles."

#define FUNCTIONS                                                                                  \
    .reach = ALV_REACH_TENSOR, .moments = alv_mimetic_moments, .scratch = alv_mimetic_scratch,     \
    .prepare = alv_mimetic_prepare, .fill = alv_mimetic_fill

const alv_initializer alv_init_mimetic_qk = {
    .name = "mimetic_qk",
    .aliases = "",
    .summary = {[ALV_EN] = "queries and keys whose product is near the identity",
                [ALV_PT] = "consultas e chaves cujo produto fica perto da identidade"},
    .formula = "key: W = c O; query: W = (alpha G + beta O) / c; c^2 = sqrt(alpha^2 + beta^2); so "
               "W_query^T W_key = alpha G^T O + beta O^T O",
    .density = "O uniform over orthonormal frames (Haar), the same for both; G_ij ~ N(0, 1/d); "
               "Var(w) = sqrt(alpha^2 + beta^2) / d for no more rows than columns",
    .when = {[ALV_EN] = "Vision transformers trained from scratch on little data: matrix=query for "
                        "the queries, matrix=key for the keys, with one name but for its last two "
                        "components (attention.query.weight, attention.key.weight). matrix=qkv "
                        "fills a tensor of all three, the values as mimetic_vo would. Each token "
                        "begins by attending to those like it. See mimetic_vo for the other pair.",
             [ALV_PT] = "Vision transformers treinados do zero com poucos dados: matrix=query para "
                        "as consultas, matrix=key para as chaves, com um só nome salvo os dois "
                        "últimos componentes (attention.query.weight, attention.key.weight). "
                        "matrix=qkv preenche um tensor das três, os valores como faria "
                        "mimetic_vo. Cada token começa atendendo aos parecidos. Veja mimetic_vo "
                        "para o outro par."},
    .dangers = {[ALV_EN] = DANGERS_EN, [ALV_PT] = DANGERS_PT},
    .citation = CITATION,
    .args =
        {[ALV_MIMETIC_MATRIX] = {.name = "matrix",
                                 .value = ALV_MIMETIC_QUERY,
                                 .lo = ALV_MIMETIC_QUERY,
                                 .hi = ALV_MIMETIC_QKV,
                                 .choices = "query key qkv",
                                 .shown = true,
                                 .help = {[ALV_EN] =
                                              "which of the two, or a tensor of queries, keys and "
                                              "values, in this order",
                                          [ALV_PT] =
                                              "qual das duas, ou um tensor de consultas, chaves e "
                                              "valores, nesta ordem"}},
         [ALV_MIMETIC_ALPHA] = NOISE(0.7),
         [ALV_MIMETIC_BETA] =
             SCALE("beta", 0.7, "the identity in the product", "a identidade no produto"),
         [ALV_MIMETIC_UP] = NAMES,
         [ALV_MIMETIC_SHARE] = SHARED,
         [ALV_MIMETIC_HEAD] = HEADS,
         [ALV_MIMETIC_VALUE_ALPHA] = {.name = "value_alpha",
                                      .value = 0.4,
                                      .lo = 0,
                                      .hi = 1000,
                                      .help = {[ALV_EN] = "matrix=qkv: alpha of values and output",
                                               [ALV_PT] = "matrix=qkv: alpha de valores e saída"}},
         [ALV_MIMETIC_VALUE_BETA] = {.name = "value_beta",
                                     .value = 0.4,
                                     .lo = 0,
                                     .hi = 1000,
                                     .help = {[ALV_EN] = "matrix=qkv: beta of values and output",
                                              [ALV_PT] = "matrix=qkv: beta de valores e saída"}}},
    FUNCTIONS,
};

const alv_initializer alv_init_mimetic_vo = {
    .name = "mimetic_vo",
    .aliases = "",
    .summary = {[ALV_EN] = "values and outputs whose product is near minus the identity",
                [ALV_PT] = "valores e saídas cujo produto fica perto de menos a identidade"},
    .formula = "value: W = c O; out: W = (alpha G - beta O^T) / c; c^2 = sqrt(alpha^2 + beta^2); "
               "so W_out W_value = alpha G O - beta O^T O",
    .density = "O uniform over orthonormal frames (Haar), the same for both; G_ij ~ N(0, 1/d); "
               "Var(w) = sqrt(alpha^2 + beta^2) / d for no more value units than d",
    .when = {[ALV_EN] = "With mimetic_qk: matrix=value for the values, matrix=out for the matrix "
                        "that writes to the residual stream, from which attention then begins by "
                        "taking away. Where the output's name is longer (attention.output.dense) "
                        "give up=3 to both.",
             [ALV_PT] = "Com mimetic_qk: matrix=value para os valores, matrix=out para a matriz "
                        "que escreve no fluxo residual, do qual a atenção então começa por "
                        "subtrair. Onde o nome da saída é mais longo (attention.output.dense), dê "
                        "up=3 às duas."},
    .dangers = {[ALV_EN] = DANGERS_EN, [ALV_PT] = DANGERS_PT},
    .citation = CITATION,
    .args = {[ALV_MIMETIC_MATRIX] =
                 {.name = "matrix",
                  .value = ALV_MIMETIC_OUT,
                  .lo = ALV_MIMETIC_VALUE,
                  .hi = ALV_MIMETIC_OUT,
                  .choices = "value out",
                  .shown = true,
                  .help = {[ALV_EN] = "which of the two", [ALV_PT] = "qual das duas"}},
             [ALV_MIMETIC_ALPHA] = NOISE(0.4),
             [ALV_MIMETIC_BETA] = SCALE("beta", 0.4, "minus the identity in the product",
                                        "menos a identidade no produto"),
             [ALV_MIMETIC_UP] = NAMES,
             [ALV_MIMETIC_SHARE] = SHARED,
             [ALV_MIMETIC_HEAD] = HEADS},
    FUNCTIONS,
};
