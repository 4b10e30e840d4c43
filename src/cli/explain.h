/* What the pages of `alvor explain` share, and the pages of activations and gated units. */
#ifndef ALV_CLI_EXPLAIN_H
#define ALV_CLI_EXPLAIN_H

#include <jansson.h>

#include "cli/cli.h"

/* A heading in the user's language and, unless it is NULL, one wrapped paragraph. */
void cli_section(const cli_args *args, const char *const title[ALV_LANGS], const char *text);
/* "  or a, b" from space-separated aliases; nothing if there are none. */
void cli_aliases(const cli_args *args, const char *aliases);
/* Prints and releases a JSON document; returns the exit code. */
int cli_print_document(json_t *document);

/* The page, or the document with --json, of an activation or a gated unit. */
int cli_explain_act(const cli_args *args, alv_act_spec spec);
int cli_explain_gated(const cli_args *args, const alv_gated *unit);
/* The page of a framework's stream: what is reproduced, and how exactly. */
/* The profile of that name; NULL after printing the error. */
const alv_compat *cli_stream(const char *name);
int cli_explain_stream(const cli_args *args, const char *name);
json_t *cli_stream_json(const alv_compat *profile);
/* What is often said of first weights and is not so. */
int cli_explain_pitfalls(const cli_args *args);

/* {"mean", "second", "slope", "forward", "backward", "variance"} */
json_t *cli_gain_json(const alv_gain *gain);
json_t *cli_gated_json(const alv_gated_moments *moments);

#endif
