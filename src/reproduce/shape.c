/* Deep kernel shaping. Output shift and scale follow from the first two conditions; input scale and
 * shift are found by Newton's method on the last two. Integrals are sums over a fine grid, which
 * for smooth functions of a Gaussian are exact to rounding. */
#include "reproduce/shape.h"

#include <math.h>

#include "base/base.h"

static double density(double z)
{
    return exp(-z * z / 2) / 2.5066282746310002;
}

double alv_shape_at(const alv_shape *s, double z)
{
    return s->out_scale *
           (s->act.act->f(s->in_scale * z + s->in_shift, s->act.param) + s->out_shift);
}

static double slope_at(const alv_shape *s, double z)
{
    return s->out_scale * s->in_scale * s->act.act->df(s->in_scale * z + s->in_shift, s->act.param);
}

void alv_shape_look(alv_shape_moments *out, const alv_shape *shape)
{
    const double step = 0.01;
    *out = (alv_shape_moments){0};
    for (int i = -900; i <= 900; i++) {
        const double z = i * step, weight = step * density(z);
        const double f = alv_shape_at(shape, z), df = slope_at(shape, z);
        out->mean += weight * f;
        out->square += weight * f * f;
        out->square_map += weight * f * df * z;
        out->slope += weight * df * df;
    }
}

/* Sets the output's shift and scale, for the first two conditions. */
static void standardize(alv_shape *shape)
{
    alv_shape_moments m;
    shape->out_shift = 0, shape->out_scale = 1;
    alv_shape_look(&m, shape);
    shape->out_shift = -m.mean;
    shape->out_scale = 1 / sqrt(m.square - m.mean * m.mean);
}

static void miss(double out[2], alv_shape *shape, double scale, double shift, double slope)
{
    alv_shape_moments m;
    shape->in_scale = scale, shape->in_shift = shift;
    standardize(shape);
    alv_shape_look(&m, shape);
    out[0] = m.square_map - 1;
    out[1] = m.slope - slope;
}

alv_status alv_shape_dks(alv_shape *out, alv_act_spec act, double slope, alv_error *error)
{
    alv_shape shape = {.act = act};
    double a = 0.2, b = 0.4, at[2], da[2], db[2];
    const double h = 1e-6;
    for (int i = 0; i < 100; i++) {
        miss(da, &shape, a + h, b, slope);
        miss(db, &shape, a, b + h, slope);
        miss(at, &shape, a, b, slope);
        if (fabs(at[0]) + fabs(at[1]) < 1e-12) break;
        for (int k = 0; k < 2; k++) da[k] = (da[k] - at[k]) / h, db[k] = (db[k] - at[k]) / h;
        const double d = da[0] * db[1] - da[1] * db[0];
        const double step_a = (at[0] * db[1] - at[1] * db[0]) / d;
        const double step_b = (da[0] * at[1] - da[1] * at[0]) / d;
        a -= fmax(-a / 2, fmin(a / 2, step_a));
        b -= fmax(-0.2, fmin(0.2, step_b));
    }
    miss(at, &shape, a, b, slope);
    if (!(fabs(at[0]) + fabs(at[1]) < 1e-9))
        return alv_fail(error, ALV_ERR_RANGE, "shape", "%s has no shape of slope %g", act.act->name,
                        slope);
    *out = shape;
    return ALV_OK;
}

double alv_shape_correlation(const alv_shape *shape, double c)
{
    const double step = 0.1, other = sqrt(1 - c * c);
    double sum = 0;
    for (int i = -70; i <= 70; i++) {
        const double u = i * step, f = alv_shape_at(shape, u);
        double inner = 0;
        for (int k = -70; k <= 70; k++)
            inner += step * density(k * step) * alv_shape_at(shape, c * u + other * k * step);
        sum += step * density(u) * f * inner;
    }
    return sum;
}

/* ---- as an activation of the engine ---- */

enum { CHUNK = 256 };

static _Thread_local const alv_shape *now;

static double f(double x, double param)
{
    (void)param;
    return alv_shape_at(now, x);
}

static double df(double x, double param)
{
    (void)param;
    return slope_at(now, x);
}

static void forward(float *y, const float *x, int64_t n, double param)
{
    const float a = (float)now->in_scale, b = (float)now->in_shift;
    const float g = (float)now->out_scale, d = (float)now->out_shift;
    (void)param;
    for (int64_t i = 0; i < n; i++) y[i] = a * x[i] + b;
    now->act.act->forward_f32(y, y, n, now->act.param);
    for (int64_t i = 0; i < n; i++) y[i] = g * (y[i] + d);
}

static void backward(float *dx, const float *dy, const float *x, const float *y, int64_t n,
                     double param)
{
    const float a = (float)now->in_scale, b = (float)now->in_shift;
    const float g = (float)now->out_scale, d = (float)now->out_shift;
    float u[CHUNK], v[CHUNK];
    (void)param;
    for (int64_t from = 0; from < n; from += CHUNK) {
        const int64_t some = n - from < CHUNK ? n - from : CHUNK;
        for (int64_t i = 0; i < some; i++) {
            u[i] = a * x[from + i] + b;
            v[i] = y[from + i] / g - d;
        }
        now->act.act->backward_f32(dx + from, dy + from, u, v, some, now->act.param);
        for (int64_t i = 0; i < some; i++) dx[from + i] *= g * a;
    }
}

alv_act_spec alv_shape_act(const alv_shape *shape)
{
    static const alv_act act = {.name = "shaped",
                                .aliases = "",
                                .formula = "g (act(a x + b) + d)",
                                .f = f,
                                .df = df,
                                .forward_f32 = forward,
                                .backward_f32 = backward};
    now = shape;
    return (alv_act_spec){.act = &act};
}
