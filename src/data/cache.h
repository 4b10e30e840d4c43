/* Data sets that are downloaded once and kept in the user's cache. */
#ifndef ALV_DATA_CACHE_H
#define ALV_DATA_CACHE_H

#include "data/load.h"

enum { ALV_REMOTE_FILES = 4, ALV_REMOTE_MIRRORS = 4 };

typedef struct alv_remote_file {
    const char *name;
    const char *sha256; /* 64 hexadecimal digits */
    int64_t size;       /* bytes; more are refused */
} alv_remote_file;

typedef struct alv_remote {
    const char *name;
    const char *summary[ALV_LANGS];
    const char *citation;
    int64_t dim;
    int height, width, classes;
    int64_t n_train, n_test;
    const char *mirrors[ALV_REMOTE_MIRRORS + 1]; /* ends with NULL; each ends with a slash */
    alv_remote_file files[ALV_REMOTE_FILES];
    const char *const *class_names; /* (classes), NULL if none */
} alv_remote;

int alv_remote_count(void);
const alv_remote *alv_remote_at(int index);
const alv_remote *alv_remote_find(const char *name);

/* The directory of a data set in the user's cache, whether it exists or not:
 * $XDG_CACHE_HOME/alvor/NAME, or ~/.cache/alvor/NAME. The only place of the laboratory that reads
 * the environment. ALV_ERR_IO if neither variable is set. */
alv_status alv_cache_path(char out[ALV_PATH_SIZE], const char *name, alv_error *error);
/* True if all files are there (they were checked when they were written). */
bool alv_remote_is_here(const alv_remote *remote);
alv_status alv_load_remote(alv_split **out, const alv_remote *remote,
                           const alv_data_options *options, alv_error *error);

/* Watches a download. `progress` may be called often and returns false to stop; `note` gets one
 * line of text on each event (a mirror that failed, a file that is complete). */
typedef struct alv_download_watch {
    bool (*progress)(void *context, const char *file, int64_t done, int64_t total);
    void (*note)(void *context, const char *text);
    void *context;
} alv_download_watch;

/* Brings the files into `directory` (made if missing, with its parents). A file that is there with
 * the right sum is kept. Otherwise each mirror is tried in turn; a file appears under its name only
 * when it is complete and its SHA-256 agrees (temporary file, fsync, rename). `mirrors` ends with
 * NULL. ALV_ERR_INTERRUPTED when the watch said stop; nothing half-written stays. */
alv_status alv_download(const char *directory, const alv_remote_file *files, int n_files,
                        const char *const *mirrors, const alv_download_watch *watch,
                        alv_error *error);

#endif
