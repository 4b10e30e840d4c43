/* Variance scaling: variance scale / fan, with the fan and the shape of the distribution to choose.
 *
 * LeCun, Xavier and He are three points of it: scale 1 with fan_in, 1 with fan_avg, 2 with fan_in.
 * The deviation is that of the values in all three shapes: a uniform has the bound sqrt(3) std, and
 * the truncated normal is cut at 2 deviations of a parent that is wider by 1 / 0.8796, so that what
 * remains has the deviation asked for. */
#include "init/family.h"

#include "base/base.h"
#include "math/math.h"

enum { SCALE, MODE, DISTRIBUTION };
enum { TRUNCATED, NORMAL, UNIFORM };

static alv_status law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                      alv_error *error)
{
    double fan;
    ALV_TRY(alv_init_weight_fan(&fan, (alv_fan)scheme->args[MODE], scheme, tensor, error));
    double variance = scheme->args[SCALE] / fan, r = alv_sqrt(3 * variance);
    double std = alv_sqrt(variance);
    int shape = (int)scheme->args[DISTRIBUTION];
    *out = shape == UNIFORM  ? alv_dist_uniform(-r, r)
           : shape == NORMAL ? alv_dist_normal(0, std)
                             : alv_dist_truncated_to_std(0, std, -2, 2);
    return ALV_OK;
}

const alv_initializer alv_init_variance_scaling = {
    .name = "variance_scaling",
    .aliases = "",
    .summary = {[ALV_EN] = "variance scale / fan, in three shapes of distribution",
                [ALV_PT] = "variância scale / fan, em três formas de distribuição"},
    .formula = "std = sqrt(scale / fan); fan: fan_in, fan_out, (fan_in + fan_out) / 2 or "
               "sqrt(fan_in fan_out)",
    .density = "normal: p(w) = exp(-w^2 / (2 std^2)) / (std sqrt(2 pi)); truncated: the same with "
               "s = std / 0.8796, |w| <= 2 s, divided by 0.9545; uniform: p(w) = 1 / (2 r), "
               "|w| <= r = sqrt(3) std",
    .when = {[ALV_EN] = "To reproduce a model of Keras or JAX, whose initializers are all special "
                        "cases of this one, or to try a scale that has no name: 1 / E f(z)^2 of "
                        "your activation, which `alvor explain` prints as a gain (scale = gain^2).",
             [ALV_PT] = "Para reproduzir um modelo do Keras ou do JAX, cujos inicializadores são "
                        "todos casos particulares deste, ou para testar uma escala sem nome: "
                        "1 / E f(z)^2 da sua função de ativação, que `alvor explain` mostra como "
                        "ganho (scale = ganho^2)."},
    .dangers = {[ALV_EN] = "scale is a variance: doubling the weights takes scale 4. The default "
                           "is that of Keras, scale 1 by fan_in, which halves the second moment at "
                           "each ReLU. Names differ: \"normal\" is cut at 2 deviations in Keras "
                           "and uncut in JAX. Only the fan of the direction that you keep has a "
                           "theory; the geometric mean is a compromise like the arithmetic one.",
                [ALV_PT] = "scale é uma variância: para dobrar os pesos, use scale 4. O padrão é o "
                           "do Keras, scale 1 com fan_in, que divide o segundo momento por 2 a "
                           "cada ReLU. Os nomes variam: \"normal\" é cortada a 2 desvios no Keras "
                           "e não é cortada no JAX. Só há teoria para o fan da direção que você "
                           "quer manter; a média geométrica é um meio-termo, como a aritmética."},
    .pytorch = "s = fan_in**-0.5 / 0.87962566103423978; "
               "torch.nn.init.trunc_normal_(w, std=s, a=-2 * s, b=2 * s)",
    .keras = "keras.initializers.VarianceScaling(1.0, \"fan_in\", \"truncated_normal\")",
    .jax = "jax.nn.initializers.variance_scaling(1.0, \"fan_in\", \"truncated_normal\")",
    .citation = "The variance rules are those of LeCun et al. (1998), Glorot & Bengio (2010) and "
                "He et al. (2015); as one family: keras.initializers.VarianceScaling and "
                "jax.nn.initializers.variance_scaling",
    .args =
        {[SCALE] =
             {.name = "scale",
              .value = 1,
              .lo = 0,
              .hi = 1e12,
              .open_lo = true,
              .shown = true,
              .help = {[ALV_EN] = "variance times the fan", [ALV_PT] = "a variância vezes o fan"}},
         [MODE] = {.name = "mode",
                   .value = ALV_FAN_IN,
                   .lo = ALV_FAN_IN,
                   .hi = ALV_FAN_GEO_AVG,
                   .choices = ALV_FAN_CHOICES " fan_geo_avg",
                   .help = {[ALV_EN] = "what to divide by: a fan, or the arithmetic or "
                                       "geometric mean of the two",
                            [ALV_PT] = "por quem dividir: um fan, ou a média aritmética ou "
                                       "geométrica dos dois"}},
         [DISTRIBUTION] = {.name = "distribution",
                           .value = TRUNCATED,
                           .lo = TRUNCATED,
                           .hi = UNIFORM,
                           .choices = "truncated normal uniform",
                           .help = {[ALV_EN] = "shape; all have exactly this variance",
                                    [ALV_PT] = "forma; todas têm exatamente essa variância"}}},
    .law = law,
};
