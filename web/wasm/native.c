/* Prints what the self-test gives natively, to be compared with what it gives in WebAssembly. */
#include <inttypes.h>
#include <stdio.h>

#include "selftest.h"

int main(void)
{
    for (int which = 0; which < 3; which++) printf("%016" PRIx64 "\n", alvor_selftest(which));
    return 0;
}
