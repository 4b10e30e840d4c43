/* torch.nn.init: bounds in Python's doubles, in its own order of operations, then one draw.
 *
 * torch/nn/init.py. fan_in is shape[1] times the kernel, fan_out shape[0] times it, whatever the
 * layer. */
#include "compat/profile.h"
#include "compat/scheme.h"
#include "compat/torch.h"
#include "math/math.h"

/* Both fans of a weight, or ALV_ERR_SHAPE. */
static alv_status fans(double *in, double *out, const alv_compat_job *job, alv_error *error)
{
    const alv_tensor *t = job->tensor;
    if (t->rank < 2)
        return alv_fail(error, ALV_ERR_SHAPE, t->name,
                        "PyTorch has fans only for two axes or more, and this has %d", t->rank);
    double field = 1;
    for (int i = 2; i < t->rank; i++) field *= (double)t->shape[i];
    *in = (double)t->shape[1] * field;
    *out = (double)t->shape[0] * field;
    if (!(*in > 0 && *out > 0))
        return alv_fail(error, ALV_ERR_SHAPE, t->name, "a fan is 0, and PyTorch divides by it");
    return ALV_OK;
}

static alv_status draw_uniform(const alv_compat_job *job, double bound, alv_error *error)
{
    return alv_compat_uniform(job->out, job->tensor->dtype, job->n, -bound, bound, job->rng, error);
}

static alv_status draw_normal(const alv_compat_job *job, double std, alv_error *error)
{
    return alv_compat_normal(job->out, job->tensor->dtype, job->n, 0, std, job->rng, error);
}

static alv_status truncated(const alv_compat_job *job, alv_error *error)
{
    const double *a = job->args;
    return alv_compat_truncated(job->out, job->tensor->dtype, job->n, a[0], a[1], a[2], a[3],
                                job->rng, error);
}

static alv_status xavier_std(double *std, const alv_compat_job *job, alv_error *error)
{
    double in = 0, out = 0;
    ALV_TRY(fans(&in, &out, job, error));
    *std = job->args[0] * alv_sqrt(2 / (in + out));
    return ALV_OK;
}

static alv_status xavier_uniform(const alv_compat_job *job, alv_error *error)
{
    double std;
    ALV_TRY(xavier_std(&std, job, error));
    return draw_uniform(job, alv_sqrt(3) * std, error);
}

static alv_status xavier_normal(const alv_compat_job *job, alv_error *error)
{
    double std;
    ALV_TRY(xavier_std(&std, job, error));
    return draw_normal(job, std, error);
}

/* torch.nn.init.calculate_gain, by index; that of leaky_relu depends on its slope. */
#define NONLINEARITIES                                                                             \
    "leaky_relu relu tanh selu linear sigmoid conv1d conv2d conv3d conv_transpose1d "              \
    "conv_transpose2d conv_transpose3d"
static const double gains[12] = {0, ALV_SQRT2, 5.0 / 3, 3.0 / 4, 1, 1, 1, 1, 1, 1, 1, 1};

static double gain(int nonlinearity, double slope)
{
    return nonlinearity == 0 ? alv_sqrt(2 / (1 + slope * slope)) : gains[nonlinearity];
}

static alv_status kaiming_std(double *std, const alv_compat_job *job, alv_error *error)
{
    double in = 0, out = 0;
    ALV_TRY(fans(&in, &out, job, error));
    *std = gain((int)job->args[2], job->args[0]) / alv_sqrt(job->args[1] == 0 ? in : out);
    return ALV_OK;
}

static alv_status kaiming_uniform(const alv_compat_job *job, alv_error *error)
{
    double std;
    ALV_TRY(kaiming_std(&std, job, error));
    return draw_uniform(job, alv_sqrt(3) * std, error);
}

static alv_status kaiming_normal(const alv_compat_job *job, alv_error *error)
{
    double std;
    ALV_TRY(kaiming_std(&std, job, error));
    return draw_normal(job, std, error);
}

static alv_status rank_within(const alv_compat_job *job, int least, int most, alv_error *error)
{
    if (job->tensor->rank >= least && job->tensor->rank <= most) return ALV_OK;
    return alv_fail(error, ALV_ERR_SHAPE, job->tensor->name,
                    "PyTorch takes %d to %d axes here, and this has %d", least, most,
                    job->tensor->rank);
}

static alv_status eye(const alv_compat_job *job, alv_error *error)
{
    ALV_TRY(rank_within(job, 2, 2, error));
    const int64_t *shape = job->tensor->shape;
    alv_compat_fill_constant(job, 0);
    for (int64_t i = 0; i < shape[0] && i < shape[1]; i++)
        alv_compat_put(job->out, job->tensor->dtype, i * shape[1] + i, 1);
    return ALV_OK;
}

static alv_status dirac(const alv_compat_job *job, alv_error *error)
{
    ALV_TRY(rank_within(job, 3, 5, error));
    const int64_t *shape = job->tensor->shape, groups = (int64_t)job->args[0];
    if (groups < 1 || (double)groups != job->args[0] || shape[0] % groups)
        return alv_fail(error, ALV_ERR_ARGUMENT, "groups", "groups = %g does not divide %lld",
                        job->args[0], shape[0]);
    int64_t middle = 0, field = 1;
    for (int i = 2; i < job->tensor->rank; i++) {
        middle = middle * shape[i] + shape[i] / 2;
        field *= shape[i];
    }
    alv_compat_fill_constant(job, 0);
    const int64_t outputs = shape[0] / groups;
    for (int64_t g = 0; g < groups && job->n > 0; g++)
        for (int64_t d = 0; d < outputs && d < shape[1]; d++)
            alv_compat_put(job->out, job->tensor->dtype,
                           ((g * outputs + d) * shape[1] + d) * field + middle, 1);
    return ALV_OK;
}

/* Zeros the first rows of a permutation, column by column; needs memory for one. */
static alv_status sparse(const alv_compat_job *job, alv_error *error)
{
    ALV_TRY(rank_within(job, 2, 2, error));
    const int64_t rows = job->tensor->shape[0], columns = job->tensor->shape[1];
    const int64_t zeroed = (int64_t)alv_ceil(job->args[0] * (double)rows);
    int64_t *order = alv_new_array((size_t)rows + 1, sizeof *order);
    if (!order)
        return alv_fail(error, ALV_ERR_MEMORY, "sparse", "no memory for %lld numbers", rows);
    alv_status status = draw_normal(job, job->args[1], error);
    for (int64_t c = 0; c < columns && status == ALV_OK; c++) {
        status = alv_compat_permutation(order, rows, job->rng, error);
        for (int64_t i = 0; i < zeroed && i < rows && status == ALV_OK; i++)
            alv_compat_put(job->out, job->tensor->dtype, order[i] * columns + c, 0);
    }
    free(order);
    return status;
}

static const alv_compat_claim no_lapack = {
    .exactness = ALV_EXACT_NOT,
    .note = {[ALV_EN] = "orthogonal_ takes the QR of LAPACK, whose rounding depends on the library "
                        "(MKL, OpenBLAS), its block sizes and the processor: no two builds agree; "
                        "alvor's own orthogonal draws the same law",
             [ALV_PT] = "orthogonal_ usa a QR da LAPACK, cujo arredondamento depende da biblioteca "
                        "(MKL, OpenBLAS), dos blocos e do processador: não há duas compilações "
                        "iguais; o orthogonal do próprio alvor sorteia a mesma distribuição"},
};

#define KAIMING_ARGS                                                                               \
    {                                                                                              \
        ALV_COMPAT_NUMBER("a", 0), {.name = "mode", .hi = 1, .choices = "fan_in fan_out"},         \
        {                                                                                          \
            .name = "nonlinearity", .hi = 11, .choices = NONLINEARITIES                            \
        }                                                                                          \
    }

static const alv_compat_scheme schemes[] = {
    ALV_COMPAT_PLAIN,
    {.init = {.name = "trunc_normal",
              .aliases = "trunc_normal_",
              .args = {ALV_COMPAT_NUMBER("mean", 0), ALV_COMPAT_FROM_ZERO("std", 1),
                       ALV_COMPAT_NUMBER("a", -2), ALV_COMPAT_NUMBER("b", 2)}},
     .draw = ALV_COMPAT_TRUNCATED,
     .fill = truncated},
    {.init = {.name = "xavier_uniform",
              .aliases = "xavier_uniform_ glorot_uniform",
              .args = {ALV_COMPAT_FROM_ZERO("gain", 1)}},
     .draw = ALV_COMPAT_UNIFORM,
     .fill = xavier_uniform},
    {.init = {.name = "xavier_normal",
              .aliases = "xavier_normal_ glorot_normal",
              .args = {ALV_COMPAT_FROM_ZERO("gain", 1)}},
     .draw = ALV_COMPAT_NORMAL,
     .fill = xavier_normal},
    {.init = {.name = "kaiming_uniform",
              .aliases = "kaiming_uniform_ he_uniform",
              .args = KAIMING_ARGS},
     .draw = ALV_COMPAT_UNIFORM,
     .fill = kaiming_uniform},
    {.init = {.name = "kaiming_normal",
              .aliases = "kaiming_normal_ he_normal",
              .args = KAIMING_ARGS},
     .draw = ALV_COMPAT_NORMAL,
     .fill = kaiming_normal},
    {.init = {.name = "sparse",
              .aliases = "sparse_",
              .args = {{.name = "sparsity", .value = 0.1, .lo = 0, .hi = 1},
                       ALV_COMPAT_FROM_ZERO("std", 0.01)}},
     .draw = ALV_COMPAT_NORMAL,
     .fill = sparse},
    {.init = {.name = "orthogonal",
              .aliases = "orthogonal_",
              .args = {ALV_COMPAT_NUMBER("gain", 1)}},
     .draw = ALV_COMPAT_NORMAL,
     .refused = &no_lapack},
    {.init = {.name = "eye", .aliases = "eye_"}, .draw = ALV_COMPAT_DRAWS, .fill = eye},
    {.init = {.name = "dirac", .aliases = "dirac_", .args = {ALV_COMPAT_FROM_ZERO("groups", 1)}},
     .draw = ALV_COMPAT_DRAWS,
     .fill = dirac},
    {.init = {.name = "constant", .aliases = "constant_", .args = {ALV_COMPAT_NUMBER("val", 0)}},
     .draw = ALV_COMPAT_DRAWS,
     .fill = alv_compat_fill_value},
    {.init = {.name = "zeros", .aliases = "zeros_"},
     .draw = ALV_COMPAT_DRAWS,
     .fill = alv_compat_fill_zeros},
    {.init = {.name = "ones", .aliases = "ones_"},
     .draw = ALV_COMPAT_DRAWS,
     .fill = alv_compat_fill_ones},
};

const alv_initializer *alv_torch_scheme_at(int index)
{
    return alv_compat_scheme_in(schemes, ALV_COUNT(schemes), index);
}
