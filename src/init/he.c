/* He (Kaiming): variance 2 / ((1 + a^2) fan), which makes up for what a rectifier discards.
 *
 * For z symmetric about 0 a leaky rectifier of slope a has E f(z)^2 = (1 + a^2) / 2 E z^2. The next
 * layer's second moment is fan_in Var(w) E f^2, kept by Var(w) = 2 / ((1 + a^2) fan_in) (He et al.
 * 2015, eqs. 10 and 15); with fan_out the same holds for gradients (eq. 14). One direction is
 * enough: the other is then off by a ratio of first to last width, not by a power of the depth. */
#include "init/family.h"

#include "base/base.h"
#include "math/math.h"

#define PAPER                                                                                      \
    "He, Zhang, Ren & Sun (2015), Delving deep into rectifiers: surpassing human-level "           \
    "performance on ImageNet classification, ICCV, pp. 1026-1034, eqs. 10, 14 and 15"

enum { A, MODE, GAIN };

/* Standard deviation of the weights. */
static alv_status deviation(double *std, const alv_scheme *scheme, const alv_tensor *tensor,
                            alv_error *error)
{
    double fan, a = scheme->args[A], gain = scheme->args[GAIN];
    if (gain != 0 && a != 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, scheme->init->name,
                        "a = %g and gain = %g both set the scale: give one", a, gain);
    ALV_TRY(alv_init_weight_fan(&fan, (alv_fan)scheme->args[MODE], scheme, tensor, error));
    *std = gain != 0 ? gain * alv_sqrt(1 / fan) : alv_sqrt(2 / ((1 + a * a) * fan));
    return ALV_OK;
}

static alv_status uniform_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                              alv_error *error)
{
    double std = 0;
    ALV_TRY(deviation(&std, scheme, tensor, error));
    double r = alv_sqrt(3) * std;
    *out = alv_dist_uniform(-r, r);
    return ALV_OK;
}

static alv_status normal_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                             alv_error *error)
{
    double std = 0;
    ALV_TRY(deviation(&std, scheme, tensor, error));
    *out = alv_dist_normal(0, std);
    return ALV_OK;
}

#define WHEN_EN                                                                                    \
    "ReLU and its relatives; set a to the slope of a leaky ReLU. The usual choice for deep "       \
    "networks without normalization: the paper trains 30 layers where Xavier stalls."
#define WHEN_PT                                                                                    \
    "ReLU e suas parentes; em uma ReLU com vazamento (leaky), dê a a sua inclinação. A escolha "   \
    "usual em redes profundas sem normalização: o artigo treina 30 camadas em que Xavier não sai " \
    "do lugar."
#define DANGERS_EN                                                                                 \
    "It keeps the mean of the squared signal, not the typical one: at width 30 and 40 layers the " \
    "median is 3 % of the mean. With GELU, SiLU, Mish and Hardswish no scale alone is stable "     \
    "over great depth. In a residual block it triples the variance at each block unless the "      \
    "branch is scaled down. It assumes inputs of unit second moment."
#define DANGERS_PT                                                                                 \
    "Ela mantém a média do quadrado do sinal, não o valor típico: com largura 30 e 40 camadas, a " \
    "mediana é 3 % da média. Com GELU, SiLU, Mish e Hardswish, nenhuma escala sozinha é estável "  \
    "em grande profundidade. Em um bloco residual, triplica a variância a cada bloco, a menos "    \
    "que o ramo seja reduzido. Supõe entradas de segundo momento 1."

#define ARGS                                                                                       \
    {                                                                                              \
        [A] = {.name = "a",                                                                        \
               .value = 0,                                                                         \
               .lo = 0,                                                                            \
               .hi = 1e3,                                                                          \
               .help = {[ALV_EN] = "slope of the rectifier for negative inputs",                   \
                        [ALV_PT] = "inclinação do retificador para entradas negativas"}},          \
        [MODE] = {.name = "mode",                                                                  \
                  .value = ALV_FAN_IN,                                                             \
                  .lo = ALV_FAN_IN,                                                                \
                  .hi = ALV_FAN_AVG,                                                               \
                  .choices = ALV_FAN_CHOICES,                                                      \
                  .help = {[ALV_EN] = "what to divide by: fan_in keeps the signal, fan_out the "   \
                                      "gradient",                                                  \
                           [ALV_PT] = "por quem dividir: fan_in mantém o sinal, fan_out o "        \
                                      "gradiente"}},                                               \
        [GAIN] = {.name = "gain",                                                                  \
                  .value = 0,                                                                      \
                  .lo = 0,                                                                         \
                  .hi = 1e6,                                                                       \
                  .help = {[ALV_EN] = "std = gain / sqrt(fan); 0: sqrt(2 / (1 + a^2))",            \
                           [ALV_PT] = "std = gain / sqrt(fan); 0: sqrt(2 / (1 + a^2))"}},          \
    }

const alv_initializer alv_init_he_uniform = {
    .name = "he_uniform",
    .aliases = "kaiming_uniform msra_uniform",
    .summary = {[ALV_EN] = "uniform with variance 2 / fan_in, for ReLU",
                [ALV_PT] = "uniforme com variância 2 / fan_in, para ReLU"},
    .formula = "w ~ U(-r, r), r = sqrt(6 / ((1 + a^2) fan)); std = r / sqrt(3)",
    .density = "p(w) = 1 / (2 r), |w| <= r",
    .when = {[ALV_EN] = WHEN_EN, [ALV_PT] = WHEN_PT},
    .dangers = {[ALV_EN] = DANGERS_EN " The bound is sqrt(6 / fan_in). sqrt(2 / fan_in) is the "
                                      "deviation; taken for the bound, it leaves a third of the "
                                      "variance.",
                [ALV_PT] = DANGERS_PT " O limite é sqrt(6 / fan_in). sqrt(2 / fan_in) é o desvio; "
                                      "tomado como limite, deixa um terço da variância."},
    .pytorch = "torch.nn.init.kaiming_uniform_(w, nonlinearity=\"relu\")",
    .keras = "keras.initializers.HeUniform()",
    .jax = "jax.nn.initializers.he_uniform()",
    .citation = PAPER,
    .args = ARGS,
    .law = uniform_law,
};

const alv_initializer alv_init_he_normal = {
    .name = "he_normal",
    .aliases = "kaiming_normal he kaiming msra",
    .summary = {[ALV_EN] = "normal with variance 2 / fan_in, for ReLU",
                [ALV_PT] = "normal com variância 2 / fan_in, para ReLU"},
    .formula = "w ~ N(0, std^2), std = sqrt(2 / ((1 + a^2) fan))",
    .density = "p(w) = exp(-w^2 / (2 std^2)) / (std sqrt(2 pi))",
    .when = {[ALV_EN] = WHEN_EN, [ALV_PT] = WHEN_PT},
    .dangers = {[ALV_EN] = DANGERS_EN " The he_normal of Keras and JAX is cut at 2 deviations.",
                [ALV_PT] = DANGERS_PT " A he_normal do Keras e do JAX é cortada a 2 desvios."},
    .pytorch = "torch.nn.init.kaiming_normal_(w, nonlinearity=\"relu\")",
    .keras = "keras.initializers.VarianceScaling(2.0, \"fan_in\", \"untruncated_normal\")",
    .jax = "jax.nn.initializers.variance_scaling(2.0, \"fan_in\", \"normal\")",
    .citation = PAPER,
    .args = ARGS,
    .law = normal_law,
};
