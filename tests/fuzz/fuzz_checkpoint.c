/* Fuzzes the readers of model files: whatever is accepted lies within the file, can be decoded, and
 * has names in order. */
#include "base/base.h"
#include "formats/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    alv_checkpoint *model;
    alv_error error = {.position = -1};
    if (alv_checkpoint_read(&model, bytes, size, &error) != ALV_OK) {
        if (!error.message[0] || error.position > (int64_t)size) abort();
        return 0;
    }
    double sum = 0;
    for (int64_t i = 0; i < model->n; i++) {
        const alv_checkpoint_tensor *t = &model->tensors[i];
        if (t->bytes && t->file >= 0 && (t->bytes < bytes || t->bytes + t->size > bytes + size))
            abort();
        if (alv_checkpoint_find(model, t->name) != t || !t->kind) abort();
        for (int64_t k = 0; t->dtype >= 0 && t->item > 0 && k < t->count; k++) {
            double x;
            alv_checkpoint_decode(&x, t, k, k + 1);
            sum += x;
        }
    }
    alv_checkpoint_free(model);
    return sum == 12345.678 ? 1 : 0;
}
