/* Mean field of an LSTM with its weights drawn once: signal and gradient over all pairs of steps.
 */
#ifndef ALV_THEORY_LSTM_H
#define ALV_THEORY_LSTM_H

#include "alvor/error.h"

enum { ALV_LSTM_STEPS = 256 }; /* what is followed; later ones are as the last */

typedef enum alv_lstm_gate {
    ALV_GATE_INPUT,
    ALV_GATE_FORGET,
    ALV_GATE_CELL,
    ALV_GATE_OUTPUT,
    ALV_GATES
} alv_lstm_gate;

/* z = fed + bias + R h of every gate, with h and c of zeros at first. Gradients arrive at the
 * outputs h. */
typedef struct alv_lstm_case {
    double fed;             /* variance over units and samples of what inputs add to a gate */
    double shared;          /* the part of it that all steps have in common */
    double nearby;          /* correlation of neighbouring steps in the rest */
    double recurrent;       /* units x mean square of R */
    double bias[ALV_GATES]; /* means; what they vary by is in `fed` and `shared` */
    int steps;              /* 1 and more */
    double decay; /* mean square gradient at a step over that at the next: 0, it arrives at
                     the last one only; 1, the same at all */
    double near;  /* its correlation between neighbouring steps */
} alv_lstm_case;

typedef struct alv_lstm_law {
    double last, all; /* mean square of h at the last step, and over all */
    double nearby;    /* correlation of neighbouring steps in h */
    double back; /* mean square gradient at the gates, over gates, for 1 at h: sums over steps */
    double decay, near; /* as in the case, at the gates */
} alv_lstm_law;

/* ALV_ERR_MEMORY. Time and memory grow with the square of the steps. Mean squares of wide networks:
 * within 6 %, with inputs or gradients that are alike from step to step within 10 %; with memories
 * of 50 steps gradients are up to a third larger than told. */
alv_status alv_lstm_law_of(alv_lstm_law *out, const alv_lstm_case *lstm, alv_error *error);

#endif
