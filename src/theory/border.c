/* Elements at a kernel's edge meet the border more often than those in its middle. */
#include "theory/border.h"

#include "base/base.h"

/* Along one axis. */
static alv_border along(int before, int after, int64_t kernel, int stride)
{
    alv_border b = {0, 0, 0};
    if (before <= 0 || after <= 0 || kernel <= 1) return (alv_border){1, 1, 1};
    const int64_t padding = (int64_t)(after - 1) * stride + kernel - before;
    const int64_t first = padding > 0 ? -(padding / 2) : 0;
    for (int64_t k = 0; k < kernel; k++) {
        int64_t count = 0;
        for (int64_t o = 0; o < after; o++) {
            const int64_t at = first + o * stride + k;
            count += at >= 0 && at < before;
        }
        const double share = (double)count / (double)after;
        b.once += share / (double)kernel;
        const int64_t end = first + (int64_t)(after - 1) * stride + k;
        b.last += (double)(end >= 0 && end < before) / (double)kernel;
        b.twice += share * share / (double)kernel;
    }
    return b;
}

alv_border alv_border_of(const alv_model *m, const alv_node *node)
{
    const alv_tensor *w = &m->params[node->weight];
    const alv_node *before = node->input >= 0 ? &m->nodes[node->input] : NULL;
    const bool borders = w->layer == ALV_LAYER_CONV && w->layout == ALV_LAYOUT_TORCH;
    if (!borders || w->rank < 3) return (alv_border){1, 1, 1};
    const alv_border y =
        along(before ? before->height : m->height, node->height, w->shape[2], node->stride);
    if (w->rank < 4) return y;
    const alv_border x =
        along(before ? before->width : m->width, node->width, w->shape[3],
              node->windows[1].stride > 0 ? node->windows[1].stride : node->stride);
    return (alv_border){y.once * x.once, y.twice * x.twice, y.last * x.last};
}

double alv_border_fan(const alv_model *m, const alv_node *node)
{
    double fan = 0;
    if (alv_tensor_fans(&fan, NULL, &m->params[node->weight], NULL) != ALV_OK) return 0;
    return fan * alv_border_of(m, node).once;
}
