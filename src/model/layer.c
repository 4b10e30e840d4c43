/* The table of layer kinds.
 *
 * The fan-in of a weight is the number of inputs that one output unit adds up, its fan-out the
 * number of output units that one input reaches. A dense weight is (out, in) in torch layout and
 * (in, out) in Keras layout. More than two axes are read as the positions of a kernel, as
 * torch.nn.init and keras.initializers read them: every position multiplies both fans. */
#include "model/layer.h"

#include "base/base.h"

static bool dense_fans(int64_t *fan_in, int64_t *fan_out, const alv_tensor *weight)
{
    bool keras = weight->layout == ALV_LAYOUT_KERAS;
    int out_axis = keras ? weight->rank - 1 : 0;
    int in_axis = keras ? weight->rank - 2 : 1;
    int64_t in = weight->shape[in_axis], out = weight->shape[out_axis];
    for (int axis = 0; axis < weight->rank; axis++) {
        if (axis == in_axis || axis == out_axis) continue;
        if (!alv_mul_i64(&in, in, weight->shape[axis])) return false;
        if (!alv_mul_i64(&out, out, weight->shape[axis])) return false;
    }
    *fan_in = in;
    *fan_out = out;
    return true;
}

static const alv_layer_kind kinds[] = {
    [ALV_LAYER_DENSE] = {.name = "dense", .min_rank = 2, .fans = dense_fans},
};

const alv_layer_kind *alv_layer_at(alv_layer kind)
{
    return (int)kind >= 0 && (int)kind < ALV_COUNT(kinds) ? &kinds[kind] : NULL;
}
