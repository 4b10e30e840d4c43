/* Sizes and fans of one parameter.
 *
 * A stated fan (not zero) wins over the derived one. A bias has one value per output unit and says
 * nothing about its inputs: its fan-in is that of its weight and must be stated. */
#include "base/base.h"
#include "math/math.h"
#include "model/layer.h"
#include "model/parts.h"

static const int64_t MAX_BYTES = (int64_t)1 << 62;

alv_status alv_tensor_count(int64_t *out, const alv_tensor *tensor, alv_error *error)
{
    if (!out) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "NULL argument");
    ALV_TRY(alv_tensor_check(tensor, error));
    int64_t count = 1, most = MAX_BYTES / (int64_t)alv_dtype_size(tensor->dtype);
    bool empty = false;
    for (int axis = 0; axis < tensor->rank; axis++) empty |= tensor->shape[axis] == 0;
    for (int axis = 0; axis < tensor->rank && !empty; axis++)
        if (!alv_mul_i64(&count, count, tensor->shape[axis]) || count > most)
            return alv_fail(error, ALV_ERR_OVERFLOW, "shape",
                            "the sizes up to axis %d (%lld) make more than 2^62 bytes", axis,
                            tensor->shape[axis]);
    *out = empty ? 0 : count;
    return ALV_OK;
}

static double stride_of(const alv_tensor *tensor)
{
    double product = 1;
    for (int i = 0; i < ALV_MAX_RANK; i++)
        if (tensor->stride[i] > 1) product *= (double)tensor->stride[i];
    return product;
}

static alv_status too_large(alv_error *error)
{
    return alv_fail(error, ALV_ERR_OVERFLOW, "shape", "the fans overflow 64 bits");
}

/* Inputs of one output: of a lookup, the one that was chosen. */
static alv_status derive_in(double *fan_in, const alv_tensor *tensor, const alv_axes *axes,
                            alv_error *error)
{
    int64_t units, k, fan;
    if (!alv_axes_size(&units, tensor, axes->in) || !alv_axes_size(&k, tensor, axes->kernel))
        return too_large(error);
    if (axes->transposed) units /= axes->groups;
    if (axes->lookup) units = 1;
    if (!alv_mul_i64(&fan, units, k)) return too_large(error);
    *fan_in = axes->transposed ? (double)fan / stride_of(tensor) : (double)fan;
    return ALV_OK;
}

/* Outputs of one input, within its part. */
static alv_status derive_out(double *fan_out, const alv_tensor *tensor, const alv_axes *axes,
                             alv_error *error)
{
    alv_parts parts;
    int64_t units, k, fan;
    alv_parts_of(&parts, tensor, axes);
    if (!parts.equal)
        return alv_fail(
            error, ALV_ERR_SHAPE, "parts",
            "%d parts of unequal sizes have no one fan_out: ask each part's, or state it", parts.n);
    if (!alv_axes_size(&units, tensor, axes->out) || !alv_axes_size(&k, tensor, axes->kernel))
        return too_large(error);
    units /= parts.n;
    if (!axes->transposed) units /= axes->groups;
    if (!alv_mul_i64(&fan, units, k)) return too_large(error);
    *fan_out = axes->transposed ? (double)fan : (double)fan / stride_of(tensor);
    return ALV_OK;
}

static alv_status check_stated(double fan, const char *what, alv_error *error)
{
    if (fan >= 0 && fan < ALV_INFINITY) return ALV_OK;
    return alv_fail(error, ALV_ERR_ARGUMENT, what, "a fan is a positive number, not %g", fan);
}

alv_status alv_tensor_fans_of(double *fan_in, double *fan_out, const alv_tensor *tensor,
                              alv_error *error)
{
    ALV_TRY(check_stated(tensor->fan_in, "fan_in", error));
    ALV_TRY(check_stated(tensor->fan_out, "fan_out", error));
    double in = tensor->fan_in, out = tensor->fan_out;
    const bool need_in = fan_in && in == 0, need_out = fan_out && out == 0;
    alv_axes axes = {.groups = 1};
    if (need_in && tensor->role == ALV_ROLE_BIAS)
        return alv_fail(error, ALV_ERR_SHAPE, "fan_in",
                        "a bias has no fan-in of its own: state its weight's");
    if (need_in || need_out) ALV_TRY(alv_axes_of(&axes, tensor, error));
    if (need_in) ALV_TRY(derive_in(&in, tensor, &axes, error));
    if (need_out) ALV_TRY(derive_out(&out, tensor, &axes, error));
    if (fan_in) *fan_in = in;
    if (fan_out) *fan_out = out;
    return ALV_OK;
}

alv_status alv_tensor_fans(double *fan_in, double *fan_out, const alv_tensor *tensor,
                           alv_error *error)
{
    if (!fan_in && !fan_out) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "NULL argument");
    ALV_TRY(alv_tensor_check(tensor, error));
    return alv_tensor_fans_of(fan_in, fan_out, tensor, error);
}
