/* What a file has of its own: operators by their names, and what is chosen, weighed, laid over or
 * put side by side.
 *
 * A sum of chosen values times constants c has the values' products times c c' of the two places,
 * over units; constants that are added are a signal that every sample has alike. Of two signals
 * side by side every mean is the mean of theirs, by how many values each has. */
#include "base/base.h"
#include "math/math.h"
#include "model/nodes.h"
#include "theory/flow_parts.h"

alv_moved alv_flow_moved(const alv_flow_follower *f, const alv_node *node)
{
    return f->input->moved ? f->input->moved[node - f->model->nodes] : (alv_moved){0};
}

static void times(alv_pair *x, double product, double size)
{
    x->product *= product;
    x->size *= size;
}

/* Whether it chooses one position of several; which, nobody says: a class token's or the last,
 * which are those that differ. */
static bool is_choice(const alv_flow_follower *f, const alv_node *node)
{
    const int at = (int)(node - f->model->nodes);
    return alv_flow_places(f->model, at) == 1 && alv_flow_places(f->model, node->input) > 1;
}

static void weigh(alv_flow *out, alv_flow_follower *f, const alv_node *node, alv_moved m)
{
    const alv_level *x = alv_flow_from(f, node->input);
    const double before = alv_flow_places(f->model, node->input);
    const double after = alv_flow_places(f->model, (int)(node - f->model->nodes));
    alv_flow_keep(out, x);
    alv_level *z = &out->z;
    z->mean *= m.mean;
    z->square *= m.square;
    times(&z->same, m.square, m.square);
    for (int k = 0; k < ALV_FAR; k++) {
        times(&z->far[k], m.far, m.square);
        z->sizes[k] *= m.square;
    }
    for (int64_t i = 0; z->lags && i < (int64_t)z->height * z->width; i++)
        z->lags[i] *= i > 0 ? m.far : m.square;
    z->noise = (1 + z->noise) * (1 + m.unlike) - 1;
    z->shared_noise = (1 + z->shared_noise) * (1 + m.unlike) - 1;
    z->units = (double)node->out;
    if (after != before) alv_pairs_stride(z, node->height, node->width, 1);
    alv_flow_share(z, f, node);
}

/* Constants as a signal: at one place the same in every sample. */
static alv_level constants(alv_moved m, double units)
{
    alv_level y = {.mean = m.mean, .shared_noise = 2, .units = units, .last = 1, .same_last = 1};
    alv_pairs_set(&y, m.square, m.far, m.square);
    y.shared = m.far;
    y.overlap = 1 / alv_max(units, 1);
    return y;
}

static void lay(alv_flow *out, alv_flow_follower *f, const alv_node *node, alv_moved m)
{
    const alv_drawn one = {.known = true, .mean = 1, .square = 1};
    const alv_level *x = alv_flow_from(f, node->input), y = constants(m, x->units);
    alv_flow_add_levels(out, x, &y, one);
    alv_flow_share(&out->z, f, node);
}

/* Positions' rows, added. */
static bool is_table(const alv_node *node)
{
    return alv_node_is(node, "Add") && node->bias >= 0;
}

static alv_moved table_of(const alv_flow_follower *f, const alv_node *node)
{
    const alv_drawn b = alv_flow_drawn(f, node->bias);
    return (alv_moved){.mean = b.mean, .square = b.square, .far = b.mean * b.mean};
}

static void put_rows(alv_flow *out, alv_flow_follower *f, const alv_node *node)
{
    const alv_drawn w = alv_flow_drawn(f, node->weight);
    alv_moved m = {.mean = w.mean, .square = w.square, .far = w.mean * w.mean};
    if (alv_node_places(node) == 1) m.far = m.square;
    out->z = constants(m, (double)node->out);
    out->z.carried = out->z.spread = at_once(w.noise);
    out->to_input = (alv_way_back){.step = 1, .overlap = 1};
    alv_flow_share(&out->z, f, node);
}

static double part(double a, double x, double all)
{
    return all > 0 ? alv_max(a * x, 0) / all : 0;
}

/* What is the mean of two signals' by their shares a and b, whatever is side by side. */
static void mix(alv_level *z, const alv_level *x, const alv_level *y, double a)
{
    const double b = 1 - a;
    z->mean = a * x->mean + b * y->mean;
    z->square = a * x->square + b * y->square;
    for (int k = 0; k < ALV_FAR; k++) {
        z->sizes[k] = a * x->sizes[k] + b * y->sizes[k];
        z->far[k].size = a * x->far[k].size + b * y->far[k].size;
    }
    z->same.product = a * x->same.product + b * y->same.product;
    z->same.size = a * x->same.size + b * y->same.size;
    const double p = part(a, x->square, z->square), q = 1 - p;
    z->last = p * x->last + q * y->last;
    z->same_last = p * x->same_last + q * y->same_last;
    z->last_stray = p * p * x->last_stray + q * q * y->last_stray;
    z->ragged = p * p * x->ragged + q * q * y->ragged;
    z->carried = alv_strays_joined(p, p, x->carried, q, q, y->carried);
    z->spread = alv_strays_joined(p, p, x->spread, q, q, y->spread);
    z->overlap = p * p * x->overlap + q * q * y->overlap;
    z->rim = p * x->rim + q * y->rim;
}

/* How unlike n units are of which each share has its own mean v and variance. */
static double unlike(double a, double v, double noise, double b, double w, double other)
{
    const double mean = a * v + b * w;
    return mean > 0 ? (a * v * v * (1 + noise) + b * w * w * (1 + other)) / (mean * mean) - 1 : 0;
}

static void join_units(alv_flow *out, alv_flow_follower *f, const alv_node *node)
{
    const alv_level *x = alv_flow_from(f, node->input), *y = alv_flow_from(f, node->other);
    const double a = x->units / alv_max(x->units + y->units, 1), b = 1 - a;
    alv_flow_keep(out, x);
    alv_level *z = &out->z;
    mix(z, x, y, a);
    for (int k = 0; k < ALV_FAR; k++)
        z->far[k].product = a * x->far[k].product + b * y->far[k].product;
    for (int64_t i = 0; z->lags && i < (int64_t)x->height * x->width; i++)
        z->lags[i] = a * z->lags[i] + b * alv_pairs_lag(y, i / x->width, i % x->width);
    const double v = a * own(x) + b * own(y), one = a * own(x) * own(x), two = b * own(y) * own(y);
    z->noise = one + two > 0 ? (one * x->noise + two * y->noise) / (one + two) : 0;
    z->apart = own(x) > 0 && own(y) > 0
                   ? v * (a * (1 + x->apart) / own(x) + b * (1 + y->apart) / own(y)) - 1
                   : 0;
    z->shared_noise = unlike(a, x->shared, x->shared_noise, b, y->shared, y->shared_noise);
    z->units = x->units + y->units;
    alv_flow_share(z, f, node);
}

static void join_places(alv_flow *out, alv_flow_follower *f, const alv_node *node)
{
    const alv_level *x = alv_flow_from(f, node->input), *y = alv_flow_from(f, node->other);
    const double n = alv_flow_places(f->model, node->input);
    const double a = n / (n + alv_flow_places(f->model, node->other)), b = 1 - a;
    alv_flow_keep(out, x);
    alv_level *z = &out->z;
    mix(z, x, y, a);
    const alv_level *few = a < b ? x : y; /* a class token */
    z->last = z->square > 0 ? few->square / z->square : 1;
    z->same_last = z->same.product > 0 ? few->same.product / z->same.product : 1;
    for (int k = 0; k < ALV_FAR; k++)
        z->far[k].product =
            a * a * x->far[k].product + b * b * y->far[k].product + 2 * a * b * x->mean * y->mean;
    alv_pairs_stride(z, node->height, node->width, 1);
    alv_flow_share(z, f, node);
}

/* A gate: two signals of as many units, unit by unit. */
static bool is_gate(const alv_model *m, const alv_node *n)
{
    return alv_node_is(n, "Mul") && n->input >= 0 && n->other >= 0 && n->input != n->other &&
           m->nodes[n->input].out == m->nodes[n->other].out;
}

static bool is_product(const alv_node *n)
{
    return alv_node_is(n, "MatMul") && n->input >= 0 && n->other >= 0;
}

static void pass(alv_flow *out, alv_flow_follower *f, const alv_node *node)
{
    alv_flow_keep(out, alv_flow_from(f, node->input));
    out->assumed = alv_node_is(node, "Softmax") ? ALV_ASSUME_ATTENTION : ALV_ASSUME_SAME;
}

void alv_flow_other(alv_flow *out, alv_flow_follower *f, const alv_node *node)
{
    const alv_moved m = alv_flow_moved(f, node);
    if (alv_flow_cell(node) != ALV_CELLS)
        alv_flow_recur(out, f, node);
    else if (m.kind == ALV_MOVED_WEIGHED && is_choice(f, node))
        alv_flow_last(out, f, node);
    else if (m.kind == ALV_MOVED_WEIGHED)
        weigh(out, f, node, m);
    else if (m.kind == ALV_MOVED_LAID || is_table(node))
        lay(out, f, node, m.kind == ALV_MOVED_LAID ? m : table_of(f, node));
    else if (m.kind == ALV_MOVED_ROWS)
        put_rows(out, f, node);
    else if (m.kind == ALV_MOVED_UNITS)
        join_units(out, f, node);
    else if (m.kind == ALV_MOVED_PLACES)
        join_places(out, f, node);
    else if (m.kind == ALV_MOVED_TIMES || is_gate(f->model, node))
        alv_flow_multiply(out, f, node);
    else
        (is_product(node) ? alv_flow_product : pass)(out, f, node);
}

/* A norm of units gives those back less whose variance is larger (`tilt`), and so the part of them.
 */
static void return_units(alv_flow_follower *f, int at, alv_returned r)
{
    const alv_node *node = &f->model->nodes[at];
    const alv_level *x = alv_flow_from(f, node->input), *y = alv_flow_from(f, node->other);
    const double a = x->units / alv_max(x->units + y->units, 1);
    const bool differ = r.tilt != 0 && own(x) > 0 && own(y) > 0;
    const double p = differ ? alv_pow(own(x), r.tilt) : 1, q = differ ? alv_pow(own(y), r.tilt) : 1;
    alv_returned first = r, second = r;
    first.square *= p / (a * p + (1 - a) * q);
    second.square *= q / (a * p + (1 - a) * q);
    alv_flow_give(f, node->input, first);
    alv_flow_give(f, node->other, second);
}

/* Of two parts the lone position, where what comes back is not alike at all, is in the smaller one.
 */
static void return_places(alv_flow_follower *f, int at, alv_returned r)
{
    const alv_node *node = &f->model->nodes[at];
    const double n = alv_flow_places(f->model, node->input);
    const double m = alv_flow_places(f->model, node->other), lone = 1 - alv_min(r.decay, 1);
    alv_returned many = r, few = r;
    many.square *= 1 - lone;
    few.square *= 1 - lone + lone * (n + m) / alv_min(n, m);
    many.decay = few.decay = 1;
    alv_flow_give(f, n < m ? node->other : node->input, many);
    alv_flow_give(f, n < m ? node->input : node->other, few);
}

/* A value hears from all sums that it is part of; of those that are chosen by none it hears
 * nothing. */
static void return_weighed(alv_flow_follower *f, int at, alv_moved m, alv_returned r)
{
    const alv_node *node = &f->model->nodes[at];
    r.square *= m.square * alv_flow_values(f->model, at) / alv_flow_values(f->model, node->input);
    r.noise = (1 + r.noise) * (1 + m.unlike) - 1;
    r.near *= alv_min(1, alv_flow_places(f->model, at) / alv_flow_places(f->model, node->input));
    alv_flow_give(f, node->input, r);
}

void alv_return_other(alv_flow_follower *f, int at, alv_returned r)
{
    const alv_node *node = &f->model->nodes[at];
    const alv_moved m = alv_flow_moved(f, node);
    if (alv_flow_cell(node) != ALV_CELLS)
        alv_return_recurrent(f, at, r);
    else if (m.kind == ALV_MOVED_WEIGHED && is_choice(f, node))
        alv_return_last(f, at, r);
    else if (m.kind == ALV_MOVED_WEIGHED)
        return_weighed(f, at, m, r);
    else if (m.kind == ALV_MOVED_PLACES)
        return_places(f, at, r);
    else if (m.kind == ALV_MOVED_UNITS)
        return_units(f, at, r);
    else if (m.kind == ALV_MOVED_TIMES || (m.kind == ALV_MOVED_NOT && is_gate(f->model, node)))
        alv_return_multiply(f, at, r);
    else if (is_product(node))
        alv_return_product(f, at, r);
    else {
        alv_flow_give(f, node->input, r);
        if (node->other != node->input) alv_flow_give(f, node->other, r);
    }
}
