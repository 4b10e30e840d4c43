/* Which layers lie on the way through the network: by what gets back to the first of them a drift
 * is told. */
#include "audit/doctor.h"
#include "base/base.h"
#include "model/nodes.h"

/* Which layers reach the end by the scores of attentions only. */
static alv_status mark_scores(alv_doctor *d, alv_error *error)
{
    const alv_model *m = d->model;
    bool *carries = alv_new_array((size_t)m->n_nodes + 1, sizeof *carries);
    if (!carries) return alv_fail(error, ALV_ERR_MEMORY, "doctor", "no memory for its layers");
    if (m->n_nodes > 0) carries[m->n_nodes - 1] = true;
    for (int i = m->n_nodes - 1; i >= 0; i--) {
        const alv_node *n = &m->nodes[i];
        const int shares = alv_node_shares(m, n), other = alv_node_reads_two(n) ? n->other : -1;
        if (carries[i] && n->input >= 0 && n->input != shares) carries[n->input] = true;
        if (carries[i] && other >= 0 && other != shares) carries[other] = true;
    }
    for (int l = 0; l < d->n; l++) d->layers[l].scores_only = !carries[d->layers[l].node];
    free(carries);
    return ALV_OK;
}

/* Marks what depends on layer `first` and what can be reached without it, but for scores. */
enum { WITH = 1, WITHOUT = 2 };

static int how_reached(const alv_doctor *d, const char *how, int node, int first)
{
    const alv_model *m = d->model;
    const alv_node *n = &m->nodes[node];
    const int shares = alv_node_shares(m, n), other = alv_node_reads_two(n) ? n->other : -1;
    if (node == first) return WITH;
    int out = n->input < 0 ? WITHOUT : n->input != shares ? how[n->input] : 0;
    if (other >= 0 && other != shares) out |= how[other];
    return out;
}

/* The node at which a way round layer `first` joins its own; `first` where there is none. */
static int end_of_branch(const alv_doctor *d, int first, char *how)
{
    for (int i = 0; i < d->model->n_nodes; i++) {
        how[i] = (char)how_reached(d, how, i, first);
        if (how[i] == (WITH | WITHOUT)) return i;
    }
    return first;
}

/* The first layers whose gradient tells what gets back: those of the branch that begins with the
 * first, of which one alone may get little while the stream beside it gets all. */
static alv_status find_first(alv_doctor *d, int last, alv_error *error)
{
    char *how = alv_new_array((size_t)d->model->n_nodes + 1, 1);
    if (!how) return alv_fail(error, ALV_ERR_MEMORY, "doctor", "no memory for its layers");
    d->first = 0;
    while (d->first < last && (d->model->nodes[d->layers[d->first].node].op == ALV_OP_EMBED ||
                               d->layers[d->first].scores_only))
        d->first++;
    const int end = end_of_branch(d, d->layers[d->first].node, how);
    d->first_end = d->first;
    while (d->first_end < last && d->layers[d->first_end + 1].node < end) d->first_end++;
    free(how);
    return ALV_OK;
}

alv_status alv_doctor_find_first(alv_doctor *d, int last, alv_error *error)
{
    ALV_TRY(mark_scores(d, error));
    return find_first(d, last, error);
}
