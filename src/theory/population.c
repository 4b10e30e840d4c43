/* Two Gaussian integrals, one in the other: the inner over samples, the outer over units. */
#include "theory/population.h"

#include "math/math.h"

enum { PANELS = 4, NODES = PANELS * ALV_LEGENDRE_NODES }; /* more panels than there are kinks */

static const double END = 8;

/* Nodes and weights of a normal variable x, up to 8 deviations. */
typedef struct rule {
    double x[NODES], weight[NODES];
} rule;

/* Puts an edge between the n + 1 that stand in order, unless it is one of them or outside. */
static int insert(double *edge, int n, double at)
{
    int k = n;
    if (!(at > -END && at < END)) return n;
    while (edge[k] > at) k--;
    if (edge[k] == at) return n;
    for (int i = n; i > k; i--) edge[i + 1] = edge[i];
    edge[k + 1] = at;
    return n + 1;
}

static double middle_of_widest(const double *edge, int n)
{
    int k = 0;
    for (int i = 1; i < n; i++)
        if (edge[i + 1] - edge[i] > edge[k + 1] - edge[k]) k = i;
    return (edge[k] + edge[k + 1]) / 2;
}

/* Panels end where centre + scale x meets a kink of the activation, across which its slope jumps,
 * and then where they are widest. */
static void place_edges(double edge[PANELS + 1], const alv_act *act, double centre, double scale)
{
    int n = 1;
    edge[0] = -END, edge[1] = END;
    if (act && scale > 0) n = insert(edge, n, -centre / scale);
    for (int i = 0; act && scale > 0 && i < act->n_kinks; i++)
        n = insert(edge, n, (act->kinks[i] - centre) / scale);
    while (n < PANELS) n = insert(edge, n, middle_of_widest(edge, n));
}

/* Of the largest of n normal variables: its density is n phi(x) Phi(x)^(n - 1). */
static void make_rule(rule *r, double n, const alv_act *act, double centre, double scale)
{
    double node[ALV_LEGENDRE_NODES], weight[ALV_LEGENDRE_NODES], edge[PANELS + 1], sum = 0;
    place_edges(edge, act, centre, scale);
    alv_legendre_rule(node, weight);
    for (int i = 0; i < NODES; i++) {
        const int panel = i / ALV_LEGENDRE_NODES, k = i % ALV_LEGENDRE_NODES;
        const double half = (edge[panel + 1] - edge[panel]) / 2;
        r->x[i] = edge[panel] + half * (1 + node[k]);
        r->weight[i] = half * weight[k] * alv_exp(-r->x[i] * r->x[i] / 2);
        if (n > 1) r->weight[i] *= alv_pow(alv_normal_cdf(r->x[i]), n - 1);
        sum += r->weight[i];
    }
    for (int i = 0; i < NODES; i++) r->weight[i] /= sum;
}

/* One unit's averages over its samples. */
typedef struct unit {
    double mean, square, own, lift, gain, slope2, turn;
} unit;

static unit over_samples(const rule *r, alv_act_spec act, double mean, double centre, double own,
                         double variance)
{
    unit u = {0};
    double value[NODES];
    for (int i = 0; i < NODES; i++) {
        const double z = centre + own * r->x[i];
        const double f = act.act ? act.act->f(z, act.param) : z;
        const double df = act.act ? act.act->df(z, act.param) : 1;
        const double w = r->weight[i], df2 = df * df;
        value[i] = f;
        u.mean += w * f;
        u.square += w * f * f;
        u.lift += w * f * df * (z - mean);
        u.gain += w * df;
        u.slope2 += w * df2;
        if (variance > 0) u.turn += w * df2 * ((z - mean) * (z - mean) / variance - 1) / 2;
    }
    for (int i = 0; i < NODES; i++) {
        const double d = value[i] - u.mean;
        u.own += r->weight[i] * d * d;
    }
    return u;
}

/* Sums over units of what the noises are made of. */
typedef struct sums {
    double squares, shares, own2, both, slopes;
} sums;

static double unlike(double product, double a, double b)
{
    return a > 0 && b > 0 ? product / (a * b) - 1 : 0;
}

static void add_unit(alv_population *p, sums *s, const unit *u, double w)
{
    const double share = u->mean * u->mean, own = u->own;
    p->mean += w * u->mean, p->square += w * u->square, p->shared += w * share, p->own += w * own;
    p->gain += w * u->gain, p->slope2 += w * u->slope2, p->turn += w * u->turn;
    p->slope += w * u->lift, p->shared_slope2 += w * u->gain * u->gain;
    s->squares += w * u->square * u->square, s->shares += w * share * share;
    s->own2 += w * own * own, s->both += w * own * share, s->slopes += w * u->slope2 * u->slope2;
}

void alv_population_of(alv_population *out, alv_act_spec act, double mean, double variance,
                       double c, double largest)
{
    rule units, samples;
    alv_population p = {0};
    sums t = {0};
    const double s = alv_sqrt(variance);
    c = alv_min(alv_max(c, 0), 1);
    make_rule(&units, 1, act.act, mean, s * alv_sqrt(c));
    for (int i = 0; i < NODES; i++) {
        const double centre = c > 0 ? mean + s * alv_sqrt(c) * units.x[i] : mean;
        const double own = s * alv_sqrt(1 - c);
        make_rule(&samples, largest, act.act, centre, own);
        const unit u = over_samples(&samples, act, mean, centre, own, variance);
        add_unit(&p, &t, &u, c > 0 ? units.weight[i] : 1);
        if (!(c > 0)) break;
    }
    p.slope = p.square > 0 ? p.slope / p.square : 1;
    p.noise = alv_max(unlike(t.squares, p.square, p.square), 0);
    p.shared_noise = alv_max(unlike(t.shares, p.shared, p.shared), 0);
    p.own_noise = alv_max(unlike(t.own2, p.own, p.own), 0);
    p.own_shared_noise = unlike(t.both, p.own, p.shared);
    p.slope_noise = alv_max(unlike(t.slopes, p.slope2, p.slope2), 0);
    p.turn = p.slope2 > 0 && largest <= 1 ? p.turn / p.slope2 : 0;
    *out = p;
}

/* Values of correlation c = 1 - t^2 share a part of which units at the nodes have each their own;
 * opposed ones have it with its sign changed. In t both are smooth, as the arc-cosine maps are. */
static void share_of(double *alike, double *opposed, const rule *r, alv_act_spec act, double mean,
                     double s, double t)
{
    double at[NODES];
    const double part = s * alv_sqrt(1 - t * t);
    *alike = *opposed = 0;
    for (int i = 0; i < NODES; i++) {
        at[i] = 0;
        for (int j = 0; j < NODES; j++) {
            const double z = mean + part * r->x[i] + s * t * r->x[j];
            at[i] += r->weight[j] * (act.act ? act.act->f(z, act.param) : z);
        }
    }
    for (int i = 0; i < NODES; i++) {
        *alike += r->weight[i] * at[i] * at[i];
        *opposed += r->weight[i] * at[i] * at[NODES - 1 - i]; /* the rule is even */
    }
}

void alv_pair_table_make(alv_pair_table *out, alv_act_spec act, double mean, double variance)
{
    rule r;
    make_rule(&r, 1, NULL, 0, 0);
    out->mean = mean, out->variance = variance;
    for (int k = 0; k < ALV_PAIR_POINTS; k++)
        share_of(&out->alike[k], &out->opposed[k], &r, act, mean, alv_sqrt(variance),
                 (double)k / (ALV_PAIR_POINTS - 1));
}

double alv_pair_bend(alv_act_spec act, double mean, double variance, double c)
{
    rule r;
    double alike, opposed;
    c = alv_max(-1, alv_min(1, c));
    make_rule(&r, 1, NULL, 0, 0);
    share_of(&alike, &opposed, &r, act, mean, alv_sqrt(variance), alv_sqrt(1 - alv_fabs(c)));
    return c < 0 ? opposed : alike;
}

/* Cubic through the four points about it. */
static double between(const double *y, double x)
{
    int k = (int)x - 1;
    k = k < 0 ? 0 : k > ALV_PAIR_POINTS - 4 ? ALV_PAIR_POINTS - 4 : k;
    const double a = x - k, b = a - 1, c = a - 2, d = a - 3;
    return -b * c * d / 6 * y[k] + a * c * d / 2 * y[k + 1] - a * b * d / 2 * y[k + 2] +
           a * b * c / 6 * y[k + 3];
}

double alv_pair_table_at(const alv_pair_table *t, double product)
{
    const double square = t->mean * t->mean;
    double c = t->variance > 0 ? (product - square) / t->variance : 1;
    c = alv_max(-1, alv_min(1, c));
    return between(c < 0 ? t->opposed : t->alike,
                   alv_sqrt(1 - alv_fabs(c)) * (ALV_PAIR_POINTS - 1));
}
