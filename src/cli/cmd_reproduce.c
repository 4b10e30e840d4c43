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
#include "report/page.h"
#include "reproduce/document.h"

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

/* Four, or eight where four do not tell the ends of the criterion apart. */
static int digits_of(const alv_claim *claim)
{
    char lo[32], hi[32];
    alv_number_print(lo, claim->lo, 4);
    alv_number_print(hi, claim->hi, 4);
    return claim->lo < claim->hi && strcmp(lo, hi) == 0 ? 8 : 4;
}

static void print_claim(const alv_claim *claim, double measured, const cli_args *args)
{
    const bool pt = args->lang == ALV_PT, holds = alv_claim_holds(claim, measured);
    char value[32], paper[32], criterion[ALV_CRITERION], text[512];
    alv_number_print(value, measured, digits_of(claim));
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

static int list(const cli_args *args)
{
    int width = 0;
    for (int i = 0; i < alv_experiment_count(); i++) {
        const int length = (int)strlen(alv_experiment_at(i)->name) + 2;
        if (length > width) width = length;
    }
    for (int i = 0; i < alv_experiment_count(); i++) {
        const alv_experiment *e = alv_experiment_at(i);
        cli_pad(stdout, e->name, width);
        cli_wrap(stdout, e->title[args->lang], width, width);
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

static alv_status make_page(char **out, size_t *size, const alv_reproduced *list, int n,
                            alv_lang lang, alv_error *error)
{
    json_t *document = alv_reproduce_document(list, n, true);
    char *text = document ? json_dumps(document, JSON_COMPACT | JSON_REAL_PRECISION(8)) : NULL;
    const alv_status status = text ? alv_report_render(out, size, text, lang, error)
                                   : alv_fail(error, ALV_ERR_MEMORY, "page", "out of memory");
    free(text);
    json_decref(document);
    return status;
}

static int write_page(const alv_reproduced *list, int n, const cli_args *args)
{
    const char *path = page_path(args);
    char *text;
    size_t size;
    alv_error error;
    if (!path) return CLI_OK;
    if (make_page(&text, &size, list, n, args->lang, &error) != ALV_OK)
        return cli_fail_error(&error);
    const alv_status status = alv_file_write(path, text, size, &error);
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
            held += alv_claim_holds(&list[i].experiment->claims[k], list[i].outcome.measured[k]);
    printf(args->lang == ALV_PT ? "%d de %d afirmações valem\n" : "%d of %d claims hold\n", held,
           asked);
}

/* One experiment, its result printed unless it goes into a document. */
static int reproduce(alv_reproduced *out, cli_progress *line, const cli_args *args)
{
    const alv_watch watch = {line, show, stop};
    const double start = now();
    alv_error error;
    const alv_status status = out->experiment->run(&out->outcome, &watch, &error);
    cli_progress_end(line);
    if (status != ALV_OK) return cli_fail_error(&error);
    out->seconds = now() - start;
    if (!cli_flag(args, "json"))
        print_experiment(out->experiment, out->outcome.measured, out->seconds, args);
    fflush(stdout);
    return CLI_OK;
}

static int run(const cli_args *args)
{
    const alv_experiment *chosen[64];
    alv_reproduced done[64] = {{0}};
    cli_progress line = cli_progress_make(args->lang, false);
    const bool json = cli_flag(args, "json");
    int n;
    if (cli_flag(args, "list")) return list(args);
    int code = choose(chosen, &n, args);
    if (code != CLI_OK) return code;
    cli_catch_interrupt(args->lang);
    for (int i = 0; i < n && code == CLI_OK; i++) {
        done[i].experiment = chosen[i];
        code = reproduce(&done[i], &line, args);
    }
    if (code == CLI_OK && !json) print_held(done, n, args);
    if (code == CLI_OK) code = write_page(done, n, args);
    if (code == CLI_OK && json) code = cli_print_document(alv_reproduce_document(done, n, false));
    for (int i = 0; i < n; i++) alv_outcome_free(&done[i].outcome);
    return code;
}

static const cli_option options[] = {
    {"all",
     0,
     NULL,
     {"every experiment, some minutes, and a page: reproductions.html",
      "todos, alguns minutos, e uma página: reproductions.html"}},
    {"output",
     'o',
     "FILE",
     {"write the page there: figures, and every claim beside its criterion",
      "escreve a página ali: figuras, e cada afirmação ao lado do critério"}},
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
