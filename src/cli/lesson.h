/* What `alvor lesson` measures, and its texts with the measurements filled in. */
#ifndef ALV_CLI_LESSON_H
#define ALV_CLI_LESSON_H

#include <jansson.h>

#include "cli/cli.h"
#include "lab/results.h"
#include "lesson/lesson.h"

enum { CLI_LESSON_ROWS = 24, CLI_LESSON_COMMAND = 1024 };

/* A row of the table: one scheme in one setting of one run. */
typedef struct cli_lesson_row {
    const alv_arm *arm;
    int run;
    bool alone; /* the run has one setting, which need not be named */
} cli_lesson_row;

typedef struct cli_lesson {
    const alv_lesson *is;
    alv_results *results[ALV_LESSON_RUNS]; /* of the runs that are done; the others NULL */
    cli_lesson_row rows[CLI_LESSON_ROWS];
    int n_rows;
} cli_lesson;

/* Trains what the lesson needs, in a directory that it removes, with progress on stderr. Returns
 * the exit code; free in any case. */
int cli_lesson_run(cli_lesson *out, const alv_lesson *lesson, alv_lang lang);
void cli_lesson_free(cli_lesson *lesson);

/* The words of the lesson's run `i`, after "alvor": on the portable backend, whose bits are the
 * same on every machine, so that what the texts claim holds on the reader's, too. */
void cli_lesson_command(char *out, size_t size, const alv_lesson *lesson, int i);

/* `text` with its {quantity row} replaced by what was measured. */
void cli_lesson_fill(char *out, size_t size, const char *text, const cli_lesson *lesson,
                     alv_lang lang);
/* "16 layers: he_normal". */
void cli_lesson_row_name(char *out, size_t size, const cli_lesson *lesson, int row, alv_lang lang);

/* "alvor.lesson/1": everything, texts filled in and in both languages. */
json_t *cli_lesson_json(const cli_lesson *lesson, int number);
json_t *cli_lesson_list_json(void);

#endif
