/* The forecast: which measurements at initialization say that plain SGD will not train a net.
 *
 * What decides is the product over the whole depth, both ways. If the signal that reaches the
 * output is too weak, the loss cannot see the input; if the gradient that reaches the first layer
 * is too weak, the first layers do not learn; if either grows too much, one step leaves the region
 * in which the gradient meant anything. One layer's gain or the ratio of two layers' weight
 * gradients do not show it: ReLU with U(+-1/sqrt(fan_in)) over twelve layers has a gradient ratio
 * of 0.7 from first to last while signal and gradient have both shrunk to a hundred-thousandth.
 *
 * Two more things can stop a net whose drifts look fine. In saturated units f' is almost zero and
 * the drift is carried by the few that are not. Copies with equal outgoing weights receive equal
 * gradients, so that a layer of them stays one unit wide. A layer of ReLUs that are all dead shows
 * as a drift of zero, and is named as well. */
#include "base/base.h"
#include "math/math.h"
#include "verdict/verdict.h"

/* Critical bounds: `forecast-grid choose docs/forecast.csv`, from the choosing part of the grid;
 * but dead and locked, which are exact: a layer that is dead or locked as a whole. Warnings lie
 * inside them: a hundredth of the signal or the gradient, thirty or a hundred times as much, a
 * fifth of the values saturated (Karpathy, CS231n: want at most 5 to 20 %), half of a ReLU layer
 * dead (the usual rule), any lock at all. Of nets that begin before a norm, see docs/forecast.md.
 */
const alv_bounds alv_bounds_of[ALV_SEVERITIES] = {
    [ALV_WARNING] = {1e-2, 30, 1e-2, 100, 0.2, 0.5, 1e-9, .normed_hi = 100},
    [ALV_CRITICAL] = {3e-6, 100, 3e-3, 1000, 0.6, 1, 1, .normed_hi = 1e4},
};

/* Whether what the first weights give goes into a norm. */
static bool begins_before_norm(const alv_model *model)
{
    alv_model_layer first;
    if (!alv_model_layer_at(&first, model, 0)) return false;
    for (int i = first.weights + 1; i < model->n_nodes; i++)
        if (model->nodes[i].op == ALV_OP_NORM && model->nodes[i].input == first.weights)
            return true;
    return false;
}

alv_bounds alv_bounds_for(alv_severity severity, const alv_model *model)
{
    alv_bounds out = alv_bounds_of[severity];
    if (begins_before_norm(model)) out.backward_hi = out.normed_hi;
    return out;
}

bool alv_act_saturates(const alv_act *act)
{
    return act && !act->can_die &&
           (act->flat_below > -ALV_INFINITY || act->flat_above < ALV_INFINITY);
}

static bool can_die(const alv_act *act)
{
    return act && act->can_die;
}

/* a or b, whichever is larger; NaN counts as absent. */
static double larger(double a, double b)
{
    return !(a >= b) && b == b ? b : a;
}

/* The activation in which a layer ends; NULL: none. */
static const alv_act *act_of(const alv_model *model, int layer)
{
    alv_model_layer at;
    return alv_model_layer_at(&at, model, layer) ? model->nodes[at.end].act.act : NULL;
}

void alv_signals_read(alv_signals *out, const alv_layer_stats *stats, int n_layers,
                      const alv_drift *drift, const alv_model *model)
{
    alv_signals s = {drift->forward, drift->backward, ALV_NAN, ALV_NAN, ALV_NAN, 0};
    double sum = 0, n = 0;
    for (int l = 0; l < n_layers; l++) {
        const alv_act *act = act_of(model, l);
        s.nonfinite += stats[l].nonfinite;
        if (l + 1 == n_layers) break;
        s.locked = larger(s.locked, stats[l].locked);
        if (can_die(act)) s.dead = larger(s.dead, stats[l].dead);
        if (!alv_act_saturates(act) || alv_isnan(stats[l].saturated)) continue;
        sum += stats[l].saturated;
        n++;
    }
    if (n > 0) s.saturated = sum / n;
    *out = s;
}

static bool any_act(const alv_act *act)
{
    (void)act;
    return true;
}

/* One rule: a quantity against its bound. Shares include their bound, drifts exclude it. A finding
 * names the hidden layers that the rule concerns and whose own measurement passes the bound. */
typedef struct rule {
    alv_verdict kind;
    const char *quantity;
    size_t value, bound; /* offsets into alv_signals and alv_bounds */
    enum { BELOW, ABOVE, AT_LEAST } when;
    bool (*concerns)(const alv_act *act); /* NULL: the whole net, no layer of its own */
    size_t of_layer;                      /* offset into alv_layer_stats */
} rule;

#define DRIFT(verdict, direction, side, test)                                                      \
    {.kind = verdict,                                                                              \
     .quantity = #direction "_drift",                                                              \
     .value = offsetof(alv_signals, direction),                                                    \
     .bound = offsetof(alv_bounds, direction##_##side),                                            \
     .when = test}
#define SHARE(verdict, share, which)                                                               \
    {.kind = verdict,                                                                              \
     .quantity = #share,                                                                           \
     .value = offsetof(alv_signals, share),                                                        \
     .bound = offsetof(alv_bounds, share),                                                         \
     .when = AT_LEAST,                                                                             \
     .concerns = which,                                                                            \
     .of_layer = offsetof(alv_layer_stats, share)}

/* By priority; symmetry alone stands before what is not finite. */
static const rule rules[] = {
    SHARE(ALV_VERDICT_SYMMETRIC, locked, any_act),
    DRIFT(ALV_VERDICT_EXPLODING, forward, hi, ABOVE),
    DRIFT(ALV_VERDICT_EXPLODING, backward, hi, ABOVE),
    DRIFT(ALV_VERDICT_VANISHING, forward, lo, BELOW),
    DRIFT(ALV_VERDICT_VANISHING, backward, lo, BELOW),
    SHARE(ALV_VERDICT_SATURATED, saturated, alv_act_saturates),
    SHARE(ALV_VERDICT_DEAD, dead, can_die),
};

static double at(const void *base, size_t offset)
{
    double value;
    memcpy(&value, (const char *)base + offset, sizeof value);
    return value;
}

static bool holds(const rule *r, const alv_signals *s, const alv_bounds *bounds)
{
    double value = at(s, r->value), bound = at(bounds, r->bound);
    if (r->when == BELOW) return value < bound;
    return r->when == ABOVE ? value > bound : value >= bound;
}

alv_verdict alv_signals_judge(const alv_signals *signals, const alv_bounds *critical)
{
    alv_verdict first = signals->nonfinite > 0 ? ALV_VERDICT_EXPLODING : ALV_VERDICT_HEALTHY;
    for (int i = 0; i < ALV_COUNT(rules); i++)
        if (rules[i].kind < first && holds(&rules[i], signals, critical)) first = rules[i].kind;
    return first;
}

static void name_layer(alv_finding *f, int layer)
{
    if (f->layer_lo < 0) f->layer_lo = layer;
    f->layer_hi = layer;
}

static void name_layers(alv_finding *f, const rule *r, const alv_layer_stats *stats, int n_layers,
                        const alv_model *model)
{
    for (int l = 0; r->concerns && l + 1 < n_layers; l++)
        if (r->concerns(act_of(model, l)) && at(&stats[l], r->of_layer) >= f->threshold)
            name_layer(f, l);
}

static alv_finding *add(alv_forecast *out, alv_finding finding)
{
    out->findings[out->n] = finding;
    if (finding.severity == ALV_CRITICAL) out->trains = false;
    return &out->findings[out->n++];
}

/* NaN or infinity stands first among what explodes. */
static void add_nonfinite(alv_forecast *out, const alv_signals *s, const alv_layer_stats *stats,
                          int n_layers)
{
    if (!(s->nonfinite > 0)) return;
    alv_finding *f = add(out, (alv_finding){ALV_VERDICT_EXPLODING, ALV_CRITICAL, -1, -1,
                                            s->nonfinite, 0, "nonfinite"});
    for (int l = 0; l < n_layers; l++)
        if (stats[l].nonfinite > 0) name_layer(f, l);
}

/* Adds what rule r finds, at the severest level whose bound it passes. */
static void apply(alv_forecast *out, const rule *r, const alv_signals *s,
                  const alv_layer_stats *stats, int n_layers, const alv_model *model)
{
    alv_severity severity = ALV_CRITICAL;
    alv_bounds bounds = alv_bounds_for(severity, model);
    while (severity > ALV_INFO && !holds(r, s, &bounds)) bounds = alv_bounds_for(--severity, model);
    if (severity == ALV_INFO) return;
    alv_finding *f = add(out, (alv_finding){.kind = r->kind,
                                            .severity = severity,
                                            .layer_lo = -1,
                                            .layer_hi = -1,
                                            .measured = at(s, r->value),
                                            .threshold = at(&bounds, r->bound),
                                            .quantity = r->quantity});
    name_layers(f, r, stats, n_layers, model);
}

void alv_forecast_make(alv_forecast *out, const alv_layer_stats *stats, int n_layers,
                       const alv_drift *drift, const alv_model *model)
{
    alv_signals s;
    alv_signals_read(&s, stats, n_layers, drift, model);
    *out = (alv_forecast){.trains = true};
    apply(out, &rules[0], &s, stats, n_layers, model);
    add_nonfinite(out, &s, stats, n_layers);
    for (int i = 1; i < ALV_COUNT(rules); i++) apply(out, &rules[i], &s, stats, n_layers, model);
}

alv_verdict alv_forecast_verdict(const alv_forecast *forecast)
{
    for (int i = 0; i < forecast->n; i++)
        if (forecast->findings[i].severity == ALV_CRITICAL) return forecast->findings[i].kind;
    return ALV_VERDICT_HEALTHY;
}

const char *alv_forecast_key(const alv_forecast *forecast)
{
    alv_verdict verdict = alv_forecast_verdict(forecast);
    return verdict == ALV_VERDICT_HEALTHY ? "trains" : alv_verdict_key(verdict);
}
