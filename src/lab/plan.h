/* The trials of a comparison, in order. */
#ifndef ALV_LAB_PLAN_H
#define ALV_LAB_PLAN_H

#include "lab/setup.h"

typedef struct alv_job {
    int64_t id; /* trial.id: by purpose, setting, scheme, seed, whatever the order of training */
    const char *purpose; /* "compare", "scale", "mistake", "tune" */
    alv_arm_scheme scheme;
    int setting; /* index into setup->settings */
    double lr;   /* 0: not chosen yet, for the setting has rates of its own */
    uint64_t seed;
    bool tunes;      /* ends with the validation samples, not those of the test */
    bool light;      /* no probes after initialization, no test until the end */
    bool histograms; /* of every probed step */
    bool done;       /* found in run.db */
    int twin;        /* the job of purpose "compare" that trains the very same; -1: none */
    bool copied;     /* not trained: its rows are its twin's, of what a light trial keeps */
    char key[17];    /* digest of everything that decides the trial */
} alv_job;

typedef struct alv_plan {
    int n;
    int n_tuning;  /* of them, at the end, the trials that choose rates: to be trained first */
    alv_job *jobs; /* in the order of training: seed by seed, so that a stop leaves whole rounds */
} alv_plan;

alv_status alv_plan_make(alv_plan *out, const alv_setup *setup, alv_error *error);
/* Gives every trial of a setting with rates of its own the rate that suits its scheme. A scheme for
 * which all rates diverged keeps the recipe's fixed one. */
void alv_plan_set_rates(alv_plan *plan, const alv_setup *setup, const alv_tuning *tunings, int n);
/* Marks what is copied: the jobs to do whose twin is to do as well. Returns the jobs to train. */
int alv_plan_share(alv_plan *plan);
void alv_plan_free(alv_plan *plan);

#endif
