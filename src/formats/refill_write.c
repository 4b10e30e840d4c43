/* Writes a model with other weights: each file from its first byte to its last, what lies between
 * the drawn tensors from the map, and the tensors a chunk at a time. */
#include <stdio.h>
#include <sys/stat.h>
#include <zlib.h>

#include "base/base.h"
#include "formats/refill.h"
#include "io/endian.h"
#include "io/file.h"

enum { CHUNK = 1 << 20 };

typedef struct job {
    const alv_checkpoint *model;
    const alv_refill *list;
    uint64_t seed;
    bool (*stop)(void *user);
    void *user;
    alv_writer **writers; /* by file */
    unsigned char *chunk;
    alv_error *error;
} job;

/* Draws [lo, hi) of a tensor and writes it; *sum is the archive's check so far. */
static alv_status draw_part(job *j, const alv_checkpoint_tensor *t, const alv_refill *r, int64_t lo,
                            int64_t hi, const alv_fill *fill, unsigned char *to, uLong *sum)
{
    const size_t size = (size_t)((hi - lo) * t->item);
    if (j->stop && j->stop(j->user))
        return alv_fail(j->error, ALV_ERR_INTERRUPTED, "like", "interrupted; nothing is left");
    ALV_TRY(alv_init_fill(to, lo, hi, &r->scheme, &r->tensor, j->seed, fill, j->error));
    alv_little_endian(to, (int64_t)size, t->item);
    *sum = crc32_z(*sum, to, size);
    return alv_writer_put_at(j->writers[t->file], to, size, t->at + lo * t->item, j->error);
}

/* A tensor that its scheme makes whole. */
static alv_status draw_whole(job *j, const alv_checkpoint_tensor *t, const alv_refill *r,
                             int64_t need, uLong *sum)
{
    alv_fill fill = {.scratch_size = need};
    unsigned char *bytes = alv_new_array((size_t)t->size + 1, 1);
    fill.scratch = alv_new_array((size_t)need, 1);
    const alv_status status =
        bytes && fill.scratch
            ? draw_part(j, t, r, 0, t->count, &fill, bytes, sum)
            : alv_fail(j->error, ALV_ERR_MEMORY, "like", "no memory to draw '%s'", t->name);
    free(bytes);
    free(fill.scratch);
    return status;
}

/* Archives keep a sum of each member: header of the array, then its data. */
static alv_status put_sums(job *j, const alv_checkpoint_tensor *t, uLong sum)
{
    const unsigned char bytes[4] = {(unsigned char)sum, (unsigned char)(sum >> 8),
                                    (unsigned char)(sum >> 16), (unsigned char)(sum >> 24)};
    for (int i = 0; i < 2; i++)
        if (t->sum_at[i] > 0)
            ALV_TRY(alv_writer_put_at(j->writers[t->file], bytes, 4, t->sum_at[i], j->error));
    return ALV_OK;
}

static alv_status draw_tensor(job *j, const alv_checkpoint_tensor *t, const alv_refill *r)
{
    int64_t need = 0;
    const unsigned char *file = j->model->files[t->file].bytes;
    uLong sum = crc32_z(0, NULL, 0);
    if (t->count == 0) return ALV_OK;
    if (t->sum_from > 0) sum = crc32_z(sum, file + t->sum_from, (size_t)(t->at - t->sum_from));
    ALV_TRY(alv_init_scratch(&need, &r->scheme, &r->tensor, j->error));
    if (need > 0) {
        ALV_TRY(draw_whole(j, t, r, need, &sum));
    } else {
        const int64_t step = CHUNK / t->item;
        for (int64_t lo = 0; lo < t->count; lo += step) {
            const int64_t hi = t->count - lo < step ? t->count : lo + step;
            ALV_TRY(draw_part(j, t, r, lo, hi, NULL, j->chunk, &sum));
        }
    }
    return t->sum_from > 0 ? put_sums(j, t, sum) : ALV_OK;
}

/* Copies a file's bytes. What will be drawn over is copied, too: the map is read in order, and one
 * writer of both would need the tensors sorted by place. */
static alv_status copy_file(job *j, int file)
{
    const alv_checkpoint_file *f = &j->model->files[file];
    ALV_TRY(alv_writer_reserve(j->writers[file], (int64_t)f->size, j->error));
    for (size_t at = 0; at < f->size; at += CHUNK) {
        const size_t n = f->size - at < CHUNK ? f->size - at : CHUNK;
        if (j->stop && j->stop(j->user))
            return alv_fail(j->error, ALV_ERR_INTERRUPTED, "like", "interrupted; nothing is left");
        ALV_TRY(alv_writer_put_at(j->writers[file], f->bytes + at, n, (int64_t)at, j->error));
    }
    return ALV_OK;
}

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Where file `file` of the model goes: the first to `path`, others beside it. */
static alv_status open_file(job *j, int file, const char *path)
{
    const char *from = j->model->files[file].path, *base = strrchr(from, '/');
    const char *slash = strrchr(path, '/');
    char beside[4096];
    if (file == 0) return alv_writer_open(&j->writers[0], path, j->error);
    const size_t n = alv_text_format(beside, sizeof beside, "%s", path);
    const size_t at = slash ? (size_t)(slash - path) + 1 : 0;
    if (n >= sizeof beside || alv_text_format(beside + at, sizeof beside - at, "%s",
                                              base ? base + 1 : from) >= sizeof beside - at)
        return alv_fail(j->error, ALV_ERR_ARGUMENT, "output", "the path is too long");
    if (same_file(beside, from))
        return alv_fail(j->error, ALV_ERR_ARGUMENT, "output",
                        "the model's other file %s would be written over itself: choose another "
                        "directory",
                        from);
    return alv_writer_open(&j->writers[file], beside, j->error);
}

static alv_status write_all(job *j, const char *path)
{
    const int n = j->model->n_files;
    for (int file = 0; file < n; file++) {
        ALV_TRY(open_file(j, file, path));
        ALV_TRY(copy_file(j, file));
    }
    for (int64_t i = 0; i < j->model->n; i++)
        if (j->list[i].drawn) ALV_TRY(draw_tensor(j, &j->model->tensors[i], &j->list[i]));
    for (int file = 0; file < n; file++) ALV_TRY(alv_writer_sync(j->writers[file], j->error));
    for (int file = n - 1; file >= 0; file--) {
        alv_writer *writer = j->writers[file];
        j->writers[file] = NULL;
        ALV_TRY(alv_writer_commit(writer, j->error));
    }
    return ALV_OK;
}

alv_status alv_refill_write(const char *path, const alv_checkpoint *model, const alv_refill *list,
                            uint64_t seed, bool (*stop)(void *user), void *user, alv_error *error)
{
    job j = {
        .model = model, .list = list, .seed = seed, .stop = stop, .user = user, .error = error};
    j.writers = alv_new_array((size_t)model->n_files, sizeof *j.writers);
    j.chunk = aligned_alloc(64, CHUNK);
    const alv_status status = j.writers && j.chunk
                                  ? write_all(&j, path)
                                  : alv_fail(error, ALV_ERR_MEMORY, "like", "no memory to write");
    for (int file = 0; j.writers && file < model->n_files; file++)
        alv_writer_abort(j.writers[file]);
    free(j.writers);
    free(j.chunk);
    return status;
}
