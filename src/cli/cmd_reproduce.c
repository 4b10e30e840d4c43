/* alvor reproduce: published results, run again; each claim holds or it does not. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/base.h"
#include "cli/explain.h"
#include "cli/page.h"
#include "cli/progress.h"
#include "cli/verbs.h"
#include "reproduce/reproduce.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
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

/* "0.97 to 1.03", "3 or more", "1000 or less". */
static void print_criterion(char out[96], const alv_claim *claim, alv_lang lang)
{
    const bool pt = lang == ALV_PT;
    char lo[32], hi[32];
    alv_number_print(lo, claim->lo, 0);
    alv_number_print(hi, claim->hi, 0);
    if (isinf(claim->hi))
        alv_text_format(out, 96, pt ? "%s ou mais" : "%s or more", lo);
    else if (claim->lo == claim->hi)
        alv_text_format(out, 96, "%s", lo);
    else
        alv_text_format(out, 96, pt ? "%s a %s" : "%s to %s", lo, hi);
}

static void print_claim(const alv_claim *claim, double measured, const cli_args *args)
{
    const bool pt = args->lang == ALV_PT, holds = alv_claim_holds(claim, measured);
    char value[32], paper[32], criterion[96], text[512];
    alv_number_print(value, measured, 4);
    alv_number_print(paper, claim->paper, 4);
    print_criterion(criterion, claim, args->lang);
    fputs(holds ? (pt ? "  vale      " : "  holds     ") : (pt ? "  NÃO VALE  " : "  DOES NOT  "),
          stdout);
    alv_text_format(text, sizeof text,
                    pt ? "%s: %s (critério: %s%s%s)" : "%s: %s (criterion: %s%s%s)",
                    claim->text[args->lang], value, criterion,
                    isnan(claim->paper) ? "" : (pt ? "; artigo: " : "; paper: "),
                    isnan(claim->paper) ? "" : paper);
    cli_wrap(stdout, text, 12, 12);
    if (holds || !claim->why[0]) return;
    fputs("            ", stdout);
    cli_wrap(stdout, claim->why[args->lang], 12, 12);
}

static void print_experiment(const alv_experiment *e, const double *measured, double seconds,
                             const cli_args *args)
{
    char head[256];
    alv_text_format(head, sizeof head, "%s: %s", e->name, e->title[args->lang]);
    cli_heading(args, head);
    fputs("  ", stdout);
    cli_wrap(stdout, e->paper, 2, 2);
    fputs("  ", stdout);
    cli_wrap(stdout, e->setting[args->lang], 2, 2);
    for (int i = 0; e->claims[i].text[0]; i++) print_claim(&e->claims[i], measured[i], args);
    printf("  %.1f s\n\n", seconds);
}

static json_t *real(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *experiment_json(const alv_experiment *e, const double *measured, double seconds)
{
    json_t *claims = json_array();
    for (int i = 0; e->claims[i].text[0]; i++) {
        const alv_claim *c = &e->claims[i];
        char criterion[96];
        print_criterion(criterion, c, ALV_EN);
        json_array_append_new(
            claims, json_pack("{s:s, s:s, s:o, s:o, s:b, s:s?}", "claim", c->text[ALV_EN],
                              "criterion", criterion, "paper_value", real(c->paper), "measured",
                              real(measured[i]), "holds", alv_claim_holds(c, measured[i]),
                              "why_not", alv_claim_holds(c, measured[i]) ? NULL : c->why[ALV_EN]));
    }
    return json_pack("{s:s, s:s, s:s, s:o, s:f}", "name", e->name, "paper", e->paper, "setting",
                     e->setting[ALV_EN], "claims", claims, "seconds", seconds);
}

static int list(const cli_args *args)
{
    for (int i = 0; i < alv_experiment_count(); i++) {
        const alv_experiment *e = alv_experiment_at(i);
        cli_pad(stdout, e->name, 16);
        cli_wrap(stdout, e->title[args->lang], 16, 16);
    }
    return CLI_OK;
}

/* The experiments asked for, at most as many as there are; prints the error otherwise. */
static int choose(const alv_experiment **out, int *n, const cli_args *args)
{
    const char *names[64] = {NULL};
    *n = 0;
    for (int i = 0; i < alv_experiment_count() && i < 63; i++) {
        names[i] = alv_experiment_at(i)->name;
        if (cli_flag(args, "all")) out[(*n)++] = alv_experiment_at(i);
    }
    for (int i = 0; i < args->n_positional; i++) {
        const alv_experiment *e = alv_experiment_find(args->positional[i]);
        const char *near = alv_suggest(args->positional[i], names);
        char hint[96];
        snprintf(hint, sizeof hint, "did you mean %s?", near ? near : "");
        if (!e)
            return cli_fail(near ? hint : "see: alvor reproduce --list",
                            "there is no experiment '%s'", args->positional[i]);
        if (!cli_flag(args, "all") && *n < 63) out[(*n)++] = e;
    }
    if (*n == 0) return cli_fail("see: alvor reproduce --list", "name an experiment, or --all");
    return CLI_OK;
}

static int run(const cli_args *args)
{
    const alv_experiment *chosen[64];
    cli_progress line = cli_progress_make(args->lang, false);
    const alv_watch watch = {&line, show, stop};
    const bool json = cli_flag(args, "json");
    alv_error error;
    int n, held = 0, asked = 0;
    if (cli_flag(args, "list")) return list(args);
    int code = choose(chosen, &n, args);
    if (code != CLI_OK) return code;
    json_t *all = json ? json_array() : NULL;
    cli_catch_interrupt(args->lang);
    for (int i = 0; i < n; i++) {
        double measured[ALV_MOST_CLAIMS], start = now();
        const alv_status status = chosen[i]->run(measured, &watch, &error);
        cli_progress_end(&line);
        if (status != ALV_OK) {
            json_decref(all);
            return cli_fail_error(&error);
        }
        const double seconds = now() - start;
        for (int k = 0; chosen[i]->claims[k].text[0]; k++, asked++)
            held += alv_claim_holds(&chosen[i]->claims[k], measured[k]);
        if (json)
            json_array_append_new(all, experiment_json(chosen[i], measured, seconds));
        else
            print_experiment(chosen[i], measured, seconds, args);
        fflush(stdout);
    }
    if (json)
        return cli_print_document(
            json_pack("{s:s, s:o}", "schema", "alvor.reproduce/1", "experiments", all));
    printf(args->lang == ALV_PT ? "%d de %d afirmações valem\n" : "%d of %d claims hold\n", held,
           asked);
    return CLI_OK;
}

static const cli_option options[] = {
    {"all", 0, NULL, {"every experiment (about two minutes)", "todos (cerca de dois minutos)"}},
    {"list", 0, NULL, {"name the experiments", "nomeia os experimentos"}},
    {"json", 0, NULL, {"print one JSON document", "imprime um documento JSON"}},
    {NULL},
};

const cli_verb cli_verb_reproduce = {
    .name = "reproduce",
    .summary = {"run published results again, and say which hold",
                "roda de novo resultados publicados, e diz quais valem"},
    .usage = "NAME...|--all|--list [--json]",
    .examples = "  alvor reproduce --list\n"
                "  alvor reproduce he2015 pennington2017\n"
                "  alvor reproduce --all --json\n",
    .options = options,
    .run = run,
};
