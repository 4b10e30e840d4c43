/* The loop of LSUV: measure a layer's outputs, divide its weights by their deviation, look again.
 *
 * z = W x + b has the variance s^2 Var(W x) + Var(b) + 2 s Cov when W is multiplied by s. Without
 * biases one division by the deviation is exact, whatever the data; with them the steps s_k =
 * 1 / sqrt(Var_k) approach the root if there is one: none where the biases alone exceed the
 * target. The layers before are done and stay, which is why one pass in order of execution
 * suffices (Mishkin & Matas 2016, algorithm 1). */
#include "alvor/lsuv.h"

#include "base/base.h"
#include "math/math.h"

static const char *const outcome_names[] = {
    [ALV_LSUV_UNTRIED] = "untried",       [ALV_LSUV_REACHED] = "reached",
    [ALV_LSUV_MISSED] = "missed",         [ALV_LSUV_DEAD] = "dead",
    [ALV_LSUV_NOT_FINITE] = "not finite", [ALV_LSUV_REFUSED] = "refused",
};

const char *alv_lsuv_outcome_name(alv_lsuv_outcome outcome)
{
    return outcome < ALV_COUNT(outcome_names) ? outcome_names[outcome] : NULL;
}

static double value_at(const alv_lsuv_outputs *y, int64_t i)
{
    return y->dtype == ALV_F64 ? ((const double *)y->values)[i] : ((const float *)y->values)[i];
}

/* Variance of the outputs, in two passes; NaN where a value is not finite. */
static double variance_of(const alv_lsuv_outputs *y)
{
    if (!y->values) return y->variance;
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < y->count; i++) sum += value_at(y, i);
    const double mean = sum / (double)y->count;
    for (int64_t i = 0; i < y->count; i++) {
        const double d = value_at(y, i) - mean;
        squares += d * d;
    }
    return squares / (double)y->count;
}

/* One layer's variance, by the caller's outputs. */
static alv_status measure(double *variance, const alv_lsuv_net *net, int layer, int attempt,
                          alv_error *error)
{
    alv_lsuv_outputs y = {0};
    ALV_TRY(net->outputs(&y, layer, attempt, net->user, error));
    if (y.values && (y.count < 1 || (y.dtype != ALV_F32 && y.dtype != ALV_F64)))
        return alv_fail(error, ALV_ERR_ARGUMENT, "outputs",
                        "layer %d: the outputs must be f32 or f64 and at least one, not %lld",
                        layer, y.count);
    if (!y.values && y.variance < 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "outputs", "layer %d: the variance is %g", layer,
                        y.variance);
    *variance = variance_of(&y);
    return ALV_OK;
}

/* Why this variance cannot be scaled to the target; UNTRIED where it can. */
static alv_lsuv_outcome hopeless(double variance, double target)
{
    if (variance == 0) return ALV_LSUV_DEAD;
    const double factor = alv_sqrt(target / variance);
    return alv_isfinite(variance) && alv_isfinite(factor) && factor > 0 ? ALV_LSUV_UNTRIED
                                                                        : ALV_LSUV_NOT_FINITE;
}

static alv_status fail_hopeless(const alv_lsuv_report *report, int layer, alv_error *error)
{
    if (report->outcome == ALV_LSUV_DEAD)
        return alv_fail(error, ALV_ERR_RANGE, "outputs",
                        "layer %d is dead: its outputs do not vary, so no scale gives them unit "
                        "variance; look at its weights and at the layers before it",
                        layer);
    return alv_fail(error, ALV_ERR_RANGE, "outputs",
                    "layer %d: the variance of its outputs is %g, which no factor scales", layer,
                    report->after);
}

static void record(alv_lsuv_report *report, double variance, double target)
{
    report->after = variance;
    report->residual = variance / target - 1;
}

static alv_status fit_layer(alv_lsuv_report *report, const alv_lsuv_net *net, int layer,
                            const alv_lsuv_options *o, alv_error *error)
{
    double variance = 0;
    report->outcome = ALV_LSUV_REFUSED; /* until the callbacks have answered */
    ALV_TRY(measure(&variance, net, layer, 0, error));
    report->before = variance;
    for (;; report->scalings++) {
        record(report, variance, o->variance);
        report->outcome = hopeless(variance, o->variance);
        if (report->outcome != ALV_LSUV_UNTRIED) return fail_hopeless(report, layer, error);
        report->outcome = ALV_LSUV_REACHED;
        if (alv_fabs(report->residual) <= o->tolerance) return ALV_OK;
        report->outcome = ALV_LSUV_MISSED;
        if (report->scalings == o->attempts) return ALV_OK;
        const double factor = alv_sqrt(o->variance / variance);
        report->outcome = ALV_LSUV_REFUSED;
        ALV_TRY(net->scale(layer, factor, net->user, error));
        report->factor *= factor;
        const alv_status status = measure(&variance, net, layer, report->scalings + 1, error);
        if (status != ALV_OK) return report->scalings++, status;
    }
}

static alv_status check_options(alv_lsuv_options *o, alv_error *error)
{
    if (!alv_isfinite(o->variance) || o->variance < 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "variance", "variance = %g cannot be reached",
                        o->variance);
    if (!alv_isfinite(o->tolerance) || o->tolerance < 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "tolerance", "tolerance = %g makes no sense",
                        o->tolerance);
    if (o->attempts < 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "attempts", "attempts = %d is negative",
                        o->attempts);
    if (o->variance == 0) o->variance = 1;
    if (o->tolerance == 0) o->tolerance = 0.1;
    if (o->attempts == 0) o->attempts = 10;
    return ALV_OK;
}

alv_status alv_lsuv_run(alv_lsuv_report *reports, const alv_lsuv_net *net,
                        const alv_lsuv_options *options, alv_error *error)
{
    if (!reports || !net || !net->outputs || !net->scale)
        return alv_fail(error, ALV_ERR_ARGUMENT, "lsuv", "NULL argument");
    if (net->layers < 1)
        return alv_fail(error, ALV_ERR_ARGUMENT, "layers", "layers = %d: nothing to scale",
                        net->layers);
    alv_lsuv_options o = options ? *options : (alv_lsuv_options){0};
    ALV_TRY(check_options(&o, error));
    for (int i = 0; i < net->layers; i++) reports[i] = (alv_lsuv_report){.factor = 1};
    for (int i = 0; i < net->layers; i++) ALV_TRY(fit_layer(&reports[i], net, i, &o, error));
    for (int i = 0; i < net->layers; i++)
        if (reports[i].outcome == ALV_LSUV_MISSED)
            return alv_fail(error, ALV_ERR_RANGE, "attempts",
                            "layer %d has variance %g after %d scalings and not %g; its biases may "
                            "vary more than that alone",
                            i, reports[i].after, reports[i].scalings, o.variance);
    return ALV_OK;
}
