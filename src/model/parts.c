/* Parameters that are several matrices in one: gates, or queries, keys and values.
 *
 * The parts follow one another along the first output axis. In row-major order an element's place
 * along that axis is index / inner mod size, so each part comes in stretches, one for every place
 * of the axes before. */
#include "model/parts.h"

#include "base/base.h"

int alv_tensor_part_count(const alv_tensor *tensor)
{
    int n = 0;
    while (tensor && n < ALV_MAX_PARTS && tensor->parts[n] > 0) n++;
    return n > 0 ? n : 1;
}

static int first_of(unsigned axes)
{
    int axis = 0;
    while (axes && !(axes >> axis & 1)) axis++;
    return axes ? axis : -1;
}

void alv_parts_of(alv_parts *out, const alv_tensor *tensor, const alv_axes *axes)
{
    out->n = alv_tensor_part_count(tensor);
    out->axis = -1;
    out->equal = true;
    if (out->n == 1) return;
    alv_parts p = {.n = out->n, .equal = true};
    p.axis = first_of(axes->out);
    p.size = tensor->shape[p.axis];
    p.inner = 1;
    /* Wraps for no tensor that has elements: they have been counted. */
    for (int axis = p.axis + 1; axis < tensor->rank; axis++)
        if (!alv_mul_i64(&p.inner, p.inner, tensor->shape[axis])) p.inner = 0;
    for (int i = 0; i < p.n; i++) {
        p.ends[i] = (i > 0 ? p.ends[i - 1] : 0) + tensor->parts[i];
        p.equal &= tensor->parts[i] == tensor->parts[0];
    }
    *out = p;
}

int alv_parts_at(int64_t *end, const alv_parts *parts, int64_t index)
{
    if (parts->axis < 0) return *end = INT64_MAX, 0;
    const int64_t outer = index / parts->inner / parts->size;
    const int64_t place = index / parts->inner % parts->size;
    int part = 0;
    while (parts->ends[part] <= place) part++;
    *end = (outer * parts->size + parts->ends[part]) * parts->inner;
    return part;
}

alv_status alv_tensor_part(alv_tensor *out, const alv_tensor *tensor, int index, alv_error *error)
{
    alv_axes axes;
    if (!out) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "NULL argument");
    ALV_TRY(alv_tensor_check(tensor, error));
    const int n = alv_tensor_part_count(tensor);
    if (index < 0 || index >= n)
        return alv_fail(error, ALV_ERR_RANGE, "index", "there is no part %d of %d", index, n);
    alv_tensor part = *tensor;
    if (n > 1) {
        ALV_TRY(alv_axes_of(&axes, tensor, error));
        part.shape[first_of(axes.out)] = tensor->parts[index];
    }
    memset(part.parts, 0, sizeof part.parts);
    *out = part;
    return ALV_OK;
}
