/* Fuzzes the YAML of networks: what is accepted the engine takes, and its canonical text builds the
 * same network again. */
#include "base/base.h"
#include "formats/network.h"
#include "nn/parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(const alv_model *model, const char *canonical)
{
    const alv_net_options options = {.batch = 4, .optimizer = {.kind = ALV_SGD, .lr = 0.1}};
    alv_net_options checked;
    alv_model *again;
    if (alv_net_check(&checked, model, &options, NULL) != ALV_OK) abort();
    if (alv_network_read(&again, NULL, canonical, strlen(canonical), "again", NULL, NULL) != ALV_OK)
        abort();
    if (again->n_nodes != model->n_nodes || again->n_params != model->n_params) abort();
    if (strcmp(again->family, model->family) != 0) abort();
    for (int i = 0; i < model->n_params; i++)
        if (memcmp(again->params[i].shape, model->params[i].shape, sizeof model->params[i].shape) !=
            0)
            abort();
    if (!again->fixed != !model->fixed) abort();
    for (int i = 0; model->fixed && i < model->n_params; i++) {
        const char *one = model->fixed[i].scheme, *two = again->fixed[i].scheme;
        if (!one != !two || (one && strcmp(one, two) != 0)) abort();
    }
    alv_model_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const alv_model_hints hints[] = {{0},
                                            {.inputs = 4, .outputs = 3},
                                            {.inputs = 6, .outputs = 9, .tokens = 9},
                                            {.inputs = 48, .outputs = 3, .height = 4, .width = 4}};
    for (int i = 0; i < ALV_COUNT(hints); i++) {
        alv_model *model;
        char *canonical;
        alv_error error;
        if (alv_network_read(&model, &canonical, (const char *)bytes, size, "fuzz", &hints[i],
                             &error) != ALV_OK) {
            if (!error.message[0] || error.position != -1) abort();
            continue;
        }
        check(model, canonical);
        free(canonical);
        alv_model_free(model);
    }
    return 0;
}
