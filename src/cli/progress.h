/* Progress of a long command on stderr: one line that rewrites itself on a terminal, a plain line
 * every tenth of the way otherwise. */
#ifndef ALV_CLI_PROGRESS_H
#define ALV_CLI_PROGRESS_H

#include "alvor/lab.h"

typedef struct cli_progress {
    alv_lang lang;
    bool quiet, terminal;
    int last_tenth; /* tenths of the way already told; -1: nothing was */
    bool drawn;     /* a line stands on the terminal */
} cli_progress;

cli_progress cli_progress_make(alv_lang lang, bool quiet);
void cli_progress_show(cli_progress *line, const alv_progress *progress);
/* Clears the line, so that something else can be printed. */
void cli_progress_end(cli_progress *line);

/* Raised by Ctrl-C or SIGTERM after cli_catch_interrupt; a second one kills as usual. */
void cli_catch_interrupt(alv_lang lang);
bool cli_interrupted(void);

#endif
