/* Constants: zeros, ones, and any value.
 *
 * Every element is the same number, so the variance is 0 and nothing is drawn. Units of a layer
 * that start equal receive equal gradients and stay equal: the layer acts as one unit. */
#include "init/family.h"

#include "base/base.h"

#define SYMMETRY                                                                                   \
    "Rumelhart, Hinton & Williams (1986), Learning representations by back-propagating "           \
    "errors, Nature 323:533-536 (random weights break symmetry)"

static alv_status zeros_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                            alv_error *error)
{
    (void)scheme, (void)tensor, (void)error;
    *out = alv_dist_constant(0);
    return ALV_OK;
}

static alv_status ones_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                           alv_error *error)
{
    (void)scheme, (void)tensor, (void)error;
    *out = alv_dist_constant(1);
    return ALV_OK;
}

static alv_status constant_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                               alv_error *error)
{
    (void)tensor, (void)error;
    *out = alv_dist_constant(scheme->args[0]);
    return ALV_OK;
}

const alv_initializer alv_init_zeros = {
    .name = "zeros",
    .aliases = "zero",
    .summary = {[ALV_EN] = "every value is 0", [ALV_PT] = "todos os valores são 0"},
    .formula = "w = 0",
    .density = "p(w) = delta(w)",
    .when = {[ALV_EN] =
                 "Biases, almost always. Weights only of the last layer of a residual branch "
                 "or of the whole network, which then starts as the identity or as a "
                 "uniform guess.",
             [ALV_PT] =
                 "Vieses, quase sempre. Pesos, somente os da última camada de um ramo "
                 "residual ou da rede inteira, que assim começa como a identidade ou como um "
                 "palpite uniforme."},
    .dangers = {[ALV_EN] = "With zero weights and biases only the last bias receives a gradient "
                           "(ReLU, tanh): the network learns the frequency of the classes and "
                           "nothing else. Random biases set learning off, but so slowly that ten "
                           "epochs on MNIST show none.",
                [ALV_PT] =
                    "Com pesos e vieses zero, somente o último viés recebe gradiente (ReLU, "
                    "tanh): a rede aprende a frequência das classes e nada mais. Vieses "
                    "aleatórios dão início ao aprendizado, mas tão devagar que dez épocas no "
                    "MNIST não mostram nada."},
    .pytorch = "torch.nn.init.zeros_(w)",
    .keras = "keras.initializers.Zeros()",
    .jax = "jax.nn.initializers.zeros",
    .citation = SYMMETRY,
    .law = zeros_law,
};

const alv_initializer alv_init_ones = {
    .name = "ones",
    .aliases = "one",
    .summary = {[ALV_EN] = "every value is 1", [ALV_PT] = "todos os valores são 1"},
    .formula = "w = 1",
    .density = "p(w) = delta(w - 1)",
    .when = {[ALV_EN] = "Scales of normalization layers. For the weights of a dense layer, only to "
                        "see what symmetry does.",
             [ALV_PT] =
                 "Escalas de camadas de normalização. Nos pesos de uma camada densa, somente "
                 "para ver o que a simetria faz."},
    .dangers = {[ALV_EN] = "All units of a layer are copies of each other and stay so; each layer "
                           "multiplies the signal by its fan-in, so a deep network overflows.",
                [ALV_PT] = "Todas as unidades de uma camada são cópias umas das outras e continuam "
                           "assim; cada camada multiplica o sinal pelo seu fan-in, e uma rede "
                           "profunda estoura."},
    .pytorch = "torch.nn.init.ones_(w)",
    .keras = "keras.initializers.Ones()",
    .jax = "jax.nn.initializers.ones",
    .citation = SYMMETRY,
    .law = ones_law,
};

const alv_initializer alv_init_constant = {
    .name = "constant",
    .aliases = "const",
    .summary = {[ALV_EN] = "every value is the same number",
                [ALV_PT] = "todos os valores são o mesmo número"},
    .formula = "w = value",
    .density = "p(w) = delta(w - value)",
    .when = {[ALV_EN] = "Biases with a purpose: 1 for the forget gate of an LSTM, a little above 0 "
                        "to keep ReLUs awake, the logit of the base rate in an output unit.",
             [ALV_PT] = "Vieses com um propósito: 1 na porta de esquecimento de uma LSTM, um pouco "
                        "acima de 0 para manter ReLUs ativas, o logito da taxa de base em uma "
                        "unidade de saída."},
    .dangers = {[ALV_EN] = "In weights, the units of a layer are copies that receive the same "
                           "gradient at every step: a layer of any width works as one unit.",
                [ALV_PT] = "Nos pesos, as unidades de uma camada são cópias que recebem o mesmo "
                           "gradiente a cada passo: uma camada de qualquer largura funciona como "
                           "uma única unidade."},
    .pytorch = "torch.nn.init.constant_(w, 0.5)",
    .keras = "keras.initializers.Constant(0.5)",
    .jax = "jax.nn.initializers.constant(0.5)",
    .citation = SYMMETRY,
    .args = {{.name = "value",
              .value = 0.5,
              .lo = -DBL_MAX,
              .hi = DBL_MAX,
              .shown = true,
              .help = {[ALV_EN] = "the number", [ALV_PT] = "o número"}}},
    .law = constant_law,
};
