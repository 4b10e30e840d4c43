/* Gains of a function of the caller's, of which nothing is known but what it returns.
 *
 * The moments are integrals against the normal density over [-37, 37], cut at the listed kinks and
 * into panels of at most 1/2. On a panel, the 16-point Gauss-Legendre rule gives
 *
 *     E (f - c),  E (f - c)^2  and  E f'^2,     c = f(0.1),
 *
 * and where f' is not given, the derivative of the polynomial through the same 16 values (Berrut
 * and Trefethen 2004, section 9): it never looks across the panel's ends, so a kink there does no
 * harm. A panel whose two halves disagree with it is cut again, until it is too narrow for a double
 * to tell; what it still leaves open then is the error, and if that is more than 1e-9 of the
 * moment, the call fails. So a kink that nobody listed costs forty bisections, and a jump, whose
 * slope grows with each, is found out. Moments about c instead of 0 keep Var f, which is E (f -
 * c)^2 - (E f - c)^2, free of cancellation where f is nearly constant. */
#include "alvor/act.h"
#include "base/base.h"
#include "math/math.h"

enum { NODES = ALV_LEGENDRE_NODES, MEAN = 0, SECOND = 1, SLOPE = 2, MOMENTS = 3 };

static const double REACH = 37;        /* the density there is 2e-298 */
static const double WIDEST = 0.5;      /* of the first panels */
static const double NARROWEST = 5e-14; /* times max(1, |x|): no panel is cut below this */
static const double PANEL_ERROR = 1e-12;
static const double TOTAL_ERROR = 1e-9; /* both in shares of the moment */
enum { MOST_PANELS = 1 << 16 };

typedef struct integral {
    const alv_act_function *function;
    alv_error *error;
    double nodes[NODES], weights[NODES];
    double slopes[NODES][NODES]; /* values on [-1, 1] to the interpolant's slopes */
    double pivot;                /* c */
    double scale[MOMENTS];       /* of the moments, by the first panels */
    double edge[MOMENTS];        /* what of them lies on the outermost panels */
    double total[MOMENTS];
    double open, worst, worst_at; /* shares left open: their sum, the largest, and where */
    int panels;
} integral;

/* The matrix D of Berrut and Trefethen, with barycentric weights b[j] = (-1)^j sqrt((1 - x[j]^2)
 * w[j]) of the Gauss-Legendre nodes: p'(x[i]) = sum of (b[j] / b[i]) (f[j] - f[i]) / (x[i] - x[j]).
 */
static void make_rule(integral *q)
{
    double bary[NODES];
    alv_legendre_rule(q->nodes, q->weights);
    for (int i = 0; i < NODES; i++)
        bary[i] = (i % 2 ? -1 : 1) * alv_sqrt((1 - q->nodes[i] * q->nodes[i]) * q->weights[i]);
    for (int i = 0; i < NODES; i++)
        for (int j = 0; j < NODES; j++)
            q->slopes[i][j] = i == j ? 0 : bary[j] / bary[i] / (q->nodes[i] - q->nodes[j]);
}

static alv_status call(double *y, const integral *q, bool slope, double x)
{
    const alv_act_function *g = q->function;
    double value = slope ? g->df(x, g->context) : g->f(x, g->context);
    if (!alv_isfinite(value))
        return alv_fail(q->error, ALV_ERR_RANGE, slope ? "df" : "f",
                        "%s(%g) = %g; a gain needs finite values on (-37, 37)", slope ? "df" : "f",
                        x, value);
    *y = value;
    return ALV_OK;
}

/* f' at the nodes of a panel of half width `half`, from the values there. */
static void interpolate_slopes(double *df, const integral *q, const double *f, double half)
{
    for (int i = 0; i < NODES; i++) {
        double sum = 0;
        for (int j = 0; j < NODES; j++) sum += q->slopes[i][j] * (f[j] - f[i]);
        df[i] = sum / half;
    }
}

/* The three moments over one panel. */
static alv_status measure(double moment[MOMENTS], integral *q, double lo, double hi)
{
    double f[NODES], df[NODES], middle = lo + (hi - lo) / 2, half = (hi - lo) / 2;
    for (int i = 0; i < NODES; i++) {
        double x = middle + half * q->nodes[i];
        ALV_TRY(call(&f[i], q, false, x));
        if (q->function->df) ALV_TRY(call(&df[i], q, true, x));
    }
    if (!q->function->df) interpolate_slopes(df, q, f, half);
    for (int m = 0; m < MOMENTS; m++) moment[m] = 0;
    for (int i = 0; i < NODES; i++) {
        double x = middle + half * q->nodes[i], share = half * q->weights[i] * alv_normal_pdf(x);
        double value = f[i] - q->pivot;
        /* The density goes in between the factors: a square alone may overflow. */
        moment[MEAN] += share * value;
        moment[SECOND] += share * value * value;
        moment[SLOPE] += share * df[i] * df[i];
    }
    q->panels++;
    return ALV_OK;
}

/* Adds the panel's moments, cutting it as often as needed. */
static alv_status refine(integral *q, double lo, double hi, const double whole[MOMENTS])
{
    double middle = lo + (hi - lo) / 2, left[MOMENTS], right[MOMENTS], share = 0;
    ALV_TRY(measure(left, q, lo, middle));
    ALV_TRY(measure(right, q, middle, hi));
    for (int m = 0; m < MOMENTS; m++) {
        double off = alv_fabs(left[m] + right[m] - whole[m]);
        if (off > 0) share = alv_max(share, off / q->scale[m]);
    }
    double size = alv_max(1, alv_max(alv_fabs(lo), alv_fabs(hi)));
    if (share <= PANEL_ERROR || hi - lo <= NARROWEST * size) {
        for (int m = 0; m < MOMENTS; m++) q->total[m] += left[m] + right[m];
        q->open += share;
        if (share > q->worst) q->worst = share, q->worst_at = middle;
        return ALV_OK;
    }
    if (q->panels > MOST_PANELS)
        return alv_fail(q->error, ALV_ERR_UNSUPPORTED, "f",
                        "f is too rough near %.6g to integrate; it must be computed in double, "
                        "and have its jumps listed",
                        middle);
    ALV_TRY(refine(q, lo, middle, left));
    return refine(q, middle, hi, right);
}

static alv_status survey(integral *q, double lo, double hi)
{
    double moment[MOMENTS];
    ALV_TRY(measure(moment, q, lo, hi));
    for (int m = 0; m < MOMENTS; m++) {
        q->scale[m] += moment[m];
        if (lo <= -REACH || hi >= REACH) q->edge[m] += moment[m];
    }
    return ALV_OK;
}

static alv_status integrate(integral *q, double lo, double hi)
{
    double moment[MOMENTS];
    ALV_TRY(measure(moment, q, lo, hi));
    return refine(q, lo, hi, moment);
}

/* Visits the first panels from left to right. */
static alv_status each_panel(integral *q, alv_status (*visit)(integral *, double, double))
{
    const alv_act_function *g = q->function;
    double lo = -REACH;
    for (int i = 0; i <= g->n_kinks && lo < REACH; i++) {
        double hi = i < g->n_kinks ? alv_min(g->kinks[i], REACH) : REACH;
        if (hi <= lo) continue;
        int n = (int)alv_ceil((hi - lo) / WIDEST);
        double at = lo;
        for (int k = 1; k <= n; k++) {
            double next = k < n ? lo + (hi - lo) * k / n : hi;
            ALV_TRY(visit(q, at, next));
            at = next;
        }
        lo = hi;
    }
    return ALV_OK;
}

/* What the errors are measured against. Where f hardly varies, the rounding of its values must not
 * count: hence the floors, in shares of E f^2. */
static alv_status set_scales(integral *q)
{
    ALV_TRY(each_panel(q, survey));
    double *scale = q->scale, most = scale[SECOND] + q->pivot * q->pivot;
    for (int m = SECOND; m < MOMENTS; m++)
        if (!alv_isfinite(scale[m]) || q->edge[m] > 1e-10 * scale[m])
            return alv_fail(q->error, ALV_ERR_RANGE, "f",
                            "%s grows too fast: under a standard normal its square has no mean "
                            "within reach",
                            m == SECOND ? "f" : "f'");
    scale[SECOND] = alv_max(scale[SECOND], 1e-18 * most);
    scale[SLOPE] = alv_max(scale[SLOPE], 1e-14 * most);
    scale[MEAN] = alv_sqrt(alv_max(scale[SECOND], 1e-6 * most));
    return ALV_OK;
}

static alv_status check_function(const alv_act_function *g, alv_error *error)
{
    if (!g || !g->f) return alv_fail(error, ALV_ERR_ARGUMENT, "function", "there is no f");
    if (g->n_kinks < 0 || (g->n_kinks > 0 && !g->kinks) || g->n_kinks > MOST_PANELS / 4)
        return alv_fail(error, ALV_ERR_ARGUMENT, "kinks", "%d kinks cannot be", g->n_kinks);
    for (int i = 0; i < g->n_kinks; i++)
        if (!alv_isfinite(g->kinks[i]) || (i > 0 && !(g->kinks[i] > g->kinks[i - 1])))
            return alv_fail(error, ALV_ERR_ARGUMENT, "kinks",
                            "kink %d is %g; kinks must be finite and increasing", i, g->kinks[i]);
    return ALV_OK;
}

alv_status alv_act_gain_of(alv_gain *out, const alv_act_function *function, alv_error *error)
{
    if (!out) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "no place for the gains");
    ALV_TRY(check_function(function, error));
    integral q = {.function = function, .error = error};
    make_rule(&q);
    ALV_TRY(call(&q.pivot, &q, false, 0.1));
    ALV_TRY(set_scales(&q));
    ALV_TRY(each_panel(&q, integrate));
    if (q.open > TOTAL_ERROR)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, "f",
                        "f jumps, or is too steep, near %.6g; list the place among the kinks, or "
                        "give df",
                        q.worst_at);
    const double *m = q.total, mean = q.pivot + m[MEAN];
    double variance = alv_max(0, m[SECOND] - m[MEAN] * m[MEAN]);
    double second = variance + mean * mean;
    *out = (alv_gain){
        .mean = mean,
        .second = second,
        .slope = m[SLOPE],
        .forward = 1 / alv_sqrt(second),
        .backward = 1 / alv_sqrt(m[SLOPE]),
        .variance = 1 / alv_sqrt(variance),
    };
    return ALV_OK;
}
