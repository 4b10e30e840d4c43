/* Fuzzes the readers of model files: whatever is accepted lies within the file, can be decoded, and
 * has names in order; its graph becomes a network of the engine's, or it is said why not. */
#include "audit/engine.h"
#include "base/base.h"
#include "nn/parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What is made must have its weights where it says, and be judged by the engine without harm. */
static void make_engine(const alv_checkpoint *model)
{
    alv_engine *engine = NULL;
    alv_unrun unrun;
    alv_net_options checked, options = {.batch = 2, .optimizer = {.kind = ALV_SGD}};
    if (!model->graph) return;
    if (alv_engine_new(&engine, &unrun, model, model->graph, NULL) != ALV_OK) return;
    if (!engine != (unrun.why != ALV_RUNS)) abort();
    if (!engine) return;
    for (int i = 0; i < engine->model->n_params; i++)
        if (strncmp(engine->model->params[i].name, "constant/", 9) != 0 &&
            !alv_checkpoint_find(model, engine->model->params[i].name))
            abort();
    alv_net_check(&checked, engine->model, &options, NULL);
    alv_engine_free(engine);
}

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
    make_engine(model);
    alv_checkpoint_free(model);
    return sum == 12345.678 ? 1 : 0;
}
