/* LSTM, GRU and RNN of ONNX: what the inputs add to the gates, then the recurrent layer. */
#include "base/base.h"
#include "formats/onnx_graph.h"

typedef struct cell {
    const char *op;
    int gates, states;   /* states: h, and of an LSTM c */
    const char *acts[3]; /* unless the file says others */
} cell;

static const cell cells[] = {{"RNN", 1, 1, {"Tanh"}},
                             {"GRU", 3, 1, {"Sigmoid", "Tanh"}},
                             {"LSTM", 4, 2, {"Sigmoid", "Tanh", "Tanh"}}};

static const cell *cell_of(const char *op)
{
    int i = 0;
    while (i + 1 < ALV_COUNT(cells) && strcmp(cells[i].op, op) != 0) i++;
    return &cells[i];
}

/* Whether its activation k is this one, in ONNX's words. */
static bool acts_as(const alv_onnx *g, const cell *c, size_t k, const char *act)
{
    const AlvOnnx__AttributeProto *a = alv_onnx_attribute(g, "activations");
    if (!a) return strcmp(c->acts[k], act) == 0;
    return k < a->n_strings && a->strings[k].len == strlen(act) &&
           memcmp(a->strings[k].data, act, a->strings[k].len) == 0;
}

/* What the candidates for h go through; none where no law has it. */
static alv_act_spec act_of(const alv_onnx *g, const cell *c)
{
    static const char *const acts[][2] = {
        {"Tanh", "tanh"}, {"Relu", "relu"}, {"Sigmoid", "sigmoid"}};
    alv_act_spec act = {0};
    for (int i = 0; i < (c->gates > 1 ? 1 : ALV_COUNT(acts)); i++)
        if (acts_as(g, c, c->gates > 1, acts[i][0])) alv_act_parse(&act, acts[i][1], NULL);
    return act;
}

/* Whether it goes forward from a state of zeros with gates as usual. */
static bool is_plain(const alv_onnx *g, const cell *c, const alv_checkpoint_tensor *w)
{
    static const char *const options[] = {"activation_alpha", "activation_beta", "clip"};
    for (int i = 0; i < ALV_COUNT(options); i++)
        if (alv_onnx_attribute(g, options[i])) return false;
    for (int k = 5; k < 5 + c->states; k++)
        if (k < g->n_inputs && g->inputs[k] && alv_onnx_number_of(g, k) != 0) return false;
    for (size_t k = 0; c->gates > 1 && k < ALV_COUNT(c->acts) && c->acts[k]; k++)
        if (!acts_as(g, c, k, c->acts[k])) return false;
    return w->shape[0] == 1 && !(g->n_inputs > 4 && g->inputs[4]) &&
           !(g->n_inputs > 7 && g->inputs[7]) && alv_onnx_int(g, "layout", 0) == 0 &&
           alv_onnx_int(g, "input_forget", 0) == 0 &&
           (!alv_onnx_attribute(g, "direction") || alv_onnx_says(g, "direction", "forward"));
}

static alv_onnx_value put(alv_onnx *g, alv_node node, int weight, int bias)
{
    const int input =
        alv_onnx_add_weights(g, alv_onnx_from(g, 0), weight, bias, alv_form_of("t,n,u")).index;
    if (node.op == ALV_OP_OTHER) node.other = input;
    g->second = alv_form_of("z,n,u");
    return alv_onnx_node(alv_onnx_add(g, node, input), alv_form_of("t,1,n,u"));
}

/* W (copies, gates h, in), R (copies, gates h, h), B (copies, 2 gates h). Nothing here can run a
 * GRU or an RNN; where they are plain their law can follow them. */
alv_onnx_value alv_onnx_recurrent(alv_onnx *g)
{
    const alv_checkpoint_tensor *w = alv_onnx_tensor(g, 1), *r = alv_onnx_tensor(g, 2);
    const cell *c = cell_of(g->node->op_type);
    if (!w || !r || w->rank != 3 || r->rank != 3) return alv_onnx_other(g);
    alv_tensor what = {.copy_axes = 1};
    for (int i = 0; c->gates > 1 && i < c->gates; i++) what.parts[i] = r->shape[2];
    const int weight = alv_onnx_param(g, 1, "recurrent", what);
    const int hidden = alv_onnx_param(g, 2, "recurrent", what);
    const int bias = alv_onnx_bias(g, 3, weight);
    const bool lstm = c->states == 2, plain = is_plain(g, c, w);
    alv_node node = {.op = lstm ? ALV_OP_LSTM : ALV_OP_OTHER,
                     .other = -1,
                     .in = c->gates * r->shape[2],
                     .out = r->shape[2],
                     .weight = hidden,
                     .bias = -1};
    if (lstm) {
        alv_onnx_need(g, plain, ALV_STOP_OPTION);
        alv_onnx_need(g, alv_onnx_has(g, 0, "t,n,u"), ALV_STOP_PLACES);
        return put(g, node, weight, bias);
    }
    node.act = act_of(g, c);
    alv_onnx_need(g, false, ALV_STOP_OPERATOR);
    if (!plain || !node.act.act) {
        const alv_onnx_value value = alv_onnx_keep(g);
        g->graph->nodes[value.index].weight = weight;
        g->graph->nodes[value.index].bias = hidden;
        return value;
    }
    alv_text_format(node.what, sizeof node.what, "%s", c->op);
    if (alv_onnx_int(g, "linear_before_reset", 0)) node.bias = bias;
    return put(g, node, weight, bias);
}
