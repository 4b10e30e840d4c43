/* Through an activation: rows by their sizes, pairs by their products, units by what they share.
 *
 * How the logs of v and of what rows share change with each other is taken by differences; the
 * best straight line through f keeps what units had in common, the rest makes rows anew. */
#include "base/base.h"
#include "math/math.h"
#include "theory/flow_parts.h"

static bool is_scale_free(alv_act_spec act)
{
    static const char *const names[] = {"identity", "relu", "leaky_relu", "prelu", "abs"};
    for (int i = 0; act.act && i < ALV_COUNT(names); i++)
        if (strcmp(act.act->name, names[i]) == 0) return true;
    return !act.act;
}

/* A table for values of that mean and variance; of one at another scale where it makes none. */
static double table_for(alv_flow_follower *f, alv_act_spec act, double mean, double variance)
{
    alv_pair_table *t = &f->pairs;
    const bool mine = f->act.act == act.act && f->act.param == act.param && t->variance > 0;
    const double ratio = mine ? variance / t->variance : 0;
    const bool near = alv_fabs(ratio - 1) < 1e-12 && alv_fabs(mean - t->mean) <= 1e-12;
    if (mine && (near || (is_scale_free(act) && mean == 0 && t->mean == 0))) return ratio;
    alv_pair_table_make(t, act, mean, variance);
    f->act = act;
    return 1;
}

static double on_table(const alv_pair_table *t, double scale, double product)
{
    return scale > 0 ? scale * alv_pair_table_at(t, product / scale) : 0;
}

static double ratio_log(double a, double b, double step)
{
    return a > 0 && b > 0 ? alv_log(a / b) / step : 0;
}

/* How a population changes with the logs of its own variance and of what rows share. */
typedef struct bend {
    double own_own, own_shared, shared_own, shared_shared, slope_own, slope_shared;
} bend;

static bend bend_of(const alv_population *p, alv_act_spec act, double mean, double v, double shared,
                    double largest)
{
    const double h = 0.02, e = alv_exp(h), grown = v * e + shared, wide = v + shared * e;
    alv_population a, b;
    bend d;
    if (!(v + shared > 0)) return (bend){1, 0, 0, 1, 0, 0};
    alv_population_of(&a, act, mean, grown, shared / grown, largest);
    d.own_own = ratio_log(a.own, p->own, h), d.shared_own = ratio_log(a.shared, p->shared, h);
    d.slope_own = ratio_log(a.slope2, p->slope2, h);
    if (is_scale_free(act) && mean == 0) {
        d.own_shared = 1 - d.own_own, d.shared_shared = 1 - d.shared_own;
        d.slope_shared = -d.slope_own;
        return d;
    }
    alv_population_of(&b, act, mean, wide, shared * e / wide, largest);
    d.own_shared = ratio_log(b.own, p->own, h), d.shared_shared = ratio_log(b.shared, p->shared, h);
    d.slope_shared = ratio_log(b.slope2, p->slope2, h);
    return d;
}

static double sway_of(alv_strays s, double a, double b)
{
    return alv_sqrt(alv_max(a * a * s.own + b * b * s.shared + 2 * a * b * s.both, 0));
}

/* Moments of f and f' of values of that mean and mean square. */
static alv_population alone(alv_act_spec act, double mean, double square)
{
    alv_population p;
    alv_population_of(&p, act, mean, alv_max(square - mean * mean, 0), 0, 1);
    return p;
}

static void bend_pair(alv_pair *pair, alv_flow_follower *f, const alv_level *x, alv_act_spec act)
{
    const double square = x->mean * x->mean, variance = alv_max(pair->size - square, 0);
    if (is_scale_free(act) && x->mean == 0) {
        const double scale = table_for(f, act, 0, pair->size);
        pair->product = on_table(&f->pairs, scale, pair->product);
        pair->size = on_table(&f->pairs, scale, pair->size);
        return;
    }
    const double c = variance > 0 ? (pair->product - square) / variance : 1;
    pair->product = alv_pair_bend(act, x->mean, variance, c);
    pair->size = alone(act, x->mean, pair->size).square;
}

/* The nearer two places are, the nearer their sizes: from those of any two rows to one. */
static double bend_lag(alv_flow_follower *f, const alv_level *x, alv_act_spec act, double product)
{
    double apart = 0;
    const double far = alv_pairs_far(x), range = x->square - far;
    for (int k = 0; k < ALV_FAR; k++) apart += x->far[k].size / ALV_FAR;
    const double near = range > 0 ? alv_max(0, alv_min(1, (product - far) / range)) : 1;
    const double size = apart + (x->square - apart) * near, square = x->mean * x->mean;
    const double scale = table_for(f, act, x->mean, alv_max(x->square - square, 0));
    const double ratio = x->square > square ? (size - square) / (x->square - square) : 1;
    if (!(ratio > 0)) return on_table(&f->pairs, scale, product);
    /* As if of the usual size, then for its own. */
    return ratio * on_table(&f->pairs, scale, square + (product - square) / ratio);
}

static void bend_pairs(alv_pair to[ALV_FAR], alv_flow_follower *f, const alv_level *x,
                       const alv_pair from[ALV_FAR], alv_act_spec act)
{
    for (int k = 0; k < ALV_FAR; k++) {
        to[k] = from[k];
        if (k > 0 && from[k].product == from[k - 1].product && from[k].size == from[k - 1].size)
            to[k] = to[k - 1];
        else
            bend_pair(&to[k], f, x, act);
    }
}

/* Rows of one size each, and pairs of rows. */
static void bend_rows(alv_level *out, alv_flow_follower *f, const alv_level *x, alv_act_spec act)
{
    const bool alike = x->sizes[0] == x->sizes[ALV_FAR - 1];
    out->square = 0;
    for (int k = 0; k < ALV_FAR; k++) {
        out->sizes[k] = k > 0 && alike ? out->sizes[0] : alone(act, x->mean, x->sizes[k]).square;
        out->square += out->sizes[k] / ALV_FAR;
    }
    bend_pairs(out->far, f, x, x->far, act);
    if (!x->lags) {
        out->same = (alv_pair){alv_pairs_far(out), out->square};
        if (x->same.product != alv_pairs_far(x)) {
            out->same = x->same;
            bend_pair(&out->same, f, x, act);
        }
        return;
    }
    bend_pair(&out->same, f, x, act);
    for (int64_t i = 0; i < (int64_t)x->height * x->width; i++)
        out->lags[i] = bend_lag(f, x, act, x->lags[i]);
}

/* Over rows, of which f' may be smaller in large ones. */
static double slope_of(const alv_level *x, alv_act_spec act)
{
    double sum = 0;
    for (int k = 0; k < ALV_FAR; k++) sum += alone(act, x->mean, x->sizes[k]).slope2 / ALV_FAR;
    return sum;
}

alv_way_back alv_flow_bend(alv_level *out, alv_flow_follower *f, const alv_level *x,
                           alv_act_spec act, double largest)
{
    alv_population p;
    const double variance = alv_max(x->square - x->mean * x->mean, 0);
    const double shared = alv_min(alv_max(x->shared - x->mean * x->mean, 0), variance);
    const double v = variance - shared;
    alv_population_of(&p, act, x->mean, variance, variance > 0 ? shared / variance : 0, largest);
    const bend d = bend_of(&p, act, x->mean, v, shared, largest);
    double *lags = out->lags;
    *out = *x;
    out->lags = x->lags ? lags : NULL;
    out->mean = p.mean;
    out->square = p.square;
    if (largest > 1 || !(variance > 0)) {
        for (int k = 0; k < ALV_FAR; k++) {
            out->far[k] = (alv_pair){p.shared, p.square};
            out->sizes[k] = p.square;
        }
        out->same = out->far[0];
        out->lags = NULL;
    } else {
        bend_rows(out, f, x, act);
    }
    out->noise = p.own_noise + d.own_own * d.own_own * x->noise;
    out->shared_noise = p.shared_noise;
    out->ragged = p.slope * p.slope * x->ragged;
    const double linear = p.own > 0 ? alv_min(p.shared_slope2 * v / p.own, 1) : 0;
    out->overlap = alv_min(x->overlap * linear * linear + (1 - linear * linear) / f->samples, 1);
    out->carried = through(x->carried, d.own_own, d.own_shared, d.shared_own, d.shared_shared);
    out->spread = plus(out->carried, out->noise / out->units, out->shared_noise / out->units,
                       p.own_shared_noise / out->units);
    const double alike = p.slope2 > 0 ? p.shared_slope2 / p.slope2 : 0;
    const bool plain = largest > 1 || !(variance > 0) || is_scale_free(act);
    return (alv_way_back){.step = plain ? p.slope2 / largest : slope_of(x, act),
                          .spread = p.slope_noise / out->units,
                          .overlap = alike * alike,
                          .noise = p.slope_noise,
                          .sway = sway_of(x->spread, d.slope_own, d.slope_shared)};
}
