/* Fuzzes the npy header and the reader of elements: every element of what parses can be read. */
#include "base/base.h"
#include "data/load.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    alv_array array;
    alv_error error;
    if (alv_array_parse(&array, bytes, size, "fuzz", &error) != ALV_OK) {
        if (error.position > (int64_t)size) abort();
        return 0;
    }
    volatile double sum = 0;
    for (int64_t i = 0; i < array.head.count; i++) {
        int64_t position;
        sum = sum + alv_array_at(&array, i, &position);
        if (position < 0 || position + array.head.item > (int64_t)size) abort();
    }
    int32_t label;
    int classes = 0;
    alv_array_labels(&label, &classes, &array, 1, NULL);
    return 0;
}
