/* Recurrent layers, whose laws are theory's (recurrent.h), and the last of a sequence. */
#include "audit/signal_parts.h"

#include "base/base.h"
#include "math/math.h"

alv_cell alv_signal_cell(const alv_node *node)
{
    if (node->op == ALV_OP_LSTM) return ALV_CELL_LSTM;
    if (node->op != ALV_OP_OTHER || !node->act.act) return ALV_CELLS;
    return strcmp(node->what, "GRU") == 0   ? ALV_CELL_GRU
           : strcmp(node->what, "RNN") == 0 ? ALV_CELL_RNN
                                            : ALV_CELLS;
}

static void set_case(alv_recurrent_case *out, const alv_follower *f, const alv_node *node)
{
    const alv_signal *fed = alv_follow_from(f, node->input);
    const alv_node *weights = node->input >= 0 ? &f->model->nodes[node->input] : NULL;
    const alv_measured bias = alv_follow_measured(f, weights ? weights->bias : -1);
    const double square = alv_follow_measured(f, node->weight).square;
    const alv_cell cell = alv_signal_cell(node);
    const int gates = alv_cell_gates(cell);
    double means = 0, varies = 0;
    *out = (alv_recurrent_case){.cell = cell,
                                .act = node->act,
                                .recurrent = (double)node->out * square,
                                .steps = alv_follow_length(f, 0),
                                .nearby = fed->nearby,
                                .reset = bias.reset,
                                .reset2 = bias.reset2,
                                .decay = 1};
    for (int k = 0; k < gates; k++) {
        out->bias[k] = bias.gate[k];
        means += bias.gate[k] * bias.gate[k] / gates;
        varies += bias.varies[k] / gates;
    }
    for (int k = 0; k < gates; k++) out->extra[k] = bias.varies[k] - varies;
    out->fed = alv_max(fed->square - means, 0);
    out->shared = alv_min(alv_max(fed->together - means, 0), out->fed);
    out->common = alv_min(alv_max(fed->shared - means, 0), out->shared);
}

/* What h has in common: of an LSTM the share that its gates have. */
static void set_common(alv_signal *out, const alv_recurrent_case *in, const alv_recurrent_law *law,
                       const alv_signal *fed)
{
    const double alike = in->fed > 0 ? in->shared / in->fed : 0;
    out->mean = law->mean;
    out->nearby = law->nearby;
    out->together = law->all * alike;
    out->shared = fed->together > 0 ? out->together * fed->shared / fed->together : 0;
    if (in->cell == ALV_CELL_LSTM) return;
    out->together = alv_min(law->far, law->all);
    out->shared = alv_min(law->common, out->together);
}

void alv_follow_recurrent(alv_signal *out, alv_follower *f, const alv_node *node)
{
    const alv_signal *fed = alv_follow_from(f, node->input);
    alv_recurrent_case layer;
    alv_recurrent_law law = {0};
    alv_follow_same(out, fed);
    out->assumed = ALV_ASSUME_UNREAD;
    if (!alv_follow_measured(f, node->weight).known) return;
    set_case(&layer, f, node);
    if (f->status == ALV_OK) f->status = alv_recurrent_law_of(&law, &layer, f->error);
    out->assumed = ALV_ASSUME_RECURRENT;
    out->square = law.all;
    set_common(out, &layer, &law, fed);
    out->last = law.all > 0 ? law.last / law.all : 1;
    out->units = (double)node->out;
    out->spread = fed->spread + (2 + fed->noise) / alv_max(out->units, 1) + ALV_LAW_SPREAD;
}

void alv_return_recurrent(alv_follower *f, int at, alv_returned r)
{
    const alv_node *node = &f->model->nodes[at];
    alv_recurrent_case layer;
    alv_recurrent_law law = {0};
    if (f->signals[at].assumed == ALV_ASSUME_RECURRENT && f->status == ALV_OK) {
        set_case(&layer, f, node);
        layer.decay = r.decay;
        layer.near = r.near;
        f->status = alv_recurrent_law_of(&law, &layer, f->error);
        r.gradient *= law.back;
        r.spread +=
            alv_follow_from(f, node->input)->noise / alv_max((double)node->out, 1) + ALV_LAW_SPREAD;
        r.decay = law.decay;
        r.near = law.near;
    }
    alv_follow_give(f, node->input, r);
}

void alv_follow_last(alv_signal *out, alv_follower *f, const alv_node *node)
{
    const alv_signal *x = alv_follow_from(f, node->input);
    alv_follow_same(out, x);
    out->square *= x->last;
    out->shared *= x->last;
    out->together = out->shared;
    out->nearby = 0;
    out->last = 1;
}

void alv_return_last(alv_follower *f, int at, alv_returned r)
{
    const int input = f->model->nodes[at].input;
    r.gradient /= alv_follow_positions(f->model, input);
    r.decay = r.near = 0;
    alv_follow_give(f, input, r);
}
