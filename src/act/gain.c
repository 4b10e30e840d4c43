/* Gains: moments of an activation under a standard normal input.
 *
 * If the pre-activations are N(0, 1), weights of variance g^2 / fan_in with g = 1 / sqrt(E f^2)
 * give the next layer's pre-activations variance 1 again (He et al. 2015, eq. 9, for f = relu), and
 * 1 / sqrt(E f'^2) does the same for gradients on the way back. The expectations are integrals
 * against the normal density over [-12, 12], which leaves out less than 1e-30, by 16-point
 * Gauss-Legendre on panels of at most 1/2 between the places where f' jumps. Zero is always such a
 * place: softsign is smooth there to first order only. */
#include "alvor/act.h"
#include "base/base.h"
#include "math/math.h"

static const double REACH = 12;

/* One integrand: f^power or f'^power, times the density. */
typedef struct integrand {
    double (*function)(double x, double param);
    double param;
    int power;
} integrand;

static double weighted(double z, const void *context)
{
    const integrand *g = context;
    double value = g->function(z, g->param);
    return (g->power == 2 ? value * value : value) * alv_normal_pdf(z);
}

static double expectation(const alv_act *act, integrand g)
{
    double edges[8], total = 0;
    int n = 0;
    edges[n++] = -REACH;
    for (int i = 0; i < act->n_kinks && act->kinks[i] < 0; i++) edges[n++] = act->kinks[i];
    edges[n++] = 0;
    for (int i = 0; i < act->n_kinks; i++)
        if (act->kinks[i] > 0) edges[n++] = act->kinks[i];
    edges[n++] = REACH;
    for (int i = 0; i + 1 < n; i++) {
        int panels = (int)alv_ceil(2 * (edges[i + 1] - edges[i]));
        total += alv_integrate(weighted, &g, edges[i], edges[i + 1], panels);
    }
    return total;
}

alv_status alv_act_gain(alv_gain *out, alv_act_spec spec, alv_error *error)
{
    if (!out) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "no place for the gains");
    const alv_act *act = spec.act ? spec.act : alv_act_at(0);
    if (act->param && !(spec.param >= act->param_lo && spec.param <= act->param_hi))
        return alv_fail(error, ALV_ERR_RANGE, act->param, "%s of %s must lie in [%g, %g]",
                        act->param, act->name, act->param_lo, act->param_hi);
    alv_gain g = {
        .mean = expectation(act, (integrand){act->f, spec.param, 1}),
        .second = expectation(act, (integrand){act->f, spec.param, 2}),
        .slope = expectation(act, (integrand){act->df, spec.param, 2}),
    };
    g.forward = 1 / alv_sqrt(g.second);
    g.backward = 1 / alv_sqrt(g.slope);
    g.variance = 1 / alv_sqrt(g.second - g.mean * g.mean);
    *out = g;
    return ALV_OK;
}
