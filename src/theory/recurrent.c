/* From step to step and back, and what is told of all steps together. */
#include "theory/recurrent_parts.h"

#include "base/base.h"
#include "math/math.h"

static const struct {
    int gates;
    alv_step_map *forward, *backward;
} cells[ALV_CELLS] = {
    [ALV_CELL_LSTM] = {4, alv_lstm_forward, alv_lstm_backward},
    [ALV_CELL_GRU] = {3, alv_gru_forward, alv_gru_backward},
    [ALV_CELL_RNN] = {1, alv_rnn_forward, alv_rnn_backward},
};

int alv_cell_gates(alv_cell cell)
{
    return cells[cell].gates;
}

static void powers(double out[ALV_STEP_SIDE], double base)
{
    out[0] = 1;
    for (int k = 1; k < ALV_STEP_SIDE; k++) out[k] = out[k - 1] * base;
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

static void forward(alv_recurrent_law *out, alv_steps *f)
{
    const int n = f->n;
    double neighbours = 0, both = 0;
    for (int t = 1; t <= n; t++) {
        cells[f->in->cell].forward(f, t);
        out->all += f->hidden[t][t] / n;
        out->mean += f->mean[t] / n;
        out->far += f->apart[ALV_APART_STEPS][t].h / n;
        out->common += f->apart[ALV_APART_ROWS][t].h / n;
        out->same += f->apart[ALV_APART_PLACE][t].h / n;
        if (t == 1) continue;
        neighbours += f->hidden[t - 1][t];
        both += alv_sqrt(f->hidden[t - 1][t - 1] * f->hidden[t][t]);
    }
    out->last = f->hidden[n][n];
    out->same_last = f->apart[ALV_APART_PLACE][n].h;
    for (int lag = 0; lag < n; lag++)
        for (int t = lag + 1; t <= n; t++) out->lags[lag] += f->hidden[t - lag][t] / (n - lag);
    out->nearby = both > 0 ? neighbours / both : 0;
}

/* A total of 1. */
static void arrive(alv_steps *f)
{
    double weight = 1, arrives = 0;
    for (int t = f->n; t > 0; t--, weight *= f->in->decay) arrives += f->arrive[t] = weight;
    for (int t = f->n; t > 0; t--) f->arrive[t] = alv_sqrt(f->arrive[t] / arrives);
}

static void backward(alv_recurrent_law *out, alv_steps *f)
{
    const int n = f->n;
    double back = 0, age = 0, pairs = 0, most = 0, after = 0;
    arrive(f);
    for (int s = n; s > 0; s--) {
        cells[f->in->cell].backward(f, s);
        const double here = f->dz[s];
        back += here;
        age += (n - s) * here;
        if (s < n) {
            pairs += f->dz[s + 1];
            most += alv_sqrt(here * after);
        }
        after = here;
        for (int t = s; t <= n; t++) {
            f->dh_after[t] = f->dh[t];
            f->dc_after[t] = f->dc[t];
            f->sent_after[t] = f->sent[t];
        }
    }
    out->back = back / cells[f->in->cell].gates;
    out->decay = back > 0 ? decay_of(age / back, n) : 1;
    out->near = most > 0 ? pairs / most : 0;
}

alv_status alv_recurrent_law_of(alv_recurrent_law *out, const alv_recurrent_case *layer,
                                alv_error *error)
{
    const int most = ALV_RECURRENT_STEPS;
    alv_steps *f = alv_new_array(1, sizeof *f);
    if (!f)
        return alv_fail(error, ALV_ERR_MEMORY, "recurrent layer", "no memory for its covariances");
    f->in = layer;
    f->n = layer->steps < 1 ? 1 : layer->steps < most ? layer->steps : most;
    powers(f->nearby, layer->nearby);
    powers(f->near, layer->near);
    *out = (alv_recurrent_law){0};
    forward(out, f);
    backward(out, f);
    free(f);
    return ALV_OK;
}
