/* Worker threads that train the trials of a plan.
 *
 * A worker takes the next job under the lock, trains it with no lock held and hands the result to
 * the calling thread through a list; only the calling thread writes. Which worker trains what does
 * not matter: a trial depends on its job alone. Where trials are shorter than writes, workers wait
 * for the list to be taken: what is trained and not yet written stays bounded by the workers, in
 * memory and in what a kill can lose or a stop must still write. */
#include "lab/pool.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include "base/base.h"

enum { TICK_NANOSECONDS = 100 * 1000 * 1000, MAX_THREADS = 1024 };

typedef struct result {
    struct result *next;
    const alv_job *job;
    alv_trial trial;
} result;

typedef struct pool {
    const alv_setup *setup;
    const alv_plan *plan;
    alv_control control;
    pthread_mutex_t mutex;
    pthread_cond_t news; /* a result is there, or a worker has ended */
    pthread_cond_t room; /* the list was taken and its results were delivered */
    int next;            /* job to look at next */
    int running;         /* workers that have not ended */
    int waiting, most;   /* results handed over and not delivered; workers at the start */
    result *first, *last;
    alv_status status; /* of the first failed trial */
    alv_error error;
} pool;

static bool is_to_train(const alv_job *job)
{
    return !job->done && !job->copied;
}

static const alv_job *take_job(pool *p)
{
    const alv_job *job = NULL;
    pthread_mutex_lock(&p->mutex);
    while (p->next < p->plan->n && !is_to_train(&p->plan->jobs[p->next])) p->next++;
    if (p->next < p->plan->n && !atomic_load(&p->control.stop)) job = &p->plan->jobs[p->next++];
    pthread_mutex_unlock(&p->mutex);
    return job;
}

static void hand_over(pool *p, result *r)
{
    pthread_mutex_lock(&p->mutex);
    while (p->waiting >= p->most) pthread_cond_wait(&p->room, &p->mutex);
    p->waiting++;
    if (p->last)
        p->last->next = r;
    else
        p->first = r;
    p->last = r;
    pthread_cond_signal(&p->news);
    pthread_mutex_unlock(&p->mutex);
}

static void give_up(pool *p, alv_status status, const alv_error *error)
{
    pthread_mutex_lock(&p->mutex);
    if (p->status == ALV_OK) {
        p->status = status;
        p->error = *error;
    }
    pthread_mutex_unlock(&p->mutex);
    atomic_store(&p->control.stop, true);
}

/* Trains one job; false when the worker should end. */
static bool train_one(pool *p, const alv_job *job)
{
    alv_error error = {0};
    result *r = alv_new_array(1, sizeof *r);
    alv_status status = r ? ALV_OK : alv_fail(&error, ALV_ERR_MEMORY, "trial", "out of memory");
    if (r) status = alv_trial_run(&r->trial, p->setup, job, &p->control, &error);
    if (status == ALV_OK) {
        r->job = job;
        hand_over(p, r);
        return true;
    }
    if (r) alv_trial_free(&r->trial);
    free(r);
    if (status != ALV_ERR_INTERRUPTED) give_up(p, status, &error);
    return false;
}

static void *work(void *argument)
{
    pool *p = argument;
    alv_backend_prepare_thread();
    for (const alv_job *job = take_job(p); job && train_one(p, job);) job = take_job(p);
    pthread_mutex_lock(&p->mutex);
    p->running--;
    pthread_cond_signal(&p->news);
    pthread_mutex_unlock(&p->mutex);
    return NULL;
}

/* Waits at most a tick for news; returns the results so far, oldest first. */
static result *await(pool *p, bool *ended)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += TICK_NANOSECONDS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&p->mutex);
    while (!p->first && p->running > 0)
        if (pthread_cond_timedwait(&p->news, &p->mutex, &until) == ETIMEDOUT) break;
    result *results = p->first;
    p->first = p->last = NULL;
    *ended = p->running == 0;
    pthread_mutex_unlock(&p->mutex);
    return results;
}

static bool has_failed(pool *p)
{
    pthread_mutex_lock(&p->mutex);
    bool failed = p->status != ALV_OK;
    pthread_mutex_unlock(&p->mutex);
    return failed;
}

/* A step of the client's that may be missing. */
static void tell(pool *p, const alv_pool_client *client,
                 alv_status (*step)(void *user, alv_error *error))
{
    alv_error error = {0};
    const alv_status status = step ? step(client->user, &error) : ALV_OK;
    if (status != ALV_OK) give_up(p, status, &error);
}

/* Gives a result to the client; after an error it is only freed. True if the client has it. */
static bool give(pool *p, result *r, const alv_pool_client *client)
{
    bool given = false;
    if (!has_failed(p)) {
        alv_error error = {0};
        const alv_status status = client->finished(client->user, r->job, &r->trial, &error);
        if (status != ALV_OK) give_up(p, status, &error);
        given = status == ALV_OK;
    }
    alv_trial_free(&r->trial);
    free(r);
    return given;
}

static void deliver(pool *p, result *r, const alv_pool_client *client)
{
    int n = 0, given = 0;
    for (result *next; r; r = next, n++) {
        next = r->next;
        given += give(p, r, client);
    }
    if (given > 0) tell(p, client, client->delivered);
    pthread_mutex_lock(&p->mutex);
    p->waiting -= n;
    pthread_cond_broadcast(&p->room);
    pthread_mutex_unlock(&p->mutex);
}

static bool serve(pool *p, const alv_pool_client *client)
{
    bool ended = false, stopped = false;
    tell(p, client, client->started);
    while (!ended) {
        result *results = await(p, &ended);
        deliver(p, results, client);
        if (!stopped && client->tick(client->user, atomic_load(&p->control.steps))) {
            stopped = true;
            atomic_store(&p->control.stop, true);
        }
    }
    return stopped;
}

static int start(pool *p, pthread_t *threads, int n)
{
    int started = 0;
    pthread_mutex_lock(&p->mutex);
    while (started < n && pthread_create(&threads[started], NULL, work, p) == 0) started++;
    p->running = p->most = started;
    pthread_mutex_unlock(&p->mutex);
    return started;
}

alv_status alv_pool_run(const alv_setup *setup, const alv_plan *plan, int threads,
                        const alv_pool_client *client, alv_error *error)
{
    pthread_t ids[MAX_THREADS];
    int todo = 0;
    for (int i = 0; i < plan->n; i++) todo += is_to_train(&plan->jobs[i]);
    if (threads > todo) threads = todo;
    if (threads > MAX_THREADS) threads = MAX_THREADS;
    if (todo == 0) return ALV_OK;
    pool p = {.setup = setup,
              .plan = plan,
              .mutex = PTHREAD_MUTEX_INITIALIZER,
              .news = PTHREAD_COND_INITIALIZER,
              .room = PTHREAD_COND_INITIALIZER};
    int started = start(&p, ids, threads);
    if (started == 0) return alv_fail(error, ALV_ERR_MEMORY, "jobs", "the system starts no thread");
    bool stopped = serve(&p, client);
    for (int i = 0; i < started; i++) pthread_join(ids[i], NULL);
    pthread_mutex_destroy(&p.mutex);
    pthread_cond_destroy(&p.news);
    pthread_cond_destroy(&p.room);
    if (p.status != ALV_OK && error) *error = p.error;
    if (p.status != ALV_OK) return p.status;
    return stopped ? alv_fail(error, ALV_ERR_INTERRUPTED, "compare", "stopped on request") : ALV_OK;
}

int alv_pool_threads(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    int n = CPU_COUNT(&set);
    return n > 0 ? n : 1;
}
