/* Puts a file's graph into the engine's layers, node by node, in the graph's order.
 *
 * What the reader of the file noted that it does not follow (alv_stop) ends it at once. Sizes are
 * found anew from the data on, for the graph's may be unknown. Queries, keys and values of one
 * signal become one dense layer before the engine's attention; groups become zeros of a whole
 * convolution; a dense layer on each position of the data, which the engine feeds channel by
 * channel, a convolution of one place. */
#include "audit/engine_parts.h"

#include "base/base.h"

bool alv_engine_refuse(alv_making *m, alv_unrun_why why, const char *node)
{
    m->unrun->why = why;
    alv_text_format(m->unrun->node, sizeof m->unrun->node, "%s", node);
    return false;
}

/* A final softmax is left to the loss. */
static int last_node(const alv_model *graph)
{
    int last = graph->n_nodes - 1;
    if (last > 0 && alv_node_is(&graph->nodes[last], "Softmax") && graph->nodes[last].heads == 0)
        last = graph->nodes[last].input;
    return last;
}

static void mark(alv_making *m, int last)
{
    if (last >= 0) m->wanted[last] = true;
    for (int i = last; i >= 0; i--) {
        const alv_node *n = &m->e->graph->nodes[i];
        const bool two = alv_node_reads_two(n);
        const int fed[2] = {n->input, two && n->other != n->input ? n->other : -1};
        for (int k = 0; k < 2 && m->wanted[i]; k++) {
            if (fed[k] < 0) continue;
            m->wanted[fed[k]] = true;
            m->readers[fed[k]]++;
            if (alv_engine_gates(n) > 0) m->cell[fed[k]] = i;
            m->waits[fed[k]] |= alv_node_is(n, "MatMul") && n->heads > 0;
        }
    }
}

bool alv_engine_fed(alv_fed *out, alv_making *m, int graph)
{
    const alv_model *e = m->e->model;
    const int64_t n = e->height > 0 ? (int64_t)e->height * e->width : 1;
    *out = (alv_fed){-1, e->inputs / n, e->height, e->width, m->e->sequence};
    if (graph < 0) return true;
    const char *what = m->e->graph->nodes[graph].what; /* "" of alvor's own kinds */
    const alv_engine_place place = m->e->places[graph];
    if (place.node < 0 || m->e->graph->nodes[graph].places)
        return alv_engine_refuse(m, ALV_UNRUN_PLACES, what);
    const alv_node *from = &e->nodes[place.node];
    *out = (alv_fed){place.node, from->out, from->height, from->width, m->sequence[place.node]};
    return place.units == from->out || alv_engine_refuse(m, ALV_UNRUN_PLACES, what);
}

/* Appends the engine's node, for the graph's nodes of `source`. */
void alv_engine_put(alv_making *m, alv_node node, bool sequence, alv_engine_source source)
{
    alv_engine *e = m->e;
    const int at = e->model->n_nodes++;
    int64_t first = 0;
    e->model->nodes[at] = node;
    e->sources[at] = source;
    m->sequence[at] = sequence;
    for (int k = 0; k < source.n; k++) {
        const int64_t units = node.out / source.n;
        e->places[source.graph[k]] = (alv_engine_place){at, first, units};
        first += units;
    }
}

/* Tokens of the table that the data choose from. */
static int64_t tokens_of(const alv_making *m)
{
    for (int i = 0; i < m->e->graph->n_nodes; i++) {
        const alv_node *n = &m->e->graph->nodes[i];
        if (m->wanted[i] && n->op == ALV_OP_EMBED && n->input < 0 && !n->places) return n->in;
    }
    return 0;
}

/* Of a chain without a graph: what its first layer takes. */
static bool read_chain(alv_making *m)
{
    const alv_model *g = m->e->graph;
    double in = 0;
    if (g->n_nodes < 1 || g->nodes[0].op != ALV_OP_WEIGHTS || g->nodes[0].kind != ALV_LAYER_DENSE ||
        alv_tensor_fans(&in, NULL, &g->params[g->nodes[0].weight], NULL) != ALV_OK ||
        !(in >= 1 && in < ALV_ENGINE_VALUES))
        return alv_engine_refuse(m, ALV_UNRUN_INPUT, "");
    m->e->model->inputs = (int64_t)in;
    return true;
}

/* Sizes of the data; nothing can be run on some that are not known. */
static bool read_data(alv_making *m)
{
    const alv_model *g = m->e->graph;
    alv_model *e = m->e->model;
    const int rank = m->e->file->data_rank;
    if (!m->e->file->graph) return read_chain(m);
    const bool tokens = g->inputs == 0 && rank == 2;
    e->tokens = tokens ? tokens_of(m) : 0;
    e->height = rank > 2 || tokens ? g->height : 0;
    e->width = rank == 4 ? g->width : e->height > 0;
    m->e->sequence = tokens || (rank == 3 && !m->e->file->channels_first);
    const int64_t n = e->inputs = tokens ? g->height : g->inputs;
    if (tokens) e->height = e->width = 0; /* an embedding's data have no positions yet */
    return (rank >= 2 && rank <= 4 && n >= 1 && n <= ALV_ENGINE_VALUES &&
            (!tokens || e->tokens > 0)) ||
           alv_engine_refuse(m, ALV_UNRUN_INPUT, "");
}

/* The engine ends in one position: the last of a sequence, the mean of an image. */
static bool put_end(alv_making *m, int last)
{
    alv_fed from;
    if (!alv_engine_fed(&from, m, last)) return false;
    alv_node node = {.op = from.sequence ? ALV_OP_LAST : ALV_OP_POOL,
                     .input = from.node,
                     .other = -1,
                     .in = from.units,
                     .out = from.units,
                     .weight = -1,
                     .bias = -1};
    if (from.height > 0) alv_engine_put(m, node, false, (alv_engine_source){0});
    m->e->model->outputs = from.units;
    return true;
}

static bool was_stopped(alv_making *m)
{
    static const alv_unrun_why whys[] = {[ALV_STOP_OPERATOR] = ALV_UNRUN_OPERATOR,
                                         [ALV_STOP_OPTION] = ALV_UNRUN_OPTION,
                                         [ALV_STOP_NUMBER] = ALV_UNRUN_NUMBER,
                                         [ALV_STOP_PLACES] = ALV_UNRUN_PLACES};
    const alv_stop *stop = &m->e->file->stop;
    char node[192];
    if (!m->e->file->graph || stop->why == ALV_STOP_NOTHING) return false;
    alv_text_format(node, sizeof node, "%s '%s'", stop->op, stop->name);
    alv_engine_refuse(m, whys[stop->why], node);
    return true;
}

static void find_tied(alv_engine *e)
{
    for (int i = 0; i < e->model->n_params; i++)
        for (int j = 0; j < i; j++)
            e->tied |= strcmp(e->model->params[i].name, e->model->params[j].name) == 0;
}

enum { MOST_PUT = 8 }; /* engine's nodes for one of the graph, on the whole */

static bool make(alv_making *m)
{
    alv_engine *e = m->e;
    const int last = last_node(e->graph);
    if (was_stopped(m)) return false;
    if (last < 0) return alv_engine_refuse(m, ALV_UNRUN_INPUT, "");
    mark(m, last);
    if (!read_data(m)) return false;
    for (int i = 0; i <= last; i++) {
        const bool later =
            m->waits[i] && m->readers[i] == 1 && e->graph->nodes[i].op == ALV_OP_WEIGHTS;
        if (m->wanted[i] && !later && !alv_engine_put_node(m, i)) return false;
        /* room for what the next node puts */
        if (e->model->n_nodes > MOST_PUT * (e->graph->n_nodes + 1))
            return alv_engine_refuse(m, ALV_UNRUN_SIZE, "");
        if (e->values >= ALV_ENGINE_VALUES || e->n_params >= ALV_ENGINE_PARAMS)
            return alv_engine_refuse(m, ALV_UNRUN_SIZE, "");
    }
    find_tied(e);
    return put_end(m, last);
}

static bool take_memory(alv_making *m)
{
    const size_t n = (size_t)m->e->graph->n_nodes;
    alv_engine *e = m->e;
    e->model = alv_new_array(1, sizeof *e->model);
    const size_t room = MOST_PUT * (n + 3); /* one node may put twice as many, and the end some */
    if (e->model) e->model->nodes = alv_new_array(room, sizeof *e->model->nodes);
    if (e->model) e->model->params = alv_new_array(2 * room, sizeof *e->model->params);
    e->places = alv_new_array(n + 1, sizeof *e->places);
    e->sources = alv_new_array(room, sizeof *e->sources);
    e->kept = alv_new_array(room, sizeof *e->kept);
    m->wanted = alv_new_array(n + 1, sizeof *m->wanted);
    m->readers = alv_new_array(n + 1, sizeof *m->readers);
    m->cell = alv_new_array(n + 1, sizeof *m->cell);
    m->waits = alv_new_array(n + 1, sizeof *m->waits);
    m->sequence = alv_new_array(room, sizeof *m->sequence);
    for (size_t i = 0; e->places && i < n; i++) e->places[i].node = -1;
    return e->model && e->model->nodes && e->model->params && e->places && e->sources && e->kept &&
           m->wanted && m->readers && m->cell && m->waits && m->sequence;
}

alv_status alv_engine_new(alv_engine **out, alv_unrun *unrun, const alv_checkpoint *file,
                          const alv_model *graph, alv_error *error)
{
    alv_engine *e = alv_new_array(1, sizeof *e);
    alv_making m = {.e = e, .unrun = unrun};
    *unrun = (alv_unrun){.why = ALV_RUNS};
    *out = NULL;
    if (!e) return alv_fail(error, ALV_ERR_MEMORY, "doctor", "no memory");
    e->file = file;
    e->graph = graph;
    const bool few = graph->n_nodes <= ALV_ENGINE_NODES;
    if (!few) alv_engine_refuse(&m, ALV_UNRUN_SIZE, "");
    const bool fine = !few || take_memory(&m);
    if (few && fine && make(&m)) *out = e;
    free(m.wanted);
    free(m.readers);
    free(m.cell);
    free(m.waits);
    free(m.sequence);
    if (!*out) alv_engine_free(e);
    return fine ? ALV_OK : alv_fail(error, ALV_ERR_MEMORY, "doctor", "no memory for its layers");
}

void alv_engine_free(alv_engine *e)
{
    if (!e) return;
    alv_model_free(e->model);
    free(e->places);
    free(e->sources);
    for (int i = 0; i < e->n_kept; i++) free(e->kept[i]);
    free(e->kept);
    free(e);
}
