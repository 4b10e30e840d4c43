/* Transformers made trainable by scale alone: DeepNorm, with layer norms behind the sum, and
 * T-Fixup, with none.
 *
 * Both bound how far one step of Adam moves the model's output. With LN(alpha x + G(x)) a branch
 * whose two matrices have scales v and w moves it by (v^2 + w^2) / alpha^2. A stack of N layers has
 * 2N branches (a decoder that attends to an encoder 3N); v = w = beta and a total of 1 ask for
 * 4N beta^2 = alpha^2, met by alpha = (2N)^(1/4), beta = (8N)^(-1/4); for 3M branches by (3M)^(1/4)
 * and (12M)^(-1/4) (Wang et al. 2022). T-Fixup drops the norms and asks the same of Adam's step:
 * (9N)^(-1/4) in the decoder, 0.67 N^(-1/4) in the encoder (Huang et al. 2020). Queries and keys
 * stay unscaled in both: the softmax bounds what they do. Fused with the values they are parts of
 * one tensor, each drawn by its own rule. */
#include "init/family.h"

#include "base/base.h"
#include "math/math.h"

enum { ENCODER, DECODER };

enum { DEEP_LAYERS, DEEP_OTHER, DEEP_STACK, DEEP_MATRIX };
enum { BRANCH, QUERY_KEY, QKV, EMBEDDING }; /* choices of matrix */

/* Of queries, keys and values in one tensor the last are the values. */
static alv_scheme of_part(const alv_scheme *scheme, int matrix, int index, int parts)
{
    alv_scheme own = *scheme;
    if (own.args[matrix] == QKV) own.args[matrix] = index == parts - 1 ? BRANCH : QUERY_KEY;
    return own;
}

/* A tensor without parts, or one part of it that has been told what it is. */
static alv_status check_matrix(int matrix, const alv_tensor *tensor, alv_error *error)
{
    if (matrix != QKV) return ALV_OK;
    return alv_fail(error, ALV_ERR_SHAPE, "parts",
                    "matrix=qkv needs the sizes of the parts of %s: queries, keys, then values",
                    tensor->name);
}

/* beta of Wang et al.: `layers` in the matrix's own stack, `other` in the second one. */
static double deepnorm_beta(double layers, double other, int stack)
{
    if (other == 0) return alv_pow(8 * layers, -0.25);
    if (stack == DECODER) return alv_pow(12 * layers, -0.25);
    double n2 = layers * layers;
    return 0.87 * alv_pow(n2 * n2 * other, -0.0625);
}

static alv_status deepnorm_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                               alv_error *error)
{
    const double other = scheme->args[DEEP_OTHER];
    double fan, branches = 0, gain = 1;
    ALV_TRY(check_matrix((int)scheme->args[DEEP_MATRIX], tensor, error));
    ALV_TRY(alv_init_whole(scheme->args[DEEP_LAYERS], "layers", error));
    ALV_TRY(alv_init_depth(&branches, 2 * scheme->args[DEEP_LAYERS], "layers", tensor, error));
    ALV_TRY(alv_init_whole(other, "other", error));
    ALV_TRY(alv_init_weight_fan(&fan, ALV_FAN_AVG, scheme, tensor, error));
    if (scheme->args[DEEP_MATRIX] == BRANCH)
        gain = deepnorm_beta(branches / 2, other, (int)scheme->args[DEEP_STACK]);
    *out = alv_dist_normal(0, gain * alv_sqrt(1 / fan));
    return ALV_OK;
}

static alv_scheme deepnorm_part(const alv_scheme *scheme, int index, int parts)
{
    return of_part(scheme, DEEP_MATRIX, index, parts);
}

enum { TFIX_LAYERS, TFIX_STACK, TFIX_MATRIX };

/* Embeddings are (tokens, units) in every layout: N(0, 1 / units) before the factor. */
static alv_status tfixup_embedding(alv_dist *out, double factor, const alv_tensor *tensor,
                                   alv_error *error)
{
    if (tensor->rank != 2 || tensor->shape[1] == 0)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "t_fixup(matrix=embedding) fills a table of (tokens, units)");
    *out = alv_dist_normal(0, factor * alv_sqrt(1 / (double)tensor->shape[1]));
    return ALV_OK;
}

static alv_status tfixup_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                             alv_error *error)
{
    const double layers = scheme->args[TFIX_LAYERS];
    const double ninth = alv_pow(9 * layers, -0.25);
    double fan,
        factor = scheme->args[TFIX_STACK] == DECODER ? ninth : 0.67 * alv_pow(layers, -0.25);
    ALV_TRY(check_matrix((int)scheme->args[TFIX_MATRIX], tensor, error));
    ALV_TRY(alv_init_whole(layers, "layers", error));
    if (scheme->args[TFIX_MATRIX] == EMBEDDING) return tfixup_embedding(out, ninth, tensor, error);
    ALV_TRY(alv_init_weight_fan(&fan, ALV_FAN_AVG, scheme, tensor, error));
    if (scheme->args[TFIX_MATRIX] == QUERY_KEY) factor = 1;
    const double r = factor * alv_sqrt(3 / fan);
    *out = alv_dist_uniform(-r, r);
    return ALV_OK;
}

static alv_scheme tfixup_part(const alv_scheme *scheme, int index, int parts)
{
    return of_part(scheme, TFIX_MATRIX, index, parts);
}

#define STACK_ARG                                                                                  \
    {.name = "stack",                                                                              \
     .value = ENCODER,                                                                             \
     .lo = ENCODER,                                                                                \
     .hi = DECODER,                                                                                \
     .choices = "encoder decoder",                                                                 \
     .help = {[ALV_EN] = "which stack the matrix belongs to",                                      \
              [ALV_PT] = "a que pilha pertence a matriz"}}

const alv_initializer alv_init_deepnorm = {
    .name = "deepnorm",
    .aliases = "deepnet",
    .summary = {[ALV_EN] = "Xavier normal times beta, for LayerNorm(alpha x + F(x))",
                [ALV_PT] = "Xavier normal vezes beta, para LayerNorm(alpha x + F(x))"},
    .formula =
        "std = beta sqrt(2 / (fan_in + fan_out)); one stack of N layers: beta = (8N)^(-1/4), "
        "alpha = (2N)^(1/4); N encoder and M decoder layers: encoder beta = "
        "0.87 (N^4 M)^(-1/16), alpha = 0.81 (N^4 M)^(1/16), decoder beta = (12M)^(-1/4), "
        "alpha = (3M)^(1/4); queries and keys: beta = 1",
    .density = "p(w) = exp(-w^2 / (2 std^2)) / (std sqrt(2 pi))",
    .when = {[ALV_EN] =
                 "Very deep transformers with the layer norm behind the sum (post-norm), "
                 "whose residual connection is multiplied by alpha. matrix=branch: values, "
                 "output of attention, both feed-forward matrices. matrix=query_key: "
                 "queries and keys. matrix=qkv: all three in one tensor that states its "
                 "parts, the values last. layers counts the matrix's own stack, other the second "
                 "stack where there is one.",
             [ALV_PT] = "Transformers muito profundos com a normalização depois da soma "
                        "(post-norm), cuja conexão residual é multiplicada por alpha. "
                        "matrix=branch: valores, saída da atenção, as duas matrizes feed-forward. "
                        "matrix=query_key: consultas e chaves. matrix=qkv: as três em um tensor "
                        "que informa suas partes, os valores por último. layers conta a pilha da "
                        "própria matriz; other, a segunda pilha, quando existe."},
    .dangers = {[ALV_EN] =
                    "beta without alpha in the network is only a smaller Xavier, and a "
                    "pre-norm network wants neither. A fused matrix of queries, keys and "
                    "values has two scales: only matrix=qkv tells them apart. Left out, other=0 "
                    "gives an encoder-decoder the numbers of a "
                    "single stack.",
                [ALV_PT] = "beta sem alpha na rede é só uma Xavier menor, e uma rede pre-norm não "
                           "quer nenhum dos dois. Uma matriz que funde consultas, chaves e valores "
                           "tem duas escalas: só matrix=qkv as distingue. Se other for "
                           "omitido, um encoder-decoder recebe os números de "
                           "uma única pilha."},
    .pytorch = "torch.nn.init.xavier_normal_(w, gain=(8 * 12) ** -0.25)",
    .keras = "keras.initializers.VarianceScaling((8 * 12) ** -0.5, \"fan_avg\", "
             "\"untruncated_normal\")",
    .jax = "jax.nn.initializers.variance_scaling((8 * 12) ** -0.5, \"fan_avg\", \"normal\")",
    .citation = "Wang et al. (2022), DeepNet: scaling transformers to 1,000 layers, "
                "arXiv:2203.00555",
    .args =
        {[DEEP_LAYERS] = {.name = "layers",
                          .value = 12,
                          .lo = 0,
                          .hi = 1e6,
                          .shown = true,
                          .help = {[ALV_EN] = "layers of the stack; 0: half the tensor's depth",
                                   [ALV_PT] =
                                       "camadas da pilha; 0: metade da profundidade do tensor"}},
         [DEEP_OTHER] = {.name = "other",
                         .value = 0,
                         .lo = 0,
                         .hi = 1e6,
                         .help = {[ALV_EN] = "layers of the other stack; 0: there is one stack",
                                  [ALV_PT] = "camadas da outra pilha; 0: há uma só pilha"}},
         [DEEP_STACK] = STACK_ARG,
         [DEEP_MATRIX] =
             {.name = "matrix",
              .value = BRANCH,
              .lo = BRANCH,
              .hi = QKV,
              .choices = "branch query_key qkv",
              .help =
                  {[ALV_EN] = "which matrix of the layer", [ALV_PT] = "qual matriz da camada"}}},
    .law = deepnorm_law,
    .of_part = deepnorm_part,
};

const alv_initializer alv_init_t_fixup = {
    .name = "t_fixup",
    .aliases = "tfixup",
    .summary = {[ALV_EN] = "Xavier, scaled for transformers without norms or warm-up",
                [ALV_PT] = "Xavier, reduzida, para transformers sem normalização nem warm-up"},
    .formula = "w ~ U(-r, r), r = s sqrt(6 / (fan_in + fan_out)); encoder: s = 0.67 N^(-1/4), "
               "decoder: s = (9N)^(-1/4), queries and keys: s = 1; embedding: w ~ N(0, std^2), std "
               "= (9N)^(-1/4) units^(-1/2); N = layers",
    .density = "p(w) = 1 / (2 r), |w| <= r; embedding: exp(-w^2 / (2 std^2)) / (std sqrt(2 pi))",
    .when = {[ALV_EN] = "Encoder-decoder transformers without layer normalization and without "
                        "warm-up of the learning rate. matrix=branch: values, output of attention, "
                        "both feed-forward matrices; query_key: queries and keys; qkv: all three "
                        "in one tensor that states its parts, the values last; embedding: the "
                        "tables of both stacks.",
             [ALV_PT] =
                 "Transformers encoder-decoder sem layer normalization e sem warm-up da "
                 "taxa de aprendizado. matrix=branch: valores, saída da atenção, as duas "
                 "matrizes feed-forward; query_key: consultas e chaves; qkv: as três em um tensor "
                 "que informa suas partes, os valores por último; embedding: as tabelas "
                 "das duas pilhas."},
    .dangers = {[ALV_EN] = "It was derived for Adam and for stacks of equal depth, N each. The "
                           "factors assume that no norm is left; with norms they only slow the "
                           "start. A fused matrix of queries, keys and values has two scales: only "
                           "matrix=qkv tells them apart. fairseq draws values with gain "
                           "1 / sqrt(2), which its reference code undoes.",
                [ALV_PT] = "Foi deduzida para o Adam e para pilhas de mesma profundidade, N cada. "
                           "Os fatores supõem que não sobrou nenhuma normalização; com ela, apenas "
                           "atrasam o início. Uma matriz que funde consultas, chaves e valores "
                           "tem duas escalas: só matrix=qkv as distingue. O fairseq "
                           "sorteia os valores com ganho 1 / sqrt(2), que o código de referência "
                           "desfaz."},
    .pytorch = "torch.nn.init.xavier_uniform_(w, gain=0.67 * 6 ** -0.25)",
    .keras = "keras.initializers.VarianceScaling(0.67**2 * 6**-0.5, \"fan_avg\", \"uniform\")",
    .jax = "jax.nn.initializers.variance_scaling(0.67**2 * 6**-0.5, \"fan_avg\", \"uniform\")",
    .citation = "Huang, Perez, Ba & Volkovs (2020), Improving transformer optimization through "
                "better initialization, ICML, PMLR 119:4475-4483",
    .args =
        {[TFIX_LAYERS] =
             {.name = "layers",
              .value = 6,
              .lo = 1,
              .hi = 1e6,
              .shown = true,
              .help =
                  {[ALV_EN] = "layers of each stack (N)", [ALV_PT] = "camadas de cada pilha (N)"}},
         [TFIX_STACK] = STACK_ARG,
         [TFIX_MATRIX] =
             {.name = "matrix",
              .value = BRANCH,
              .lo = BRANCH,
              .hi = EMBEDDING,
              .choices = "branch query_key qkv embedding",
              .help =
                  {[ALV_EN] = "which matrix of the layer", [ALV_PT] = "qual matriz da camada"}}},
    .law = tfixup_law,
    .of_part = tfixup_part,
};
