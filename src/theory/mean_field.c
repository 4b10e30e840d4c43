/* One layer of the mean-field maps: V(q), chi, their noise at finite width, and C(c).
 *
 * Given a layer, the next one's pre-activations are exactly Gaussian with variance weight_variance
 * times the mean of f^2 over the layer's units, plus bias_variance, so that q is all that is passed
 * on, at any width; what a finite width adds is that the mean over n units has variance Var f^2 /
 * n. Hence forward_noise = weight_variance^2 Var f^2 / V^2. Backward, with gradients independent of
 * forward signals (Schoenholz et al. 2017), g_j = f'(z_j) times a Gaussian: the mean of g^2 over n
 * units has relative variance (3 E f'^4 / (E f'^2)^2 - 1) / n (Hanin & Rolnick 2018 for relu).
 * Where f'^2 is large f^2 often is, too: the two means over one layer have relative covariance
 * shared_noise / n. Derivatives of E g(sqrt(q) z), z ~ N(0, 1), by log q: E g (z^2 - 1) / 2, and
 * the second E g ((z^2 - 1)^2 - 2 z^2) / 4, kinks or not. */
#include "theory/mean_field.h"

#include "act/moment.h"
#include "base/base.h"
#include "math/math.h"

static bool is_variance(double x)
{
    return x >= 0 && alv_isfinite(x);
}

alv_status alv_mean_field_check(alv_mean_field *out, const alv_mean_field *net, double q,
                                alv_error *error)
{
    if (!out || !net) return alv_fail(error, ALV_ERR_ARGUMENT, "net", "NULL argument");
    alv_mean_field n = *net;
    ALV_TRY(alv_act_check(&n.act, error));
    if (!is_variance(n.weight_variance))
        return alv_fail(error, ALV_ERR_ARGUMENT, "weight_variance",
                        "weight_variance = %g is no variance", n.weight_variance);
    if (!is_variance(n.bias_variance))
        return alv_fail(error, ALV_ERR_ARGUMENT, "bias_variance",
                        "bias_variance = %g is no variance", n.bias_variance);
    if (!alv_isfinite(n.skip) || !alv_isfinite(n.branch))
        return alv_fail(error, ALV_ERR_ARGUMENT, "branch", "skip = %g, branch = %g", n.skip,
                        n.branch);
    if ((unsigned)n.norm > ALV_NORM_RMS)
        return alv_fail(error, ALV_ERR_ARGUMENT, "norm", "there is no norm %d", (int)n.norm);
    if (!(q >= ALV_MEAN_FIELD_LEAST && q <= ALV_MEAN_FIELD_MOST))
        return alv_fail(error, ALV_ERR_RANGE, "q", "q = %g is outside [1e-60, 1e60]", q);
    if (n.skip == 0 && n.branch == 0) n.branch = 1;
    *out = n;
    return ALV_OK;
}

bool alv_mean_field_is_plain(const alv_mean_field *net)
{
    return net->skip == 0 && net->norm == ALV_NORM_NONE;
}

/* The deviation of what f sees. */
static double seen(const alv_mean_field *net, double q)
{
    return net->norm == ALV_NORM_NONE ? alv_sqrt(q) : 1;
}

void alv_mean_field_step_of(alv_mean_field_step *out, const alv_mean_field *net, double q)
{
    alv_gaussian_moments m;
    const double s = seen(net, q), skip = net->skip * net->skip,
                 weight = net->branch * net->branch * net->weight_variance;
    alv_gaussian_moments_of(&m, net->act, s);
    const bool batch = net->norm == ALV_NORM_BATCH; /* takes the mean off, and the bias with it */
    const double second = batch ? m.second - m.mean * m.mean : m.second;
    const double bias = batch ? 0 : net->branch * net->branch * net->bias_variance;
    const double v = skip * q + weight * second + bias;
    const double lift = net->norm == ALV_NORM_NONE ? weight * m.lift : 0;
    *out = (alv_mean_field_step){.q = v,
                                 .chi = skip + weight * m.slope2 * (s * s / q),
                                 .slope = v > 0 ? (skip * q + lift) / v : 0,
                                 .forward_noise = ALV_NAN,
                                 .backward_noise = ALV_NAN,
                                 .shared_noise = ALV_NAN,
                                 .chi_slope = ALV_NAN,
                                 .bend = ALV_NAN,
                                 .chi_bend = ALV_NAN};
    if (!alv_mean_field_is_plain(net)) return;
    const double part = v > 0 ? weight * m.second / v : 0;
    out->forward_noise = part > 0 ? part * part * (m.fourth / (m.second * m.second) - 1) : 0;
    out->backward_noise = m.slope2 > 0 ? 3 * m.slope4 / (m.slope2 * m.slope2) - 1 : 0;
    out->shared_noise = part > 0 && m.slope2 > 0 ? part * (m.joint / (m.second * m.slope2) - 1) : 0;
    out->bend = v > 0 ? weight * m.bend / v - out->slope * out->slope : 0;
    out->chi_slope = m.slope2 > 0 ? m.turn / m.slope2 : 0;
    out->chi_bend = m.slope2 > 0 ? m.turn_bend / m.slope2 - out->chi_slope * out->chi_slope : 0;
}

alv_status alv_mean_field_at(alv_mean_field_step *out, const alv_mean_field *net, double q,
                             alv_error *error)
{
    alv_mean_field n;
    if (!out) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "NULL argument");
    ALV_TRY(alv_mean_field_check(&n, net, q, error));
    alv_mean_field_step_of(out, &n, q);
    return ALV_OK;
}

double alv_mean_field_map(double *slope, const alv_mean_field *net, double q, double c)
{
    alv_mean_field_step step;
    double values, slopes = 0, *wanted = slope ? &slopes : NULL;
    const double s = seen(net, q), weight = net->branch * net->branch * net->weight_variance;
    alv_mean_field_step_of(&step, net, q);
    if (c >= 1) {
        alv_gaussian_moments m;
        alv_gaussian_moments_of(&m, net->act, s);
        values = m.second, slopes = m.slope2;
    } else if (c <= -1) {
        alv_gaussian_product(&values, wanted, net->act, s, -1 + 0x1p-52);
    } else {
        alv_gaussian_product(&values, wanted, net->act, s, c);
    }
    const double skip = net->skip * net->skip * q;
    const double bias = net->branch * net->branch * net->bias_variance;
    if (slope) *slope = (skip + weight * s * s * slopes) / step.q;
    return (skip * c + weight * values + bias) / step.q;
}

alv_status alv_mean_field_correlation(double *next, double *slope, const alv_mean_field *net,
                                      double q, double c, alv_error *error)
{
    alv_mean_field n;
    ALV_TRY(alv_mean_field_check(&n, net, q, error));
    if (n.norm == ALV_NORM_BATCH)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, "norm",
                        "with batch norm two inputs depend on the rest of the batch");
    if (!(c >= -1 && c <= 1))
        return alv_fail(error, ALV_ERR_RANGE, "c", "c = %g is no correlation", c);
    const double value = alv_mean_field_map(slope, &n, q, c);
    if (next) *next = value;
    return ALV_OK;
}
