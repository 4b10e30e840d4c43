/* The outcome, read from the curves, and the one verdict of a trial. */
#include "math/math.h"
#include "verdict/verdict.h"

/* Shares of the chance loss that training must remove. Half is a net that has learned most of what
 * is easy; a tenth is well above the noise of one epoch's mean loss, whose standard error at 128
 * samples a batch is a few hundredths of the chance loss even for a single batch. */
static const double trained_share = 0.5, slow_share = 0.1;
/* A loss this many times its start, or chance, was driven up by training. */
static const double driven_up = 2;

alv_outcome alv_outcome_read(const alv_curve_summary *curve)
{
    double final = curve->final_loss, chance = curve->chance_loss;
    double start = curve->initial_loss > chance ? curve->initial_loss : chance;
    if (curve->diverged_at >= 0 || !alv_isfinite(final) || final > driven_up * start)
        return ALV_OUTCOME_DIVERGED;
    if (final <= (1 - trained_share) * chance) return ALV_OUTCOME_TRAINED;
    return final <= (1 - slow_share) * chance ? ALV_OUTCOME_SLOW : ALV_OUTCOME_STUCK;
}

static bool has_critical(const alv_forecast *forecast, alv_verdict kind)
{
    for (int i = 0; i < forecast->n; i++)
        if (forecast->findings[i].kind == kind && forecast->findings[i].severity == ALV_CRITICAL)
            return true;
    return false;
}

alv_verdict alv_verdict_primary(const alv_forecast *forecast, alv_outcome outcome)
{
    alv_verdict named = alv_forecast_verdict(forecast);
    switch (outcome) {
    case ALV_OUTCOME_DIVERGED:
        return ALV_VERDICT_DIVERGED;
    case ALV_OUTCOME_STUCK:
        return named == ALV_VERDICT_HEALTHY ? ALV_VERDICT_STUCK : named;
    case ALV_OUTCOME_SLOW:
        return named;
    default:
        return has_critical(forecast, ALV_VERDICT_SYMMETRIC) ? ALV_VERDICT_SYMMETRIC
                                                             : ALV_VERDICT_HEALTHY;
    }
}
