/* Through normalizations.
 *
 * By batch, every unit has its mean product of two rows taken off and what is left made 1: signals
 * are known exactly, and gradients as far as 1 / v is, over units of unlike v. By layer or rms,
 * each row is divided by its own size, and what is measured moves against what rows share. */
#include "base/base.h"
#include "math/math.h"
#include "model/nodes.h"
#include "theory/flow_parts.h"

static double unit_size(alv_pair *pair, double off, double gain, double shift, double epsilon)
{
    const double step = gain / (alv_max(pair->size - off, 0) + epsilon);
    pair->product = (pair->product - off) * step + shift;
    pair->size = (pair->size - off) * step + shift;
    return pair->size;
}

/* Every row to mean square 1. */
static void one_size(alv_level *z, const alv_level *x, double off, double gain, double shift,
                     double epsilon)
{
    z->square = 0;
    z->same = x->same;
    unit_size(&z->same, off, gain, shift, epsilon);
    for (int k = 0; k < ALV_FAR; k++) {
        alv_pair row = {x->sizes[k], x->sizes[k]};
        z->far[k] = x->far[k];
        unit_size(&z->far[k], off, gain, shift, epsilon);
        z->sizes[k] = unit_size(&row, off, gain, shift, epsilon);
        z->square += z->sizes[k] / ALV_FAR;
    }
}

/* To each unit's own mean and size: what two rows share of the means goes. A row of size s shares
 * with the others in proportion to its root. */
typedef struct centring {
    double shared, per_root, step, shift;
} centring;

static double of_row(const centring *c, double size)
{
    return c->per_root * alv_sqrt(alv_max(size, 0)) - c->shared;
}

static void centre_pairs(alv_pair pairs[ALV_FAR], const centring *c)
{
    double before = 0, after = 0;
    for (int k = 0; k < ALV_FAR; k++) {
        const double gone = of_row(c, pairs[k].size);
        before += pairs[k].product / ALV_FAR;
        pairs[k].product -= gone;
        pairs[k].size = alv_max(pairs[k].size - gone, 0) * c->step + c->shift;
        after += pairs[k].product / ALV_FAR;
    }
    for (int k = 0; k < ALV_FAR; k++)
        pairs[k].product = (pairs[k].product + before - c->shared - after) * c->step + c->shift;
}

static void own_size(alv_level *z, double shared, double gain, double shift, double epsilon)
{
    double root = 0;
    centring c = {.shared = shared,
                  .step = gain / (alv_max(z->square - shared, 0) + epsilon),
                  .shift = shift};
    for (int k = 0; k < ALV_FAR; k++) root += alv_sqrt(alv_max(z->sizes[k], 0)) / ALV_FAR;
    c.per_root = root > 0 ? 2 * shared / root : 0;
    centre_pairs(z->far, &c);
    for (int k = 0; k < ALV_FAR; k++)
        z->sizes[k] = alv_max(z->sizes[k] - of_row(&c, z->sizes[k]), 0) * c.step + shift;
    z->same.product = (z->same.product - shared) * c.step + shift;
    z->same.size = alv_max(z->same.size - shared, 0) * c.step + shift;
    for (int64_t i = 0; z->lags && i < (int64_t)z->height * z->width; i++)
        z->lags[i] = (z->lags[i] - shared) * c.step + shift;
    z->square = (z->square - shared) * c.step + shift;
}

/* 1 / v on average over units whose v is unlike, as of a gamma variable; NaN where a few decide. */
static double inverse_of(const alv_level *x)
{
    return x->noise < 0.5 ? (1 + x->apart) / (1 - x->noise) : ALV_NAN;
}

/* By batch: of every unit the gradient loses what lies along its own values, a share between 0 and,
 * where both spread alike over the rows, R. The middle is taken, the rest is not known; of a batch
 * without end, whose last gradients are independent, nothing is lost. */
static void normalize_batch(alv_flow *out, alv_flow_follower *f, const alv_node *node,
                            const alv_level *x, double gain, double shift)
{
    const double epsilon = alv_node_epsilon(node), variance = own(x),
                 left = epsilon / (variance + epsilon);
    const double crowd = f->samples == ALV_INFINITY ? 0 : crowd_of(x);
    alv_level *z = &out->z;
    own_size(z, x->shared, gain, shift, epsilon);
    alv_flow_share(z, f, node);
    z->noise = z->shared_noise = z->last_stray = z->apart = 0;
    z->carried = z->spread = through(x->spread, left, 0, 0, 0);
    out->to_input =
        (alv_way_back){.step = gain / (variance + epsilon) * (1 - crowd / 2) * inverse_of(x),
                       .overlap = 1,
                       .spread = x->noise / alv_max(x->units, 1),
                       .tilt = -1,
                       .sway = alv_sqrt(alv_max(x->carried.own, 0)) + crowd / 3.4641};
}

/* 1 over the sizes of rows on average; NaN where the smallest eighth decides. */
static double inverse_size(const alv_level *x, double off, double epsilon)
{
    double sum = 0, first = 0;
    for (int k = 0; k < ALV_FAR; k++) {
        const double inverse = 1 / (alv_max(x->sizes[k] - off, 0) + epsilon);
        sum += inverse / ALV_FAR;
        first = alv_max(first, inverse / ALV_FAR);
    }
    return first < sum / 2 ? sum : ALV_NAN;
}

/* What samples share at the last place is a vector of its own, of as few numbers as there are
 * units: the variance of the log of the mean square there, as far as that is its part. */
double alv_flow_stray_at_last(const alv_level *x)
{
    const double square = x->square * x->last, same = x->same.product * x->same_last;
    const double part = square > 0 ? alv_min(alv_max(same, 0) / square, 1) : 0;
    return 2 * part * part / alv_max(x->units, 1);
}

/* What is left of the gradient: the parts along the signal are lost, and along 1 where the mean is
 * taken off, and so is 1 / units of the size by that mean. Of rows that are unlike in size by a
 * variance that is not told, E 1 / q is 1 + that over E q, to first order. */
static double kept_of(const alv_level *x, bool layer)
{
    const double units = alv_max(x->units, 3);
    const double left = layer ? (units - 2) / (units - 1) : 1 - 1 / units;
    return (1 + alv_min(x->ragged, 1)) * left;
}

/* By layer or rms: of each row what is measured is divided by its own size. */
static void normalize_rows(alv_flow *out, alv_flow_follower *f, const alv_node *node,
                           const alv_level *x, double gain, double shift)
{
    const bool layer = node->norm == ALV_NORM_LAYER;
    const double epsilon = alv_node_epsilon(node), off = layer ? x->mean * x->mean : 0;
    const double variance = alv_max(x->square - off, 0), left = epsilon / (variance + epsilon);
    const double step = gain / (variance + epsilon);
    alv_level *z = &out->z;
    alv_pairs_line(z, step, shift - off * step);
    one_size(z, x, off, gain, shift, epsilon);
    alv_flow_share(z, f, node);
    const double a = variance > 0 ? alv_min(own(x) / variance, 1) : 0;
    const double fixed = a * (1 - left), rest = (1 - a) * (1 - left);
    z->carried = through(x->carried, 1 - fixed, -rest, -fixed, 1 - rest);
    z->spread = through(x->spread, 1 - fixed, -rest, -fixed, 1 - rest);
    const double there = x->square * x->last - off;
    z->same_last = there > 0 ? x->same_last * variance / there : 1;
    z->last_stray = alv_flow_stray_at_last(x);
    z->last = 1;
    z->ragged = z->rim = 0;
    out->to_input = (alv_way_back){.step = gain * inverse_size(x, off, epsilon) *
                                           (1 - (1 - left) * (1 - kept_of(x, layer))),
                                   .overlap = 1,
                                   .spread = (1 - left) * ALV_LAW_SPREAD,
                                   .sway = alv_sqrt(alv_max(alv_flow_spread(x), 0))};
}

/* To mean square 1, then gain and shift. */
void alv_flow_normalize(alv_flow *out, alv_flow_follower *f, const alv_node *node)
{
    const alv_level *x = alv_flow_from(f, node->input);
    const bool batch = node->norm == ALV_NORM_BATCH;
    alv_drawn gain = alv_flow_drawn(f, node->weight), shift = alv_flow_drawn(f, node->bias);
    const bool unread = !gain.known || !shift.known;
    if (node->weight < 0 || !gain.known) gain = (alv_drawn){.known = true, .mean = 1, .square = 1};
    alv_flow_keep(out, x);
    out->assumed = unread ? ALV_ASSUME_GAIN : batch ? ALV_ASSUME_BATCH : ALV_ASSUME_NOTHING;
    out->z.mean = shift.mean;
    (batch ? normalize_batch : normalize_rows)(out, f, node, x, gain.square, shift.square);
}
