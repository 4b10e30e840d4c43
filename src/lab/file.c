/* Run directories: making them, naming what is in them, holding them for one process. */
#include "lab/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"

alv_status alv_run_path(char *out, size_t size, const char *directory, const char *name,
                        alv_error *error)
{
    if (alv_text_format(out, size, "%s/%s", directory, name) < size) return ALV_OK;
    return alv_fail(error, ALV_ERR_ARGUMENT, "path", "the path is longer than %d bytes",
                    (int)size - 1);
}

static alv_status make_one(const char *path, alv_error *error)
{
    struct stat info;
    if (mkdir(path, 0777) == 0) return ALV_OK;
    int cause = errno;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) return ALV_OK;
    if (cause == EEXIST) cause = ENOTDIR;
    return alv_fail(error, ALV_ERR_IO, "directory", "cannot make %s: %s", path, strerror(cause));
}

alv_status alv_directory_make(const char *path, alv_error *error)
{
    char part[ALV_MAX_PATH];
    size_t n = strlen(path);
    if (n == 0 || n >= sizeof part)
        return alv_fail(error, ALV_ERR_ARGUMENT, "directory", "its path is empty or too long");
    for (size_t i = 1; i < n; i++) {
        if (path[i] != '/' || path[i - 1] == '/') continue;
        memcpy(part, path, i);
        part[i] = '\0';
        ALV_TRY(make_one(part, error));
    }
    return make_one(path, error);
}

alv_status alv_directory_lock(int *out, const char *path, alv_error *error)
{
    int lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0)
        return alv_fail(error, ALV_ERR_IO, "directory", "cannot open %s: %s", path,
                        strerror(errno));
    if (flock(lock, LOCK_EX | LOCK_NB) == 0) return *out = lock, ALV_OK;
    int cause = errno;
    close(lock);
    if (cause == EWOULDBLOCK)
        return alv_fail(error, ALV_ERR_IO, "directory",
                        "another alvor is writing %s: wait for it, or give another directory with "
                        "-o",
                        path);
    return alv_fail(error, ALV_ERR_IO, "directory", "cannot lock %s: %s", path, strerror(cause));
}

void alv_directory_unlock(int lock)
{
    if (lock >= 0) close(lock);
}
