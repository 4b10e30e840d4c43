/* LSTM, GRU and RNN of ONNX: what the inputs add to the gates, then the recurrent layer. One that
 * goes backward has the law of one that goes forward; two directions side by side are a node of
 * their own behind it, "Bidirectional", and the states in which they end another. */
#include "base/base.h"
#include "formats/onnx/graph.h"

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

static int acts_of(const cell *c)
{
    return c->gates == 1 ? 1 : c->gates == 3 ? 2 : 3;
}

/* Whether activation k, counted over all directions, is this one, in ONNX's words. */
static bool acts_as(const alv_onnx *g, const cell *c, size_t k, const char *act)
{
    const AlvOnnx__AttributeProto *a = alv_onnx_attribute(g, "activations");
    const size_t n = strlen(act);
    if (!a || a->n_strings == 0) return strcmp(c->acts[k % (size_t)acts_of(c)], act) == 0;
    if (k >= a->n_strings || a->strings[k].len != n) return false;
    for (size_t i = 0; i < n; i++)
        if ((a->strings[k].data[i] | 0x20) != (act[i] | 0x20)) return false;
    return true;
}

/* What the candidates for h go through, in all directions; none where no law has it. */
static alv_act_spec act_of(const alv_onnx *g, const cell *c, int ways)
{
    static const char *const acts[][2] = {
        {"Tanh", "tanh"}, {"Relu", "relu"}, {"Sigmoid", "sigmoid"}};
    const size_t at = c->gates > 1, all = (size_t)acts_of(c);
    alv_act_spec act = {0};
    for (int i = 0; i < (c->gates > 1 ? 1 : ALV_COUNT(acts)); i++)
        if (acts_as(g, c, at, acts[i][0]) && (ways == 1 || acts_as(g, c, at + all, acts[i][0])))
            alv_act_parse(&act, acts[i][1], NULL);
    return act;
}

/* Whether every sequence has its full length. */
static bool has_full_length(const alv_onnx *g)
{
    const alv_onnx_numbers told = alv_onnx_numbers_of(g, 4);
    const alv_node from = alv_onnx_source(g, 0);
    if (g->n_inputs <= 4 || !g->inputs[4]) return true;
    for (int i = 0; i < told.n; i++)
        if (told.at[i] != from.height) return false;
    return told.n > 0 && from.height > 0;
}

/* A first state that all samples have: (directions, 1, units); of zeros it is none. */
static bool is_state(const alv_onnx *g, int k, int ways, int64_t units)
{
    const alv_checkpoint_tensor *t = alv_onnx_tensor(g, k);
    return t && t->dtype >= 0 && t->rank == 3 && t->shape[0] == ways && t->shape[1] == 1 &&
           t->shape[2] == units;
}

static bool is_zero_state(const alv_onnx *g, int k)
{
    return k >= g->n_inputs || !g->inputs[k] || alv_onnx_number_of(g, k) == 0;
}

/* Whether its gates are as usual. */
static bool has_usual_gates(const alv_onnx *g, const cell *c, int ways)
{
    static const char *const options[] = {"activation_alpha", "activation_beta", "clip"};
    for (int i = 0; i < ALV_COUNT(options); i++)
        if (alv_onnx_attribute(g, options[i])) return false;
    for (size_t k = 0; c->gates > 1 && k < (size_t)(ways * acts_of(c)); k++)
        if (!acts_as(g, c, k, c->acts[k % (size_t)acts_of(c)])) return false;
    return !(g->n_inputs > 7 && g->inputs[7]) && alv_onnx_int(g, "input_forget", 0) == 0;
}

/* The two sides of a recurrent layer that goes both ways, whose two matrices are copies. */
static alv_onnx_value put_both(alv_onnx *g, int cell_at, alv_move move)
{
    const int64_t units = g->graph->nodes[cell_at].out;
    alv_node both = {.op = ALV_OP_OTHER,
                     .other = cell_at,
                     .in = units,
                     .out = 2 * units,
                     .heads = 2,
                     .weight = -1,
                     .bias = -1};
    alv_text_format(both.what, sizeof both.what, "Bidirectional");
    const int at = alv_onnx_add(g, both, cell_at);
    if (g->status != ALV_OK) return alv_onnx_node(0, (alv_form){0});
    g->model->moves[at] = move;
    both.height = both.width = 1;
    both.in = 2 * units;
    both.other = at;
    alv_text_format(both.what, sizeof both.what, "States");
    const int ends = alv_onnx_add(g, both, at);
    if (g->status != ALV_OK) return alv_onnx_node(0, (alv_form){0});
    g->model->moves[ends].kind = ALV_MOVE_ENDS;
    g->more[0] = alv_onnx_node(ends, alv_form_of("g,n,u"));
    g->more[0].heads = 2;
    g->n_more = 1;
    alv_onnx_value value = alv_onnx_node(at, alv_form_of("t,g,n,u"));
    value.heads = 2;
    return value;
}

static alv_onnx_value put(alv_onnx *g, alv_node node, int weight, int bias, alv_move move)
{
    const int input =
        alv_onnx_add_weights(g, alv_onnx_from(g, 0), weight, bias, alv_form_of("t,n,u")).index;
    const bool both = node.heads == 2;
    if (node.op == ALV_OP_OTHER) node.other = input;
    const int at = alv_onnx_add(g, node, input);
    if (g->status != ALV_OK) return alv_onnx_node(0, (alv_form){0});
    if (both) return put_both(g, at, move);
    if (node.op == ALV_OP_OTHER || node.backward || move.begins[0] >= 0 || move.begins[1] >= 0)
        g->model->moves[at] = move;
    g->more[0] = alv_onnx_node(at, alv_form_of("z,n,u"));
    g->n_more = 1;
    return alv_onnx_node(at, alv_form_of("t,1,n,u"));
}

/* W (directions, gates h, in), R (directions, gates h, h), B (directions, 2 gates h). */
alv_onnx_value alv_onnx_recurrent(alv_onnx *g)
{
    const alv_checkpoint_tensor *w = alv_onnx_tensor(g, 1), *r = alv_onnx_tensor(g, 2);
    const cell *c = cell_of(g->node->op_type);
    if (!w || !r || w->rank != 3 || r->rank != 3 || w->shape[0] < 1 || w->shape[0] > 2 ||
        r->shape[0] != w->shape[0] || r->shape[2] < 1 || r->shape[2] > INT32_MAX)
        return alv_onnx_other(g);
    const int ways = (int)w->shape[0];
    const int64_t units = r->shape[2];
    alv_tensor what = {.copy_axes = 1};
    for (int i = 0; c->gates > 1 && i < c->gates; i++) what.parts[i] = units;
    const bool both = ways == 2 && alv_onnx_says(g, "direction", "bidirectional");
    const bool back = ways == 1 && alv_onnx_says(g, "direction", "reverse");
    const bool told = both || back ||
                      (ways == 1 && (!alv_onnx_attribute(g, "direction") ||
                                     alv_onnx_says(g, "direction", "forward")));
    const alv_act_spec act = act_of(g, c, ways);
    const bool usual = told && has_usual_gates(g, c, ways) && act.act;
    const int weight = alv_onnx_param(g, 1, "recurrent", what);
    const int hidden = alv_onnx_param(g, 2, "recurrent", what);
    const int bias = alv_onnx_bias(g, 3, weight);
    const bool lstm = c->states == 2;
    alv_node node = {.op = lstm ? ALV_OP_LSTM : ALV_OP_OTHER,
                     .other = -1,
                     .in = c->gates * units,
                     .out = units,
                     .heads = ways,
                     .backward = back,
                     .late = c->gates == 3 && alv_onnx_int(g, "linear_before_reset", 0) != 0,
                     .weight = hidden,
                     .bias = -1};
    alv_move move = {.kind = ALV_MOVE_CELLS, .begins = {-1, -1}};
    bool begins = true;
    for (int k = 0; k < c->states; k++) {
        if (is_zero_state(g, 5 + k)) continue;
        begins = begins && is_state(g, 5 + k, ways, units);
        move.begins[k] = alv_onnx_param(
            g, 5 + k, "bias", (alv_tensor){.role = ALV_ROLE_BIAS, .fan_in = 1, .copy_axes = 1});
    }
    alv_onnx_need(g, usual && begins && has_full_length(g) && alv_onnx_int(g, "layout", 0) == 0,
                  ALV_STOP_OPTION);
    alv_onnx_need(g, alv_onnx_has(g, 0, "t,n,u"), ALV_STOP_PLACES);
    if (!lstm) alv_text_format(node.what, sizeof node.what, "%s", c->op);
    move.act = act;
    if (!lstm && move.begins[0] < 0 && begins) node.act = act; /* its law begins with zeros */
    if (node.late) node.bias = bias;
    if (usual || lstm) return put(g, node, weight, bias, move);
    const alv_onnx_value value = alv_onnx_keep(g);
    g->graph->nodes[value.index].weight = weight;
    g->graph->nodes[value.index].bias = hidden;
    return value;
}
