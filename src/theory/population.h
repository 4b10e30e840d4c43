/* What an activation makes of a whole population of signals, of which each unit keeps a part.
 *
 * The values of a unit over samples and positions are u = mean + s (sqrt(c) a + sqrt(1 - c) b): `a`
 * is the unit's own and the same for all samples, `b` new for each; both standard normal. c is then
 * the correlation of two typical inputs, and how unlike the units are follows from it too. */
#ifndef ALV_THEORY_POPULATION_H
#define ALV_THEORY_POPULATION_H

#include "alvor/act.h"

typedef struct alv_population {
    double mean, square, shared; /* E f, E f^2, and E f f' of two samples of one unit */
    double own;                  /* E f^2 - E f f': the variance of a unit over its samples */
    double slope;                /* d log E f^2 / d log s^2 */
    double gain, slope2;         /* E f', E f'^2 */
    double shared_slope2;        /* E f' f' of two samples of one unit */
    double turn; /* d log E f'^2 / d log s^2; of the largest of several: not told, 0 */
    /* How unlike units are: (co)variances over units, each over its own mean squared (product of
     * means), of their mean squares, of the squares of their means, of their variances, and of
     * their mean f'^2. */
    double noise, shared_noise, own_noise, own_shared_noise, slope_noise;
} alv_population;

/* u of mean `mean`, variance `variance` >= 0 and correlation c in [0, 1]; with `largest` > 1 f of
 * the largest of so many u of one unit. To about 1e-4 of their size. */
void alv_population_of(alv_population *out, alv_act_spec act, double mean, double variance,
                       double c, double largest);

/* E f(u) f(u') for all correlations of u and u' at once. */
enum { ALV_PAIR_POINTS = 17 };
typedef struct alv_pair_table {
    double mean, variance;
    double alike[ALV_PAIR_POINTS], opposed[ALV_PAIR_POINTS]; /* of |c| = 1 - (k / 16)^2 */
} alv_pair_table;

void alv_pair_table_make(alv_pair_table *out, alv_act_spec act, double mean, double variance);
/* The same of one correlation. */
double alv_pair_bend(alv_act_spec act, double mean, double variance, double c);
/* Of two u whose mean product is that. */
double alv_pair_table_at(const alv_pair_table *table, double product);

#endif
