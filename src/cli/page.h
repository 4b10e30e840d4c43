/* Text for people: wrapped to the terminal, headings bold only there. */
#ifndef ALV_CLI_PAGE_H
#define ALV_CLI_PAGE_H

#include <stdio.h>

#include "cli/cli.h"

/* Columns of the terminal behind stdout, from 40 to 100; 80 where it is none. */
int cli_columns(void);
/* Whether the environment's locale says UTF-8; the program's own is left alone. */
bool cli_utf8(void);
/* Names come from files, and a terminal obeys what it is sent: control characters, those that turn
 * the direction of what follows, and what is no UTF-8 are shown as \xNN by all functions below but
 * cli_heading and cli_join. */

/* Bytes of the character that text begins with; 0 if it is not shown as it is. */
size_t cli_character(const char *text);
void cli_show(FILE *to, const char *text);
/* Columns that the text takes when it is shown, one for each code point. */
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
