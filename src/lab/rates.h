/* Learning rates of their own: the rates that are tried, and the one that suits a scheme best. */
#ifndef ALV_LAB_RATES_H
#define ALV_LAB_RATES_H

#include "lab/recipe.h"

/* Nine rates, two a decade, trained with two seeds that the comparison itself does not use: the
 * choice then favours no seed of it. */
enum { ALV_RATES = 9, ALV_RATE_SEEDS = 2 };

/* From middle / 100 to 100 middle of the optimizer, ascending, to three digits. */
void alv_rates_grid(double out[ALV_RATES], alv_optimizer_kind kind);

/* What the trials of purpose "tune" of one scheme in one setting say. */
typedef struct alv_tuning {
    char setting[ALV_MAX_SETTING], scheme[ALV_MAX_TEXT];
    int n; /* rates */
    double rates[ALV_RATES];
    double losses[ALV_RATES]; /* median over seeds of the final validation loss; inf: diverged */
    int best;                 /* index of the lowest loss, the slower of equal ones; -1: all inf */
    int trials;
    double seconds; /* that its trials took */
} alv_tuning;

struct sqlite3;
/* Of every scheme and setting that has such trials in run.db. Free *out with free(). */
alv_status alv_tunings_load(alv_tuning **out, int *n, struct sqlite3 *db, alv_error *error);
const alv_tuning *alv_tuning_find(const alv_tuning *tunings, int n, const char *setting,
                                  const char *scheme);
/* Whether a rate beyond the grid might do better. */
bool alv_tuning_at_edge(const alv_tuning *tuning);

#endif
