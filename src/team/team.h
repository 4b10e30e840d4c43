/* Threads that share the tasks of one call: an alv_executor for libalvor, which has no threads. */
#ifndef ALV_TEAM_H
#define ALV_TEAM_H

#include <pthread.h>

#include "alvor/executor.h"
#include "base/base.h"

enum { ALV_MOST_THREADS = 1024 };

/* Stands where its owner puts it, and must stay there until its end. */
typedef struct alv_team {
    pthread_mutex_t mutex;
    pthread_cond_t begin, end;
    pthread_t threads[ALV_MOST_THREADS - 1];
    int n; /* threads besides the caller's */
    void (*task)(void *argument, int i);
    void *argument;
    int next, tasks; /* of the run; next is the first that nobody has taken */
    int busy;        /* tasks under way */
    bool over;
} alv_team;

/* A team of `threads`, the caller among them; fewer where no more can be had. The threads sleep
 * between runs. One thread at a time may use a team. */
void alv_team_begin(alv_team *team, int threads);
void alv_team_end(alv_team *team);

/* Calls task(argument, i) once for each i in [0, n), and returns when all have returned. */
void alv_team_run(alv_team *team, void (*task)(void *argument, int i), void *argument, int n);

/* Valid as long as the team is; no executor if the caller is alone. */
alv_executor alv_team_executor(alv_team *team);

#endif
