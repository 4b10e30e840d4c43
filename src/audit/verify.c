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

/* What the second pass needs. */
typedef struct means {
    const alv_inspect_how *how;
    alv_reader reader;
    alv_patterns patterns;
    alv_bins bins;
} means;

static alv_status measure(alv_moments *sum, means *with, const alv_checkpoint_tensor *t,
                          alv_error *error)
{
    memset(&with->bins, 0, sizeof with->bins);
    *sum = (alv_moments){0};
    for (int64_t lo = 0; lo < t->count; lo += ALV_MEASURE_PART) {
        const int64_t hi = t->count - lo < ALV_MEASURE_PART ? t->count : lo + ALV_MEASURE_PART;
        alv_moments part;
        ALV_TRY(alv_inspect_goes_on(with->how, error));
        if (!alv_measure_part(&part, &with->bins, &with->patterns, NULL, &with->reader, t, lo,
                              hi)) {
            if (error) *error = with->reader.error;
            return with->reader.status;
        }
        alv_moments_merge(sum, &part);
    }
    return ALV_OK;
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

static alv_status test(double *p, const alv_inspected *t, means *with, const alv_scheme *scheme,
                       const alv_tensor *tensor, alv_error *error)
{
    alv_dist law;
    alv_moments sum;
    alv_tensor typed = *tensor;
    typed.dtype = (alv_dtype)t->tensor->dtype;
    *p = 0;
    if (alv_init_law(&law, scheme, &typed, NULL) != ALV_OK) {
        *p = structured_p(t, scheme, &typed);
    } else if (t->moments.nonfinite > 0) {
        *p = 0;
    } else if (law.kind == ALV_DIST_CONSTANT || alv_dist_variance(&law) == 0) {
        *p = t->moments.lo == t->moments.hi &&
             alv_fabs(t->moments.lo - alv_dist_mean(&law)) <= 0.01 * alv_fabs(t->moments.lo);
    } else {
        ALV_TRY(measure(&sum, with, t->tensor, error));
        *p = sum.n > 0 ? alv_law_fit(&sum, &with->bins, typed.dtype, &law).p : 1;
    }
    return ALV_OK;
}

static alv_status verify(alv_verified *list, const alv_inspection *all, means *with,
                         const alv_weight_plan *plan, alv_error *error)
{
    for (int64_t i = 0; i < plan->n; i++) {
        alv_verified *v = &list[i];
        ALV_TRY(find_tensor(&v->tensor, all, &plan->tensors[i], error));
        const alv_scheme *scheme = alv_weight_plan_scheme(plan, i);
        v->scheme = scheme->init->name;
        ALV_TRY(test(&v->p, &all->tensors[v->tensor], with, scheme, &plan->tensors[i], error));
        v->held = v->p >= ALV_AUDIT_ALPHA / (double)plan->n;
    }
    return ALV_OK;
}

alv_status alv_verify(alv_verified **out, const alv_inspection *all, const alv_weight_plan *plan,
                      const alv_inspect_how *how, alv_error *error)
{
    alv_verified *list = alv_new_array((size_t)plan->n, sizeof *list);
    means *with = alv_new_array(1, sizeof *with);
    alv_status status = ALV_OK;
    if (!list || !with) status = alv_fail(error, ALV_ERR_MEMORY, "expect", "no memory");
    if (status == ALV_OK) status = alv_reader_begin(&with->reader, all->model, error);
    if (status == ALV_OK) {
        with->how = how;
        status = verify(list, all, with, plan, error);
        alv_reader_end(&with->reader, NULL); /* its failure is verify's */
    }
    free(with);
    if (status == ALV_OK)
        *out = list;
    else
        free(list);
    return status;
}
