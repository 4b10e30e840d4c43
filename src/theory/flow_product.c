/* Through products, as of gates.
 *
 * The factors come of weights of their own, so that of two rows a and b E z_a z_b is E x_a x_b
 * times E y_a y_b, and what comes back to a factor has the mean square of the other. A factor of
 * one position is the same for all: two rows of one sample find it equal, and it hears from all of
 * them. Both may stray for one reason, the size of what feeds them: their deviations add up. */
#include "base/base.h"
#include "math/math.h"
#include "theory/flow_parts.h"

static double added(double s, double t)
{
    const double sum = alv_sqrt(alv_max(s, 0)) + alv_sqrt(alv_max(t, 0));
    return sum * sum;
}

static alv_pair times(alv_pair x, alv_pair y)
{
    return (alv_pair){x.product * y.product, x.size * y.size};
}

void alv_flow_multiply(alv_flow *out, alv_flow_follower *f, const alv_node *node)
{
    const alv_level *x = alv_flow_from(f, node->input), *y = alv_flow_from(f, node->other);
    const bool shared = alv_flow_places(f->model, node->other) == 1;
    alv_flow_keep(out, x);
    alv_level *z = &out->z;
    for (int64_t i = 0; z->lags && i < (int64_t)x->height * x->width; i++)
        z->lags[i] *= shared ? y->square : alv_pairs_lag(y, i / x->width, i % x->width);
    for (int k = 0; k < ALV_FAR; k++) {
        z->far[k] = times(x->far[k], shared ? y->same : y->far[k]);
        z->sizes[k] = x->sizes[k] * y->sizes[k];
    }
    z->same = times(x->same, y->same);
    z->same_last = x->same_last * (shared ? 1 : y->same_last);
    z->last = x->last * (shared ? 1 : y->last);
    z->mean = x->mean * y->mean;
    z->square = x->square * y->square;
    alv_flow_share(z, f, node);
    z->ragged = x->ragged + y->ragged;
    z->last_stray = added(x->last_stray, y->last_stray);
    z->noise = (1 + x->noise) * (1 + y->noise) - 1;
    z->shared_noise = (1 + x->shared_noise) * (1 + y->shared_noise) - 1;
    z->overlap = x->overlap * y->overlap;
    z->carried = alv_strays_joined(1, 1, x->carried, 1, 1, y->carried);
    z->spread = alv_strays_joined(1, 1, x->spread, 1, 1, y->spread);
    out->to_input.step = y->square;
}

/* Units whose other factor is larger get more. */
static alv_returned through_factor(alv_returned g, const alv_level *other, double heard)
{
    g.square *= other->square * heard;
    g.spread += alv_max(alv_flow_spread(other), 0);
    g.noise = (1 + g.noise) * (1 + unlike_units(other)) - 1;
    g.overlap *= other->square > 0 ? other->mean * other->mean / other->square : 1;
    return g;
}

void alv_return_multiply(alv_flow_follower *f, int at, alv_returned g)
{
    const alv_node *node = &f->model->nodes[at];
    const double units = node->out > 0 && node->other >= 0 && f->model->nodes[node->other].out > 0
                             ? (double)node->out / (double)f->model->nodes[node->other].out
                             : 1;
    const double places = alv_flow_places(f->model, at) / alv_flow_places(f->model, node->other);
    /* What it hears from several places adds up as far as both that and its factor are alike. */
    const alv_level *x = alv_flow_from(f, node->input);
    const double alike =
        x->square > 0 ? alv_max(g.near, 0) * alv_pairs_together(x, places) / x->square : 0;
    const double heard = units * places * (1 + (places - 1) * alv_max(alike, 0));
    alv_flow_give(f, node->input, through_factor(g, alv_flow_from(f, node->other), 1));
    alv_returned r = through_factor(g, alv_flow_from(f, node->input), heard);
    if (places > 1) r.decay = 1, r.near = 0;
    alv_flow_give(f, node->other, r);
}
