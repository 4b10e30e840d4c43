/* alvor lesson: short lessons that run an experiment, show it, ask, and explain.
 *
 * At a terminal a lesson waits for an answer. In a pipe it is a sheet for the class, with the
 * question and without the answer; --teacher adds the key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/compare_look.h"
#include "cli/explain.h"
#include "cli/lesson.h"
#include "cli/page.h"
#include "cli/verbs.h"

enum { NAME_COLUMN = 33, TEXT = 2048 };

static void print_list(const cli_args *args)
{
    for (int i = 0; i < alv_lesson_count(); i++)
        printf("  %d  %s\n", i + 1, alv_lesson_at(i)->title[args->lang]);
    puts(args->lang == ALV_PT
             ? "\nUma lição: alvor lesson N\n"
               "Elas treinam com --backend portable: os mesmos números em qualquer "
               "máquina."
             : "\nOne lesson: alvor lesson N\n"
               "They train with --backend portable: the same numbers on every "
               "machine.");
}

static const int widths[] = {7, 6, 8, 8}; /* of the table's numbers */

/* --- as a page ------------------------------------------------------------------------------ */

static void say(const cli_lesson *lesson, const char *const text[ALV_LANGS], int at,
                const cli_args *args)
{
    char filled[TEXT];
    cli_lesson_fill(filled, sizeof filled, text[args->lang], lesson, args->lang);
    cli_wrap(stdout, filled, at, at);
}

static void print_row(const cli_lesson *lesson, int i, const cli_look *look)
{
    const alv_arm *arm = lesson->rows[i].arm;
    const double values[] = {arm->initial_loss.median, arm->forward_gain.median,
                             arm->backward_gain.median, arm->final_train_loss.median};
    char name[TEXT], cell[CLI_CELL];
    cli_lesson_row_name(name, sizeof name, lesson, i, look->lang);
    cli_name(name, 0, NAME_COLUMN);
    for (int c = 0; c < ALV_COUNT(values); c++) {
        cli_number(cell, values[c], c == 1 || c == 2 ? 2 : 3, look);
        cli_cell(cell, widths[c], true);
    }
    putchar(' ');
    cli_print_mark(cli_outcome_of(arm), look);
    printf(" %s\n", alv_arm_verdict_word(arm, look->lang));
}

static void print_table(const cli_lesson *lesson, const cli_args *args)
{
    static const char *const heads[ALV_LANGS][4] = {{"loss 0", "fwd", "bwd", "loss"},
                                                    {"perda 0", "ida", "volta", "perda"}};
    const cli_look look = cli_look_of(args);
    for (int i = 0; lesson->is->runs[i]; i++) {
        fputs("  $ alvor ", stdout);
        char command[CLI_LESSON_COMMAND];
        cli_lesson_command(command, sizeof command, lesson->is, i);
        cli_wrap(stdout, command, 10, 4);
    }
    printf("\n%*s", NAME_COLUMN, "");
    for (int c = 0; c < ALV_COUNT(widths); c++) cli_cell(heads[args->lang][c], widths[c], true);
    putchar('\n');
    for (int i = 0; i < lesson->n_rows; i++) print_row(lesson, i, &look);
    putchar('\n');
}

static void print_question(const cli_lesson *lesson, const cli_args *args)
{
    cli_heading(args, args->lang == ALV_PT ? "Pergunta" : "Question");
    say(lesson, lesson->is->question, 0, args);
    for (int i = 0; i < ALV_LESSON_CHOICES; i++) {
        printf("  %c) ", 'a' + i);
        say(lesson, lesson->is->choices[i], 5, args);
    }
}

/* Waits for a letter at the terminal; says whether it was the right one. */
static void ask(const cli_lesson *lesson, const cli_args *args)
{
    const bool pt = args->lang == ALV_PT;
    char line[64];
    do {
        printf("\n%s ", pt ? "a, b ou c?" : "a, b or c?");
        fflush(stdout);
        if (!fgets(line, sizeof line, stdin)) {
            putchar('\n');
            break;
        }
    } while (line[0] < 'a' || line[0] >= 'a' + ALV_LESSON_CHOICES);
    const bool right = line[0] - 'a' == lesson->is->right;
    printf(right ? (pt ? "\nIsso mesmo: %c.\n" : "\nYes: %c.\n")
                 : (pt ? "\nA resposta é %c.\n" : "\nThe answer is %c.\n"),
           'a' + lesson->is->right);
    say(lesson, lesson->is->because, 0, args);
}

static void print_key(const cli_lesson *lesson, const cli_args *args)
{
    const bool pt = args->lang == ALV_PT;
    putchar('\n');
    cli_heading(args, pt ? "Gabarito" : "Key");
    printf("  %c) ", 'a' + lesson->is->right);
    say(lesson, lesson->is->because, 5, args);
    putchar('\n');
    cli_heading(args, pt ? "Para quem ensina" : "For the teacher");
    say(lesson, lesson->is->teacher, 0, args);
}

static void print_lesson(const cli_lesson *lesson, const cli_args *args)
{
    const bool pt = args->lang == ALV_PT;
    print_table(lesson, args);
    print_question(lesson, args);
    if (cli_flag(args, "teacher"))
        print_key(lesson, args);
    else if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        ask(lesson, args);
    else
        puts(pt ? "\nA resposta: em um terminal, ou com --teacher."
                : "\nThe answer: at a terminal, or with --teacher.");
}

static void print_head(int number, const alv_lesson *lesson, const cli_args *args)
{
    char title[TEXT];
    alv_text_format(title, sizeof title, "%d. %s", number, lesson->title[args->lang]);
    cli_heading(args, title);
    cli_wrap(stdout, lesson->idea[args->lang], 0, 0);
    putchar('\n');
    fflush(stdout);
}

/* --- the verb ------------------------------------------------------------------------------- */

static int run_lesson(int number, const cli_args *args)
{
    cli_lesson lesson;
    const alv_lesson *is = alv_lesson_at(number - 1);
    const bool json = cli_flag(args, "json");
    if (!json) print_head(number, is, args);
    int status = cli_lesson_run(&lesson, is, args->lang);
    if (status == CLI_OK && json)
        status = cli_print_document(cli_lesson_json(&lesson, number));
    else if (status == CLI_OK)
        print_lesson(&lesson, args);
    cli_lesson_free(&lesson);
    return status;
}

static int run(const cli_args *args)
{
    if (args->n_positional > 1)
        return cli_fail("alvor lesson N", "lesson takes one number, not also '%s'",
                        args->positional[1]);
    if (args->n_positional == 0 && cli_flag(args, "json"))
        return cli_print_document(cli_lesson_list_json());
    if (args->n_positional == 0) return print_list(args), CLI_OK;
    char *end;
    long number = strtol(args->positional[0], &end, 10);
    if (*end || end == args->positional[0] || number < 1 || number > alv_lesson_count())
        return cli_fail("they are listed by: alvor lesson", "there is no lesson '%s'; 1 to %d are",
                        args->positional[0], alv_lesson_count());
    return run_lesson((int)number, args);
}

static const cli_option options[] = {
    {"teacher",
     0,
     NULL,
     {"add the key, the tempting mistakes and what to try next",
      "acrescenta o gabarito, os erros tentadores e o que tentar depois"}},
    {"json", 0, NULL, {"print one JSON document", "imprime um documento JSON"}},
    {0},
};

const cli_verb cli_verb_lesson = {
    .name = "lesson",
    .summary = {"a short lesson: runs an experiment, shows it, asks, explains",
                "uma lição curta: faz um experimento, mostra, pergunta, explica"},
    .usage = "[N] [--teacher]",
    .examples = "  alvor lesson\n"
                "  alvor lesson 3\n"
                "  alvor lesson 3 --teacher --lang pt > gabarito.txt\n",
    .options = options,
    .run = run,
};
