/* Distributions whose scale is given, not computed: uniform and normal; src/init/truncated.c cuts.
 *
 * The scale does not know the layer. With standard deviation s and fan-in n a layer multiplies the
 * second moment of its input by n s^2, and a ReLU halves that: the right s is one for each n. */
#include "init/family.h"

#include "base/base.h"

enum { UNIFORM_R, UNIFORM_MEAN };

static alv_status uniform_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                              alv_error *error)
{
    (void)tensor, (void)error;
    double r = scheme->args[UNIFORM_R], mean = scheme->args[UNIFORM_MEAN];
    *out = alv_dist_uniform(mean - r, mean + r);
    return ALV_OK;
}

enum { NORMAL_STD, NORMAL_MEAN };

static alv_status normal_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                             alv_error *error)
{
    (void)tensor, (void)error;
    *out = alv_dist_normal(scheme->args[NORMAL_MEAN], scheme->args[NORMAL_STD]);
    return ALV_OK;
}

const alv_initializer alv_init_uniform = {
    .name = "uniform",
    .aliases = "random_uniform",
    .summary = {[ALV_EN] = "uniform on [-r, r], the same r for every layer",
                [ALV_PT] = "uniforme em [-r, r], o mesmo r em todas as camadas"},
    .formula = "w ~ U(mean - r, mean + r); std = r / sqrt(3)",
    .density = "p(w) = 1 / (2 r), |w - mean| <= r",
    .when = {[ALV_EN] = "To study how the scale r decides training, embeddings, or a layer whose "
                        "range is known. For dense layers take r from the fan-in: lecun_uniform, "
                        "xavier_uniform, he_uniform.",
             [ALV_PT] =
                 "Para estudar como a escala r decide o treinamento, em embeddings, ou em uma "
                 "camada cuja faixa é conhecida. Em camadas densas, tire r do fan-in: "
                 "lecun_uniform, xavier_uniform, he_uniform."},
    .dangers = {[ALV_EN] = "One r cannot suit layers of different widths. With r = 1 and 100 "
                           "inputs each layer multiplies the variance by 33: tanh saturates, ReLU "
                           "networks explode. With r = 0.05 it is divided by 12 and the signal "
                           "vanishes. r is the bound, not the standard deviation, which is "
                           "r / sqrt(3).",
                [ALV_PT] = "Um único r não serve a camadas de larguras diferentes. Com r = 1 e 100 "
                           "entradas, cada camada multiplica a variância por 33: a tanh satura, as "
                           "redes com ReLU explodem. Com r = 0.05, ela é dividida por 12 e o sinal "
                           "desaparece. r é o limite, não o desvio padrão, que é r / sqrt(3)."},
    .pytorch = "torch.nn.init.uniform_(w, -0.05, 0.05)",
    .keras = "keras.initializers.RandomUniform(-0.05, 0.05)",
    .jax = "lambda key, shape: jax.random.uniform(key, shape, minval=-0.05, maxval=0.05)",
    .citation = "Glorot & Bengio (2010), Understanding the difficulty of training deep feedforward "
                "neural networks, AISTATS, PMLR 9:249-256, on why a fixed scale fails",
    .args = {[UNIFORM_R] = {.name = "r",
                            .value = 0.05,
                            .lo = 0,
                            .hi = DBL_MAX,
                            .shown = true,
                            .help = {[ALV_EN] = "half the width of the interval",
                                     [ALV_PT] = "metade da largura do intervalo"}},
             [UNIFORM_MEAN] =
                 {.name = "mean",
                  .value = 0,
                  .lo = -DBL_MAX,
                  .hi = DBL_MAX,
                  .help = {[ALV_EN] = "centre of the interval", [ALV_PT] = "centro do intervalo"}}},
    .law = uniform_law,
};

const alv_initializer alv_init_normal = {
    .name = "normal",
    .aliases = "gaussian random_normal",
    .summary = {[ALV_EN] = "normal with a given standard deviation, the same for every layer",
                [ALV_PT] = "normal com um desvio padrão dado, o mesmo em todas as camadas"},
    .formula = "w ~ N(mean, std^2)",
    .density = "p(w) = exp(-(w - mean)^2 / (2 std^2)) / (std sqrt(2 pi))",
    .when = {[ALV_EN] = "Embeddings and transformers (std 0.02 by custom), or to study how the "
                        "scale decides training. For dense layers take std from the fan-in: "
                        "lecun_normal, xavier_normal, he_normal.",
             [ALV_PT] = "Embeddings e transformers (std 0.02 por costume), ou para estudar como a "
                        "escala decide o treinamento. Em camadas densas, tire std do fan-in: "
                        "lecun_normal, xavier_normal, he_normal."},
    .dangers = {[ALV_EN] = "With std 0.01 and 100 inputs each layer divides the variance by 100 "
                           "and a ReLU halves it again: 22 layers leave 5e-26 of the signal. He et "
                           "al. (2015) compute a gradient 17,000 times too small for a deep "
                           "network that starts at 0.01.",
                [ALV_PT] =
                    "Com std 0.01 e 100 entradas, cada camada divide a variância por 100 e a "
                    "ReLU a divide de novo por 2: 22 camadas deixam 5e-26 do sinal. He et "
                    "al. (2015) calculam um gradiente 17 mil vezes menor que o devido em uma "
                    "rede profunda que parte de 0.01."},
    .pytorch = "torch.nn.init.normal_(w, mean=0.0, std=0.01)",
    .keras = "keras.initializers.RandomNormal(mean=0.0, stddev=0.01)",
    .jax = "jax.nn.initializers.normal(0.01)",
    .citation = "Krizhevsky, Sutskever & Hinton (2012), ImageNet classification with deep "
                "convolutional neural networks, NeurIPS 25, section 5 (std 0.01)",
    .args = {[NORMAL_STD] = {.name = "std",
                             .value = 0.01,
                             .lo = 0,
                             .hi = DBL_MAX,
                             .shown = true,
                             .help = {[ALV_EN] = "standard deviation", [ALV_PT] = "desvio padrão"}},
             [NORMAL_MEAN] = {.name = "mean",
                              .value = 0,
                              .lo = -DBL_MAX,
                              .hi = DBL_MAX,
                              .help = {[ALV_EN] = "mean", [ALV_PT] = "média"}}},
    .law = normal_law,
};
