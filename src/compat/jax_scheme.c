/* jax.nn.initializers: a draw of unit size, times a deviation computed in float as JAX does.
 *
 * jax/_src/nn/initializers.py. Weights end in the axes (in, out), which the others repeat. */
#include "compat/jax.h"
#include "compat/scheme.h"
#include "math/math.h"
#include "math/mathf.h"

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

static float root(float x)
{
    return (float)alv_sqrt((double)x);
}

/* The elements, drawn with status `drawn`, times a float. */
static alv_status times(const alv_compat_job *job, float factor, alv_status drawn)
{
    float *out = job->out;
    for (int64_t i = 0; drawn == ALV_OK && i < job->n; i++) out[i] *= factor;
    return drawn;
}

static alv_status scaled_uniform(const alv_compat_job *job, double scale, fan mode,
                                 alv_error *error)
{
    double over = 0;
    ALV_TRY(denominator(&over, job, mode, error));
    const float bound = root(3 * (float)(scale / over));
    return times(job, bound,
                 alv_compat_uniform(job->out, job->tensor->dtype, job->n, -1, 1, job->rng, error));
}

static alv_status cut(const alv_compat_job *job, float std, alv_error *error)
{
    return times(
        job, std,
        alv_compat_truncated(job->out, job->tensor->dtype, job->n, 0, 1, -2, 2, job->rng, error));
}

static alv_status scaled_normal(const alv_compat_job *job, double scale, fan mode, alv_error *error)
{
    double over = 0;
    ALV_TRY(denominator(&over, job, mode, error));
    return cut(job, root((float)(scale / over)) / 0.87962566103423978f, error);
}

static alv_status truncated(const alv_compat_job *job, alv_error *error)
{
    return cut(job, (float)job->args[0], error);
}

static alv_status zeros(const alv_compat_job *job, alv_error *error)
{
    (void)error;
    return alv_compat_fill_constant(job, 0);
}

static alv_status ones(const alv_compat_job *job, alv_error *error)
{
    (void)error;
    return alv_compat_fill_constant(job, 1);
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
    {.init = {.name = "zeros", .aliases = ""}, .draw = ALV_COMPAT_DRAWS, .fill = zeros},
    {.init = {.name = "ones", .aliases = ""}, .draw = ALV_COMPAT_DRAWS, .fill = ones},
};

const alv_initializer *alv_jax_scheme_at(int index)
{
    return alv_compat_scheme_in(schemes, ALV_COUNT(schemes), index);
}
