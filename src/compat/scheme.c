/* Drawing whole tensors by a framework's own initializers. */
#include "compat/scheme.h"

#include "dist/round.h"
#include "init/family.h"

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

alv_status alv_compat_fill_constant(const alv_compat_job *job, double value)
{
    for (int64_t i = 0; i < job->n; i++) alv_compat_put(job->out, job->tensor->dtype, i, value);
    return ALV_OK;
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
    const alv_compat_scheme *d = descriptor(scheme);
    if (d->refused)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, d->init.name, "%s", d->refused->note[ALV_EN]);
    const alv_compat_job job = {out, tensor, n, scheme->args, rng};
    return d->fill(&job, error);
}
