/* Threads that share the tasks of one fill: an alv_executor for libalvor, which has no threads. */
#ifndef ALV_LAB_TEAM_H
#define ALV_LAB_TEAM_H

#include "alvor/executor.h"
#include "base/base.h"

typedef struct alv_team alv_team;

/* A team of `threads`, the caller among them; fewer where no more can be had. ALV_ERR_MEMORY. The
 * threads sleep between runs. One thread at a time may use a team. */
alv_status alv_team_new(alv_team **out, int threads, alv_error *error);
void alv_team_free(alv_team *team); /* NULL is fine */

/* Valid as long as the team is; for NULL, the calling thread alone. */
alv_executor alv_team_executor(alv_team *team);

#endif
