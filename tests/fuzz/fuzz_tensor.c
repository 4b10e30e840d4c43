/* Fuzzes tensors and schemes: the first byte chooses the initializer, the rest makes the tensor.
 * Nothing crashes, moments promise fills, refusals write nothing, and slices agree. */
#include <stdio.h>
#include <stdlib.h>

#include "../hostile.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    hostile_bytes input = {bytes, size};
    alv_scheme scheme;
    alv_tensor tensor;
    int index = (int)hostile_take(&input) % alv_init_count();
    hostile_tensor(&tensor, &input);
    hostile_scheme(&scheme, index, &input);
    const char *broken = hostile_check(&scheme, &tensor);
    if (broken) {
        fprintf(stderr, "%s: %s\n", scheme.init->name, broken);
        abort();
    }
    return 0;
}
