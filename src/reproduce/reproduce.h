/* Published results, run again: each experiment is a table of claims with criteria fixed
 * beforehand, and one function that measures them. A claim holds or it does not; nothing here
 * decides which. */
#ifndef ALV_REPRODUCE_H
#define ALV_REPRODUCE_H

#include "alvor/lab.h"
#include "alvor/theory.h"

enum { ALV_MOST_CLAIMS = 8, ALV_CRITERION = 96 };

typedef struct alv_claim {
    const char *text[ALV_LANGS]; /* what is measured; NULL ends the list */
    double paper;                /* the paper's own figure; NaN: it gives none */
    double lo, hi;               /* the claim holds where the measurement lies within */
    const char *why[ALV_LANGS];  /* said where it does not; may be NULL */
} alv_claim;

typedef struct alv_experiment {
    const char *name;
    const char *title[ALV_LANGS];
    const char *paper;              /* whose result it is */
    const char *setting[ALV_LANGS]; /* what runs here, and where it departs from the paper's */
    alv_claim claims[ALV_MOST_CLAIMS + 1];
    /* Measures every claim, in order. Deterministic; ALV_ERR_INTERRUPTED after watch->stop. */
    alv_status (*run)(double *measured, const alv_watch *watch, alv_error *error);
} alv_experiment;

/* Every experiment, in the order of `alvor reproduce --list`: add one here, in a file of its own.
 */
#define ALV_EXPERIMENTS(NAME)                                                                      \
    NAME(nguyen1990)                                                                               \
    NAME(ufma2025)                                                                                 \
    NAME(glorot2010)                                                                               \
    NAME(he2015)                                                                                   \
    NAME(he2015_depth)                                                                             \
    NAME(saxe2013)                                                                                 \
    NAME(hanin2018)                                                                                \
    NAME(poole2016)                                                                                \
    NAME(schoenholz2017)                                                                           \
    NAME(schoenholz2017_depth)                                                                     \
    NAME(pennington2017)                                                                           \
    NAME(xiao2018)                                                                                 \
    NAME(mishkin2016)                                                                              \
    NAME(klambauer2017)                                                                            \
    NAME(zhang2019)                                                                                \
    NAME(yang2019)                                                                                 \
    NAME(xiong2020)                                                                                \
    NAME(yang2022)                                                                                 \
    NAME(gpt2)                                                                                     \
    NAME(siren2020)

#define DECLARE(name) extern const alv_experiment alv_experiment_##name;
ALV_EXPERIMENTS(DECLARE)
#undef DECLARE

int alv_experiment_count(void);
const alv_experiment *alv_experiment_at(int index); /* NULL outside [0, count) */
const alv_experiment *alv_experiment_find(const char *name);
bool alv_claim_holds(const alv_claim *claim, double measured);
/* "0.97 to 1.03", "3 or more", "3". */
void alv_claim_criterion(char out[ALV_CRITERION], const alv_claim *claim, alv_lang lang);

#endif
