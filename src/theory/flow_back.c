/* The gradient's way back, from the last node.
 *
 * The sum of the squared gradients of all inputs is fan-in times the weights' mean square times
 * that of all outputs. As with signals, what the outputs' gradients have in common over a batch, D,
 * is met by each input through weights of its own: 2 tr D^2 / (tr D)^2 / inputs is the variance of
 * the log. An activation multiplies by f', which units have each their own share of, and which
 * takes apart what they had in common, as far as it differs between rows. */
#include "math/math.h"
#include "theory/border.h"
#include "theory/flow.h"

static double values_of(const alv_model *m, int node)
{
    const alv_node *n = &m->nodes[node];
    return alv_max((double)n->out, 1) * alv_max(n->height, 1) * alv_max(n->width, 1);
}

/* Adds to what comes back to a node's output. */
static void give(alv_flow *flows, int to, const alv_level *g)
{
    if (to < 0 || g->gradient == 0) return;
    alv_level *x = &flows[to].a;
    const double all = x->gradient + g->gradient, a = x->gradient / all, b = g->gradient / all;
    x->gradient_spread = a * x->gradient_spread + b * g->gradient_spread;
    x->gradient_overlap = a * a * x->gradient_overlap + b * b * g->gradient_overlap;
    x->gradient_noise = a * a * x->gradient_noise + b * b * g->gradient_noise;
    x->sway = a * x->sway + b * g->sway;
    x->gradient = all;
}

static void step_back(alv_level *g, const alv_way_back *r, double samples)
{
    g->gradient *= r->step;
    g->gradient_spread += r->spread * (1 + g->gradient_noise);
    g->gradient_overlap = alv_min(1, g->gradient_overlap * r->overlap + (1 - r->overlap) / samples);
    g->gradient_noise += r->noise * (1 + g->gradient_noise);
    g->sway += r->sway;
}

static void through_weights(alv_level *g, const alv_flow *flow, const alv_model *m, int at,
                            const alv_drawn *w)
{
    const alv_node *node = &m->nodes[at];
    const double units = alv_max(flow->z.units, 1), in = alv_max((double)node->in, 1);
    const double crowd = alv_min(1, g->gradient_overlap + (1 + g->gradient_noise) / units);
    g->gradient *=
        alv_border_fan(m, node) * w->square * values_of(m, at) / values_of(m, node->input);
    g->gradient_spread += 2 * crowd / in + w->noise;
    g->gradient_overlap = crowd;
    g->gradient_noise = 2 * crowd;
}

static void backward(alv_flow *flows, const alv_model *m, const alv_drawn *measured, int at,
                     double samples)
{
    const alv_node *node = &m->nodes[at];
    alv_flow *flow = &flows[at];
    alv_level g = flow->a;
    step_back(&g, &flow->to_z, samples);
    flow->z.gradient = g.gradient;
    flow->z.gradient_spread = g.gradient_spread + g.sway * g.sway;
    alv_level to_other = g;
    if (node->op == ALV_OP_WEIGHTS && node->input >= 0)
        through_weights(&g, flow, m, at, &measured[node->weight]);
    else
        step_back(&g, &flow->to_input, samples);
    give(flows, node->input, &g);
    if (node->other < 0 || node->other == node->input) return;
    if (node->op == ALV_OP_ADD) give(flows, node->other, &to_other);
}

void alv_flow_return(alv_flow *flows, const alv_model *model, const alv_drawn *measured,
                     const alv_flow_input *input)
{
    const double samples = input->samples > 0 ? (double)input->samples : ALV_INFINITY;
    alv_level *last = &flows[model->n_nodes - 1].a;
    last->gradient = 1;
    last->gradient_overlap = input->end;
    for (int i = model->n_nodes - 1; i >= 0; i--) backward(flows, model, measured, i, samples);
}
