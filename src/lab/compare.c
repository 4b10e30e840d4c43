/* A comparison from its texts to its run directory: set up, plan, resume, train, write. */
#include <time.h>

#include "base/base.h"
#include "io/file.h"
#include "lab/env.h"
#include "lab/file.h"
#include "lab/pool.h"
#include "lab/store.h"

/* What the calling thread knows while workers train. */
typedef struct session {
    const alv_setup *setup;
    const alv_plan *plan;
    alv_store *store;
    const alv_watch *watch;
    const char *directory, *command;
    int threads;
    alv_progress progress;
    char best[ALV_MAX_TEXT];
    int64_t steps_to_do, steps_before; /* before: of the pool's earlier run */
    double start;
} session;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Writes the trial again for the jobs that share it. */
static alv_status copy(session *s, const alv_job *job, alv_trial *trial, alv_error *error)
{
    const alv_plan *plan = s->plan;
    int self = (int)(job - plan->jobs);
    for (int i = self + 1; i < plan->n; i++) {
        const alv_job *other = &plan->jobs[i];
        if (!other->copied || other->twin != self) continue;
        if (other->light) alv_trial_lighten(trial, s->setup);
        ALV_TRY(alv_store_add(s->store, s->setup, other, trial, error));
        s->progress.done++;
    }
    return ALV_OK;
}

static alv_status finished(void *user, const alv_job *job, alv_trial *trial, alv_error *error)
{
    session *s = user;
    ALV_TRY(alv_store_add(s->store, s->setup, job, trial, error));
    ALV_TRY(copy(s, job, trial, error));
    s->progress.done++;
    double loss = trial->final_train_loss;
    if (strcmp(job->purpose, "compare") == 0 && trial->diverged_at < 0 &&
        (!s->best[0] || loss < s->progress.best_loss)) {
        alv_text_format(s->best, sizeof s->best, "%s", job->scheme.text);
        s->progress.best_loss = loss;
    }
    return ALV_OK;
}

static bool tick(void *user, int64_t steps)
{
    session *s = user;
    s->progress.seconds = now() - s->start;
    s->progress.share =
        s->steps_to_do > 0 ? (double)(s->steps_before + steps) / (double)s->steps_to_do : 1;
    if (s->watch && s->watch->progress) s->watch->progress(s->watch->user, &s->progress);
    return s->watch && s->watch->stop && s->watch->stop(s->watch->user);
}

static alv_status write_spec(const char *directory, const alv_setup *setup, alv_error *error)
{
    char path[ALV_MAX_PATH];
    ALV_TRY(alv_run_path(path, sizeof path, directory, "spec.json", error));
    return alv_file_write(path, setup->spec, strlen(setup->spec), error);
}

/* The files that tell of the run, while workers train. Nothing is lost with them yet. */
static alv_status started(void *user, alv_error *error)
{
    const session *s = user;
    ALV_TRY(alv_store_commit(s->store, error));
    ALV_TRY(write_spec(s->directory, s->setup, error));
    return alv_env_write(s->directory, s->command, s->threads, error);
}

static alv_status delivered(void *user, alv_error *error)
{
    return alv_store_commit(((session *)user)->store, error);
}

/* The trials that choose learning rates, then the rates, then all others. */
static alv_status train_all(session *s, alv_plan *plan, alv_error *error)
{
    alv_pool_client client = {s, started, finished, delivered, tick};
    const int n = plan->n - plan->n_tuning;
    const alv_plan others = {.n = n, .jobs = plan->jobs};
    if (s->setup->tuned) {
        const alv_plan tuning = {.n = plan->n_tuning, .jobs = plan->jobs + n};
        alv_tuning *tunings;
        int n_tunings;
        ALV_TRY(alv_pool_run(s->setup, &tuning, s->threads, &client, error));
        ALV_TRY(alv_store_tunings(&tunings, &n_tunings, s->store, error));
        alv_plan_set_rates(plan, s->setup, tunings, n_tunings);
        free(tunings);
        for (int i = 0; i < tuning.n; i++)
            s->steps_before += tuning.jobs[i].done ? 0 : s->setup->steps;
    }
    return alv_pool_run(s->setup, &others, s->threads, &client, error);
}

static alv_status train_missing(session *s, alv_plan *plan, alv_error *error)
{
    ALV_TRY(alv_store_match(&s->progress.done, s->store, plan, error));
    s->progress.resumed = s->progress.done;
    s->progress.total = plan->n;
    s->progress.best = s->best;
    if (s->progress.done == plan->n) {
        ALV_TRY(alv_store_commit(s->store, error));
        return write_spec(s->directory, s->setup, error);
    }
    s->plan = plan;
    s->steps_to_do = alv_plan_share(plan) * s->setup->steps;
    s->start = now();
    if (tick(s, 0)) return alv_fail(error, ALV_ERR_INTERRUPTED, "compare", "stopped on request");
    return train_all(s, plan, error);
}

static alv_status run_in(const char *directory, const alv_setup *setup, const alv_compare *what,
                         const alv_watch *watch, alv_error *error)
{
    alv_plan plan = {0};
    session s = {.setup = setup,
                 .watch = watch,
                 .directory = directory,
                 .command = what->command,
                 .threads = what->jobs > 0 ? (int)what->jobs : alv_pool_threads()};
    ALV_TRY(alv_directory_make(directory, error));
    ALV_TRY(alv_plan_make(&plan, setup, error));
    alv_status status = alv_store_open(&s.store, directory, setup, what->fresh, error);
    if (status == ALV_OK) status = train_missing(&s, &plan, error);
    alv_store_close(s.store);
    alv_plan_free(&plan);
    return status;
}

alv_status alv_compare_run(char *directory, size_t size, const alv_compare *what,
                           const alv_watch *watch, alv_error *error)
{
    alv_setup setup;
    alv_status status = alv_setup_make(&setup, what, error);
    if (status == ALV_OK && what->directory)
        status = alv_text_format(directory, size, "%s", what->directory) < size
                     ? ALV_OK
                     : alv_fail(error, ALV_ERR_ARGUMENT, "output", "the path is too long");
    else if (status == ALV_OK)
        status = alv_run_path(directory, size, "runs", setup.digest, error);
    if (status == ALV_OK) status = run_in(directory, &setup, what, watch, error);
    alv_setup_free(&setup);
    return status;
}
