/* safetensors, one file or shards behind their index, as tensors. */
#include "base/base.h"
#include "formats/json_text.h"
#include "formats/checkpoint_formats.h"

/* Adds the tensors of file `file`. */
static alv_status add_file(alv_checkpoint *model, int file, alv_error *error)
{
    const unsigned char *bytes = model->files[file].bytes;
    const size_t size = model->files[file].size;
    alv_safetensors *header;
    alv_error inner;
    alv_status status = alv_safetensors_parse(&header, bytes, size, (int64_t)size, &inner);
    if (status != ALV_OK)
        return alv_fail_at(error, status, model->files[file].path, inner.position, "%s",
                           inner.message);
    for (int64_t i = 0; i < header->n_tensors && status == ALV_OK; i++) {
        const alv_safetensor *from = &header->tensors[i];
        alv_checkpoint_tensor t = {.type = from->type,
                                   .dtype = from->dtype,
                                   .item = from->item,
                                   .rank = from->rank,
                                   .size = from->end - from->begin,
                                   .bytes = bytes + from->begin,
                                   .file = file,
                                   .at = from->begin};
        memcpy(t.shape, from->shape, sizeof t.shape);
        t.name = alv_checkpoint_text(model, from->name, strlen(from->name));
        status = t.name ? alv_checkpoint_add(model, &t, error)
                        : alv_fail(error, ALV_ERR_MEMORY, model->files[file].path, "no memory");
    }
    alv_safetensors_free(header);
    return status;
}

/* A length that fits, and the brace of its header. */
static bool is_safetensors(const unsigned char *bytes, size_t size)
{
    int64_t data;
    return size > 9 && bytes[8] == '{' && alv_safetensors_size(&data, bytes, size, NULL) == ALV_OK;
}

static alv_status open_one(alv_checkpoint *model, alv_error *error)
{
    return add_file(model, 0, error);
}

const alv_checkpoint_format alv_format_safetensors = {
    .name = "safetensors",
    .summary = {"safetensors: names, shapes and data", "safetensors: nomes, tamanhos e dados"},
    .sniff = is_safetensors,
    .open = open_one,
};

static bool is_index(const unsigned char *bytes, size_t size)
{
    size_t at = 0;
    while (at < size && at < 64 && strchr(" \t\r\n", bytes[at]) && bytes[at]) at++;
    return at < size && bytes[at] == '{';
}

/* Maps every file that the index names; ALV_ERR_FORMAT where a value is no name of one. */
static alv_status map_shards(alv_checkpoint *model, json_t *map, alv_error *error)
{
    const char *key, *path;
    json_t *value;
    json_object_foreach(map, key, value)
    {
        int file;
        if (!json_is_string(value))
            return alv_fail(error, ALV_ERR_FORMAT, model->files[0].path,
                            "weight_map: the file of '%s' is no text", key);
        ALV_TRY(alv_checkpoint_beside(&path, model, json_string_value(value), error));
        ALV_TRY(alv_checkpoint_map(&file, model, path, error));
    }
    return ALV_OK;
}

/* The index and the shards name the same tensors, in the same files. */
static alv_status check_map(const alv_checkpoint *model, json_t *map, alv_error *error)
{
    for (int64_t i = 0; i < model->n; i++) {
        const alv_checkpoint_tensor *t = &model->tensors[i];
        const char *path = model->files[t->file].path, *slash = strrchr(path, '/');
        const char *told = json_string_value(json_object_get(map, t->name));
        if (!told || strcmp(told, slash ? slash + 1 : path) != 0)
            return alv_fail(error, ALV_ERR_FORMAT, model->files[0].path,
                            "the index does not say that '%s' is in %s", t->name, path);
    }
    if ((int64_t)json_object_size(map) != model->n)
        return alv_fail(error, ALV_ERR_FORMAT, model->files[0].path,
                        "the index names %lld tensors, and its files have %lld: some are missing",
                        (int64_t)json_object_size(map), model->n);
    return ALV_OK;
}

static alv_status open_map(alv_checkpoint *model, json_t *root, alv_error *error)
{
    json_t *map = json_object_get(root, "weight_map");
    if (!json_is_object(map))
        return alv_fail(error, ALV_ERR_FORMAT, model->files[0].path,
                        "JSON without a weight_map is no index of safetensors");
    ALV_TRY(map_shards(model, map, error));
    for (int file = 1; file < model->n_files; file++) ALV_TRY(add_file(model, file, error));
    return check_map(model, map, error);
}

static alv_status open_shards(alv_checkpoint *model, alv_error *error)
{
    const alv_checkpoint_file *file = &model->files[0];
    json_error_t why;
    if (file->size > ALV_SAFETENSORS_MAX)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, file->path, "an index of more than 100 MB");
    json_t *root = json_loadb((const char *)file->bytes, file->size, JSON_REJECT_DUPLICATES, &why);
    if (!root)
        return alv_fail_at(error, ALV_ERR_FORMAT, file->path, why.position, "no JSON: %s",
                           why.text);
    const alv_status status = open_map(model, root, error);
    json_decref(root);
    return status;
}

const alv_checkpoint_format alv_format_shards = {
    .name = "safetensors",
    .summary = {"model.safetensors.index.json: shards behind their index",
                "model.safetensors.index.json: partes atrás do seu índice"},
    .sniff = is_index,
    .open = open_shards,
};
