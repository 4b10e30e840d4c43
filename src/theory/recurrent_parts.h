/* Inside the laws of recurrent layers: what the cells share. Steps count from 1; there is nothing
 * at both ends. */
#ifndef ALV_THEORY_RECURRENT_PARTS_H
#define ALV_THEORY_RECURRENT_PARTS_H

#include "theory/recurrent.h"
#include "theory/series.h"

enum { ALV_STEP_SIDE = ALV_RECURRENT_STEPS + 2 };

typedef struct alv_means {
    double mean, square, slope, slope2;
} alv_means;

typedef struct alv_lstm_step {
    alv_means gate[ALV_GATES];
    alv_means out; /* tanh of the cell */
} alv_lstm_step;

/* Of two states at one step that have part of what they are fed in common. */
typedef struct alv_apart {
    double h, c, with; /* mean products of h and, of an LSTM, of c, and E c_(t-1) (i g)' */
} alv_apart;

enum { ALV_APART_STEPS, ALV_APART_ROWS, ALV_APART_PLACE, ALV_APARTS };

/* A function of a normal variable and its derivative. */
typedef struct alv_curve {
    double variance; /* of the variable */
    alv_series f, slope;
} alv_curve;

typedef struct alv_curve_step {
    alv_curve gate[3];
} alv_curve_step;

typedef struct alv_steps {
    const alv_recurrent_case *in;
    int n;
    union {
        alv_lstm_step lstm[ALV_STEP_SIDE];
        alv_curve_step of[ALV_STEP_SIDE];
    };
    double nearby[ALV_STEP_SIDE]; /* powers of in->nearby */
    double hidden[ALV_STEP_SIDE][ALV_STEP_SIDE];
    double other[ALV_STEP_SIDE][ALV_STEP_SIDE]; /* of an LSTM E c_s c_t, of a GRU E h_s n_t */
    double mean[ALV_STEP_SIDE];                 /* of h */
    alv_apart apart[ALV_APARTS][ALV_STEP_SIDE];
    double arrive[ALV_STEP_SIDE], near[ALV_STEP_SIDE]; /* roots of mean squares; powers */
    /* Covariances of gradients at the step s with those at t >= s: at h, at the cell (of an LSTM),
     * at the gates, and what those send through R; then of s + 1. */
    double dh[ALV_STEP_SIDE], dc[ALV_STEP_SIDE], dz[ALV_STEP_SIDE], sent[ALV_STEP_SIDE];
    double grows[ALV_STEP_SIDE]; /* of a GRU: E dh_t^2 */
    double dh_after[ALV_STEP_SIDE + 1], dc_after[ALV_STEP_SIDE + 1], sent_after[ALV_STEP_SIDE + 1];
} alv_steps;

/* What inputs give, and E z_s z_t of a gate without its bias. */
static inline double alv_steps_fed(const alv_steps *f, int s, int t)
{
    if (f->in->lags && t > s)
        return f->in->lags[(t - s < f->in->n_lags ? t - s : f->in->n_lags - 1)];
    return f->in->shared + (f->in->fed - f->in->shared) * f->nearby[t - s];
}

/* What the inputs of two such states have in common. */
static inline double alv_steps_common(const alv_steps *f, int apart)
{
    return apart == ALV_APART_STEPS  ? f->in->shared
           : apart == ALV_APART_ROWS ? f->in->common
                                     : f->in->same;
}

static inline double alv_steps_between(const alv_steps *f, int s, int t)
{
    return alv_steps_fed(f, s, t) + f->in->recurrent * f->hidden[s - 1][t - 1];
}

/* What reaches h from outside and through R, E of the steps s and t >= s. */
static inline double alv_steps_arrive(const alv_steps *f, int s, int t)
{
    return f->in->recurrent * f->sent_after[t + 1] + f->arrive[s] * f->arrive[t] * f->near[t - s];
}

/* What a cell is: the step t from those before it (hidden and other [s][t] for s <= t), and back
 * the step s from those after it (dz and sent). */
typedef void alv_step_map(alv_steps *f, int step);
alv_step_map alv_lstm_forward, alv_lstm_backward, alv_gru_forward, alv_gru_backward,
    alv_rnn_forward, alv_rnn_backward;

#endif
