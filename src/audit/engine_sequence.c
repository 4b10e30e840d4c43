/* The engine's layers of sequences: tables of tokens and positions, attention, LSTMs. */
#include "audit/engine_parts.h"

#include "base/base.h"
#include "math/math.h"

int alv_engine_table(int *signal, const alv_model *graph, int node)
{
    const alv_node *n = &graph->nodes[node];
    *signal = n->input;
    if (alv_node_is(n, "Add") && n->bias >= 0) return n->bias;
    if (n->op != ALV_OP_ADD || n->input < 0 || n->other < 0) return -1;
    const alv_node *a = &graph->nodes[n->input], *b = &graph->nodes[n->other];
    if (a->op == ALV_OP_EMBED && a->places) return *signal = n->other, a->weight;
    return b->op == ALV_OP_EMBED && b->places ? b->weight : -1;
}

/* A row of a table for each position, of as many rows or more. */
bool alv_engine_put_places(alv_making *m, int graph)
{
    const alv_checkpoint_tensor *t;
    alv_fed from;
    int signal;
    const int table = alv_engine_table(&signal, m->e->graph, graph);
    if (!alv_engine_param(&t, m, table) || !alv_engine_fed(&from, m, signal)) return false;
    const int64_t shape[2] = {alv_fed_positions(from), from.units};
    if (from.node < 0 || t->count < shape[0] * shape[1] || t->count % from.units != 0)
        return alv_engine_refuse(m, ALV_UNRUN_WEIGHTS, t->name);
    alv_tensor what = alv_engine_tensor(t->name, ALV_ROLE_BIAS, ALV_LAYER_DENSE, 2, shape);
    what.fan_in = 1;
    alv_node node = {.op = ALV_OP_ACT,
                     .input = from.node,
                     .other = -1,
                     .in = from.units,
                     .out = from.units,
                     .height = from.height,
                     .width = from.width,
                     .weight = -1};
    node.bias = alv_engine_put_param(m, what);
    alv_engine_count(m, shape[0] * shape[1], 0);
    alv_engine_put(m, node, from.sequence, (alv_engine_source){.n = 1, .graph = {graph}});
    const alv_node *n = alv_engine_node(m, graph);
    if (n->op == ALV_OP_ADD) /* the table's own node is measured where it is added */
        m->e->places[signal == n->input ? n->other : n->input] = m->e->places[graph];
    return true;
}

bool alv_engine_put_add(alv_making *m, int graph)
{
    int signal;
    return alv_engine_table(&signal, m->e->graph, graph) >= 0 ? alv_engine_put_places(m, graph)
                                                              : alv_engine_put_same(m, graph);
}

bool alv_engine_put_embed(alv_making *m, int graph)
{
    const alv_node *n = alv_engine_node(m, graph);
    const alv_checkpoint_tensor *t;
    alv_model *e = m->e->model;
    if (n->places) return true; /* it waits for what it is added to */
    if (n->input >= 0 || e->tokens < 1) return alv_engine_refuse(m, ALV_UNRUN_PLACES, "Gather");
    if (!alv_engine_param(&t, m, n->weight)) return false;
    if (t->rank != 2 || t->shape[0] != e->tokens)
        return alv_engine_refuse(m, ALV_UNRUN_WEIGHTS, t->name);
    alv_node node = {.op = ALV_OP_EMBED,
                     .input = -1,
                     .other = -1,
                     .in = t->shape[0],
                     .out = t->shape[1],
                     .height = (int)e->inputs,
                     .width = 1,
                     .bias = -1};
    node.weight = alv_engine_put_param(
        m, alv_engine_tensor(t->name, ALV_ROLE_WEIGHT, ALV_LAYER_EMBEDDING, 2, t->shape));
    alv_engine_count(m, node.out * e->inputs, 0);
    alv_engine_put(m, node, true, (alv_engine_source){.n = 1, .graph = {graph}});
    return true;
}

/* What is added to the scores of every head alike, or of each; -1 where nothing is. */
static bool put_added(int *out, alv_making *m, int index, int heads, int64_t places)
{
    const alv_checkpoint_tensor *t;
    const int64_t shape[3] = {heads, places, places};
    *out = -1;
    if (index < 0) return true;
    if (!alv_engine_param(&t, m, index)) return false;
    if (t->count != places * places && t->count != heads * places * places)
        return alv_engine_refuse(m, ALV_UNRUN_WEIGHTS, t->name);
    m->e->expanded |= t->count != heads * places * places;
    alv_tensor what = alv_engine_tensor(t->name, ALV_ROLE_BIAS, ALV_LAYER_DENSE, 3, shape);
    what.fan_in = 1;
    *out = alv_engine_put_param(m, what);
    return true;
}

static bool put_attend_node(alv_making *m, alv_fed from, int heads, bool both_ways, int added,
                            int graph)
{
    alv_node node = {.op = ALV_OP_ATTEND,
                     .input = from.node,
                     .other = -1,
                     .in = from.units,
                     .out = from.units / 3,
                     .height = from.height,
                     .width = from.width,
                     .heads = heads,
                     .both_ways = both_ways,
                     .weight = -1,
                     .bias = -1};
    const double p = (double)alv_fed_positions(from);
    if (from.units % 3 != 0 || from.height < 1)
        return alv_engine_refuse(m, ALV_UNRUN_PLACES, "Attention");
    if (p > ALV_ENGINE_POSITIONS) return alv_engine_refuse(m, ALV_UNRUN_SIZE, "");
    if (!put_added(&node.bias, m, added, heads, alv_fed_positions(from))) return false;
    alv_engine_count(m,
                     (int64_t)(alv_min(p * p * heads, ALV_ENGINE_VALUES)) + node.out * (int64_t)p,
                     p * p * (double)node.out * 2);
    alv_engine_put(m, node, from.sequence, (alv_engine_source){.n = 1, .graph = {graph}});
    return true;
}

bool alv_engine_put_attend(alv_making *m, int graph)
{
    const alv_node *n = alv_engine_node(m, graph);
    alv_fed from;
    return alv_engine_fed(&from, m, n->input) &&
           put_attend_node(m, from, n->heads, n->both_ways, -1, graph);
}

/* Three dense layers on one signal, which only one attention reads, side by side. */
static bool put_three(alv_making *m, alv_engine_source source, const char *what)
{
    int64_t out[3], in[3];
    alv_fed from;
    for (int k = 0; k < 3; k++) {
        const int at = source.graph[k];
        const alv_node *w = at >= 0 ? alv_engine_node(m, at) : NULL;
        if (!w || w->op != ALV_OP_WEIGHTS || w->kind == ALV_LAYER_CONV || m->readers[at] != 1 ||
            w->input != alv_engine_node(m, source.graph[0])->input ||
            (w->bias < 0) != (alv_engine_node(m, source.graph[0])->bias < 0))
            return alv_engine_refuse(m, ALV_UNRUN_PLACES, what);
        if (!alv_engine_matrix(&out[k], &in[k], m, w->weight)) return false;
        if (out[k] != out[0] || in[k] != in[0]) return alv_engine_refuse(m, ALV_UNRUN_PLACES, what);
    }
    return alv_engine_fed(&from, m, alv_engine_node(m, source.graph[0])->input) &&
           alv_engine_put_dense(m, source.graph[0], from, out[0], in[0], source);
}

/* Attention that is written out ends in shares times values: of three dense layers, or of three
 * parts of one. */
bool alv_engine_put_product(alv_making *m, int graph)
{
    const alv_node *n = alv_engine_node(m, graph);
    const alv_node *shares = n->input >= 0 ? alv_engine_node(m, n->input) : NULL;
    const alv_node *scores =
        shares && shares->input >= 0 ? alv_engine_node(m, shares->input) : NULL;
    if (!scores || n->heads < 1 || !alv_node_is(shares, "Softmax") ||
        !alv_node_is(scores, "MatMul"))
        return alv_engine_refuse(m, ALV_UNRUN_OPERATOR, n->what);
    const alv_engine_source source = {.n = 3, .graph = {scores->input, scores->other, n->other}};
    const bool one = source.graph[0] == source.graph[1] && source.graph[0] == source.graph[2];
    if (source.graph[0] < 0) return alv_engine_refuse(m, ALV_UNRUN_PLACES, n->what);
    const bool whole = alv_engine_node(m, source.graph[0])->op == ALV_OP_WEIGHTS;
    if (!one && !put_three(m, source, n->what)) return false;
    if (one && m->e->places[source.graph[0]].node < 0 &&
        (!whole || !alv_engine_put_weights(m, source.graph[0])))
        return whole ? false : alv_engine_refuse(m, ALV_UNRUN_PLACES, n->what);
    const int at = one ? m->e->places[source.graph[0]].node : m->e->model->n_nodes - 1;
    const alv_node *put = &m->e->model->nodes[at];
    const alv_fed from = {at, put->out, put->height, put->width, m->sequence[at]};
    return put_attend_node(m, from, n->heads, shares->both_ways, scores->bias, graph);
}

bool alv_engine_put_lstm(alv_making *m, int graph)
{
    const alv_node *n = alv_engine_node(m, graph);
    int64_t out, in;
    alv_fed from;
    if (n->heads > 1) return true; /* it waits for the node of both directions */
    if (!alv_engine_fed(&from, m, n->input) || !alv_engine_matrix(&out, &in, m, n->weight))
        return false;
    if (!from.sequence || out != from.units || out != 4 * in)
        return alv_engine_refuse(m, ALV_UNRUN_WEIGHTS, "LSTM");
    const int64_t shape[2] = {out, in};
    alv_node node = {.op = ALV_OP_LSTM,
                     .input = from.node,
                     .other = -1,
                     .in = out,
                     .out = in,
                     .height = from.height,
                     .width = from.width,
                     .bias = -1};
    node.weight =
        alv_engine_put_param(m, alv_engine_tensor(alv_engine_weight_name(m, n), ALV_ROLE_WEIGHT,
                                                  ALV_LAYER_DENSE, 2, shape));
    alv_engine_count(m, 10 * in * from.height, (double)from.height * (double)out * (double)in);
    alv_engine_put(m, node, true,
                   (alv_engine_source){.n = 1, .graph = {graph}, .gates = 4, .ways = 1});
    return true;
}

bool alv_engine_put_last(alv_making *m, int graph)
{
    alv_fed from;
    if (!alv_engine_fed(&from, m, alv_engine_node(m, graph)->input)) return false;
    if (alv_engine_node(m, graph)->backward) return alv_engine_put_move(m, graph);
    if (!from.sequence || from.node < 0) return alv_engine_refuse(m, ALV_UNRUN_PLACES, "Gather");
    alv_engine_put(m,
                   (alv_node){.op = ALV_OP_LAST,
                              .input = from.node,
                              .other = -1,
                              .in = from.units,
                              .out = from.units,
                              .weight = -1,
                              .bias = -1},
                   false, (alv_engine_source){.n = 1, .graph = {graph}});
    alv_engine_count(m, from.units, 0);
    return true;
}
