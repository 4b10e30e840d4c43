/* Fuzzes the reader of safetensors headers: what it accepts tiles the file, and written again by
 * the library's own writer, where that has the types, it reads back the same. */
#include "alvor/safetensors.h"
#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Copies what was read into tensors that the writer takes; false if it cannot have them. */
static bool convert(alv_tensor *out, const alv_safetensors *file)
{
    for (int64_t i = 0; i < file->n_tensors; i++) {
        const alv_safetensor *t = &file->tensors[i];
        if (t->dtype < 0 || !*t->name || strlen(t->name) >= ALV_MAX_NAME) return false;
        out[i] = (alv_tensor){.dtype = (alv_dtype)t->dtype, .rank = t->rank};
        memcpy(out[i].shape, t->shape, sizeof t->shape);
        memcpy(out[i].name, t->name, strlen(t->name));
    }
    return true;
}

static void write_again(const alv_safetensors *file, const alv_tensor *tensors)
{
    size_t length;
    int64_t total;
    alv_safetensors *again;
    if (alv_safetensors_layout(NULL, &total, tensors, file->n_tensors, NULL) != ALV_OK) return;
    if (alv_safetensors_header(NULL, 0, &length, tensors, file->n_tensors, file->notes,
                               file->n_notes, NULL) != ALV_OK)
        abort();
    char *out = alv_new_array(length, 1);
    if (alv_safetensors_header(out, length, &length, tensors, file->n_tensors, file->notes,
                               file->n_notes, NULL) != ALV_OK ||
        alv_safetensors_parse(&again, out, length, (int64_t)length + total, NULL) != ALV_OK ||
        again->n_tensors != file->n_tensors || again->n_notes != file->n_notes)
        abort();
    for (int64_t i = 0; i < file->n_tensors; i++)
        if (!alv_safetensors_find(again, file->tensors[i].name)) abort();
    alv_safetensors_free(again);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    alv_safetensors *file;
    alv_error error;
    if (alv_safetensors_parse(&file, bytes, size, (int64_t)size, &error) != ALV_OK) {
        if (error.position > (int64_t)size) abort();
        return 0;
    }
    int64_t at = file->data;
    for (int64_t i = 0; i < file->n_tensors; at = file->tensors[i++].end)
        if (file->tensors[i].begin != at) abort();
    if (at != (int64_t)size) abort();
    alv_tensor *tensors = alv_new_array((size_t)file->n_tensors, sizeof *tensors);
    if (convert(tensors, file)) write_again(file, tensors);
    free(tensors);
    alv_safetensors_free(file);
    return 0;
}
