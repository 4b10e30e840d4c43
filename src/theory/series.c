/* Hermite coefficients by Legendre's rule, on both sides of 0, where activations have their kinks.
 */
#include "theory/series.h"

#include "math/math.h"

enum { PANELS = 3 }; /* on each side */

static const double END = 8;

static void add(alv_series *f, double value, double weight, const double polynomial[ALV_SERIES])
{
    for (int k = 0; k < ALV_SERIES; k++) f->at[k] += weight * value * polynomial[k];
    f->square += weight * value * value;
}

static void finish(alv_series *f, double mass)
{
    f->square /= mass;
    f->rest = f->square;
    for (int k = 0; k < ALV_SERIES; k++) {
        f->at[k] /= mass;
        f->rest -= f->at[k] * f->at[k];
    }
    f->rest = alv_max(f->rest, 0);
}

/* He_k / sqrt(k!). */
static void polynomials(double out[ALV_SERIES], double x)
{
    out[0] = 1;
    out[1] = x;
    for (int k = 1; k + 1 < ALV_SERIES; k++)
        out[k + 1] = (x * out[k] - alv_sqrt(k) * out[k - 1]) / alv_sqrt(k + 1);
}

void alv_series_of(alv_series *f, alv_series *slope, alv_act_spec act, double mean, double variance)
{
    double node[ALV_LEGENDRE_NODES], weight[ALV_LEGENDRE_NODES], he[ALV_SERIES], mass = 0;
    const double s = alv_sqrt(variance), zero = s > 0 ? -mean / s : 0;
    const double kink = alv_min(alv_max(zero, -END), END);
    *f = *slope = (alv_series){{0}, 0, 0};
    alv_legendre_rule(node, weight);
    for (int i = 0; i < 2 * PANELS * ALV_LEGENDRE_NODES; i++) {
        const int panel = i / ALV_LEGENDRE_NODES, k = i % ALV_LEGENDRE_NODES;
        const double from = panel < PANELS ? -END : kink, to = panel < PANELS ? kink : END;
        const double half = (to - from) / (2 * PANELS);
        const double x = from + half * (2 * (panel % PANELS) + 1 + node[k]), z = mean + s * x;
        const double w = half * weight[k] * alv_normal_pdf(x);
        polynomials(he, x);
        add(f, act.act ? act.act->f(z, act.param) : z, w, he);
        add(slope, act.act ? act.act->df(z, act.param) : 1, w, he);
        mass += w;
    }
    finish(f, mass);
    finish(slope, mass);
}

alv_series alv_series_rest(const alv_series *f)
{
    alv_series out = *f;
    for (int k = 0; k < ALV_SERIES; k++) out.at[k] = (k == 0) - f->at[k];
    out.square = 1 - 2 * f->at[0] + f->square;
    return out;
}

double alv_series_product(const alv_series *f, const alv_series *g, double c)
{
    double sum = alv_sqrt(f->rest * g->rest);
    c = alv_min(alv_max(c, -1), 1);
    for (int k = ALV_SERIES - 1; k >= 0; k--) sum = sum * c + f->at[k] * g->at[k];
    return sum;
}
