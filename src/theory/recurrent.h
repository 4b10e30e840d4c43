/* Mean field of a recurrent layer with its weights drawn once: signal and gradient over all pairs
 * of steps. */
#ifndef ALV_THEORY_RECURRENT_H
#define ALV_THEORY_RECURRENT_H

#include "alvor/act.h"
#include "alvor/error.h"

enum { ALV_RECURRENT_STEPS = 256 }; /* what is followed; later ones are as the last */

/* z = fed + bias + R h of every gate, with h (and c) of zeros at first:
 *
 *   LSTM   c = f c + i g,   h = o tanh(c)                         input, forget, cell, output
 *   GRU    h = u h + (1 - u) n, where what n is fed of h goes through r: update, reset, new
 *   RNN    h = act(z)                                             one */
typedef enum alv_cell { ALV_CELL_LSTM, ALV_CELL_GRU, ALV_CELL_RNN, ALV_CELLS } alv_cell;

enum { ALV_GATES = 4 }; /* at most */
typedef enum alv_lstm_gate {
    ALV_GATE_INPUT,
    ALV_GATE_FORGET,
    ALV_GATE_CELL,
    ALV_GATE_OUTPUT
} alv_lstm_gate;
typedef enum alv_gru_gate { ALV_GATE_UPDATE, ALV_GATE_RESET, ALV_GATE_NEW } alv_gru_gate;

/* Gates of a cell. */
int alv_cell_gates(alv_cell cell);

/* Gradients arrive at the outputs h. */
typedef struct alv_recurrent_case {
    alv_cell cell;
    alv_act_spec act;   /* of an RNN */
    double fed;         /* variance over units and samples of what inputs add to a gate */
    double shared;      /* the part of it that all steps have in common */
    double common;      /* the part of that which all samples have in common */
    double same;        /* the part of it that two samples have in common at one step */
    double nearby;      /* correlation of neighbouring steps in the rest */
    const double *lags; /* (n_lags) or NULL: instead of `nearby`, the part of `fed` that two
                           steps so far apart have in common; all later ones as the last */
    int n_lags;
    double recurrent;        /* units x mean square of R */
    double bias[ALV_GATES];  /* means; what they vary by is in `fed` and `shared` */
    double extra[ALV_GATES]; /* of a GRU: what its biases vary by more than the mean gate's */
    double reset, reset2;    /* of a GRU: mean and mean square of a bias that is reset with R h */
    int steps;               /* 1 and more */
    double decay; /* mean square gradient at a step over that at the next: 0, it arrives at
                     the last one only; 1, the same at all */
    double near;  /* its correlation between neighbouring steps */
} alv_recurrent_case;

typedef struct alv_recurrent_law {
    double last, all;         /* mean square of h at the last step, and over all */
    double nearby;            /* correlation of neighbouring steps in h */
    double mean;              /* of h over all steps; of an LSTM 0 */
    double far, common, same; /* mean products over all steps: of two steps far apart, of two
                                 samples, and of two at one step */
    double same_last;         /* the last of these at the last step */
    double lags[ALV_RECURRENT_STEPS]; /* mean products of two steps so far apart, up to the first */
    double back; /* mean square gradient at the gates, over gates, for 1 at h: sums over steps */
    double decay, near; /* as in the case, at the gates */
} alv_recurrent_law;

/* ALV_ERR_MEMORY. Time and memory grow with the square of the steps. Mean squares of wide networks,
 * of LSTMs within 6 %, with inputs or gradients that are alike from step to step within 10 %; with
 * memories of 50 steps gradients are up to a third larger than told. Of plain layers within 4 %, of
 * GRUs too, but where update gates vary much and are alike from step to step: up to 12 % less than
 * is told. */
alv_status alv_recurrent_law_of(alv_recurrent_law *out, const alv_recurrent_case *layer,
                                alv_error *error);

#endif
