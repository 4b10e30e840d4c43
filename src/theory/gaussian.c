/* Gaussian quadrature over activations: panels that follow kinks and scales.
 *
 * An activation has its features where |u| is about 1: beyond, it is a power of u or a constant,
 * but for the periodic ones. So in z = u / s the panels are 1 / (2 s) wide at 0 and grow in
 * proportion to |z|, up to 1, the scale of the density; they end where f' jumps. The 16-point
 * Gauss-Legendre rule on such panels errs by less than rounding for functions whose poles keep
 * away from the real axis by more than their features, as tanh's do by pi / 2.
 *
 * For two Gaussians of correlation c the axes are turned: u = s (a x + b y), v = s (a x - b y) with
 * a^2 = (1 + c) / 2 and b^2 = (1 - c) / 2. The integrand is even in y, and its kinks are straight
 * lines that cross the x axis at k / (s a) and lie |k / s - a x| / b off it, so that the inner
 * integral is split exactly; as c nears 1, what is left of a kink on the x axis is b / a wide, and
 * the outer panels shrink towards it. */
#include "theory/gaussian.h"

#include "base/base.h"
#include "math/math.h"

/* Of one and of two Gaussians: what lies outside weighs 2e-19 and 1e-12. */
static const double REACH = 9, PLANE = 7;

enum { NODES = ALV_LEGENDRE_NODES, MOST = 8 };

/* Beyond this many periods in a deviation only the average of a periodic function is left. */
static const double BLUR = 16;

typedef struct legendre {
    double x[NODES], weight[NODES];
} legendre;

static double scale_of(alv_act_spec act, double s)
{
    return act.act->periodic ? alv_min(s, BLUR) : s;
}

/* The places where f' may jump, 0 among them, divided by s, within (-reach, reach), in order. */
static int kinks_of(double out[MOST], const alv_act *act, double s, double reach)
{
    int n = 0;
    bool zero = false;
    for (int i = 0; i <= act->n_kinks; i++) {
        const bool last = i == act->n_kinks;
        if (!zero && (last || act->kinks[i] > 0)) out[n++] = 0, zero = true;
        if (!last && alv_fabs(act->kinks[i] / s) < reach) out[n++] = act->kinks[i] / s;
    }
    return n;
}

/* Where the panel that begins at x, going up, ends: growing panels away from 0. */
static double panel_end(double x, double hi, double s, double most, bool periodic)
{
    const double near = 1 / (2 * alv_max(1, s));
    double width = x >= 0 ? alv_max(near, x) : alv_max(near, -x / 2);
    width = alv_min(width, periodic ? alv_min(most, 4 * near) : most);
    const double end = x + width;
    return end < hi - near / 1024 ? end : hi;
}

static void add(alv_gaussian_moments *m, alv_act_spec act, double s, double z, double weight)
{
    const double u = s * z, w = weight * alv_normal_pdf(z), f = act.act->f(u, act.param),
                 d = act.act->df(u, act.param);
    const double ff = f * f, dd = d * d, zz = z * z - 1, bend = (zz * zz - 2 * z * z) / 4;
    m->mean += w * f;
    m->second += w * ff;
    m->fourth += w * ff * ff;
    m->slope2 += w * dd;
    m->slope4 += w * dd * dd;
    m->lift += w * (f * d) * u;
    m->turn += w * dd * zz / 2;
    m->bend += w * ff * bend;
    m->turn_bend += w * dd * bend;
    m->joint += w * ff * dd;
}

void alv_gaussian_moments_of(alv_gaussian_moments *out, alv_act_spec act, double s)
{
    double edge[MOST + 2];
    legendre r;
    alv_gaussian_moments m = {0};
    s = scale_of(act, s);
    int n = kinks_of(edge + 1, act.act, s, REACH) + 2;
    edge[0] = -REACH, edge[n - 1] = REACH;
    alv_legendre_rule(r.x, r.weight);
    for (int i = 0; i + 1 < n; i++)
        for (double lo = edge[i], hi; lo < edge[i + 1]; lo = hi) {
            hi = panel_end(lo, edge[i + 1], s, 1, act.act->periodic);
            const double half = (hi - lo) / 2, middle = lo + half;
            for (int k = 0; k < NODES; k++)
                add(&m, act, s, middle + half * r.x[k], half * r.weight[k]);
        }
    *out = m;
}

/* What the inner integral needs. */
typedef struct plane {
    alv_act_spec act;
    double s, a, b;
    double kink[MOST];
    int n_kinks;
    legendre nodes;
} plane;

/* The width of the panel that begins at x in [lo, hi]: `near` at both ends, growing in proportion
 * to the distance from them; what would be left of a panel is taken in. */
static double width_at(double x, double lo, double hi, double near, double most)
{
    const double left = x - lo, right = hi - x;
    const double width = alv_min(alv_max(alv_min(left, right / 2), near), most);
    return right < 1.25 * width ? right : width;
}

static void sort(double *x, int n)
{
    for (int i = 1; i < n; i++) /* there are few */
        for (int k = i; k > 0 && x[k] < x[k - 1]; k--) {
            const double t = x[k];
            x[k] = x[k - 1], x[k - 1] = t;
        }
}

/* Where u or v meets a kink on the line x, between 0 and PLANE, both included; returns how many. */
static int crossings(double edge[MOST + 2], const plane *p, double x)
{
    int n = 0;
    edge[n++] = 0;
    for (int i = 0; i < p->n_kinks; i++) {
        const double y = alv_fabs(p->kink[i] - p->a * x) / p->b;
        if (y > 0 && y < PLANE) edge[n++] = y;
    }
    edge[n++] = PLANE;
    sort(edge, n);
    return n;
}

/* Adds the integral over y of both products at x, times the weight; y and -y give the same.
 * slopes: NULL where they are not asked. */
static void add_line(double *values, double *slopes, const plane *p, double x, double weight)
{
    double edge[MOST + 2];
    const alv_act *f = p->act.act;
    const double near = alv_min(1.75, 2 / (p->s * p->b)), most = f->periodic ? near : 1.75;
    const int n = crossings(edge, p, x);
    for (int i = 0; i + 1 < n; i++)
        for (double lo = edge[i], width; lo < edge[i + 1]; lo += width) {
            width = width_at(lo, edge[i], edge[i + 1], near, most);
            for (int k = 0; k < NODES; k++) {
                const double y = lo + width / 2 * (1 + p->nodes.x[k]);
                const double u = p->s * (p->a * x + p->b * y), v = p->s * (p->a * x - p->b * y);
                const double w = weight * width * p->nodes.weight[k] * alv_normal_pdf(y);
                *values += w * f->f(u, p->act.param) * f->f(v, p->act.param);
                if (slopes) *slopes += w * f->df(u, p->act.param) * f->df(v, p->act.param);
            }
            if (!(lo + width > lo)) break; /* narrower than rounding */
        }
}

void alv_gaussian_product(double *values, double *slopes, alv_act_spec act, double s, double c)
{
    plane p = {.act = act, .s = scale_of(act, s)};
    double edge[MOST + 2], sum = 0, slope = 0;
    int n = 0;
    p.a = alv_sqrt((1 + c) / 2), p.b = alv_sqrt((1 - c) / 2);
    p.n_kinks = kinks_of(p.kink, act.act, p.s, REACH);
    alv_legendre_rule(p.nodes.x, p.nodes.weight);
    edge[n++] = -PLANE;
    for (int i = 0; i < p.n_kinks; i++)
        if (alv_fabs(p.kink[i]) < PLANE * p.a) edge[n++] = p.kink[i] / p.a;
    edge[n++] = PLANE;
    const double fine = alv_min(1, 2 / (p.s * p.a)), near = alv_min(fine, p.b / p.a);
    const double most = act.act->periodic ? fine : 1;
    for (int i = 0; i + 1 < n; i++)
        for (double lo = edge[i], width; lo < edge[i + 1]; lo += width) {
            width = width_at(lo, edge[i], edge[i + 1], near, most);
            for (int k = 0; k < NODES; k++) {
                const double x = lo + width / 2 * (1 + p.nodes.x[k]);
                add_line(&sum, slopes ? &slope : NULL, &p, x,
                         width / 2 * p.nodes.weight[k] * alv_normal_pdf(x));
            }
            if (!(lo + width > lo)) break;
        }
    *values = sum;
    if (slopes) *slopes = slope;
}
