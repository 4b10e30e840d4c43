/* Elements known from their place: what src/init/place.h promises. */
#include "init/place.h"

#include "base/base.h"
#include "math/math.h"

alv_status alv_init_view(alv_matrix_view *out, double groups, const alv_scheme *scheme,
                         const alv_tensor *tensor, alv_error *error)
{
    alv_tensor grouped = *tensor;
    if (tensor->role == ALV_ROLE_BIAS)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "%s is made for weights; give a bias "
                        "zeros",
                        scheme->init->name);
    if (groups != alv_floor(groups))
        return alv_fail(error, ALV_ERR_ARGUMENT, "groups", "groups = %g is not a whole number",
                        groups);
    if (groups > 0 && tensor->groups > 1 && (double)tensor->groups != groups)
        return alv_fail(error, ALV_ERR_ARGUMENT, "groups", "groups = %g, but %s has %lld", groups,
                        tensor->name, tensor->groups);
    if (groups > 0) grouped.groups = (int64_t)groups;
    return alv_matrix_view_make(out, &grouped, error);
}

alv_status alv_init_fits(double value, const char *argument, const alv_scheme *scheme,
                         const alv_tensor *tensor, alv_error *error)
{
    if (alv_fabs(value) <= alv_dtype_max(tensor->dtype)) return ALV_OK;
    alv_fail(error, ALV_ERR_OVERFLOW, argument,
             "weights of %.3g do not fit %s, whose largest is %.6g", value,
             alv_dtype_name(tensor->dtype), alv_dtype_max(tensor->dtype));
    return alv_scheme_blame(ALV_ERR_OVERFLOW, scheme, error);
}

int64_t alv_init_diagonal(const alv_matrix_view *view, int64_t matrix)
{
    const int64_t rows = alv_matrix_rows(view, matrix);
    return rows < view->inputs ? rows : view->inputs;
}

int64_t alv_init_elements(const alv_matrix_view *view)
{
    return alv_matrix_offset(view, view->count);
}

/* Visits the diagonal and writes what of it lies in [lo, hi). */
static void scatter(void *out, int64_t lo, int64_t hi, const alv_matrix_view *view,
                    double (*value)(int64_t, const void *), const void *context, bool f64)
{
    for (int64_t matrix = 0; matrix < view->count; matrix++)
        for (int64_t row = 0; row < alv_init_diagonal(view, matrix); row++)
            for (int64_t place = 0; place < view->places; place++) {
                int64_t e = alv_matrix_index(view, matrix, row, row * view->places + place);
                if (e >= lo && e < hi) alv_init_put(out, e - lo, value(place, context), f64);
            }
}

/* Visits [lo, hi) and writes what of it lies on the diagonal. */
static void gather(void *out, int64_t lo, int64_t hi, const alv_matrix_view *view,
                   double (*value)(int64_t, const void *), const void *context, bool f64)
{
    for (int64_t e = lo; e < hi; e++) {
        const alv_matrix_place at = alv_matrix_locate(view, e);
        if (at.column / view->places != at.row) continue;
        alv_init_put(out, e - lo, value(at.column % view->places, context), f64);
    }
}

void alv_init_fill_diagonal(void *out, int64_t lo, int64_t hi, const alv_matrix_view *view,
                            double (*value)(int64_t place, const void *context),
                            const void *context, bool f64)
{
    memset(out, 0, (size_t)(hi - lo) * (f64 ? sizeof(double) : sizeof(float)));
    const int64_t visits = view->count * view->places * alv_init_diagonal(view, 0);
    (visits < hi - lo ? scatter : gather)(out, lo, hi, view, value, context, f64);
}
