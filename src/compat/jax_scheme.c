/* jax.nn.initializers: a draw of unit size, times a deviation computed in the type as JAX does.
 *
 * jax/_src/nn/initializers.py. Weights end in the axes (in, out), which the others repeat. */
#include "compat/jax.h"
#include "compat/scheme.h"
#include "math/math.h"

typedef enum fan { FAN_IN, FAN_AVERAGE } fan;

static alv_status denominator(double *result, const alv_compat_job *job, fan mode, alv_error *error)
{
    const alv_tensor *t = job->tensor;
    double field = 1;
    if (t->rank < 2)
        return alv_fail(error, ALV_ERR_SHAPE, t->name,
                        "JAX has fans only for two axes or more, and this has %d", t->rank);
    for (int i = 0; i < t->rank - 2; i++) field *= (double)t->shape[i];
    const double in = (double)t->shape[t->rank - 2] * field;
    const double out = (double)t->shape[t->rank - 1] * field;
    *result = mode == FAN_IN ? in : (in + out) / 2;
    return job->n == 0 ? alv_fail(error, ALV_ERR_SHAPE, t->name, "a fan is 0") : ALV_OK;
}

/* The elements, drawn with status `drawn`, times a number of their type. Adding -0 changes none. */
static alv_status times(const alv_compat_job *job, double factor, alv_status drawn)
{
    if (drawn == ALV_OK) alv_compat_affine(job->out, job->tensor->dtype, job->n, factor, -0.0);
    return drawn;
}

static double held(const alv_compat_job *job, double x)
{
    return alv_compat_held(job->tensor->dtype, x);
}

/* sqrt(weight scale / fan), every step in the type. */
static alv_status deviation(double *result, const alv_compat_job *job, double weight, double scale,
                            fan mode, alv_error *error)
{
    double over = 0;
    ALV_TRY(denominator(&over, job, mode, error));
    *result = held(job, alv_sqrt(held(job, weight * held(job, scale / over))));
    return ALV_OK;
}

static alv_status scaled_uniform(const alv_compat_job *job, double scale, fan mode,
                                 alv_error *error)
{
    double bound = 0;
    ALV_TRY(deviation(&bound, job, 3, scale, mode, error));
    return times(job, bound,
                 alv_compat_uniform(job->out, job->tensor->dtype, job->n, -1, 1, job->rng, error));
}

static alv_status cut(const alv_compat_job *job, double std, alv_error *error)
{
    return times(
        job, std,
        alv_compat_truncated(job->out, job->tensor->dtype, job->n, 0, 1, -2, 2, job->rng, error));
}

static alv_status scaled_normal(const alv_compat_job *job, double scale, fan mode, alv_error *error)
{
    double std = 0;
    ALV_TRY(deviation(&std, job, 1, scale, mode, error));
    return cut(job, held(job, std / held(job, 0.87962566103423978)), error);
}

static alv_status truncated(const alv_compat_job *job, alv_error *error)
{
    return cut(job, held(job, job->args[0]), error);
}

/* Each name has a uniform and a truncated normal of one scale and fan. */
#define PAIR(NAME, SCALE, MODE)                                                                    \
    static alv_status NAME##_uniform(const alv_compat_job *job, alv_error *error)                  \
    {                                                                                              \
        return scaled_uniform(job, SCALE, MODE, error);                                            \
    }                                                                                              \
    static alv_status NAME##_normal(const alv_compat_job *job, alv_error *error)                   \
    {                                                                                              \
        return scaled_normal(job, SCALE, MODE, error);                                             \
    }
PAIR(lecun, 1, FAN_IN)
PAIR(glorot, 1, FAN_AVERAGE)
PAIR(he, 2, FAN_IN)

#define ROWS(NAME, UNIFORM, NORMAL)                                                                \
    {.init = {.name = #NAME "_uniform", .aliases = UNIFORM},                                       \
     .draw = ALV_COMPAT_UNIFORM,                                                                   \
     .fill = NAME##_uniform},                                                                      \
    {                                                                                              \
        .init = {.name = #NAME "_normal", .aliases = NORMAL}, .draw = ALV_COMPAT_TRUNCATED,        \
        .fill = NAME##_normal                                                                      \
    }
static const alv_compat_scheme schemes[] = {
    ALV_COMPAT_PLAIN,
    {.init = {.name = "truncated_normal",
              .aliases = "",
              .args = {ALV_COMPAT_FROM_ZERO("stddev", 0.01)}},
     .draw = ALV_COMPAT_TRUNCATED,
     .fill = truncated},
    ROWS(lecun, "", ""),
    ROWS(glorot, "xavier_uniform", "xavier_normal"),
    ROWS(he, "kaiming_uniform", "kaiming_normal"),
    {.init = {.name = "zeros", .aliases = ""},
     .draw = ALV_COMPAT_DRAWS,
     .fill = alv_compat_fill_zeros},
    {.init = {.name = "ones", .aliases = ""},
     .draw = ALV_COMPAT_DRAWS,
     .fill = alv_compat_fill_ones},
};

const alv_initializer *alv_jax_scheme_at(int index)
{
    return alv_compat_scheme_in(schemes, ALV_COUNT(schemes), index);
}
