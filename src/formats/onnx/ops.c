/* The table of ONNX operators that alvor has a rule for. Versions: opset 7 to 23; attributes that
 * became inputs on the way (Clip, Dropout, Squeeze) do not matter here. */
#include "base/base.h"
#include "formats/onnx/moves.h"
#include "math/math.h"

/* Applied to the node `from`; the result has these axes. */
static alv_onnx_value add_act(alv_onnx *g, const char *name, double param, int from, alv_form axes)
{
    alv_node node = {.op = ALV_OP_ACT, .weight = -1, .bias = -1};
    if (alv_act_parse(&node.act, name, NULL) != ALV_OK) return alv_onnx_other(g);
    const bool allowed = param >= node.act.act->param_lo && param <= node.act.act->param_hi;
    alv_onnx_need(g, allowed || param != param, ALV_STOP_NUMBER);
    alv_onnx_need(g, axes.rank > 0 && strcmp(axes.axis[axes.rank - 1], "s") != 0, ALV_STOP_PLACES);
    if (allowed) node.act.param = param;
    return alv_onnx_node(alv_onnx_add(g, node, from), axes);
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
            {"HardSigmoid", "hardsigmoid"},
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
        acts[i].attribute ? alv_onnx_float(g, acts[i].attribute, acts[i].usual) : ALV_NAN;
    const char *name = alv_onnx_says(g, "approximate", "tanh") ? "gelu_tanh" : acts[i].act;
    const bool swish = strcmp(name, "silu") == 0 || strcmp(name, "quick_gelu") == 0;
    alv_onnx_need(g, !swish || !alv_onnx_attribute(g, "alpha"), ALV_STOP_OPTION);
    alv_onnx_need(g, g->n_inputs < 2, ALV_STOP_OPTION); /* FastGelu adds a bias */
    const bool hard = strcmp(acts[i].op, "HardSigmoid") == 0;
    const double slope = alv_onnx_float(g, "alpha", 0.2) * 6;
    alv_onnx_need(g, !hard || (slope > 0.9999 && slope < 1.0001), ALV_STOP_OPTION);
    return add_act(g, name, param, alv_onnx_from(g, 0), alv_onnx_form(g, 0));
}

/* min(max(x, 0), 6), as attributes or inputs; what else clips is taken for that, too. */
static alv_onnx_value read_clip(alv_onnx *g)
{
    const double lo =
        g->n_inputs > 1 ? alv_onnx_number_of(g, 1) : alv_onnx_float(g, "min", ALV_NAN);
    const double hi =
        g->n_inputs > 2 ? alv_onnx_number_of(g, 2) : alv_onnx_float(g, "max", ALV_NAN);
    g->model->left_out[ALV_LEFT_CLIP] += !(lo == 0 && hi == 6);
    alv_onnx_need(g, lo == 0 && hi == 6, ALV_STOP_NUMBER);
    return add_act(g, "relu6", ALV_NAN, alv_onnx_from(g, 0), alv_onnx_form(g, 0));
}

static alv_onnx_value read_prelu(alv_onnx *g)
{
    alv_onnx_param(g, 1, "norm", (alv_tensor){.role = ALV_ROLE_GAIN, .fan_in = 1});
    g->model->left_out[ALV_LEFT_SLOPE]++;
    alv_onnx_need(g, false, ALV_STOP_NUMBER);
    return add_act(g, "prelu", ALV_NAN, alv_onnx_from(g, 0), alv_onnx_form(g, 0));
}

/* Of x / sqrt(2), else it is no part of a GELU. */
static alv_onnx_value read_erf(alv_onnx *g)
{
    const double ratio = alv_onnx_factor(g, 0) * ALV_SQRT2;
    alv_onnx_need(g, ratio > 0.9999 && ratio < 1.0001, ALV_STOP_NUMBER);
    alv_onnx_need(g, g->n_inputs > 0 && g->inputs[0] && g->inputs[0]->parts == 0, ALV_STOP_PLACES);
    return (alv_onnx_value){.is = ALV_ONNX_ERF, .index = alv_onnx_from(g, 0)};
}

/* The shape of a signal is no signal. */
static alv_onnx_value read_constant(alv_onnx *g)
{
    return alv_onnx_fold(g);
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

/* Whether no input is times a factor, or a part of a node's units. */
static bool is_whole(const alv_onnx *g)
{
    for (int k = 0; k < g->n_inputs; k++)
        if (g->inputs[k] && (g->inputs[k]->parts > 0 || alv_onnx_factor(g, k) != 1)) return false;
    return true;
}

/* A vector with a value for each unit, for a node whose `unset` is that. */
static bool fits_units(const alv_onnx *g, int k, const alv_node *node, int unset)
{
    const alv_form axes = alv_onnx_form(g, 1 - k);
    const bool last = alv_form_units_last(axes);
    const bool spread = alv_form_are(axes, "n,u,h,w") || alv_form_are(axes, "n,u,t");
    alv_onnx_view v;
    if (unset >= 0 || !(last || spread) || !alv_onnx_view_of(&v, g, k) || !alv_onnx_is_whole(g, k))
        return false;
    const int at = spread ? 1 - axes.rank + v.rank : v.rank - 1;
    for (int a = 0; a < v.rank; a++)
        if (v.shape[a] != (a == at ? node->out : 1)) return false;
    return at >= 0;
}

/* The written-out norm that is the other input, and that nothing has read yet. */
static alv_node *norm_before(const alv_onnx *g, int k)
{
    const int from = alv_onnx_from(g, k);
    alv_node *node = from >= 0 && from == g->graph->n_nodes - 1 ? &g->graph->nodes[from] : NULL;
    return node && node->op == ALV_OP_NORM && node->norm != ALV_NORM_BATCH ? node : NULL;
}

/* A table with a row for each position, or more of them: (t, u), (1, t, u), (t, 1, u). */
static bool is_places(const alv_onnx *g, int k)
{
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, k);
    const alv_form axes = alv_onnx_form(g, 1 - k);
    const int from = alv_onnx_from(g, 1 - k);
    if (!t || t->rank < 2 || t->rank > 3 || axes.rank != 3 || from < 0 ||
        !alv_onnx_is_from_first(g, k) || g->inputs[1 - k]->heads > 0 ||
        strcmp(axes.axis[2], "u") != 0)
        return false;
    const int row = alv_form_is_position(axes.axis[1]) ? 1 : 0;
    const int64_t rows = row == 1 ? t->shape[t->rank - 2] : t->rank == 3 ? t->shape[0] : 0;
    const int64_t ones = row == 1 ? (t->rank == 3 ? t->shape[0] : 1) : t->shape[1];
    const double places = alv_form_size(g, g->inputs[1 - k], row);
    return alv_form_is_position(axes.axis[row]) && strcmp(axes.axis[1 - row], "n") == 0 &&
           ones == 1 && t->shape[t->rank - 1] == g->graph->nodes[from].out &&
           (double)rows >= places;
}

/* Added position by position: an operator by its name, which the engine knows by its table. */
static alv_onnx_value add_places(alv_onnx *g, int k)
{
    alv_node node = {.op = ALV_OP_OTHER, .weight = -1, .what = "Add"};
    const int from = alv_onnx_from(g, 1 - k);
    node.bias = alv_onnx_param(g, k, "bias", (alv_tensor){.role = ALV_ROLE_BIAS, .fan_in = 1});
    node.other = from;
    alv_onnx_tensor(g, k)->laid = true;
    return alv_onnx_node(alv_onnx_add(g, node, from), alv_onnx_form(g, 1 - k));
}

/* A vector that is added to weights which have no bias yet, or to a norm, unit by unit, is that;
 * false: another constant. */
static bool add_vector(alv_onnx *g, int k)
{
    alv_node *before = weights_before(g, 1 - k), *norm = norm_before(g, 1 - k);
    const int64_t index = before ? before - g->graph->nodes : 0;
    if (norm && fits_units(g, k, norm, norm->bias)) {
        const alv_tensor shift = {.role = ALV_ROLE_BIAS, .fan_in = 1};
        norm->bias = alv_onnx_param(g, k, "bias", shift);
        return true;
    }
    if (!before || !fits_units(g, k, before, before->bias) || alv_onnx_factor(g, 1 - k) != 1) {
        const char *kind = alv_onnx_from(g, 1 - k) < 0 ? "buffer" : "bias"; /* of the data */
        alv_onnx_param(g, k, kind, (alv_tensor){.role = ALV_ROLE_BIAS, .fan_in = 1});
        return false;
    }
    const int bias = alv_onnx_bias(g, k, before->weight);
    g->graph->nodes[index].bias = bias;
    return true;
}

/* A bias, the end of a residual branch, a table of positions, a mask, or a constant. */
static alv_onnx_value read_add(alv_onnx *g)
{
    const bool minus = strcmp(g->node->op_type, "Sub") == 0;
    for (int k = 0; k < 2 && !minus; k++)
        if (alv_onnx_is_scores(g, 1 - k) && !alv_onnx_is_kind(g, k, ALV_ONNX_NODE))
            return alv_onnx_add_to_scores(g, k);
    if (alv_onnx_is_kind(g, 0, ALV_ONNX_NODE) && alv_onnx_is_kind(g, 1, ALV_ONNX_NODE))
        return alv_onnx_sum(g);
    for (int k = 0; k < 2; k++)
        if (alv_onnx_is_kind(g, k, ALV_ONNX_NODE) && alv_onnx_factor(g, k) != 1)
            alv_onnx_solid(g, k);
    const bool piece = !is_whole(g) && (alv_onnx_solid(g, 0) || alv_onnx_solid(g, 1));
    alv_onnx_need(g, piece || is_whole(g), ALV_STOP_NUMBER);
    for (int k = 0; k < 2 && !minus; k++)
        if (is_places(g, k)) return add_places(g, k);
    for (int k = 0; k < 2; k++) {
        alv_onnx_value shifted;
        const double number = alv_onnx_number_of(g, k);
        const bool tensor = alv_onnx_tensor(g, k) != NULL;
        if (!alv_onnx_is_kind(g, 1 - k, ALV_ONNX_NODE)) continue;
        if (tensor && !minus && add_vector(g, k)) return *g->inputs[1 - k];
        if ((tensor || (number == number && number != 0) || (minus && k == 0)) &&
            alv_onnx_shift_by(&shifted, g, k))
            return shifted;
    }
    alv_onnx_need(g, !minus, ALV_STOP_NUMBER);
    const int signal = alv_onnx_tensor(g, 0) || alv_onnx_is_kind(g, 0, ALV_ONNX_CONST) ? 1 : 0;
    if (signal >= g->n_inputs || !g->inputs[signal]) return read_constant(g);
    alv_onnx_value value = *g->inputs[signal];
    const double number = alv_onnx_number_of(g, 1 - signal);
    const bool one = value.is == ALV_ONNX_ERF && !value.one_added && number == 1;
    if (one) value.one_added = true;
    g->model->left_out[ALV_LEFT_SHIFT] += !one && number != 0 && is_signal_and_number(g);
    alv_onnx_need(g, one || number == 0, ALV_STOP_NUMBER);
    return value;
}

/* Of two signals, or more than two: another operator, by its name. */
static alv_onnx_value read_sum(alv_onnx *g)
{
    return g->n_inputs != 2 ? alv_onnx_other(g) : read_add(g);
}

/* Whether node `from` is that activation of `of`. */
static bool is_act_of(const alv_onnx *g, int from, int of, const char *act)
{
    if (from < 0) return false;
    const alv_node *node = &g->graph->nodes[from];
    return node->op == ALV_OP_ACT && node->input == of && strcmp(node->act.act->name, act) == 0;
}

/* The signal that is input k, times or over the other input if that is a number. */
static alv_onnx_value scale(alv_onnx *g, int k)
{
    const double number = alv_onnx_number_of(g, 1 - k);
    const bool over = strcmp(g->node->op_type, "Div") == 0;
    alv_onnx_value value = *g->inputs[k];
    const double factor = alv_onnx_factor(g, k) * (over ? 1 / number : number);
    const bool fine = alv_isfinite(factor) && factor != 0 && !(over && k == 1);
    alv_onnx_need(g, fine, ALV_STOP_NUMBER);
    g->model->left_out[ALV_LEFT_SCALE] += !fine && value.is == ALV_ONNX_NODE;
    if (fine) value.factor = alv_fabs(factor - 1) < 1e-6 ? 1 : factor;
    return value;
}

/* x (1 + erf) is twice a GELU, with what both were multiplied by. */
static alv_onnx_value read_gelu(alv_onnx *g, int k)
{
    const double factor = 2 * alv_onnx_factor(g, k) * alv_onnx_factor(g, 1 - k);
    alv_onnx_need(g, g->inputs[k]->one_added, ALV_STOP_OPERATOR);
    alv_onnx_need(g, g->inputs[1 - k]->parts == 0, ALV_STOP_PLACES);
    alv_onnx_value value =
        add_act(g, "gelu", ALV_NAN, alv_onnx_from(g, 1 - k), alv_onnx_form(g, 1 - k));
    value.factor = alv_fabs(factor - 1) < 1e-6 ? 1 : factor;
    return value;
}

/* x erf(..x..) is GELU, x sigmoid(x) is SiLU; by a constant: the same signal; by a weight: a gain.
 */
static alv_onnx_value read_mul(alv_onnx *g)
{
    for (int k = 0; k < 2; k++) {
        const int x = alv_onnx_from(g, 1 - k), y = alv_onnx_from(g, k);
        if (!alv_onnx_is_kind(g, 1 - k, ALV_ONNX_NODE)) continue;
        if (alv_onnx_is_kind(g, k, ALV_ONNX_ERF) && g->inputs[k]->index == x)
            return read_gelu(g, k);
        const bool soft = is_act_of(g, y, x, "sigmoid");
        if (alv_onnx_is_kind(g, k, ALV_ONNX_NODE) && (soft || is_act_of(g, y, x, "hardsigmoid"))) {
            const bool times = strcmp(g->node->op_type, "Mul") == 0;
            alv_onnx_need(g, times && alv_onnx_factor(g, 0) * alv_onnx_factor(g, 1) == 1,
                          ALV_STOP_NUMBER);
            return add_act(g, soft ? "silu" : "hardswish", ALV_NAN, x, alv_onnx_form(g, 1 - k));
        }
        if (alv_onnx_tensor(g, k)) {
            alv_node *norm = norm_before(g, 1 - k);
            const bool gain = norm && fits_units(g, k, norm, norm->weight);
            const char *kind = alv_onnx_is_fixed(g, k) ? "buffer" : "norm";
            const int param =
                alv_onnx_param(g, k, kind, (alv_tensor){.role = ALV_ROLE_GAIN, .fan_in = 1});
            alv_onnx_value weighed;
            if (gain) norm->weight = param;
            if (gain) return *g->inputs[1 - k];
            if (alv_onnx_weigh_by(&weighed, g, k)) return weighed;
        }
        if (!alv_onnx_is_kind(g, k, ALV_ONNX_NODE) && !alv_onnx_is_kind(g, k, ALV_ONNX_ERF))
            return scale(g, 1 - k);
    }
    for (int k = 0; k < 2; k++)
        if (alv_onnx_is_kind(g, k, ALV_ONNX_ERF) && !alv_onnx_is_kind(g, 1 - k, ALV_ONNX_NODE))
            return scale(g, k);
    return alv_onnx_product(g);
}

/* `keeps`: a factor of its input is one of its output, or it looks at it. */
static const struct {
    const char *op;
    alv_onnx_rule *rule;
    bool keeps;
} rules[] = {
    {"Gemm", alv_onnx_gemm},
    {"MatMul", alv_onnx_matmul, .keeps = true},
    {"Conv", alv_onnx_conv},
    {"ConvTranspose", alv_onnx_conv_transposed},
    {"BatchNormalization", alv_onnx_batch_norm},
    {"LayerNormalization", alv_onnx_layer_norm},
    {"InstanceNormalization", alv_onnx_other_norm},
    {"GroupNormalization", alv_onnx_other_norm},
    {"RMSNormalization", alv_onnx_rms_norm},
    {"SimplifiedLayerNormalization", alv_onnx_rms_norm},
    {"Softmax", alv_onnx_softmax, .keeps = true},
    {"Clip", read_clip},
    {"PRelu", read_prelu},
    {"Erf", read_erf, .keeps = true},
    {"MaxPool", alv_onnx_pool},
    {"AveragePool", alv_onnx_pool},
    {"GlobalAveragePool", alv_onnx_pool},
    {"GlobalMaxPool", alv_onnx_pool},
    {"Identity", alv_onnx_alias, .keeps = true},
    {"Dropout", alv_onnx_alias, .keeps = true},
    {"Cast", alv_onnx_alias, .keeps = true},
    {"Flatten", alv_onnx_flatten, .keeps = true},
    {"Reshape", alv_onnx_reshape, .keeps = true},
    {"Squeeze", alv_onnx_squeeze, .keeps = true},
    {"Unsqueeze", alv_onnx_unsqueeze, .keeps = true},
    {"Transpose", alv_onnx_transpose, .keeps = true},
    {"Slice", alv_onnx_slice, .keeps = true},
    {"Split", alv_onnx_split, .keeps = true},
    {"Expand", alv_onnx_expand, .keeps = true},
    {"Where", alv_onnx_where, .keeps = true},
    {"ReduceMean", alv_onnx_mean},
    {"Constant", read_constant},
    {"Shape", read_constant, .keeps = true},
    {"Size", read_constant, .keeps = true},
    {"Gather", alv_onnx_gather, .keeps = true},
    {"Add", read_add, .keeps = true},
    {"Sum", read_sum, .keeps = true},
    {"Sub", read_sum, .keeps = true},
    {"Concat", alv_onnx_concat, .keeps = true},
    {"Neg", alv_onnx_negate, .keeps = true},
    {"Pad", alv_onnx_pad, .keeps = true},
    {"Resize", alv_onnx_resize, .keeps = true},
    {"Upsample", alv_onnx_resize, .keeps = true},
    {"Mul", read_mul, .keeps = true},
    {"Div", read_mul, .keeps = true},
    {"LSTM", alv_onnx_recurrent},
    {"GRU", alv_onnx_recurrent},
    {"RNN", alv_onnx_recurrent},
    {"Attention", alv_onnx_attention},
};

alv_onnx_rule *alv_onnx_rule_of(bool *keeps, const char *op_type)
{
    for (int i = 0; i < ALV_COUNT(rules); i++) {
        *keeps = rules[i].keeps;
        if (strcmp(rules[i].op, op_type) == 0) return rules[i].rule;
    }
    *keeps = false;
    for (int i = 0; i < ALV_COUNT(acts); i++)
        if (strcmp(acts[i].op, op_type) == 0) return read_act;
    return NULL;
}
