/* Which law holds where, in a tensor that is several matrices fused into one.
 *
 * Grouped-query attention stores queries, keys and values in one tensor. Each is a matrix of its
 * own fan_out, so a scheme that divides by fan_out gives each a scale of its own, the one that it
 * would have as a tensor by itself; and a scheme may tell them apart by their order. */
#include "init/laws.h"

#include "base/base.h"
#include "dist/dist.h"

alv_status alv_law_check(const alv_dist *law, const alv_scheme *scheme, const alv_tensor *tensor,
                         alv_error *error)
{
    alv_status status = alv_dist_fits(law, tensor->dtype, error);
    if (status == ALV_OK) status = alv_dist_check(law, error);
    return status == ALV_OK ? ALV_OK : alv_scheme_blame(status, scheme, error);
}

/* `own`: the scheme as this part is drawn by it; messages have it as the caller stated it. */
static alv_status find_law(alv_dist *out, const alv_scheme *own, const alv_scheme *scheme,
                           const alv_tensor *tensor, alv_error *error)
{
    ALV_TRY(own->init->law(out, own, tensor, error));
    return alv_law_check(out, scheme, tensor, error);
}

static bool same(const alv_dist *a, const alv_dist *b)
{
    return a->kind == b->kind && a->mean == b->mean && a->std == b->std && a->lo == b->lo &&
           a->hi == b->hi;
}

alv_status alv_laws_of(alv_laws *out, const alv_scheme *scheme, const alv_tensor *tensor,
                       alv_error *error)
{
    alv_laws laws;
    alv_axes axes;
    laws.n = 1;
    const int parts = alv_tensor_part_count(tensor);
    if (parts == 1 || scheme->init->fused) {
        ALV_TRY(find_law(&laws.law[0], scheme, scheme, tensor, error));
        out->n = 1;
        out->law[0] = laws.law[0];
        return ALV_OK;
    }
    ALV_TRY(alv_axes_of(&axes, tensor, error));
    alv_parts_of(&laws.parts, tensor, &axes);
    const bool alike = laws.parts.equal && !scheme->init->of_part;
    for (int i = 0; i < (alike ? 1 : parts); i++) {
        alv_tensor part;
        const alv_scheme own =
            scheme->init->of_part ? scheme->init->of_part(scheme, i, parts) : *scheme;
        ALV_TRY(alv_tensor_part(&part, tensor, i, error));
        ALV_TRY(find_law(&laws.law[i], &own, scheme, &part, error));
        if (!same(&laws.law[i], &laws.law[0])) laws.n = parts;
    }
    *out = laws;
    return ALV_OK;
}

void alv_laws_moments(double *mean, double *variance, const alv_laws *laws)
{
    *mean = alv_dist_mean(&laws->law[0]);
    *variance = alv_dist_variance(&laws->law[0]);
    if (laws->n == 1) return;
    double first = 0, within = 0, between = 0;
    int64_t begin = 0;
    double share[ALV_MAX_PARTS];
    for (int i = 0; i < laws->n; begin = laws->parts.ends[i++]) {
        share[i] = (double)(laws->parts.ends[i] - begin) / (double)laws->parts.size;
        first += share[i] * alv_dist_mean(&laws->law[i]);
        within += share[i] * alv_dist_variance(&laws->law[i]);
    }
    for (int i = 0; i < laws->n; i++) {
        const double off = alv_dist_mean(&laws->law[i]) - first;
        between += share[i] * off * off;
    }
    *mean = first;
    *variance = within + between;
}

void alv_laws_fill(void *out, int64_t lo, int64_t hi, const alv_laws *laws, alv_dtype dtype,
                   alv_stream stream, const alv_kernels *kernels)
{
    char *to = out;
    for (int64_t end = hi; lo < hi; to += (size_t)(end - lo) * alv_dtype_size(dtype), lo = end) {
        const int law = laws->n > 1 ? alv_parts_at(&end, &laws->parts, lo) : 0;
        if (end > hi) end = hi;
        alv_dist_draw(to, dtype, lo, end, &laws->law[law], stream, kernels);
    }
}
