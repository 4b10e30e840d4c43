/* The end of a comparison, for people: table, ranking, conclusion, what to try next. */
#ifndef ALV_CLI_COMPARE_TABLE_H
#define ALV_CLI_COMPARE_TABLE_H

#include "cli/cli.h"
#include "lab/results.h"

/* Prints to stdout, at most 80 columns wide; Unicode only where the locale is UTF-8, colours only
 * where args->color says so and never alone. */
void cli_compare_print(const alv_results *results, const cli_args *args);

#endif
