/* Drawing whole tensors by a framework's own initializers. */
#include "compat/scheme.h"

#include "dist/round.h"
#include "init/family.h"
#include "math/math.h"

static const alv_compat_scheme *descriptor(const alv_scheme *scheme)
{
    return (const alv_compat_scheme *)(const void *)scheme->init;
}

static const alv_initializer *listed(const void *profile, int index)
{
    const alv_compat *p = profile;
    return p->scheme_at ? p->scheme_at(index) : NULL;
}

alv_status alv_compat_scheme_parse(alv_scheme *out, const alv_compat *profile, const char *text,
                                   alv_error *error)
{
    if (!out || !profile || !text)
        return alv_fail(error, ALV_ERR_ARGUMENT, "scheme", "NULL argument");
    const alv_scheme_table table = {listed, profile, "`alvor explain --stream` shows those"};
    return alv_scheme_parse_in(out, &table, text, error);
}

const alv_compat_claim *alv_compat_scheme_claim(const alv_compat *profile, const alv_scheme *scheme,
                                                alv_dtype dtype, int64_t n)
{
    const alv_compat_scheme *d = descriptor(scheme);
    if (d->refused) return d->refused;
    if (d->draw == ALV_COMPAT_DRAWS) return NULL;
    return alv_compat_claim_of(profile, (alv_compat_draw)d->draw, dtype, n);
}

void alv_compat_put(void *out, alv_dtype dtype, int64_t i, double value)
{
    if (dtype == ALV_F64)
        ((double *)out)[i] = value;
    else if (dtype == ALV_F32)
        ((float *)out)[i] = (float)value;
    else if (alv_dtype_size(dtype) == 2)
        ((uint16_t *)out)[i] = (uint16_t)alv_round_one(dtype, (float)value);
    else
        ((uint8_t *)out)[i] = (uint8_t)alv_round_one(dtype, (float)value);
}

double alv_compat_held(alv_dtype dtype, double x)
{
    return dtype == ALV_F64   ? x
           : dtype == ALV_F32 ? (double)(float)x
                              : (double)alv_widen(dtype, alv_round_one(dtype, (float)x));
}

void alv_compat_affine(void *out, alv_dtype dtype, int64_t n, double factor, double shift)
{
    const float times = (float)factor, plus = (float)shift;
    if (dtype == ALV_F64) {
        double *x = out;
        for (int64_t i = 0; i < n; i++) x[i] = x[i] * factor + shift;
    } else if (dtype == ALV_F32) {
        float *x = out;
        for (int64_t i = 0; i < n; i++) x[i] = x[i] * times + plus;
    } else {
        uint16_t *x = out;
        for (int64_t i = 0; i < n; i++) {
            const uint32_t product = alv_round_one(dtype, alv_widen(dtype, x[i]) * times);
            x[i] = (uint16_t)alv_round_one(dtype, alv_widen(dtype, product) + plus);
        }
    }
}

alv_status alv_compat_two_deviations(const alv_dist *law, const alv_compat_rng *rng,
                                     alv_error *error)
{
    const double least = (law->lo - law->mean) / law->std, most = (law->hi - law->mean) / law->std;
    if (alv_fabs(least + 2) < 1e-6 && alv_fabs(most - 2) < 1e-6) return ALV_OK;
    return alv_fail(error, ALV_ERR_UNSUPPORTED, rng->profile->name,
                    "bounds %g and %g in deviations: %s cuts at -2 and 2 only", least, most,
                    rng->profile->name);
}

alv_status alv_compat_fill_constant(const alv_compat_job *job, double value)
{
    for (int64_t i = 0; i < job->n; i++) alv_compat_put(job->out, job->tensor->dtype, i, value);
    return ALV_OK;
}

alv_status alv_compat_fill_zeros(const alv_compat_job *job, alv_error *error)
{
    (void)error;
    return alv_compat_fill_constant(job, 0);
}

alv_status alv_compat_fill_ones(const alv_compat_job *job, alv_error *error)
{
    (void)error;
    return alv_compat_fill_constant(job, 1);
}

alv_status alv_compat_fill_value(const alv_compat_job *job, alv_error *error)
{
    (void)error;
    return alv_compat_fill_constant(job, job->args[0]);
}

alv_status alv_compat_fill_uniform(const alv_compat_job *job, alv_error *error)
{
    return alv_compat_uniform(job->out, job->tensor->dtype, job->n, job->args[0], job->args[1],
                              job->rng, error);
}

alv_status alv_compat_fill_normal(const alv_compat_job *job, alv_error *error)
{
    return alv_compat_normal(job->out, job->tensor->dtype, job->n, job->args[0], job->args[1],
                             job->rng, error);
}

static const alv_compat_scheme plain[] = {ALV_COMPAT_PLAIN};

const alv_initializer *alv_plain_scheme_at(int index)
{
    return alv_compat_scheme_in(plain, ALV_COUNT(plain), index);
}

alv_status alv_compat_init(void *out, const alv_scheme *scheme, const alv_tensor *tensor,
                           alv_compat_rng *rng, alv_error *error)
{
    int64_t n;
    if (!scheme || !scheme->init || !rng || !rng->profile)
        return alv_fail(error, ALV_ERR_ARGUMENT, "compat", "NULL argument");
    ALV_TRY(alv_tensor_count(&n, tensor, error));
    if (!out && n > 0) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "NULL argument");
    if (n > 0 && (uintptr_t)out % alv_dtype_size(tensor->dtype) != 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "out",
                        "out is not aligned to the %lld bytes of an element of %s (%s)",
                        (int64_t)alv_dtype_size(tensor->dtype), tensor->name,
                        alv_dtype_name(tensor->dtype));
    const alv_compat_scheme *d = descriptor(scheme);
    if (d->refused)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, d->init.name, "%s", d->refused->note[ALV_EN]);
    const alv_compat_job job = {out, tensor, n, scheme->args, rng};
    return d->fill(&job, error);
}
