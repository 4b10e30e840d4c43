/* What the theory's maps need of a model's parameters, from what inspect measured of their file. */
#include "audit/measured.h"

#include "base/base.h"

/* Where ONNX has the gates of recurrent.h: input, output, forget, cell; update, reset, new. */
static const int places[ALV_CELLS][ALV_GATES] = {
    [ALV_CELL_LSTM] = {0, 2, 3, 1}, [ALV_CELL_GRU] = {0, 1, 2}, [ALV_CELL_RNN] = {0}};

/* A bias that the inputs bring and one that the outputs before bring, of each gate; a gate sees
 * their sum, but where the second of a GRU's last is reset. */
static alv_status sum_up(alv_drawn *out, const alv_checkpoint_tensor *t, alv_cell cell,
                         int64_t units, bool reset, alv_error *error)
{
    const int gates = alv_cell_gates(cell);
    const int64_t half = gates * units, ways = t->count / (2 * half);
    const double n = (double)(units * ways);
    double *b = alv_new_array((size_t)t->count, sizeof *b), sum = 0, square = 0;
    if (!b) return alv_fail(error, ALV_ERR_MEMORY, t->name, "no memory for its gates");
    alv_checkpoint_decode(b, t, 0, t->count);
    for (int k = 0; k < gates; k++)
        for (int64_t u = 0; u < units * ways; u++) {
            const int64_t at = u / units * 2 * half + places[cell][k] * units + u % units;
            const bool apart = reset && k == ALV_GATE_NEW;
            const double both = b[at] + (apart ? 0 : b[half + at]);
            if (apart) {
                out->gates.reset += b[half + at] / n;
                out->gates.reset2 += b[half + at] * b[half + at] / n;
            }
            out->gates.mean[k] += both / n;
            out->gates.varies[k] += both * both / n;
            sum += both;
            square += both * both;
        }
    for (int k = 0; k < gates; k++) out->gates.varies[k] -= out->gates.mean[k] * out->gates.mean[k];
    out->gates.n = gates;
    out->mean = sum / (double)(half * ways);
    out->square = square / (double)(half * ways);
    free(b);
    return ALV_OK;
}

static alv_status read_gates(alv_drawn *out, const alv_inspection *all, const alv_model *m,
                             alv_error *error)
{
    for (int i = 0; i < m->n_nodes; i++) {
        const alv_node *n = &m->nodes[i];
        const alv_cell cell = alv_flow_cell(n);
        const int bias = cell != ALV_CELLS && n->input >= 0 ? m->nodes[n->input].bias : -1;
        if (bias < 0 || !out[bias].known) continue;
        const alv_checkpoint_tensor *t = alv_checkpoint_find(all->model, m->params[bias].name);
        const int64_t one = n->out > 0 ? 2 * alv_cell_gates(cell) * n->out : 0;
        if (one > 0 && (t->count == one || t->count == 2 * one)) /* of both directions */
            ALV_TRY(sum_up(&out[bias], t, cell, n->out, n->bias >= 0, error));
    }
    return ALV_OK;
}

alv_status alv_measured_read(alv_drawn **out, const alv_inspection *all, const alv_model *m,
                             alv_error *error)
{
    alv_drawn *read = alv_new_array((size_t)m->n_params + 1, sizeof *read);
    if (!read) return alv_fail(error, ALV_ERR_MEMORY, "doctor", "no memory for its weights");
    for (int i = 0; i < m->n_params; i++) {
        const alv_checkpoint_tensor *t = alv_checkpoint_find(all->model, m->params[i].name);
        const alv_inspected *seen = t ? &all->tensors[t - all->model->tensors] : NULL;
        if (!seen || !seen->measured || seen->moments.n < 1) continue;
        const double mean = seen->moments.mean, n = (double)seen->moments.n;
        read[i] =
            (alv_drawn){.known = true, .mean = mean, .square = seen->moments.m2 / n + mean * mean};
    }
    const alv_status status = read_gates(read, all, m, error);
    if (status == ALV_OK)
        *out = read;
    else
        free(read);
    return status;
}
