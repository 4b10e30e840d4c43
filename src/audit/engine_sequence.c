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
static bool put_added(int *out, alv_making *m, int index, const int64_t shape[3])
{
    const alv_checkpoint_tensor *t;
    const int64_t each = shape[1] * shape[2];
    *out = -1;
    if (index < 0) return true;
    if (!alv_engine_param(&t, m, index)) return false;
    if (t->count != each && t->count != shape[0] * each)
        return alv_engine_refuse(m, ALV_UNRUN_WEIGHTS, t->name);
    m->e->expanded |= t->count != shape[0] * each;
    alv_tensor what = alv_engine_tensor(t->name, ALV_ROLE_BIAS, ALV_LAYER_DENSE, 3, shape);
    what.fan_in = 1;
    *out = alv_engine_put_param(m, what);
    return true;
}

static bool put_attend_node(alv_making *m, alv_fed from, int heads, bool both_ways, int added,
                            int graph)
{
    if (!(heads > 0) || from.units / 3 % heads != 0)
        return alv_engine_refuse(m, ALV_UNRUN_PLACES, "Attention");
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
    const int64_t shape[3] = {heads, alv_fed_positions(from), alv_fed_positions(from)};
    if (!put_added(&node.bias, m, added, shape)) return false;
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

/* Whether these are three dense layers alike on one signal, which only one attention reads. */
static bool are_three(const alv_making *m, const int graph[3])
{
    for (int k = 0; k < 3; k++) {
        const alv_node *w = graph[k] >= 0 ? alv_engine_node(m, graph[k]) : NULL;
        const alv_node *first = k > 0 ? alv_engine_node(m, graph[0]) : w;
        if (!w || w->op != ALV_OP_WEIGHTS || w->kind == ALV_LAYER_CONV ||
            m->readers[graph[k]] != 1 || m->e->places[graph[k]].node >= 0 ||
            w->input != first->input || (w->bias < 0) != (first->bias < 0) ||
            w->out != first->out || w->in != first->in)
            return false;
    }
    return graph[0] != graph[1] && graph[0] != graph[2] && graph[1] != graph[2];
}

/* Side by side. */
static bool put_three(alv_making *m, alv_engine_source source, const char *what)
{
    int64_t out[3], in[3];
    alv_fed from;
    for (int k = 0; k < 3; k++) {
        const alv_node *w = alv_engine_node(m, source.graph[k]);
        if (!alv_engine_matrix(&out[k], &in[k], m, w->weight)) return false;
        if (out[k] != out[0] || in[k] != in[0]) return alv_engine_refuse(m, ALV_UNRUN_PLACES, what);
    }
    return alv_engine_fed(&from, m, alv_engine_node(m, source.graph[0])->input) &&
           alv_engine_put_dense(m, source.graph[0], from, out[0], in[0], source);
}

/* One of the signals that attention reads, which may have waited for it. */
static bool find_read(alv_fed *out, alv_making *m, int graph)
{
    if (graph >= 0 && m->e->places[graph].node < 0 &&
        alv_engine_node(m, graph)->op == ALV_OP_WEIGHTS && !alv_engine_put_weights(m, graph))
        return false;
    if (!alv_engine_fed(out, m, graph)) return false;
    *out = alv_engine_solid(m, *out);
    return true;
}

/* Queries of one signal, keys and values of another, of as many positions as it has. */
static bool put_attend_apart(alv_making *m, alv_fed q, alv_fed kv, const alv_node *shares,
                             int added, int graph)
{
    const alv_node *n = alv_engine_node(m, graph);
    const int64_t p = alv_fed_positions(q), keys = alv_fed_positions(kv);
    const int64_t shape[3] = {n->heads, p, keys};
    alv_node node = {.op = ALV_OP_ATTEND,
                     .input = q.node,
                     .other = kv.node,
                     .in = q.units,
                     .out = q.units,
                     .height = q.height,
                     .width = q.width,
                     .heads = n->heads,
                     .both_ways = true,
                     .weight = -1,
                     .bias = -1};
    if (!shares->both_ways || q.units % n->heads != 0 || q.height < 1 || kv.height < 1)
        return alv_engine_refuse(m, ALV_UNRUN_PLACES, n->what);
    if (alv_max((double)p, (double)keys) > ALV_ENGINE_POSITIONS)
        return alv_engine_refuse(m, ALV_UNRUN_SIZE, "");
    if (!put_added(&node.bias, m, added, shape)) return false;
    alv_engine_count(
        m, (int64_t)alv_min((double)p * (double)keys * n->heads, ALV_ENGINE_VALUES) + node.out * p,
        (double)p * (double)keys * (double)node.out * 2);
    alv_engine_put(m, node, q.sequence, (alv_engine_source){.n = 1, .graph = {graph}});
    return true;
}

/* Of any three signals, or of pieces of one: side by side first. */
static bool put_any(alv_making *m, const alv_node *scores, const alv_node *shares, double scale,
                    int graph)
{
    const alv_node *n = alv_engine_node(m, graph);
    alv_fed q, k, v;
    if (!find_read(&q, m, scores->input) || !find_read(&k, m, scores->other) ||
        !find_read(&v, m, n->other))
        return false;
    if (scores->input == scores->other) { /* the first two thirds */
        const alv_fed both = q;
        q = alv_engine_put_units(m, both, 0, both.units / 3, scale);
        k = alv_engine_put_units(m, both, both.units / 3, both.units / 3, 1);
    } else if (scale != 1) {
        q = alv_engine_put_units(m, q, 0, q.units, scale);
    }
    if (n->other == scores->other && scores->input == scores->other)
        v = alv_engine_put_units(m, v, v.units / 3 * 2, v.units / 3, 1);
    if (q.units != k.units || q.units != v.units || alv_fed_positions(k) != alv_fed_positions(v) ||
        k.height != v.height)
        return alv_engine_refuse(m, ALV_UNRUN_PLACES, n->what);
    const bool same = q.height == k.height && q.width == k.width;
    if (!same)
        return put_attend_apart(m, q, alv_engine_put_beside(m, k, v), shares, scores->bias, graph);
    q = alv_engine_put_beside(m, alv_engine_put_beside(m, q, k), v);
    return put_attend_node(m, q, n->heads, shares->both_ways, scores->bias, graph);
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
    const alv_move *move = alv_engine_move(m, shares->input);
    const double scale = move && move->kind == ALV_MOVE_SCORES ? move->scale : 1;
    if (scale != 1 || (!one && !are_three(m, source.graph)))
        return put_any(m, scores, shares, scale, graph);
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
