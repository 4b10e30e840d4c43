/* The end of a comparison, for people: table, ranking, conclusion, what to try next. */
#include "cli/compare_table.h"

#include <math.h>
#include <stdio.h>

#include "base/base.h"
#include "cli/compare_look.h"
#include "cli/compare_settings.h"
#include "cli/page.h"

/* In more settings the table over them stands in place of rankings and conclusions. */
enum { MOST_SETTINGS = 2 };

/* A word of at most `width` columns, cut with a point if it is longer. */
static const char *shorten(char out[CLI_CELL], const char *word, int width)
{
    if (cli_text_width(word) <= width) return word;
    int n = 0, columns = 0;
    for (; word[n] && n < CLI_CELL - 2; n++) {
        columns += (word[n] & 0xc0) != 0x80;
        if (columns == width) break;
    }
    alv_text_format(out, CLI_CELL, "%s", word);
    alv_text_format(out + n, (size_t)(CLI_CELL - n), ".");
    return out;
}

/* The verdict's word, or "slow" where nothing else is wrong; "3/5" where the seeds disagree. */
static void print_verdict(char out[CLI_CELL], const alv_arm *arm, const cli_look *style)
{
    char cut[CLI_CELL];
    const char *word = arm->verdict;
    for (int i = 0; i < ALV_VERDICTS; i++)
        if (strcmp(arm->verdict, alv_verdict_key((alv_verdict)i)) == 0)
            word = alv_verdict_word((alv_verdict)i, style->lang);
    if (cli_outcome_of(arm) == ALV_OUTCOME_SLOW && strcmp(arm->verdict, "healthy") == 0)
        word = alv_outcome_word(ALV_OUTCOME_SLOW, style->lang);
    if (arm->verdict_n == arm->n)
        alv_text_format(out, CLI_CELL, "%s", word);
    else
        alv_text_format(out, CLI_CELL, "%s %d/%d", shorten(cut, word, 10), arm->verdict_n, arm->n);
}

static void print_row(const alv_arm *arm, const alv_results *results, const cli_look *style)
{
    char start[CLI_CELL], accuracy[CLI_CELL], forward[CLI_CELL], backward[CLI_CELL],
        verdict[CLI_CELL];
    char spark[4 * ALV_SPARK + 8];
    const double first = arm->spark[0], chance = results->chance_loss;
    cli_number(start, arm->initial_loss.median, 3, style);
    cli_quartiles(accuracy, &arm->final_test_accuracy, 100, "%", style);
    cli_number(forward, arm->forward_gain.median, 2, style);
    cli_number(backward, arm->backward_gain.median, 2, style);
    print_verdict(verdict, arm, style);
    cli_spark(spark, sizeof spark, arm->spark, ALV_SPARK,
              isfinite(first) && first > chance ? first : chance, style);
    cli_name(arm->scheme, 0, CLI_SCHEME_WIDTH);
    cli_cell(start, 6, true);
    cli_cell(forward, 6, true);
    cli_cell(backward, 6, true);
    cli_cell(accuracy, 17, true);
    printf(" %s ", spark);
    cli_print_mark(cli_outcome_of(arm), style);
    printf(" %s\n", verdict);
}

static void print_heading(const char *setting, const cli_look *style)
{
    static const char *const words[ALV_LANGS][5] = {
        [ALV_EN] = {"loss 0", "fwd", "bwd", "test [q1, q3]", "loss"},
        [ALV_PT] = {"perda0", "dir.", "retr.", "teste [q1; q3]", "perda"},
    };
    static const int widths[] = {6, 7, 6, 17};
    printf("\n");
    cli_name(setting, 0, CLI_SCHEME_WIDTH - 1);
    for (int i = 0; i < ALV_COUNT(widths); i++) cli_cell(words[style->lang][i], widths[i], true);
    printf("  %s\n", words[style->lang][4]);
}

/* "+0.68 [0.38, 0.91]": how far above the best. */
static void print_gap(char out[CLI_CELL], const alv_arm *arm, const cli_look *style)
{
    char behind[CLI_CELL], lo[CLI_CELL], hi[CLI_CELL];
    const alv_interval *gap = &arm->behind;
    int places = cli_decimals(gap->median, 2);
    cli_fixed(behind, gap->median, places, style);
    cli_fixed(lo, gap->lo, places, style);
    cli_fixed(hi, gap->hi, places, style);
    if (arm->place == 1 || !isfinite(gap->median))
        alv_text_format(out, CLI_CELL, "");
    else if (isnan(gap->lo))
        alv_text_format(out, CLI_CELL, "+%s", behind);
    else
        alv_text_format(out, CLI_CELL, "+%s [%s%s %s]", behind, lo,
                        style->lang == ALV_PT ? ";" : ",", hi);
}

static void print_rank(const alv_arm *arm, const cli_look *style)
{
    char final[CLI_CELL], gap[CLI_CELL], place[CLI_CELL];
    cli_quartiles(final, &arm->final_train_loss, 1, "", style);
    if (!isfinite(arm->final_train_loss.median))
        alv_text_format(final, CLI_CELL, "%s", alv_outcome_word(ALV_OUTCOME_DIVERGED, style->lang));
    print_gap(gap, arm, style);
    alv_text_format(place, CLI_CELL, "%d. ", arm->place);
    cli_cell(place, 5, true);
    cli_name(arm->scheme, 5, CLI_SCHEME_WIDTH + 3);
    cli_cell(final, *gap ? 26 : 0, false);
    printf("%s\n", gap);
}

static void print_ranking(const alv_results *results, int lo, int hi, const cli_look *style)
{
    static const char *const words[ALV_LANGS][3] = {
        [ALV_EN] = {"ranking", "final training loss", "above best [95 % interval]"},
        [ALV_PT] = {"ordem", "perda final de treino", "acima da melhor [IC 95 %]"},
    };
    const char *const *w = words[style->lang];
    putchar('\n');
    cli_cell(w[0], CLI_SCHEME_WIDTH + 8, false);
    cli_cell(w[1], 26, false);
    printf("%s\n", w[2]);
    for (int i = lo; i < hi; i++) print_rank(&results->arms[results->ranking[i]], style);
}

static void print_conclusion(const alv_results *results, const cli_look *style)
{
    size_t n = alv_conclusion_write(NULL, 0, results, style->lang) + 1;
    char *text = alv_new_array(n, 1);
    if (!text) return;
    alv_conclusion_write(text, n, results, style->lang);
    putchar('\n');
    cli_wrap(stdout, text, 0, 0);
    free(text);
}

/* What the network keeps from the schemes compared. */
static void print_fixed(const char *fixed, const cli_look *style)
{
    char text[512];
    alv_text_format(text, sizeof text,
                    style->lang == ALV_PT ? "Fixado pela rede, em todos os esquemas: %s"
                                          : "Fixed by the network, under every scheme: %s",
                    fixed);
    cli_wrap(stdout, text, 0, 0);
}

void cli_compare_print(const alv_results *results, const cli_args *args)
{
    const cli_look style = cli_look_of(args);
    const bool few = results->n_settings <= MOST_SETTINGS;
    if (results->stream[0])
        printf(style.lang == ALV_PT
                   ? "Pesos iniciais e ordem das amostras: sequência %s (docs/training.md)\n"
                   : "First weights and order of the samples: stream %s (docs/training.md)\n",
               results->stream);
    if (results->fixed[0]) print_fixed(results->fixed, &style);
    for (int lo = 0, hi = 0; alv_results_next(&lo, &hi, results);) {
        print_heading(results->arms[lo].setting, &style);
        for (int i = lo; i < hi; i++) print_row(&results->arms[i], results, &style);
        if (few) print_ranking(results, lo, hi, &style);
    }
    cli_compare_rates(results, &style);
    if (few)
        print_conclusion(results, &style);
    else
        cli_compare_settings(results, &style);
}
