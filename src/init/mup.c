/* The maximal update parametrization: initial scales, and learning rates, with which a network's
 * best learning rate does not move when it grows wider.
 *
 * A matrix is hidden if both its sides grow with the width, an input matrix if only its outputs do,
 * an output matrix if only its inputs do. In every layer the change that one step makes to the
 * activations should neither vanish nor blow up as the width n grows. An output adds up n changes
 * that are correlated with its weights, so its weights must be Theta(1/n) and not Theta(1/sqrt(n)):
 * variance 1 / fan_in^2 (Yang et al. 2022, arXiv:2203.03466, table 3). `base` is the fan-in at
 * which this agrees with the standard parametrization: a base of 1 is the paper's table as it
 * stands, the width of a tuned small model is what its authors' software uses. */
#include "init/family.h"

#include "base/base.h"
#include "math/math.h"

enum { KIND, BASE, SIGMA };
enum { HIDDEN, INPUT, OUTPUT };

static alv_status law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                      alv_error *error)
{
    double fan, sigma = scheme->args[SIGMA];
    ALV_TRY(alv_init_weight_fan(&fan, ALV_FAN_IN, scheme, tensor, error));
    double std = sigma * alv_sqrt(1 / fan);
    if (scheme->args[KIND] == OUTPUT) std *= alv_sqrt(scheme->args[BASE] / fan);
    *out = alv_dist_normal(0, std);
    return ALV_OK;
}

const alv_initializer alv_init_mup = {
    .name = "mup",
    .aliases = "",
    .summary = {[ALV_EN] = "maximal update: the best learning rate survives a change of width",
                [ALV_PT] = "maximal update: a melhor taxa de aprendizado não muda com a largura"},
    .formula = "w ~ N(0, std^2); input and hidden: std = sigma / sqrt(fan_in); output: std = sigma "
               "sqrt(base) / fan_in. Learning rates times, with SGD: input fan_out / base, hidden "
               "1, output base / fan_in; with Adam: input 1, hidden and output base / fan_in",
    .density = "p(w) = exp(-w^2 / (2 std^2)) / (std sqrt(2 pi))",
    .when = {[ALV_EN] = "Models whose learning rate is tuned at a small width and carried to a "
                        "large one. kind=input: the first layer and embeddings; kind=output: the "
                        "last layer; hidden: all between. base is the width of the tuned model. "
                        "sigma is tuned like the learning rate; sqrt(2) makes hidden layers He.",
             [ALV_PT] = "Modelos cuja taxa de aprendizado se ajusta em largura pequena e se leva "
                        "para uma grande. kind=input: a primeira camada e os embeddings; "
                        "kind=output: a última; hidden: todas entre elas. base é a largura do "
                        "modelo ajustado. sigma se ajusta como a taxa de aprendizado; sqrt(2) dá "
                        "He nas camadas ocultas."},
    .dangers = {[ALV_EN] = "The scales are a third of the method: without the learning rates per "
                           "layer that the formula states nothing transfers, and attention must "
                           "divide by d and not by sqrt(d). With the width of the tuned model as "
                           "base, that model itself is unchanged; another base changes it. At the "
                           "start the output shrinks as 1 / sqrt(width), as it should. Depth, "
                           "batch and data size are not covered.",
                [ALV_PT] = "As escalas são um terço do método: sem as taxas de aprendizado por "
                           "camada que a fórmula enuncia, nada se transfere, e a atenção precisa "
                           "dividir por d, não por sqrt(d). Com a largura do modelo ajustado como "
                           "base, esse modelo não muda; com outra base, muda. No início, a saída "
                           "diminui com 1 / sqrt(largura), como deve ser. Profundidade, lote e "
                           "tamanho dos dados ficam de fora."},
    .pytorch = "torch.nn.init.normal_(w, std=math.sqrt(base) / fan_in)",
    .keras = NULL,
    .jax = NULL,
    .citation = "Yang et al. (2022), Tensor programs V: tuning large neural networks via zero-shot "
                "hyperparameter transfer, arXiv:2203.03466, table 3",
    .args = {[KIND] = {.name = "kind",
                       .value = HIDDEN,
                       .lo = HIDDEN,
                       .hi = OUTPUT,
                       .choices = "hidden input output",
                       .shown = true,
                       .help = {[ALV_EN] = "which sides of the matrix grow with the width",
                                [ALV_PT] = "que lados da matriz crescem com a largura"}},
             [BASE] = {.name = "base",
                       .value = 1,
                       .lo = 0,
                       .hi = 1e9,
                       .open_lo = true,
                       .help = {[ALV_EN] = "fan-in of the output layer of the tuned model",
                                [ALV_PT] = "fan-in da camada de saída do modelo ajustado"}},
             [SIGMA] = {.name = "sigma",
                        .value = 1,
                        .lo = 0,
                        .hi = 1e6,
                        .help = {[ALV_EN] = "deviation times sqrt(fan_in) of the hidden layers",
                                 [ALV_PT] = "desvio vezes sqrt(fan_in) das camadas ocultas"}}},
    .law = law,
};
