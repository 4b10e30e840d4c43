/* Sizes and fans of one parameter.
 *
 * A stated fan (not zero) wins over the derived one. A bias has one value per output unit and says
 * nothing about its inputs: its fan-in is that of its weight and must be stated. */
#include "model/layer.h"

#include "base/base.h"
#include "math/math.h"

static const int64_t MAX_BYTES = (int64_t)1 << 62;

static bool ends_within(const char *text, size_t size)
{
    while (size > 0 && *text) text++, size--;
    return size > 0;
}

/* Name, rank, dimensions and enumerations of a tensor that may come from anywhere. */
static alv_status check(const alv_tensor *tensor, alv_error *error)
{
    if (!tensor) return alv_fail(error, ALV_ERR_ARGUMENT, "tensor", "the tensor is NULL");
    if (!ends_within(tensor->name, sizeof tensor->name))
        return alv_fail(error, ALV_ERR_ARGUMENT, "name", "the name has more than %d bytes",
                        ALV_MAX_NAME - 1);
    if (tensor->rank < 0 || tensor->rank > ALV_MAX_RANK)
        return alv_fail(error, ALV_ERR_SHAPE, "rank", "a tensor has 0 to %d axes, not %d",
                        ALV_MAX_RANK, tensor->rank);
    for (int axis = 0; axis < tensor->rank; axis++)
        if (tensor->shape[axis] < 0)
            return alv_fail(error, ALV_ERR_SHAPE, "shape", "axis %d is %lld: a size is 0 or more",
                            axis, tensor->shape[axis]);
    if (alv_dtype_size(tensor->dtype) == 0)
        return alv_fail(error, ALV_ERR_DTYPE, "dtype", "there is no element type %d",
                        (int)tensor->dtype);
    return ALV_OK;
}

alv_status alv_tensor_count(int64_t *out, const alv_tensor *tensor, alv_error *error)
{
    if (!out) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "NULL argument");
    ALV_TRY(check(tensor, error));
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

/* Derives the fans that the tensor does not state. */
static alv_status derive(int64_t *in, int64_t *out, const alv_tensor *tensor, alv_error *error)
{
    const alv_layer_kind *kind = alv_layer_at(tensor->layer);
    if (!kind)
        return alv_fail(error, ALV_ERR_ARGUMENT, "layer", "there is no layer kind %d",
                        (int)tensor->layer);
    if (tensor->role == ALV_ROLE_BIAS) {
        if (tensor->fan_in == 0 || tensor->rank < 1)
            return alv_fail(error, ALV_ERR_SHAPE, "fan_in",
                            "a bias has no fan-in of its own: state its weight's");
        *out = tensor->shape[0];
        return ALV_OK;
    }
    if (tensor->rank < kind->min_rank)
        return alv_fail(error, ALV_ERR_SHAPE, "rank",
                        "a %s weight needs %d axes or more to have fans, not %d", kind->name,
                        kind->min_rank, tensor->rank);
    if (!kind->fans(in, out, tensor))
        return alv_fail(error, ALV_ERR_OVERFLOW, "shape", "the fans overflow 64 bits");
    return ALV_OK;
}

static alv_status check_stated(double fan, const char *what, alv_error *error)
{
    if (fan >= 0 && fan < ALV_INFINITY) return ALV_OK;
    return alv_fail(error, ALV_ERR_ARGUMENT, what, "a fan is a positive number, not %g", fan);
}

alv_status alv_tensor_fans(double *fan_in, double *fan_out, const alv_tensor *tensor,
                           alv_error *error)
{
    if (!fan_in || !fan_out) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "NULL argument");
    ALV_TRY(check(tensor, error));
    ALV_TRY(check_stated(tensor->fan_in, "fan_in", error));
    ALV_TRY(check_stated(tensor->fan_out, "fan_out", error));
    int64_t in = 0, out = 0;
    if (tensor->fan_in == 0 || tensor->fan_out == 0) ALV_TRY(derive(&in, &out, tensor, error));
    *fan_in = tensor->fan_in > 0 ? tensor->fan_in : (double)in;
    *fan_out = tensor->fan_out > 0 ? tensor->fan_out : (double)out;
    return ALV_OK;
}
