/* Residual networks without normalization: branches that begin as nothing, so that every block is
 * the identity and depth costs no variance.
 *
 * With x_{l+1} = x_l + F_l(x_l) and an F that keeps the variance (He), the stream's second moment
 * grows by a constant factor per block: 3^L for two layers of ReLUs. Fixup makes the last matrix of
 * each branch 0 and shrinks the others so that one step of SGD moves the network's function by
 * Theta(learning rate), whatever its depth: m layers scaled by s change the branch by s^(2m-2), and
 * L branches add up, hence s = L^(-1/(2m-2)) (Zhang et al. 2019, section 3). ReZero
 * and SkipInit leave the weights alone and give each branch a trainable scalar that begins at 0. */
#include "init/family.h"

#include "base/base.h"
#include "math/math.h"

alv_status alv_init_whole(double value, const char *name, alv_error *error)
{
    if (value == alv_floor(value)) return ALV_OK;
    return alv_fail(error, ALV_ERR_ARGUMENT, name, "%s = %g is not a whole number", name, value);
}

alv_status alv_init_depth(double *branches, double stated, const char *name,
                          const alv_tensor *tensor, alv_error *error)
{
    ALV_TRY(alv_init_whole(stated, name, error));
    if (stated == 0 && tensor->depth < 1)
        return alv_fail(error, ALV_ERR_ARGUMENT, name,
                        "%s = 0 takes the depth that a tensor states, and %s states none", name,
                        tensor->name);
    *branches = stated != 0 ? stated : tensor->depth;
    return ALV_OK;
}

enum { FIXUP_BRANCHES, FIXUP_MATRICES, FIXUP_POSITION, FIXUP_MODE };
enum { INNER, LAST, CLASSIFIER };

static alv_status fixup_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                            alv_error *error)
{
    const double m = scheme->args[FIXUP_MATRICES];
    double fan, branches = 0;
    ALV_TRY(alv_init_depth(&branches, scheme->args[FIXUP_BRANCHES], "branches", tensor, error));
    ALV_TRY(alv_init_whole(m, "matrices", error));
    ALV_TRY(alv_init_weight_fan(&fan, (alv_fan)scheme->args[FIXUP_MODE], scheme, tensor, error));
    if (scheme->args[FIXUP_POSITION] != INNER) return *out = alv_dist_constant(0), ALV_OK;
    *out = alv_dist_normal(0, alv_sqrt(2 / fan) * alv_pow(branches, -1 / (2 * m - 2)));
    return ALV_OK;
}

enum { REZERO_ALPHA, REZERO_BRANCHES };

static alv_status rezero_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                             alv_error *error)
{
    const double alpha = scheme->args[REZERO_ALPHA], branches = scheme->args[REZERO_BRANCHES];
    ALV_TRY(alv_init_whole(branches, "branches", error));
    if (alpha != 0 && branches != 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, scheme->init->name,
                        "alpha = %g and branches = %g both set the value: give one", alpha,
                        branches);
    if (tensor->rank > 1)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "%s fills the scalar (or vector) that multiplies a residual branch; %s has "
                        "%d axes and keeps its own scheme",
                        scheme->init->name, tensor->name, tensor->rank);
    *out = alv_dist_constant(branches == 0 ? alpha : 1 / alv_sqrt(branches));
    return ALV_OK;
}

const alv_initializer alv_init_fixup = {
    .name = "fixup",
    .aliases = "",
    .summary = {[ALV_EN] = "He, scaled down in residual branches that end at zero",
                [ALV_PT] = "He, reduzida em ramos residuais que terminam em zero"},
    .formula = "inner: w ~ N(0, std^2), std = sqrt(2 / fan) branches^(-1 / (2 matrices - 2)); last "
               "of a branch and classifier: w = 0",
    .density = "inner: p(w) = exp(-w^2 / (2 std^2)) / (std sqrt(2 pi)); otherwise delta(w)",
    .when = {[ALV_EN] = "Residual networks without any normalization. Give every matrix inside a "
                        "branch position=inner, the last of each branch position=last, the output "
                        "layer position=classifier; layers outside the branches take he_normal. "
                        "branches counts the residual blocks, matrices those of one branch: 2 in a "
                        "basic block, 3 in a bottleneck.",
             [ALV_PT] = "Redes residuais sem nenhuma normalização. Dê position=inner às matrizes "
                        "dentro de um ramo, position=last à última de cada ramo e "
                        "position=classifier à camada de saída; as camadas fora dos ramos usam "
                        "he_normal. branches conta os blocos residuais; matrices, as matrizes de "
                        "um ramo: 2 em um bloco básico, 3 em um bottleneck."},
    .dangers = {[ALV_EN] = "Half of the method is in the network: a scalar bias (0) before each "
                           "convolution, linear layer and activation, and a scalar multiplier (1) "
                           "in each branch. Without them accuracy suffers. position=last "
                           "everywhere, or a classifier at zero in a network that is not residual, "
                           "stops learning. branches is not the number of layers: ResNet-110 has "
                           "54. The reference code divides by fan_out (mode=fan_out). Strong "
                           "regularization is needed in place of what batch norm gave.",
                [ALV_PT] = "Metade do método está na rede: um viés escalar (0) antes de cada "
                           "convolução, camada linear e função de ativação, e um multiplicador "
                           "escalar (1) em cada ramo. Sem eles, a acurácia cai. position=last em "
                           "toda parte, ou um classificador em zero em uma rede que não é "
                           "residual, impede o aprendizado. branches não é o número de camadas: a "
                           "ResNet-110 tem 54. O código de referência divide por fan_out "
                           "(mode=fan_out). É preciso regularizar com força, no lugar do que a "
                           "batch norm oferecia."},
    .pytorch = "torch.nn.init.normal_(w, std=math.sqrt(2 / fan_in) * 54 ** (-1 / (2 * 2 - 2)))",
    .keras = "keras.initializers.VarianceScaling(2 / 54, \"fan_in\", \"untruncated_normal\")",
    .jax = "jax.nn.initializers.variance_scaling(2 / 54, \"fan_in\", \"normal\")",
    .citation = "Zhang, Dauphin & Ma (2019), Fixup initialization: residual learning without "
                "normalization, ICLR, arXiv:1901.09321, section 3",
    .args = {[FIXUP_BRANCHES] = {.name = "branches",
                                 .value = 54,
                                 .lo = 0,
                                 .hi = 1e6,
                                 .shown = true,
                                 .help = {[ALV_EN] = "residual branches in the network (L); 0: the "
                                                     "tensor's depth",
                                          [ALV_PT] = "ramos residuais na rede (L); 0: a "
                                                     "profundidade do tensor"}},
             [FIXUP_MATRICES] = {.name = "matrices",
                                 .value = 2,
                                 .lo = 2,
                                 .hi = 1e3,
                                 .help = {[ALV_EN] = "layers with weights in one branch (m)",
                                          [ALV_PT] = "camadas com pesos em um ramo (m)"}},
             [FIXUP_POSITION] =
                 {.name = "position",
                  .value = INNER,
                  .lo = INNER,
                  .hi = CLASSIFIER,
                  .choices = "inner last classifier",
                  .help = {[ALV_EN] = "where the matrix stands", [ALV_PT] = "onde está a matriz"}},
             [FIXUP_MODE] = {.name = "mode",
                             .value = ALV_FAN_IN,
                             .lo = ALV_FAN_IN,
                             .hi = ALV_FAN_AVG,
                             .choices = ALV_FAN_CHOICES,
                             .help = {[ALV_EN] = "what He's variance divides by",
                                      [ALV_PT] = "por quem divide a variância de He"}}},
    .law = fixup_law,
};

const alv_initializer alv_init_rezero = {
    .name = "rezero",
    .aliases = "skipinit layer_scale",
    .summary = {[ALV_EN] = "the scalar of a residual branch, x + alpha F(x), at 0",
                [ALV_PT] = "o escalar de um ramo residual, x + alpha F(x), em 0"},
    .formula = "alpha as given; with branches: alpha = 1 / sqrt(branches)",
    .density = "p(w) = delta(w - alpha)",
    .when = {[ALV_EN] = "A trainable number (or one per channel, LayerScale) that multiplies the "
                        "end of every residual branch. The matrices of the branch keep their own "
                        "scheme: he_normal for ReLU, xavier for attention. With 0 the network "
                        "begins as the identity, however deep.",
             [ALV_PT] = "Um número treinável (ou um por canal, LayerScale) que multiplica o fim de "
                        "cada ramo residual. As matrizes do ramo mantêm o próprio esquema: "
                        "he_normal para ReLU, xavier para atenção. Com 0, a rede começa como a "
                        "identidade, por mais profunda que seja."},
    .dangers = {[ALV_EN] = "At 0 the weights of the branch receive no gradient in the first step; "
                           "only the scalars do. Weight decay on the scalars holds the branches "
                           "shut. SkipInit finds that alpha up to 1 / sqrt(branches) trains, and "
                           "that 1 does not. LayerScale begins small but above 0: 0.1 up to depth "
                           "18, 1e-5 to depth 24, 1e-6 beyond.",
                [ALV_PT] = "Em 0, os pesos do ramo não recebem gradiente no primeiro passo; só os "
                           "escalares recebem. Weight decay nos escalares mantém os ramos "
                           "fechados. O SkipInit constata que alpha até 1 / sqrt(branches) treina, "
                           "e que 1 não treina. O LayerScale começa pequeno, mas acima de 0: 0.1 "
                           "até a profundidade 18, 1e-5 até 24, 1e-6 além disso."},
    .pytorch = "torch.nn.init.zeros_(alpha)",
    .keras = "keras.initializers.Zeros()",
    .jax = "jax.nn.initializers.zeros",
    .citation = "Bachlechner et al. (2020), ReZero is all you need, arXiv:2003.04887; De & Smith "
                "(2020), Batch normalization biases residual blocks towards the identity function, "
                "arXiv:2002.10444 (SkipInit); Touvron et al. (2021), arXiv:2103.17239 (LayerScale)",
    .args = {[REZERO_ALPHA] =
                 {.name = "alpha",
                  .value = 0,
                  .lo = -1e6,
                  .hi = 1e6,
                  .help = {[ALV_EN] = "the value of the scalar", [ALV_PT] = "o valor do escalar"}},
             [REZERO_BRANCHES] = {.name = "branches",
                                  .value = 0,
                                  .lo = 0,
                                  .hi = 1e6,
                                  .help = {[ALV_EN] = "branches in the network, for alpha = 1 / "
                                                      "sqrt(branches); 0: alpha as given",
                                           [ALV_PT] = "ramos na rede, para alpha = 1 / "
                                                      "sqrt(branches); 0: alpha como dado"}}},
    .law = rezero_law,
};
