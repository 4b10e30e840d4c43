/* What PyTorch gives a Linear or Conv layer when nobody asks: U(-r, r), r = 1 / sqrt(fan_in).
 *
 * The code says kaiming_uniform_(a = sqrt 5), but sqrt(6 / ((1 + 5) fan_in)) is 1 / sqrt(fan_in):
 * the 5 only undoes the 6, kept for the behaviour of Torch 7. The variance is 1 / (3 fan_in), a
 * sixth of He's; it is the heuristic of Glorot & Bengio's eq. 1 that their paper set out to beat.
 * The bias is drawn from the same interval, so its fan-in is that of its weight. Of a transposed
 * kernel (in, out / groups, k ...) PyTorch takes the product of all axes but the first, as if it
 * were an ordinary one: that is the layer's fan_out, and is what is used here too. Embeddings are
 * N(0, 1). */
#include "init/family.h"

#include "base/base.h"
#include "math/math.h"

static alv_status law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                      alv_error *error)
{
    const bool swapped = tensor->layer == ALV_LAYER_CONV_TRANSPOSED &&
                         tensor->role == ALV_ROLE_WEIGHT && tensor->fan_in == 0;
    double in;
    if (tensor->layer == ALV_LAYER_EMBEDDING) {
        *out = alv_dist_normal(0, 1);
        return ALV_OK;
    }
    ALV_TRY(alv_tensor_fans(swapped ? NULL : &in, swapped ? &in : NULL, tensor, error));
    if (in == 0)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name, "%s divides by fan_in, which is 0 here",
                        scheme->init->name);
    double r = alv_sqrt(1 / in);
    *out = alv_dist_uniform(-r, r);
    return ALV_OK;
}

const alv_initializer alv_init_torch_default = {
    .name = "torch_default",
    .aliases = "pytorch_default torch pytorch",
    .summary = {[ALV_EN] = "PyTorch's own default, weights and biases within 1 / sqrt(fan_in)",
                [ALV_PT] = "o padrão do PyTorch, pesos e vieses dentro de 1 / sqrt(fan_in)"},
    .formula = "w, b ~ U(-r, r), r = 1 / sqrt(fan_in); std = 1 / sqrt(3 fan_in); "
               "embeddings N(0, 1)",
    .density = "p(w) = 1 / (2 r), |w| <= r",
    .when = {[ALV_EN] = "To reproduce a PyTorch model that was never initialized by hand; shallow "
                        "networks and networks with normalization, which hide the scale.",
             [ALV_PT] = "Para reproduzir um modelo do PyTorch que ninguém inicializou à mão; redes "
                        "rasas e redes com normalização, que escondem a escala."},
    .dangers = {[ALV_EN] =
                    "It is called kaiming_uniform_(a=sqrt(5)) in the code, yet it is not He: "
                    "the 5 cancels the 6 and the variance is a sixth of He's. With ReLU "
                    "each layer divides the second moment by 6, and eight layers already "
                    "train ten times slower. Random biases make outputs differ from 0 even "
                    "for a zero input.",
                [ALV_PT] = "No código, chama-se kaiming_uniform_(a=sqrt(5)), mas não é He: o 5 "
                           "cancela o 6 e a variância é um sexto da de He. Com ReLU, cada camada "
                           "divide o segundo momento por 6, e com oito camadas o treinamento já é "
                           "dez vezes mais lento. Os vieses aleatórios tornam as saídas diferentes "
                           "de 0 mesmo com entrada zero."},
    .pytorch = "torch.nn.init.kaiming_uniform_(w, a=math.sqrt(5))",
    .keras = "keras.initializers.VarianceScaling(1 / 3, \"fan_in\", \"uniform\")",
    .jax = "jax.nn.initializers.variance_scaling(1 / 3, \"fan_in\", \"uniform\")",
    .citation = "torch.nn.Linear.reset_parameters, torch.nn.Embedding.reset_parameters "
                "(github.com/pytorch/pytorch issue 57109); Glorot "
                "& Bengio (2010), PMLR 9:249-256, eq. 1",
    .biases = true,
    .law = law,
};
