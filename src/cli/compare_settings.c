/* Two tables: the rate of each scheme among those tried, and one line for each setting. */
#include "cli/compare_settings.h"

#include <math.h>
#include <stdio.h>

#include "base/base.h"
#include "cli/page.h"

enum { SETTING_WIDTH = 34, PAGE_WIDTH = 80 };

static void print_rates_heading(const alv_tuning *t, const cli_look *style)
{
    static const char *const words[ALV_LANGS][3] = {
        [ALV_EN] = {"own rate", "validation loss from", "to"},
        [ALV_PT] = {"taxa", "perda de validação, de", "a"},
    };
    const char *const *w = words[style->lang];
    char from[32], to[32];
    alv_number_for_people(from, t->rates[0], 3, style->lang);
    alv_number_for_people(to, t->rates[t->n - 1], 3, style->lang);
    putchar('\n');
    cli_name(t->setting, 0, CLI_SCHEME_WIDTH + 4);
    cli_cell(w[0], 9, true);
    printf("   %s %s %s %s\n", w[1], from, w[2], to);
}

static void print_rate(const alv_tuning *t, double chance, const cli_look *style)
{
    char rate[32], loss[CLI_CELL], spark[4 * ALV_RATES + 8];
    const bool pt = style->lang == ALV_PT;
    alv_number_for_people(rate, t->best < 0 ? (double)NAN : t->rates[t->best], 3, style->lang);
    cli_number(loss, t->best < 0 ? (double)NAN : t->losses[t->best], 3, style);
    cli_spark(spark, sizeof spark, t->losses, t->n, chance, style);
    cli_name(t->scheme, 0, CLI_SCHEME_WIDTH + 4);
    cli_cell(rate, 9, true);
    printf("   %s  %s%s\n", spark, loss,
           t->best < 0              ? (pt ? ": todas divergem" : ": all diverge")
           : !alv_tuning_at_edge(t) ? ""
           : pt                     ? ": na ponta da grade"
                                    : ": at the end of the grid");
}

/* What the choice cost: of all the time spent in training. */
static void print_cost(const alv_results *results, const cli_look *style)
{
    int trials = 0;
    double tuning = 0, comparing = 0;
    for (int i = 0; i < results->n_tunings; i++) {
        trials += results->tunings[i].trials;
        tuning += results->tunings[i].seconds;
    }
    for (int i = 0; i < results->n_trials; i++) comparing += results->trials[i].seconds;
    printf(style->lang == ALV_PT
               ? "\nEscolher as taxas custou %d ensaios, %.0f %% do tempo de treino.\n"
               : "\nChoosing rates cost %d trials, %.0f %% of the training time.\n",
           trials, 100 * tuning / fmax(tuning + comparing, 1e-9));
}

void cli_compare_rates(const alv_results *results, const cli_look *style)
{
    const alv_tuning *last = NULL;
    for (int i = 0; i < results->n_arms; i++) {
        const alv_tuning *t = alv_arm_tuning(results, &results->arms[i]);
        if (!t || t->n == 0) continue;
        if (!last || strcmp(last->setting, t->setting) != 0) print_rates_heading(t, style);
        print_rate(t, results->chance_loss, style);
        last = t;
    }
    if (last) print_cost(results, style);
}

/* The best scheme, its loss, how many schemes trained, and every scheme's mark in the order of the
 * tables. */
static void print_setting(const alv_results *results, int lo, int hi, const cli_look *style)
{
    const alv_arm *best = &results->arms[results->ranking[lo]];
    char loss[CLI_CELL];
    int trained = 0;
    for (int i = lo; i < hi; i++)
        trained += cli_outcome_of(&results->arms[i]) == ALV_OUTCOME_TRAINED;
    cli_number(loss, best->final_train_loss.median, 3, style);
    cli_name(best->setting, 0, SETTING_WIDTH);
    printf("%3d/%-3d", trained, hi - lo);
    for (int i = lo; i < hi; i++) cli_print_mark(cli_outcome_of(&results->arms[i]), style);
    printf("  ");
    cli_cell(loss, 7, true);
    const int used = SETTING_WIDTH + 7 + (hi - lo) + 2 + 7 + 2;
    if (used + cli_text_width(best->scheme) > PAGE_WIDTH)
        printf("\n%*s%s\n", 6, "", best->scheme);
    else
        printf("  %s\n", best->scheme);
}

void cli_compare_settings(const alv_results *results, const cli_look *style)
{
    static const char *const words[ALV_LANGS][4] = {
        [ALV_EN] = {"setting", "trained", "loss", "best"},
        [ALV_PT] = {"configuração", "treinam", "perda", "melhor"},
    };
    const char *const *w = words[style->lang];
    int schemes = 0;
    for (int lo = 0, hi = 0; alv_results_next(&lo, &hi, results);)
        if (hi - lo > schemes) schemes = hi - lo;
    putchar('\n');
    cli_cell(w[0], SETTING_WIDTH, false);
    cli_cell(w[1], 7 + schemes, false);
    cli_cell(w[2], 9, true);
    printf("  %s\n", w[3]);
    for (int lo = 0, hi = 0; alv_results_next(&lo, &hi, results);)
        print_setting(results, lo, hi, style);
    printf("%s\n", style->lang == ALV_PT
                       ? "\nOrdem, intervalos e conclusão de cada configuração: no relatório e em "
                         "--json."
                       : "\nThe ranking, intervals and conclusion of each setting: in the report "
                         "and --json.");
}
