/* Worker threads that train the trials of a plan; results come back on the calling thread. */
#ifndef ALV_LAB_POOL_H
#define ALV_LAB_POOL_H

#include "lab/trial.h"

/* What the calling thread does while workers train. */
typedef struct alv_pool_client {
    void *user;
    /* Workers have started: what they need not wait for. NULL: nothing. An error stops the pool. */
    alv_status (*started)(void *user, alv_error *error);
    /* A trial has ended; it may be changed and is freed afterwards. An error stops the pool. */
    alv_status (*finished)(void *user, const alv_job *job, alv_trial *trial, alv_error *error);
    /* After those that came together and were given to `finished`. NULL: nothing. An error stops
     * the pool. */
    alv_status (*delivered)(void *user, alv_error *error);
    /* About ten times a second, and after each trial: steps taken by all. True stops the pool. */
    bool (*tick)(void *user, int64_t steps);
} alv_pool_client;

/* Trains the jobs that are neither done nor copied, on `threads` worker threads of one trial each.
 * ALV_ERR_INTERRUPTED if tick said stop; otherwise the first error of a trial or of the
 * client.
 * All threads have ended on return. */
alv_status alv_pool_run(const alv_setup *setup, const alv_plan *plan, int threads,
                        const alv_pool_client *client, alv_error *error);

/* Processors that this process may use; at least 1. */
int alv_pool_threads(void);

#endif
