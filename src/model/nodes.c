/* A network as layers: weights, and what follows them. */
#include "alvor/model.h"

#include "base/base.h"

static bool has_act(const alv_node *node)
{
    return node->act.act && strcmp(node->act.act->name, "identity") != 0;
}

int alv_model_layers(alv_model_layer *out, const alv_model *model)
{
    int n = 0;
    for (int i = 0; i < model->n_nodes; i++) {
        if (model->nodes[i].op == ALV_OP_WEIGHTS) {
            if (out) out[n] = (alv_model_layer){i, i};
            n++;
        } else if (out && n > 0 && has_act(&model->nodes[i])) {
            out[n - 1].end = i;
        }
    }
    return n;
}

bool alv_model_is_chain(const alv_model *model)
{
    for (int i = 0; i < model->n_nodes; i++) {
        const alv_node *node = &model->nodes[i];
        if (node->op != ALV_OP_WEIGHTS || node->kind != ALV_LAYER_DENSE || node->input != i - 1)
            return false;
    }
    return true;
}
