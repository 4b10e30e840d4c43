/* Text for people: wrapped to the terminal, headings bold only there. */
#ifndef ALV_CLI_PAGE_H
#define ALV_CLI_PAGE_H

#include <stdio.h>

#include "cli/cli.h"

/* Columns of the terminal behind stdout, from 40 to 100; 80 where it is none. */
int cli_columns(void);
/* Whether the environment's locale says UTF-8; the program's own is left alone. */
bool cli_utf8(void);
/* Columns that UTF-8 text takes, one for each code point. */
int cli_text_width(const char *text);
/* Words of `text` from column `at` on, later lines indented by `indent`; ends with a newline. */
void cli_wrap(FILE *to, const char *text, int at, int indent);
/* A line of its own, bold if args->color. */
void cli_heading(const cli_args *args, const char *text);
/* "a b c" as "a, b, c", cut to fit. */
void cli_join(char *out, size_t size, const char *words);
/* The word for n things, in both languages: `one` of them, else `many`. */
const char *cli_plural(int64_t n, const char *one, const char *many);
/* `text` padded with spaces to `width` columns. */
void cli_pad(FILE *to, const char *text, int width);

#endif
