/* What the compare verb's options say, for other verbs that compare. */
#ifndef ALV_CLI_COMPARE_H
#define ALV_CLI_COMPARE_H

#include "alvor/lab.h"
#include "cli/cli.h"

/* Reads args, parsed by the table of cli_verb_compare; the texts stay those of args. Returns the
 * exit code, after printing the error. */
int cli_compare_read(alv_compare *what, const cli_args *args);

#endif
