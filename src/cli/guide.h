/* The guide's files: from where the build left them to where the reader wants them. */
#ifndef ALV_CLI_GUIDE_H
#define ALV_CLI_GUIDE_H

#include "alvor/error.h"

/* Copies the site `from` into the directory `to`, which is made, and takes away the pages there
 * that only an older guide has. What no guide wrote stays; a file of that kind in the way is an
 * error before anything is written. */
alv_status cli_guide_copy(const char *to, const char *from, alv_error *error);

#endif
