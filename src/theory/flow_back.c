/* The gradient's way back, from the last node.
 *
 * The sum of the squared gradients of all inputs is fan-in times the weights' mean square times
 * that of all outputs. As with signals, what the outputs' gradients have in common over a batch, D,
 * is met by each input through weights of its own: 2 tr D^2 / (tr D)^2 / inputs is the variance of
 * the log. An input adds up all outputs that it reaches; those at several places count as many as
 * their gradients are unlike. An activation multiplies by f', which units have each their own share
 * of, and which takes apart what they had in common, as far as it differs between rows. */
#include "base/base.h"
#include "math/math.h"
#include "theory/flow_parts.h"

void alv_flow_give(alv_flow_follower *f, int to, alv_returned r)
{
    if (to < 0 || r.square == 0) return;
    alv_returned *x = &f->flows[to].a.back;
    const double all = x->square + r.square, a = x->square / all, b = r.square / all;
    const double deviation =
        a * alv_sqrt(x->spread) + b * alv_sqrt(r.spread); /* they come of one */
    *x = (alv_returned){.square = all,
                        .spread = deviation * deviation,
                        .sway = a * x->sway + b * r.sway,
                        .overlap = a * a * x->overlap + b * b * r.overlap,
                        .noise = a * a * x->noise + b * b * r.noise,
                        .decay = a * x->decay + b * r.decay,
                        .near = a * x->near + b * r.near,
                        .rim = a * x->rim + b * r.rim,
                        .tilt = a * x->tilt + b * r.tilt};
}

static void step_back(alv_returned *g, const alv_way_back *r, double samples)
{
    g->square *= r->step;
    g->spread += r->spread * (1 + g->noise);
    g->overlap = alv_min(1, g->overlap * r->overlap + (1 - r->overlap) / samples);
    g->noise += r->noise * (1 + g->noise);
    g->sway += r->sway;
    g->tilt += r->tilt;
}

/* tr D^2 / (tr D)^2 of the outputs that one input adds up. */
static double crowd_back(const alv_returned *g, double units, double reached)
{
    const double places = alv_max(reached / units, 1);
    const double alike = (1 + (places - 1) * g->near * g->near) / places;
    return alv_min(1, g->overlap + (1 + g->noise) * alike / units);
}

static void return_weights(alv_flow_follower *f, int at, alv_returned g)
{
    const alv_model *m = f->model;
    const alv_node *node = &m->nodes[at];
    const bool zeros = f->flows[at].assumed == ALV_ASSUME_ZEROS;
    if ((f->flows[at].assumed != ALV_ASSUME_NOTHING && !zeros) || node->input < 0) {
        alv_flow_give(f, node->input, g);
        return;
    }
    alv_drawn w = alv_flow_drawn(f, node->weight);
    if (zeros) w.square = 1 / alv_max(alv_border_fan(m, node), 1);
    const double reached =
        alv_border_fan(m, node) * alv_flow_values(m, at) / alv_flow_values(m, node->input);
    const alv_border border = alv_border_of(m, node);
    const double end = border.once > 0 ? border.last / border.once : 1;
    const double units = alv_max(f->flows[at].z.units, 1), in = alv_max((double)node->in, 1);
    const double crowd = crowd_back(&g, units, reached);
    const double seen = (alv_rim_of(m, node).back - 1) * g.rim; /* more in the middle */
    g.square *= (1 + seen) * reached * w.square * (g.decay < 1 ? g.decay + (1 - g.decay) * end : 1);
    /* A unit whose weights are larger than others' has a larger variance, too: of w' S w and |w|^2
     * the logs have the covariance 2 / inputs. */
    g.square *= alv_max(1 + 2 * g.tilt / alv_max(alv_border_fan(m, node), 2), 0);
    g.tilt = 0;
    g.spread += w.noise + 2 * alv_max(crowd - 1 / alv_max(reached, 1), 0) / in;
    g.spread += alv_flow_border(m, node) + seen * seen / 4;
    if (border.once < 1) g.rim = 1 / alv_max(node->stride, 1);
    g.overlap = crowd;
    g.noise = 2 * crowd;
    if (alv_flow_places(m, at) != alv_flow_places(m, node->input)) g.decay = 1, g.near = 0;
    alv_flow_give(f, node->input, g);
}

/* Of a batch's gradient a norm over it takes the mean of each unit's and what lies along its
 * values: of n samples at P places as much as rows are alike, (1 + (P - 1) near) / (n P), and the
 * same times how alike the values are; told to the size of that itself. */
static void lose_to_batch(alv_returned *g, const alv_flow_follower *f, const alv_node *node,
                          const alv_level *x)
{
    const double near = alv_max(g->near, 0);
    const double places = alv_flow_places(f->model, node->input), v = own(x);
    const double rows = (double)f->input->batch * places;
    if (f->input->batch < 1 || f->samples < ALV_INFINITY || !(v > 0)) return;
    const double alike = alv_max(alv_pairs_together(x, places) - x->shared, 0) / v;
    const double mean = (1 + (places - 1) * near) / rows;
    const double along = (1 + (places - 1) * near * alike) / rows;
    const double lost = alv_min(mean + along, 0.9);
    g->square *= 1 - lost;
    g->spread += lost * lost;
}

/* A norm over units divides what comes back to the last position alone by the size there. */
static void normalize_last(alv_returned *g, const alv_level *x, double off)
{
    const double there = x->square * x->last - off, lone = 1 - alv_min(g->decay, 1);
    const double usual = alv_sqrt(alv_max(alv_flow_spread(x), 0));
    const double sway = alv_sqrt(alv_flow_stray_at_last(x) + alv_max(x->spread.own, 0));
    if (!(there > 0) || !(lone > 0)) return;
    const double alone = lone * (x->square - off) / there, rest = 1 - lone;
    g->square *= rest + alone;
    g->decay = rest / (rest + alone);
    g->sway += lone * alv_max(sway - usual, 0);
}

static void return_step(alv_flow_follower *f, int at, alv_returned g)
{
    const alv_node *node = &f->model->nodes[at];
    alv_returned to_other = g;
    step_back(&g, &f->flows[at].to_input, f->samples);
    const alv_level *x = alv_flow_from(f, node->input);
    if (node->op == ALV_OP_NORM && node->norm == ALV_NORM_BATCH) lose_to_batch(&g, f, node, x);
    if (node->op == ALV_OP_NORM && node->norm != ALV_NORM_BATCH)
        normalize_last(&g, x, node->norm == ALV_NORM_LAYER ? x->mean * x->mean : 0);
    if (node->op == ALV_OP_POOL && !node->largest && node->kernel == 0)
        g.decay = g.near = 1, g.rim = 0;
    if (node->op == ALV_OP_NORM && node->norm != ALV_NORM_BATCH) g.rim = 0;
    if (node->op == ALV_OP_POOL) g.rim /= alv_max(node->stride, 1);
    alv_flow_give(f, node->input, g);
    if (node->op == ALV_OP_ADD && node->other != node->input)
        alv_flow_give(f, node->other, to_other);
}

static alv_flow_way *const ways[] = {
    [ALV_OP_WEIGHTS] = return_weights,
    [ALV_OP_NORM] = return_step,
    [ALV_OP_ADD] = return_step,
    [ALV_OP_POOL] = return_step,
    [ALV_OP_ACT] = return_step,
    [ALV_OP_EMBED] = return_step,
    [ALV_OP_ATTEND] = alv_return_attention,
    [ALV_OP_LSTM] = alv_return_recurrent,
    [ALV_OP_LAST] = alv_return_last,
    [ALV_OP_TIMES] = alv_return_multiply,
    [ALV_OP_OTHER] = alv_return_other,
};

void alv_flow_return(alv_flow_follower *f)
{
    const int last = f->model->n_nodes - 1;
    for (int i = 0; i <= last; i++) f->flows[i].a.back = (alv_returned){.decay = 1};
    f->flows[last].a.back = (alv_returned){.square = 1, .overlap = f->input->end, .decay = 1};
    for (int i = last; i >= 0; i--) {
        alv_returned g = f->flows[i].a.back;
        step_back(&g, &f->flows[i].to_z, f->samples);
        g.near *= alv_sqrt(f->flows[i].to_z.overlap); /* two rows' f' are alike so far at least */
        f->flows[i].z.back = g;
        ways[f->model->nodes[i].op](f, i, g);
    }
}
