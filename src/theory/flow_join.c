/* Through the ends of branches, and pools.
 *
 * A branch is fed by the stream that it joins, so that both may stray together: their deviations
 * add up. Two signals of independent weights meet by chance, in each unit differently: the square
 * of their correlation over rows is R. */
#include "base/base.h"
#include "math/math.h"
#include "theory/flow_parts.h"

static double comonotone(double a, double s, double b, double t)
{
    const double sum = a * alv_sqrt(alv_max(s, 0)) + b * alv_sqrt(alv_max(t, 0));
    return sum * sum;
}

alv_strays alv_strays_joined(double a, double c, alv_strays s, double b, double d, alv_strays t)
{
    return (alv_strays){.own = comonotone(a, s.own, b, t.own),
                        .shared = comonotone(c, s.shared, d, t.shared),
                        .both = a * c * s.both + b * d * t.both};
}

static double part_of(double x, double all)
{
    return all > 0 ? alv_max(x, 0) / all : 0;
}

void alv_flow_add_levels(alv_flow *out, const alv_level *x, const alv_level *y, alv_drawn g)
{
    const double product = 2 * x->mean * y->mean * g.mean;
    alv_flow_keep(out, x);
    alv_level *z = &out->z;
    for (int k = 0; k < ALV_FAR; k++) {
        z->far[k].product = x->far[k].product + g.square * y->far[k].product + product;
        z->far[k].size = x->far[k].size + g.square * y->far[k].size + product;
        z->sizes[k] = x->sizes[k] + g.square * y->sizes[k] + product;
    }
    for (int64_t i = 0; x->lags && i < (int64_t)x->height * x->width; i++)
        z->lags[i] = x->lags[i] + product + g.square * alv_pairs_lag(y, i / x->width, i % x->width);
    z->same.product = x->same.product + g.square * y->same.product + product;
    z->same.size = x->same.size + g.square * y->same.size + product;
    z->mean = x->mean + g.mean * y->mean;
    const double all = x->square + g.square * y->square;
    const double same = x->same.product + g.square * y->same.product;
    if (same > 0)
        z->same_last =
            (x->same.product * x->same_last + g.square * y->same.product * y->same_last) / same;
    if (all > 0) z->last = (x->square * x->last + g.square * y->square * y->last) / all;
    z->square = x->square + g.square * y->square + product;
    z->shared = x->shared + g.square * y->shared + product;
    const double a = part_of(own(x), own(z)), b = part_of(g.square * own(y), own(z));
    const double c = part_of(x->shared, z->shared), d = part_of(g.square * y->shared, z->shared);
    const double met = alv_sqrt(crowd_of(x) * crowd_of(y)); /* by chance, by each pair of units */
    z->noise = a * a * x->noise + b * b * y->noise + 4 * a * b * met;
    const double from = part_of(x->square, z->square),
                 rest = part_of(g.square * y->square, z->square);
    z->last_stray = from * from * x->last_stray + rest * rest * y->last_stray;
    z->ragged = from * from * x->ragged + rest * rest * y->ragged + 4 * from * rest * met;
    z->shared_noise = c * c * x->shared_noise + d * d * y->shared_noise + 4 * c * d;
    z->rim = from * x->rim + rest * y->rim;
    z->overlap = a * a * x->overlap + b * b * y->overlap;
    z->carried = alv_strays_joined(a, c, x->carried, b, d, y->carried);
    const double units = alv_max(x->units, 1);
    z->spread = plus(alv_strays_joined(a, c, x->spread, b, d, y->spread), 4 * a * b * met / units,
                     4 * c * d / units, 0);
    out->to_input.step = g.square;
}

/* other + gain input */
void alv_flow_add(alv_flow *out, alv_flow_follower *f, const alv_node *node)
{
    alv_drawn g = alv_flow_drawn(f, node->weight);
    if (node->weight < 0 || !g.known) g = (alv_drawn){.known = true, .mean = 1, .square = 1};
    alv_flow_add_levels(out, alv_flow_from(f, node->other), alv_flow_from(f, node->input), g);
}

/* Places that are pooled: of an image, or of whatever the network's data are. */
static double pooled(const alv_flow_follower *f, const alv_node *node)
{
    const alv_node *before = node->input >= 0 ? &f->model->nodes[node->input] : NULL;
    const int height = before ? before->height : f->model->height;
    const int width = before ? before->width : f->model->width;
    return node->kernel > 0 ? (double)node->kernel * (width > 1 ? node->kernel : 1)
                            : (double)height * alv_max(width, 1);
}

/* Another mean square of all rows, and the same for the sizes of pairs. */
static void resize(alv_level *x, double square)
{
    const double ratio = x->square > 0 ? square / x->square : 1;
    x->square = square;
    x->same.size *= ratio;
    for (int k = 0; k < ALV_FAR; k++) x->sizes[k] *= ratio, x->far[k].size *= ratio;
}

static void average(alv_flow *out, const alv_level *x, double n)
{
    const double far = alv_pairs_far(x);
    alv_flow_keep(out, x);
    resize(&out->z, far + (x->square - far) / n);
    out->to_input.step = 1 / n;
}

/* Windows of an image whose places are alike by their distance. */
static void average_windows(alv_flow *out, const alv_node *node, const alv_level *x)
{
    const bool all = node->kernel == 0;
    const int64_t rows = all ? x->height : node->kernel;
    const int64_t columns = all ? x->width : x->width > 1 ? node->kernel : 1;
    const double far = alv_pairs_far(x);
    alv_flow_keep(out, x);
    alv_level *z = &out->z;
    resize(z, alv_pairs_in_window(x, rows, columns));
    z->same.product = far;
    if (all) z->rim = 0;
    for (int k = 0; all && k < ALV_FAR; k++) z->far[k].product = far;
    if (all) z->lags = NULL;
    alv_pairs_stride(z, node->height, node->width, (int)node->stride);
}

void alv_flow_pool(alv_flow *out, alv_flow_follower *f, const alv_node *node)
{
    const alv_node *before = node->input >= 0 ? &f->model->nodes[node->input] : NULL;
    const alv_level *x = alv_flow_from(f, node->input);
    const double n = pooled(f, node);
    /* Windows that a place lies in; where they overlap it hears from several. */
    const double heard = n * alv_flow_places(f->model, (int)(node - f->model->nodes)) /
                         alv_flow_places(f->model, node->input);
    if (!(n > 1)) {
        alv_flow_keep(out, x);
    } else if (!node->largest) {
        if (x->lags)
            average_windows(out, node, x);
        else
            average(out, x, n);
        alv_flow_share(&out->z, f, node);
        out->to_input.step = heard / (n * n);
    } else {
        const bool bent_before = before && before->op == ALV_OP_ACT;
        alv_flow_keep(out, x);
        const alv_way_back back =
            alv_flow_bend(&out->z, f, bent_before ? &f->flows[node->input].z : x,
                          bent_before ? before->act : (alv_act_spec){0}, n);
        alv_flow_share(&out->z, f, node);
        out->to_input = back;
        out->assumed = ALV_ASSUME_POOL;
        /* It goes to the largest, where the activation is flatter than on the whole. */
        const double slope = bent_before ? f->flows[node->input].to_z.step : 1;
        out->to_input.step = heard * (slope > 0 ? back.step / slope : 1 / n);
    }
    /* Windows mix the rim with what is inside; the largest of them is hardly ever at the rim. */
    out->z.rim = node->largest && n > 1 ? 0 : out->z.rim / alv_max(node->stride, 1);
}
