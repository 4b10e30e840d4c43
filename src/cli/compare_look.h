/* How the tables of compare are drawn: at most 80 columns, Unicode only where the locale is UTF-8,
 * colours only where they are wanted and never alone. */
#ifndef ALV_CLI_COMPARE_LOOK_H
#define ALV_CLI_COMPARE_LOOK_H

#include "cli/cli.h"
#include "lab/results.h"

enum { CLI_SCHEME_WIDTH = 18, CLI_CELL = 64 };

typedef struct cli_look {
    alv_lang lang;
    bool utf8, color;
} cli_look;

cli_look cli_look_of(const cli_args *args);

/* Prints text padded to `width` columns, to the left or the right of it. */
void cli_cell(const char *text, int width, bool right);
/* The name of a row in its column, after `before` columns; a longer one gets lines of its own. */
void cli_name(const char *text, int before, int width);
/* Decimals that show `digits` significant digits of x. */
int cli_decimals(double x, int digits);
/* With so many decimals, or significant digits, zeros kept so that columns compare; "1.1e7" where
 * that would be long, "-" for what is not known. The language decides the decimal mark. */
void cli_fixed(char out[CLI_CELL], double x, int places, const cli_look *style);
void cli_number(char out[CLI_CELL], double x, int digits, const cli_look *style);
/* "0.0131 [0.013, 0.014]"; `scale` 100 with a suffix "%" for shares. */
void cli_quartiles(char out[CLI_CELL], const alv_quartiles *q, double scale, const char *suffix,
                   const cli_look *style);
/* n bars from 0 to `top`; a cross where a value is not finite. 4 n + 8 bytes hold it. */
void cli_spark(char *out, size_t size, const double *values, int n, double top,
               const cli_look *style);
alv_outcome cli_outcome_of(const alv_arm *arm);
/* A check mark, a wave or a cross. */
void cli_print_mark(alv_outcome outcome, const cli_look *style);

#endif
