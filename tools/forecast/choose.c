/* Chooses the bounds of the forecast on the choosing part of the grid.
 *
 * Mistakes = nets that learn at no rate and were not called out, plus nets that learn at some rate
 * and were. One bound after another is set to the value with the fewest mistakes, the others held,
 * eight times over. Candidates are half decades for the drifts and twentieths for saturation;
 * where several in a row do equally well a drift takes the middle one, farthest from either
 * mistake, and saturation the smallest, so that it takes part (seen elsewhere: tanh with U(-1, 1)
 * has drifts of 10 and 460 and is stuck). Dead and locked are not chosen: they are 1, a layer that
 * is dead or locked as a whole. */
#include <math.h>

#include "base/base.h"
#include "grid.h"

static int mistakes(const grid_net *nets, int count, const alv_bounds *bounds)
{
    int sum = 0;
    for (int i = 0; i < count; i++) {
        if (nets[i].part != CHOOSING) continue;
        bool trains = alv_signals_judge(&nets[i].signals, bounds) == ALV_VERDICT_HEALTHY;
        sum += trains != learns(&nets[i]);
    }
    return sum;
}

enum { CANDIDATES = 24 };

typedef struct axis {
    size_t offset;
    double candidates[CANDIDATES];
    int count;
    bool smallest; /* of equals, instead of the middle one */
} axis;

/* Powers of ten from 10^from to 10^to by half decades: whole ones exactly, halves as 3 x 10^k. */
static axis drift_axis(size_t offset, int from, int to)
{
    axis a = {.offset = offset};
    for (int k = from; k <= to; k++) {
        a.candidates[a.count++] = pow(10, k);
        if (k < to) a.candidates[a.count++] = 3 * pow(10, k);
    }
    return a;
}

/* 0.05 to 1; above 1 it never speaks. */
static axis share_axis(size_t offset)
{
    axis a = {.offset = offset, .smallest = true};
    for (int k = 1; k <= 21; k++) a.candidates[a.count++] = k / 20.0;
    return a;
}

static double *at(alv_bounds *bounds, const axis *a)
{
    return (double *)((char *)bounds + a->offset);
}

/* Sets one bound to the best candidate; of equals, from the longest run of them. */
static void improve(alv_bounds *bounds, const axis *a, const grid_net *nets, int count)
{
    int errors[CANDIDATES], best = count, longest = 0, chosen = 0;
    for (int i = 0; i < a->count; i++) {
        *at(bounds, a) = a->candidates[i];
        errors[i] = mistakes(nets, count, bounds);
        best = errors[i] < best ? errors[i] : best;
    }
    for (int i = 0, run = 0; i < a->count; i++) {
        run = errors[i] == best ? run + 1 : 0;
        if (run <= longest) continue;
        longest = run;
        chosen = a->smallest ? i - run + 1 : i - run / 2;
    }
    *at(bounds, a) = a->candidates[chosen];
}

alv_bounds choose_bounds(const grid_net *nets, int count)
{
    alv_bounds bounds = {1e-4, 1e4, 1e-4, 1e4, .saturated = 0.5, .dead = 1, .locked = 1};
    bounds.normed_hi = alv_bounds_of[ALV_CRITICAL].normed_hi; /* the grid has no norms */
    const axis axes[] = {
        drift_axis(offsetof(alv_bounds, forward_lo), -8, 0),
        drift_axis(offsetof(alv_bounds, forward_hi), 0, 8),
        drift_axis(offsetof(alv_bounds, backward_lo), -8, 0),
        drift_axis(offsetof(alv_bounds, backward_hi), 0, 8),
        share_axis(offsetof(alv_bounds, saturated)),
    };
    for (int round = 0; round < 8; round++)
        for (int i = 0; i < ALV_COUNT(axes); i++) improve(&bounds, &axes[i], nets, count);
    return bounds;
}
