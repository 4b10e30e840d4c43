/* The table of ONNX operators that alvor has a rule for. Versions: opset 7 to 23; attributes that
 * became inputs on the way (Clip, Dropout, Squeeze) do not matter here. */
#include "base/base.h"
#include "formats/onnx_graph.h"

static alv_onnx_value node_value(int index)
{
    return (alv_onnx_value){.is = ALV_ONNX_NODE, .index = index};
}

/* Outputs and inputs of a matrix, its copies before them. */
static void set_units(alv_node *node, const alv_tensor *w)
{
    const bool torch = w->layout == ALV_LAYOUT_TORCH;
    if (w->rank < 2) return;
    node->out = w->shape[torch ? w->rank - 2 : w->rank - 1];
    node->in = w->shape[torch ? w->rank - 1 : w->rank - 2];
}

static alv_onnx_value add_weights(alv_onnx *g, int from, int weight, int bias)
{
    alv_node node = {.op = ALV_OP_WEIGHTS, .weight = weight, .bias = bias};
    if (weight >= 0) {
        node.kind = g->graph->params[weight].layer;
        set_units(&node, &g->graph->params[weight]);
        /* an image or a sequence that was made flat */
        if (from >= 0 && g->graph->nodes[from].out != node.in) node.height = node.width = 1;
    }
    return node_value(alv_onnx_add(g, node, from));
}

/* A bias of the weight; -1 where input k is none. */
static int add_bias(alv_onnx *g, int k, int weight)
{
    alv_tensor what = {.role = ALV_ROLE_BIAS};
    if (weight >= 0) {
        alv_tensor_fans(&what.fan_in, NULL, &g->graph->params[weight], NULL);
        alv_tensor_fans(NULL, &what.fan_out, &g->graph->params[weight], NULL);
    }
    return alv_onnx_param(g, k, "bias", what);
}

/* C + A B or A B', with B a weight. */
static alv_onnx_value read_gemm(alv_onnx *g)
{
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, 1);
    if (!t || t->rank != 2 || alv_onnx_int(g, "transA", 0)) return alv_onnx_other(g);
    const bool torch = (alv_onnx_int(g, "transB", 0) != 0) != g->inputs[1]->flipped;
    const alv_tensor what = {.layout = torch ? ALV_LAYOUT_TORCH : ALV_LAYOUT_KERAS};
    const int weight = alv_onnx_param(g, 1, "dense", what), bias = add_bias(g, 2, weight);
    return add_weights(g, alv_onnx_from(g, 0), weight, bias);
}

/* A weight on either side; two signals are a product, kept by name. Axes before the last two of a
 * weight count copies. */
static alv_onnx_value read_matmul(alv_onnx *g)
{
    const int side = alv_onnx_tensor(g, 1) ? 1 : 0;
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, side);
    if (!t || t->rank < 2 || t->dtype < 0) return alv_onnx_other(g);
    const bool torch = (side == 0) != g->inputs[side]->flipped;
    const alv_tensor what = {.layout = torch ? ALV_LAYOUT_TORCH : ALV_LAYOUT_KERAS,
                             .copy_axes = (1u << (t->rank - 2)) - 1};
    return add_weights(g, alv_onnx_from(g, 1 - side), alv_onnx_param(g, side, "dense", what), -1);
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

/* Positions along one axis after windows of `kernel`; 0 where the size before is not known. */
static int positions_after(const alv_onnx *g, int before, int64_t kernel, int64_t stride, int axis)
{
    int64_t pads[4] = {0}, spread[2] = {1, 1};
    const int n = alv_onnx_ints(pads, 4, g, "pads");
    alv_onnx_ints(spread, 2, g, "dilations");
    const int64_t padding = n == 4 ? pads[axis] + pads[axis + 2] : n == 2 ? pads[0] + pads[1] : 0;
    if (before <= 0 || kernel <= 0 || kernel > 1 << 20 || stride <= 0 || padding < 0 ||
        padding > 1 << 20 || spread[axis] < 1 || spread[axis] > 1 << 10)
        return 0;
    const int64_t room = before + padding - (kernel - 1) * spread[axis] - 1;
    return room < 0 ? 0 : (int)(room / stride + 1);
}

/* The node's positions, from those of what it reads. */
static void set_positions(alv_node *node, const alv_onnx *g, const int64_t kernel[2],
                          const int64_t stride[2], int axes)
{
    const int from = alv_onnx_from(g, 0);
    const int height = from >= 0 ? g->graph->nodes[from].height : g->graph->height;
    const int width = from >= 0 ? g->graph->nodes[from].width : g->graph->width;
    node->height = positions_after(g, height, kernel[0], stride[0], 0);
    node->width = axes > 1 ? positions_after(g, width, kernel[1], stride[1], 1) : width;
}

static alv_onnx_value read_any_conv(alv_onnx *g, alv_layer layer, const char *kind)
{
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, 1);
    const int64_t groups = alv_onnx_int(g, "group", 1);
    if (!t || t->rank < 3 || t->dtype < 0) return alv_onnx_other(g);
    alv_tensor what = {.layer = layer, .groups = groups > 1 ? groups : 0};
    alv_node node = {.op = ALV_OP_WEIGHTS, .kind = layer};
    const bool depthwise =
        layer == ALV_LAYER_CONV && groups > 1 && t->shape[1] == 1 && t->shape[0] % groups == 0;
    read_strides(&what, &node, g, t->rank - 2);
    node.kernel = t->shape[2] < INT32_MAX ? (int)t->shape[2] : 0;
    node.weight = alv_onnx_param(g, 1, depthwise ? "depthwise" : kind, what);
    node.bias = add_bias(g, 2, node.weight);
    const bool spread = layer == ALV_LAYER_CONV_TRANSPOSED;
    const int64_t strides[2] = {what.stride[0] > 0 ? what.stride[0] : 1,
                                what.stride[1] > 0 ? what.stride[1] : 1};
    if (!spread)
        set_positions(&node, g, (const int64_t[]){t->shape[2], t->rank > 3 ? t->shape[3] : 1},
                      strides, t->rank - 2);
    node.out = spread ? t->shape[1] * (groups > 0 ? groups : 1) : t->shape[0];
    node.in = spread ? t->shape[0] : t->shape[1] * (groups > 0 ? groups : 1);
    return node_value(alv_onnx_add(g, node, alv_onnx_from(g, 0)));
}

static alv_onnx_value read_conv(alv_onnx *g)
{
    return read_any_conv(g, ALV_LAYER_CONV, "conv");
}

static alv_onnx_value read_conv_transposed(alv_onnx *g)
{
    return read_any_conv(g, ALV_LAYER_CONV_TRANSPOSED, "conv_transposed");
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
    return node_value(alv_onnx_add(g, node, alv_onnx_from(g, 0)));
}

static alv_onnx_value read_batch_norm(alv_onnx *g)
{
    return read_norm(g, ALV_NORM_BATCH);
}

static alv_onnx_value read_layer_norm(alv_onnx *g)
{
    return read_norm(g, ALV_NORM_LAYER);
}

static alv_onnx_value read_rms_norm(alv_onnx *g)
{
    return read_norm(g, ALV_NORM_RMS);
}

/* Normalizations over other sets than alvor's own keep their names; their gains are gains. */
static alv_onnx_value read_other_norm(alv_onnx *g)
{
    alv_onnx_param(g, 1, "norm", (alv_tensor){.role = ALV_ROLE_GAIN, .fan_in = 1});
    alv_onnx_param(g, 2, "bias", (alv_tensor){.role = ALV_ROLE_BIAS, .fan_in = 1});
    return alv_onnx_other(g);
}

static alv_onnx_value add_act(alv_onnx *g, const char *name, double param, int from)
{
    alv_node node = {.op = ALV_OP_ACT, .weight = -1, .bias = -1};
    if (alv_act_parse(&node.act, name, NULL) != ALV_OK) return alv_onnx_other(g);
    if (param >= node.act.act->param_lo && param <= node.act.act->param_hi) node.act.param = param;
    return node_value(alv_onnx_add(g, node, from));
}

/* Operators that are activations, and the attribute that is their parameter. */
static const struct {
    const char *op, *act, *attribute;
    double usual;
} acts[] = {{"Relu", "relu"},
            {"LeakyRelu", "leaky_relu", "alpha", 0.01},
            {"Elu", "elu", "alpha", 1},
            {"Celu", "celu", "alpha", 1},
            {"Selu", "selu"},
            {"Tanh", "tanh"},
            {"Sigmoid", "sigmoid"},
            {"Softplus", "softplus"},
            {"Softsign", "softsign"},
            {"HardSwish", "hardswish"},
            {"Mish", "mish"},
            {"Gelu", "gelu"},
            {"FastGelu", "gelu_tanh"},
            {"QuickGelu", "quick_gelu"},
            {"Swish", "silu"},
            {"Silu", "silu"},
            {"Sin", "sin"}};

static alv_onnx_value read_act(alv_onnx *g)
{
    int i = 0;
    while (strcmp(acts[i].op, g->node->op_type) != 0) i++;
    const double param =
        acts[i].attribute ? alv_onnx_float(g, acts[i].attribute, acts[i].usual) : __builtin_nan("");
    return add_act(g, acts[i].act, param, alv_onnx_from(g, 0));
}

/* min(max(x, 0), 6), as attributes or inputs; what else clips is taken for that, too. */
static alv_onnx_value read_clip(alv_onnx *g)
{
    g->model->left_out[ALV_LEFT_CLIP]++;
    return add_act(g, "relu6", __builtin_nan(""), alv_onnx_from(g, 0));
}

static alv_onnx_value read_prelu(alv_onnx *g)
{
    alv_onnx_param(g, 1, "norm", (alv_tensor){.role = ALV_ROLE_GAIN, .fan_in = 1});
    g->model->left_out[ALV_LEFT_SLOPE]++;
    return add_act(g, "prelu", __builtin_nan(""), alv_onnx_from(g, 0));
}

static alv_onnx_value read_erf(alv_onnx *g)
{
    return (alv_onnx_value){.is = ALV_ONNX_ERF, .index = alv_onnx_from(g, 0)};
}

static alv_onnx_value read_pool(alv_onnx *g)
{
    int64_t kernel[2] = {0}, strides[2] = {1, 1};
    alv_onnx_ints(kernel, 2, g, "kernel_shape");
    alv_onnx_ints(strides, 2, g, "strides");
    alv_node node = {.op = ALV_OP_POOL,
                     .kernel = kernel[0] < INT32_MAX ? (int)kernel[0] : 0,
                     .stride = strides[0] < INT32_MAX ? (int)strides[0] : 1,
                     .largest = strstr(g->node->op_type, "Max") != NULL,
                     .weight = -1,
                     .bias = -1};
    if (kernel[0] > 0)
        set_positions(&node, g, kernel, strides, alv_onnx_ints(NULL, 0, g, "kernel_shape"));
    else
        node.height = node.width = 1;
    return node_value(alv_onnx_add(g, node, alv_onnx_from(g, 0)));
}

/* What does not change the values, or only their places. */
static alv_onnx_value read_alias(alv_onnx *g)
{
    return g->n_inputs > 0 && g->inputs[0] ? *g->inputs[0] : (alv_onnx_value){.is = ALV_ONNX_CONST};
}

/* Of a weight: exchanges its axes if they are two, else it is another thing. */
static alv_onnx_value read_transpose(alv_onnx *g)
{
    int64_t perm[2] = {1, 0};
    alv_onnx_value value = read_alias(g);
    const int n = alv_onnx_ints(perm, 2, g, "perm");
    if (value.is == ALV_ONNX_PARAM && (n == 2 || n == 0) && perm[0] == 1) value.flipped ^= true;
    return value;
}

/* The shape of a signal is no signal. */
static alv_onnx_value read_constant(alv_onnx *g)
{
    (void)g;
    return (alv_onnx_value){.is = ALV_ONNX_CONST};
}

/* Rows of a table; of signals only a choice of places. */
static alv_onnx_value read_gather(alv_onnx *g)
{
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, 0);
    if (!t) return read_alias(g);
    if (t->rank != 2 || t->dtype < 0) return alv_onnx_other(g);
    const alv_tensor table = {.layer = ALV_LAYER_EMBEDDING};
    alv_node node = {.op = ALV_OP_EMBED, .in = t->shape[0], .out = t->shape[1], .bias = -1};
    node.weight = alv_onnx_param(g, 0, "embedding", table);
    return node_value(alv_onnx_add(g, node, alv_onnx_from(g, 1)));
}

/* The node that input k comes from, if it holds weights that have no bias yet. */
static alv_node *weights_before(const alv_onnx *g, int k)
{
    const int from = alv_onnx_from(g, k);
    alv_node *node = from >= 0 ? &g->graph->nodes[from] : NULL;
    return node && node->op == ALV_OP_WEIGHTS && node->bias < 0 ? node : NULL;
}

/* Whether one of the first two inputs is a signal and the other a number. */
static bool is_signal_and_number(const alv_onnx *g)
{
    for (int k = 0; k < 2; k++)
        if (alv_onnx_is_kind(g, k, ALV_ONNX_CONST) && alv_onnx_is_kind(g, 1 - k, ALV_ONNX_NODE))
            return true;
    return false;
}

/* A bias, the end of a residual branch, or a constant. */
static alv_onnx_value read_add(alv_onnx *g)
{
    const bool both =
        alv_onnx_is_kind(g, 0, ALV_ONNX_NODE) && alv_onnx_is_kind(g, 1, ALV_ONNX_NODE);
    if (both) {
        const int a = alv_onnx_from(g, 0), b = alv_onnx_from(g, 1), late = a > b ? a : b;
        alv_node node = {
            .op = ALV_OP_ADD, .other = a > b ? b : a, .start = 1, .weight = -1, .bias = -1};
        return node_value(alv_onnx_add(g, node, late));
    }
    g->model->left_out[ALV_LEFT_SHIFT] += is_signal_and_number(g);
    for (int k = 0; k < 2; k++) {
        const alv_checkpoint_tensor *t = alv_onnx_tensor(g, k);
        alv_node *before = weights_before(g, 1 - k);
        if (!t) continue;
        const int64_t index = before ? before - g->graph->nodes : 0;
        if (before && t->rank > 0) {
            const int bias = add_bias(g, k, before->weight);
            g->graph->nodes[index].bias = bias;
        } else {
            alv_onnx_param(g, k, "bias", (alv_tensor){.role = ALV_ROLE_BIAS, .fan_in = 1});
        }
    }
    const int signal = alv_onnx_tensor(g, 0) || alv_onnx_is_kind(g, 0, ALV_ONNX_CONST) ? 1 : 0;
    return signal < g->n_inputs && g->inputs[signal] ? *g->inputs[signal] : read_constant(g);
}

/* Of two signals, or more than two: another operator, by its name. */
static alv_onnx_value read_sum(alv_onnx *g)
{
    const bool both =
        alv_onnx_is_kind(g, 0, ALV_ONNX_NODE) && alv_onnx_is_kind(g, 1, ALV_ONNX_NODE);
    const bool is_sub = strcmp(g->node->op_type, "Sub") == 0;
    return g->n_inputs != 2 || (both && is_sub) ? alv_onnx_other(g) : read_add(g);
}

/* Whether node `from` is the sigmoid of `of`. */
static bool is_sigmoid_of(const alv_onnx *g, int from, int of)
{
    if (from < 0) return false;
    const alv_node *node = &g->graph->nodes[from];
    return node->op == ALV_OP_ACT && node->input == of &&
           strcmp(node->act.act->name, "sigmoid") == 0;
}

/* x erf(..x..) is GELU, x sigmoid(x) is SiLU; by a constant: the same signal; by a weight: a gain.
 */
static alv_onnx_value read_mul(alv_onnx *g)
{
    g->model->left_out[ALV_LEFT_SCALE] += is_signal_and_number(g);
    for (int k = 0; k < 2; k++) {
        const int x = alv_onnx_from(g, 1 - k), y = alv_onnx_from(g, k);
        if (!alv_onnx_is_kind(g, 1 - k, ALV_ONNX_NODE)) continue;
        if (alv_onnx_is_kind(g, k, ALV_ONNX_ERF) && g->inputs[k]->index == x)
            return add_act(g, "gelu", __builtin_nan(""), x);
        if (alv_onnx_is_kind(g, k, ALV_ONNX_NODE) && is_sigmoid_of(g, y, x))
            return add_act(g, "silu", __builtin_nan(""), x);
        if (alv_onnx_tensor(g, k))
            alv_onnx_param(g, k, "norm", (alv_tensor){.role = ALV_ROLE_GAIN, .fan_in = 1});
        if (!alv_onnx_is_kind(g, k, ALV_ONNX_NODE) && !alv_onnx_is_kind(g, k, ALV_ONNX_ERF))
            return *g->inputs[1 - k];
    }
    for (int k = 0; k < 2; k++)
        if (alv_onnx_is_kind(g, k, ALV_ONNX_ERF) && !alv_onnx_is_kind(g, 1 - k, ALV_ONNX_NODE))
            return *g->inputs[k];
    return alv_onnx_other(g);
}

/* W (copies, gates h, in), R (copies, gates h, h), B (copies, 2 gates h). */
static alv_onnx_value read_recurrent(alv_onnx *g)
{
    const alv_checkpoint_tensor *w = alv_onnx_tensor(g, 1), *r = alv_onnx_tensor(g, 2);
    const bool lstm = strcmp(g->node->op_type, "LSTM") == 0;
    const int gates = lstm ? 4 : strcmp(g->node->op_type, "GRU") == 0 ? 3 : 1;
    if (!w || !r || w->rank != 3 || r->rank != 3) return alv_onnx_other(g);
    alv_tensor what = {.copy_axes = 1};
    for (int i = 0; gates > 1 && i < gates; i++) what.parts[i] = r->shape[2];
    const int weight = alv_onnx_param(g, 1, "recurrent", what);
    const int hidden = alv_onnx_param(g, 2, "recurrent", what);
    const int bias = add_bias(g, 3, weight);
    if (!lstm) {
        const alv_onnx_value value = alv_onnx_other(g);
        g->graph->nodes[value.index].weight = weight;
        g->graph->nodes[value.index].bias = hidden;
        return value;
    }
    const int input = add_weights(g, alv_onnx_from(g, 0), weight, bias).index;
    const alv_node node = {
        .op = ALV_OP_LSTM, .in = 4 * r->shape[2], .out = r->shape[2], .weight = hidden, .bias = -1};
    return node_value(alv_onnx_add(g, node, input));
}

/* onnxruntime's fused attention: one (in, 3 units) matrix of queries, keys and values. */
static alv_onnx_value read_attention(alv_onnx *g)
{
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, 1);
    const int64_t heads = alv_onnx_int(g, "num_heads", 1);
    if (!t || t->rank != 2 || t->shape[1] % 3 != 0 || heads < 1 || heads > INT32_MAX)
        return alv_onnx_other(g);
    alv_tensor what = {.layout = ALV_LAYOUT_KERAS};
    for (int i = 0; i < 3; i++) what.parts[i] = t->shape[1] / 3;
    if (t->shape[1] / 3 % heads == 0) what.head = t->shape[1] / 3 / heads;
    const int weight = alv_onnx_param(g, 1, "attention", what);
    const int projected = add_weights(g, alv_onnx_from(g, 0), weight, add_bias(g, 2, weight)).index;
    const alv_node node = {.op = ALV_OP_ATTEND,
                           .in = t->shape[1],
                           .out = t->shape[1] / 3,
                           .heads = (int)heads,
                           .weight = -1,
                           .bias = -1};
    return node_value(alv_onnx_add(g, node, projected));
}

static const struct {
    const char *op;
    alv_onnx_rule *rule;
} rules[] = {
    {"Gemm", read_gemm},
    {"MatMul", read_matmul},
    {"Conv", read_conv},
    {"ConvTranspose", read_conv_transposed},
    {"BatchNormalization", read_batch_norm},
    {"LayerNormalization", read_layer_norm},
    {"InstanceNormalization", read_other_norm},
    {"GroupNormalization", read_other_norm},
    {"RMSNormalization", read_rms_norm},
    {"SimplifiedLayerNormalization", read_rms_norm},
    {"Clip", read_clip},
    {"PRelu", read_prelu},
    {"Erf", read_erf},
    {"MaxPool", read_pool},
    {"AveragePool", read_pool},
    {"GlobalAveragePool", read_pool},
    {"GlobalMaxPool", read_pool},
    {"Identity", read_alias},
    {"Dropout", read_alias},
    {"Cast", read_alias},
    {"Flatten", read_alias},
    {"Reshape", read_alias},
    {"Squeeze", read_alias},
    {"Unsqueeze", read_alias},
    {"Transpose", read_transpose},
    {"Slice", read_alias},
    {"Constant", read_constant},
    {"Shape", read_constant},
    {"Size", read_constant},
    {"Gather", read_gather},
    {"Add", read_add},
    {"Sum", read_sum},
    {"Sub", read_sum},
    {"Mul", read_mul},
    {"Div", read_mul},
    {"LSTM", read_recurrent},
    {"GRU", read_recurrent},
    {"RNN", read_recurrent},
    {"Attention", read_attention},
};

alv_onnx_rule *alv_onnx_rule_of(const char *op_type)
{
    for (int i = 0; i < ALV_COUNT(rules); i++)
        if (strcmp(rules[i].op, op_type) == 0) return rules[i].rule;
    for (int i = 0; i < ALV_COUNT(acts); i++)
        if (strcmp(acts[i].op, op_type) == 0) return read_act;
    return NULL;
}
