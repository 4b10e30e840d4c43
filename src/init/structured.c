/* Layers that begin by passing their input on: nothing is drawn.
 *
 * The identity of a linear layer gives y_i = gain x_i for every i that both sides have; Le, Jaitly
 * & Hinton (2015) begin a recurrent network of ReLUs with it. The same of a convolution is a kernel
 * that is gain at its middle and 0 elsewhere, a discrete Dirac impulse, where an output channel
 * meets the input channel of its own number; with groups, in each group. The middle of a kernel of
 * size k is k / 2, rounded down, along each axis. */
#include "init/place.h"

#include "base/base.h"
#include "math/math.h"

enum { GAIN, GROUPS };

/* What a kernel's places hold. */
typedef struct impulse {
    int64_t center;
    double gain;
} impulse;

static double impulse_at(int64_t place, const void *context)
{
    const impulse *of = context;
    return place == of->center ? of->gain : 0;
}

/* Mean and variance of a tensor that is zero but for one `gain` in each row of the diagonals. */
static void impulse_moments(double *mean, double *variance, double gain,
                            const alv_matrix_view *view)
{
    double ones = 0;
    for (int kind = 0; kind < view->n_parts; kind++) {
        int64_t n, matrix = alv_matrix_alike(&n, view, kind);
        ones += (double)n * (double)alv_init_diagonal(view, matrix);
    }
    const double share = view->count > 0 ? ones / (double)alv_init_elements(view) : 0;
    *mean = share * gain;
    *variance = share * (1 - share) * gain * gain;
}

static double groups_of(const alv_scheme *scheme)
{
    return scheme->init == &alv_init_dirac ? scheme->args[GROUPS] : 0;
}

static alv_status make_view(alv_matrix_view *view, const alv_scheme *scheme,
                            const alv_tensor *tensor, alv_error *error)
{
    const bool dirac = scheme->init == &alv_init_dirac;
    ALV_TRY(alv_init_view(view, groups_of(scheme), scheme, tensor, error));
    if (view->n_kernel > 0 && !dirac)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "identity fills matrices; for the %d kernel axes of this tensor take dirac",
                        view->n_kernel);
    if (view->count > 0 && view->n_kernel == 0 && dirac)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "dirac fills kernels of convolutions; for this matrix take identity");
    return ALV_OK;
}

static alv_status moments(double *mean, double *variance, const alv_scheme *scheme,
                          const alv_tensor *tensor, alv_error *error)
{
    alv_matrix_view view;
    ALV_TRY(make_view(&view, scheme, tensor, error));
    ALV_TRY(alv_init_fits(scheme->args[GAIN], "gain", scheme, tensor, error));
    impulse_moments(mean, variance, scheme->args[GAIN], &view);
    return ALV_OK;
}

static void fill(void *out, int64_t lo, int64_t hi, const alv_init_job *job)
{
    alv_matrix_view view;
    if (make_view(&view, job->scheme, job->tensor, NULL) != ALV_OK) return;
    const impulse of = {view.center, job->scheme->args[GAIN]};
    alv_init_fill_diagonal(out, lo, hi, &view, impulse_at, &of, job->tensor->dtype == ALV_F64);
}

const alv_initializer alv_init_identity = {
    .name = "identity",
    .aliases = "eye",
    .summary = {[ALV_EN] = "ones on the diagonal, zeros elsewhere",
                [ALV_PT] = "uns na diagonal, zeros no resto"},
    .formula = "w_ij = gain if i = j, else 0",
    .density = "nothing is drawn; a share 1 / max(rows, columns) of the elements is gain",
    .when = {[ALV_EN] = "The recurrent matrix of a network of ReLUs (IRNN), which then remembers "
                        "until it learns to forget; linear layers that begin as the identity map. "
                        "Fused matrices get one identity in each part.",
             [ALV_PT] = "A matriz recorrente de uma rede de ReLUs (IRNN), que assim se lembra até "
                        "aprender a esquecer; camadas lineares que começam como a aplicação "
                        "identidade. Matrizes fundidas recebem uma identidade em cada parte."},
    .dangers = {[ALV_EN] = "Between layers of different sizes the surplus inputs are dropped and "
                           "the surplus units are zero and alike, so that they receive equal "
                           "gradients. With gain above 1 a recurrent network explodes, with one "
                           "below it forgets: after t steps the factor is gain^t.",
                [ALV_PT] = "Entre camadas de tamanhos diferentes, as entradas excedentes são "
                           "descartadas e as unidades excedentes são nulas e iguais, e recebem "
                           "gradientes iguais. Com gain acima de 1, uma rede recorrente explode; "
                           "abaixo, esquece: depois de t passos, o fator é gain^t."},
    .pytorch = "torch.nn.init.eye_(w)",
    .keras = "keras.initializers.Identity(gain=1.0)",
    .jax = "lambda key, shape, dtype: jax.numpy.eye(*shape, dtype=dtype)",
    .citation = "Le, Jaitly & Hinton (2015), A simple way to initialize recurrent networks of "
                "rectified linear units, arXiv:1504.00941, section 3",
    .args =
        {[GAIN] =
             {.name = "gain",
              .value = 1,
              .lo = -DBL_MAX,
              .hi = DBL_MAX,
              .help = {[ALV_EN] = "the value on the diagonal", [ALV_PT] = "o valor na diagonal"}}},
    .moments = moments,
    .fill = fill,
};

const alv_initializer alv_init_dirac = {
    .name = "dirac",
    .aliases = "",
    .summary = {[ALV_EN] = "kernels that pass each channel on: one in the middle, zeros around",
                [ALV_PT] = "kernels que repassam cada canal: um no meio, zeros em volta"},
    .formula =
        "w[o, i, x] = gain if o = i and x is the middle of the kernel, else 0; in each group",
    .density = "nothing is drawn; a share 1 / (max(out, in) kernel) of a group's elements is gain",
    .when = {[ALV_EN] = "Convolutions that should begin as the identity: a new layer in a trained "
                        "network, a very deep network without shortcuts, the last convolution of a "
                        "pair that is trained together. Odd kernels with padding k / 2 keep every "
                        "pixel in its place.",
             [ALV_PT] =
                 "Convoluções que devem começar como a identidade: uma camada nova em uma "
                 "rede já treinada, uma rede muito profunda sem atalhos, a última convolução "
                 "de um par treinado em conjunto. Kernels ímpares com padding k / 2 mantêm "
                 "cada pixel no lugar."},
    .dangers = {[ALV_EN] = "Output channels beyond the number of inputs are zero and alike: they "
                           "give nothing, and receive equal gradients until something else breaks "
                           "the tie. An even kernel has no middle: its output is shifted by half a "
                           "pixel. Groups must be known, here or by the tensor: with the wrong "
                           "number most channels stay empty.",
                [ALV_PT] = "Canais de saída além do número de entradas são nulos e iguais: não dão "
                           "nada e recebem gradientes iguais até que algo desfaça o empate. Um "
                           "kernel par não tem meio: a saída fica deslocada meio pixel. O número "
                           "de grupos precisa ser conhecido, aqui ou pelo tensor: com o número "
                           "errado, a maioria dos canais fica vazia."},
    .pytorch = "torch.nn.init.dirac_(w, groups=1)",
    .keras = NULL,
    .jax = NULL,
    .citation = "Zagoruyko & Komodakis (2017), DiracNets: training very deep neural networks "
                "without skip-connections, arXiv:1706.00388",
    .args =
        {[GAIN] = {.name = "gain",
                   .value = 1,
                   .lo = -DBL_MAX,
                   .hi = DBL_MAX,
                   .help = {[ALV_EN] = "the value in the middle", [ALV_PT] = "o valor no meio"}},
         [GROUPS] = {.name = "groups",
                     .value = 0,
                     .lo = 0,
                     .hi = 1e9,
                     .help = {[ALV_EN] = "groups of the convolution; 0: those of the tensor",
                              [ALV_PT] = "grupos da convolução; 0: os do tensor"}}},
    .moments = moments,
    .fill = fill,
};
