/* A lesson's texts with what was measured, for people and as a document. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cli/lesson.h"

/* What {...} may name; the same names are the keys of a row in the document. */
typedef struct quantity {
    const char *name;
    size_t at; /* of its quartiles in an arm */
} quantity;

static const quantity quantities[] = {
    {"start", offsetof(alv_arm, initial_loss)},
    {"loss", offsetof(alv_arm, final_train_loss)},
    {"accuracy", offsetof(alv_arm, final_test_accuracy)},
    {"forward", offsetof(alv_arm, forward_gain)},
    {"backward", offsetof(alv_arm, backward_gain)},
};

static double median_of(const alv_arm *arm, const quantity *q)
{
    alv_quartiles quartiles;
    memcpy(&quartiles, (const char *)arm + q->at, sizeof quartiles);
    return quartiles.median;
}

/* The value of "loss 3}...", and its length with the brace; 0 if it is none. */
static size_t read_hole(double *out, const char *text, const cli_lesson *lesson)
{
    for (int i = 0; i < ALV_COUNT(quantities); i++) {
        const size_t n = strlen(quantities[i].name);
        if (strncmp(text, quantities[i].name, n) != 0 || text[n] != ' ') continue;
        char *end;
        const long row = strtol(text + n, &end, 10);
        if (*end != '}' || row < 1 || row > lesson->n_rows) return 0;
        *out = median_of(lesson->rows[row - 1].arm, &quantities[i]);
        return (size_t)(end - text) + 1;
    }
    return 0;
}

void cli_lesson_command(char *out, size_t size, const alv_lesson *lesson, int i)
{
    alv_text_format(out, size, "compare %s --backend portable", lesson->runs[i]);
}

void cli_lesson_fill(char *out, size_t size, const char *text, const cli_lesson *lesson,
                     alv_lang lang)
{
    size_t n = 0;
    while (*text && n + 32 < size) {
        double value;
        const size_t hole = *text == '{' ? read_hole(&value, text + 1, lesson) : 0;
        if (hole) {
            char number[32];
            const bool whole = fabs(value) >= 1000 && fabs(value) < 1e6; /* 1650, not 1.65e+03 */
            alv_number_for_people(number, whole ? round(value) : value, whole ? 6 : 3, lang);
            n += alv_text_format(out + n, size - n, "%s", number);
            text += hole + 1;
        } else {
            out[n++] = *text++;
        }
    }
    out[n] = '\0';
}

void cli_lesson_row_name(char *out, size_t size, const cli_lesson *lesson, int row, alv_lang lang)
{
    const cli_lesson_row *r = &lesson->rows[row];
    const char *label = lesson->is->labels[r->run][lang];
    alv_text_format(out, size, "%d. %s%s%s%s%s", row + 1, label ? label : "", label ? ": " : "",
                    r->alone ? "" : r->arm->setting, r->alone ? "" : ": ", r->arm->scheme);
}

/* --- as a document -------------------------------------------------------------------------- */

static json_t *both(const char *const texts[ALV_LANGS], const cli_lesson *lesson)
{
    char filled[2048];
    json_t *pair = json_object();
    static const char *const keys[ALV_LANGS] = {"en", "pt"};
    for (int lang = 0; lang < ALV_LANGS; lang++) {
        if (lesson) cli_lesson_fill(filled, sizeof filled, texts[lang], lesson, (alv_lang)lang);
        json_object_set_new(pair, keys[lang], json_string(lesson ? filled : texts[lang]));
    }
    return pair;
}

static json_t *row_json(const cli_lesson *lesson, int i)
{
    char names[ALV_LANGS][256];
    for (int lang = 0; lang < ALV_LANGS; lang++)
        cli_lesson_row_name(names[lang], sizeof names[lang], lesson, i, (alv_lang)lang);
    const alv_arm *arm = lesson->rows[i].arm;
    const char *const pair[ALV_LANGS] = {names[ALV_EN], names[ALV_PT]};
    json_t *row = json_pack("{s:o, s:s, s:s, s:s, s:s, s:i, s:i}", "name", both(pair, NULL),
                            "scheme", arm->scheme, "setting", arm->setting, "outcome", arm->outcome,
                            "verdict", arm->verdict, "n", arm->n, "failed", arm->failed);
    for (int q = 0; q < ALV_COUNT(quantities); q++) {
        const double value = median_of(arm, &quantities[q]);
        json_object_set_new(row, quantities[q].name,
                            isfinite(value) ? json_real(value) : json_null());
    }
    return row;
}

json_t *cli_lesson_json(const cli_lesson *lesson, int number)
{
    const alv_lesson *is = lesson->is;
    json_t *commands = json_array(), *rows = json_array(), *choices = json_array();
    for (int i = 0; is->runs[i]; i++) {
        char command[CLI_LESSON_COMMAND];
        cli_lesson_command(command, sizeof command, is, i);
        json_array_append_new(commands, json_string(command));
    }
    for (int i = 0; i < lesson->n_rows; i++) json_array_append_new(rows, row_json(lesson, i));
    for (int i = 0; i < ALV_LESSON_CHOICES; i++)
        json_array_append_new(choices, both(is->choices[i], lesson));
    return json_pack("{s:s, s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:o, s:o}", "schema",
                     "alvor.lesson/1", "number", number, "name", is->name, "title",
                     both(is->title, lesson), "idea", both(is->idea, lesson), "commands", commands,
                     "rows", rows, "question", both(is->question, lesson), "choices", choices,
                     "right", is->right, "because", both(is->because, lesson), "teacher",
                     both(is->teacher, lesson));
}

json_t *cli_lesson_list_json(void)
{
    json_t *list = json_array();
    for (int i = 0; i < alv_lesson_count(); i++) {
        const alv_lesson *is = alv_lesson_at(i);
        json_array_append_new(list, json_pack("{s:i, s:s, s:o, s:o}", "number", i + 1, "name",
                                              is->name, "title", both(is->title, NULL), "idea",
                                              both(is->idea, NULL)));
    }
    return json_pack("{s:s, s:o}", "schema", "alvor.lessons/1", "lessons", list);
}
