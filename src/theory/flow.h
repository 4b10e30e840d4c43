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
#include "theory/recurrent.h"

/* The bias of a recurrent layer's gates, in the order of recurrent.h. */
typedef struct alv_drawn_gates {
    int n;                                     /* 0: they are not told apart */
    double mean[ALV_GATES], varies[ALV_GATES]; /* over units */
    double reset, reset2; /* of a GRU's that is reset: its mean and mean square */
} alv_drawn_gates;

/* Of a parameter: measured, or as a scheme has it. */
typedef struct alv_drawn {
    bool known;
    double mean, square;
    double noise; /* variance of the log of its mean square over draws; 0: measured */
    alv_drawn_gates gates;
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

/* What comes back to a node. */
typedef struct alv_returned {
    double square;         /* mean square, the last node's 1; 0: nothing comes back */
    double spread;         /* variance of its log, without the sway */
    double sway;           /* what the sizes of signals after it add to its deviation */
    double overlap, noise; /* as of a signal */
    double decay;          /* of a sequence: mean square at a position over that at the next */
    double near;           /* correlation of neighbouring places */
    double tilt; /* how the log of a unit's mean square follows that of its signal's variance */
    double rim;  /* as of a signal */
} alv_returned;

/* What a node gives, before or after its activation. */
typedef struct alv_level {
    double mean, square;   /* over everything */
    double sizes[ALV_FAR]; /* mean squares of rows: eight equal parts of them, in order */
    double ragged;         /* relative variance of the mean squares of rows that these do not tell,
                            * as units are few */
    double shared;         /* mean product of two rows at one unit */
    alv_pair far[ALV_FAR]; /* two samples at two places: eight equal parts of all such pairs, in
                            * order of correlation */
    alv_pair same;         /* two samples at one place */
    double *lags;          /* (height, width) of two places of one sample; NULL: far's mean */
    int height, width;     /* of lags */
    double last;           /* mean square at the last position over that at all */
    double same_last;      /* the same of `same` */
    double last_stray;     /* what the log of a unit's variance strays by more, there alone */
    double noise, shared_noise; /* how unlike units are: variance over squared mean of their
                                 * variances, and of their squared means */
    double apart;               /* of units side by side: 1 over their variances on average, times
                                 * the mean variance, less 1, as far as noise does not tell it */
    double overlap;             /* tr S^2 / (tr S)^2 of what is off the diagonal of their
                                 * covariance S over rows */
    alv_strays spread;
    alv_strays carried; /* the part of it that the units' number does not explain */
    double
        rim; /* share that kernels with a border have made last: larger in the middle (border.h) */
    double units;
    alv_returned back;
} alv_level;

/* The way back through an activation, a norm, a sum or a pool. */
typedef struct alv_way_back {
    double step;    /* gradient before over after */
    double spread;  /* variance of its log */
    double overlap; /* factor */
    double noise;   /* that it adds */
    double sway;
    double tilt; /* that it adds */
} alv_way_back;

/* How a node is taken where no map says what it does. */
typedef enum alv_assumption {
    ALV_ASSUME_NOTHING,   /* it has a map */
    ALV_ASSUME_SAME,      /* an unknown operator: mean square and gradient as they come */
    ALV_ASSUME_ATTENTION, /* logits as of independent queries and keys, scaled by 1 / sqrt(units) */
    ALV_ASSUME_RECURRENT, /* cells taken as normal; 16 steps of a sequence of unknown length */
    ALV_ASSUME_BATCH,     /* batch statistics, as in training; stored ones do not count */
    ALV_ASSUME_POOL,      /* the largest of values that are alike but for what their unit shares */
    ALV_ASSUME_UNREAD,    /* its weights cannot be read: mean square and gradient as they come */
    ALV_ASSUME_GAIN,      /* a norm's gain or shift cannot be read: 1 and 0 */
    ALV_ASSUME_ZEROS,     /* the last weights are zeros: the gradient as if they were LeCun's */
    ALV_ASSUMPTIONS
} alv_assumption;

typedef struct alv_flow {
    alv_level z, a; /* before and after its activation */
    alv_way_back to_z, to_input;
    alv_assumption assumed;
    bool doubtful; /* its law was not measured so far out: the logits of an attention */
} alv_flow;

/* What a node of a file does to its signal beside what alv_node says. */
typedef enum alv_moved_kind {
    ALV_MOVED_NOT,
    ALV_MOVED_WEIGHED, /* each value is a sum of chosen ones times constants; zeros may be among
                          them */
    ALV_MOVED_LAID,    /* constants are added */
    ALV_MOVED_UNITS,   /* the units of two nodes, side by side */
    ALV_MOVED_PLACES,  /* the positions of two nodes */
    ALV_MOVED_TIMES,   /* the product of two nodes */
    ALV_MOVED_ROWS,    /* rows of a parameter, the same in every sample */
    ALV_MOVED_SCORES   /* of attention, whose queries are multiplied by a constant */
} alv_moved_kind;

typedef struct alv_moved {
    alv_moved_kind kind;
    double mean, square; /* of the constants, those of a sum added up */
    double far;          /* mean product of those of two unlike positions */
    double unlike;       /* relative variance over units of their mean squares */
} alv_moved;

/* The data. Of tokens what is told is that of a row with a 1 at the token, summed over tokens: mean
 * products are how often two are equal. `samples` zero: of one size, samples that share their mean
 * alone, independent features, tokens at random from the whole table. */
typedef struct alv_flow_input {
    double mean, square;
    double sizes[ALV_FAR]; /* this and what follows as of alv_level */
    alv_pair far[ALV_FAR], same;
    double overlap; /* tr S^2 / (tr S)^2 of what the first weights add up for one output */
    double end;     /* of the last gradient: tr D^2 / (tr D)^2 less 1 / outputs */
    int64_t samples;
    const double *lags;     /* (height, width) of the model; of tokens (inputs) */
    const alv_moved *moved; /* (n_nodes); NULL: none */
    int64_t batch;          /* samples that batch norms see, where `samples` is 0; 0: without end */
} alv_flow_input;

/* Fills flows (n_nodes) of the model, whose parameters have these moments (n_params). The lags are
 * gone afterwards. ALV_ERR_MEMORY. */
alv_status alv_flow_follow(alv_flow *flows, const alv_model *model, const alv_drawn *measured,
                           const alv_flow_input *input, alv_error *error);

/* Variances of the logs of the mean square, and of the gradient's. */
double alv_flow_spread(const alv_level *signal);
double alv_flow_spread_back(const alv_level *signal);

/* Which of the recurrent layers with a law the node is; ALV_CELLS: none. */
alv_cell alv_flow_cell(const alv_node *node);

#endif
