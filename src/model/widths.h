/* The sizes in the short text of a network: widths of layers. */
#ifndef ALV_MODEL_WIDTHS_H
#define ALV_MODEL_WIDTHS_H

#include "alvor/model.h"

/* Past spaces and tabs. */
static inline const char *alv_widths_skip(const char *p)
{
    while (*p == ' ' || *p == '\t') p++;
    return p;
}

/* A run of equal widths: "100x12" is {100, 12}. */
typedef struct alv_width_run {
    int64_t width, times;
    int64_t position; /* byte position in the text */
} alv_width_run;

/* A cursor over the runs of a text that alv_widths_scan has accepted. */
typedef struct alv_widths {
    const char *text;
    char between;                  /* the mark between two sizes */
    const char *sizes, *sizes_end; /* "784-100x12-10" */
    int64_t n;                     /* widths in all, repeats counted */
    alv_width_run first, last;
} alv_widths;

/* Checks the sizes from `at` within the text on, and counts; allocates nothing. */
alv_status alv_widths_scan(alv_widths *out, const char *text, const char *at, char between,
                           alv_error *error);
/* Reads the run at *at, moves *at past it and its mark; false at the end. Only after a scan. */
bool alv_widths_next(alv_width_run *run, const alv_widths *widths, const char **at);

#endif
