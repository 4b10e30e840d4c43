/* Spans of files by pread. A file is opened again by its path, by each reader for itself, so that
 * the system sees one stream of reads for each; and refused if it is no longer the file that was
 * mapped. */
#include "formats/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"

enum {
    PAGE = 1 << 12,
    NEAR = 1 << 16 /* a step forward of no more than that goes on through the file */
};

alv_status alv_reader_begin(alv_reader *r, const alv_checkpoint *model, alv_error *error)
{
    unsigned char *buffer = alv_new_array(ALV_READER_BYTES, 1);
    if (!buffer)
        return alv_fail(error, ALV_ERR_MEMORY, model->files[0].path, "no memory to read it");
    *r = (alv_reader){.model = model, .file = -1, .fd = -1, .buffer = buffer};
    return ALV_OK;
}

static void close_file(alv_reader *r)
{
    if (r->fd >= 0) close(r->fd);
    r->file = r->fd = -1;
    r->from = r->to = 0;
}

alv_status alv_reader_end(alv_reader *r, alv_error *error)
{
    close_file(r);
    free(r->buffer);
    if (r->status != ALV_OK && error) *error = r->error;
    return r->status;
}

static bool open_file(alv_reader *r, int file)
{
    const alv_checkpoint_file *f = &r->model->files[file];
    struct stat info;
    if (r->file == file) return true;
    close_file(r);
    r->fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (r->fd < 0 || fstat(r->fd, &info) != 0) {
        r->status = alv_fail(&r->error, ALV_ERR_IO, f->path, "cannot read it: %s", strerror(errno));
        return false;
    }
    if ((uint64_t)info.st_dev != f->device || (uint64_t)info.st_ino != f->inode) {
        r->status = alv_fail(&r->error, ALV_ERR_IO, f->path,
                             "another file took its place while it was read: try again");
        return false;
    }
    r->file = file;
    return true;
}

/* Fills the buffer with bytes [at, at + n) of the open file, n of them at most and `least` at
 * least. */
static bool fill(alv_reader *r, int64_t at, int64_t n, int64_t least)
{
    const alv_checkpoint_file *f = &r->model->files[r->file];
    int64_t got = 0;
    r->from = r->to = at;
    while (got < n) {
        const ssize_t more = pread(r->fd, r->buffer + got, (size_t)(n - got), at + got);
        if (more < 0 && errno == EINTR) continue;
        if (more > 0) {
            got += more;
            continue;
        }
        if (got >= least) break;
        r->status =
            more < 0 ? alv_fail_at(&r->error, ALV_ERR_IO, f->path, at + got, "cannot read it: %s",
                                   strerror(errno))
                     : alv_fail_at(&r->error, ALV_ERR_IO, f->path, at + got,
                                   "it ends here, and had %lld bytes when it was opened: somebody "
                                   "shortened it meanwhile; try again when it is whole",
                                   (long long)f->size);
        return false;
    }
    r->to = at + got;
    return true;
}

static bool in_memory(const alv_reader *r, const alv_checkpoint_tensor *t)
{
    return !r || t->file < 0 || !r->model->files[t->file].mapped;
}

const unsigned char *alv_reader_span(alv_reader *r, const alv_checkpoint_tensor *t, int64_t from,
                                     int64_t size)
{
    if (in_memory(r, t)) return t->bytes + from;
    if (r->status != ALV_OK || !open_file(r, t->file)) return NULL;
    const alv_checkpoint_file *f = &r->model->files[t->file];
    const int64_t at = t->bytes - f->bytes + from, left = (int64_t)f->size - at;
    if (at < r->from || at + size > r->to) {
        const bool goes_on = at >= r->from && at - r->to <= NEAR;
        const int64_t page = size < PAGE ? PAGE : size, n = goes_on ? ALV_READER_BYTES : page;
        if (!fill(r, at, n < left ? n : left, size)) return NULL;
    }
    return r->buffer + (at - r->from);
}

bool alv_reader_decode(double *out, alv_reader *r, const alv_checkpoint_tensor *t, int64_t lo,
                       int64_t hi)
{
    alv_checkpoint_tensor view;
    const int64_t most = ALV_READER_BYTES / t->item;
    if (in_memory(r, t)) return alv_checkpoint_decode(out, t, lo, hi), true;
    view = *t;
    for (int64_t at = lo; at < hi; at += most) {
        const int64_t n = hi - at < most ? hi - at : most;
        view.bytes = alv_reader_span(r, t, at * t->item, n * t->item);
        if (!view.bytes) {
            memset(out, 0, (size_t)(hi - lo) * sizeof *out);
            return false;
        }
        alv_checkpoint_decode(out + (at - lo), &view, 0, n);
    }
    return true;
}
