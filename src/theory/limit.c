/* Where a deep net ends up: fixed points of the maps, depth scales, the edge of chaos.
 *
 * V grows with q for the activations of practice, so that from q0 the layers go one way, to the
 * first fixed point there. It is bracketed in steps of a factor and bisected, which costs the same
 * near the edge, where plain iteration takes for ever. */
#include "base/base.h"
#include "math/math.h"
#include "theory/mean_field.h"

/* Below this, a map's slope differs from 1 by rounding alone. */
static const double ROUNDING = 1e-9;

static double next_q(const alv_mean_field *net, double q)
{
    alv_mean_field_step step;
    alv_mean_field_step_of(&step, net, q);
    return step.q;
}

/* 1 / |log slope|. */
static double depth_of(double slope)
{
    if (!(slope > 0)) return slope == 0 ? 0 : ALV_NAN;
    const double rate = alv_fabs(alv_log(slope));
    return rate < ROUNDING ? ALV_INFINITY : 1 / rate;
}

/* The fixed point of V from q0; 0 or infinity where it lies beyond the range. *near is where to
 * take the derivatives. */
static double fixed_q(double *near, const alv_mean_field *net, double q0)
{
    const double v0 = next_q(net, q0);
    *near = q0;
    if (alv_fabs(v0 / q0 - 1) < ROUNDING) return q0;
    const bool up = v0 > q0;
    double here = q0, beyond = q0;
    for (;;) {
        beyond = up ? here * 4 : here / 4;
        if (!(beyond >= ALV_MEAN_FIELD_LEAST && beyond <= ALV_MEAN_FIELD_MOST)) {
            *near = here;
            return up ? ALV_INFINITY : 0;
        }
        const double v = next_q(net, beyond);
        if (up ? v <= beyond : v >= beyond) break;
        here = beyond;
    }
    double lo = alv_min(here, beyond), hi = alv_max(here, beyond); /* V(lo) >= lo, V(hi) <= hi */
    for (int i = 0; i < 60; i++) {
        const double middle = alv_sqrt(lo) * alv_sqrt(hi);
        if (next_q(net, middle) >= middle)
            lo = middle;
        else
            hi = middle;
    }
    *near = lo;
    /* Where V is q but for its curvature, as for tanh on the edge, or but for a constant, as for
     * elu under He, only rounding stops the way to 0 or to infinity. */
    alv_mean_field_step step;
    alv_mean_field_step_of(&step, net, lo);
    if (alv_fabs(step.slope - 1) > 1e-6) return lo;
    return lo < 1e-7 * q0 ? 0 : lo > 1e7 * q0 ? ALV_INFINITY : lo;
}

/* The stable fixed point of C where chi > 1. C - c is convex, not negative at 0, negative just
 * below 1: Newton's steps from 0 never pass its root. */
static double fixed_c(double *slope, const alv_mean_field *net, double q)
{
    double c = 0, value = alv_mean_field_map(slope, net, q, 0);
    const double hi = 1 - 1e-7;
    if (alv_fabs(value) < 1e-12) return 0;
    for (int i = 0; i < 60 && *slope < 1; i++) {
        const double step = (value - c) / (1 - *slope);
        if (!(step > 1e-10)) return c;
        if (c + step >= hi) break;
        c += step;
        value = alv_mean_field_map(slope, net, q, c);
    }
    return alv_mean_field_map(slope, net, q, hi) >= hi ? 1 : c;
}

alv_status alv_mean_field_converge(alv_mean_field_limit *out, const alv_mean_field *net, double q0,
                                   alv_error *error)
{
    alv_mean_field n;
    alv_mean_field_step step;
    double near, slope;
    if (!out) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "NULL argument");
    ALV_TRY(alv_mean_field_check(&n, net, q0, error));
    alv_mean_field_limit l = {.q = fixed_q(&near, &n, q0), .c = ALV_NAN, .c_depth = ALV_NAN};
    alv_mean_field_step_of(&step, &n, near);
    l.chi = step.chi;
    const bool arrives = l.q > 0 && alv_isfinite(l.q); /* else at a steady rate */
    l.q_depth = depth_of(arrives ? step.slope : step.q / near);
    if (!arrives && step.chi_slope * step.chi_slope > 1e-6) { /* faster than any rate, as relu2 */
        l.chi = (step.chi_slope > 0) == (l.q > 0) ? ALV_INFINITY : 0;
        l.q_depth = 0;
    }
    l.chi_depth = depth_of(l.chi);
    if (n.norm != ALV_NORM_BATCH && arrives) {
        slope = l.chi;
        l.c = l.chi <= 1 + ROUNDING ? 1 : fixed_c(&slope, &n, near);
        l.c_depth = depth_of(slope);
    }
    *out = l;
    return ALV_OK;
}

/* chi - 1 where q = bias + t is the fixed point, and the weight variance that makes it one. */
static double off_edge(double *weight, const alv_mean_field *net, double t)
{
    alv_gaussian_moments m;
    alv_gaussian_moments_of(&m, net->act, alv_sqrt(net->bias_variance + t));
    *weight = t / m.second;
    return *weight * m.slope2 - 1;
}

alv_status alv_mean_field_edge(double *weight_variance, const alv_mean_field *net, alv_error *error)
{
    alv_mean_field n;
    double weight = 0, lo = 1e-30;
    if (!weight_variance) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "NULL argument");
    ALV_TRY(alv_mean_field_check(&n, net, 1, error));
    if (!alv_mean_field_is_plain(&n))
        return alv_fail(error, ALV_ERR_UNSUPPORTED, "norm",
                        "the edge is found for plain nets without skip and norm");
    /* Without bias the edge of a homogeneous or odd activation lies at q = 0. */
    if (n.bias_variance == 0 && alv_fabs(off_edge(&weight, &n, lo)) < ROUNDING) {
        *weight_variance = weight;
        return ALV_OK;
    }
    double off = off_edge(&weight, &n, lo = 1e-12);
    if (off > 1e-3) /* chaos at every scale, as relu2, whose fixed points repel */
        return alv_fail(error, ALV_ERR_RANGE, n.act.act->name, "with %s no fixed point holds",
                        n.act.act->name);
    for (lo = 1e-12; lo < 1e12; lo *= 2)
        if ((off = off_edge(&weight, &n, 2 * lo)) >= 0) break;
    if (!(off >= 0)) { /* at most in the limit, as relu with bias */
        if (!(alv_fabs(off) < 1e-9))
            return alv_fail(error, ALV_ERR_RANGE, n.act.act->name,
                            "no weight variance puts %s with this bias on the edge of chaos",
                            n.act.act->name);
        *weight_variance = weight;
        return ALV_OK;
    }
    double hi = 2 * lo;
    for (int i = 0; i < 60; i++) {
        const double middle = (lo + hi) / 2;
        if (off_edge(&weight, &n, middle) >= 0)
            hi = middle;
        else
            lo = middle;
    }
    off_edge(weight_variance, &n, hi);
    return ALV_OK;
}
