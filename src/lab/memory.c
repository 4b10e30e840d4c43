/* Whether training fits in this machine's memory. */
#include <unistd.h>

#include "base/base.h"
#include "formats/network.h"
#include "lab/setup.h"

/* What a worker holds for a node in one row: three values per unit; attention one more for each
 * pair of positions, an LSTM its gates and states. */
static double values_of(const alv_node *node)
{
    const double places = node->height > 0 ? (double)node->height * node->width : 1;
    double units = (double)node->out * places;
    if (node->op == ALV_OP_ATTEND) units += node->heads * places * places / 3;
    if (node->op == ALV_OP_LSTM) units += 2 * (double)node->out * places;
    return 3 * units;
}

/* Elements of a parameter; 0 for none. */
static alv_status elements_of(double *out, const alv_model *model, int param, alv_error *error)
{
    int64_t count = 0;
    if (param >= 0) ALV_TRY(alv_tensor_count(&count, &model->params[param], error));
    *out = (double)count;
    return ALV_OK;
}

static alv_status too_large(const alv_node *node, const alv_compare *what, double bytes,
                            double memory, alv_error *error)
{
    char message[160];
    alv_text_format(message, sizeof message,
                    "training it needs more than %.3g GB and this machine has %.3g GB: make it or "
                    "the batch smaller",
                    bytes / 1e9, memory / 1e9);
    if (what->model && alv_network_is_path(what->model))
        return alv_fail(error, ALV_ERR_RANGE, what->model, "line %d, column %d: %s", node->line,
                        node->column, message);
    return alv_fail_at(error, ALV_ERR_RANGE, what->model ? "model" : "hidden", node->column - 1,
                       "%s", message);
}

/* Refuses what cannot fit in memory before asking for it, at the layer that is too much. A worker
 * holds parameters, gradients, the optimizer's two moments and the last update. */
alv_status alv_setup_fits(const alv_setup *setup, const alv_compare *what, alv_error *error)
{
    const alv_model *model = setup->acts[0].model;
    const double jobs = what->jobs > 0 ? (double)what->jobs : 1;
    const double memory = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    double bytes = 0;
    for (int i = 0; i < model->n_nodes; i++) {
        const alv_node *node = &model->nodes[i];
        double weights, biases;
        ALV_TRY(elements_of(&weights, model, node->weight, error));
        ALV_TRY(elements_of(&biases, model, node->bias, error));
        bytes += jobs * 4 * (5 * (weights + biases) + values_of(node) * (double)setup->batch);
        if (bytes > 0.8 * memory) return too_large(node, what, bytes, memory, error);
    }
    return ALV_OK;
}

/* PyTorch draws biases when a layer is made, so they are drawn under its stream, too. */
