/* A network for a file that has none: its weights one after another. */
#include "audit/doctor.h"

#include "base/base.h"

static int put(alv_model *m, alv_node node)
{
    node.input = m->n_nodes - 1;
    m->nodes[m->n_nodes] = node;
    return m->n_nodes++;
}

static int take(alv_model *m, const alv_checkpoint_tensor *t)
{
    m->params[m->n_params] = t->what;
    alv_text_format(m->params[m->n_params].name, ALV_MAX_NAME, "%s", t->name);
    return m->n_params++;
}

/* The sizes of a weight's two sides, of all copies alike. */
static void set_units(alv_node *node, const alv_tensor *w)
{
    double in = 0, out = 0;
    const bool torch = w->layout == ALV_LAYOUT_TORCH;
    alv_tensor_fans(&in, &out, w, NULL);
    node->in = in < 1e9 ? (int64_t)in : 0;
    node->out = w->rank > 0 ? w->shape[torch ? 0 : w->rank - 1] : 1;
}

static void add_weights(alv_model *m, const alv_checkpoint_tensor *t, alv_act_spec act)
{
    const bool table = t->what.layer == ALV_LAYER_EMBEDDING;
    alv_node node = {.op = ALV_OP_WEIGHTS, .kind = t->what.layer, .bias = -1, .stride = 1};
    const alv_op last = m->n_nodes > 0 ? m->nodes[m->n_nodes - 1].op : ALV_OP_EMBED;
    if (table && m->n_nodes > 0) return; /* a second table stands beside the first */
    if (!table && (last == ALV_OP_WEIGHTS || last == ALV_OP_NORM))
        put(m, (alv_node){.op = ALV_OP_ACT,
                          .weight = -1,
                          .bias = -1,
                          .act = act,
                          .out = m->nodes[m->n_nodes - 1].out});
    node.weight = take(m, t);
    set_units(&node, &t->what);
    if (table) node.op = ALV_OP_EMBED, node.in = t->shape[0], node.out = t->shape[1];
    put(m, node);
}

/* A bias belongs to the node before it that has none; a gain begins a norm. */
static void add_vector(alv_model *m, const alv_checkpoint_tensor *t)
{
    alv_node *before = m->n_nodes > 0 ? &m->nodes[m->n_nodes - 1] : NULL;
    if (!before || before->op == ALV_OP_EMBED) return;
    if (t->what.role == ALV_ROLE_BIAS) {
        if (before->bias < 0) before->bias = take(m, t);
        return;
    }
    const int64_t out = before->out;
    const int gain = take(m, t);
    put(m, (alv_node){
               .op = ALV_OP_NORM, .norm = ALV_NORM_LAYER, .weight = gain, .bias = -1, .out = out});
}

alv_status alv_doctor_chain(alv_model **out, const alv_checkpoint *file, alv_act_spec act,
                            alv_error *error)
{
    alv_model *m = alv_new_array(1, sizeof *m);
    if (m) m->nodes = alv_new_array((size_t)(2 * file->n + 1), sizeof *m->nodes);
    if (m) m->params = alv_new_array((size_t)(file->n + 1), sizeof *m->params);
    if (!m || !m->nodes || !m->params) {
        alv_model_free(m);
        return alv_fail(error, ALV_ERR_MEMORY, file->files[0].path, "no memory for its layers");
    }
    for (int64_t i = 0; i < file->n; i++) {
        const alv_checkpoint_tensor *t = &file->tensors[i];
        if (!t->kind->drawn || t->dtype < 0) continue;
        if (t->kind->is_matrix)
            add_weights(m, t, act);
        else
            add_vector(m, t);
    }
    *out = m;
    return ALV_OK;
}
