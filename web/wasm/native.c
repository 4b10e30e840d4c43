/* Prints what the self-test gives natively, to be compared with what it gives in WebAssembly. */
#include <inttypes.h>
#include <stdio.h>

#include "selftest.h"

int main(void)
{
    for (int which = 0; which < 7; which++) printf("%016" PRIx64 "\n", alvor_selftest(which));
    for (int i = 0; alvor_fill_hash(i, 0) != 0; i++)
        for (int dtype = 0; dtype < 6; dtype++)
            printf("fill %016" PRIx64 "\n", alvor_fill_hash(i, dtype));
    return 0;
}
