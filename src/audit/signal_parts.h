/* Inside signal: what its maps share. */
#ifndef ALV_AUDIT_SIGNAL_PARTS_H
#define ALV_AUDIT_SIGNAL_PARTS_H

#include "audit/signal.h"

/* Variance of the log of a mean square that a law gives to 10 %, as those of attention, of
 * recurrent layers and of what comes back through a norm over units do: two deviations are that. */
#define ALV_LAW_SPREAD 0.0025

typedef struct alv_follower {
    const alv_model *model;
    const alv_measured *measured;
    alv_signal *signals;
    alv_signal data;
    alv_status status; /* the first that was not ALV_OK */
    alv_error *error;
} alv_follower;

/* What comes back through a node: mean square gradient there, the variance of its logarithm, and as
 * of a signal noise and overlap. */
typedef struct alv_returned {
    double gradient, spread, noise, overlap, decay, near;
} alv_returned;

const alv_signal *alv_follow_from(const alv_follower *f, int node);
/* A parameter that there is not is 0. */
alv_measured alv_follow_measured(const alv_follower *f, int param);
/* Of a node's output, at least 1; -1: the data. */
double alv_follow_positions(const alv_model *model, int node);
/* *out := *x, step 1. */
void alv_follow_same(alv_signal *out, const alv_signal *x);
/* The mean of n values of each unit, or of as many by weights that are not equal. */
void alv_follow_average(alv_signal *out, const alv_signal *x, double n);
/* Adds to what comes back to a node; -1: nothing is done. */
void alv_follow_give(alv_follower *f, int to, alv_returned r);

/* Steps or positions of a sequence, `known` or the data's. */
int alv_follow_length(const alv_follower *f, int known);

/* Sequences (signal_recurrent.c, signal_sequence.c): the maps of a recurrent layer, of the last
 * position, of attention and of a file's own operators, which attention may be written with, and
 * their ways back. */
void alv_follow_recurrent(alv_signal *out, alv_follower *f, const alv_node *node);
void alv_follow_last(alv_signal *out, alv_follower *f, const alv_node *node);
void alv_follow_attention(alv_signal *out, alv_follower *f, const alv_node *node);
void alv_follow_other(alv_signal *out, alv_follower *f, const alv_node *node);
void alv_return_recurrent(alv_follower *f, int at, alv_returned r);
void alv_return_last(alv_follower *f, int at, alv_returned r);
void alv_return_attention(alv_follower *f, int at, alv_returned r);
void alv_return_other(alv_follower *f, int at, alv_returned r);

#endif
