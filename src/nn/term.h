/* Names with numbers, "adam(lr=0.001, beta2=0.99)", read and written by one table for each kind. */
#ifndef ALV_NN_TERM_H
#define ALV_NN_TERM_H

#include "alvor/alvor.h"

enum { ALV_TERM_ARGS = 5, ALV_TERM_TEXT = 256 /* holds every term with all its numbers */ };

/* A number that a name takes. */
typedef struct alv_term_arg {
    const char *name; /* NULL: no such argument */
    double preset, lo, hi;
    bool open_lo, open_hi; /* lo, hi themselves are refused */
} alv_term_arg;

/* One name of a table and what it takes; NAME(VALUE) gives the first argument that it has. */
typedef struct alv_term {
    const char *name;
    alv_term_arg args[ALV_TERM_ARGS];
} alv_term;

/* Reads NAME, NAME(VALUE) or NAME(ARG=VALUE, ...) with spaces anywhere between: *row becomes the
 * index of the name in table[0 .. n), args all its numbers, presets included. `where` names the
 * kind in messages, which give the byte position in `text`. ALV_ERR_SYNTAX, ALV_ERR_UNKNOWN_NAME,
 * ALV_ERR_RANGE. */
alv_status alv_term_parse(int *row, double args[ALV_TERM_ARGS], const char *text,
                          const alv_term *table, int n, const char *where, alv_error *error);
/* Writes it back: the name, and in parentheses the numbers that are not the presets. */
void alv_term_print(char out[ALV_TERM_TEXT], const alv_term *term,
                    const double args[ALV_TERM_ARGS]);

#endif
