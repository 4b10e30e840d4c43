/* What main.c needs of the parser and the verbs do not. */
#ifndef ALV_CLI_ARGS_H
#define ALV_CLI_ARGS_H

#include "cli/cli.h"

/* Parses the words after the verb; returns CLI_OK, or the exit code after printing the error. */
int cli_parse(cli_args *out, const cli_verb *verb, int argc, char **argv);

/* Options that every verb understands, besides its own; ends at the first without a name. */
extern const cli_option cli_common[];

#endif
