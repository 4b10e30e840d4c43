/* Random walk: the gain that keeps the typical size of a signal, and not only its mean square.
 *
 * Over many layers ln |h|^2 is a random walk whose steps are nearly independent. He's variance
 * makes E |h|^2 constant, but E ln |h|^2 falls with every layer, by about 1/N for linear layers of
 * N units and 2.5/N for ReLU, because the logarithm is concave. Sussillo & Abbott choose g with no
 * drift: for N independent N(0, 1/N) columns, 2 ln g = -E ln(chi^2_N / N) = 1/N + O(1/N^2), so g =
 * exp(1 / (2 N)); for ReLU they fit g = sqrt(2) exp(1.2 / (max(N, 6) - 2.4)). For tanh they give no
 * formula but a range, 1.1 to 1.3. */
#include "init/family.h"

#include "base/base.h"
#include "math/math.h"

enum { GAIN, MODE };

static double linear_gain(double n)
{
    return alv_exp(1 / (2 * n));
}

static double relu_gain(double n)
{
    return alv_sqrt(2) * alv_exp(1.2 / ((n > 6 ? n : 6) - 2.4));
}

static const struct {
    const char *act;
    double (*gain)(double n);
} formulas[] = {{"identity", linear_gain}, {"relu", relu_gain}};

static alv_status gain_after(double *gain, double n, const alv_tensor *tensor, alv_error *error)
{
    const char *act = tensor->act.act ? tensor->act.act->name : "identity";
    for (int i = 0; i < ALV_COUNT(formulas); i++)
        if (strcmp(act, formulas[i].act) == 0) return *gain = formulas[i].gain(n), ALV_OK;
    return alv_fail(error, ALV_ERR_ARGUMENT, "g",
                    "random_walk has formulas for identity and relu only; for %s give g (the paper "
                    "takes 1.1 to 1.3 for tanh)",
                    act);
}

static alv_status law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                      alv_error *error)
{
    double n, gain = scheme->args[GAIN];
    ALV_TRY(alv_init_weight_fan(&n, (alv_fan)scheme->args[MODE], scheme, tensor, error));
    if (gain == 0) ALV_TRY(gain_after(&gain, n, tensor, error));
    *out = alv_dist_normal(0, gain * alv_sqrt(1 / n));
    return ALV_OK;
}

const alv_initializer alv_init_random_walk = {
    .name = "random_walk",
    .aliases = "sussillo_abbott",
    .summary = {[ALV_EN] = "normal whose gain keeps the logarithm of the signal",
                [ALV_PT] = "normal cujo ganho mantém o logaritmo do sinal"},
    .formula = "w ~ N(0, g^2 / N); linear: g = exp(1 / (2 N)); ReLU: g = sqrt(2) exp(1.2 / "
               "(max(N, 6) - 2.4)); N = fan_in",
    .density = "p(w) = exp(-w^2 / (2 std^2)) / (std sqrt(2 pi)), std = g / sqrt(N)",
    .when = {[ALV_EN] = "Narrow and very deep networks without normalization, where the typical "
                        "signal fades although its mean square does not: the paper trains 1000 "
                        "layers. In wide or shallow ones it is He (ReLU) or LeCun (linear).",
             [ALV_PT] = "Redes estreitas e muito profundas sem normalização, em que o sinal típico "
                        "some embora a média do seu quadrado se mantenha: o artigo treina 1000 "
                        "camadas. Nas largas ou rasas, equivale a He (ReLU) ou LeCun (linear)."},
    .dangers = {[ALV_EN] = "The mean square grows to pay for the logarithm: at width 50 and 200 "
                           "ReLU layers it is multiplied by about 24,000, carried by rare seeds. "
                           "The walk has no drift but still a width: single networks stray by "
                           "e^4 or more. All layers should have the same N. The gain is for the "
                           "activation that follows; for others than ReLU give g.",
                [ALV_PT] = "A média do quadrado cresce para compensar o logaritmo: com largura 50 "
                           "e 200 camadas ReLU, é multiplicada por cerca de 24 mil, por causa de "
                           "poucas sementes. O passeio não tem deriva, mas tem dispersão: redes "
                           "isoladas se afastam por e^4 ou mais. Todas as camadas devem ter o "
                           "mesmo N. O ganho é o da função de ativação seguinte; para outras além "
                           "da ReLU, dê g."},
    .pytorch = "torch.nn.init.normal_(w, std=math.exp(1 / (2 * n)) / math.sqrt(n))",
    .keras = "keras.initializers.VarianceScaling(math.exp(1 / n), \"fan_in\", "
             "\"untruncated_normal\")",
    .jax = "jax.nn.initializers.variance_scaling(math.exp(1 / n), \"fan_in\", \"normal\")",
    .citation = "Sussillo & Abbott (2014), Random walk initialization for training very deep "
                "feedforward networks, arXiv:1412.6558",
    .args = {[GAIN] = {.name = "g",
                       .value = 0,
                       .lo = 0,
                       .hi = 1e6,
                       .help = {[ALV_EN] = "the gain; 0: from N and the activation that follows "
                                           "(none or relu)",
                                [ALV_PT] = "o ganho; 0: de N e da função de ativação seguinte "
                                           "(nenhuma ou relu)"}},
             [MODE] = {.name = "mode",
                       .value = ALV_FAN_IN,
                       .lo = ALV_FAN_IN,
                       .hi = ALV_FAN_AVG,
                       .choices = ALV_FAN_CHOICES,
                       .help = {[ALV_EN] = "what N is where layers differ in width",
                                [ALV_PT] = "quem é N onde as larguras das camadas diferem"}}},
    .law = law,
};
