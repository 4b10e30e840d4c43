/* What a network does to a signal and to a gradient: node by node, before any training.
 *
 * The values of a node over units, samples and positions are one population (theory/population.h),
 * with the mean products of pairs of rows, a row being a sample at a position: two samples at
 * unlike places, at one place, and two places of one sample, by their distance. Weights come in by
 * their moments, measured or of the law that draws them; that they are independent of each other
 * is assumed. */
#ifndef ALV_THEORY_FLOW_H
#define ALV_THEORY_FLOW_H

#include "alvor/model.h"

/* Of a parameter: measured, or as a scheme has it. */
typedef struct alv_drawn {
    bool known;
    double mean, square;
    double noise; /* variance of the log of its mean square over draws; 0: measured */
} alv_drawn;

enum { ALV_FAR = 8 };

/* Variances over networks of the logs of a unit's variance over rows and of its squared mean, both
 * averaged over units, and their covariance. */
typedef struct alv_strays {
    double own, shared, both;
} alv_strays;

/* Pairs of rows: their mean product, and of their mean squares the roots' product. */
typedef struct alv_pair {
    double product, size;
} alv_pair;

/* What a node gives, before or after its activation. */
typedef struct alv_level {
    double mean, square;   /* over everything */
    double sizes[ALV_FAR]; /* mean squares of rows: eight equal parts of them, in order */
    double shared;         /* mean product of two rows at one unit */
    alv_pair far[ALV_FAR]; /* two samples at two places: eight equal parts of all such pairs, in
                            * order of correlation */
    alv_pair same;         /* two samples at one place */
    double *lags;          /* (height, width) of two places of one sample; NULL: far's mean */
    int height, width;     /* of lags */
    double noise, shared_noise; /* how unlike units are: variance over squared mean of their
                                 * variances, and of their squared means */
    double overlap;             /* tr S^2 / (tr S)^2 of what is off the diagonal of their
                                 * covariance S over rows */
    alv_strays spread;
    alv_strays carried; /* the part of it that the units' number does not explain */
    double units;
    double gradient, gradient_spread; /* mean square, the last node's 1, and variance of its log;
                                       * 0: nothing comes back */
    double gradient_overlap, gradient_noise; /* as of the signal */
    double sway; /* of the gradient: what the sizes of signals after it add to its deviation */
} alv_level;

/* The way back through a node. */
typedef struct alv_way_back {
    double step;    /* gradient before over after */
    double spread;  /* variance of its log */
    double overlap; /* factor */
    double noise;   /* that it adds */
    double sway;
} alv_way_back;

typedef struct alv_flow {
    alv_level z, a; /* before and after its activation */
    alv_way_back to_z, to_input;
} alv_flow;

/* The data. Zero: of one size, samples that share their mean alone, independent features. */
typedef struct alv_flow_input {
    double mean, square;
    double sizes[ALV_FAR]; /* this and what follows as of alv_level */
    alv_pair far[ALV_FAR], same;
    double overlap; /* tr S^2 / (tr S)^2 of what the first weights add up for one output */
    double end;     /* of the last gradient: tr D^2 / (tr D)^2 less 1 / outputs */
    int64_t samples;
    const double *lags; /* (height, width) of the model */
} alv_flow_input;

/* Fills flows (n_nodes) of the model, whose parameters have these moments (n_params). The lags are
 * gone afterwards. ALV_ERR_MEMORY. */
alv_status alv_flow_follow(alv_flow *flows, const alv_model *model, const alv_drawn *measured,
                           const alv_flow_input *input, alv_error *error);

/* Of the log of the mean square. */
double alv_flow_spread(const alv_level *signal);

/* Inside the room: from the last node back. */
void alv_flow_return(alv_flow *flows, const alv_model *model, const alv_drawn *measured,
                     const alv_flow_input *input);

#endif
