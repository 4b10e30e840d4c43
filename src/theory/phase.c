/* The diagram of order and chaos: chi where a deep net's signals settle, over a grid of scales.
 *
 * E f^2 and E f'^2 depend on q alone, and their slopes in log q come with them; both are tabled
 * once, on a grid of steps of 1/8 in log q, and read by cubics through values and slopes (Hermite),
 * to about 1e-7. Then a place of the diagram costs a bisection of a table. */
#include "base/base.h"
#include "math/math.h"
#include "theory/mean_field.h"

enum { POINTS = 449 }; /* log q from -28 to 28 */
static const double FIRST = -28, STEP = 0.125;

/* log E f^2 and log E f'^2 with their slopes by log q. */
typedef struct table {
    double second[POINTS], lift[POINTS], slope[POINTS], turn[POINTS];
} table;

static void fill_table(table *t, alv_act_spec act)
{
    for (int i = 0; i < POINTS; i++) {
        alv_gaussian_moments m;
        alv_gaussian_moments_of(&m, act, alv_exp((FIRST + STEP * i) / 2));
        t->second[i] = alv_log(m.second);
        t->lift[i] = m.second > 0 ? m.lift / m.second : 0;
        t->slope[i] = alv_log(m.slope2);
        t->turn[i] = m.slope2 > 0 ? m.turn / m.slope2 : 0;
    }
}

/* The cubic through two neighbours; straight on beyond the table. */
static double read(const double *y, const double *dy, double x)
{
    const double at = (x - FIRST) / STEP;
    if (!(at > 0)) return y[0] + dy[0] * (x - FIRST);
    if (at >= POINTS - 1) return y[POINTS - 1] + dy[POINTS - 1] * STEP * (at - (POINTS - 1));
    const int i = (int)at;
    const double u = at - i, v = 1 - u;
    return v * v * ((1 + 2 * u) * y[i] + u * STEP * dy[i]) +
           u * u * ((1 + 2 * v) * y[i + 1] - v * STEP * dy[i + 1]);
}

/* log V(q) - log q, at x = log q. */
static double growth(const table *t, double weight, double bias, double x)
{
    const double q = alv_exp(x), v = weight * alv_exp(read(t->second, t->lift, x)) + bias;
    return v > 0 ? alv_log(v / q) : -ALV_INFINITY;
}

/* log q where the layers settle on their way from x; the end of the table where they do not. */
static double settle(const table *t, double weight, double bias, double x)
{
    const double end = -FIRST;
    const bool up = growth(t, weight, bias, x) > 0;
    double here = x, beyond = x;
    do {
        here = beyond;
        if (here == (up ? end : FIRST)) return here;
        beyond = up ? alv_min(here + 1, end) : alv_max(here - 1, FIRST);
    } while ((growth(t, weight, bias, beyond) > 0) == up);
    double lo = alv_min(here, beyond), hi = alv_max(here, beyond);
    for (int i = 0; i < 40; i++) {
        const double middle = (lo + hi) / 2;
        if ((growth(t, weight, bias, middle) > 0) == up)
            *(up ? &lo : &hi) = middle;
        else
            *(up ? &hi : &lo) = middle;
    }
    return (lo + hi) / 2;
}

static alv_status check_axis(const double *values, int64_t n, const char *name, alv_error *error)
{
    if (!values || n < 1) return alv_fail(error, ALV_ERR_ARGUMENT, name, "no %s", name);
    for (int64_t i = 0; i < n; i++)
        if (!(values[i] >= 0 && alv_isfinite(values[i])))
            return alv_fail(error, ALV_ERR_ARGUMENT, name, "%s[%lld] = %g is no variance", name, i,
                            values[i]);
    return ALV_OK;
}

alv_status alv_mean_field_phase(double *chi, alv_act_spec act, double q0, const double *weights,
                                int64_t n_weights, const double *biases, int64_t n_biases,
                                alv_error *error)
{
    const alv_mean_field plain = {.act = act};
    alv_mean_field net;
    if (!chi) return alv_fail(error, ALV_ERR_ARGUMENT, "chi", "NULL argument");
    ALV_TRY(alv_mean_field_check(&net, &plain, q0, error));
    ALV_TRY(check_axis(weights, n_weights, "weights", error));
    ALV_TRY(check_axis(biases, n_biases, "biases", error));
    table t;
    fill_table(&t, net.act);
    const double x0 = alv_min(alv_max(alv_log(q0), FIRST), -FIRST);
    for (int64_t b = 0; b < n_biases; b++)
        for (int64_t w = 0; w < n_weights; w++) {
            const double x = settle(&t, weights[w], biases[b], x0);
            chi[b * n_weights + w] = weights[w] * alv_exp(read(t.slope, t.turn, x));
        }
    return ALV_OK;
}
