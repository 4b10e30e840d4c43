/* LoRA: the two thin matrices that are added to a frozen one, W + (alpha / r) B A.
 *
 * A (r, in) is random and B (out, r) is zero, so that training begins at W itself. The paper says a
 * random Gaussian for A (Hu et al. 2021, section 4.1) and no deviation; the authors' code draws
 * U(-1/sqrt(in), 1/sqrt(in)), Kaiming uniform of slope sqrt(5); PEFT's "gaussian" has 1/r. */
#include "init/family.h"

#include "base/base.h"
#include "math/math.h"

enum { MATRIX, DISTRIBUTION };
enum { A, B };
enum { KAIMING, GAUSSIAN };

static alv_status law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                      alv_error *error)
{
    const bool gaussian = scheme->args[DISTRIBUTION] == GAUSSIAN;
    double fan;
    ALV_TRY(alv_init_weight_fan(&fan, gaussian ? ALV_FAN_OUT : ALV_FAN_IN, scheme, tensor, error));
    if (scheme->args[MATRIX] == B) return *out = alv_dist_constant(0), ALV_OK;
    const double r = alv_sqrt(1 / fan);
    *out = gaussian ? alv_dist_normal(0, 1 / fan) : alv_dist_uniform(-r, r);
    return ALV_OK;
}

const alv_initializer alv_init_lora = {
    .name = "lora",
    .aliases = "",
    .summary = {[ALV_EN] = "LoRA's pair: A random, B zero, so that B A begins at zero",
                [ALV_PT] = "o par do LoRA: A aleatória, B zero; B A começa em zero"},
    .formula = "A: w ~ U(-r, r), r = 1 / sqrt(fan_in), or w ~ N(0, 1 / rank^2), rank = fan_out; B: "
               "w = 0",
    .density = "A: p(w) = 1 / (2 r), |w| <= r, or exp(-w^2 rank^2 / 2) rank / sqrt(2 pi); B: "
               "delta(w)",
    .when = {[ALV_EN] = "Fine-tuning by low-rank updates: matrix=a for the (rank, in) matrix that "
                        "reads, matrix=b for the (out, rank) matrix that writes.",
             [ALV_PT] = "Ajuste fino por atualizações de posto baixo: matrix=a para a matriz "
                        "(rank, in) que lê, matrix=b para a matriz (out, rank) que escreve."},
    .dangers = {[ALV_EN] = "Both at zero never learn: each waits for the other's gradient. Both "
                           "random change the model before the first step. With B zero, A's scale "
                           "acts like a learning rate for B. In LoRA for embeddings the authors "
                           "swap the roles: A zero, B normal.",
                [ALV_PT] = "Ambas em zero nunca aprendem: cada uma espera o gradiente da outra. "
                           "Ambas aleatórias mudam o modelo antes do primeiro passo. Com B zero, a "
                           "escala de A age como uma taxa de aprendizado para B. No LoRA para "
                           "embeddings, os autores trocam os papéis: A zero, B normal."},
    .pytorch = "torch.nn.init.kaiming_uniform_(lora_A, a=math.sqrt(5))",
    .keras = "keras.initializers.VarianceScaling(1 / 3, \"fan_in\", \"uniform\")",
    .jax = "jax.nn.initializers.variance_scaling(1 / 3, \"fan_in\", \"uniform\")",
    .citation = "Hu et al. (2021), LoRA: low-rank adaptation of large language models, "
                "arXiv:2106.09685, section 4.1; kaiming as in the authors' code (microsoft/LoRA, "
                "loralib/layers.py), gaussian as in Hugging Face PEFT",
    .args = {[MATRIX] = {.name = "matrix",
                         .value = A,
                         .lo = A,
                         .hi = B,
                         .choices = "a b",
                         .shown = true,
                         .help = {[ALV_EN] = "which of the two", [ALV_PT] = "qual das duas"}},
             [DISTRIBUTION] =
                 {.name = "distribution",
                  .value = KAIMING,
                  .lo = KAIMING,
                  .hi = GAUSSIAN,
                  .choices = "kaiming gaussian",
                  .help = {[ALV_EN] = "what A is drawn from", [ALV_PT] = "de onde se sorteia A"}}},
    .law = law,
};
