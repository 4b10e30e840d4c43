/* Matrices whose every element is known from its place: nothing is drawn.
 *
 * The identity of a linear layer passes its input on unchanged: y_i = gain x_i for every i that
 * both sides have. Le, Jaitly & Hinton (2015) begin a recurrent network of ReLUs with it. */
#include "init/family.h"

#include "base/base.h"
#include "math/math.h"

/* Elements [lo, hi) where those at lo, lo + step, ... from the first multiple of `step` on are
 * `value` and the others 0; `end` is the first place beyond the last of them. */
static void fill_spaced(void *out, int64_t lo, int64_t hi, int64_t step, int64_t end, double value,
                        bool f64)
{
    memset(out, 0, (size_t)(hi - lo) * (f64 ? sizeof(double) : sizeof(float)));
    int64_t first = (lo + step - 1) / step * step;
    for (int64_t e = first; e < hi && e < end; e += step) {
        if (f64)
            ((double *)out)[e - lo] = value;
        else
            ((float *)out)[e - lo] = (float)value;
    }
}

static alv_status identity_moments(double *mean, double *variance, const alv_scheme *scheme,
                                   const alv_tensor *tensor, alv_error *error)
{
    if (tensor->role == ALV_ROLE_BIAS || tensor->rank != 2)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "identity fills matrices; this tensor has %d axes (for kernels: dirac)",
                        tensor->rank);
    const double gain = scheme->args[0], most = alv_dtype_max(tensor->dtype);
    if (alv_fabs(gain) > most)
        return alv_fail(error, ALV_ERR_OVERFLOW, "gain", "gain = %g does not fit %s", gain,
                        alv_dtype_name(tensor->dtype));
    const int64_t larger =
        tensor->shape[0] > tensor->shape[1] ? tensor->shape[0] : tensor->shape[1];
    const double share = larger > 0 ? 1 / (double)larger : 0; /* of ones */
    *mean = share * gain;
    *variance = share * (1 - share) * gain * gain;
    return ALV_OK;
}

static void identity_fill(void *out, int64_t lo, int64_t hi, const alv_init_job *job)
{
    const int64_t rows = job->tensor->shape[0], columns = job->tensor->shape[1];
    const int64_t ones = rows < columns ? rows : columns;
    fill_spaced(out, lo, hi, columns + 1, ones * (columns + 1), job->scheme->args[0],
                job->tensor->dtype == ALV_F64);
}

const alv_initializer alv_init_identity = {
    .name = "identity",
    .aliases = "eye",
    .summary = {[ALV_EN] = "ones on the diagonal, zeros elsewhere",
                [ALV_PT] = "uns na diagonal, zeros no resto"},
    .formula = "w_ij = gain if i = j, else 0",
    .density = "nothing is drawn; a share 1 / max(rows, columns) of the elements is gain",
    .when = {[ALV_EN] = "The recurrent matrix of a network of ReLUs (IRNN), which then remembers "
                        "until it learns to forget; linear layers that begin as the identity map.",
             [ALV_PT] = "A matriz recorrente de uma rede de ReLUs (IRNN), que assim se lembra até "
                        "aprender a esquecer; camadas lineares que começam como a aplicação "
                        "identidade."},
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
    .args = {{.name = "gain",
              .value = 1,
              .lo = -DBL_MAX,
              .hi = DBL_MAX,
              .help = {[ALV_EN] = "the value on the diagonal", [ALV_PT] = "o valor na diagonal"}}},
    .moments = identity_moments,
    .fill = identity_fill,
};
