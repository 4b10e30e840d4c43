/* A team: a run is published under the lock, everybody takes tasks by number until none is left,
 * and the caller waits for those who still work on theirs. */
#include "team/team.h"

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

void alv_team_run(alv_team *t, void (*task)(void *argument, int i), void *argument, int n)
{
    if (n <= 1 || t->n == 0) {
        for (int i = 0; i < n; i++) task(argument, i);
        return;
    }
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

void alv_team_begin(alv_team *t, int threads)
{
    const int wanted = threads < ALV_MOST_THREADS ? threads - 1 : ALV_MOST_THREADS - 1;
    t->n = t->next = t->tasks = t->busy = 0;
    t->over = false;
    pthread_mutex_init(&t->mutex, NULL);
    pthread_cond_init(&t->begin, NULL);
    pthread_cond_init(&t->end, NULL);
    while (t->n < wanted && pthread_create(&t->threads[t->n], NULL, member, t) == 0) t->n++;
}

void alv_team_end(alv_team *t)
{
    pthread_mutex_lock(&t->mutex);
    t->over = true;
    pthread_cond_broadcast(&t->begin);
    pthread_mutex_unlock(&t->mutex);
    while (t->n > 0) pthread_join(t->threads[--t->n], NULL);
    pthread_cond_destroy(&t->begin);
    pthread_cond_destroy(&t->end);
    pthread_mutex_destroy(&t->mutex);
}

static void run(void *team, void (*task)(void *argument, int i), void *argument, int n)
{
    alv_team_run(team, task, argument, n);
}

alv_executor alv_team_executor(alv_team *team)
{
    return team->n > 0 ? (alv_executor){run, team} : (alv_executor){0};
}
