/* Random nets, layer by layer. Plain loops: these experiments take seconds. */
#include "reproduce/rig.h"

#include <math.h>
#include <string.h>

#include "base/base.h"
#include "train/fill.h"

enum { SEED = 2024 };

alv_status alv_rig_make(alv_rig *out, int64_t depth, int64_t width, const char *act,
                        const char *weights, const char *biases, alv_error *error)
{
    *out = (alv_rig){.depth = depth, .width = width};
    ALV_TRY(alv_act_parse(&out->act, act, error));
    ALV_TRY(alv_scheme_parse(&out->weights, weights, error));
    ALV_TRY(alv_scheme_parse(&out->biases, biases, error));
    const size_t units = (size_t)(depth * width);
    out->x = alv_new_array((size_t)width, sizeof(double));
    out->w = alv_new_array(units, (size_t)width * sizeof(double));
    out->b = alv_new_array(units, sizeof(double));
    out->z[0] = alv_new_array(units, sizeof(double));
    out->z[1] = alv_new_array(units, sizeof(double));
    out->g = alv_new_array(units, sizeof(double));
    if (!out->x || !out->w || !out->b || !out->z[0] || !out->z[1] || !out->g)
        return alv_fail(error, ALV_ERR_MEMORY, "width", "no memory for %lld layers of %lld units",
                        depth, width);
    return ALV_OK;
}

void alv_rig_free(alv_rig *rig)
{
    free(rig->x);
    free(rig->w);
    free(rig->b);
    free(rig->z[0]);
    free(rig->z[1]);
    free(rig->g);
}

alv_status alv_rig_draw(alv_rig *rig, int64_t net, alv_error *error)
{
    const int64_t n = rig->width;
    for (int64_t l = 0; l < rig->depth; l++) {
        alv_tensor w = {.rank = 2, .shape = {n, n}, .dtype = ALV_F64, .act = rig->act};
        alv_tensor b = {.role = ALV_ROLE_BIAS,
                        .rank = 1,
                        .shape = {n},
                        .dtype = ALV_F64,
                        .fan_in = (double)n,
                        .fan_out = (double)n};
        alv_text_format(w.name, sizeof w.name, "net%lld.fc%lld.weight", net, l + 1);
        alv_text_format(b.name, sizeof b.name, "net%lld.fc%lld.bias", net, l + 1);
        ALV_TRY(alv_fill_param(rig->w + l * n * n, &rig->weights, &w, SEED, error));
        ALV_TRY(alv_fill_param(rig->b + l * n, &rig->biases, &b, SEED, error));
    }
    return ALV_OK;
}

/* Four sums at a time, so that each does not wait for the last. */
static double dot(const double *a, const double *b, int64_t n)
{
    double s[4] = {0};
    int64_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (int k = 0; k < 4; k++) s[k] += a[i + k] * b[i + k];
    for (; i < n; i++) s[0] += a[i] * b[i];
    return (s[0] + s[1]) + (s[2] + s[3]);
}

void alv_rig_forward(alv_rig *rig, int which, const double *x)
{
    const int64_t n = rig->width;
    double *h = rig->g; /* the first layers' gradients come later */
    memcpy(h, x, (size_t)n * sizeof *h);
    for (int64_t l = 0; l < rig->depth; l++) {
        double *z = rig->z[which] + l * n;
        for (int64_t i = 0; i < n; i++)
            z[i] = dot(rig->w + (l * n + i) * n, h, n) + rig->b[l * n + i];
        for (int64_t i = 0; i < n; i++) h[i] = rig->act.act->f(z[i], rig->act.param);
    }
}

alv_status alv_rig_pass(alv_rig *rig, int64_t net, double rms, alv_error *error)
{
    ALV_TRY(alv_rig_draw(rig, net, error));
    alv_rig_normals(rig->x, rig->width, "input", net);
    for (int64_t i = 0; i < rig->width; i++) rig->x[i] *= rms;
    alv_rig_forward(rig, 0, rig->x);
    return ALV_OK;
}

void alv_rig_backward(alv_rig *rig, int64_t net)
{
    const int64_t n = rig->width;
    alv_rig_normals(rig->g + (rig->depth - 1) * n, n, "gradient", net);
    for (int64_t l = rig->depth - 2; l >= 0; l--) {
        const double *above = rig->g + (l + 1) * n, *w = rig->w + (l + 1) * n * n;
        double *g = rig->g + l * n;
        memset(g, 0, (size_t)n * sizeof *g);
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < n; j++) g[j] += w[i * n + j] * above[i];
        for (int64_t j = 0; j < n; j++)
            g[j] *= rig->act.act->df(rig->z[0][l * n + j], rig->act.param);
    }
}

void alv_rig_normals(double *out, int64_t n, const char *name, int64_t index)
{
    char stream[64];
    const alv_dist normal = alv_dist_normal(0, 1);
    alv_text_format(stream, sizeof stream, "%s.%lld", name, index);
    alv_dist_fill(out, ALV_F64, 0, n, &normal, alv_stream_make(SEED, stream, NULL), NULL, NULL);
}

void alv_rig_axes(double *u, double *v, int64_t n, int64_t net)
{
    alv_rig_normals(u, n, "input", net);
    alv_rig_normals(v, n, "other", net);
    const double along = dot(u, v, n) / dot(u, u, n);
    for (int64_t i = 0; i < n; i++) v[i] -= along * u[i];
    const double uu = alv_rig_mean_square(u, n), vv = alv_rig_mean_square(v, n);
    for (int64_t i = 0; i < n; i++) u[i] /= sqrt(uu), v[i] /= sqrt(vv);
}

double alv_rig_mean_square(const double *x, int64_t n)
{
    return dot(x, x, n) / (double)n;
}

/* out = w D j, D the slopes of layer l. */
static void chain(double *out, const alv_rig *rig, int64_t l, const double *j)
{
    const int64_t n = rig->width;
    const double *w = rig->w + (l + 1) * n * n;
    memset(out, 0, (size_t)(n * n) * sizeof *out);
    for (int64_t k = 0; k < n; k++) {
        const double slope = rig->act.act->df(rig->z[0][l * n + k], rig->act.param);
        for (int64_t i = 0; i < n && slope != 0; i++) {
            const double factor = w[i * n + k] * slope;
            for (int64_t c = 0; c < n; c++) out[i * n + c] += factor * j[k * n + c];
        }
    }
}

alv_status alv_rig_spread(double *out, const alv_rig *rig, alv_error *error)
{
    const int64_t n = rig->width;
    double *j = alv_new_array((size_t)(n * n), sizeof *j), mean = 0, square = 0;
    double *next = alv_new_array((size_t)(n * n), sizeof *next);
    if (!j || !next) {
        free(j), free(next);
        return alv_fail(error, ALV_ERR_MEMORY, "width", "no memory for a Jacobian");
    }
    for (int64_t i = 0; i < n; i++) j[i * (n + 1)] = 1;
    for (int64_t l = 0; l + 1 < rig->depth; l++) {
        chain(next, rig, l, j);
        double *swap = j;
        j = next, next = swap;
    }
    for (int64_t a = 0; a < n; a++)
        for (int64_t b = 0; b < n; b++) {
            const double product = dot(j + a * n, j + b * n, n);
            if (a == b) mean += product / (double)n;
            square += product * product / (double)n;
        }
    *out = square / (mean * mean) - 1;
    free(j);
    free(next);
    return ALV_OK;
}
