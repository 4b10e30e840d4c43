/* Fuzzes the IDX reader, plain and gzip: no bytes may crash it, read outside or allocate much. */
#include "base/base.h"
#include "data/load.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    alv_idx idx;
    alv_error error;
    alv_status status = alv_idx_parse(&idx, bytes, size, "fuzz", &error);
    if (status == ALV_OK) {
        volatile unsigned char sum = 0;
        for (int64_t i = 0; i < idx.count; i++) sum = (unsigned char)(sum + idx.data[i]);
        alv_idx_free(&idx);
    } else if (error.code != status || error.position < -1) {
        abort();
    }
    return 0;
}
