/* Elements at a kernel's edge meet the border more often than those in its middle. */
#include "theory/border.h"

#include "base/base.h"

/* Where the kernel of the first output begins, its padding equal by side. */
static int64_t first_of(int before, int after, int64_t kernel, int stride)
{
    const int64_t padding = (int64_t)(after - 1) * stride + kernel - before;
    return padding > 0 ? -(padding / 2) : 0;
}

/* Along one axis. */
static alv_border along(int before, int after, int64_t kernel, int stride)
{
    alv_border b = {0, 0, 0};
    if (before <= 0 || after <= 0 || kernel <= 1) return (alv_border){1, 1, 1};
    const int64_t first = first_of(before, after, kernel, stride);
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

/* Elements of a kernel around place `at` of n that lie on them. */
static double inside(int64_t at, int64_t n, int64_t kernel)
{
    const int64_t lo = at - (kernel - 1) / 2, hi = lo + kernel;
    return (double)((hi < n ? hi : n) - (lo > 0 ? lo : 0));
}

static alv_rim rim_along(int before, int after, int64_t kernel, int stride)
{
    double seen = 0, weighed = 0, outputs = 0, back = 0, inputs = 0;
    if (before <= 0 || after <= 0 || kernel <= 1) return (alv_rim){1, 1};
    const int64_t first = first_of(before, after, kernel, stride);
    for (int64_t o = 0; o < after; o++) {
        double here = 0;
        for (int64_t k = 0; k < kernel; k++) {
            const int64_t at = first + o * stride + k;
            if (at < 0 || at >= before) continue;
            here++;
            weighed += inside(at, before, kernel);
        }
        seen += here;
        outputs += inside(o, after, kernel);
        back += here * inside(o, after, kernel);
    }
    for (int64_t y = 0; y < before; y++) inputs += inside(y, before, kernel);
    if (!(seen > 0)) return (alv_rim){1, 1};
    return (alv_rim){weighed / seen / (inputs / before), back / seen / (outputs / after)};
}

/* The two axes of a convolution's kernel. */
typedef struct axis {
    int before, after, stride;
    int64_t kernel;
} axis;

/* How many the node has; 0: it is none that a border is known of. */
static int axes_of(axis out[2], const alv_model *m, const alv_node *node)
{
    const alv_tensor *w = &m->params[node->weight];
    const alv_node *from = node->input >= 0 ? &m->nodes[node->input] : NULL;
    if (w->layer != ALV_LAYER_CONV || w->layout != ALV_LAYOUT_TORCH || w->rank < 3) return 0;
    const int across = node->windows[1].stride > 0 ? node->windows[1].stride : node->stride;
    out[0] = (axis){from ? from->height : m->height, node->height, node->stride, w->shape[2]};
    if (w->rank < 4) return 1;
    out[1] = (axis){from ? from->width : m->width, node->width, across, w->shape[3]};
    return 2;
}

alv_rim alv_rim_of(const alv_model *m, const alv_node *node)
{
    axis axes[2];
    alv_rim out = {1, 1};
    const int n = axes_of(axes, m, node);
    for (int i = 0; i < n; i++) {
        const alv_rim r = rim_along(axes[i].before, axes[i].after, axes[i].kernel, axes[i].stride);
        out.forward *= r.forward;
        out.back *= r.back;
    }
    return out;
}

alv_border alv_border_of(const alv_model *m, const alv_node *node)
{
    axis axes[2];
    alv_border out = {1, 1, 1};
    const int n = axes_of(axes, m, node);
    for (int i = 0; i < n; i++) {
        const alv_border b = along(axes[i].before, axes[i].after, axes[i].kernel, axes[i].stride);
        out.once *= b.once;
        out.twice *= b.twice;
        out.last *= b.last;
    }
    return out;
}

double alv_border_fan(const alv_model *m, const alv_node *node)
{
    double fan = 0;
    if (alv_tensor_fans(&fan, NULL, &m->params[node->weight], NULL) != ALV_OK) return 0;
    return fan * alv_border_of(m, node).once;
}
