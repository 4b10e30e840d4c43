/* Rows of a table, as weights on inputs that are 1 at the token and 0 elsewhere.
 *
 * Rows of the table are independent: two are alike where their tokens are equal, as often as the
 * data say, and else share the table's mean alone. Positions add rows of a table of their own,
 * which two samples have in common at one place, one pair of places in `length`. */
#include "math/math.h"
#include "theory/flow_parts.h"

/* tr S^2 / (tr S)^2 of n equal shares. */
static double crowd_of_equal(double n)
{
    return n > 1 ? 1 / (n - 1) : 1;
}

/* Of eight equal parts of pairs, in order of how alike they are: `share` of all pairs are equal. */
static double equal_in(int part, double share)
{
    const double first = (1 - share) * ALV_FAR;
    return alv_min(1, alv_max(0, part + 1 - first));
}

/* A row that is 1 at one of n. */
static void one_of(alv_level *x, double n)
{
    const double share = 1 / n;
    alv_pairs_set(x, 1, share, share);
    for (int k = 0; k < ALV_FAR; k++) x->far[k].product = equal_in(k, share);
    for (int64_t i = 0; x->lags && i < (int64_t)x->height * x->width; i++)
        x->lags[i] = i > 0 ? share : 1;
}

/* Adds the table of positions, of mean m and variance v. */
static void add_places(alv_level *z, const alv_drawn *b, double length)
{
    const double v = alv_max(b->square - b->mean * b->mean, 0);
    const double shift = b->mean * b->mean + 2 * b->mean * z->mean;
    alv_pairs_line(z, 1, shift);
    z->square += v;
    z->same.product += v;
    z->same.size += v;
    for (int k = 0; k < ALV_FAR; k++) {
        z->sizes[k] += v;
        z->far[k].product += v / length;
        z->far[k].size += v;
    }
    if (z->lags) z->lags[0] += v;
    z->mean += b->mean;
}

/* The row of a place, the same in every sample. */
static void place(alv_flow *out, alv_flow_follower *f, const alv_node *node, const alv_drawn *w)
{
    alv_level *z = &out->z;
    const double length = alv_max((double)node->in, 1);
    const double square = w->mean * w->mean;
    alv_pairs_set(z, square, square, square);
    for (int64_t i = 0; z->lags && i < (int64_t)z->height * z->width; i++) z->lags[i] = square;
    z->mean = 0;
    add_places(z, &(alv_drawn){.known = true, .square = w->square - square}, length);
    z->mean = w->mean;
    z->overlap = crowd_of_equal(length);
    z->units = (double)node->out;
    alv_flow_share(z, f, node);
}

/* The rows of tokens, and of places. */
static void tokens(alv_flow *out, alv_flow_follower *f, const alv_node *node, const alv_drawn *w)
{
    alv_level *z = &out->z;
    const alv_drawn b = alv_flow_drawn(f, node->bias);
    const double square = w->mean * w->mean, variance = alv_max(w->square - square, 0);
    const double length = alv_flow_length(f->model, node->height);
    const double known = alv_max((double)node->in, 1);
    double crowd = f->input->overlap > 0 ? f->input->overlap : crowd_of_equal(known);
    if (f->samples == ALV_INFINITY || node->input >= 0)
        one_of(z, known), crowd = crowd_of_equal(known);
    const double mine = variance * (1 - alv_pairs_far(z));
    alv_pairs_line(z, variance, square);
    z->mean = w->mean;
    if (node->bias >= 0 && b.known) {
        const double theirs = alv_max(b.square - b.mean * b.mean, 0) * (1 - 1 / length);
        const double all = mine + theirs, a = all > 0 ? mine / all : 1;
        crowd = a * a * crowd + (1 - a) * (1 - a) * crowd_of_equal(length);
        add_places(z, &b, length);
    }
    z->overlap = alv_min(crowd, 1);
    z->units = (double)node->out;
    alv_flow_share(z, f, node);
}

void alv_flow_embed(alv_flow *out, alv_flow_follower *f, const alv_node *node)
{
    const alv_level *x = alv_flow_from(f, node->input);
    const alv_drawn w = alv_flow_drawn(f, node->weight);
    alv_flow_keep(out, x);
    out->assumed = ALV_ASSUME_UNREAD;
    if (node->weight < 0 || !w.known) return;
    out->assumed = ALV_ASSUME_NOTHING;
    alv_level *z = &out->z;
    (node->places ? place : tokens)(out, f, node, &w);
    z->last = z->same_last = 1;
    z->noise = 2 * z->overlap;
    z->ragged = 2 / z->units;
    z->shared_noise = 2;
    z->carried = plus((alv_strays){0}, w.noise, 0, 0);
    const double known = 1 / alv_max((double)node->in, 1); /* as of weights: the table's total is */
    z->spread = plus(z->carried, 2 * alv_max(z->overlap - known, 0) / z->units, 2 / z->units, 0);
}
