/* The command line: one table of verbs, one table of options per verb, one way to fail.
 *
 * Results go to stdout, messages and progress to stderr. Exit codes: 0 fine, 1 ran but failed its
 * purpose, 2 usage or input/output, 130 interrupted. */
#ifndef ALV_CLI_H
#define ALV_CLI_H

#include "alvor/alvor.h"

enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2, CLI_INTERRUPTED = 130, CLI_MAX_OPTIONS = 40 };

typedef struct cli_option {
    const char *name;            /* "lr" for --lr; ends the table when NULL */
    char letter;                 /* 'o' for -o, 0 for none */
    const char *value;           /* "FILE": takes a value; NULL: a flag */
    const char *help[ALV_LANGS]; /* says the default */
} cli_option;

/* What was typed. Values point into argv. */
typedef struct cli_args {
    const struct cli_verb *verb;
    const char *values[CLI_MAX_OPTIONS]; /* by option index; "" for a flag that was given */
    const char **positional;
    int n_positional;
    alv_lang lang; /* --lang, or the locale's */
    bool color;    /* of stdout: a terminal, no NO_COLOR, TERM not dumb */
} cli_args;

typedef struct cli_verb {
    const char *name;
    const char *summary[ALV_LANGS];
    const char *usage;    /* after "alvor NAME " */
    const char *examples; /* whole lines, shown first */
    const cli_option *options;
    int (*run)(const cli_args *args);
} cli_verb;

/* The value of --name (by its long name), or `otherwise`. Asking for a name that the verb's table
 * does not have is a programming error and aborts. */
const char *cli_value(const cli_args *args, const char *name, const char *otherwise);
bool cli_flag(const cli_args *args, const char *name);
/* Whole number in [lo, hi] or floating-point number in [lo, hi]; on a bad text prints the error
 * and returns false. */
bool cli_int(int64_t *out, const cli_args *args, const char *name, int64_t otherwise, int64_t lo,
             int64_t hi);
bool cli_double(double *out, const cli_args *args, const char *name, double otherwise, double lo,
                double hi);
/* "seed": any of the 2^64, 42 if not given; prints the error otherwise. */
bool cli_seed(uint64_t *out, const cli_args *args);
/* cli_fail_error, naming the option whose value is at fault instead of what was read from it. */
int cli_fail_option(const char *name, const alv_error *error);
/* The same for an error that may name one of the verb's options by itself. */
int cli_fail_value(const alv_error *error);

/* Prints "alvor: error: ..." and, if hint is not NULL, "hint: ..." on stderr; returns CLI_USAGE. */
int cli_fail(const char *hint, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same for a library error. */
int cli_fail_error(const alv_error *error);

#endif
