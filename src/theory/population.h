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
    double noise, shared_noise;  /* variance over units of their mean squares, and of the squares of
                                    their means, each over its own mean squared */
    double slope;                /* d log E f^2 / d log s^2 */
    double gain, slope2;         /* E f', E f'^2 */
    double slope_noise; /* variance over units of their means of f'^2, over its mean squared */
    double turn;        /* d log E f'^2 / d log s^2; of the largest of several: not told, 0 */
} alv_population;

/* u of mean `mean`, variance `variance` >= 0 and correlation c in [0, 1]; with `largest` > 1 f of
 * the largest of so many u of one unit. To about 1e-4 of their size. */
void alv_population_of(alv_population *out, alv_act_spec act, double mean, double variance,
                       double c, double largest);

#endif
