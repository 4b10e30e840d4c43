/* A network as layers: weights, and what follows them. */
#include "model/nodes.h"

#include "base/base.h"
#include "model/build.h"

static bool has_act(const alv_node *node)
{
    return node->act.act && strcmp(node->act.act->name, "identity") != 0;
}

/* The only node that reads node i; -1: none, or several. */
static int only_reader(const alv_model *model, int i)
{
    int reader = -1;
    for (int j = i + 1; j < model->n_nodes; j++) {
        if (!alv_node_reads(&model->nodes[j], i)) continue;
        if (reader >= 0) return -1;
        reader = j;
    }
    return reader;
}

/* Unit for unit and position for position what it is fed, rescaled or added to. */
static bool keeps_units(const alv_node *node)
{
    return node->op == ALV_OP_NORM || node->op == ALV_OP_ADD || node->op == ALV_OP_ACT;
}

/* Follows the signal while one node alone reads it. */
static int end_of(const alv_model *model, int weights)
{
    int end = weights;
    for (int i = weights; !has_act(&model->nodes[i]);) {
        i = only_reader(model, i);
        if (i < 0 || !keeps_units(&model->nodes[i])) break;
        if (model->nodes[i].op == ALV_OP_ADD || has_act(&model->nodes[i])) end = i;
    }
    return end;
}

int alv_model_layers(alv_model_layer *out, const alv_model *model)
{
    const bool chain = alv_model_is_chain(model);
    int n = 0;
    for (int i = 0; model && i < model->n_nodes; i++) {
        if (model->nodes[i].op != ALV_OP_WEIGHTS) continue;
        if (out) out[n] = (alv_model_layer){i, chain ? i : end_of(model, i)};
        n++;
    }
    return n;
}

bool alv_model_layer_at(alv_model_layer *out, const alv_model *model, int layer)
{
    int n = -1, i = -1;
    if (!model) return false;
    while (n < layer && ++i < model->n_nodes) n += model->nodes[i].op == ALV_OP_WEIGHTS;
    if (layer < 0 || i >= model->n_nodes) return false;
    *out = (alv_model_layer){i, end_of(model, i)};
    return true;
}

void alv_model_layer_name(char out[ALV_MAX_NAME], const alv_model *model, int weights)
{
    const char *name = model->params[model->nodes[weights].weight].name;
    size_t n = strlen(name), end = n;
    while (end > 0 && name[end] != '.') end--;
    alv_text_format(out, (end > 0 ? end : n) + 1, "%s", name);
}

bool alv_model_is_chain(const alv_model *model)
{
    if (!model) return false;
    for (int i = 0; i < model->n_nodes; i++) {
        const alv_node *node = &model->nodes[i];
        if (node->op != ALV_OP_WEIGHTS || node->kind != ALV_LAYER_DENSE || node->input != i - 1)
            return false;
    }
    return true;
}
