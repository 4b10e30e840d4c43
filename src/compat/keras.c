/* keras.initializers: bounds in Python's doubles, then one draw of keras.random from a seed.
 *
 * keras/src/initializers/random_initializers.py and random/seed_generator.py. Weights end in the
 * axes (in, out), which the others repeat. An initializer without a seed takes one from Python's
 * own generator when it is made (random.randint(1, 10^9)), which keras.utils.set_random_seed seeds:
 * the argument nth counts these. */
#include "compat/keras.h"

#include "base/base.h"
#include "compat/mersenne.h"
#include "compat/scheme.h"
#include "math/math.h"

/* ---- Python's random */

static void python_seed(alv_mersenne *mt, uint64_t seed)
{
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    alv_mersenne_seed_array(mt, key, key[1] ? 2 : 1);
}

/* random.randint(1, 10**9). */
static uint64_t default_seed(alv_mersenne *mt)
{
    for (;;) {
        const uint32_t number = alv_mersenne_u32(mt) >> 2;
        if (number < 1000000000) return number + 1;
    }
}

alv_status alv_keras_split(alv_compat_rng *outs, int64_t n, const alv_compat_rng *from,
                           alv_error *error)
{
    (void)error;
    alv_mersenne mt;
    const alv_compat_rng copy = *from;
    python_seed(&mt, copy.state[0]);
    for (int64_t i = 0; i < n; i++) {
        outs[i] = copy;
        outs[i].state[0] = default_seed(&mt);
    }
    return ALV_OK;
}

/* ---- a profile's functions */

static const alv_keras_backend *backend(const alv_compat_rng *rng)
{
    return rng->profile->rules;
}

void alv_keras_seed(alv_compat_rng *rng, uint64_t seed)
{
    rng->state[0] = seed;
}

void alv_keras_uniform(void *out, alv_dtype dtype, int64_t n, double lo, double hi,
                       alv_compat_rng *rng)
{
    backend(rng)->uniform(out, dtype, n, lo, hi, rng->state[0]);
}

void alv_keras_normal(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                      alv_compat_rng *rng)
{
    backend(rng)->normal(out, dtype, n, mean, std, rng->state[0]);
}

alv_status alv_keras_truncated(void *out, alv_dtype dtype, int64_t n, const alv_dist *law,
                               alv_compat_rng *rng, alv_error *error)
{
    ALV_TRY(alv_compat_two_deviations(law, rng, error));
    backend(rng)->truncated(out, dtype, n, law->mean, law->std, rng->state[0]);
    return ALV_OK;
}

void alv_keras_integers(int64_t *out, int64_t n, int64_t lo, int64_t hi, alv_compat_rng *rng)
{
    backend(rng)->integers(out, n, lo, hi, rng->state[0]);
}

/* ---- initializers */

/* The seed of an initializer: the stream's own, or for nth = 1, 2, ... that of the nth made without
 * one after keras.utils.set_random_seed. */
static alv_status begin(alv_compat_rng *rng, const alv_compat_job *job, double nth,
                        alv_error *error)
{
    *rng = *job->rng;
    if (nth != alv_floor(nth))
        return alv_fail(error, ALV_ERR_ARGUMENT, "nth", "nth = %g: must be a whole number", nth);
    if (nth > 0) {
        alv_mersenne mt;
        python_seed(&mt, rng->state[0]);
        for (double i = 0; i < nth; i++) rng->state[0] = default_seed(&mt);
    }
    return ALV_OK;
}

static alv_status draw_uniform(const alv_compat_job *job, double lo, double hi, double nth,
                               alv_error *error)
{
    alv_compat_rng rng;
    ALV_TRY(begin(&rng, job, nth, error));
    return alv_compat_uniform(job->out, job->tensor->dtype, job->n, lo, hi, &rng, error);
}

static alv_status draw_normal(const alv_compat_job *job, double mean, double std, double nth,
                              alv_error *error)
{
    alv_compat_rng rng;
    ALV_TRY(begin(&rng, job, nth, error));
    return alv_compat_normal(job->out, job->tensor->dtype, job->n, mean, std, &rng, error);
}

static alv_status draw_truncated(const alv_compat_job *job, double mean, double std, double nth,
                                 alv_error *error)
{
    alv_compat_rng rng;
    ALV_TRY(begin(&rng, job, nth, error));
    return alv_compat_truncated(job->out, job->tensor->dtype, job->n, mean, std, mean - 2 * std,
                                mean + 2 * std, &rng, error);
}

static alv_status random_uniform(const alv_compat_job *job, alv_error *error)
{
    return draw_uniform(job, job->args[0], job->args[1], job->args[2], error);
}

static alv_status random_normal(const alv_compat_job *job, alv_error *error)
{
    return draw_normal(job, job->args[0], job->args[1], job->args[2], error);
}

static alv_status truncated_normal(const alv_compat_job *job, alv_error *error)
{
    return draw_truncated(job, job->args[0], job->args[1], job->args[2], error);
}

typedef enum fan { FAN_IN, FAN_OUT, FAN_AVERAGE } fan;
typedef enum law { TRUNCATED, UNTRUNCATED, UNIFORM } law;
#define MODES "fan_in fan_out fan_avg"
#define LAWS "truncated_normal untruncated_normal uniform"

static double fan_of(const alv_tensor *t, fan mode)
{
    double in = 1, out = 1, field = 1;
    if (t->rank == 1) {
        in = out = (double)t->shape[0];
    } else if (t->rank > 1) {
        for (int i = 0; i < t->rank - 2; i++) field *= (double)t->shape[i];
        in = (double)t->shape[t->rank - 2] * field;
        out = (double)t->shape[t->rank - 1] * field;
    }
    return mode == FAN_IN ? in : mode == FAN_OUT ? out : (in + out) / 2;
}

static alv_status scaled(const alv_compat_job *job, double scale, fan mode, law shape, double nth,
                         alv_error *error)
{
    const double variance = scale / alv_max(1, fan_of(job->tensor, mode));
    if (shape == UNIFORM) {
        const double limit = alv_sqrt(3 * variance);
        return draw_uniform(job, -limit, limit, nth, error);
    }
    if (shape == UNTRUNCATED) return draw_normal(job, 0, alv_sqrt(variance), nth, error);
    return draw_truncated(job, 0, alv_sqrt(variance) / 0.87962566103423978, nth, error);
}

static alv_status variance_scaling(const alv_compat_job *job, alv_error *error)
{
    const double *a = job->args;
    if (!(a[0] > 0))
        return alv_fail(error, ALV_ERR_ARGUMENT, "scale", "scale = %g: must be above 0", a[0]);
    return scaled(job, a[0], (fan)a[1], (law)a[2], a[3], error);
}

/* Each name has a uniform and a truncated normal of one scale and fan. */
#define PAIR(NAME, SCALE, MODE)                                                                    \
    static alv_status NAME##_uniform(const alv_compat_job *job, alv_error *error)                  \
    {                                                                                              \
        return scaled(job, SCALE, MODE, UNIFORM, job->args[0], error);                             \
    }                                                                                              \
    static alv_status NAME##_normal(const alv_compat_job *job, alv_error *error)                   \
    {                                                                                              \
        return scaled(job, SCALE, MODE, TRUNCATED, job->args[0], error);                           \
    }
PAIR(glorot, 1, FAN_AVERAGE)
PAIR(he, 2, FAN_IN)
PAIR(lecun, 1, FAN_IN)

static const alv_compat_claim no_lapack = {
    .exactness = ALV_EXACT_NOT,
    .note = {[ALV_EN] = "Orthogonal takes the backend's QR, whose rounding depends on the library "
                        "and the processor; alvor's own orthogonal draws the same law",
             [ALV_PT] = "Orthogonal usa a QR do backend, cujo arredondamento depende da biblioteca "
                        "e do processador; o orthogonal do próprio alvor sorteia a mesma "
                        "distribuição"},
};

#define NTH {.name = "nth", .value = 0, .lo = 0, .hi = 1e6}
#define ROWS(NAME, UNIFORM_ALIASES, NORMAL_ALIASES)                                                \
    {.init = {.name = #NAME "_uniform", .aliases = UNIFORM_ALIASES, .args = {NTH}},                \
     .draw = ALV_COMPAT_UNIFORM,                                                                   \
     .fill = NAME##_uniform},                                                                      \
    {                                                                                              \
        .init = {.name = #NAME "_normal", .aliases = NORMAL_ALIASES, .args = {NTH}},               \
        .draw = ALV_COMPAT_TRUNCATED, .fill = NAME##_normal                                        \
    }
static const alv_compat_scheme schemes[] = {
    ALV_COMPAT_PLAIN,
    {.init = {.name = "random_uniform",
              .aliases = "RandomUniform",
              .args = {ALV_COMPAT_NUMBER("minval", -0.05), ALV_COMPAT_NUMBER("maxval", 0.05), NTH}},
     .draw = ALV_COMPAT_UNIFORM,
     .fill = random_uniform},
    {.init = {.name = "random_normal",
              .aliases = "RandomNormal",
              .args = {ALV_COMPAT_NUMBER("mean", 0), ALV_COMPAT_FROM_ZERO("stddev", 0.05), NTH}},
     .draw = ALV_COMPAT_NORMAL,
     .fill = random_normal},
    {.init = {.name = "truncated_normal",
              .aliases = "TruncatedNormal",
              .args = {ALV_COMPAT_NUMBER("mean", 0), ALV_COMPAT_FROM_ZERO("stddev", 0.05), NTH}},
     .draw = ALV_COMPAT_TRUNCATED,
     .fill = truncated_normal},
    {.init = {.name = "variance_scaling",
              .aliases = "VarianceScaling",
              .args = {ALV_COMPAT_FROM_ZERO("scale", 1),
                       {.name = "mode", .hi = 2, .choices = MODES},
                       {.name = "distribution", .hi = 2, .choices = LAWS},
                       NTH}},
     .draw = ALV_COMPAT_TRUNCATED,
     .fill = variance_scaling},
    ROWS(glorot, "GlorotUniform xavier_uniform", "GlorotNormal xavier_normal"),
    ROWS(he, "HeUniform kaiming_uniform", "HeNormal kaiming_normal"),
    ROWS(lecun, "LecunUniform", "LecunNormal"),
    {.init = {.name = "orthogonal",
              .aliases = "Orthogonal",
              .args = {ALV_COMPAT_NUMBER("gain", 1)}},
     .draw = ALV_COMPAT_NORMAL,
     .refused = &no_lapack},
    {.init = {.name = "constant", .aliases = "Constant", .args = {ALV_COMPAT_NUMBER("value", 0)}},
     .draw = ALV_COMPAT_DRAWS,
     .fill = alv_compat_fill_value},
    {.init = {.name = "zeros", .aliases = "Zeros"},
     .draw = ALV_COMPAT_DRAWS,
     .fill = alv_compat_fill_zeros},
    {.init = {.name = "ones", .aliases = "Ones"},
     .draw = ALV_COMPAT_DRAWS,
     .fill = alv_compat_fill_ones},
};

const alv_initializer *alv_keras_scheme_at(int index)
{
    return alv_compat_scheme_in(schemes, ALV_COUNT(schemes), index);
}
