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
#include "io/file.h"
#include "reproduce/page.h"

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

static void print_claim(const alv_claim *claim, double measured, const cli_args *args)
{
    const bool pt = args->lang == ALV_PT, holds = alv_claim_holds(claim, measured);
    char value[32], paper[32], criterion[ALV_CRITERION], text[512];
    alv_number_print(value, measured, 4);
    alv_number_print(paper, claim->paper, 4);
    alv_claim_criterion(criterion, claim, args->lang);
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
        char criterion[ALV_CRITERION];
        alv_claim_criterion(criterion, c, ALV_EN);
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

/* Where the page goes: what -o says, or with --all a name of its own; NULL: nowhere. */
static const char *page_path(const cli_args *args)
{
    const bool usual = cli_flag(args, "all") && !cli_flag(args, "json");
    return cli_value(args, "output", usual ? "reproductions.html" : NULL);
}

static int write_page(const alv_reproduced *list, int n, const cli_args *args)
{
    const char *path = page_path(args);
    char *text;
    alv_error error;
    if (!path) return CLI_OK;
    if (alv_reproduce_page(&text, list, n, args->lang, &error) != ALV_OK)
        return cli_fail_error(&error);
    const alv_status status = alv_file_write(path, text, strlen(text), &error);
    free(text);
    if (status != ALV_OK) return cli_fail_error(&error);
    if (!cli_flag(args, "json")) printf(args->lang == ALV_PT ? "Página: %s\n" : "Page: %s\n", path);
    return CLI_OK;
}

static void print_held(const alv_reproduced *list, int n, const cli_args *args)
{
    int held = 0, asked = 0;
    for (int i = 0; i < n; i++)
        for (int k = 0; list[i].experiment->claims[k].text[0]; k++, asked++)
            held += alv_claim_holds(&list[i].experiment->claims[k], list[i].measured[k]);
    printf(args->lang == ALV_PT ? "%d de %d afirmações valem\n" : "%d of %d claims hold\n", held,
           asked);
}

static int run(const cli_args *args)
{
    const alv_experiment *chosen[64];
    alv_reproduced done[64] = {{0}};
    cli_progress line = cli_progress_make(args->lang, false);
    const alv_watch watch = {&line, show, stop};
    const bool json = cli_flag(args, "json");
    alv_error error;
    int n;
    if (cli_flag(args, "list")) return list(args);
    int code = choose(chosen, &n, args);
    if (code != CLI_OK) return code;
    cli_catch_interrupt(args->lang);
    for (int i = 0; i < n; i++) {
        const double start = now();
        const alv_status status = chosen[i]->run(done[i].measured, &watch, &error);
        cli_progress_end(&line);
        if (status != ALV_OK) return cli_fail_error(&error);
        done[i].experiment = chosen[i];
        done[i].seconds = now() - start;
        if (!json) print_experiment(chosen[i], done[i].measured, done[i].seconds, args);
        fflush(stdout);
    }
    if (!json) print_held(done, n, args);
    code = write_page(done, n, args);
    if (!json || code != CLI_OK) return code;
    json_t *all = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(all, experiment_json(chosen[i], done[i].measured, done[i].seconds));
    return cli_print_document(
        json_pack("{s:s, s:o}", "schema", "alvor.reproduce/1", "experiments", all));
}

static const cli_option options[] = {
    {"all",
     0,
     NULL,
     {"every experiment, about two minutes, and a page: reproductions.html",
      "todos, cerca de dois minutos, e uma página: reproductions.html"}},
    {"output",
     'o',
     "FILE",
     {"write the page there: every claim beside its criterion",
      "escreve a página ali: cada afirmação ao lado do seu critério"}},
    {"list", 0, NULL, {"name the experiments", "nomeia os experimentos"}},
    {"json", 0, NULL, {"print one JSON document", "imprime um documento JSON"}},
    {NULL},
};

const cli_verb cli_verb_reproduce = {
    .name = "reproduce",
    .summary = {"run published results again, and say which hold",
                "roda de novo resultados publicados, e diz quais valem"},
    .usage = "NAME...|--all|--list [-o FILE] [--json]",
    .examples = "  alvor reproduce --list\n"
                "  alvor reproduce he2015 pennington2017\n"
                "  alvor reproduce --all --json\n",
    .options = options,
    .run = run,
};
