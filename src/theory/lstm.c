/* Two-time mean field of an LSTM.
 *
 * That the recurrent weights are the same at every step makes what they add alike at neighbouring
 * steps, since h is: a cell then adds up values of one sign, and so does its gradient on its way
 * back. Taking weights as drawn anew at every step (Gilboa et al. 2019, arXiv:1901.08987) loses
 * that, and with a memory of 50 steps more than half of the gradient. So covariances of all pairs
 * of steps s <= t are followed, R being independent of what it multiplies:
 *
 *     E z_s z_t = V_x(s, t) + n r^2 E h_(s-1) h_(t-1)                        of every gate
 *     E c_s c_t = E f E c_s c_(t-1) + E c_s i_t g_t                          s < t
 *     E c_t^2   = E f^2 E c_(t-1)^2 + E i^2 E g^2 + 2 E f E c_(t-1) i_t g_t
 *     E h_s h_t = E o_s o_t E tanh(c_s) tanh(c_t)
 *
 * and back, D = E dc_s dc_t and H = E dh_s dh_t, the latter being what arrives and n r^2 times the
 * sum over gates of E dz_(s+1) dz_(t+1):
 *
 *     dc_t = dh_t o tanh'(c_t) + f_(t+1) dc_(t+1)
 *     dz_i, dz_f, dz_g = dc (g i', c_(t-1) f', i g'),   dz_o = dh tanh(c) o'
 *
 * Functions of two different steps are taken to first order in their covariance, E f(a) f(b) = E f
 * E f + E f' E f' cov(a, b) (Price's theorem), those of one step exactly; c is taken as normal, and
 * gradients as independent of signals. */
#include "theory/recurrent_parts.h"

#include "theory/population.h"

static alv_means means_of(const char *name, double mean, double variance)
{
    alv_act_spec act = {0};
    alv_population p;
    alv_act_parse(&act, name, NULL);
    alv_population_of(&p, act, mean, variance, 0, 1);
    return (alv_means){p.mean, p.square, p.gain, p.slope2};
}

static double product(alv_means a, alv_means b, double covariance)
{
    return a.mean * b.mean + a.slope * b.slope * covariance;
}

/* What is fed to all steps of both is alike, so that steps add up as those of one sample do. */
static void set_apart(alv_steps *f, int t, int k)
{
    const alv_means *gate = f->lstm[t].gate;
    const alv_apart *before = &f->apart[k][t - 1];
    alv_apart *now = &f->apart[k][t];
    const double both = alv_steps_common(f, k) + f->in->recurrent * before->h;
    const double adds = product(gate[ALV_GATE_INPUT], gate[ALV_GATE_INPUT], both) *
                        product(gate[ALV_GATE_CELL], gate[ALV_GATE_CELL], both);
    const double keeps = gate[ALV_GATE_FORGET].mean;
    now->c = product(gate[ALV_GATE_FORGET], gate[ALV_GATE_FORGET], both) * before->c + adds +
             2 * keeps * before->with;
    now->with = keeps * before->with + adds;
    now->h = product(gate[ALV_GATE_OUTPUT], gate[ALV_GATE_OUTPUT], both) *
             product(f->lstm[t].out, f->lstm[t].out, now->c);
}

void alv_lstm_forward(alv_steps *f, int t)
{
    alv_lstm_step *now = &f->lstm[t];
    const alv_means *gate = now->gate;
    double with = 0; /* E c_s i_t g_t */
    for (int k = 0; k < ALV_GATES; k++)
        now->gate[k] = means_of(k == ALV_GATE_CELL ? "tanh" : "sigmoid", f->in->bias[k],
                                alv_steps_between(f, t, t));
    for (int s = 1; s < t; s++) {
        const alv_means *then = f->lstm[s].gate;
        const double both = alv_steps_between(f, s, t);
        with = then[ALV_GATE_FORGET].mean * with +
               product(then[ALV_GATE_INPUT], gate[ALV_GATE_INPUT], both) *
                   product(then[ALV_GATE_CELL], gate[ALV_GATE_CELL], both);
        f->other[s][t] = gate[ALV_GATE_FORGET].mean * f->other[s][t - 1] + with;
    }
    const double c = gate[ALV_GATE_FORGET].square * f->other[t - 1][t - 1] +
                     gate[ALV_GATE_INPUT].square * gate[ALV_GATE_CELL].square +
                     2 * gate[ALV_GATE_FORGET].mean * with;
    f->other[t][t] = c;
    now->out = means_of("tanh", 0, c);
    for (int s = 1; s < t; s++)
        f->hidden[s][t] = product(f->lstm[s].gate[ALV_GATE_OUTPUT], gate[ALV_GATE_OUTPUT],
                                  alv_steps_between(f, s, t)) *
                          product(f->lstm[s].out, now->out, f->other[s][t]);
    f->hidden[t][t] = gate[ALV_GATE_OUTPUT].square * now->out.square;
    for (int k = 0; k < ALV_APARTS; k++) set_apart(f, t, k);
}

/* The sum over gates of E dz_s dz_t. */
static double gates_between(const alv_steps *f, int s, int t)
{
    const alv_means *a = f->lstm[s].gate, *b = f->lstm[t].gate;
    const alv_means out = f->lstm[s].out, later = f->lstm[t].out;
    if (s == t)
        return f->dc[s] * (a[ALV_GATE_INPUT].square * a[ALV_GATE_CELL].slope2 +
                           f->other[s - 1][s - 1] * a[ALV_GATE_FORGET].slope2 +
                           a[ALV_GATE_CELL].square * a[ALV_GATE_INPUT].slope2) +
               f->dh[s] * out.square * a[ALV_GATE_OUTPUT].slope2;
    const double both = alv_steps_between(f, s, t);
    const double g = product(a[ALV_GATE_CELL], b[ALV_GATE_CELL], both);
    const double in = product(a[ALV_GATE_INPUT], b[ALV_GATE_INPUT], both);
    return f->dc[t] *
               (in * a[ALV_GATE_CELL].slope * b[ALV_GATE_CELL].slope +
                f->other[s - 1][t - 1] * a[ALV_GATE_FORGET].slope * b[ALV_GATE_FORGET].slope +
                g * a[ALV_GATE_INPUT].slope * b[ALV_GATE_INPUT].slope) +
           f->dh[t] * product(out, later, f->other[s][t]) * a[ALV_GATE_OUTPUT].slope *
               b[ALV_GATE_OUTPUT].slope;
}

void alv_lstm_backward(alv_steps *f, int s)
{
    const alv_lstm_step *now = &f->lstm[s], *next = &f->lstm[s + 1];
    const double opens = now->gate[ALV_GATE_OUTPUT].mean * now->out.slope;
    double with = 0; /* E dh_s dc_t */
    for (int t = f->n; t >= s; t--) f->dh[t] = alv_steps_arrive(f, s, t);
    for (int t = f->n; t > s; t--) {
        const alv_lstm_step *later = &f->lstm[t];
        with = later->gate[ALV_GATE_OUTPUT].mean * later->out.slope * f->dh[t] +
               (t < f->n ? f->lstm[t + 1].gate[ALV_GATE_FORGET].mean * with : 0);
        f->dc[t] = next->gate[ALV_GATE_FORGET].mean * f->dc_after[t] + opens * with;
    }
    f->dc[s] = f->dh[s] * now->gate[ALV_GATE_OUTPUT].square * now->out.slope2;
    if (s < f->n)
        f->dc[s] += next->gate[ALV_GATE_FORGET].square * f->dc_after[s + 1] +
                    2 * next->gate[ALV_GATE_FORGET].mean * opens * with;
    for (int t = s; t <= f->n; t++) f->dz[t] = f->sent[t] = gates_between(f, s, t);
}
