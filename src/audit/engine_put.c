/* The engine's layer for each node of a graph. */
#include "audit/engine_parts.h"

#include "base/base.h"
#include "math/math.h"

static const alv_node *node_at(const alv_making *m, int graph)
{
    return &m->e->graph->nodes[graph];
}

static const char *weight_name(const alv_making *m, const alv_node *n)
{
    return n->weight >= 0 ? m->e->graph->params[n->weight].name : "";
}

static int put_param(alv_making *m, alv_tensor what)
{
    alv_model *e = m->e->model;
    int64_t count = 0;
    if (alv_tensor_count(&count, &what, NULL) != ALV_OK || count > ALV_ENGINE_PARAMS)
        count = ALV_ENGINE_PARAMS;
    m->e->n_params += count;
    e->params[e->n_params] = what;
    return e->n_params++;
}

/* Counts what a node keeps and multiplies; saturates. */
static void count(alv_making *m, int64_t values, double products)
{
    alv_engine *e = m->e;
    const double sum = (double)e->products + products;
    if (!alv_mul_i64(&values, values, 1) || values > ALV_ENGINE_VALUES - e->values)
        values = ALV_ENGINE_VALUES - e->values;
    e->values += values;
    e->products = sum < 0x1p62 ? (int64_t)sum : INT64_MAX;
}

static bool param_of(const alv_checkpoint_tensor **t, alv_making *m, int index)
{
    *t = index >= 0 ? alv_checkpoint_find(m->e->file, m->e->graph->params[index].name) : NULL;
    const bool fine = *t && (*t)->dtype >= 0 && (*t)->count > 0 && !(*t)->fortran;
    return fine || alv_engine_refuse(m, ALV_UNRUN_WEIGHTS,
                                     index >= 0 ? m->e->graph->params[index].name : "");
}

static alv_tensor tensor(const char *name, alv_role role, alv_layer layer, int rank,
                         const int64_t *shape)
{
    alv_tensor t = {.role = role, .layer = layer, .rank = rank};
    alv_text_format(t.name, sizeof t.name, "%s", name);
    for (int i = 0; i < rank; i++) t.shape[i] = shape[i];
    return t;
}

/* A parameter with one value for each unit; -1 where the graph has none. */
static bool put_vector(int *out, alv_making *m, int index, int64_t units, alv_role role)
{
    const alv_checkpoint_tensor *t;
    *out = -1;
    if (index < 0) return true;
    if (!param_of(&t, m, index)) return false;
    if (t->count != units) return alv_engine_refuse(m, ALV_UNRUN_WEIGHTS, t->name);
    alv_tensor what = tensor(t->name, role, ALV_LAYER_DENSE, 1, &units);
    what.fan_in = 1;
    *out = put_param(m, what);
    return true;
}

/* Rows of a (rows, columns) matrix in either layout. */
static bool matrix_of(int64_t *out, int64_t *in, alv_making *m, int index)
{
    const alv_checkpoint_tensor *t;
    if (!param_of(&t, m, index)) return false;
    const alv_tensor *w = &m->e->graph->params[index];
    const bool torch = w->layout == ALV_LAYOUT_TORCH;
    const int first = t->rank == 3 && t->shape[0] == 1 ? 1 : 0; /* an LSTM's directions */
    if (t->rank - first != 2 || w->layout == ALV_LAYOUT_AXES || (w->groups > 1))
        return alv_engine_refuse(m, ALV_UNRUN_WEIGHTS, t->name);
    *out = t->shape[first + (torch ? 0 : 1)];
    *in = t->shape[first + (torch ? 1 : 0)];
    return true;
}

/* The dense layer of `source.n` weights side by side, each (units, in), on what feeds them. */
static bool put_dense(alv_making *m, int graph, alv_fed from, int64_t units, int64_t in,
                      alv_engine_source source)
{
    const alv_node *n = node_at(m, graph);
    const bool each = in == from.units && (from.height > 0);
    const bool on_data = from.node < 0 && from.height > 0;
    const int64_t out = units * source.n, shape[3] = {out, in, 1};
    if (!each && in != from.units * alv_fed_positions(from))
        return alv_engine_refuse(m, ALV_UNRUN_WEIGHTS, weight_name(m, n));
    if (each && on_data && !from.sequence)
        return alv_engine_refuse(m, ALV_UNRUN_PLACES, weight_name(m, n));
    alv_node node = {.op = ALV_OP_WEIGHTS,
                     .kind = ALV_LAYER_DENSE,
                     .input = from.node,
                     .other = -1,
                     .in = in,
                     .out = out,
                     .bias = -1};
    if (each) node.height = from.height, node.width = from.width;
    if (each && on_data) {
        node.kind = ALV_LAYER_CONV;
        node.kernel = node.stride = 1;
        node.one_axis = true;
    }
    /* Samples are (units, positions) in images, (positions, units) in sequences and in the engine,
     * but for its data. */
    if (!each && from.height > 0 && from.sequence == on_data) {
        source.outer = from.sequence ? alv_fed_positions(from) : from.units;
        source.inner = in / source.outer;
    }
    const char *name = weight_name(m, n);
    node.weight = put_param(
        m, tensor(name, ALV_ROLE_WEIGHT, node.kind, node.kind == ALV_LAYER_CONV ? 3 : 2, shape));
    if (n->bias >= 0) {
        const alv_checkpoint_tensor *b;
        if (!param_of(&b, m, n->bias)) return false;
        if (b->count != units * (source.gates ? 2 : 1))
            return alv_engine_refuse(m, ALV_UNRUN_WEIGHTS, b->name);
        alv_tensor what = tensor(b->name, ALV_ROLE_BIAS, ALV_LAYER_DENSE, 1, &out);
        what.fan_in = (double)in;
        node.bias = put_param(m, what);
    }
    const int64_t p = each ? alv_fed_positions(from) : 1;
    count(m, out * p, (double)out * (double)in * (double)p);
    alv_engine_put(m, node, from.sequence && each, source);
    return true;
}

static int after(int size, int kernel, int stride, int64_t padding)
{
    const int64_t room = size + 2 * padding - kernel;
    return room < 0 || stride < 1 ? 0 : (int)(room / stride + 1);
}

static bool put_conv(alv_making *m, int graph, alv_fed from, alv_engine_source source)
{
    const alv_node *n = node_at(m, graph);
    const alv_checkpoint_tensor *t;
    if (!param_of(&t, m, n->weight)) return false;
    const alv_tensor *w = &m->e->graph->params[n->weight];
    const int64_t groups = w->groups > 1 ? w->groups : 1;
    if (t->rank != 4 || w->layout != ALV_LAYOUT_TORCH || t->shape[2] != n->kernel ||
        from.sequence || from.height < 1 || t->shape[1] != from.units / groups ||
        from.units % groups != 0 || t->shape[0] % groups != 0)
        return alv_engine_refuse(m, ALV_UNRUN_WEIGHTS, t->name);
    alv_node node = *n;
    const int64_t pad = n->own_padding ? n->padding : (n->kernel - 1) / 2;
    node.input = from.node;
    node.other = -1;
    node.in = from.units;
    node.out = t->shape[0];
    node.height = after(from.height, n->kernel, n->stride, pad);
    node.width = after(from.width, n->kernel, n->stride, pad);
    const int64_t shape[4] = {node.out, node.in, n->kernel, n->kernel};
    node.weight = put_param(m, tensor(t->name, ALV_ROLE_WEIGHT, ALV_LAYER_CONV, 4, shape));
    m->e->expanded |= groups > 1;
    if (!put_vector(&node.bias, m, n->bias, node.out, ALV_ROLE_BIAS)) return false;
    const double places = (double)node.height * node.width;
    count(m, node.out * node.height * node.width,
          places * (double)node.out * (double)node.in * n->kernel * n->kernel);
    alv_engine_put(m, node, false, source);
    return true;
}

static bool put_weights(alv_making *m, int graph)
{
    const alv_node *n = node_at(m, graph);
    alv_engine_source source = {.n = 1, .graph = {graph}};
    int64_t out = 0, in = 0;
    alv_fed from;
    if (!alv_engine_fed(&from, m, n->input)) return false;
    if (n->kind == ALV_LAYER_CONV) return put_conv(m, graph, from, source);
    if (n->kind != ALV_LAYER_DENSE && n->kind != ALV_LAYER_TIED_HEAD)
        return alv_engine_refuse(m, ALV_UNRUN_OPERATOR, weight_name(m, n));
    if (!matrix_of(&out, &in, m, n->weight)) return false;
    source.gates = m->gates[graph];
    return put_dense(m, graph, from, out, in, source);
}

/* Keeps units and positions. */
static bool put_same(alv_making *m, int graph)
{
    alv_node node = *node_at(m, graph);
    alv_fed from, other = {.node = -1};
    if (!alv_engine_fed(&from, m, node.input)) return false;
    if (node.op == ALV_OP_ADD && !alv_engine_fed(&other, m, node.other)) return false;
    const int gain = node.weight, shift = node.bias;
    node.input = from.node;
    node.other = other.node;
    node.in = node.out = from.units;
    node.height = from.height;
    node.width = from.width;
    node.weight = node.bias = -1;
    if (node.op == ALV_OP_NORM && (!put_vector(&node.weight, m, gain, node.out, ALV_ROLE_GAIN) ||
                                   !put_vector(&node.bias, m, shift, node.out, ALV_ROLE_BIAS)))
        return false;
    count(m, node.out * alv_fed_positions(from), 0);
    alv_engine_put(m, node, from.sequence, (alv_engine_source){.n = 1, .graph = {graph}});
    return true;
}

static bool put_pool(alv_making *m, int graph)
{
    alv_node node = *node_at(m, graph);
    const int64_t pad = node.own_padding ? node.padding : 0;
    alv_fed from;
    if (!alv_engine_fed(&from, m, node.input)) return false;
    if (from.height < 1 || from.sequence)
        return alv_engine_refuse(m, ALV_UNRUN_PLACES, node.largest ? "MaxPool" : "AveragePool");
    node.input = from.node;
    node.other = -1;
    node.in = node.out = from.units;
    node.height = node.kernel > 0 ? after(from.height, node.kernel, node.stride, pad) : 0;
    node.width = node.kernel > 0 ? after(from.width, node.kernel, node.stride, pad) : 0;
    count(m, node.out * (node.height > 0 ? (int64_t)node.height * node.width : 1), 0);
    alv_engine_put(m, node, false, (alv_engine_source){.n = 1, .graph = {graph}});
    return true;
}

static bool put_embed(alv_making *m, int graph)
{
    const alv_node *n = node_at(m, graph);
    const alv_checkpoint_tensor *t;
    alv_model *e = m->e->model;
    if (n->input >= 0 || e->tokens < 1) return alv_engine_refuse(m, ALV_UNRUN_PLACES, "Gather");
    if (!param_of(&t, m, n->weight)) return false;
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
    node.weight = put_param(m, tensor(t->name, ALV_ROLE_WEIGHT, ALV_LAYER_EMBEDDING, 2, t->shape));
    count(m, node.out * e->inputs, 0);
    alv_engine_put(m, node, true, (alv_engine_source){.n = 1, .graph = {graph}});
    return true;
}

static bool put_attend_node(alv_making *m, alv_fed from, int heads, bool both_ways, int graph)
{
    const alv_node node = {.op = ALV_OP_ATTEND,
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
    const double p = from.height;
    if (from.units % 3 != 0 || !from.sequence)
        return alv_engine_refuse(m, ALV_UNRUN_PLACES, "Attention");
    count(m, (int64_t)(alv_min(p * p * heads, ALV_ENGINE_VALUES)) + node.out * from.height,
          p * p * (double)node.out * 2);
    alv_engine_put(m, node, true, (alv_engine_source){.n = 1, .graph = {graph}});
    return true;
}

static bool put_attend(alv_making *m, int graph)
{
    const alv_node *n = node_at(m, graph);
    alv_fed from;
    return alv_engine_fed(&from, m, n->input) &&
           put_attend_node(m, from, n->heads, n->both_ways, graph);
}

/* Attention that is written out ends in shares times values: three dense layers on one signal,
 * which nothing else reads. */
static bool put_product(alv_making *m, int graph)
{
    const alv_node *n = node_at(m, graph);
    const alv_node *shares = n->input >= 0 ? node_at(m, n->input) : NULL;
    const alv_node *scores = shares && shares->input >= 0 ? node_at(m, shares->input) : NULL;
    if (!scores || n->heads < 1 || !alv_node_is(shares, "Softmax") ||
        !alv_node_is(scores, "MatMul"))
        return alv_engine_refuse(m, ALV_UNRUN_OPERATOR, n->what);
    alv_engine_source source = {.n = 3, .graph = {scores->input, scores->other, n->other}};
    int64_t out[3], in[3];
    alv_fed from;
    for (int k = 0; k < 3; k++) {
        const int at = source.graph[k];
        const alv_node *w = at >= 0 ? node_at(m, at) : NULL;
        if (!w || w->op != ALV_OP_WEIGHTS || w->kind == ALV_LAYER_CONV || m->readers[at] != 1 ||
            w->input != node_at(m, source.graph[0])->input ||
            (w->bias < 0) != (node_at(m, source.graph[0])->bias < 0))
            return alv_engine_refuse(m, ALV_UNRUN_PLACES, n->what);
        if (!matrix_of(&out[k], &in[k], m, w->weight)) return false;
        if (out[k] != out[0] || in[k] != in[0])
            return alv_engine_refuse(m, ALV_UNRUN_PLACES, n->what);
    }
    if (!alv_engine_fed(&from, m, node_at(m, source.graph[0])->input)) return false;
    if (!put_dense(m, source.graph[0], from, out[0], in[0], source)) return false;
    const alv_node *put = &m->e->model->nodes[m->e->model->n_nodes - 1];
    from = (alv_fed){m->e->model->n_nodes - 1, put->out, put->height, put->width, true};
    return put_attend_node(m, from, n->heads, true, graph);
}

static bool put_lstm(alv_making *m, int graph)
{
    const alv_node *n = node_at(m, graph);
    int64_t out, in;
    alv_fed from;
    if (!alv_engine_fed(&from, m, n->input) || !matrix_of(&out, &in, m, n->weight)) return false;
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
        put_param(m, tensor(weight_name(m, n), ALV_ROLE_WEIGHT, ALV_LAYER_DENSE, 2, shape));
    count(m, 10 * in * from.height, (double)from.height * (double)out * (double)in);
    alv_engine_put(m, node, true, (alv_engine_source){.n = 1, .graph = {graph}, .gates = true});
    return true;
}

static bool put_last(alv_making *m, int graph)
{
    alv_fed from;
    if (!alv_engine_fed(&from, m, node_at(m, graph)->input)) return false;
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
    count(m, from.units, 0);
    return true;
}

/* Scores and shares wait for what ends them; all else has no layer. */
static bool put_other(alv_making *m, int graph)
{
    const alv_node *n = node_at(m, graph);
    const bool waits = n->heads > 0 && (alv_node_is(n, "Softmax") || alv_node_is(n, "MatMul"));
    const alv_node *shares = n->input >= 0 ? node_at(m, n->input) : NULL;
    if (waits && alv_node_is(n, "MatMul") && shares && alv_node_is(shares, "Softmax"))
        return put_product(m, graph);
    return waits || alv_engine_refuse(m, ALV_UNRUN_OPERATOR, n->what);
}

static bool (*const puts_of[])(alv_making *m, int graph) = {
    [ALV_OP_WEIGHTS] = put_weights, [ALV_OP_NORM] = put_same, [ALV_OP_ADD] = put_same,
    [ALV_OP_POOL] = put_pool,       [ALV_OP_ACT] = put_same,  [ALV_OP_EMBED] = put_embed,
    [ALV_OP_ATTEND] = put_attend,   [ALV_OP_LSTM] = put_lstm, [ALV_OP_LAST] = put_last,
    [ALV_OP_OTHER] = put_other,
};

bool alv_engine_put_node(alv_making *m, int graph)
{
    return puts_of[node_at(m, graph)->op](m, graph);
}
