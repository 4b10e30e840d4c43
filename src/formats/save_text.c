/* The texts of saved plans: each file's header, and the index of them all. */
#include <jansson.h>

#include "base/base.h"
#include "formats/json_text.h"
#include "formats/save.h"

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

/* As the hub's own files: {"metadata": {"total_size": bytes}, "weight_map": {name: file}}. */
alv_status alv_save_index(char **out, const alv_weight_plan *plan, const alv_save_map *map,
                          alv_error *error)
{
    json_t *names = json_object();
    for (int k = 0; k < map->n_shards; k++) {
        const alv_shard *shard = &map->shards[k];
        const char *slash = strrchr(shard->path, '/'), *file = slash ? slash + 1 : shard->path;
        for (int64_t i = shard->first; i < shard->first + shard->n; i++)
            json_object_set_new(names, plan->tensors[i].name, json_string(file));
    }
    bool whole = json_object_size(names) == (size_t)plan->n;
    json_t *index = json_pack("{s:{s:I},s:o}", "metadata", "total_size",
                              (json_int_t)map->sizes.bytes, "weight_map", names);
    char *text = index ? alv_json_text(index, JSON_INDENT(2) | JSON_SORT_KEYS) : NULL;
    json_decref(index);
    if (!text || !whole) {
        free(text);
        return alv_fail(error, ALV_ERR_MEMORY, "save", "no memory for the index");
    }
    *out = text;
    return ALV_OK;
}
