/* The parts of alvor init. */
#ifndef ALV_CLI_INIT_H
#define ALV_CLI_INIT_H

#include "cli/cli.h"

int cli_init_tensor(const cli_args *args);
int cli_init_plan(const cli_args *args);
int cli_init_like(const cli_args *args);
int cli_init_presets(const cli_args *args);
int cli_init_stream(const cli_args *args);

/* The tensor that --shape and its kin describe; prints the error otherwise. */
bool cli_init_read_tensor(alv_tensor *t, const cli_args *args);

/* Reads a plan: a file, "-" for standard input, or the name of a preset. dtype, if it is not NULL,
 * replaces the plan's own default. Prints the error otherwise. */
int cli_read_plan(alv_weight_plan **out, const char *name, const char *dtype);

/* Says on standard error that n tensors got the first step only of a scheme that needs data. */
void cli_needs_data(const cli_args *args, const char *scheme, int64_t n);

#endif
