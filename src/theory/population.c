/* Two Gaussian integrals, one in the other: the inner over samples, the outer over units. */
#include "theory/population.h"

#include "math/math.h"

enum { PANELS = 4, NODES = PANELS * ALV_LEGENDRE_NODES };

/* Nodes and weights of a normal variable, up to 8 deviations. */
typedef struct rule {
    double x[NODES], weight[NODES];
} rule;

/* Of the largest of n normal variables: its density is n phi(x) Phi(x)^(n - 1). */
static void make_rule(rule *r, double n)
{
    double x[ALV_LEGENDRE_NODES], weight[ALV_LEGENDRE_NODES], sum = 0;
    const double half = 8.0 / PANELS;
    alv_legendre_rule(x, weight);
    for (int i = 0; i < NODES; i++) {
        const int panel = i / ALV_LEGENDRE_NODES, k = i % ALV_LEGENDRE_NODES;
        r->x[i] = -8 + half * (2 * panel + 1 + x[k]);
        r->weight[i] = weight[k] * alv_normal_pdf(r->x[i]);
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
    make_rule(&units, 1);
    make_rule(&samples, largest);
    for (int i = 0; i < NODES; i++) {
        const double centre = c > 0 ? mean + s * alv_sqrt(c) * units.x[i] : mean;
        const unit u = over_samples(&samples, act, mean, centre, s * alv_sqrt(1 - c), variance);
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
        *opposed += r->weight[i] * at[i] * at[NODES - 1 - i];
    }
}

void alv_pair_table_make(alv_pair_table *out, alv_act_spec act, double mean, double variance)
{
    rule r;
    make_rule(&r, 1);
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
    make_rule(&r, 1);
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
