/* Fuzzes the text of a network: what parses prints, and the print parses to the same layers. */
#include "alvor/alvor.h"
#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(const alv_model *model)
{
    size_t room = 1 << 16;
    char *printed = calloc(room, 1);
    alv_model *again;
    alv_error error;
    if (!printed) return;
    if (alv_model_print(printed, room, model, &error) == ALV_OK) {
        if (alv_model_new(&again, printed, NULL, &error) != ALV_OK) abort();
        if (again->n_params != model->n_params || again->inputs != model->inputs) abort();
        for (int i = 0; i < model->n_params; i++)
            if (memcmp(again->params[i].shape, model->params[i].shape,
                       sizeof model->params[i].shape) != 0)
                abort();
        alv_model_free(again);
    } else if (error.code != ALV_ERR_RANGE) { /* only too little room is an excuse */
        abort();
    }
    free(printed);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const alv_model_hints hints[] = {{0},
                                            {.inputs = 4, .outputs = 3},
                                            {.inputs = 4, .outputs = 3, .hidden_only = true},
                                            {.inputs = 48, .outputs = 3, .height = 4, .width = 4}};
    char *text = calloc(size + 1, 1);
    if (!text) return 0;
    memcpy(text, bytes, size);
    for (int i = 0; i < ALV_COUNT(hints); i++) {
        alv_model *model;
        alv_error error;
        if (alv_model_new(&model, text, &hints[i], &error) == ALV_OK) {
            check(model);
            alv_model_free(model);
        } else if (error.position > (int64_t)size) {
            abort();
        }
    }
    free(text);
    return 0;
}
