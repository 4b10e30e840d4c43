/* The engine's layers for what a file moves, joins or multiplies, and for recurrent layers in all
 * directions; how, the reader of the file has noted (alv_move). */
#include "audit/engine_parts.h"

#include "base/base.h"

const alv_move *alv_engine_move(const alv_making *m, int graph)
{
    return m->e->file->graph && m->e->file->moves ? &m->e->file->moves[graph] : NULL;
}

int alv_engine_gates(const alv_node *n)
{
    if (n->op == ALV_OP_LSTM) return 4;
    if (n->weight < 0) return 0;
    return alv_node_is(n, "GRU") ? 3 : alv_node_is(n, "RNN") ? 1 : 0;
}

/* A parameter that is none of the file's, by a name of its own. */
static int put_constant(alv_making *m, int rank, const int64_t *shape)
{
    char name[32];
    alv_text_format(name, sizeof name, "constant/%d", m->e->model->n_params);
    alv_tensor what = alv_engine_tensor(name, ALV_ROLE_BIAS, ALV_LAYER_DENSE, rank, shape);
    what.fan_in = 1;
    return alv_engine_put_param(m, what);
}

/* The node that was put last. */
static alv_fed put(alv_making *m, alv_node node, bool sequence, alv_engine_source source)
{
    alv_engine_count(m, node.out * alv_node_places(&node), 0);
    alv_engine_put(m, node, sequence, source);
    return (alv_fed){m->e->model->n_nodes - 1, node.out, node.height, node.width, sequence};
}

/* A node that gives `from`'s positions and so many units. */
static alv_node behind(alv_op op, alv_fed from, int64_t out)
{
    return (alv_node){.op = op,
                      .input = from.node,
                      .other = -1,
                      .in = from.units,
                      .out = out,
                      .height = from.height,
                      .width = from.width,
                      .weight = -1,
                      .bias = -1};
}

static alv_fed put_units(alv_making *m, alv_fed from, int64_t out, int terms, bool table,
                         alv_engine_source source)
{
    alv_node node = behind(ALV_OP_UNITS, from, out);
    const int64_t shape[2] = {2 * terms, out}, more[3] = {terms, alv_fed_positions(from), out};
    node.heads = terms;
    node.weight = put_constant(m, 2, shape);
    if (table) node.bias = put_constant(m, 3, more);
    return put(m, node, from.sequence, source);
}

alv_fed alv_engine_put_units(alv_making *m, alv_fed from, int64_t first, int64_t out, double scale)
{
    return put_units(m, from, out, 1, false, (alv_engine_source){.first = first, .scale = scale});
}

alv_fed alv_engine_solid(alv_making *m, alv_fed from)
{
    return from.node < 0 ? alv_engine_put_units(m, from, 0, from.units, 1) : from;
}

static alv_fed put_places(alv_making *m, alv_fed from, int height, int width,
                          alv_engine_source source)
{
    alv_node node = behind(ALV_OP_PLACES, from, from.units);
    const int64_t places = (int64_t)height * width;
    node.height = places > 1 ? height : 0;
    node.width = places > 1 ? width : 0;
    node.weight = put_constant(m, 1, &places);
    return put(m, node, from.sequence && places > 1, source);
}

static alv_fed put_join(alv_making *m, alv_fed a, alv_fed b, alv_engine_source source)
{
    alv_node node = behind(ALV_OP_JOIN, a, a.units + b.units);
    node.other = b.node;
    return put(m, node, a.sequence, source);
}

alv_fed alv_engine_put_beside(alv_making *m, alv_fed a, alv_fed b)
{
    return put_join(m, a, b, (alv_engine_source){0});
}

/* The recurrent layer `cell`, for the graph's node that gives all its directions. */
static bool put_cells(alv_making *m, int graph, int cell)
{
    const alv_node *n = alv_engine_node(m, cell);
    const alv_move *move = alv_engine_move(m, graph);
    const int gates = alv_engine_gates(n), ways = n->heads > 0 ? n->heads : 1;
    int64_t out, in;
    alv_fed from;
    if (gates == 0) return alv_engine_refuse(m, ALV_UNRUN_OPERATOR, n->what);
    if (!alv_engine_fed(&from, m, n->input) || !alv_engine_matrix(&out, &in, m, n->weight))
        return false;
    if (from.height < 1 || out != from.units || out != gates * ways * in)
        return alv_engine_refuse(m, ALV_UNRUN_WEIGHTS, alv_engine_weight_name(m, n));
    alv_node node = behind(ALV_OP_CELLS, from, ways * in);
    const int64_t shape[2] = {out, in}, begins[2] = {3, node.out};
    static const char *const names[] = {"", "RNN", "", "GRU", "LSTM"};
    alv_text_format(node.what, sizeof node.what, "%s", names[gates]);
    node.heads = ways;
    node.backward = n->backward;
    node.late = n->late;
    node.act = gates == 1 ? move->act : (alv_act_spec){0};
    node.weight =
        alv_engine_put_param(m, alv_engine_tensor(alv_engine_weight_name(m, n), ALV_ROLE_WEIGHT,
                                                  ALV_LAYER_DENSE, 2, shape));
    for (int k = 0; k < 2; k++) {
        const alv_checkpoint_tensor *t;
        if (move->begins[k] < 0) continue;
        if (!alv_engine_param(&t, m, move->begins[k])) return false;
        if (t->count != node.out) return alv_engine_refuse(m, ALV_UNRUN_WEIGHTS, t->name);
    }
    const bool has_late = n->late && n->bias >= 0;
    if (has_late || move->begins[0] >= 0 || move->begins[1] >= 0)
        node.bias = put_constant(m, 2, begins);
    if (has_late) {
        const alv_checkpoint_tensor *t;
        if (!alv_engine_param(&t, m, n->bias)) return false;
        if (t->count != 6 * node.out) return alv_engine_refuse(m, ALV_UNRUN_WEIGHTS, t->name);
    }
    alv_engine_count(m, (gates + 2) * node.out * from.height,
                     (double)from.height * (double)out * (double)in);
    put(m, node, true,
        (alv_engine_source){
            .n = 1, .graph = {graph}, .gates = gates, .ways = ways, .late = n->late});
    return true;
}

static bool put_recurrent(alv_making *m, int graph)
{
    const alv_node *n = alv_engine_node(m, graph);
    if (alv_node_is(n, "Bidirectional")) return put_cells(m, graph, n->input);
    return n->heads > 1 || put_cells(m, graph, graph); /* else it waits for that */
}

/* The first direction ends at the last position, the second at the first. */
static bool put_ends(alv_making *m, int graph)
{
    alv_fed from;
    if (!alv_engine_fed(&from, m, alv_engine_node(m, graph)->input)) return false;
    const int64_t half = from.units / 2;
    const alv_engine_source last = {.first = from.height - 1};
    const alv_fed ahead = put_places(m, alv_engine_put_units(m, from, 0, half, 1), 1, 1, last);
    const alv_fed back =
        put_places(m, alv_engine_put_units(m, from, half, half, 1), 1, 1, (alv_engine_source){0});
    put_join(m, ahead, back, (alv_engine_source){.n = 1, .graph = {graph}});
    return true;
}

/* Constants that live as long as the engine; NULL without memory. */
static float *keep(alv_making *m, int64_t n)
{
    float *kept = n > 0 ? alv_new_array((size_t)n, sizeof *kept) : NULL;
    if (kept) m->e->kept[m->e->n_kept++] = kept;
    return kept;
}

/* How a transposed convolution's axis becomes one of a plain one over what is spread out. */
typedef struct spread_axis {
    int size, stride, lead; /* inputs; how far apart they stand; zeros before the first, or fewer */
    int all, after;         /* places in all; positions that come out */
} spread_axis;

static spread_axis spread_of(const alv_window *w, int size)
{
    const int wide = (w->kernel - 1) * w->spread;
    const int after = (size - 1) * w->stride + wide + 1 - w->before - w->after;
    return (spread_axis){size, w->stride, wide - w->before, after + wide, after};
}

/* The input that stands there; -1: a zero. */
static int64_t spread_at(spread_axis a, int64_t place)
{
    const int64_t at = place - a.lead;
    return at >= 0 && at % a.stride == 0 && at / a.stride < a.size ? at / a.stride : -1;
}

bool alv_engine_put_spread(alv_making *m, int graph, alv_fed from, alv_engine_source source)
{
    const alv_node *n = alv_engine_node(m, graph);
    const alv_checkpoint_tensor *t;
    if (!alv_engine_param(&t, m, n->weight)) return false;
    const int64_t own = m->e->graph->params[n->weight].groups, groups = own > 1 ? own : 1;
    const bool line = t->rank == 3;
    if ((t->rank != 4 && !line) || from.height < 1 || t->shape[0] != from.units ||
        from.units % groups != 0 || n->windows[0].kernel != t->shape[2] ||
        n->windows[1].kernel != (line ? 1 : t->shape[3]) || (line && from.width != 1))
        return alv_engine_refuse(m, ALV_UNRUN_WEIGHTS, t->name);
    const spread_axis y = spread_of(&n->windows[0], from.height),
                      x = spread_of(&n->windows[1], from.width);
    const double all = (double)y.all * (double)x.all;
    if (y.after < 1 || x.after < 1 || all > 1 << 22 || all * (double)from.units > ALV_ENGINE_VALUES)
        return alv_engine_refuse(m, ALV_UNRUN_SIZE, "");
    float *which = keep(m, (int64_t)y.all * x.all);
    if (!which) return alv_engine_refuse(m, ALV_UNRUN_SIZE, "");
    for (int64_t i = 0; i < (int64_t)y.all * x.all; i++) {
        const int64_t row = spread_at(y, i / x.all), column = spread_at(x, i % x.all);
        which[i] = row < 0 || column < 0 ? -1 : (float)(row * from.width + column);
    }
    const alv_fed wide = put_places(m, from, y.all, x.all, (alv_engine_source){.which = which});
    alv_node node = behind(ALV_OP_WEIGHTS, wide, t->shape[1] * groups);
    node.kind = ALV_LAYER_CONV;
    node.kernel = node.stride = 1;
    node.height = y.after;
    node.width = x.after;
    for (int a = 0; a < 2; a++) {
        const alv_window *w = &n->windows[a];
        source.spread[a] = w->spread;
        node.windows[a] = (alv_window){(w->kernel - 1) * w->spread + 1, 1, 0, 0, 1};
    }
    const int64_t shape[4] = {node.out, node.in, node.windows[0].kernel, node.windows[1].kernel};
    node.weight = alv_engine_put_param(
        m, alv_engine_tensor(t->name, ALV_ROLE_WEIGHT, ALV_LAYER_CONV, 4, shape));
    if (!alv_engine_put_vector(&node.bias, m, n->bias, node.out, ALV_ROLE_BIAS)) return false;
    m->e->expanded = true; /* its weights lie in another order */
    m->e->expanded_by = "ConvTranspose";
    alv_engine_count(m, 0,
                     (double)y.after * x.after * (double)node.out * (double)node.in *
                         (double)(shape[2] * shape[3]));
    put(m, node, from.sequence, source);
    return true;
}

static bool put_two(alv_making *m, int graph, alv_fed a, alv_fed b)
{
    const alv_node *n = alv_engine_node(m, graph);
    const alv_move *move = alv_engine_move(m, graph);
    const alv_engine_source source = {.n = 1, .graph = {graph}};
    const bool places = move->kind == ALV_MOVE_JOIN_PLACES, times = move->kind == ALV_MOVE_TIMES;
    const int64_t all = alv_fed_positions(a) + alv_fed_positions(b);
    if (move->swapped) {
        const alv_fed first = a;
        a = b;
        b = first;
    }
    if (places && a.units == b.units && all <= INT32_MAX) {
        alv_node node = behind(ALV_OP_JOIN, a, a.units);
        node.other = b.node;
        node.one_axis = true;
        node.width = n->width > 1 ? n->width : 1;
        node.height = (int)(all / node.width);
        put(m, node, a.sequence || b.sequence, source);
        return true;
    }
    if (places || (times && b.units != a.units && b.units != 1) ||
        (alv_fed_positions(a) != alv_fed_positions(b) && !(times && alv_fed_positions(b) == 1)))
        return alv_engine_refuse(m, ALV_UNRUN_PLACES, n->what);
    alv_node node =
        behind(times ? ALV_OP_TIMES : ALV_OP_JOIN, a, times ? a.units : a.units + b.units);
    node.other = b.node;
    put(m, node, a.sequence, source);
    return true;
}

/* Rows of the file's own. */
static bool put_rows(alv_making *m, int graph)
{
    const alv_node *n = alv_engine_node(m, graph);
    const alv_checkpoint_tensor *t;
    if (!alv_engine_param(&t, m, n->weight)) return false;
    const int64_t shape[2] = {n->height, n->out};
    if (t->count != shape[0] * shape[1]) return alv_engine_refuse(m, ALV_UNRUN_WEIGHTS, t->name);
    alv_node node = {.op = ALV_OP_ROWS,
                     .input = -1,
                     .other = -1,
                     .in = n->out,
                     .out = n->out,
                     .height = n->height,
                     .width = 1,
                     .bias = -1};
    node.weight = alv_engine_put_param(
        m, alv_engine_tensor(t->name, ALV_ROLE_BIAS, ALV_LAYER_DENSE, 2, shape));
    put(m, node, true, (alv_engine_source){.n = 1, .graph = {graph}});
    return true;
}

/* A table of constants is added. */
static bool put_shift(alv_making *m, alv_fed from, const alv_move *move, alv_engine_source source)
{
    const int64_t shape[2] = {alv_fed_positions(from), from.units};
    from = alv_engine_solid(m, from);
    if (move->n_table != shape[0] * shape[1])
        return alv_engine_refuse(m, ALV_UNRUN_PLACES, alv_engine_node(m, source.graph[0])->what);
    alv_node node = behind(ALV_OP_ACT, from, from.units);
    node.bias = put_constant(m, 2, shape);
    m->e->expanded = true;
    m->e->expanded_by = alv_engine_node(m, source.graph[0])->what;
    put(m, node, from.sequence, source);
    return true;
}

static bool put_chosen(alv_making *m, int graph, alv_fed from, alv_engine_source source)
{
    const alv_node *n = alv_engine_node(m, graph);
    const alv_move *move = alv_engine_move(m, graph);
    const int64_t table = move->terms * alv_fed_positions(from) * n->out;
    if (move->kind == ALV_MOVE_SHIFT) return put_shift(m, from, move, source);
    if (move->kind == ALV_MOVE_PLACES) {
        if (move->n_which != alv_node_places(n) || from.height < 0)
            return alv_engine_refuse(m, ALV_UNRUN_PLACES, n->what);
        put_places(m, from, n->height, n->width, source);
        return true;
    }
    if (n->in != from.units || move->n_which != 2 * move->terms * n->out ||
        (move->table && move->n_table != table))
        return alv_engine_refuse(m, ALV_UNRUN_PLACES, n->what);
    if (move->learned || move->table) {
        m->e->expanded = true;
        m->e->expanded_by = n->what;
    }
    put_units(m, from, n->out, move->terms, move->table != NULL, source);
    return true;
}

bool alv_engine_put_move(alv_making *m, int graph)
{
    const alv_node *n = alv_engine_node(m, graph);
    const alv_move *move = alv_engine_move(m, graph);
    const alv_engine_source source = {
        .n = 1, .graph = {graph}, .which = move->which, .table = move->table};
    alv_fed from = {.node = -1}, other = {.node = -1};
    if (move->kind == ALV_MOVE_CELLS) return put_recurrent(m, graph);
    if (move->kind == ALV_MOVE_ENDS) return put_ends(m, graph);
    if (move->kind != ALV_MOVE_ROWS && !alv_engine_fed(&from, m, n->input)) return false;
    if (n->op == ALV_OP_LAST) { /* of a layer that goes backward */
        put_places(m, from, 1, 1, source);
        return true;
    }
    if (move->kind == ALV_MOVE_ROWS) return put_rows(m, graph);
    if (move->kind == ALV_MOVE_UNITS || move->kind == ALV_MOVE_PLACES ||
        move->kind == ALV_MOVE_SHIFT)
        return put_chosen(m, graph, from, source);
    if (!alv_engine_fed(&other, m, n->other)) return false;
    from = alv_engine_solid(m, from);
    return put_two(m, graph, from, alv_engine_solid(m, other));
}
