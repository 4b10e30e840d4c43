/* The experiments of a lesson: comparisons, run as their text says them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/args.h"
#include "cli/compare.h"
#include "cli/lesson.h"
#include "cli/progress.h"
#include "cli/verbs.h"

enum { WORDS = 64, PATH = 256 };

/* The words of a command in place: blanks part them, but not inside single quotes, which go. */
static int split(char *words[WORDS], char *line)
{
    int n = 0;
    char *to = line;
    while (*line && n < WORDS) {
        while (*line == ' ') line++;
        if (!*line) break;
        words[n++] = to;
        for (bool quoted = false; *line && (quoted || *line != ' '); line++) {
            if (*line == '\'')
                quoted = !quoted;
            else
                *to++ = *line;
        }
        if (*line) line++;
        *to++ = '\0';
    }
    return n;
}

static void show(void *user, const alv_progress *progress)
{
    cli_progress_show(user, progress);
}

static bool stop(void *user)
{
    (void)user;
    return cli_interrupted();
}

static void remove_run(const char *directory)
{
    static const char *const files[] = {"run.db", "spec.json", "env.json", "run.db-journal"};
    char path[PATH];
    for (int i = 0; i < ALV_COUNT(files); i++) {
        alv_text_format(path, sizeof path, "%s/%s", directory, files[i]);
        unlink(path);
    }
    rmdir(directory);
}

/* Runs "compare ..."; parts the command into its words. */
static int compare(alv_results **out, char *command, const char *directory, alv_lang lang)
{
    char *words[WORDS];
    alv_compare what;
    alv_error error;
    cli_args args = {.lang = lang};
    const int n = split(words, command);
    int status = cli_parse(&args, &cli_verb_compare, n - 1, words + 1);
    if (status == CLI_OK) status = cli_compare_read(&what, &args);
    if (status != CLI_OK) return status;
    what.directory = directory;
    char made[PATH];
    cli_progress progress = cli_progress_make(lang, !isatty(STDERR_FILENO));
    const alv_watch watch = {&progress, show, stop};
    alv_status done = alv_compare_run(made, sizeof made, &what, &watch, &error);
    cli_progress_end(&progress);
    if (done == ALV_OK) done = alv_results_load(out, directory, &error);
    if (done == ALV_ERR_INTERRUPTED) return CLI_INTERRUPTED;
    return done == ALV_OK ? CLI_OK : cli_fail_error(&error);
}

static void add_rows(cli_lesson *lesson, int run)
{
    const alv_results *results = lesson->results[run];
    for (int i = 0; i < results->n_arms && lesson->n_rows < CLI_LESSON_ROWS; i++)
        lesson->rows[lesson->n_rows++] =
            (cli_lesson_row){&results->arms[i], run, results->n_settings == 1};
}

int cli_lesson_run(cli_lesson *out, const alv_lesson *lesson, alv_lang lang)
{
    *out = (cli_lesson){.is = lesson};
    cli_catch_interrupt(lang);
    for (int i = 0; lesson->runs[i]; i++) {
        const char *base = getenv("TMPDIR");
        char directory[PATH];
        alv_text_format(directory, sizeof directory, "%s/alvor-lesson-XXXXXX",
                        base && *base ? base : "/tmp");
        if (!mkdtemp(directory))
            return cli_fail("TMPDIR names another place", "%s: cannot be made", directory);
        char command[CLI_LESSON_COMMAND];
        cli_lesson_command(command, sizeof command, lesson, i);
        int status = compare(&out->results[i], command, directory, lang);
        remove_run(directory);
        if (status != CLI_OK) return status;
        add_rows(out, i);
    }
    return CLI_OK;
}

void cli_lesson_free(cli_lesson *lesson)
{
    for (int i = 0; i < ALV_LESSON_RUNS; i++) alv_results_free(lesson->results[i]);
}
