/* Moments in a table: cubics through values and slopes (Hermite), which come from one quadrature.
 */
#include "theory/table.h"

#include "base/base.h"
#include "math/math.h"

enum { POINTS = ALV_THEORY_POINTS, FIRST = ALV_THEORY_FIRST };
static const double STEP = 0.125;

void alv_theory_table_make(alv_theory_table *out, alv_act_spec act)
{
    out->act = act;
    for (int i = 0; i < POINTS; i++) {
        alv_gaussian_moments m;
        alv_gaussian_moments_of(&m, act, alv_exp((FIRST + STEP * i) / 2));
        const bool passes = m.second > 0, slopes = m.slope2 > 0;
        out->second[i] = alv_log(m.second);
        out->lift[i] = passes ? m.lift / m.second : 0;
        out->slope[i] = alv_log(m.slope2);
        out->turn[i] = slopes ? m.turn / m.slope2 : 0;
        out->noise_up[i] = passes ? m.fourth / (m.second * m.second) - 1 : 0;
        out->noise_down[i] = slopes ? 3 * m.slope4 / (m.slope2 * m.slope2) - 1 : 0;
        out->noise_both[i] = passes && slopes ? m.joint / (m.second * m.slope2) - 1 : 0;
    }
}

static double cubic(const double *y, const double *dy, double x)
{
    const double at = (x - FIRST) / STEP;
    if (!(at > 0)) return y[0] + dy[0] * (x - FIRST);
    if (at >= POINTS - 1) return y[POINTS - 1] + dy[POINTS - 1] * STEP * (at - (POINTS - 1));
    const int i = (int)at;
    const double u = at - i, v = 1 - u;
    return v * v * ((1 + 2 * u) * y[i] + u * STEP * dy[i]) +
           u * u * ((1 + 2 * v) * y[i + 1] - v * STEP * dy[i + 1]);
}

double alv_theory_second(const alv_theory_table *t, double x)
{
    return cubic(t->second, t->lift, x);
}

double alv_theory_slope(const alv_theory_table *t, double x)
{
    return cubic(t->slope, t->turn, x);
}

double alv_theory_noise(const double column[ALV_THEORY_POINTS], double x)
{
    const double at = (x - FIRST) / STEP;
    if (!(at > 0)) return column[0];
    if (at >= POINTS - 1) return column[POINTS - 1];
    const int i = (int)at;
    return column[i] + (at - i) * (column[i + 1] - column[i]);
}
