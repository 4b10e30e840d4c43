/* The trials of a comparison, in order. */
#ifndef ALV_LAB_PLAN_H
#define ALV_LAB_PLAN_H

#include "lab/setup.h"

typedef struct alv_job {
    int64_t id; /* trial.id: by purpose, activation, scheme, seed, whatever the order of training */
    const char *purpose; /* "compare", "scale", "mistake" */
    alv_arm_scheme scheme;
    int act; /* index into setup->acts */
    uint64_t seed;
    bool light;      /* no probes after initialization, no test until the end */
    bool histograms; /* of every probed step */
    bool done;       /* found in run.db */
    int twin;        /* the job of purpose "compare" that trains the very same; -1: none */
    bool copied;     /* not trained: its rows are its twin's, of what a light trial keeps */
    char key[17];    /* digest of everything that decides the trial */
} alv_job;

typedef struct alv_plan {
    int n;
    alv_job *jobs; /* in the order of training: seed by seed, so that a stop leaves whole rounds */
} alv_plan;

alv_status alv_plan_make(alv_plan *out, const alv_setup *setup, alv_error *error);
/* Marks what is copied: the jobs to do whose twin is to do as well. Returns the jobs to train. */
int alv_plan_share(alv_plan *plan);
void alv_plan_free(alv_plan *plan);

#endif
