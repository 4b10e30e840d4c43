/* Fuzzes the text of a scheme: what parses prints, and the print parses to the same scheme. */
#include "alvor/alvor.h"
#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = calloc(size + 1, 1), printed[512];
    alv_scheme scheme, again;
    alv_error error;
    if (!text) return 0;
    memcpy(text, bytes, size);
    if (alv_scheme_parse(&scheme, text, &error) == ALV_OK) {
        if (alv_scheme_print(printed, sizeof printed, &scheme, &error) != ALV_OK) abort();
        if (alv_scheme_parse(&again, printed, &error) != ALV_OK) abort();
        if (again.init != scheme.init) abort();
        for (int i = 0; i < ALV_MAX_INIT_ARGS && scheme.init->args[i].name; i++)
            if (!(again.args[i] == scheme.args[i])) abort();
        alv_tensor tensor = {.name = "w", .rank = 2, .shape = {8, 8}};
        float values[64];
        (void)alv_init_fill(values, 0, 64, &scheme, &tensor, 1, NULL,
                            &error); /* may be out of range */
    }
    free(text);
    return 0;
}
