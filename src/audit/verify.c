/* Verifies a claim: does each tensor look as if its scheme in the plan had drawn it? */
#include "audit/inspect.h"
#include "base/base.h"
#include "math/math.h"

static alv_status find_tensor(int64_t *index, const alv_inspection *all, const alv_tensor *wanted,
                              alv_error *error)
{
    const char *where = all->model->files[0].path;
    const alv_checkpoint_tensor *t = alv_checkpoint_find(all->model, wanted->name);
    if (!t)
        return alv_fail(error, ALV_ERR_FORMAT, where, "the plan's '%s' is not in the model",
                        wanted->name);
    bool same = t->rank == wanted->rank;
    for (int axis = 0; same && axis < t->rank; axis++) same = t->shape[axis] == wanted->shape[axis];
    if (!same || t->dtype < 0 || t->item == 0)
        return alv_fail(error, ALV_ERR_FORMAT, where,
                        "'%s' has another shape than the plan says, or no floating-point type",
                        wanted->name);
    *index = t - all->model->tensors;
    return ALV_OK;
}

static void measure(alv_moments *sum, alv_bins *bins, const alv_checkpoint_tensor *t)
{
    memset(bins, 0, sizeof *bins);
    *sum = (alv_moments){0};
    for (int64_t lo = 0; lo < t->count; lo += ALV_MEASURE_PART) {
        const int64_t hi = t->count - lo < ALV_MEASURE_PART ? t->count : lo + ALV_MEASURE_PART;
        alv_moments part;
        alv_measure_part(&part, bins, NULL, t, lo, hi);
        alv_moments_merge(sum, &part);
    }
}

/* A structured scheme: the structure that was found has its name, or its moments hold. */
static double structured_p(const alv_inspected *t, const alv_scheme *scheme,
                           const alv_tensor *tensor)
{
    const char *found = t->explained.scheme, *name = scheme->init->name;
    double mean, variance;
    const size_t n = strlen(name);
    if (t->explained.from == ALV_FROM_STRUCTURE)
        return strncmp(found, name, n) == 0 && (found[n] == '\0' || found[n] == '(');
    if (alv_init_moments(&mean, &variance, scheme, tensor, NULL) != ALV_OK) return 0;
    const double ratio = t->std / alv_sqrt(variance), n_root = alv_sqrt((double)t->moments.n);
    return alv_fabs(ratio - 1) < 6 / n_root && scheme->init->reach != ALV_REACH_TENSOR;
}

static double test(const alv_inspected *t, const alv_scheme *scheme, const alv_tensor *tensor,
                   alv_bins *bins)
{
    alv_dist law;
    alv_moments sum;
    alv_tensor typed = *tensor;
    typed.dtype = (alv_dtype)t->tensor->dtype;
    if (alv_init_law(&law, scheme, &typed, NULL) != ALV_OK) return structured_p(t, scheme, &typed);
    if (t->moments.nonfinite > 0) return 0;
    if (law.kind == ALV_DIST_CONSTANT || alv_dist_variance(&law) == 0)
        return t->moments.lo == t->moments.hi &&
               alv_fabs(t->moments.lo - alv_dist_mean(&law)) <= 0.01 * alv_fabs(t->moments.lo);
    measure(&sum, bins, t->tensor);
    return sum.n > 0 ? alv_law_fit(&sum, bins, typed.dtype, &law).p : 1;
}

alv_status alv_verify(alv_verified **out, const alv_inspection *all, const alv_weight_plan *plan,
                      alv_error *error)
{
    alv_verified *list = alv_new_array((size_t)plan->n, sizeof *list);
    alv_bins *bins = alv_new_array(1, sizeof *bins);
    alv_status status = ALV_OK;
    if (!list || !bins) status = alv_fail(error, ALV_ERR_MEMORY, "expect", "no memory");
    for (int64_t i = 0; i < plan->n && status == ALV_OK; i++) {
        alv_verified *v = &list[i];
        status = find_tensor(&v->tensor, all, &plan->tensors[i], error);
        if (status != ALV_OK) break;
        const alv_scheme *scheme = alv_weight_plan_scheme(plan, i);
        v->scheme = scheme->init->name;
        v->p = test(&all->tensors[v->tensor], scheme, &plan->tensors[i], bins);
        v->held = v->p >= ALV_AUDIT_ALPHA / (double)plan->n;
    }
    free(bins);
    if (status == ALV_OK)
        *out = list;
    else
        free(list);
    return status;
}
