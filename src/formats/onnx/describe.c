/* What follows each weight of a graph: the activation, a norm, the end of a residual branch. */
#include "base/base.h"
#include "formats/kind.h"
#include "formats/onnx/graph.h"
#include "model/nodes.h"

/* The nodes read by each other node, and how often. */
static int *count_readers(const alv_model *m)
{
    int *readers = alv_new_array((size_t)m->n_nodes + 1, sizeof *readers);
    for (int i = 0; readers && i < m->n_nodes; i++) {
        const alv_node *n = &m->nodes[i];
        if (n->input >= 0) readers[n->input]++;
        if (alv_node_reads_two(n) && n->other >= 0 && n->other != n->input) readers[n->other]++;
    }
    return readers;
}

/* The only reader of each node, if it comes later; -1: none, or several. */
static int *only_readers(const alv_model *m, const int *readers)
{
    int *only = alv_new_array((size_t)m->n_nodes + 1, sizeof *only);
    for (int i = 0; only && i < m->n_nodes; i++) only[i] = -1;
    for (int i = 0; only && i < m->n_nodes; i++) {
        const alv_node *n = &m->nodes[i];
        if (n->input >= 0 && readers[n->input] == 1) only[n->input] = i;
        if (alv_node_reads_two(n) && n->other >= 0 && readers[n->other] == 1) only[n->other] = i;
    }
    return only;
}

static bool is_product(const alv_node *node)
{
    return alv_node_is(node, "MatMul");
}

/* Queries, keys and values go to a product of two signals, perhaps split and scaled on the way;
 * what follows such a product is the projection of its results. */
static bool is_attention(const alv_model *m, const int *only, int i)
{
    int at = i;
    for (int steps = 0; steps < 6 && at >= 0; steps++) {
        at = only[at];
        if (at >= 0 && (is_product(&m->nodes[at]) || m->nodes[at].op == ALV_OP_ATTEND)) return true;
        if (at >= 0 && m->nodes[at].op != ALV_OP_OTHER) break;
    }
    const int from = m->nodes[i].input;
    return from >= 0 && (is_product(&m->nodes[from]) || m->nodes[from].op == ALV_OP_ATTEND);
}

/* Follows a weight's signal while one node alone reads it, as alv_model_layers does. */
static void describe(const alv_onnx *g, const int *only, const int *readers, int i)
{
    const alv_model *m = g->graph;
    alv_checkpoint_tensor *t = &g->model->tensors[g->tensor_of[m->nodes[i].weight]];
    alv_tensor *param = &m->params[m->nodes[i].weight];
    alv_act_spec act = {0};
    bool joins = false, normed = false;
    for (int at = i; at >= 0; at = only[at]) {
        const alv_node *n = &m->nodes[at];
        const alv_move *move = &g->model->moves[at];
        const bool weighs = move->kind == ALV_MOVE_SHIFT ||
                            (move->kind == ALV_MOVE_UNITS && move->terms == 1 && n->in == n->out);
        if (at != i && n->op != ALV_OP_NORM && n->op != ALV_OP_ADD && n->op != ALV_OP_ACT &&
            !weighs)
            break;
        normed |= at != i && n->op == ALV_OP_NORM && !joins;
        joins |= at != i && n->op == ALV_OP_ADD;
        act = n->act;
        if (act.act) break;
    }
    t->what.act = param->act = act;
    t->ends_branch = joins;
    t->normed = normed;
    if (t->kind == alv_kind_named("dense") && readers[i] == 0) t->kind = alv_kind_named("head");
    if (t->kind == alv_kind_named("dense") && is_attention(m, only, i))
        t->kind = alv_kind_named("attention");
}

alv_status alv_onnx_describe(alv_onnx *g)
{
    const alv_model *m = g->graph;
    int *readers = count_readers(m), *only = readers ? only_readers(m, readers) : NULL;
    for (int i = 0; only && i < m->n_nodes; i++)
        if (m->nodes[i].op == ALV_OP_WEIGHTS && m->nodes[i].weight >= 0)
            describe(g, only, readers, i);
    const bool done = only != NULL;
    free(readers);
    free(only);
    return done ? ALV_OK
                : alv_fail(g->error, ALV_ERR_MEMORY, g->model->files[0].path,
                           "no memory for the graph");
}
