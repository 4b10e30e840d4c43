/* Marks, columns and numbers of the tables of compare. */
#include "cli/compare_look.h"

#include <math.h>
#include <stdio.h>

#include "base/base.h"
#include "cli/page.h"

typedef struct mark {
    const char *utf8, *ascii, *color;
} mark;

static const mark marks[ALV_OUTCOMES] = {
    [ALV_OUTCOME_TRAINED] = {"✓", "+", "\033[32m"},
    [ALV_OUTCOME_SLOW] = {"~", "~", "\033[33m"},
    [ALV_OUTCOME_STUCK] = {"✗", "x", "\033[31m"},
    [ALV_OUTCOME_DIVERGED] = {"✗", "x", "\033[31m"},
};

void cli_cell(const char *text, int width, bool right)
{
    int blank = width - cli_text_width(text);
    printf("%*s%s%*s", right && blank > 0 ? blank : 0, "", text, !right && blank > 0 ? blank : 0,
           "");
}

void cli_name(const char *text, int before, int width)
{
    if (cli_text_width(text) < width) {
        cli_cell(text, width, false);
        return;
    }
    cli_wrap(stdout, text, before, 2);
    printf("%*s", before + width, "");
}

int cli_decimals(double x, int digits)
{
    int n = x != 0 && isfinite(x) ? digits - 1 - (int)floor(log10(fabs(x))) : digits - 1;
    return n < 0 ? 0 : n;
}

/* With so many cli_decimals, zeros kept so that columns compare; "1.1e7" where that would be long.
 * The locale is never set, so that printf writes a point. */
void cli_fixed(char out[CLI_CELL], double x, int places, const cli_look *style)
{
    if (!isfinite(x)) {
        alv_text_format(out, CLI_CELL, "%s", isnan(x) ? "-" : style->utf8 ? "∞" : "inf");
    } else if (fabs(x) < 1e5 && places <= 5) {
        snprintf(out, CLI_CELL, "%.*f", places, x);
    } else {
        int power = (int)floor(log10(fabs(x)));
        snprintf(out, CLI_CELL, "%.1fe%d", x / pow(10, power), power);
    }
    for (char *p = out; style->lang == ALV_PT && *p; p++)
        if (*p == '.') *p = ',';
}

void cli_number(char out[CLI_CELL], double x, int digits, const cli_look *style)
{
    cli_fixed(out, x, cli_decimals(x, digits), style);
}

/* "0.0131 [0.013, 0.014]"; `scale` 100 with a suffix "%" for shares. */
void cli_quartiles(char out[CLI_CELL], const alv_quartiles *q, double scale, const char *suffix,
                   const cli_look *style)
{
    char median[CLI_CELL], q1[CLI_CELL], q3[CLI_CELL];
    int places = cli_decimals(scale * q->median, 3);
    cli_fixed(median, scale * q->median, places, style);
    cli_fixed(q1, scale * q->q1, places > 0 ? places - 1 : 0, style);
    cli_fixed(q3, scale * q->q3, places > 0 ? places - 1 : 0, style);
    if (!isfinite(q->median))
        alv_text_format(out, CLI_CELL, "-");
    else if (q->n < 2)
        alv_text_format(out, CLI_CELL, "%s%s", median, suffix);
    else
        alv_text_format(out, CLI_CELL, "%s%s [%s%s %s]", median, suffix, q1,
                        style->lang == ALV_PT ? ";" : ",", q3);
}

void cli_spark(char *out, size_t size, const double *values, int n, double top,
               const cli_look *style)
{
    static const char *const utf8[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const ascii[] = {"_", ".", ",", "-", "=", "+", "*", "#"};
    size_t at = 0;
    out[0] = '\0';
    for (int i = 0; i < n && at + 4 < size; i++) {
        double share = values[i] / top;
        int level = !(share > 0) ? 0 : share >= 1 ? 7 : (int)(8 * share);
        const char *cell = style->utf8 ? utf8[level] : ascii[level];
        if (!isfinite(values[i])) cell = style->utf8 ? "✗" : "x";
        at += alv_text_format(out + at, size - at, "%s", cell);
    }
}

alv_outcome cli_outcome_of(const alv_arm *arm)
{
    for (int i = 0; i < ALV_OUTCOMES; i++)
        if (strcmp(arm->outcome, alv_outcome_key((alv_outcome)i)) == 0) return (alv_outcome)i;
    return ALV_OUTCOME_STUCK;
}

void cli_print_mark(alv_outcome outcome, const cli_look *style)
{
    const mark *m = &marks[outcome];
    printf("%s%s%s", style->color ? m->color : "", style->utf8 ? m->utf8 : m->ascii,
           style->color ? "\033[0m" : "");
}

cli_look cli_look_of(const cli_args *args)
{
    return (cli_look){.lang = args->lang, .utf8 = cli_utf8(), .color = args->color};
}
