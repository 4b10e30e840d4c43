/* The engine's layer for each node of a graph. */
#include "audit/engine_parts.h"

#include "base/base.h"
#include "math/math.h"

const alv_node *alv_engine_node(const alv_making *m, int graph)
{
    return &m->e->graph->nodes[graph];
}

const char *alv_engine_weight_name(const alv_making *m, const alv_node *n)
{
    return n->weight >= 0 ? m->e->graph->params[n->weight].name : "";
}

int alv_engine_put_param(alv_making *m, alv_tensor what)
{
    alv_model *e = m->e->model;
    int64_t count = 0;
    if (alv_tensor_count(&count, &what, NULL) != ALV_OK || count > ALV_ENGINE_PARAMS)
        count = ALV_ENGINE_PARAMS;
    m->e->n_params += count;
    e->params[e->n_params] = what;
    return e->n_params++;
}

void alv_engine_count(alv_making *m, int64_t values, double products)
{
    alv_engine *e = m->e;
    const double sum = (double)e->products + products;
    if (!alv_mul_i64(&values, values, 1) || values > ALV_ENGINE_VALUES - e->values)
        values = ALV_ENGINE_VALUES - e->values;
    e->values += values;
    e->products = sum < 0x1p62 ? (int64_t)sum : INT64_MAX;
}

bool alv_engine_param(const alv_checkpoint_tensor **t, alv_making *m, int index)
{
    *t = index >= 0 ? alv_checkpoint_find(m->e->file, m->e->graph->params[index].name) : NULL;
    const bool fine = *t && (*t)->dtype >= 0 && (*t)->count > 0 && !(*t)->fortran;
    return fine || alv_engine_refuse(m, ALV_UNRUN_WEIGHTS,
                                     index >= 0 ? m->e->graph->params[index].name : "");
}

alv_tensor alv_engine_tensor(const char *name, alv_role role, alv_layer layer, int rank,
                             const int64_t *shape)
{
    alv_tensor t = {.role = role, .layer = layer, .rank = rank};
    alv_text_format(t.name, sizeof t.name, "%s", name);
    for (int i = 0; i < rank; i++) t.shape[i] = shape[i];
    return t;
}

/* A parameter with one value for each unit; -1 where the graph has none. */
bool alv_engine_put_vector(int *out, alv_making *m, int index, int64_t units, alv_role role)
{
    const alv_checkpoint_tensor *t;
    *out = -1;
    if (index < 0) return true;
    if (!alv_engine_param(&t, m, index)) return false;
    if (t->count != units) return alv_engine_refuse(m, ALV_UNRUN_WEIGHTS, t->name);
    alv_tensor what = alv_engine_tensor(t->name, role, ALV_LAYER_DENSE, 1, &units);
    what.fan_in = 1;
    *out = alv_engine_put_param(m, what);
    return true;
}

bool alv_engine_matrix(int64_t *out, int64_t *in, alv_making *m, int index)
{
    const alv_checkpoint_tensor *t;
    if (!alv_engine_param(&t, m, index)) return false;
    const alv_tensor *w = &m->e->graph->params[index];
    const bool torch = w->layout == ALV_LAYOUT_TORCH;
    const int first = t->rank == 3 ? 1 : 0; /* directions of a recurrent layer */
    if (t->rank - first != 2 || w->layout == ALV_LAYOUT_AXES || w->groups > 1 ||
        (first == 1 && !torch && t->shape[0] != 1))
        return alv_engine_refuse(m, ALV_UNRUN_WEIGHTS, t->name);
    *out = t->shape[first + (torch ? 0 : 1)] * (first == 1 ? t->shape[0] : 1);
    *in = t->shape[first + (torch ? 1 : 0)];
    return true;
}

bool alv_engine_put_dense(alv_making *m, int graph, alv_fed from, int64_t units, int64_t in,
                          alv_engine_source source)
{
    const alv_node *n = alv_engine_node(m, graph);
    const bool each = in == from.units && (from.height > 0);
    const bool on_data = from.node < 0 && from.height > 0;
    const int64_t out = units * source.n, shape[3] = {out, in, 1};
    if (!each && in != from.units * alv_fed_positions(from))
        return alv_engine_refuse(m, ALV_UNRUN_WEIGHTS, alv_engine_weight_name(m, n));
    if (each && on_data && !from.sequence)
        return alv_engine_refuse(m, ALV_UNRUN_PLACES, alv_engine_weight_name(m, n));
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
    /* Samples are (units, positions) in images, (positions, units) in sequences, unless the file
     * says otherwise; the latter in the engine, but for its data. */
    const alv_move *move = alv_engine_move(m, graph);
    const bool units_first = move && move->told ? move->units_first : !from.sequence;
    if (!each && from.height > 0 && units_first != on_data) {
        source.outer = units_first ? from.units : alv_fed_positions(from);
        source.inner = in / source.outer;
    }
    const char *name = alv_engine_weight_name(m, n);
    node.weight =
        alv_engine_put_param(m, alv_engine_tensor(name, ALV_ROLE_WEIGHT, node.kind,
                                                  node.kind == ALV_LAYER_CONV ? 3 : 2, shape));
    if (n->bias >= 0) {
        const alv_checkpoint_tensor *b;
        if (!alv_engine_param(&b, m, n->bias)) return false;
        if (b->count != units * (source.gates > 0 ? 2 : 1))
            return alv_engine_refuse(m, ALV_UNRUN_WEIGHTS, b->name);
        alv_tensor what = alv_engine_tensor(b->name, ALV_ROLE_BIAS, ALV_LAYER_DENSE, 1, &out);
        what.fan_in = (double)in;
        node.bias = alv_engine_put_param(m, what);
    }
    const int64_t p = each ? alv_fed_positions(from) : 1;
    alv_engine_count(m, out * p, (double)out * (double)in * (double)p);
    alv_engine_put(m, node, from.sequence && each, source);
    return true;
}

static int after(int size, int kernel, int stride, int64_t padding)
{
    const int64_t room = size + 2 * padding - kernel;
    return room < 0 || stride < 1 ? 0 : (int)(room / stride + 1);
}

/* Places that stand apart become zeros of a larger kernel; positions along that axis. */
static int enclose(alv_window *w, int *spread, int size, int otherwise)
{
    const int stride = w->stride > 0 ? w->stride : otherwise;
    const int64_t wide = (int64_t)(w->kernel - 1) * w->spread + 1;
    const int64_t room = (int64_t)size + w->before + w->after - wide;
    *spread = w->spread;
    w->spread = 1;
    if (wide > 1 << 10 || room < 0 || stride < 1) return 0;
    w->kernel = (int)wide;
    return (int)(room / stride + 1);
}

static bool put_conv(alv_making *m, int graph, alv_fed from, alv_engine_source source)
{
    const alv_node *n = alv_engine_node(m, graph);
    const alv_checkpoint_tensor *t;
    if (!alv_engine_param(&t, m, n->weight)) return false;
    if (from.height < 1 && t->count == t->shape[0] * t->shape[1] && n->windows[0].kernel == 0 &&
        m->e->graph->params[n->weight].groups <= 1) /* of what a pool has left */
        return alv_engine_put_dense(m, graph, from, t->shape[0], t->shape[1], source);
    const alv_tensor *w = &m->e->graph->params[n->weight];
    const int64_t groups = w->groups > 1 ? w->groups : 1;
    const bool line = t->rank == 3; /* a kernel along the height alone */
    if ((t->rank != 4 && !line) || w->layout != ALV_LAYOUT_TORCH || t->shape[2] != n->kernel ||
        (n->windows[0].kernel == 0 && (line || t->shape[3] != n->kernel)) ||
        (line ? from.width != 1 : from.sequence) || from.height < 1 ||
        t->shape[1] != from.units / groups || from.units % groups != 0 || t->shape[0] % groups != 0)
        return alv_engine_refuse(m, ALV_UNRUN_WEIGHTS, t->name);
    alv_node node = *n;
    const bool told = n->windows[0].kernel > 0;
    const int64_t pad = node.own_padding ? node.padding : (node.kernel - 1) / 2;
    node.input = from.node;
    node.other = -1;
    node.in = from.units;
    node.out = t->shape[0];
    node.height = told ? enclose(&node.windows[0], &source.spread[0], from.height, n->stride)
                       : after(from.height, node.kernel, n->stride, pad);
    node.width = told ? enclose(&node.windows[1], &source.spread[1], from.width, n->stride)
                      : after(from.width, node.kernel, n->stride, pad);
    if (told && (node.height < 1 || node.width < 1))
        return alv_engine_refuse(m, ALV_UNRUN_OPTION, t->name);
    const int64_t shape[4] = {node.out, node.in, told ? node.windows[0].kernel : node.kernel,
                              told ? node.windows[1].kernel : node.kernel};
    node.weight = alv_engine_put_param(
        m, alv_engine_tensor(t->name, ALV_ROLE_WEIGHT, ALV_LAYER_CONV, 4, shape));
    m->e->expanded |= groups > 1 || source.spread[0] > 1 || source.spread[1] > 1;
    if (!alv_engine_put_vector(&node.bias, m, n->bias, node.out, ALV_ROLE_BIAS)) return false;
    const double places = (double)node.height * node.width;
    alv_engine_count(m, node.out * node.height * node.width,
                     places * (double)node.out * (double)node.in * (double)(shape[2] * shape[3]));
    alv_engine_put(m, node, from.sequence, source);
    return true;
}

bool alv_engine_put_weights(alv_making *m, int graph)
{
    const alv_node *n = alv_engine_node(m, graph);
    alv_engine_source source = {.n = 1, .graph = {graph}};
    int64_t out = 0, in = 0;
    alv_fed from;
    if (!alv_engine_fed(&from, m, n->input)) return false;
    if (n->kind == ALV_LAYER_CONV) return put_conv(m, graph, from, source);
    if (n->kind == ALV_LAYER_CONV_TRANSPOSED) return alv_engine_put_spread(m, graph, from, source);
    if (n->kind != ALV_LAYER_DENSE && n->kind != ALV_LAYER_TIED_HEAD)
        return alv_engine_refuse(m, ALV_UNRUN_OPERATOR, alv_engine_weight_name(m, n));
    if (!alv_engine_matrix(&out, &in, m, n->weight)) return false;
    if (m->cell[graph] > 0) {
        const alv_node *cell = alv_engine_node(m, m->cell[graph]);
        source.gates = alv_engine_gates(cell);
        source.ways = cell->heads > 0 ? cell->heads : 1;
        source.late = cell->late;
    }
    return alv_engine_put_dense(m, graph, from, out, in, source);
}

/* Keeps units and positions. */
bool alv_engine_put_same(alv_making *m, int graph)
{
    alv_node node = *alv_engine_node(m, graph);
    alv_fed from, other = {.node = -1};
    if (!alv_engine_fed(&from, m, node.input)) return false;
    if (node.op == ALV_OP_ADD && !alv_engine_fed(&other, m, node.other)) return false;
    if (from.height > 0 || node.op != ALV_OP_ADD) from = alv_engine_solid(m, from);
    if (node.op == ALV_OP_ADD && other.height > 0) other = alv_engine_solid(m, other);
    const int gain = node.weight, shift = node.bias;
    node.input = from.node;
    node.other = other.node;
    node.in = node.out = from.units;
    node.height = from.height;
    node.width = from.width;
    node.weight = node.bias = -1;
    if (node.op == ALV_OP_NORM &&
        (!alv_engine_put_vector(&node.weight, m, gain, node.out, ALV_ROLE_GAIN) ||
         !alv_engine_put_vector(&node.bias, m, shift, node.out, ALV_ROLE_BIAS)))
        return false;
    alv_engine_count(m, node.out * alv_fed_positions(from), 0);
    alv_engine_put(m, node, from.sequence, (alv_engine_source){.n = 1, .graph = {graph}});
    return true;
}

static bool put_pool(alv_making *m, int graph)
{
    alv_node node = *alv_engine_node(m, graph);
    const int64_t pad = node.own_padding ? node.padding : 0;
    const bool told = node.windows[0].kernel > 0;
    alv_fed from;
    if (!alv_engine_fed(&from, m, node.input)) return false;
    if (from.height < 1 || (from.sequence && node.kernel > 0 && !told))
        return alv_engine_refuse(m, ALV_UNRUN_PLACES, node.largest ? "MaxPool" : "AveragePool");
    from = alv_engine_solid(m, from);
    node.input = from.node;
    node.other = -1;
    node.in = node.out = from.units;
    int spread[2];
    node.height = told ? enclose(&node.windows[0], &spread[0], from.height, node.stride)
                  : node.kernel > 0 ? after(from.height, node.kernel, node.stride, pad)
                                    : 0;
    node.width = told              ? enclose(&node.windows[1], &spread[1], from.width, node.stride)
                 : node.kernel > 0 ? after(from.width, node.kernel, node.stride, pad)
                                   : 0;
    if (told && (spread[0] != 1 || spread[1] != 1))
        return alv_engine_refuse(m, ALV_UNRUN_OPTION, node.largest ? "MaxPool" : "AveragePool");
    alv_engine_count(m, node.out * alv_node_places(&node), 0);
    alv_engine_put(m, node, from.sequence && node.kernel > 0,
                   (alv_engine_source){.n = 1, .graph = {graph}});
    return true;
}

/* Scores and shares wait for what ends them; all else has no layer. */
static bool put_other(alv_making *m, int graph)
{
    const alv_node *n = alv_engine_node(m, graph);
    const bool waits = n->heads > 0 && (alv_node_is(n, "Softmax") || alv_node_is(n, "MatMul"));
    const alv_node *shares = n->input >= 0 ? alv_engine_node(m, n->input) : NULL;
    if (waits && alv_node_is(n, "MatMul") && shares && alv_node_is(shares, "Softmax"))
        return alv_engine_put_product(m, graph);
    if (alv_node_is(n, "Add") && n->bias >= 0) return alv_engine_put_places(m, graph);
    if (alv_engine_gates(n) > 0 && n->heads > 1) return true; /* its directions' node puts it */
    return waits || alv_engine_refuse(m, ALV_UNRUN_OPERATOR, n->what);
}

static bool (*const puts_of[])(alv_making *m, int graph) = {
    [ALV_OP_WEIGHTS] = alv_engine_put_weights, [ALV_OP_NORM] = alv_engine_put_same,
    [ALV_OP_ADD] = alv_engine_put_add,         [ALV_OP_POOL] = put_pool,
    [ALV_OP_ACT] = alv_engine_put_same,        [ALV_OP_EMBED] = alv_engine_put_embed,
    [ALV_OP_ATTEND] = alv_engine_put_attend,   [ALV_OP_LSTM] = alv_engine_put_lstm,
    [ALV_OP_LAST] = alv_engine_put_last,       [ALV_OP_OTHER] = put_other,
};

bool alv_engine_put_node(alv_making *m, int graph)
{
    const alv_move *move = alv_engine_move(m, graph);
    if (move && move->kind != ALV_MOVE_NONE && move->kind != ALV_MOVE_SCORES)
        return alv_engine_put_move(m, graph);
    return puts_of[alv_engine_node(m, graph)->op](m, graph);
}
