/* Embedding tables: one normal row for each token, and a row of zeros for the one that pads.
 *
 * A lookup does not sum over its inputs: the row is the output, so the fan-in is 1 and the scale is
 * a matter of what reads it. With std 1 (PyTorch) a component has unit variance and a row the norm
 * sqrt(d); with std 1 / sqrt(d) (Flax, MLX) a row has norm 1, as the output layer of a tied
 * embedding wants its rows. A kept element is the one that normal draws there. */
#include "init/family.h"

#include "base/base.h"
#include "math/math.h"

enum { STD, PADDING };

static alv_dist law_of(const alv_scheme *scheme, const alv_tensor *tensor)
{
    const double std = scheme->args[STD];
    return alv_dist_normal(0, std > 0 ? std : 1 / alv_sqrt((double)tensor->shape[1]));
}

static alv_status moments(double *mean, double *variance, const alv_scheme *scheme,
                          const alv_tensor *tensor, alv_error *error)
{
    const double padding = scheme->args[PADDING];
    if (tensor->role == ALV_ROLE_BIAS || tensor->rank != 2)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "embedding_normal fills tables of (tokens, width); this tensor has %d axes",
                        tensor->rank);
    const int64_t rows = tensor->shape[0], width = tensor->shape[1];
    if (padding != alv_floor(padding))
        return alv_fail(error, ALV_ERR_ARGUMENT, "padding", "padding = %g is not a row's number",
                        padding);
    if (padding >= (double)rows && rows > 0)
        return alv_fail(error, ALV_ERR_RANGE, "padding", "padding = %g, but %s has %lld rows",
                        padding, tensor->name, rows);
    *mean = *variance = 0;
    if (rows == 0 || width == 0) return ALV_OK;
    alv_dist law = law_of(scheme, tensor);
    ALV_TRY(alv_dist_fits(&law, tensor->dtype, error));
    *variance = law.std * law.std * (padding < 0 ? 1 : 1 - 1 / (double)rows);
    return ALV_OK;
}

static void fill(void *out, int64_t lo, int64_t hi, const alv_init_job *job)
{
    const bool f64 = job->tensor->dtype == ALV_F64;
    const size_t size = f64 ? sizeof(double) : sizeof(float);
    alv_dist law = law_of(job->scheme, job->tensor);
    alv_dist_fill(out, f64 ? ALV_F64 : ALV_F32, lo, hi, &law,
                  alv_stream_make(job->seed, job->tensor->name, NULL), job->kernels, NULL);
    if (job->scheme->args[PADDING] < 0) return;
    const int64_t width = job->tensor->shape[1];
    int64_t from = (int64_t)job->scheme->args[PADDING] * width, to = from + width;
    from = from > lo ? from : lo;
    to = to < hi ? to : hi;
    if (from < to) memset((char *)out + (size_t)(from - lo) * size, 0, (size_t)(to - from) * size);
}

const alv_initializer alv_init_embedding_normal = {
    .name = "embedding_normal",
    .aliases = "embedding",
    .summary = {[ALV_EN] = "normal rows of norm 1, or any std; a padding row of zeros",
                [ALV_PT] = "linhas normais de norma 1, ou qualquer std; linha de padding nula"},
    .formula = "w ~ N(0, std^2), std = 1 / sqrt(width) if not given; row `padding` is 0",
    .density = "p(w) = exp(-w^2 / (2 std^2)) / (std sqrt(2 pi)) outside the padding row",
    .when = {[ALV_EN] = "Tables of token or category embeddings, of shape (tokens, width). Leave "
                        "std out where the table is tied to the output layer, whose logits then "
                        "have unit variance; take std=1 for PyTorch's nn.Embedding and std=0.02 "
                        "for GPT-2.",
             [ALV_PT] = "Tabelas de embeddings de tokens ou categorias, de forma (tokens, "
                        "largura). Omita std quando a tabela for compartilhada com a camada de "
                        "saída, cujos logits ficam então com variância 1; use std=1 para o "
                        "nn.Embedding do PyTorch e std=0.02 para o GPT-2."},
    .dangers = {[ALV_EN] = "A lookup has fan-in 1, so xavier and he, which divide by the number of "
                           "tokens, make it tiny. With rows of norm 1 and position embeddings "
                           "of std 1 the tokens drown; some models multiply the lookup by "
                           "sqrt(width) for that reason. Filling the table again with a scheme "
                           "that knows no padding row gives the padding a meaning.",
                [ALV_PT] = "Uma consulta tem fan-in 1: xavier e he, que dividem pelo número de "
                           "tokens, a deixam minúscula. Com linhas de norma 1 e embeddings de "
                           "posição de std 1, os tokens somem; por isso alguns modelos multiplicam "
                           "a consulta por sqrt(largura). Preencher a tabela de novo com um "
                           "esquema que não conhece a linha de padding dá a ela um significado."},
    .pytorch = "torch.nn.Embedding(tokens, width, padding_idx=0)  # std=1, padding=0",
    .keras = "keras.initializers.RandomNormal(stddev=width**-0.5)",
    .jax = "jax.nn.initializers.variance_scaling(1.0, \"fan_in\", \"normal\", out_axis=0)",
    .citation = "Vaswani et al. (2017), Attention is all you need, NeurIPS 30, arXiv:1706.03762, "
                "section 3.4, on tied tables and sqrt(d_model)",
    .args = {[STD] = {.name = "std",
                      .value = 0,
                      .lo = 0,
                      .hi = DBL_MAX,
                      .help = {[ALV_EN] = "standard deviation; 0: 1 / sqrt(width)",
                               [ALV_PT] = "desvio padrão; 0: 1 / sqrt(largura)"}},
             [PADDING] = {.name = "padding",
                          .value = -1,
                          .lo = -1,
                          .hi = 1e15,
                          .help = {[ALV_EN] = "index of the row of zeros; -1: none",
                                   [ALV_PT] = "índice da linha de zeros; -1: nenhuma"}}},
    .moments = moments,
    .fill = fill,
};
