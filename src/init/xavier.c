/* Xavier (Glorot): variance 2 / (fan_in + fan_out), a compromise between the two directions.
 *
 * Forward, the variance of a linear layer is kept by Var(w) = 1 / fan_in; backward, that of the
 * gradient by 1 / fan_out. The harmonic mean of the two is 2 / (fan_in + fan_out) (Glorot & Bengio
 * 2010, eqs. 10 to 12). A uniform of that variance has bound sqrt(3 Var) = sqrt(6 / (fan_in +
 * fan_out)) (eq. 16). The paper assumes activations that are linear near 0, with slope 1. */
#include "init/family.h"

#include "base/base.h"
#include "math/math.h"

#define PAPER                                                                                      \
    "Glorot & Bengio (2010), Understanding the difficulty of training deep feedforward "           \
    "neural networks, AISTATS, PMLR 9:249-256, eqs. 12 and 16"

static alv_status uniform_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                              alv_error *error)
{
    double fan;
    ALV_TRY(alv_init_weight_fan(&fan, ALV_FAN_AVG, scheme, tensor, error));
    double r = scheme->args[0] * alv_sqrt(3 / fan);
    *out = alv_dist_uniform(-r, r);
    return ALV_OK;
}

static alv_status normal_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                             alv_error *error)
{
    double fan;
    ALV_TRY(alv_init_weight_fan(&fan, ALV_FAN_AVG, scheme, tensor, error));
    *out = alv_dist_normal(0, scheme->args[0] * alv_sqrt(1 / fan));
    return ALV_OK;
}

#define WHEN_EN                                                                                    \
    "tanh, softsign and linear layers, where it keeps signal and gradient near their size in "     \
    "both directions. The paper trains 5 hidden layers with it."
#define WHEN_PT                                                                                    \
    "tanh, softsign e camadas lineares, em que mantém o sinal e o gradiente próximos do seu "      \
    "tamanho nas duas direções. O artigo treina 5 camadas ocultas com ela."
#define DANGERS_EN                                                                                 \
    "With ReLU each layer halves the second moment: 30 layers leave 3e-5 of the signal and do "    \
    "not train (He et al. 2015, figure 3); use he. With sigmoid the variance of the gradient "     \
    "shrinks about 18 times a layer. PyTorch's gain 5/3 for tanh is a rule of experience: "        \
    "gradients then grow 21 % in variance a layer; the gain that keeps unit variance is 1.5925."
#define DANGERS_PT                                                                                 \
    "Com ReLU, cada camada divide o segundo momento por 2: 30 camadas deixam 3e-5 do sinal e não " \
    "treinam (He et al. 2015, figura 3); use he. Com sigmoid, a variância do gradiente encolhe "   \
    "cerca de 18 vezes por camada. O ganho 5/3 do PyTorch para tanh é uma regra de experiência: "  \
    "com ele, os gradientes crescem 21 % em variância por camada; o ganho que mantém a variância " \
    "em 1 é 1.5925."

#define GAIN                                                                                       \
    {.name = "gain",                                                                               \
     .value = 1,                                                                                   \
     .lo = 0,                                                                                      \
     .hi = 1e6,                                                                                    \
     .open_lo = true,                                                                              \
     .help = {[ALV_EN] = "multiplies the scale, to make up for the activation",                    \
              [ALV_PT] = "multiplica a escala, para compensar a função de ativação"}}

const alv_initializer alv_init_xavier_uniform = {
    .name = "xavier_uniform",
    .aliases = "glorot_uniform xavier glorot",
    .summary = {[ALV_EN] = "uniform with variance 2 / (fan_in + fan_out)",
                [ALV_PT] = "uniforme com variância 2 / (fan_in + fan_out)"},
    .formula = "w ~ U(-r, r), r = gain * sqrt(6 / (fan_in + fan_out)); std = r / sqrt(3)",
    .density = "p(w) = 1 / (2 r), |w| <= r",
    .when = {[ALV_EN] = WHEN_EN, [ALV_PT] = WHEN_PT},
    .dangers = {[ALV_EN] = DANGERS_EN " A bound of sqrt(1 / fan_in) is not Xavier: that is the "
                                      "heuristic which the paper improves on.",
                [ALV_PT] = DANGERS_PT " O limite sqrt(1 / fan_in) não é Xavier: é a heurística que "
                                      "o artigo melhora."},
    .pytorch = "torch.nn.init.xavier_uniform_(w)",
    .keras = "keras.initializers.GlorotUniform()",
    .jax = "jax.nn.initializers.glorot_uniform()",
    .citation = PAPER,
    .args = {GAIN},
    .law = uniform_law,
};

const alv_initializer alv_init_xavier_normal = {
    .name = "xavier_normal",
    .aliases = "glorot_normal",
    .summary = {[ALV_EN] = "normal with variance 2 / (fan_in + fan_out)",
                [ALV_PT] = "normal com variância 2 / (fan_in + fan_out)"},
    .formula = "w ~ N(0, std^2), std = gain * sqrt(2 / (fan_in + fan_out))",
    .density = "p(w) = exp(-w^2 / (2 std^2)) / (std sqrt(2 pi))",
    .when = {[ALV_EN] = WHEN_EN, [ALV_PT] = WHEN_PT},
    .dangers = {[ALV_EN] = DANGERS_EN " The glorot_normal of Keras and JAX is cut at 2 deviations.",
                [ALV_PT] = DANGERS_PT " A glorot_normal do Keras e do JAX é cortada a 2 desvios."},
    .pytorch = "torch.nn.init.xavier_normal_(w)",
    .keras = "keras.initializers.VarianceScaling(1.0, \"fan_avg\", \"untruncated_normal\")",
    .jax = "jax.nn.initializers.variance_scaling(1.0, \"fan_avg\", \"normal\")",
    .citation = PAPER,
    .args = {GAIN},
    .law = normal_law,
};
