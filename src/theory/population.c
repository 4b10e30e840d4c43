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
    double mean, square, lift, gain, slope2, turn;
} unit;

static unit over_samples(const rule *r, alv_act_spec act, double mean, double centre, double own,
                         double variance)
{
    unit u = {0};
    for (int i = 0; i < NODES; i++) {
        const double z = centre + own * r->x[i];
        const double f = act.act ? act.act->f(z, act.param) : z;
        const double df = act.act ? act.act->df(z, act.param) : 1;
        const double w = r->weight[i], df2 = df * df;
        u.mean += w * f;
        u.square += w * f * f;
        u.lift += w * f * df * (z - mean);
        u.gain += w * df;
        u.slope2 += w * df2;
        if (variance > 0) u.turn += w * df2 * ((z - mean) * (z - mean) / variance - 1) / 2;
    }
    return u;
}

void alv_population_of(alv_population *out, alv_act_spec act, double mean, double variance,
                       double c, double largest)
{
    rule units, samples;
    alv_population p = {0};
    double lift = 0, squares = 0, shares = 0, slopes = 0;
    const double s = alv_sqrt(variance);
    c = alv_min(alv_max(c, 0), 1);
    make_rule(&units, 1);
    make_rule(&samples, largest);
    for (int i = 0; i < NODES; i++) {
        const double w = c > 0 ? units.weight[i] : 1;
        const double centre = c > 0 ? mean + s * alv_sqrt(c) * units.x[i] : mean;
        const unit u = over_samples(&samples, act, mean, centre, s * alv_sqrt(1 - c), variance);
        const double share = u.mean * u.mean;
        p.mean += w * u.mean, p.square += w * u.square, p.shared += w * share;
        p.gain += w * u.gain, p.slope2 += w * u.slope2, p.turn += w * u.turn;
        slopes += w * u.slope2 * u.slope2;
        lift += w * u.lift, squares += w * u.square * u.square, shares += w * share * share;
        if (!(c > 0)) break;
    }
    p.noise = p.square > 0 ? alv_max(squares / (p.square * p.square) - 1, 0) : 0;
    p.shared_noise = p.shared > 0 ? alv_max(shares / (p.shared * p.shared) - 1, 0) : 0;
    p.slope = p.square > 0 ? lift / p.square : 1;
    p.slope_noise = p.slope2 > 0 ? alv_max(slopes / (p.slope2 * p.slope2) - 1, 0) : 0;
    p.turn = p.slope2 > 0 && largest <= 1 ? p.turn / p.slope2 : 0;
    *out = p;
}
