/* LeCun: variance 1 / fan_in, so that a sum of fan_in products keeps the variance of its inputs.
 *
 * z = sum of fan_in terms w x; with E w = 0 and independence, E z^2 = fan_in Var(w) E x^2, which is
 * E x^2 for Var(w) = 1 / fan_in (LeCun et al. 1998, section 4.6). */
#include "init/family.h"

#include "base/base.h"
#include "math/math.h"

#define PAPER                                                                                      \
    "LeCun, Bottou, Orr & Mueller (1998), Efficient BackProp, in Neural Networks: Tricks of "      \
    "the Trade, LNCS 1524, section 4.6"

static alv_status uniform_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                              alv_error *error)
{
    double fan;
    ALV_TRY(alv_init_weight_fan(&fan, ALV_FAN_IN, scheme, tensor, error));
    double r = alv_sqrt(3 / fan);
    *out = alv_dist_uniform(-r, r);
    return ALV_OK;
}

static alv_status normal_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                             alv_error *error)
{
    double fan;
    ALV_TRY(alv_init_weight_fan(&fan, ALV_FAN_IN, scheme, tensor, error));
    *out = alv_dist_normal(0, alv_sqrt(1 / fan));
    return ALV_OK;
}

#define WHEN_EN                                                                                    \
    "SELU networks (their fixed point assumes it) and layers without an activation, the last "     \
    "one among them."
#define WHEN_PT                                                                                    \
    "Redes com SELU (o ponto fixo delas a supõe) e camadas sem função de ativação, a última "      \
    "entre elas."
#define DANGERS_EN                                                                                 \
    "With ReLU each layer halves the second moment: after 30 layers the signal is 3e-5 of what "   \
    "entered. In SELU networks the forward pass is stable but gradients grow 7 % a layer. The "    \
    "rule assumes inputs of unit second moment: raw pixels from 0 to 255 break the first layer."
#define DANGERS_PT                                                                                 \
    "Com ReLU, cada camada divide o segundo momento por 2: depois de 30 camadas, o sinal é 3e-5 "  \
    "do que entrou. Em redes com SELU, a propagação direta é estável, mas os gradientes crescem "  \
    "7 % por camada. A regra supõe entradas de segundo momento 1: pixels crus de 0 a 255 "         \
    "estragam a primeira camada."

const alv_initializer alv_init_lecun_uniform = {
    .name = "lecun_uniform",
    .aliases = "",
    .summary = {[ALV_EN] = "uniform with variance 1 / fan_in",
                [ALV_PT] = "uniforme com variância 1 / fan_in"},
    .formula = "w ~ U(-r, r), r = sqrt(3 / fan_in); std = sqrt(1 / fan_in)",
    .density = "p(w) = 1 / (2 r), |w| <= r",
    .when = {[ALV_EN] = WHEN_EN, [ALV_PT] = WHEN_PT},
    .dangers = {[ALV_EN] = DANGERS_EN, [ALV_PT] = DANGERS_PT},
    .pytorch = "torch.nn.init.kaiming_uniform_(w, nonlinearity=\"linear\")",
    .keras = "keras.initializers.LecunUniform()",
    .jax = "jax.nn.initializers.lecun_uniform()",
    .citation = PAPER,
    .law = uniform_law,
};

const alv_initializer alv_init_lecun_normal = {
    .name = "lecun_normal",
    .aliases = "",
    .summary = {[ALV_EN] = "normal with variance 1 / fan_in",
                [ALV_PT] = "normal com variância 1 / fan_in"},
    .formula = "w ~ N(0, std^2), std = sqrt(1 / fan_in)",
    .density = "p(w) = exp(-w^2 / (2 std^2)) / (std sqrt(2 pi))",
    .when = {[ALV_EN] = WHEN_EN, [ALV_PT] = WHEN_PT},
    .dangers = {[ALV_EN] = DANGERS_EN " The lecun_normal of Keras and JAX is cut at 2 deviations.",
                [ALV_PT] = DANGERS_PT " A lecun_normal do Keras e do JAX é cortada a 2 desvios."},
    .pytorch = "torch.nn.init.kaiming_normal_(w, nonlinearity=\"linear\")",
    .keras = "keras.initializers.VarianceScaling(1.0, \"fan_in\", \"untruncated_normal\")",
    .jax = "jax.nn.initializers.variance_scaling(1.0, \"fan_in\", \"normal\")",
    .citation = PAPER,
    .law = normal_law,
};
