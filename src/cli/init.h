/* The parts of alvor init. */
#ifndef ALV_CLI_INIT_H
#define ALV_CLI_INIT_H

#include "cli/cli.h"

int cli_init_tensor(const cli_args *args);
int cli_init_plan(const cli_args *args);
int cli_init_presets(const cli_args *args);

#endif
