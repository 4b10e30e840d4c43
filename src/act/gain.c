/* Gains: moments of an activation under a standard normal input.
 *
 * If the pre-activations are N(0, 1), weights of variance g^2 / fan_in with g = 1 / sqrt(E f^2)
 * give the next layer's pre-activations variance 1 again (He et al. 2015, eq. 9, for f = relu), and
 * 1 / sqrt(E f'^2) does the same for gradients on the way back. The expectations are integrals
 * against the normal density over [-12, 12], which leaves out less than 1e-30, by 16-point
 * Gauss-Legendre on panels of at most 1/2 between the places where f' jumps. Zero is always such a
 * place: softsign is smooth there to first order only. */
#include "act/moment.h"
#include "base/base.h"
#include "math/math.h"

static const double REACH = 12;

/* One integrand: f(scale z)^power or f'(scale z)^power, times the density. */
typedef struct integrand {
    double (*function)(double x, double param);
    double param, scale;
    int power;
} integrand;

static double weighted(double z, const void *context)
{
    const integrand *g = context;
    double value = g->function(g->scale * z, g->param);
    return (g->power == 2 ? value * value : value) * alv_normal_pdf(z);
}

double alv_act_moment(alv_act_spec spec, double s, enum alv_act_moment moment)
{
    const alv_act *act = spec.act;
    integrand g = {moment == ALV_MOMENT_SLOPE ? act->df : act->f, spec.param, s,
                   moment == ALV_MOMENT_MEAN ? 1 : 2};
    double edges[8], total = 0;
    int n = 0;
    edges[n++] = -REACH;
    for (int i = 0; i < act->n_kinks && act->kinks[i] < 0; i++)
        edges[n++] = alv_max(act->kinks[i] / s, -REACH);
    edges[n++] = 0;
    for (int i = 0; i < act->n_kinks; i++)
        if (act->kinks[i] > 0) edges[n++] = alv_min(act->kinks[i] / s, REACH);
    edges[n++] = REACH;
    for (int i = 0; i + 1 < n; i++) {
        int panels = (int)alv_ceil(2 * alv_max(1, s) * (edges[i + 1] - edges[i]));
        total += alv_integrate(weighted, &g, edges[i], edges[i + 1], panels);
    }
    return total;
}

alv_status alv_act_check(alv_act_spec *spec, alv_error *error)
{
    const alv_act *act = spec->act ? spec->act : alv_act_at(0);
    if (act->param && !(spec->param >= act->param_lo && spec->param <= act->param_hi))
        return alv_fail(error, ALV_ERR_RANGE, act->param, "%s of %s must lie in [%g, %g]",
                        act->param, act->name, act->param_lo, act->param_hi);
    spec->act = act;
    return ALV_OK;
}

alv_status alv_act_gain(alv_gain *out, alv_act_spec spec, alv_error *error)
{
    if (!out) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "no place for the gains");
    ALV_TRY(alv_act_check(&spec, error));
    alv_gain g = {
        .mean = alv_act_moment(spec, 1, ALV_MOMENT_MEAN),
        .second = alv_act_moment(spec, 1, ALV_MOMENT_SECOND),
        .slope = alv_act_moment(spec, 1, ALV_MOMENT_SLOPE),
    };
    g.forward = 1 / alv_sqrt(g.second);
    g.backward = 1 / alv_sqrt(g.slope);
    g.variance = 1 / alv_sqrt(g.second - g.mean * g.mean);
    *out = g;
    return ALV_OK;
}
