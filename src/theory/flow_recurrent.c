/* Recurrent layers, whose laws are those of recurrent.h, and the last of a sequence. */
#include "base/base.h"
#include "math/math.h"
#include "theory/flow_parts.h"

alv_cell alv_flow_cell(const alv_node *node)
{
    if (node->op == ALV_OP_LSTM) return ALV_CELL_LSTM;
    if (node->op != ALV_OP_OTHER || !node->act.act) return ALV_CELLS;
    return strcmp(node->what, "GRU") == 0   ? ALV_CELL_GRU
           : strcmp(node->what, "RNN") == 0 ? ALV_CELL_RNN
                                            : ALV_CELLS;
}

/* The moments of each gate's bias: told apart, or those of all together. */
static alv_drawn_gates gates_of(const alv_drawn *bias, int n)
{
    alv_drawn_gates out = bias->gates;
    for (int k = out.n; k < n; k++) {
        out.mean[k] = bias->mean;
        out.varies[k] = alv_max(bias->square - bias->mean * bias->mean, 0);
    }
    return out;
}

typedef struct layer {
    alv_recurrent_case in;
    double lags[ALV_RECURRENT_STEPS];
} layer;

/* What two steps have in common of what they are fed; biases' means are apart. */
static void set_fed(layer *l, const alv_level *fed, double means)
{
    alv_recurrent_case *in = &l->in;
    in->fed = alv_max(fed->square - means, 0);
    in->shared = alv_min(alv_max(alv_pairs_together(fed, in->steps) - means, 0), in->fed);
    in->common = alv_min(alv_max(alv_pairs_far(fed) - means, 0), in->shared);
    in->same = alv_min(alv_max(fed->same.product - means, 0), in->fed);
    if (!fed->lags || in->steps < 2) return;
    in->n_lags = in->steps < ALV_RECURRENT_STEPS ? in->steps : ALV_RECURRENT_STEPS;
    for (int k = 0; k < in->n_lags; k++)
        l->lags[k] = alv_min(alv_max(alv_pairs_lag(fed, k, 0) - means, 0), in->fed);
    in->lags = l->lags;
}

static void set_layer(layer *l, const alv_flow_follower *f, const alv_node *node)
{
    const alv_level *fed = alv_flow_from(f, node->input);
    const alv_node *weights = node->input >= 0 ? &f->model->nodes[node->input] : NULL;
    const alv_drawn bias = alv_flow_drawn(f, weights ? weights->bias : -1);
    const alv_cell cell = alv_flow_cell(node);
    const int n = alv_cell_gates(cell);
    const alv_drawn_gates gates = gates_of(&bias, n);
    double means = 0, varies = 0;
    *l = (layer){.in = {.cell = cell,
                        .act = node->act,
                        .recurrent = (double)node->out * alv_flow_drawn(f, node->weight).square,
                        .steps = alv_flow_length(f->model, node->height),
                        .reset = gates.reset,
                        .reset2 = gates.reset2,
                        .decay = 1}};
    for (int k = 0; k < n; k++) {
        l->in.bias[k] = gates.mean[k];
        means += gates.mean[k] * gates.mean[k] / n;
        varies += gates.varies[k] / n;
    }
    for (int k = 0; k < n; k++) l->in.extra[k] = gates.varies[k] - varies;
    set_fed(l, fed, means);
}

static void set_lags(alv_level *z, const alv_recurrent_law *law, int steps)
{
    const int known = steps < ALV_RECURRENT_STEPS ? steps : ALV_RECURRENT_STEPS;
    if (!z->lags) return;
    for (int64_t i = 0; i < (int64_t)z->height * z->width; i++)
        z->lags[i] = law->lags[i < known ? i : known - 1];
}

void alv_flow_recur(alv_flow *out, alv_flow_follower *f, const alv_node *node)
{
    const alv_level *fed = alv_flow_from(f, node->input);
    layer l;
    alv_recurrent_law law = {0};
    alv_flow_keep(out, fed);
    out->assumed = ALV_ASSUME_UNREAD;
    if (node->weight < 0 || !alv_flow_drawn(f, node->weight).known) return;
    set_layer(&l, f, node);
    if (f->status == ALV_OK) f->status = alv_recurrent_law_of(&law, &l.in, f->error);
    out->assumed = ALV_ASSUME_RECURRENT;
    alv_level *z = &out->z;
    z->mean = law.mean;
    alv_pairs_set(z, law.all, alv_min(law.common, law.all), alv_min(law.same, law.all));
    z->last = law.all > 0 ? law.last / law.all : 1;
    z->same_last = law.same > 0 ? law.same_last / law.same : 1;
    set_lags(z, &law, l.in.steps);
    z->units = (double)node->out;
    alv_flow_share(z, f, node);
    const double spread = alv_flow_spread(fed) + ALV_LAW_SPREAD;
    z->carried = at_once(spread);
    z->spread = at_once(spread + (2 + unlike_units(fed)) / alv_max(z->units, 1));
}

void alv_return_recurrent(alv_flow_follower *f, int at, alv_returned r)
{
    const alv_node *node = &f->model->nodes[at];
    alv_recurrent_law law = {0};
    layer l;
    if (f->flows[at].assumed == ALV_ASSUME_RECURRENT && f->status == ALV_OK) {
        set_layer(&l, f, node);
        l.in.decay = r.decay;
        l.in.near = r.near;
        f->status = alv_recurrent_law_of(&law, &l.in, f->error);
        r.square *= law.back;
        r.spread += unlike_units(alv_flow_from(f, node->input)) / alv_max((double)node->out, 1);
        r.spread += ALV_LAW_SPREAD;
        r.decay = law.decay;
        r.near = law.near;
    }
    alv_flow_give(f, node->input, r);
}

void alv_flow_last(alv_flow *out, alv_flow_follower *f, const alv_node *node)
{
    const alv_level *x = alv_flow_from(f, node->input);
    alv_flow_keep(out, x);
    alv_level *z = &out->z;
    const double square = x->square * x->last;
    const double same = alv_min(x->same.product * x->same_last, square);
    alv_pairs_set(z, square, same, same);
    z->lags = NULL;
    z->last = z->same_last = 1;
    z->last_stray = 0;
    alv_flow_share(z, f, node);
    /* What places differ by is gone, which spreads over more directions than tokens have. */
    const double left = own(x) > 0 ? own(z) / (own(x) * x->last) : 1;
    z->carried = plus(x->carried, x->last_stray, 0, 0);
    z->spread = plus(x->spread, x->last_stray, 0, 0);
    if (left < 1) z->overlap = left > 0 ? alv_min(1, x->overlap / (left * left)) : 1;
}

void alv_return_last(alv_flow_follower *f, int at, alv_returned r)
{
    const int input = f->model->nodes[at].input;
    r.square /= alv_flow_places(f->model, input);
    r.decay = r.near = 0;
    alv_flow_give(f, input, r);
}
