/* Draws a plan straight into its files: all threads, one small buffer each.
 *
 * Every element can be drawn by itself (contract C1), so the line of all data is cut into chunks,
 * and a thread takes the next chunk, draws what stands there and writes it at its place: no order,
 * no queue, no thread that waits for another. The disk is told to begin at once: left to itself,
 * the kernel waits until much is dirty, and the flush at the end would take as long as all the
 * drawing. Mapping the file would let the kernel do the copying, but mapped pages count as the
 * process's memory; pwrite from one buffer does not. Tensors that must be made whole (orthogonal)
 * come first, so that none is left for the end: large ones one after another by all threads
 * together, which takes no more memory than one thread does, small ones by a thread each. */
#include "formats/save.h"

#include <stdatomic.h>
#include <stdio.h>

#include "base/base.h"
#include "io/endian.h"
#include "io/file.h"
#include "team/team.h"

enum { ALIGNMENT = 64 };

typedef struct work {
    const alv_weight_plan *plan;
    const alv_save *how;
    const alv_save_map *map;
    alv_writer **writers;
    int64_t chunk;
    _Atomic int64_t next_piece, next_chunk;
    atomic_bool ended;  /* an error, or stop */
    atomic_flag failed; /* the first error is that of the whole */
    alv_status status;
    alv_error error;
} work;

static bool stopped(work *w)
{
    if (w->how->stop && w->how->stop(w->how->user)) atomic_store(&w->ended, true);
    return atomic_load(&w->ended);
}

/* Draws bytes [lo, hi) of the line, all within piece p, to out. */
static alv_status draw(work *w, void *out, const alv_piece *p, int64_t lo, int64_t hi,
                       const alv_fill *fill, alv_error *error)
{
    const alv_tensor *tensor = &w->plan->tensors[p->tensor];
    const int64_t item = (int64_t)alv_dtype_size(tensor->dtype);
    ALV_TRY(alv_init_fill(out, (lo - p->begin) / item, (hi - p->begin) / item,
                          alv_weight_plan_scheme(w->plan, p->tensor), tensor, w->how->seed, fill,
                          error));
    alv_little_endian(out, hi - lo, (int)item);
    return ALV_OK;
}

/* Writes bytes [lo, hi) of the line to the shard's file. */
static alv_status put(work *w, int shard, const void *bytes, int64_t lo, int64_t hi,
                      alv_error *error)
{
    const alv_shard *s = &w->map->shards[shard];
    const int64_t offset = s->header + (lo - s->base);
    const size_t size = (size_t)(hi - lo);
    if (size == 0) return ALV_OK;
    ALV_TRY(alv_writer_put_at(w->writers[shard], bytes, size, offset, error));
    alv_writer_begin_flush(w->writers[shard], offset, size);
    return ALV_OK;
}

/* The first piece that ends behind `at`. */
static int64_t find_piece(const alv_save_map *map, int64_t at)
{
    int64_t lo = 0, hi = map->n_pieces;
    while (lo < hi) {
        int64_t mid = lo + (hi - lo) / 2;
        if (map->pieces[mid].end > at)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

/* Draws what stands on the line from lo to hi, and writes each stretch without a gap at once. */
static alv_status do_chunk(work *w, char *buffer, int64_t lo, int64_t hi, alv_error *error)
{
    int64_t begin = lo, end = lo; /* of the stretch that is drawn and not written */
    int shard = 0;
    for (int64_t i = find_piece(w->map, lo); i < w->map->n_pieces; i++) {
        const alv_piece *p = &w->map->pieces[i];
        int64_t a = p->begin > lo ? p->begin : lo, b = p->end < hi ? p->end : hi;
        if (p->begin >= hi) break;
        if (p->scratch > 0 || a >= b) continue;
        if (a != end || p->shard != shard) {
            ALV_TRY(put(w, shard, buffer + (begin - lo), begin, end, error));
            begin = a;
            shard = p->shard;
        }
        ALV_TRY(draw(w, buffer + (a - lo), p, a, b, NULL, error));
        end = b;
    }
    return put(w, shard, buffer + (begin - lo), begin, end, error);
}

/* Draws and writes one tensor that has to be made whole. */
static alv_status do_whole(work *w, const alv_piece *p, alv_executor executor, alv_error *error)
{
    const alv_scheme *scheme = alv_weight_plan_scheme(w->plan, p->tensor);
    const alv_tensor *tensor = &w->plan->tensors[p->tensor];
    alv_fill fill = {.scratch_size = p->scratch, .executor = executor};
    void *bytes = alv_new_array((size_t)(p->end - p->begin), 1);
    fill.scratch = alv_new_array((size_t)fill.scratch_size, 1);
    alv_status status =
        bytes && fill.scratch
            ? draw(w, bytes, p, p->begin, p->end, &fill, error)
            : alv_fail(error, ALV_ERR_MEMORY, tensor->name,
                       "no memory for this tensor, which %s makes whole: %lld bytes",
                       scheme->init->name, p->end - p->begin + p->scratch);
    if (status == ALV_OK) status = put(w, p->shard, bytes, p->begin, p->end, error);
    free(bytes);
    free(fill.scratch);
    return status;
}

static bool is_whole(const alv_piece *p, bool shared)
{
    return p->scratch > 0 && alv_piece_shared(p) == shared;
}

/* The tensors that the team makes whole together. */
static alv_status draw_shared(work *w, alv_team *team, alv_error *error)
{
    for (int64_t i = 0; i < w->map->n_pieces; i++)
        if (is_whole(&w->map->pieces[i], true) && !stopped(w))
            ALV_TRY(do_whole(w, &w->map->pieces[i], alv_team_executor(team), error));
    return ALV_OK;
}

static alv_status draw_share(work *w, char *buffer, alv_error *error)
{
    int64_t i, lo;
    while ((i = atomic_fetch_add(&w->next_piece, 1)) < w->map->n_pieces)
        if (is_whole(&w->map->pieces[i], false) && !stopped(w))
            ALV_TRY(do_whole(w, &w->map->pieces[i], (alv_executor){0}, error));
    while ((lo = w->chunk * atomic_fetch_add(&w->next_chunk, 1)) < w->map->end && !stopped(w)) {
        int64_t hi = w->map->end - lo < w->chunk ? w->map->end : lo + w->chunk;
        ALV_TRY(do_chunk(w, buffer, lo, hi, error));
    }
    return ALV_OK;
}

static void worker(void *argument, int i)
{
    (void)i;
    work *w = argument;
    alv_error error;
    size_t size = ((size_t)w->chunk + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    char *buffer = aligned_alloc(ALIGNMENT, size);
    alv_status status =
        buffer ? draw_share(w, buffer, &error)
               : alv_fail(&error, ALV_ERR_MEMORY, "save", "no memory for %lld bytes", w->chunk);
    free(buffer);
    if (status == ALV_OK) return;
    if (!atomic_flag_test_and_set(&w->failed)) w->status = status, w->error = error;
    atomic_store(&w->ended, true);
}

static alv_status draw_all(work *w, alv_error *error)
{
    alv_team team;
    alv_team_begin(&team, w->how->threads);
    w->status = draw_shared(w, &team, &w->error);
    if (w->status == ALV_OK) alv_team_run(&team, worker, w, team.n + 1);
    alv_team_end(&team);
    if (w->status != ALV_OK && error) *error = w->error;
    if (w->status == ALV_OK && stopped(w))
        return alv_fail(error, ALV_ERR_INTERRUPTED, w->how->path, "interrupted; nothing is left");
    return w->status;
}

static alv_status open_shard(work *w, int k, alv_error *error)
{
    const alv_shard *shard = &w->map->shards[k];
    char *header;
    size_t length;
    ALV_TRY(alv_writer_open(&w->writers[k], shard->path, error));
    ALV_TRY(alv_writer_reserve(w->writers[k], shard->header + shard->bytes, error));
    ALV_TRY(alv_save_header(&header, &length, w->plan, w->map, shard, w->how->seed, error));
    alv_status status = alv_writer_put_at(w->writers[k], header, length, 0, error);
    free(header);
    return status;
}

/* Renames what is complete; if one cannot be, the others do not stay either. */
static alv_status commit(work *w, alv_error *error)
{
    alv_status status = ALV_OK;
    int done = 0, n = w->map->n_shards;
    for (int k = 0; k < n && status == ALV_OK; k++) status = alv_writer_sync(w->writers[k], error);
    while (done < n && status == ALV_OK) {
        status = alv_writer_commit(w->writers[done], error);
        w->writers[done] = NULL;
        done += status == ALV_OK;
    }
    char *index = NULL;
    bool indexed = *w->map->index;
    if (status == ALV_OK && indexed) status = alv_save_index(&index, w->plan, w->map, error);
    if (status == ALV_OK && indexed)
        status = alv_file_write(w->map->index, index, strlen(index), error);
    free(index);
    for (int k = 0; k < done && status != ALV_OK; k++) remove(w->map->shards[k].path);
    return status;
}

static alv_status save(work *w, alv_error *error)
{
    for (int k = 0; k < w->map->n_shards; k++) ALV_TRY(open_shard(w, k, error));
    ALV_TRY(draw_all(w, error));
    return commit(w, error);
}

alv_status alv_plan_save(const alv_weight_plan *plan, const alv_save *how, alv_error *error)
{
    alv_save_map *map;
    ALV_TRY(alv_save_map_new(&map, plan, how, error));
    work w = {.plan = plan,
              .how = how,
              .map = map,
              .chunk = alv_save_chunk(how),
              .failed = ATOMIC_FLAG_INIT};
    w.writers = alv_new_array((size_t)map->n_shards, sizeof(alv_writer *));
    alv_status status = w.writers
                            ? save(&w, error)
                            : alv_fail(error, ALV_ERR_MEMORY, "save", "no memory for the files");
    for (int k = 0; w.writers && k < map->n_shards; k++) alv_writer_abort(w.writers[k]);
    free(w.writers);
    alv_save_map_free(map);
    return status;
}
