/* What a network's own weights do to a signal and to a gradient: node by node, before any training.
 *
 * The values of a node over units, samples and positions are one population (theory/population.h).
 * Weights come in by what was measured of them, mean and mean square, not by the law that may have
 * drawn them; that they are independent of each other is assumed. */
#ifndef ALV_AUDIT_SIGNAL_H
#define ALV_AUDIT_SIGNAL_H

#include "audit/inspect.h"
#include "theory/recurrent.h"

/* Measured of a parameter. */
typedef struct alv_measured {
    bool known;
    double mean, square;
    double gate[ALV_GATES];   /* of a recurrent layer's bias, the two of each gate added: the gates'
                                 means, in the order of recurrent.h */
    double varies[ALV_GATES]; /* and their variances over units */
    double reset, reset2;     /* of a GRU's that is reset: its mean and mean square */
} alv_measured;

/* Of all parameters of the model, as many and (*out) the caller's to free; what was not measured is
 * not known. ALV_ERR_MEMORY. */
alv_status alv_measured_read(alv_measured **out, const alv_inspection *weights,
                             const alv_model *model, alv_error *error);

/* How a node is taken where no map says what it does; an index into texts. */
typedef enum alv_assumption {
    ALV_ASSUME_NOTHING,   /* it has a map */
    ALV_ASSUME_SAME,      /* an unknown operator: mean square and gradient as they come */
    ALV_ASSUME_ATTENTION, /* logits as of independent queries and keys, scaled by 1 / sqrt(units) */
    ALV_ASSUME_RECURRENT, /* cells taken as normal; 16 steps of a sequence of unknown length */
    ALV_ASSUME_BATCH,     /* batch statistics, as in training; stored ones do not count */
    ALV_ASSUME_POOL,      /* the largest of values that are alike but for what their unit shares */
    ALV_ASSUME_UNREAD,    /* its weights cannot be read: mean square and gradient as they come */
    ALV_ASSUME_GAIN,      /* a norm's gain or shift cannot be read: 1 and 0 */
    ALV_ASSUMPTIONS
} alv_assumption;

/* The output of a node. Variances are of logarithms, over networks like this one. */
typedef struct alv_signal {
    double mean, square; /* over everything */
    double shared;       /* mean product of two samples at one unit */
    double together;     /* mean product of two positions of one sample at one unit, far apart */
    double noise;        /* how unlike the units' mean squares are: variance over squared mean */
    double shared_noise; /* the same of their shared parts */
    double stray;        /* the part of noise, beside that of the shared parts, which the known mean
                            square of the weights leaves open */
    double overlap;      /* share of the mean square that units have in common beside the mean */
    double spread;       /* variance of log square */
    double carried;      /* the part of it that the units' number does not explain */
    double units;
    double nearby; /* of sequences: correlation of neighbouring positions beside `together` */
    double last;   /* mean square at the last position over that at all */
    double gradient, gradient_spread; /* mean square, the last node's 1; 0: nothing comes back */
    double back_noise, back_overlap;  /* noise and overlap of the gradient */
    double decay, near; /* of its mean square at a position over that at the next; correlation of
                           the two */
    double step;        /* of an activation or norm: gradient before over after */
    double step_noise;  /* how unlike it is between units: variance over squared mean */
    double step_turn;   /* how its log follows that of the signal before, which is not sure */
    double step_spread; /* variance of its log that is the law's own */
    double step_alike;  /* of an activation (E f')^2 / E f'^2: what units have in common goes on */
    alv_assumption assumed;
} alv_signal;

typedef struct alv_signal_input {
    double mean, square;
} alv_signal_input;

/* Fills signals (n_nodes) of the model, whose parameters were measured (n_params). ALV_ERR_MEMORY.
 */
alv_status alv_signal_follow(alv_signal *signals, const alv_model *model,
                             const alv_measured *measured, alv_signal_input input,
                             alv_error *error);

/* Which of the recurrent layers with a law the node is; ALV_CELLS: none. */
alv_cell alv_signal_cell(const alv_node *node);

#endif
