/* Rules for what holds weights: dense layers, convolutions and norms. Beside each stands what must
 * hold for the engine's layers to do the same. */
#include "base/base.h"
#include "formats/onnx/moves.h"
#include "math/math.h"

/* Outputs and inputs of a matrix, its copies before them. */
static void set_units(alv_node *node, const alv_tensor *w)
{
    const bool torch = w->layout == ALV_LAYOUT_TORCH;
    if (w->rank < 2) return;
    node->out = w->shape[torch ? w->rank - 2 : w->rank - 1];
    node->in = w->shape[torch ? w->rank - 1 : w->rank - 2];
}

alv_node alv_onnx_source(const alv_onnx *g, int k)
{
    const alv_model *m = g->graph;
    const int from = alv_onnx_from(g, k);
    return from >= 0 ? m->nodes[from] : alv_onnx_data_node(m);
}

/* Of a dense layer on input k: features, or positions one by one, or all values of a sample. */
static alv_form dense_axes(alv_onnx *g, int k, int64_t units)
{
    const alv_form axes = alv_onnx_form(g, k);
    const alv_node from = alv_onnx_source(g, k);
    const int64_t positions =
        (int64_t)(from.height > 0 ? from.height : 1) * (from.width > 0 ? from.width : 1);
    const bool units_first = alv_form_are(axes, "n,uhw") || alv_form_are(axes, "n,ut");
    const bool flat = units_first || alv_form_are(axes, "n,tu") || alv_form_are(axes, "n,hwu");
    const bool whole =
        flat && from.out > 0 && units % from.out == 0 && units / from.out == positions;
    const bool each = alv_form_units_last(axes), piece = axes.rank > 0 && g->inputs[k]->parts > 0;
    alv_onnx_need(g, (each || whole) && !piece, ALV_STOP_PLACES);
    g->flat = !each && whole;
    g->units_first = units_first;
    return each ? axes : alv_form_of("n,u");
}

alv_onnx_value alv_onnx_add_weights(alv_onnx *g, int from, int weight, int bias, alv_form axes)
{
    alv_node node = {.op = ALV_OP_WEIGHTS, .weight = weight, .bias = bias};
    if (weight >= 0) {
        node.kind = g->graph->params[weight].layer;
        set_units(&node, &g->graph->params[weight]);
        /* an image or a sequence that was made flat */
        if (from >= 0 && g->graph->nodes[from].out != node.in) node.height = node.width = 1;
    }
    const int at = alv_onnx_add(g, node, from);
    if (g->status != ALV_OK) return alv_onnx_node(0, (alv_form){0});
    g->model->moves[at].told = g->flat;
    g->model->moves[at].units_first = g->units_first;
    g->flat = g->units_first = false;
    return alv_onnx_node(at, axes);
}

/* A bias of the weight; -1 where input k is none. */
int alv_onnx_bias(alv_onnx *g, int k, int weight)
{
    alv_tensor what = {.role = ALV_ROLE_BIAS};
    if (weight >= 0) {
        alv_tensor_fans(&what.fan_in, NULL, &g->graph->params[weight], NULL);
        alv_tensor_fans(NULL, &what.fan_out, &g->graph->params[weight], NULL);
    }
    return alv_onnx_param(g, k, "bias", what);
}

/* C + A B or A B', with B a weight. */
alv_onnx_value alv_onnx_gemm(alv_onnx *g)
{
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, 1);
    if (!t || t->rank != 2 || alv_onnx_int(g, "transA", 0)) return alv_onnx_other(g);
    const bool torch = (alv_onnx_int(g, "transB", 0) != 0) != g->inputs[1]->flipped;
    const alv_tensor what = {.layout = torch ? ALV_LAYOUT_TORCH : ALV_LAYOUT_KERAS};
    alv_onnx_need(g, alv_onnx_is_whole(g, 1) && alv_onnx_is_whole(g, 2), ALV_STOP_PLACES);
    const alv_form axes = dense_axes(g, 0, t->shape[torch ? 1 : 0]);
    const alv_checkpoint_tensor *shift = alv_onnx_tensor(g, 2);
    alv_onnx_need(g, alv_onnx_float(g, "alpha", 1) == 1, ALV_STOP_NUMBER);
    alv_onnx_need(g, alv_onnx_float(g, "beta", 1) == 1, ALV_STOP_NUMBER);
    alv_onnx_need(g, g->n_inputs < 3 || !g->inputs[2] || (shift && shift->rank == 1),
                  ALV_STOP_NUMBER);
    const int weight = alv_onnx_param(g, 1, "dense", what), bias = alv_onnx_bias(g, 2, weight);
    return alv_onnx_add_weights(g, alv_onnx_from(g, 0), weight, bias, axes);
}

/* A weight on either side; two signals are a product, kept by name. Axes before the last two of a
 * weight count copies. */
alv_onnx_value alv_onnx_matmul(alv_onnx *g)
{
    const int side = alv_onnx_tensor(g, 1) ? 1 : 0;
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, side), *rows = alv_onnx_tensor(g, 0);
    if (side == 1 && rows && rows->rank == 3 && rows->shape[0] == 1 && alv_onnx_is_whole(g, 0) &&
        alv_onnx_put_rows(&g->own[0], g, 0, rows->shape[1], rows->shape[2]))
        g->inputs[0] = &g->own[0]; /* learned queries */
    if (!t) return alv_onnx_multiply(g);
    if (t->rank < 2 || t->dtype < 0) return alv_onnx_other(g);
    const bool torch = (side == 0) != g->inputs[side]->flipped;
    if (alv_onnx_factor(g, 1 - side) != 1 || (g->inputs[1 - side] && g->inputs[1 - side]->part > 0))
        alv_onnx_solid(g, 1 - side);
    alv_onnx_need(
        g, side == 1 && t->rank == 2 && alv_onnx_factor(g, 0) == 1 && g->inputs[1]->view == 0,
        ALV_STOP_OPTION);
    const alv_form axes = dense_axes(g, 1 - side, t->shape[t->rank - (torch ? 1 : 2)]);
    const alv_tensor what = {.layout = torch ? ALV_LAYOUT_TORCH : ALV_LAYOUT_KERAS,
                             .copy_axes = (1u << (t->rank - 2)) - 1};
    return alv_onnx_add_weights(g, alv_onnx_from(g, 1 - side),
                                alv_onnx_param(g, side, "dense", what), -1, axes);
}

/* The strides of a convolution, of as many as its kernel has axes. */
static void read_strides(alv_tensor *what, alv_node *node, const alv_onnx *g, int kernel_axes)
{
    int64_t strides[ALV_MAX_RANK] = {0};
    alv_onnx_ints(strides, ALV_MAX_RANK, g, "strides");
    for (int i = 0; i < kernel_axes; i++)
        what->stride[i] = strides[i] > 1 && strides[i] < INT32_MAX ? strides[i] : 0;
    node->stride = what->stride[0] > 1 ? (int)what->stride[0] : 1;
}

/* The axes that windows move along: how many, and of how many places. */
typedef struct moving {
    int axes;
    int64_t kernel[2];
    int before[2]; /* positions that are there; 0: not known */
    bool ceiling;  /* the last window may lie half outside */
} moving;

static moving moving_over(const alv_onnx *g, int axes, const int64_t *kernel)
{
    const alv_node from = alv_onnx_source(g, 0);
    return (moving){.axes = axes,
                    .kernel = {kernel[0], axes > 1 ? kernel[1] : 1},
                    .before = {from.height, axes > 1 ? from.width : from.height > 0},
                    .ceiling = alv_onnx_int(g, "ceil_mode", 0) != 0};
}

enum { MOST_WINDOW = 1 << 20 };

static int64_t windows_after(const alv_window *w, int before)
{
    const int64_t wide = (int64_t)(w->kernel - 1) * w->spread + 1;
    const int64_t room = (int64_t)before + w->before + w->after - wide;
    return before <= 0 || room < 0 ? 0 : room / w->stride + 1;
}

/* As many positions as if the stride divided them, zeros as even as may be on both sides. */
static bool pad_same(alv_window *w, int before, bool upper)
{
    const int64_t wide = (int64_t)(w->kernel - 1) * w->spread + 1;
    const int64_t after = ((int64_t)before + w->stride - 1) / w->stride;
    const int64_t needed = (after - 1) * w->stride + wide - before, all = needed > 0 ? needed : 0;
    w->before = (int)((upper ? all : all + 1) / 2);
    w->after = (int)(all - w->before);
    return before > 0;
}

/* One more window where some is left over, unless it would begin beyond the image. */
static void widen(alv_window *w, int before)
{
    const int64_t wide = (int64_t)(w->kernel - 1) * w->spread + 1;
    const int64_t room = (int64_t)before + w->before + w->after - wide;
    if (before <= 0 || room < 0 || room % w->stride == 0) return;
    if ((room / w->stride + 1) * w->stride >= before + w->before) return;
    w->after += (int)(w->stride - room % w->stride);
}

/* What a list says of one axis, of as many as there are or twice as many. */
static bool set_window(alv_window *w, const alv_onnx *g, const moving *m, int axis)
{
    int64_t pads[4] = {0}, spread[2] = {1, 1}, strides[2] = {1, 1};
    const int n = m->axes;
    const bool same_upper = alv_onnx_says(g, "auto_pad", "SAME_UPPER");
    const bool same = same_upper || alv_onnx_says(g, "auto_pad", "SAME_LOWER");
    const bool valid = alv_onnx_says(g, "auto_pad", "VALID");
    const int told[] = {alv_onnx_ints(pads, 4, g, "pads"), alv_onnx_ints(spread, 2, g, "dilations"),
                        alv_onnx_ints(strides, 2, g, "strides")};
    for (int i = 0; i < ALV_COUNT(told); i++)
        if (told[i] != 0 && told[i] != (i == 0 ? 2 * n : n)) return false;
    *w = (alv_window){1, 1, 0, 0, 1};
    if (axis >= n) return true;
    const int64_t all[] = {m->kernel[axis], spread[axis], strides[axis]};
    const int64_t sides[] = {valid ? 0 : pads[axis], valid ? 0 : pads[axis + n]};
    for (int i = 0; i < 3; i++)
        if (all[i] < 1 || all[i] >= MOST_WINDOW) return false;
    for (int i = 0; i < 2; i++)
        if (sides[i] < 0 || sides[i] >= MOST_WINDOW) return false;
    *w = (alv_window){(int)all[0], (int)all[1], (int)sides[0], (int)sides[1], (int)all[2]};
    const bool fine = !same || pad_same(w, m->before[axis], same_upper);
    if (m->ceiling) widen(w, m->before[axis]);
    return fine;
}

/* The node's windows and positions; one kernel, padding and stride say all where they can. */
static bool set_windows(alv_node *node, const alv_onnx *g, moving m)
{
    alv_window w[2];
    if (m.axes < 1 || m.axes > 2) return false;
    for (int a = 0; a < 2; a++)
        if (!set_window(&w[a], g, &m, a)) return false;
    node->height = (int)windows_after(&w[0], m.before[0]);
    node->width = (int)windows_after(&w[1], m.before[1]);
    node->stride = w[0].stride;
    const bool plain = m.axes == 2 && w[0].kernel == w[1].kernel && w[0].spread == 1 &&
                       w[1].spread == 1 && w[0].before == w[0].after && w[1].before == w[1].after &&
                       w[0].before == w[1].before && w[0].stride == w[1].stride;
    node->padding = w[0].before;
    node->own_padding = node->op == ALV_OP_POOL
                            ? node->padding > 0 || w[0].kernel != w[0].stride
                            : w[0].kernel % 2 == 0 || node->padding != (w[0].kernel - 1) / 2;
    if (!node->own_padding || !plain) node->padding = 0;
    if (!plain) memcpy(node->windows, w, sizeof w);
    return true;
}

/* The same of a transposed convolution, whose windows lie on its outputs; what its padding at the
 * end lacks is more of them. */
static bool set_spread(alv_node *node, const alv_onnx *g, moving m)
{
    int64_t more[2] = {0, 0};
    int after[2];
    if (m.axes < 1 || m.axes > 2 || alv_onnx_attribute(g, "output_shape") ||
        alv_onnx_says(g, "auto_pad", "SAME_UPPER") || alv_onnx_says(g, "auto_pad", "SAME_LOWER"))
        return false;
    alv_onnx_ints(more, 2, g, "output_padding");
    for (int a = 0; a < 2; a++) {
        alv_window *w = &node->windows[a];
        if (!set_window(w, g, &m, a) || m.before[a] < 1 || more[a] < 0 || more[a] >= MOST_WINDOW)
            return false;
        w->after -= a < m.axes ? (int)more[a] : 0;
        const int64_t all = (int64_t)(m.before[a] - 1) * w->stride +
                            (int64_t)(w->kernel - 1) * w->spread + 1 - w->before - w->after;
        if (all < 1 || all >= MOST_WINDOW) return false;
        after[a] = (int)all;
    }
    node->height = after[0];
    node->width = after[1];
    return true;
}

/* Images, or sequences with their units before their positions. */
static bool is_spread_out(alv_form axes, int kernel_axes)
{
    return alv_form_are(axes, kernel_axes == 2 ? "n,u,h,w" : "n,u,t");
}

static alv_onnx_value read_any_conv(alv_onnx *g, alv_layer layer, const char *kind)
{
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, 1);
    const int64_t groups = alv_onnx_int(g, "group", 1);
    if (!t || t->rank < 3 || t->dtype < 0) return alv_onnx_other(g);
    alv_onnx_need(g, g->inputs[1]->view == 0, ALV_STOP_PLACES);
    alv_tensor what = {.layer = layer, .groups = groups > 1 ? groups : 0};
    alv_node node = {.op = ALV_OP_WEIGHTS, .kind = layer};
    const bool depthwise =
        layer == ALV_LAYER_CONV && groups > 1 && t->shape[1] == 1 && t->shape[0] % groups == 0;
    read_strides(&what, &node, g, t->rank - 2);
    node.kernel = t->shape[2] < INT32_MAX ? (int)t->shape[2] : 0;
    node.weight = alv_onnx_param(g, 1, depthwise ? "depthwise" : kind, what);
    node.bias = alv_onnx_bias(g, 2, node.weight);
    const bool spread = layer == ALV_LAYER_CONV_TRANSPOSED;
    const alv_form axes = alv_onnx_form(g, 0);
    const moving over = moving_over(g, t->rank - 2, &t->shape[2]);
    const bool told = spread ? set_spread(&node, g, over) : set_windows(&node, g, over);
    alv_onnx_need(g, is_spread_out(axes, t->rank - 2), ALV_STOP_PLACES);
    alv_onnx_need(g, told, ALV_STOP_OPTION);
    node.out = spread ? t->shape[1] * (groups > 0 ? groups : 1) : t->shape[0];
    node.in = spread ? t->shape[0] : t->shape[1] * (groups > 0 ? groups : 1);
    return alv_onnx_node(alv_onnx_add(g, node, alv_onnx_from(g, 0)), axes);
}

alv_onnx_value alv_onnx_conv(alv_onnx *g)
{
    static const char folded[] = "onnx::Conv_"; /* of weights that no parameter is */
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, 1);
    if (t && strncmp(t->name, folded, sizeof folded - 1) == 0) g->model->left_out[ALV_LEFT_NORM]++;
    return read_any_conv(g, ALV_LAYER_CONV, "conv");
}

alv_onnx_value alv_onnx_conv_transposed(alv_onnx *g)
{
    return read_any_conv(g, ALV_LAYER_CONV_TRANSPOSED, "conv_transposed");
}

/* Of windows, or of all positions where there is no kernel. */
alv_onnx_value alv_onnx_pool(alv_onnx *g)
{
    int64_t kernel[2] = {0};
    const int axes = alv_onnx_ints(kernel, 2, g, "kernel_shape");
    alv_node node = {.op = ALV_OP_POOL,
                     .kernel = kernel[0] > 0 && kernel[0] < INT32_MAX ? (int)kernel[0] : 0,
                     .stride = 1,
                     .largest = strstr(g->node->op_type, "Max") != NULL,
                     .counts_padding = alv_onnx_int(g, "count_include_pad", 0) != 0,
                     .weight = -1,
                     .bias = -1};
    const bool whole = kernel[0] == 0;
    const bool told = whole || set_windows(&node, g, moving_over(g, axes, kernel));
    alv_onnx_need(g, alv_onnx_has(g, 0, "n,u,h,w") || alv_onnx_has(g, 0, "n,u,t"), ALV_STOP_PLACES);
    alv_onnx_need(g, told && (whole || is_spread_out(alv_onnx_form(g, 0), axes)), ALV_STOP_OPTION);
    /* zeros that ceil_mode adds are no padding, which the mean of a pool does not tell apart */
    alv_onnx_need(g, node.largest || !node.counts_padding || !alv_onnx_int(g, "ceil_mode", 0),
                  ALV_STOP_OPTION);
    if (node.largest) node.counts_padding = false;
    if (whole) node.height = node.width = 1;
    return alv_onnx_node(alv_onnx_add(g, node, alv_onnx_from(g, 0)), alv_onnx_form(g, 0));
}

static alv_onnx_value read_norm(alv_onnx *g, alv_norm norm)
{
    const alv_tensor gain = {.role = ALV_ROLE_GAIN, .fan_in = 1};
    const alv_tensor shift = {.role = ALV_ROLE_BIAS, .fan_in = 1};
    alv_node node = {.op = ALV_OP_NORM, .norm = norm, .start = 1};
    node.weight = alv_onnx_param(g, 1, "norm", gain);
    node.bias = alv_onnx_param(g, 2, "bias", shift);
    if (norm == ALV_NORM_BATCH) /* running mean and variance */
        for (int k = 3; k < 5; k++) alv_onnx_param(g, k, "buffer", gain);
    if (node.weight >= 0) node.in = node.out = g->graph->params[node.weight].shape[0];
    const alv_form axes = alv_onnx_form(g, 0);
    const bool channels =
        alv_form_are(axes, "n,u,h,w") || alv_form_are(axes, "n,u") || alv_form_are(axes, "n,u,t");
    const int64_t axis = alv_onnx_int(g, "axis", -1);
    const double epsilon = alv_onnx_float(g, "epsilon", 1e-5);
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, 1), *b = alv_onnx_tensor(g, 2);
    alv_onnx_need(g, norm == ALV_NORM_BATCH ? channels : alv_form_units_last(axes),
                  ALV_STOP_PLACES);
    alv_onnx_need(g, norm == ALV_NORM_BATCH || axis == -1 || axis == axes.rank - 1,
                  ALV_STOP_OPTION);
    alv_onnx_need(g, t && t->rank == 1 && (!b || b->rank == 1), ALV_STOP_OPTION);
    alv_onnx_need(g, epsilon >= 0 && epsilon <= 1, ALV_STOP_NUMBER);
    node.epsilon = epsilon >= 0 && epsilon <= 1 ? epsilon : 0;
    return alv_onnx_node(alv_onnx_add(g, node, alv_onnx_from(g, 0)), axes);
}

alv_onnx_value alv_onnx_batch_norm(alv_onnx *g)
{
    return read_norm(g, ALV_NORM_BATCH);
}

alv_onnx_value alv_onnx_layer_norm(alv_onnx *g)
{
    return read_norm(g, ALV_NORM_LAYER);
}

alv_onnx_value alv_onnx_rms_norm(alv_onnx *g)
{
    return read_norm(g, ALV_NORM_RMS);
}

/* Normalizations over other sets than alvor's own keep their names; their gains are gains. */
alv_onnx_value alv_onnx_other_norm(alv_onnx *g)
{
    alv_onnx_param(g, 1, "norm", (alv_tensor){.role = ALV_ROLE_GAIN, .fan_in = 1});
    alv_onnx_param(g, 2, "bias", (alv_tensor){.role = ALV_ROLE_BIAS, .fan_in = 1});
    return alv_onnx_other(g);
}
