/* SIREN: networks of sines, sin(omega0 (W x + b)), whose every layer looks like the one before.
 *
 * Inputs x ~ U(-1, 1) and first weights U(-1/n, 1/n) make omega0 W x span several periods, so the
 * sine's output is near the arcsine law, of second moment 1/2. A hidden layer with weights
 * U(-r, r), r = sqrt(6 / n) / omega0, then has omega0 W h of variance omega0^2 n (r^2 / 3) (1/2) =
 * 1 (Sitzmann et al. 2020, section 3.2). Deeper layers settle at 0.797 and not at 1, because the
 * sine of N(0, q) has second moment (1 - exp(-2 q)) / 2, which is less than 1/2. */
#include "init/family.h"

#include "base/base.h"
#include "math/math.h"

enum { OMEGA, FIRST };

static alv_status law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                      alv_error *error)
{
    double n;
    ALV_TRY(alv_init_weight_fan(&n, ALV_FAN_IN, scheme, tensor, error));
    double r = scheme->args[FIRST] != 0 ? 1 / n : alv_sqrt(6 / n) / scheme->args[OMEGA];
    *out = alv_dist_uniform(-r, r);
    return ALV_OK;
}

const alv_initializer alv_init_siren = {
    .name = "siren",
    .aliases = "",
    .summary = {[ALV_EN] = "uniform for layers of sines, sin(omega0 (W x + b))",
                [ALV_PT] = "uniforme para camadas de senos, sin(omega0 (W x + b))"},
    .formula = "first: w ~ U(-r, r), r = 1 / fan_in; hidden: r = sqrt(6 / fan_in) / omega0; "
               "std = r / sqrt(3)",
    .density = "p(w) = 1 / (2 r), |w| <= r",
    .when = {[ALV_EN] = "Networks that represent an image, a sound or a shape as a function of its "
                        "coordinates, with sines as activations. The layer that reads the "
                        "coordinates takes first=yes. With a plain sin(z) set omega0=1.",
             [ALV_PT] = "Redes que representam uma imagem, um som ou uma forma como função das "
                        "coordenadas, com senos como função de ativação. A camada que lê as "
                        "coordenadas usa first=yes. Com sin(z) simples, use omega0=1."},
    .dangers = {[ALV_EN] = "The factor omega0 belongs inside the activation too: weights divided "
                           "by 30 under a plain sine leave a signal of nothing, and undivided ones "
                           "under sin(30 z) leave noise. Inputs must lie within [-1, 1]. Biases "
                           "are multiplied by omega0 as well. With other activations it starts "
                           "far too small.",
                [ALV_PT] = "O fator omega0 também faz parte da função de ativação: pesos divididos "
                           "por 30 com um seno simples deixam o sinal em nada, e sem a divisão, "
                           "com sin(30 z), deixam ruído. As entradas devem ficar em [-1, 1]. Os "
                           "vieses também são multiplicados por omega0. Com outras funções de "
                           "ativação, começa pequena demais."},
    .pytorch = "r = math.sqrt(6 / fan_in) / 30; torch.nn.init.uniform_(w, -r, r)",
    .keras = "keras.initializers.VarianceScaling(2 / 30**2, \"fan_in\", \"uniform\")",
    .jax = "jax.nn.initializers.variance_scaling(2 / 30**2, \"fan_in\", \"uniform\")",
    .citation = "Sitzmann, Martel, Bergman, Lindell & Wetzstein (2020), Implicit neural "
                "representations with periodic activation functions, NeurIPS 33, section 3.2; "
                "numbers as in the authors' code (vsitzmann/siren, modules.py)",
    .args = {[OMEGA] = {.name = "omega0",
                        .value = 30,
                        .lo = 0,
                        .hi = 1e6,
                        .open_lo = true,
                        .shown = true,
                        .help = {[ALV_EN] = "frequency inside the sine",
                                 [ALV_PT] = "frequência dentro do seno"}},
             [FIRST] = {.name = "first",
                        .value = 0,
                        .lo = 0,
                        .hi = 1,
                        .choices = "no yes",
                        .help = {[ALV_EN] = "whether the layer reads the coordinates",
                                 [ALV_PT] = "se a camada lê as coordenadas"}}},
    .law = law,
};
