/* The parts of alvor inspect. */
#ifndef ALV_CLI_INSPECT_H
#define ALV_CLI_INSPECT_H

#include "audit/inspect.h"
#include "cli/cli.h"

void cli_inspect_table(const cli_args *args, const alv_inspection *inspection);
void cli_inspect_found(const cli_args *args, const alv_inspection *inspection);
void cli_inspect_verified(const cli_args *args, const alv_inspection *inspection,
                          const alv_verified *list, int64_t n);
/* The table of kinds by names. */
void cli_inspect_rules(const cli_args *args);

#endif
