/* A team: a run is published under the lock, everybody takes tasks by number until none is left,
 * and the caller waits for those who still work on theirs. */
#include "lab/team.h"

#include <pthread.h>

enum { MOST = 256 };

struct alv_team {
    pthread_mutex_t mutex;
    pthread_cond_t begin, end;
    pthread_t threads[MOST];
    int n;
    void (*task)(void *argument, int i);
    void *argument;
    int next, tasks; /* of the run; next is the first that nobody has taken */
    int busy;        /* tasks under way */
    bool over;
};

/* Takes tasks while there are any; called and left with the lock held. */
static void take_tasks(alv_team *t)
{
    while (t->next < t->tasks) {
        const int i = t->next++;
        t->busy++;
        pthread_mutex_unlock(&t->mutex);
        t->task(t->argument, i);
        pthread_mutex_lock(&t->mutex);
        if (--t->busy == 0 && t->next == t->tasks) pthread_cond_signal(&t->end);
    }
}

static void *member(void *team)
{
    alv_team *t = team;
    pthread_mutex_lock(&t->mutex);
    while (!t->over) {
        take_tasks(t);
        if (!t->over) pthread_cond_wait(&t->begin, &t->mutex);
    }
    pthread_mutex_unlock(&t->mutex);
    return NULL;
}

static void run(void *team, void (*task)(void *argument, int i), void *argument, int n)
{
    alv_team *t = team;
    pthread_mutex_lock(&t->mutex);
    t->task = task;
    t->argument = argument;
    t->next = 0;
    t->tasks = n;
    pthread_cond_broadcast(&t->begin);
    take_tasks(t);
    while (t->busy > 0) pthread_cond_wait(&t->end, &t->mutex);
    pthread_mutex_unlock(&t->mutex);
}

alv_status alv_team_new(alv_team **out, int threads, alv_error *error)
{
    alv_team *t = alv_new_array(1, sizeof *t);
    if (!t) return alv_fail(error, ALV_ERR_MEMORY, "team", "no memory for a team of threads");
    pthread_mutex_init(&t->mutex, NULL);
    pthread_cond_init(&t->begin, NULL);
    pthread_cond_init(&t->end, NULL);
    while (t->n < MOST && t->n < threads - 1 &&
           pthread_create(&t->threads[t->n], NULL, member, t) == 0)
        t->n++;
    *out = t;
    return ALV_OK;
}

void alv_team_free(alv_team *team)
{
    if (!team) return;
    pthread_mutex_lock(&team->mutex);
    team->over = true;
    pthread_cond_broadcast(&team->begin);
    pthread_mutex_unlock(&team->mutex);
    for (int i = 0; i < team->n; i++) pthread_join(team->threads[i], NULL);
    pthread_cond_destroy(&team->begin);
    pthread_cond_destroy(&team->end);
    pthread_mutex_destroy(&team->mutex);
    free(team);
}

alv_executor alv_team_executor(alv_team *team)
{
    return team && team->n > 0 ? (alv_executor){run, team} : (alv_executor){0};
}
