/* What the maps of nodes share: flow.c goes through the nodes, the others have their maps. */
#ifndef ALV_THEORY_FLOW_PARTS_H
#define ALV_THEORY_FLOW_PARTS_H

#include "math/math.h"
#include "theory/border.h"
#include "theory/flow.h"
#include "theory/population.h"

typedef struct alv_flow_follower {
    const alv_model *model;
    const alv_drawn *measured;
    const alv_flow_input *input;
    alv_flow *flows;
    alv_level data;
    double samples;       /* infinite where no batch is given */
    alv_pair_table pairs; /* of `act`, the last that was asked for */
    alv_act_spec act;
} alv_flow_follower;

const alv_level *alv_flow_from(const alv_flow_follower *f, int node);
/* known with moments 0 where there is no parameter */
alv_drawn alv_flow_drawn(const alv_flow_follower *f, int param);
/* out->z := x as it comes, in its own place for lags. */
void alv_flow_keep(alv_flow *out, const alv_level *x);
/* Sets what two rows share, by the node's positions. */
void alv_flow_share(alv_level *x, const alv_flow_follower *f, const alv_node *node);
/* f of a population, or of the largest of some; lags lie in `out` already. */
alv_way_back alv_flow_bend(alv_level *out, alv_flow_follower *f, const alv_level *x,
                           alv_act_spec act, double largest);
/* The mean of n values of each unit that are at unlike places, or of as many by unequal weights. */
void alv_flow_average(alv_flow *out, const alv_level *x, double n);

/* flow_pairs.c: mean products of pairs of rows. Every product, size and mean square of x becomes
 * factor times it plus a shift. */
void alv_pairs_line(alv_level *x, double factor, double shift);
double alv_pairs_far(const alv_level *x); /* the mean */
/* Two places of one sample; itself: x->square. */
double alv_pairs_lag(const alv_level *x, int64_t rows, int64_t columns);
/* Over all pairs of places of one sample, with themselves. */
double alv_pairs_in_sample(const alv_level *x, double positions);
/* Over all pairs of rows of a batch, with themselves. */
double alv_pairs_in_batch(const alv_level *x, double positions, double samples);
/* The mean over pairs of places of a window of that many rows and columns, of the product or of its
 * square less `shared`. */
double alv_pairs_in_window(const alv_level *x, int64_t rows, int64_t columns);
double alv_pairs_squared(const alv_level *x, int64_t rows, int64_t columns, double shared);
/* Lags of every stride-th place, onto (height, width). */
void alv_pairs_stride(alv_level *x, int height, int width, int stride);

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

/* tr S^2 / (tr S)^2 of the units of one place. */
static inline double crowd_of(const alv_level *x)
{
    return alv_min(1, x->overlap + (1 + x->noise) / alv_max(x->units, 1));
}

typedef void alv_flow_map(alv_flow *out, alv_flow_follower *f, const alv_node *node);
alv_flow_map alv_flow_normalize, alv_flow_add, alv_flow_pool;

#endif
