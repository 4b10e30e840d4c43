/* Two-time mean field of a plain recurrent layer: as of an LSTM (lstm.c),
 *
 *     E h_s h_t = E f(z_s) f(z_t),   E dz_s dz_t = E dh_s dh_t E f'(z_s) f'(z_t)
 *
 * of normal z with E z_s z_t = V_x(s, t) + n r^2 E h_(s-1) h_(t-1), and dh what arrives and R' dz
 * of the next step; the covariances by series (series.h). */
#include "theory/recurrent_parts.h"

#include "math/math.h"

static double correlation(const alv_steps *f, int s, int t)
{
    const double both = alv_sqrt(f->of[s].gate[0].variance * f->of[t].gate[0].variance);
    return both > 0 ? alv_steps_between(f, s, t) / both : 0;
}

/* E h h' of two states at one step that have `fed` in common beside R h. */
static double alike(const alv_steps *f, const alv_curve *z, double fed, double before)
{
    const double both = fed + f->in->recurrent * before;
    return alv_series_product(&z->f, &z->f, z->variance > 0 ? both / z->variance : 0);
}

void alv_rnn_forward(alv_steps *f, int t)
{
    alv_curve *z = &f->of[t].gate[0];
    z->variance = alv_steps_between(f, t, t);
    alv_series_of(&z->f, &z->slope, f->in->act, f->in->bias[0], z->variance);
    f->mean[t] = z->f.at[0];
    for (int k = 0; k < ALV_APARTS; k++)
        f->apart[k][t].h = alike(f, z, alv_steps_common(f, k), f->apart[k][t - 1].h);
    f->hidden[t][t] = z->f.square;
    for (int s = 1; s < t; s++)
        f->hidden[s][t] = alv_series_product(&f->of[s].gate[0].f, &z->f, correlation(f, s, t));
}

void alv_rnn_backward(alv_steps *f, int s)
{
    const alv_curve *z = &f->of[s].gate[0];
    for (int t = s; t <= f->n; t++) {
        const double slopes =
            s == t ? z->slope.square
                   : alv_series_product(&z->slope, &f->of[t].gate[0].slope, correlation(f, s, t));
        f->dh[t] = alv_steps_arrive(f, s, t);
        f->dz[t] = f->sent[t] = f->dh[t] * slopes;
    }
}
