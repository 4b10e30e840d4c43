/* What the files of `alvor predict` share. */
#ifndef ALV_CLI_PREDICT_H
#define ALV_CLI_PREDICT_H

#include "alvor/theory.h"
#include "cli/cli.h"

/* The diagram of order and chaos around a net, for a depth: on stdout, as a page or as JSON. `edge`
 * is the critical weight variance, or NaN. Returns the exit code. */
int cli_print_phase(const cli_args *args, const alv_mean_field *net, double inputs, double edge,
                    int64_t depth);

#endif
