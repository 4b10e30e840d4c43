/* Fuzzes the text of PyTorch modules: whatever parses has sound parameters, and small ones draw. */
#include "alvor/alvor.h"
#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { MOST = 1 << 14 };

static void draw(const alv_compat_module *module)
{
    static double memory[MOST];
    static void *outs[MOST];
    alv_compat_rng rng;
    int64_t used = 0, count;
    for (int i = 0; i < alv_compat_module_count(module); i++) {
        if (alv_tensor_count(&count, alv_compat_module_param(module, i), NULL) != ALV_OK) abort();
        if (i == MOST || count > MOST - used) return;
        outs[i] = memory + used;
        used += count;
    }
    if (alv_compat_seed(&rng, alv_compat_find("torch"), 1, NULL) != ALV_OK ||
        alv_compat_module_draw(outs, module, &rng, NULL) != ALV_OK)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = calloc(size + 1, 1);
    alv_compat_module *module = NULL;
    if (!text) return 0;
    memcpy(text, bytes, size);
    if (alv_compat_module_new(&module, text, ALV_F32, NULL) == ALV_OK) draw(module);
    alv_compat_module_free(module);
    free(text);
    return 0;
}
