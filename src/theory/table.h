/* The moments of an activation over all q at once: tabled, for whoever asks at many. */
#ifndef ALV_THEORY_TABLE_H
#define ALV_THEORY_TABLE_H

#include "theory/gaussian.h"

enum { ALV_THEORY_FIRST = -28, ALV_THEORY_LAST = 28 };                     /* of log q, */
enum { ALV_THEORY_POINTS = (ALV_THEORY_LAST - ALV_THEORY_FIRST) * 8 + 1 }; /* in steps of 1/8 */

/* At log q: log E f^2 and log E f'^2 with their slopes, and what a mean over units strays by. */
typedef struct alv_theory_table {
    alv_act_spec act;
    double second[ALV_THEORY_POINTS], lift[ALV_THEORY_POINTS];
    double slope[ALV_THEORY_POINTS], turn[ALV_THEORY_POINTS];
    double noise_up[ALV_THEORY_POINTS];   /* E f^4 / (E f^2)^2 - 1 */
    double noise_down[ALV_THEORY_POINTS]; /* 3 E f'^4 / (E f'^2)^2 - 1 */
    double noise_both[ALV_THEORY_POINTS]; /* E f^2 f'^2 / (E f^2 E f'^2) - 1 */
} alv_theory_table;

void alv_theory_table_make(alv_theory_table *out, alv_act_spec act);
/* log E f^2 and log E f'^2 at x = log q, to about 1e-7; straight on beyond the ends. */
double alv_theory_second(const alv_theory_table *t, double x);
double alv_theory_slope(const alv_theory_table *t, double x);
/* One of the last three columns, between its neighbours. */
double alv_theory_noise(const double column[ALV_THEORY_POINTS], double x);

#endif
