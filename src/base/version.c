/* Which library runs, for callers that were built with other headers or with none. */
#include "alvor/alvor.h"

const char *alv_version(void)
{
    return ALV_VERSION;
}
