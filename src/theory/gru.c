/* Two-time mean field of a GRU (Cho et al. 2014), h_t = u h_(t-1) + (1 - u) n with the new state n
 * = tanh(z_n), whose R h goes through the reset r before R or behind it: for independent weights
 * both give the same, but for a bias b that is reset with it. As of an LSTM (lstm.c), for s < t:
 *
 *     E z_n z_n'  = V_x(s, t) + E r_s r_t (n r^2 E h_(s-1) h_(t-1) + E b^2), the mean of r b off
 *     E h_s n_t   = E (1 - u_s) E n_s n_t + E u_s E h_(s-1) n_t                   for any s and t
 *     E h_s h_t   = E u_t E h_s h_(t-1) + E (1 - u_s)(1 - u_t) E n_s n_t
 *                   + E u_s (1 - u_t) E h_(s-1) n_t
 *     E h_t^2     = E u^2 E h_(t-1)^2 + E (1 - u)^2 E n^2 + 2 E u (1 - u) E h_(t-1) n_t
 *
 * and back, with what arrives at h and comes through R as a_t:
 *
 *     dh_t = a_t + u_(t+1) dh_(t+1)
 *     dz_u = dh (h_(t-1) - n) u',   dz_n = dh (1 - u) n',   dz_r = dz_n (R h_(t-1) + b) r'
 *
 * of which dz_u and dz_r go through R whole and dz_n times r. */
#include "theory/recurrent_parts.h"

#include "math/math.h"

static double ratio(double both, double a, double b)
{
    const double most = alv_sqrt(a * b);
    return most > 0 ? both / most : 0;
}

/* E z_s z_t of the update or the reset without its bias, and their correlation. */
static double between(const alv_steps *f, int gate, int s, int t)
{
    return alv_max(alv_steps_between(f, s, t) + f->in->extra[gate], 0);
}

static double alike(const alv_steps *f, int gate, int s, int t)
{
    return ratio(between(f, gate, s, t), f->of[s].gate[gate].variance,
                 f->of[t].gate[gate].variance);
}

static double resets(const alv_steps *f, int s, int t)
{
    const alv_series *a = &f->of[s].gate[ALV_GATE_RESET].f, *b = &f->of[t].gate[ALV_GATE_RESET].f;
    return s == t ? a->square : alv_series_product(a, b, alike(f, ALV_GATE_RESET, s, t));
}

/* E z_n z_n' without the mean. */
static double new_between(const alv_steps *f, int s, int t)
{
    const double means = f->of[s].gate[ALV_GATE_RESET].f.at[0] *
                         f->of[t].gate[ALV_GATE_RESET].f.at[0] * f->in->reset * f->in->reset;
    const double through = f->in->recurrent * f->hidden[s - 1][t - 1];
    return alv_steps_fed(f, s, t) + f->in->extra[ALV_GATE_NEW] +
           resets(f, s, t) * (through + f->in->reset2) - means;
}

static double new_alike(const alv_steps *f, int s, int t)
{
    return ratio(new_between(f, s, t), f->of[s].gate[ALV_GATE_NEW].variance,
                 f->of[t].gate[ALV_GATE_NEW].variance);
}

static double news(const alv_steps *f, int s, int t)
{
    const alv_series *a = &f->of[s].gate[ALV_GATE_NEW].f, *b = &f->of[t].gate[ALV_GATE_NEW].f;
    return s == t ? a->square : alv_series_product(a, b, new_alike(f, s, t));
}

static void set_gate(alv_steps *f, int t, int gate, const char *act, double mean, double variance)
{
    alv_curve *c = &f->of[t].gate[gate];
    alv_act_spec spec = {0};
    alv_act_parse(&spec, act, NULL);
    c->variance = variance;
    alv_series_of(&c->f, &c->slope, spec, mean, variance);
}

/* E n n' of two states that have `fed` in common beside what comes of their h, `before`. */
static double apart(const alv_steps *f, int t, double fed, double before)
{
    const alv_curve *n = &f->of[t].gate[ALV_GATE_NEW], *r = &f->of[t].gate[ALV_GATE_RESET];
    const double through = f->in->recurrent * before;
    const double gates = fed + f->in->extra[ALV_GATE_RESET] + through;
    const double both = alv_series_product(&r->f, &r->f, ratio(gates, r->variance, r->variance));
    const double mean = r->f.at[0] * f->in->reset;
    const double shared =
        fed + f->in->extra[ALV_GATE_NEW] + both * (through + f->in->reset2) - mean * mean;
    return alv_series_product(&n->f, &n->f, ratio(shared, n->variance, n->variance));
}

static void set_together(alv_steps *f, int t)
{
    const double keeps = f->of[t].gate[ALV_GATE_UPDATE].f.at[0];
    const double mean = f->of[t].gate[ALV_GATE_NEW].f.at[0];
    f->mean[t] = keeps * f->mean[t - 1] + (1 - keeps) * mean;
    for (int k = 0; k < ALV_APARTS; k++) {
        const double before = f->apart[k][t - 1].h;
        f->apart[k][t].h =
            keeps * before + (1 - keeps) * apart(f, t, alv_steps_common(f, k), before);
    }
}

void alv_gru_forward(alv_steps *f, int t)
{
    const double *bias = f->in->bias;
    const alv_series *update = &f->of[t].gate[ALV_GATE_UPDATE].f;
    set_gate(f, t, ALV_GATE_UPDATE, "sigmoid", bias[ALV_GATE_UPDATE],
             between(f, ALV_GATE_UPDATE, t, t));
    set_gate(f, t, ALV_GATE_RESET, "sigmoid", bias[ALV_GATE_RESET],
             between(f, ALV_GATE_RESET, t, t));
    const double mean = bias[ALV_GATE_NEW] + f->of[t].gate[ALV_GATE_RESET].f.at[0] * f->in->reset;
    set_gate(f, t, ALV_GATE_NEW, "tanh", mean, alv_max(new_between(f, t, t), 0));
    const alv_series lets = alv_series_rest(update);
    for (int s = 1; s < t; s++) {
        const alv_series *then = &f->of[s].gate[ALV_GATE_UPDATE].f;
        const alv_series let = alv_series_rest(then);
        const double both = news(f, s, t), c = alike(f, ALV_GATE_UPDATE, s, t), keeps = then->at[0];
        f->hidden[s][t] = update->at[0] * f->hidden[s][t - 1] +
                          alv_series_product(&let, &lets, c) * both +
                          alv_series_product(then, &lets, c) * f->other[s - 1][t];
        f->other[s][t] = (1 - keeps) * both + keeps * f->other[s - 1][t];
        f->other[t][s] = lets.at[0] * both + update->at[0] * f->other[t - 1][s];
    }
    const double both = f->of[t].gate[ALV_GATE_NEW].f.square, before = f->other[t - 1][t];
    f->hidden[t][t] = update->square * f->hidden[t - 1][t - 1] + lets.square * both +
                      2 * (update->at[0] - update->square) * before;
    f->other[t][t] = lets.at[0] * both + update->at[0] * before;
    set_together(f, t);
}

static double slopes(const alv_steps *f, int gate, int s, int t, double c)
{
    const alv_series *a = &f->of[s].gate[gate].slope, *b = &f->of[t].gate[gate].slope;
    return s == t ? a->square : alv_series_product(a, b, c);
}

/* E (h_(s-1) - n_s)(h_(t-1) - n_t). */
static double changes(const alv_steps *f, int s, int t)
{
    return f->hidden[s - 1][t - 1] - f->other[s - 1][t] - f->other[t - 1][s] + news(f, s, t);
}

/* E dh_s dh_t g(u_t) over E g: dh_s has u_t in it, in the part of it that is dh_t passed on. */
static double arrived(const alv_steps *f, int s, int t, double passed, double with)
{
    const alv_series *u = &f->of[t].gate[ALV_GATE_UPDATE].f;
    return s == t ? f->dh[t] : f->dh[t] + passed * f->grows[t] * (with - u->at[0]);
}

static void set_gates(alv_steps *f, int s, int t, double passed)
{
    const alv_curve *u = &f->of[t].gate[ALV_GATE_UPDATE];
    const alv_series a = alv_series_rest(&f->of[s].gate[ALV_GATE_UPDATE].f);
    const alv_series b = alv_series_rest(&u->f);
    const double c = alike(f, ALV_GATE_UPDATE, s, t), reset = resets(f, s, t);
    const double lets = s == t ? a.square : alv_series_product(&a, &b, c);
    const double with_lets = b.at[0] > 0 ? (u->f.at[0] - u->f.square) / b.at[0] : 0;
    const double with_slope =
        u->slope.at[0] > 0 ? alv_series_product(&u->f, &u->slope, 1) / u->slope.at[0] : u->f.at[0];
    const double update = arrived(f, s, t, passed, with_slope) * changes(f, s, t) *
                          slopes(f, ALV_GATE_UPDATE, s, t, c);
    const double new = arrived(f, s, t, passed, with_lets) *
                       lets *slopes(f, ALV_GATE_NEW, s, t, new_alike(f, s, t));
    const double by_reset = new *(f->in->recurrent * f->hidden[s - 1][t - 1] + f->in->reset2) *
                            slopes(f, ALV_GATE_RESET, s, t, alike(f, ALV_GATE_RESET, s, t));
    f->dz[t] = update + new + by_reset;
    f->sent[t] = update + by_reset + reset * new;
}

void alv_gru_backward(alv_steps *f, int s)
{
    const alv_series *next = &f->of[s + 1].gate[ALV_GATE_UPDATE].f;
    double with = 0; /* E a_s dh_t */
    for (int t = f->n; t > s; t--) {
        with = alv_steps_arrive(f, s, t) +
               (t < f->n ? f->of[t + 1].gate[ALV_GATE_UPDATE].f.at[0] * with : 0);
        f->dh[t] = with + next->at[0] * f->dh_after[t];
    }
    f->dh[s] = alv_steps_arrive(f, s, s);
    if (s < f->n) f->dh[s] += next->square * f->dh_after[s + 1] + 2 * next->at[0] * with;
    f->grows[s] = f->dh[s];
    double passed = 1; /* E of the u between, but for the last */
    for (int t = s; t <= f->n; t++) {
        set_gates(f, s, t, passed);
        if (t > s) passed *= f->of[t].gate[ALV_GATE_UPDATE].f.at[0];
    }
}
