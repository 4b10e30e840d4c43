/* What the maps of nodes share: flow.c goes through the nodes, the others have their maps. */
#ifndef ALV_THEORY_FLOW_PARTS_H
#define ALV_THEORY_FLOW_PARTS_H

#include "math/math.h"
#include "theory/border.h"
#include "theory/flow.h"
#include "theory/population.h"

/* Variance of the log of a mean square that a law gives to 10 %, as those of attention, of
 * recurrent layers and of what comes back through a norm over units do: two deviations are that. */
#define ALV_LAW_SPREAD 0.0025

typedef struct alv_flow_follower {
    const alv_model *model;
    const alv_drawn *measured;
    const alv_flow_input *input;
    alv_flow *flows;
    alv_level data;
    double samples;       /* infinite where no batch is given */
    alv_pair_table pairs; /* of `act`, the last that was asked for */
    alv_act_spec act;
    alv_status status; /* the first that was not ALV_OK */
    alv_error *error;
} alv_flow_follower;

const alv_level *alv_flow_from(const alv_flow_follower *f, int node);
/* known with moments 0 where there is no parameter */
alv_drawn alv_flow_drawn(const alv_flow_follower *f, int param);
/* Places of a node's output, at least 1; -1: the data's. */
double alv_flow_places(const alv_model *model, int node);
/* Values of one sample of it: units at places. */
double alv_flow_values(const alv_model *model, int node);
/* Steps or positions of a sequence: `known`, or the data's, or 16. */
int alv_flow_length(const alv_model *model, int known);
/* out->z := x as it comes, in its own place for lags. */
void alv_flow_keep(alv_flow *out, const alv_level *x);
/* Sets what two rows share, by the node's positions. */
void alv_flow_share(alv_level *x, const alv_flow_follower *f, const alv_node *node);
/* f of a population, or of the largest of some; lags lie in `out` already. */
alv_way_back alv_flow_bend(alv_level *out, alv_flow_follower *f, const alv_level *x,
                           alv_act_spec act, double largest);
/* Variance of the log of the mean square at the last place that its own vector makes. */
double alv_flow_stray_at_last(const alv_level *x);
/* Relative variance over networks of what a convolution gives for its weights' mean square. */
double alv_flow_border(const alv_model *model, const alv_node *node);

/* flow_back.c: adds to what comes back to a node; -1: nothing is done. */
void alv_flow_give(alv_flow_follower *f, int to, alv_returned r);
/* From the last node back. */
void alv_flow_return(alv_flow_follower *f);

/* flow_pairs.c: mean products of pairs of rows. Every product, size and mean square of x becomes
 * factor times it plus a shift. */
void alv_pairs_line(alv_level *x, double factor, double shift);
double alv_pairs_far(const alv_level *x); /* the mean */
/* Two places of one sample; itself: x->square. */
double alv_pairs_lag(const alv_level *x, int64_t rows, int64_t columns);
/* Two of n unlike places of one sample. */
double alv_pairs_together(const alv_level *x, double n);
/* Over all pairs of places of one sample, with themselves. */
double alv_pairs_in_sample(const alv_level *x, double positions);
/* Over all pairs of rows of a batch, with themselves. */
double alv_pairs_in_batch(const alv_level *x, double positions, double samples);
/* The mean over pairs of places of a window of that many rows and columns, of the product or of its
 * square less `shared`. */
double alv_pairs_in_window(const alv_level *x, int64_t rows, int64_t columns);
double alv_pairs_squared(const alv_level *x, int64_t rows, int64_t columns, double shared);
/* Lags of every stride-th place, onto (height, width); none where these are more places. */
void alv_pairs_stride(alv_level *x, int height, int width, int stride);
/* All of them: those of one place and of another, of two samples, of one size each. */
void alv_pairs_set(alv_level *x, double square, double far, double same);

static inline double own(const alv_level *x)
{
    return alv_max(x->square - x->shared, 0);
}

/* J S J' for own' = a own + b shared, shared' = c own + d shared (logs). */
static inline alv_strays through(alv_strays s, double a, double b, double c, double d)
{
    return (alv_strays){.own = a * a * s.own + b * b * s.shared + 2 * a * b * s.both,
                        .shared = c * c * s.own + d * d * s.shared + 2 * c * d * s.both,
                        .both = a * c * s.own + b * d * s.shared + (a * d + b * c) * s.both};
}

static inline alv_strays plus(alv_strays s, double own_noise, double shared_noise, double both)
{
    return (alv_strays){s.own + own_noise, s.shared + shared_noise, s.both + both};
}

/* Of a mean square, its units straying together with what they share. */
static inline alv_strays at_once(double spread)
{
    return (alv_strays){spread, spread, spread};
}

/* tr S^2 / (tr S)^2 of the units of one place. */
static inline double crowd_of(const alv_level *x)
{
    return alv_min(1, x->overlap + (1 + x->noise) / alv_max(x->units, 1));
}

/* Of a sum of parts that stray together: their deviations add up, by their shares a and b of what
 * is own and c and d of what is shared. */
alv_strays alv_strays_joined(double a, double c, alv_strays s, double b, double d, alv_strays t);

/* How unlike the units' mean squares are. */
static inline double unlike_units(const alv_level *x)
{
    const double a = x->square > 0 ? own(x) / x->square : 0, b = 1 - a;
    return a * a * x->noise + b * b * x->shared_noise;
}

/* What the node does beside what alv_node says. */
alv_moved alv_flow_moved(const alv_flow_follower *f, const alv_node *node);
/* out := x + gain y, two signals of independent signs. */
void alv_flow_add_levels(alv_flow *out, const alv_level *x, const alv_level *y, alv_drawn gain);

typedef void alv_flow_map(alv_flow *out, alv_flow_follower *f, const alv_node *node);
alv_flow_map alv_flow_normalize, alv_flow_add, alv_flow_pool, alv_flow_embed, alv_flow_recur,
    alv_flow_last, alv_flow_attend, alv_flow_multiply, alv_flow_product, alv_flow_other;

/* The way back to what feeds the node `at`, of what has reached it. */
typedef void alv_flow_way(alv_flow_follower *f, int at, alv_returned r);
alv_flow_way alv_return_recurrent, alv_return_last, alv_return_attention, alv_return_multiply,
    alv_return_product, alv_return_other;

#endif
