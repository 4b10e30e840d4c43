/* env.json: the machine, build and command that produced a run. */
#ifndef ALV_LAB_ENV_H
#define ALV_LAB_ENV_H

#include "alvor/error.h"

/* Writes directory/env.json. command may be NULL. */
alv_status alv_env_write(const char *directory, const char *command, int threads, alv_error *error);

#endif
