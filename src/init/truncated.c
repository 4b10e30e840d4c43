/* The normal without its tails, in two initializers, because two conventions share one name.
 *
 * trunc_normal_rel counts its bounds in deviations, so that the cut has the same shape whatever
 * std is; trunc_normal_abs takes them as values of the weights, as torch.nn.init.trunc_normal_
 * does. At std 0.02 the usual a = -2, b = 2 cut the first at 0.0455 and the second at 100
 * deviations, where nothing is left to cut. A name that does not say which is refused by
 * alv_scheme_parse. Cutting also lowers the deviation, at two deviations to 0.8796 of the normal's;
 * std_of says whether std is meant after the cut or before it. */
#include "init/family.h"

#include "base/base.h"

enum { STD, MEAN, A, B, STD_OF };
enum { OF_VALUES, OF_PARENT };

static alv_status relative_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                               alv_error *error)
{
    (void)tensor;
    const double std = scheme->args[STD], mean = scheme->args[MEAN];
    const double a = scheme->args[A], b = scheme->args[B];
    if (!(a < b))
        return alv_fail(error, ALV_ERR_ARGUMENT, scheme->init->name,
                        "the lower bound a = %g is not below the upper bound b = %g", a, b);
    *out = scheme->args[STD_OF] == OF_PARENT
               ? alv_dist_truncated(mean, std, mean + a * std, mean + b * std)
               : alv_dist_truncated_to_std(mean, std, a, b);
    if (out->std != out->std)
        return alv_fail(error, ALV_ERR_RANGE, scheme->init->name,
                        "almost nothing of a normal lies from a = %g to b = %g deviations", a, b);
    return ALV_OK;
}

static alv_status absolute_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                               alv_error *error)
{
    (void)tensor;
    const double a = scheme->args[A], b = scheme->args[B];
    if (!(a < b))
        return alv_fail(error, ALV_ERR_ARGUMENT, scheme->init->name,
                        "the lower bound a = %g is not below the upper bound b = %g", a, b);
    *out = alv_dist_truncated(scheme->args[MEAN], scheme->args[STD], a, b);
    return ALV_OK;
}

#define DENSITY                                                                                    \
    "p(w) = exp(-(w - mean)^2 / (2 s^2)) / (s sqrt(2 pi) P), lo <= w <= hi, "                      \
    "P = Phi((hi - mean) / s) - Phi((lo - mean) / s)"
#define CITATION                                                                                   \
    "Robert (1995), Simulation of truncated normal variables, Statistics and Computing 5:121-125"

const alv_initializer alv_init_trunc_normal_rel = {
    .name = "trunc_normal_rel",
    .aliases = "",
    .summary = {[ALV_EN] = "normal cut at a and b deviations; std is that of what is left",
                [ALV_PT] = "normal cortada a a e b desvios; std é o do que sobra"},
    .formula = "w ~ N(mean, s^2), mean + a s <= w <= mean + b s; std_of=values: Var(w) = std^2 "
               "(a = -2, b = 2: s = std / 0.8796); std_of=parent: s = std",
    .density = DENSITY ", lo = mean + a s, hi = mean + b s",
    .when = {[ALV_EN] =
                 "Where one far outlier would hurt: wide layers, low-precision types, vision "
                 "transformers. This is the truncated normal of Keras and JAX. std_of=parent draws "
                 "their plain TruncatedNormal; std_of=values, the default, keeps the deviation "
                 "that was asked for, as their variance scaling does.",
             [ALV_PT] = "Onde um único valor extremo atrapalharia: camadas largas, tipos de baixa "
                        "precisão, transformers de visão. É a normal truncada do Keras e do JAX. "
                        "std_of=parent sorteia a TruncatedNormal simples deles; std_of=values, o "
                        "padrão, mantém o desvio pedido, como faz a escala por variância deles."},
    .dangers = {[ALV_EN] =
                    "a and b count deviations of the normal before the cut: they are not values. "
                    "For bounds that are values, PyTorch's convention, take trunc_normal_abs. "
                    "With std_of=parent and bounds of 2 the weights have 0.8796 std, 23 % less "
                    "variance in each layer. With unequal bounds the mean moves too.",
                [ALV_PT] =
                    "a e b contam desvios da normal antes do corte: não são valores. Para "
                    "limites que são valores, a convenção do PyTorch, use trunc_normal_abs. "
                    "Com std_of=parent e limites de 2, os pesos têm 0.8796 std, 23 % a menos "
                    "de variância em cada camada. Com limites desiguais, a média também se "
                    "desloca."},
    .pytorch = "s = 0.02 / 0.87962566103423978; "
               "torch.nn.init.trunc_normal_(w, std=s, a=-2 * s, b=2 * s)",
    .keras = "keras.initializers.TruncatedNormal(stddev=0.02 / 0.87962566103423978)",
    .jax = "jax.nn.initializers.truncated_normal(0.02 / 0.87962566103423978)",
    .citation = CITATION,
    .args = {[STD] = {.name = "std",
                      .value = 0.02,
                      .lo = 0,
                      .hi = DBL_MAX,
                      .open_lo = true,
                      .shown = true,
                      .help = {[ALV_EN] = "standard deviation; std_of says of what",
                               [ALV_PT] = "desvio padrão; std_of diz de quê"}},
             [MEAN] = {.name = "mean",
                       .value = 0,
                       .lo = -DBL_MAX,
                       .hi = DBL_MAX,
                       .help = {[ALV_EN] = "mean of the normal before it is cut",
                                [ALV_PT] = "média da normal antes do corte"}},
             [A] = {.name = "a",
                    .value = -2,
                    .lo = -DBL_MAX,
                    .hi = DBL_MAX,
                    .help = {[ALV_EN] = "lower bound, in deviations from the mean",
                             [ALV_PT] = "limite inferior, em desvios a partir da média"}},
             [B] = {.name = "b",
                    .value = 2,
                    .lo = -DBL_MAX,
                    .hi = DBL_MAX,
                    .help = {[ALV_EN] = "upper bound, in deviations from the mean",
                             [ALV_PT] = "limite superior, em desvios a partir da média"}},
             [STD_OF] = {.name = "std_of",
                         .value = OF_VALUES,
                         .lo = OF_VALUES,
                         .hi = OF_PARENT,
                         .choices = "values parent",
                         .help = {[ALV_EN] = "whose deviation std is: the weights' (values) or the "
                                             "uncut normal's (parent)",
                                  [ALV_PT] = "de quem é o desvio std: dos pesos (values) ou da "
                                             "normal sem corte (parent)"}}},
    .law = relative_law,
};

const alv_initializer alv_init_trunc_normal_abs = {
    .name = "trunc_normal_abs",
    .aliases = "",
    .summary = {[ALV_EN] = "normal cut at the values a and b, whatever std is (PyTorch's)",
                [ALV_PT] = "normal cortada nos valores a e b, seja qual for std (a do PyTorch)"},
    .formula = "w ~ N(mean, std^2), a <= w <= b",
    .density = DENSITY ", s = std, lo = a, hi = b",
    .when = {[ALV_EN] =
                 "To match torch.nn.init.trunc_normal_, or where the bounds are values of the "
                 "weights, such as the range of a fixed-point type. Otherwise trunc_normal_rel, "
                 "whose bounds follow std.",
             [ALV_PT] = "Para coincidir com torch.nn.init.trunc_normal_, ou quando os limites são "
                        "valores dos pesos, como a faixa de um tipo de ponto fixo. Caso contrário, "
                        "trunc_normal_rel, cujos limites acompanham std."},
    .dangers = {[ALV_EN] =
                    "The bounds do not scale: a = -2, b = 2 at std 0.02 cut at 100 deviations, "
                    "which is no cut. std is that of the normal before the cut, so where the cut "
                    "does bite the weights deviate less: at std 1 by 0.8796. With bounds that are "
                    "not symmetric about the mean, the mean moves too.",
                [ALV_PT] =
                    "Os limites não acompanham a escala: a = -2, b = 2 com std 0.02 cortam a 100 "
                    "desvios, o que não corta nada. std é o desvio da normal antes do corte; onde "
                    "o corte de fato atua, os pesos variam menos: com std 1, 0.8796. Com limites "
                    "que não são simétricos em torno da média, ela também se desloca."},
    .pytorch = "torch.nn.init.trunc_normal_(w, std=0.02, a=-2.0, b=2.0)",
    .keras = NULL,
    .jax = "jax.nn.initializers.truncated_normal(0.02, lower=-2 / 0.02, upper=2 / 0.02)",
    .citation = CITATION,
    .args = {[STD] = {.name = "std",
                      .value = 0.02,
                      .lo = 0,
                      .hi = DBL_MAX,
                      .open_lo = true,
                      .shown = true,
                      .help = {[ALV_EN] = "deviation of the normal before it is cut",
                               [ALV_PT] = "desvio da normal antes do corte"}},
             [MEAN] = {.name = "mean",
                       .value = 0,
                       .lo = -DBL_MAX,
                       .hi = DBL_MAX,
                       .help = {[ALV_EN] = "mean of the normal before it is cut",
                                [ALV_PT] = "média da normal antes do corte"}},
             [A] = {.name = "a",
                    .value = -2,
                    .lo = -DBL_MAX,
                    .hi = DBL_MAX,
                    .shown = true,
                    .help = {[ALV_EN] = "smallest value that a weight may have",
                             [ALV_PT] = "o menor valor que um peso pode ter"}},
             [B] = {.name = "b",
                    .value = 2,
                    .lo = -DBL_MAX,
                    .hi = DBL_MAX,
                    .shown = true,
                    .help = {[ALV_EN] = "largest value that a weight may have",
                             [ALV_PT] = "o maior valor que um peso pode ter"}}},
    .law = absolute_law,
};
