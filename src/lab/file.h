/* Run directories: making them, naming what is in them, holding them for one process. */
#ifndef ALV_LAB_FILE_H
#define ALV_LAB_FILE_H

#include "alvor/error.h"
#include "base/libc.h"

enum { ALV_MAX_PATH = 4096 };

/* directory/name; ALV_ERR_ARGUMENT if it does not fit. */
alv_status alv_run_path(char *out, size_t size, const char *directory, const char *name,
                        alv_error *error);
/* Makes a directory and those above it; one that exists is fine. */
alv_status alv_directory_make(const char *path, alv_error *error);
/* Holds a run directory for one process. The lock goes away with the process, however it dies. */
alv_status alv_directory_lock(int *out, const char *path, alv_error *error);
void alv_directory_unlock(int lock);

#endif
