/* The texts of saved plans: each file's header, and the index of them all. */
#include "base/base.h"
#include "formats/save.h"
#include "io/json.h"

/* transformers loads a file only if its "format" is one that it knows; "pt" says torch's layout. */
alv_status alv_save_header(char **out, size_t *length, const alv_weight_plan *plan,
                           const alv_save_map *map, const alv_shard *shard, uint64_t seed,
                           alv_error *error)
{
    char number[32], stream[16];
    alv_text_format(number, sizeof number, "%llu", seed);
    alv_text_format(stream, sizeof stream, "%d", ALV_STREAM_VERSION);
    const alv_safetensors_note notes[] = {{"format", "pt"},
                                          {"alvor.version", ALV_VERSION},
                                          {"alvor.stream", stream},
                                          {"alvor.seed", number},
                                          {"alvor.plan", map->digest}};
    const alv_tensor *tensors = plan->tensors + shard->first;
    const int n = ALV_COUNT(notes);
    ALV_TRY(alv_safetensors_header(NULL, 0, length, tensors, shard->n, notes, n, error));
    if (!out) return ALV_OK;
    char *text = alv_new_array(*length, 1);
    if (!text) return alv_fail(error, ALV_ERR_MEMORY, "save", "no memory for a header");
    alv_status status =
        alv_safetensors_header(text, *length, length, tensors, shard->n, notes, n, error);
    if (status == ALV_OK)
        *out = text;
    else
        free(text);
    return status;
}

/* A text that is first measured (.out == NULL) and then written. */
typedef struct text {
    char *out;
    size_t n;
} text;

static void put(text *t, const char *part)
{
    const size_t n = strlen(part);
    if (t->out) memcpy(t->out + t->n, part, n);
    t->n += n;
}

static void put_quoted(text *t, const char *part)
{
    t->n += alv_json_quote(t->out ? t->out + t->n : NULL, part);
}

/* A tensor, and the shard that it stands in. */
typedef struct entry {
    const char *name, *file;
} entry;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const entry *)a)->name, ((const entry *)b)->name);
}

static void put_index(text *t, const entry *entries, int64_t n, int64_t bytes)
{
    char number[32];
    alv_text_format(number, sizeof number, "%lld", bytes);
    put(t, "{\n  \"metadata\": {\n    \"total_size\": ");
    put(t, number);
    put(t, "\n  },\n  \"weight_map\": {");
    for (int64_t i = 0; i < n; i++) {
        put(t, i ? ",\n    " : "\n    ");
        put_quoted(t, entries[i].name);
        put(t, ": ");
        put_quoted(t, entries[i].file);
    }
    put(t, "\n  }\n}");
}

/* As the hub's own files: {"metadata": {"total_size": bytes}, "weight_map": {name: file}}, by name.
 * Not by way of jansson, whose objects would take as much as the plan. */
alv_status alv_save_index(char **out, const alv_weight_plan *plan, const alv_save_map *map,
                          alv_error *error)
{
    entry *entries = alv_new_array((size_t)plan->n, sizeof *entries);
    text t = {.out = NULL};
    for (int k = 0; entries && k < map->n_shards; k++) {
        const alv_shard *shard = &map->shards[k];
        const char *slash = strrchr(shard->path, '/'), *file = slash ? slash + 1 : shard->path;
        for (int64_t i = shard->first; i < shard->first + shard->n; i++)
            entries[i] = (entry){plan->tensors[i].name, file};
    }
    if (entries) qsort(entries, (size_t)plan->n, sizeof *entries, by_name);
    if (entries) put_index(&t, entries, plan->n, map->sizes.bytes);
    char *index = entries ? alv_new_array(t.n + 1, 1) : NULL;
    t = (text){.out = index};
    if (index) put_index(&t, entries, plan->n, map->sizes.bytes);
    free(entries);
    if (!index) return alv_fail(error, ALV_ERR_MEMORY, "save", "no memory for the index");
    *out = index;
    return ALV_OK;
}
