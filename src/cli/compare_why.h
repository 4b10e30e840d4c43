/* compare --why: was it the first weights? */
#ifndef ALV_CLI_COMPARE_WHY_H
#define ALV_CLI_COMPARE_WHY_H

#include "cli/cli.h"
#include "lab/results.h"

/* For every scheme that failed in most seeds, what the same seeds did with other first weights and
 * nothing else changed: those of the best scheme of the run, or, where none trained, of LSUV, which
 * is then trained as well. Prints; returns the exit code. */
int cli_compare_why(const alv_results *results, const alv_compare *what, const alv_watch *watch,
                    const cli_args *args);

#endif
