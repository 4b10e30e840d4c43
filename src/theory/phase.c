/* The diagram of order and chaos: chi where a deep net's signals settle, over a grid of scales. A
 * place of the diagram costs a bisection of a table. */
#include "base/base.h"
#include "math/math.h"
#include "theory/mean_field.h"
#include "theory/table.h"

enum { FIRST = ALV_THEORY_FIRST, LAST = ALV_THEORY_LAST };

/* log V(q) - log q, at x = log q. */
static double growth(const alv_theory_table *t, double weight, double bias, double x)
{
    const double q = alv_exp(x), v = weight * alv_exp(alv_theory_second(t, x)) + bias;
    return v > 0 ? alv_log(v / q) : -ALV_INFINITY;
}

/* log q where the layers settle on their way from x; the end of the table where they do not. */
static double settle(const alv_theory_table *t, double weight, double bias, double x)
{
    const bool up = growth(t, weight, bias, x) > 0;
    double here = x, beyond = x;
    do {
        here = beyond;
        if (here == (up ? LAST : FIRST)) return here;
        beyond = up ? alv_min(here + 1, LAST) : alv_max(here - 1, FIRST);
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
    alv_theory_table t;
    alv_theory_table_make(&t, net.act);
    const double x0 = alv_min(alv_max(alv_log(q0), FIRST), LAST);
    for (int64_t b = 0; b < n_biases; b++)
        for (int64_t w = 0; w < n_weights; w++) {
            const double x = settle(&t, weights[w], biases[b], x0);
            chi[b * n_weights + w] = weights[w] * alv_exp(alv_theory_slope(&t, x));
        }
    return ALV_OK;
}
