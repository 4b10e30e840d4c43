/* Fans of a graph's layers, and what the border of an image takes from them. */
#include "audit/signal.h"

#include "base/base.h"
#include "math/math.h"

/* Share of the outputs along one axis for which a place of the kernel lies inside: over places the
 * mean, and the variance relative to it. */
typedef struct share {
    double mean, variance;
} share;

static share inside(int before, int after, int64_t kernel, int stride)
{
    double sum = 0, squares = 0;
    if (before <= 0 || after <= 0 || kernel <= 1) return (share){1, 0};
    const int64_t padding = (int64_t)(after - 1) * stride + kernel - before;
    const int64_t first = padding > 0 ? -(padding / 2) : 0;
    for (int64_t k = 0; k < kernel; k++) {
        double count = 0;
        for (int64_t o = 0; o < after; o++) {
            const int64_t at = first + o * stride + k;
            count += at >= 0 && at < before;
        }
        sum += count / after / (double)kernel;
        squares += count * count / after / after / (double)kernel;
    }
    return (share){sum, sum > 0 ? alv_max(squares / (sum * sum) - 1, 0) : 0};
}

static bool has_border(const alv_tensor *w)
{
    return w->layer == ALV_LAYER_CONV && w->layout == ALV_LAYOUT_TORCH && w->rank >= 3;
}

static share height_of(const alv_model *m, const alv_node *node)
{
    const int before = node->input >= 0 ? m->nodes[node->input].height : m->height;
    return inside(before, node->height, m->params[node->weight].shape[2], node->stride);
}

static share width_of(const alv_model *m, const alv_node *node)
{
    const int before = node->input >= 0 ? m->nodes[node->input].width : m->width;
    if (m->params[node->weight].rank < 4) return (share){1, 0};
    return inside(before, node->width, m->params[node->weight].shape[3], node->stride);
}

double alv_signal_fan(const alv_model *m, const alv_node *node)
{
    double fan = 0;
    const alv_tensor *w = &m->params[node->weight];
    if (alv_tensor_fans(&fan, NULL, w, NULL) != ALV_OK) return 0;
    return has_border(w) ? fan * height_of(m, node).mean * width_of(m, node).mean : fan;
}

/* Of n normal weights the mean square at one of k places has a variance of 2 k / n; the whole is
 * their mean by the shares. */
double alv_signal_border(const alv_model *m, const alv_node *node)
{
    int64_t n = 0;
    const alv_tensor *w = &m->params[node->weight];
    if (!has_border(w) || alv_tensor_count(&n, w, NULL) != ALV_OK || n < 1) return 0;
    const double rows = height_of(m, node).variance, columns = width_of(m, node).variance;
    return 2 * ((1 + rows) * (1 + columns) - 1) / (double)n;
}
