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
    alv_engine_count(m, node.out * alv_fed_places(&node), 0);
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
    (void)other;
    return alv_engine_refuse(m, ALV_UNRUN_OPERATOR, n->what);
}
