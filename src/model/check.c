/* Checks a parameter that may come from anywhere, before anything is read off it.
 *
 * First every field by itself, so that what follows cannot overflow or leave an array; then, where
 * groups, parts, heads or strides are stated, how they fit the shape. */
#include "base/base.h"
#include "model/layer.h"

static bool ends_within(const char *text, size_t size)
{
    while (size > 0 && *text) text++, size--;
    return size > 0;
}

static alv_status check_shape(const alv_tensor *tensor, alv_error *error)
{
    if (tensor->rank < 0 || tensor->rank > ALV_MAX_RANK)
        return alv_fail(error, ALV_ERR_SHAPE, "rank", "a tensor has 0 to %d axes, not %d",
                        ALV_MAX_RANK, tensor->rank);
    for (int axis = 0; axis < tensor->rank; axis++)
        if (tensor->shape[axis] < 0)
            return alv_fail(error, ALV_ERR_SHAPE, "shape", "axis %d is %lld: a size is 0 or more",
                            axis, tensor->shape[axis]);
    return ALV_OK;
}

static alv_status check_enums(const alv_tensor *tensor, alv_error *error)
{
    if (alv_dtype_size(tensor->dtype) == 0)
        return alv_fail(error, ALV_ERR_DTYPE, "dtype", "there is no element type %d",
                        (int)tensor->dtype);
    if (!alv_layer_name(tensor->layer))
        return alv_fail(error, ALV_ERR_ARGUMENT, "layer", "there is no layer kind %d",
                        (int)tensor->layer);
    if (!alv_layout_name(tensor->layout))
        return alv_fail(error, ALV_ERR_ARGUMENT, "layout", "there is no layout %d",
                        (int)tensor->layout);
    if (tensor->role != ALV_ROLE_WEIGHT && tensor->role != ALV_ROLE_BIAS &&
        tensor->role != ALV_ROLE_GAIN)
        return alv_fail(error, ALV_ERR_ARGUMENT, "role", "there is no role %d", (int)tensor->role);
    return ALV_OK;
}

static int lowest(unsigned axes) /* of a set that has one */
{
    int axis = 0;
    while (!(axes >> axis & 1)) axis++;
    return axis;
}

static alv_status check_axes(const alv_tensor *tensor, alv_error *error)
{
    const unsigned in = tensor->in_axes, out = tensor->out_axes, copy = tensor->copy_axes;
    if (!(in | out | copy) && tensor->layout != ALV_LAYOUT_AXES) return ALV_OK;
    const struct {
        unsigned axes;
        const char *name;
    } sets[] = {{in, "in_axes"}, {out, "out_axes"}, {copy, "copy_axes"}};
    for (int i = 0; i < ALV_COUNT(sets); i++)
        if (sets[i].axes >> tensor->rank)
            return alv_fail(error, ALV_ERR_SHAPE, sets[i].name,
                            "%s has axis %d, and the tensor has only %d axes", sets[i].name,
                            lowest(sets[i].axes >> tensor->rank) + tensor->rank, tensor->rank);
    const unsigned twice = (in & out) | (in & copy) | (out & copy);
    if (twice)
        return alv_fail(error, ALV_ERR_ARGUMENT, in & out ? "out_axes" : "copy_axes",
                        "axis %d is in two of in_axes, out_axes, copy_axes", lowest(twice));
    if (tensor->layout != ALV_LAYOUT_AXES && (in | out))
        return alv_fail(error, ALV_ERR_ARGUMENT, in ? "in_axes" : "out_axes",
                        "%s belongs to the layout \"axes\", and this is %s",
                        in ? "in_axes" : "out_axes", alv_layout_name(tensor->layout));
    if (tensor->layout == ALV_LAYOUT_AXES && !(in | out | copy) && tensor->rank > 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "out_axes",
                        "the layout \"axes\" needs in_axes, out_axes or copy_axes");
    return ALV_OK;
}

static alv_status negative(const char *name, int index, int64_t value, alv_error *error)
{
    return alv_fail(error, ALV_ERR_ARGUMENT, name, "%s[%d] = %lld is negative", name, index, value);
}

static alv_status check_numbers(const alv_tensor *tensor, alv_error *error)
{
    const struct {
        int64_t value;
        const char *name;
    } numbers[] = {{tensor->groups, "groups"}, {tensor->head, "head"}, {tensor->depth, "depth"}};
    for (int i = 0; i < ALV_COUNT(numbers); i++)
        if (numbers[i].value < 0)
            return alv_fail(error, ALV_ERR_ARGUMENT, numbers[i].name, "%s = %lld is negative",
                            numbers[i].name, numbers[i].value);
    for (int i = 0; i < ALV_MAX_RANK; i++)
        if (tensor->stride[i] < 0) return negative("stride", i, tensor->stride[i], error);
    for (int i = 0; i < ALV_MAX_PARTS; i++) {
        if (tensor->parts[i] < 0) return negative("parts", i, tensor->parts[i], error);
        if (i > 0 && tensor->parts[i] > 0 && tensor->parts[i - 1] == 0)
            return alv_fail(error, ALV_ERR_ARGUMENT, "parts",
                            "parts[%d] = %lld follows a part of size 0", i, tensor->parts[i]);
    }
    return ALV_OK;
}

/* The strides beyond 1 lie on axes of the kernel. */
static alv_status check_strides(const alv_tensor *tensor, const alv_axes *axes, alv_error *error)
{
    int n = 0;
    for (unsigned left = axes->kernel; left; left &= left - 1) n++;
    for (int i = tensor->role != ALV_ROLE_WEIGHT ? ALV_MAX_RANK : n; i < ALV_MAX_RANK; i++)
        if (tensor->stride[i] > 1)
            return alv_fail(error, ALV_ERR_SHAPE, "stride",
                            "stride[%d] = %lld, and the kernel has %d axes", i, tensor->stride[i],
                            n);
    return ALV_OK;
}

static alv_status check_groups(const alv_tensor *tensor, const alv_axes *axes, alv_error *error)
{
    const unsigned divided = axes->transposed ? axes->in : axes->out;
    int64_t units;
    if (axes->groups == 1) return ALV_OK;
    if (tensor->parts[0] > 0)
        return alv_fail(
            error, ALV_ERR_UNSUPPORTED, "parts",
            "a weight of %lld groups cannot have parts, too: the groups are matrices of "
            "their own already; leave parts out",
            axes->groups);
    if (!alv_axes_size(&units, tensor, divided))
        return alv_fail(error, ALV_ERR_OVERFLOW, "shape", "the fans overflow 64 bits");
    if (units % axes->groups != 0)
        return alv_fail(error, ALV_ERR_SHAPE, "groups", "groups = %lld do not divide %lld %s",
                        axes->groups, units, axes->transposed ? "inputs" : "outputs");
    return ALV_OK;
}

/* The parts add up to the first output axis. */
static alv_status check_parts(const alv_tensor *tensor, const alv_axes *axes, alv_error *error)
{
    int axis = 0;
    if (tensor->parts[0] == 0) return ALV_OK;
    if (!axes->out)
        return alv_fail(error, ALV_ERR_SHAPE, "parts", "there is no output axis to have parts");
    while (!(axes->out >> axis & 1)) axis++;
    int64_t left = tensor->shape[axis], sum = 0;
    for (int i = 0; i < ALV_MAX_PARTS && left >= 0; i++) left -= tensor->parts[i];
    if (left == 0) return ALV_OK;
    for (int i = 0; i < ALV_MAX_PARTS; i++)
        sum = sum < INT64_MAX - tensor->parts[i] ? sum + tensor->parts[i] : INT64_MAX;
    return alv_fail(error, ALV_ERR_SHAPE, "parts",
                    "the parts add up to %lld, but axis %d has %lld places", sum, axis,
                    tensor->shape[axis]);
}

/* A head divides the outputs of every part, or of every group. */
static alv_status check_head(const alv_tensor *tensor, const alv_axes *axes, alv_error *error)
{
    int64_t outputs, first = 1;
    if (tensor->head == 0) return ALV_OK;
    if (!alv_axes_size(&outputs, tensor, axes->out))
        return alv_fail(error, ALV_ERR_OVERFLOW, "shape", "the fans overflow 64 bits");
    if (!axes->transposed) outputs /= axes->groups;
    if (tensor->parts[0] > 0) {
        int axis = 0;
        while (!(axes->out >> axis & 1)) axis++;
        first = tensor->shape[axis];
    }
    for (int i = 0; i < ALV_MAX_PARTS && (i == 0 || tensor->parts[i] > 0); i++) {
        int64_t size = tensor->parts[i] > 0 ? outputs / first * tensor->parts[i] : outputs;
        if (size % tensor->head != 0)
            return alv_fail(error, ALV_ERR_SHAPE, "head",
                            "head = %lld does not divide %lld outputs", tensor->head, size);
    }
    return ALV_OK;
}

/* True where nothing is stated that could be wrong or contradict the shape: most tensors, whose
 * fills should not wait for the checks of the others. */
static bool is_plain(const alv_tensor *tensor)
{
    int64_t stated = tensor->groups | tensor->head;
    for (int i = 0; i < ALV_MAX_PARTS; i++) stated |= tensor->parts[i];
    for (int i = 0; i < ALV_MAX_RANK; i++) stated |= tensor->stride[i];
    return stated == 0;
}

alv_status alv_tensor_check(const alv_tensor *tensor, alv_error *error)
{
    alv_axes axes;
    if (!tensor) return alv_fail(error, ALV_ERR_ARGUMENT, "tensor", "the tensor is NULL");
    if (!ends_within(tensor->name, sizeof tensor->name))
        return alv_fail(error, ALV_ERR_ARGUMENT, "name", "the name has more than %d bytes",
                        ALV_MAX_NAME - 1);
    ALV_TRY(check_shape(tensor, error));
    ALV_TRY(check_enums(tensor, error));
    ALV_TRY(check_axes(tensor, error));
    if (is_plain(tensor) && tensor->depth >= 0) return ALV_OK;
    ALV_TRY(check_numbers(tensor, error));
    ALV_TRY(alv_axes_of(&axes, tensor, error));
    ALV_TRY(check_strides(tensor, &axes, error));
    ALV_TRY(check_groups(tensor, &axes, error));
    ALV_TRY(check_parts(tensor, &axes, error));
    return check_head(tensor, &axes, error);
}
