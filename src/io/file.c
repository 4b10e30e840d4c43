/* Whole files out, on POSIX calls. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* fallocate, sync_file_range */
#endif
#include "io/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"

enum { NAME_TRIES = 100 };

/* A long path is told by its end. */
static const char *path_end(const char *path, size_t size)
{
    size_t length = strlen(path);
    return length >= size ? path + length - size + 1 : path;
}

static alv_status fail_io(alv_error *error, const char *path, int cause)
{
    return alv_fail(error, ALV_ERR_IO, path_end(path, sizeof error->where), "cannot write: %s",
                    strerror(cause));
}

struct alv_writer {
    int fd;
    int cause; /* errno of the first failed write, 0 if none */
    bool straight;
    char target[PATH_MAX];         /* where the bytes belong, for messages too */
    char temporary[PATH_MAX + 32]; /* where they are until commit */
};

/* Finds the target behind symbolic links and whether it can be replaced by a rename. */
static alv_status resolve(alv_writer *w, const char *path, mode_t *mode, alv_error *error)
{
    struct stat info;
    char real[PATH_MAX];
    if (alv_text_format(w->target, sizeof w->target, "%s", path) >= sizeof w->target)
        return alv_fail(error, ALV_ERR_ARGUMENT, "path", "the path is too long");
    *mode = 0;
    if (strcmp(path, "-") == 0) {
        w->straight = true;
        return ALV_OK;
    }
    if (stat(path, &info) != 0) return ALV_OK;
    if (S_ISDIR(info.st_mode)) return fail_io(error, path, EISDIR);
    w->straight = !S_ISREG(info.st_mode);
    *mode = info.st_mode & 0777;
    if (!w->straight && realpath(path, real))
        alv_text_format(w->target, sizeof w->target, "%s", real);
    return ALV_OK;
}

/* ".tmp<pid>.<n>" of a process of this machine that is no more. */
static bool is_orphan(const char *suffix)
{
    char *end;
    if (strncmp(suffix, ".tmp", 4) != 0 || suffix[4] < '1' || suffix[4] > '9') return false;
    const long pid = strtol(suffix + 4, &end, 10);
    if (end[0] != '.' || end[1] == '\0' || end[1 + strspn(end + 1, "0123456789")] != '\0')
        return false;
    return pid <= INT_MAX && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

/* Removes what killed writers of this target left. A writer holds a lock on its file, so that one
 * that this machine's process numbers do not tell of (another container's) is spared. */
static void sweep(const char *target)
{
    char place[PATH_MAX];
    alv_text_format(place, sizeof place, "%s", target);
    char *slash = strrchr(place, '/');
    const char *name = slash ? target + (slash - place) + 1 : target;
    if (slash) slash[slash == place] = '\0';
    DIR *directory = opendir(slash ? place : ".");
    const size_t length = strlen(name);
    for (struct dirent *at; directory && (at = readdir(directory));) {
        if (strncmp(at->d_name, name, length) != 0 || !is_orphan(at->d_name + length)) continue;
        int fd =
            openat(dirfd(directory), at->d_name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
        struct stat info;
        if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
            flock(fd, LOCK_EX | LOCK_NB) == 0)
            unlinkat(dirfd(directory), at->d_name, 0);
        if (fd >= 0) close(fd);
    }
    if (directory) closedir(directory);
}

static int open_temporary(alv_writer *w)
{
    int fd = -1;
    sweep(w->target);
    for (int i = 0; i < NAME_TRIES && fd < 0; i++) {
        alv_text_format(w->temporary, sizeof w->temporary, "%s.tmp%lld.%d", w->target,
                        (int64_t)getpid(), i);
        fd = open(w->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST) break;
    }
    if (fd >= 0) (void)!flock(fd, LOCK_EX | LOCK_NB); /* see sweep; some file systems cannot */
    return fd;
}

alv_status alv_writer_open(alv_writer **out, const char *path, alv_error *error)
{
    if (!out || !path) return alv_fail(error, ALV_ERR_ARGUMENT, "file", "NULL argument");
    alv_writer *w = alv_new_array(1, sizeof *w);
    if (!w) return alv_fail(error, ALV_ERR_MEMORY, path, "no memory");
    mode_t mode;
    alv_status status = resolve(w, path, &mode, error);
    if (status == ALV_OK) {
        w->fd = strcmp(path, "-") == 0 ? dup(STDOUT_FILENO)
                : w->straight          ? open(path, O_WRONLY | O_CLOEXEC)
                                       : open_temporary(w);
        if (w->fd < 0) status = fail_io(error, path, errno);
    }
    if (status != ALV_OK) {
        free(w);
        return status;
    }
    if (mode && !w->straight) (void)!fchmod(w->fd, mode); /* the old file's, where we may */
    *out = w;
    return ALV_OK;
}

alv_status alv_writer_put(alv_writer *w, const void *bytes, size_t size, alv_error *error)
{
    const unsigned char *from = bytes;
    while (size > 0 && w->cause == 0) {
        ssize_t n = write(w->fd, from, size);
        if (n < 0 && errno != EINTR) w->cause = errno;
        if (n <= 0) continue;
        from += n;
        size -= (size_t)n;
    }
    return w->cause ? fail_io(error, w->target, w->cause) : ALV_OK;
}

alv_status alv_writer_put_at(alv_writer *w, const void *bytes, size_t size, int64_t offset,
                             alv_error *error)
{
    const unsigned char *from = bytes;
    while (size > 0) {
        ssize_t n = pwrite(w->fd, from, size, (off_t)offset);
        if (n < 0 && errno != EINTR) return fail_io(error, w->target, errno);
        if (n <= 0) continue;
        from += n;
        offset += n;
        size -= (size_t)n;
    }
    return ALV_OK;
}

alv_status alv_writer_reserve(alv_writer *w, int64_t size, alv_error *error)
{
#ifdef __linux__
    if (size <= 0 || w->straight) return ALV_OK;
    while (fallocate(w->fd, 0, 0, (off_t)size) != 0) {
        if (errno == EINTR) continue;
        if (errno == ENOSPC || errno == EFBIG || errno == EDQUOT)
            return alv_fail(error, ALV_ERR_IO, path_end(w->target, sizeof error->where),
                            "cannot write its %lld bytes: %s", size, strerror(errno));
        break; /* this file system cannot reserve */
    }
#else
    (void)w, (void)size, (void)error;
#endif
    return ALV_OK;
}

void alv_writer_begin_flush(alv_writer *w, int64_t offset, size_t size)
{
#ifdef __linux__
    (void)!sync_file_range(w->fd, (off_t)offset, (off_t)size, SYNC_FILE_RANGE_WRITE);
#else
    (void)w, (void)offset, (void)size;
#endif
}

alv_status alv_writer_sync(alv_writer *w, alv_error *error)
{
    if (w->straight || fsync(w->fd) == 0) return ALV_OK;
    return fail_io(error, w->target, errno);
}

/* Makes a rename survive a power cut; some file systems cannot, and that is no error. */
static void sync_directory(const char *path)
{
    char directory[PATH_MAX];
    alv_text_format(directory, sizeof directory, "%s", path);
    char *slash = strrchr(directory, '/');
    if (slash) slash[slash == directory] = '\0';
    int fd = open(slash ? directory : ".", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    (void)!fsync(fd);
    close(fd);
}

alv_status alv_writer_commit(alv_writer *w, alv_error *error)
{
    int cause = w->cause;
    if (!cause && !w->straight && fsync(w->fd) != 0) cause = errno;
    if (close(w->fd) != 0 && !cause) cause = errno;
    if (!cause && !w->straight && rename(w->temporary, w->target) != 0) cause = errno;
    if (cause && !w->straight) unlink(w->temporary);
    if (!cause && !w->straight) sync_directory(w->target);
    alv_status status = cause ? fail_io(error, w->target, cause) : ALV_OK;
    free(w);
    return status;
}

void alv_writer_abort(alv_writer *w)
{
    if (!w) return;
    close(w->fd);
    if (!w->straight) unlink(w->temporary);
    free(w);
}

alv_status alv_file_write(const char *path, const void *bytes, size_t size, alv_error *error)
{
    alv_writer *writer;
    ALV_TRY(alv_writer_open(&writer, path, error));
    if (alv_writer_put(writer, bytes, size, error) != ALV_OK) {
        alv_writer_abort(writer);
        return ALV_ERR_IO;
    }
    return alv_writer_commit(writer, error);
}
