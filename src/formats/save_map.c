/* Where every byte goes: the plan's order cut into files of about equal size, and within a file the
 * layout of the format. All data stand on one line, file after file, so that threads can share them
 * out by position alone. */
#include "formats/save.h"

#include "base/base.h"

static const char where[] = "save";
static const char suffix[] = ".safetensors";

enum { CHUNK = 1 << 19, LEAST_CHUNK = 1 << 15, ALL_CHUNKS = 8 << 20, LINE = 8 };
enum { SHARED = 1 << 20 /* bytes of scratch */ };

bool alv_piece_shared(const alv_piece *piece)
{
    return piece->scratch > SHARED;
}

int64_t alv_save_chunk(const alv_save *how)
{
    int64_t chunk = how->chunk, share = ALL_CHUNKS / (how->threads > 1 ? how->threads : 1);
    if (chunk <= 0) chunk = share > CHUNK ? CHUNK : share < LEAST_CHUNK ? LEAST_CHUNK : share;
    return (chunk + LINE - 1) / LINE * LINE;
}

static int64_t tensor_bytes(const alv_tensor *tensor)
{
    int64_t count = 0;
    alv_tensor_count(&count, tensor, NULL);
    return count * (int64_t)alv_dtype_size(tensor->dtype);
}

/* Cuts the plan's order into shards: each takes tensors up to its share of the bytes, at least one,
 * and leaves one for each that follows. */
static void cut(alv_save_map *map, const alv_weight_plan *plan)
{
    int64_t at = 0, done = 0;
    for (int k = 0; k < map->n_shards; k++) {
        alv_shard *shard = &map->shards[k];
        int64_t share = map->sizes.bytes / map->n_shards * (k + 1), left = map->n_shards - k - 1;
        shard->first = at;
        while (at < plan->n - left) {
            int64_t bytes = tensor_bytes(&plan->tensors[at]);
            if (left > 0 && at > shard->first && done + bytes / 2 > share) break;
            done += bytes;
            at++;
        }
        shard->n = at - shard->first;
    }
}

/* "dir/model.safetensors" -> "dir/model-00001-of-00003.safetensors", and the index beside them. */
static alv_status name_files(alv_save_map *map, const char *path, alv_error *error)
{
    size_t n = strlen(path), tail = sizeof suffix - 1;
    if (n + 32 > PATH_MAX) return alv_fail(error, ALV_ERR_ARGUMENT, "path", "the path is too long");
    alv_text_format(map->shards[0].path, PATH_MAX, "%s", path);
    if (map->n_shards == 1) return ALV_OK;
    char stem[PATH_MAX];
    alv_text_format(stem, sizeof stem, "%s", path);
    if (n > tail && strcmp(path + n - tail, suffix) == 0) stem[n - tail] = '\0';
    for (int k = 0; k < map->n_shards; k++) {
        char number[16], total[16];
        size_t a = alv_text_format(number, sizeof number, "%d", k + 1);
        size_t b = alv_text_format(total, sizeof total, "%d", map->n_shards);
        alv_text_format(map->shards[k].path, PATH_MAX, "%s-%s%s-of-%s%s%s", stem, &"00000"[a],
                        number, &"00000"[b], total, suffix);
    }
    alv_text_format(map->index, PATH_MAX, "%s%s.index.json", stem, suffix);
    return ALV_OK;
}

static int by_begin(const void *a, const void *b)
{
    const alv_piece *x = a, *y = b;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    return (x->tensor > y->tensor) - (x->tensor < y->tensor);
}

/* Puts the tensors of one shard on the line, from map->end on. */
static alv_status place(alv_save_map *map, int k, const alv_weight_plan *plan, int64_t *offsets,
                        uint64_t seed, alv_error *error)
{
    alv_shard *shard = &map->shards[k];
    size_t header;
    shard->base = map->end;
    ALV_TRY(alv_safetensors_layout(offsets, &shard->bytes, plan->tensors + shard->first, shard->n,
                                   error));
    ALV_TRY(alv_save_header(NULL, &header, plan, map, shard, seed, error));
    shard->header = (int64_t)header;
    for (int64_t i = 0; i < shard->n; i++) {
        const alv_tensor *tensor = &plan->tensors[shard->first + i];
        int64_t begin = shard->base + offsets[i], bytes = tensor_bytes(tensor), scratch = 0;
        if (bytes > 0)
            ALV_TRY(alv_init_scratch(&scratch, alv_weight_plan_scheme(plan, shard->first + i),
                                     tensor, error));
        map->pieces[map->n_pieces++] = (alv_piece){.tensor = (int32_t)(shard->first + i),
                                                   .begin = begin,
                                                   .end = begin + bytes,
                                                   .shard = k,
                                                   .scratch = scratch};
    }
    map->end += (shard->bytes + LINE - 1) / LINE * LINE;
    map->sizes.files += shard->header + shard->bytes;
    if (shard->header > map->sizes.header) map->sizes.header = shard->header;
    return ALV_OK;
}

/* Of the plan, and of where its tensors go. */
static int64_t plan_bytes(const alv_weight_plan *plan)
{
    const size_t each = sizeof *plan->tensors + sizeof *plan->scheme_of + sizeof(alv_piece);
    return plan->n * (int64_t)each + plan->n_schemes * (int64_t)sizeof *plan->schemes;
}

/* Beside the plan, one shared tensor with its scratch at a time; after these each thread holds a
 * chunk, and at times one of the others that are made whole: at worst the largest, as many at once
 * as there are threads. */
static void count_memory(alv_save_map *map, const alv_weight_plan *plan, const alv_save *how)
{
    int64_t threads = how->threads > 1 ? how->threads : 1, n = 0, most[2] = {0};
    for (int64_t i = 0; i < map->n_pieces; i++) {
        const alv_piece *p = &map->pieces[i];
        const bool shared = alv_piece_shared(p);
        if (p->scratch == 0) continue;
        if (p->end - p->begin + p->scratch > most[shared])
            most[shared] = p->end - p->begin + p->scratch;
        n += !shared;
    }
    map->sizes.memory = threads * alv_save_chunk(how) + (n < threads ? n : threads) * most[false];
    if (most[true] > map->sizes.memory) map->sizes.memory = most[true];
    map->sizes.memory += plan_bytes(plan);
}

static alv_status place_all(alv_save_map *map, const alv_weight_plan *plan, const alv_save *how,
                            alv_error *error)
{
    int64_t *offsets = alv_new_array((size_t)plan->n, sizeof *offsets);
    if (!offsets) return alv_fail(error, ALV_ERR_MEMORY, where, "no memory for the layout");
    alv_status status = ALV_OK;
    for (int k = 0; k < map->n_shards && status == ALV_OK; k++)
        status = place(map, k, plan, offsets, how->seed, error);
    free(offsets);
    ALV_TRY(status);
    qsort(map->pieces, (size_t)map->n_pieces, sizeof *map->pieces, by_begin);
    count_memory(map, plan, how);
    return ALV_OK;
}

static alv_status fill_map(alv_save_map *map, const alv_weight_plan *plan, const alv_save *how,
                           alv_error *error)
{
    ALV_TRY(alv_safetensors_layout(NULL, &map->sizes.bytes, plan->tensors, plan->n, error));
    for (int64_t i = 0, count; i < plan->n; i++) {
        ALV_TRY(alv_tensor_count(&count, &plan->tensors[i], error));
        map->sizes.parameters += count;
    }
    alv_plan_digest(map->digest, plan);
    cut(map, plan);
    ALV_TRY(name_files(map, how->path, error));
    return place_all(map, plan, how, error);
}

alv_status alv_save_map_new(alv_save_map **out, const alv_weight_plan *plan, const alv_save *how,
                            alv_error *error)
{
    int64_t shards = how->shards > 0 ? how->shards : 1;
    if (plan->n == 0) return alv_fail(error, ALV_ERR_ARGUMENT, where, "the plan has no tensors");
    if (shards > plan->n || shards > ALV_MAX_SHARDS)
        return alv_fail(error, ALV_ERR_RANGE, "shards",
                        "%lld shards: there can be %lld at most, for %lld tensors", shards,
                        plan->n < ALV_MAX_SHARDS ? plan->n : (int64_t)ALV_MAX_SHARDS, plan->n);
    alv_save_map *map = alv_new_array(1, sizeof *map);
    if (!map) return alv_fail(error, ALV_ERR_MEMORY, where, "no memory for the layout");
    map->n_shards = (int)shards;
    map->shards = alv_new_array((size_t)shards, sizeof *map->shards);
    map->pieces = alv_new_array((size_t)plan->n, sizeof *map->pieces);
    alv_status status = map->shards && map->pieces
                            ? fill_map(map, plan, how, error)
                            : alv_fail(error, ALV_ERR_MEMORY, where, "no memory for the layout");
    if (status == ALV_OK)
        *out = map;
    else
        alv_save_map_free(map);
    return status;
}

void alv_save_map_free(alv_save_map *map)
{
    if (!map) return;
    free(map->shards);
    free(map->pieces);
    free(map);
}

alv_status alv_plan_sizes(alv_save_sizes *out, const alv_weight_plan *plan, const alv_save *how,
                          alv_error *error)
{
    alv_save_map *map;
    ALV_TRY(alv_save_map_new(&map, plan, how, error));
    *out = map->sizes;
    alv_save_map_free(map);
    return ALV_OK;
}
