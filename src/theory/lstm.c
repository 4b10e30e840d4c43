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
#include "theory/lstm.h"

#include "base/base.h"
#include "math/math.h"
#include "theory/population.h"

enum { SIDE = ALV_LSTM_STEPS + 2 }; /* steps count from 1; there is nothing at both ends */

typedef struct means {
    double mean, square, slope, slope2;
} means;

typedef struct step {
    means gate[ALV_GATES];
    means out; /* tanh of the cell */
} step;

typedef struct follower {
    const alv_lstm_case *in;
    int n;
    step steps[SIDE];
    double nearby[SIDE]; /* powers of in->nearby */
    double hidden[SIDE][SIDE], cell[SIDE][SIDE];
    double arrive[SIDE], near[SIDE];     /* roots of mean squares; powers */
    double dh[SIDE], dc[SIDE], dz[SIDE]; /* covariances of the step s with t >= s, */
    double dc_after[SIDE], dz_after[SIDE], at[SIDE + 1]; /* of s + 1; E dz_t^2 */
} follower;

static void powers(double out[SIDE], double base)
{
    out[0] = 1;
    for (int k = 1; k < SIDE; k++) out[k] = out[k - 1] * base;
}

static means means_of(const char *name, double mean, double variance)
{
    alv_act_spec act = {0};
    alv_population p;
    alv_act_parse(&act, name, NULL);
    alv_population_of(&p, act, mean, variance, 0, 1);
    return (means){p.mean, p.square, p.gain, p.slope2};
}

static double fed(const follower *f, int apart)
{
    return f->in->shared + (f->in->fed - f->in->shared) * f->nearby[apart];
}

/* E z_s z_t of a gate without its bias. */
static double between(const follower *f, int s, int t)
{
    return fed(f, t - s) + f->in->recurrent * f->hidden[s - 1][t - 1];
}

static double product(means a, means b, double covariance)
{
    return a.mean * b.mean + a.slope * b.slope * covariance;
}

static void forward(follower *f, int t)
{
    step *now = &f->steps[t];
    const means *gate = now->gate;
    double with = 0; /* E c_s i_t g_t */
    for (int k = 0; k < ALV_GATES; k++)
        now->gate[k] =
            means_of(k == ALV_GATE_CELL ? "tanh" : "sigmoid", f->in->bias[k], between(f, t, t));
    for (int s = 1; s < t; s++) {
        const means *then = f->steps[s].gate;
        const double both = between(f, s, t);
        with = then[ALV_GATE_FORGET].mean * with +
               product(then[ALV_GATE_INPUT], gate[ALV_GATE_INPUT], both) *
                   product(then[ALV_GATE_CELL], gate[ALV_GATE_CELL], both);
        f->cell[s][t] = gate[ALV_GATE_FORGET].mean * f->cell[s][t - 1] + with;
    }
    const double c = gate[ALV_GATE_FORGET].square * f->cell[t - 1][t - 1] +
                     gate[ALV_GATE_INPUT].square * gate[ALV_GATE_CELL].square +
                     2 * gate[ALV_GATE_FORGET].mean * with;
    f->cell[t][t] = c;
    now->out = means_of("tanh", 0, c);
    for (int s = 1; s < t; s++)
        f->hidden[s][t] =
            product(f->steps[s].gate[ALV_GATE_OUTPUT], gate[ALV_GATE_OUTPUT], between(f, s, t)) *
            product(f->steps[s].out, now->out, f->cell[s][t]);
    f->hidden[t][t] = gate[ALV_GATE_OUTPUT].square * now->out.square;
}

/* The sum over gates of E dz_s dz_t. */
static double gates_between(const follower *f, int s, int t)
{
    const means *a = f->steps[s].gate, *b = f->steps[t].gate;
    const means out = f->steps[s].out, later = f->steps[t].out;
    if (s == t)
        return f->dc[s] * (a[ALV_GATE_INPUT].square * a[ALV_GATE_CELL].slope2 +
                           f->cell[s - 1][s - 1] * a[ALV_GATE_FORGET].slope2 +
                           a[ALV_GATE_CELL].square * a[ALV_GATE_INPUT].slope2) +
               f->dh[s] * out.square * a[ALV_GATE_OUTPUT].slope2;
    const double both = between(f, s, t);
    const double g = product(a[ALV_GATE_CELL], b[ALV_GATE_CELL], both);
    const double in = product(a[ALV_GATE_INPUT], b[ALV_GATE_INPUT], both);
    return f->dc[t] * (in * a[ALV_GATE_CELL].slope * b[ALV_GATE_CELL].slope +
                       f->cell[s - 1][t - 1] * a[ALV_GATE_FORGET].slope * b[ALV_GATE_FORGET].slope +
                       g * a[ALV_GATE_INPUT].slope * b[ALV_GATE_INPUT].slope) +
           f->dh[t] * product(out, later, f->cell[s][t]) * a[ALV_GATE_OUTPUT].slope *
               b[ALV_GATE_OUTPUT].slope;
}

static void backward(follower *f, int s)
{
    const step *now = &f->steps[s], *next = &f->steps[s + 1];
    const double opens = now->gate[ALV_GATE_OUTPUT].mean * now->out.slope;
    double with = 0; /* E dh_s dc_t */
    for (int t = f->n; t >= s; t--)
        f->dh[t] =
            f->in->recurrent * f->dz_after[t + 1] + f->arrive[s] * f->arrive[t] * f->near[t - s];
    for (int t = f->n; t > s; t--) {
        const step *later = &f->steps[t];
        with = later->gate[ALV_GATE_OUTPUT].mean * later->out.slope * f->dh[t] +
               (t < f->n ? f->steps[t + 1].gate[ALV_GATE_FORGET].mean * with : 0);
        f->dc[t] = next->gate[ALV_GATE_FORGET].mean * f->dc_after[t] + opens * with;
    }
    f->dc[s] = f->dh[s] * now->gate[ALV_GATE_OUTPUT].square * now->out.slope2;
    if (s < f->n)
        f->dc[s] += next->gate[ALV_GATE_FORGET].square * f->dc_after[s + 1] +
                    2 * next->gate[ALV_GATE_FORGET].mean * opens * with;
    for (int t = s; t <= f->n; t++) f->dz[t] = gates_between(f, s, t);
    f->at[s] = f->dz[s];
    for (int t = s; t <= f->n; t++) f->dc_after[t] = f->dc[t], f->dz_after[t] = f->dz[t];
}

/* Mean distance from the last of n steps where each has `decay` times what the next has. */
static double age_of(double decay, int n)
{
    double weight = 1, sum = 0, ages = 0;
    for (int k = 0; k < n; k++, weight *= decay) sum += weight, ages += k * weight;
    return ages / sum;
}

static double decay_of(double age, int n)
{
    double lo = 0, hi = 1;
    if (age >= age_of(1, n)) return 1;
    for (int i = 0; i < 40; i++) {
        const double middle = (lo + hi) / 2;
        *(age_of(middle, n) > age ? &hi : &lo) = middle;
    }
    return (lo + hi) / 2;
}

static void follow(alv_lstm_law *out, follower *f)
{
    const int n = f->n;
    double neighbours = 0, both = 0, back = 0, age = 0, pairs = 0, most = 0, arrives = 0;
    for (int t = 1; t <= n; t++) {
        forward(f, t);
        out->all += f->hidden[t][t] / n;
        if (t == 1) continue;
        neighbours += f->hidden[t - 1][t];
        both += alv_sqrt(f->hidden[t - 1][t - 1] * f->hidden[t][t]);
    }
    out->last = f->hidden[n][n];
    out->nearby = both > 0 ? neighbours / both : 0;
    double weight = 1;
    for (int t = n; t > 0; t--, weight *= f->in->decay) arrives += f->arrive[t] = weight;
    for (int t = n; t > 0; t--) f->arrive[t] = alv_sqrt(f->arrive[t] / arrives);
    for (int s = n; s > 0; s--) {
        backward(f, s);
        back += f->at[s];
        age += (n - s) * f->at[s];
        if (s == n) continue;
        pairs += f->dz[s + 1];
        most += alv_sqrt(f->at[s] * f->at[s + 1]);
    }
    out->back = back / ALV_GATES;
    out->decay = back > 0 ? decay_of(age / back, n) : 1;
    out->near = most > 0 ? pairs / most : 0;
}

alv_status alv_lstm_law_of(alv_lstm_law *out, const alv_lstm_case *lstm, alv_error *error)
{
    follower *f = alv_new_array(1, sizeof *f);
    if (!f) return alv_fail(error, ALV_ERR_MEMORY, "lstm", "no memory for its covariances");
    f->in = lstm;
    f->n = lstm->steps < 1 ? 1 : lstm->steps < ALV_LSTM_STEPS ? lstm->steps : ALV_LSTM_STEPS;
    powers(f->nearby, lstm->nearby);
    powers(f->near, lstm->near);
    *out = (alv_lstm_law){0};
    follow(out, f);
    free(f);
    return ALV_OK;
}
