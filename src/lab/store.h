/* run.db: the results of a comparison, one writer (docs/formats.md). What _open, _match and _add
 * write is there for others, and lasts, from alv_store_commit on: all of it or nothing. */
#ifndef ALV_LAB_STORE_H
#define ALV_LAB_STORE_H

#include "lab/trial.h"

enum { ALV_RUN_FORMAT = 2 }; /* run.db's PRAGMA user_version */

typedef struct alv_store alv_store;

/* Opens or makes directory/run.db and takes the directory's lock. A database of another comparison
 * is refused (ALV_ERR_ARGUMENT) unless `fresh`, which forgets what is there. ALV_ERR_FORMAT: the
 * file is no database of this version. */
alv_status alv_store_open(alv_store **out, const char *directory, const alv_setup *setup,
                          bool fresh, alv_error *error);
void alv_store_close(alv_store *store); /* without what was not committed; NULL is fine */

/* Marks the jobs whose results are there, and drops results of no job in the plan: those of another
 * engine or processor. *done counts the marked. */
alv_status alv_store_match(int64_t *done, alv_store *store, alv_plan *plan, alv_error *error);

/* What the trials of learning rates say so far; free *out with free(). */
alv_status alv_store_tunings(alv_tuning **out, int *n, alv_store *store, alv_error *error);

/* Writes all rows of a trial. After an error nothing is left of what was not committed. */
alv_status alv_store_add(alv_store *store, const alv_setup *setup, const alv_job *job,
                         const alv_trial *trial, alv_error *error);

/* Nothing to do is fine. */
alv_status alv_store_commit(alv_store *store, alv_error *error);

#endif
