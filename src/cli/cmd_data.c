/* alvor data: list the data sets, show samples of one, bring one to the cache. */
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/cli.h"
#include "cli/data_draw.h"
#include "cli/page.h"
#include "cli/verbs.h"
#include "data/cache.h"
#include "data/png.h"
#include "io/file.h"
#include "lab/results.h"

/* --- list --------------------------------------------------------------------------------- */

static json_t *entry_json(const char *name, const char *const summary[ALV_LANGS], int64_t dim,
                          int height, int width, int classes, int64_t n_train, int64_t n_test,
                          const char *citation)
{
    return json_pack("{s:s, s:{s:s, s:s}, s:I, s:i, s:i, s:i, s:I, s:I, s:s}", "name", name,
                     "summary", "en", summary[ALV_EN], "pt", summary[ALV_PT], "dim",
                     (json_int_t)dim, "height", height, "width", width, "classes", classes,
                     "n_train", (json_int_t)n_train, "n_test", (json_int_t)n_test, "citation",
                     citation);
}

static int list_json(void)
{
    json_t *sources = json_array(), *downloads = json_array();
    for (int i = 0; i < alv_source_count(); i++) {
        const alv_source *s = alv_source_at(i);
        json_array_append_new(sources, entry_json(s->name, s->summary, s->dim, s->height, s->width,
                                                  s->classes, s->n_train, s->n_test, s->citation));
    }
    for (int i = 0; i < alv_remote_count(); i++) {
        const alv_remote *r = alv_remote_at(i);
        char path[ALV_PATH_SIZE];
        json_t *entry = entry_json(r->name, r->summary, r->dim, r->height, r->width, r->classes,
                                   r->n_train, r->n_test, r->citation);
        json_object_set_new(entry, "here", json_boolean(alv_remote_is_here(r)));
        if (alv_cache_path(path, r->name, NULL) == ALV_OK)
            json_object_set_new(entry, "path", json_string(path));
        json_array_append_new(downloads, entry);
    }
    json_t *document = json_pack("{s:s, s:o, s:o}", "schema", "alvor.data/1", "sources", sources,
                                 "downloads", downloads);
    bool fine = document && json_dumpf(document, stdout, JSON_INDENT(2)) == 0;
    putchar('\n');
    json_decref(document);
    return fine ? CLI_OK : cli_fail(NULL, "cannot write the list");
}

/* One line of the table; its last column is wrapped. `note` follows the summary. */
static void print_entry(const char *name, int64_t dim, int height, int width, int classes,
                        int64_t n_train, int64_t n_test, const char *summary, const char *note)
{
    char shape[32], left[128], right[512];
    if (height)
        snprintf(shape, sizeof shape, "%d x %d", height, width);
    else
        snprintf(shape, sizeof shape, "%lld", (long long)dim);
    snprintf(left, sizeof left, "  %-13s  %-7s  %7d  %5lld + %-5lld   ", name, shape, classes,
             (long long)n_train, (long long)n_test);
    snprintf(right, sizeof right, "%s%s", summary, note);
    fputs(left, stdout);
    cli_wrap(stdout, right, cli_text_width(left), cli_text_width(left));
}

static int list(const cli_args *args)
{
    bool pt = args->lang == ALV_PT;
    if (cli_flag(args, "json")) return list_json();
    printf("%s\n", pt ? "Gerados a partir de uma semente (nada a baixar):"
                      : "Generated from a seed (nothing to download):");
    printf("  %-13s  %-7s  %7s  %s\n", pt ? "nome" : "name", pt ? "entrada" : "input", "classes",
           pt ? "treino + teste" : "train + test");
    for (int i = 0; i < alv_source_count(); i++) {
        const alv_source *s = alv_source_at(i);
        print_entry(s->name, s->dim, s->height, s->width, s->classes, s->n_train, s->n_test,
                    s->summary[args->lang], "");
    }
    printf("\n%s\n", pt ? "Baixados uma vez (alvor data get NOME):"
                        : "Downloaded once (alvor data get NAME):");
    for (int i = 0; i < alv_remote_count(); i++) {
        const alv_remote *r = alv_remote_at(i);
        print_entry(r->name, r->dim, r->height, r->width, r->classes, r->n_train, r->n_test,
                    r->summary[args->lang],
                    alv_remote_is_here(r) ? pt ? " (no cache)" : " (in the cache)"
                    : pt                  ? " (ainda não baixado)"
                                          : " (not downloaded yet)");
    }
    printf("\n%s\n",
           pt ? "Ou um caminho: diretório ou arquivo IDX (.gz), CSV ou npy; diretório CIFAR."
              : "Or a path: a directory or file of IDX (.gz), CSV or npy; a directory of CIFAR.");
    return CLI_OK;
}

/* --- show --------------------------------------------------------------------------------- */

static int terminal_columns(void)
{
    struct winsize size;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    const char *columns = getenv("COLUMNS");
    int value = columns ? atoi(columns) : 0;
    return value >= 20 && value <= 1000 ? value : 80;
}

static void print_facts(const alv_split *split, alv_lang lang)
{
    bool pt = lang == ALV_PT;
    double sum = 0, squares = 0, count = (double)split->train.n * (double)split->dim;
    for (int64_t i = 0; i < split->train.n * split->dim; i++) {
        sum += (double)split->train.x[i];
        squares += (double)split->train.x[i] * (double)split->train.x[i];
    }
    char text[ALV_PATH_SIZE + 256], shape[48] = "", mean[32], square[32];
    if (split->height) snprintf(shape, sizeof shape, " (%d x %d)", split->height, split->width);
    snprintf(text, sizeof text, "%s: %lld %s + %lld %s, %lld %s%s, %d classes", split->name,
             (long long)split->train.n, pt ? "de treino" : "training", (long long)split->test.n,
             pt ? "de teste" : "test", (long long)split->dim,
             split->tokens > 0 ? (pt ? "caracteres" : "characters")
             : pt              ? "entradas"
                               : "inputs",
             shape, split->classes);
    cli_wrap(stdout, text, 0, 2);
    if (split->tokens > 0) return;
    alv_number_for_people(mean, sum / count, 4, lang);
    alv_number_for_people(square, squares / count, 4, lang);
    printf(pt ? "x: média %s, média de x^2 %s\n" : "x: mean %s, mean of x^2 %s\n", mean, square);
}

static void print_classes(const alv_split *split, alv_lang lang)
{
    enum { MOST = 20 };
    int64_t counts[MOST] = {0};
    for (int64_t i = 0; i < split->train.n; i++)
        if (split->train.y[i] < MOST) counts[split->train.y[i]]++;
    char text[MOST * 64];
    size_t n = (size_t)snprintf(text, sizeof text, "%s",
                                lang == ALV_PT ? "amostras de treino por classe:"
                                               : "training samples by class:");
    for (int label = 0; label < split->classes && label < MOST; label++) {
        char name[32];
        cli_class_name(name, split, label);
        n += (size_t)snprintf(text + n, sizeof text - n, "%s %s: %lld", label ? "," : "", name,
                              (long long)counts[label]);
    }
    snprintf(text + n, sizeof text - n, "%s", split->classes > MOST ? ", ..." : "");
    cli_wrap(stdout, text, 0, 2);
    putchar('\n');
}

static int write_sheet(const alv_split *split, int64_t n, const char *path, alv_lang lang)
{
    cli_canvas canvas;
    unsigned char *png;
    size_t size;
    alv_error error;
    alv_status status = cli_draw_sheet(&canvas, split, n, &error);
    if (status == ALV_OK) {
        status = alv_png_encode(&png, &size, canvas.rgb, canvas.width, canvas.height, &error);
        free(canvas.rgb);
    }
    if (status == ALV_OK) {
        status = alv_file_write(path, png, size, &error);
        free(png);
    }
    if (status != ALV_OK) return cli_fail_error(&error);
    printf(lang == ALV_PT ? "folha de contato: %s (%d x %d)\n" : "contact sheet: %s (%d x %d)\n",
           path, canvas.width, canvas.height);
    return CLI_OK;
}

static int show(const cli_args *args)
{
    int64_t n, context;
    uint64_t seed;
    alv_split *split;
    alv_error error;
    if (args->n_positional != 2)
        return cli_fail("see: alvor data list", "which data set? alvor data show NAME|PATH");
    if (!cli_int(&n, args, "n", 0, 1, 100000) || !cli_seed(&seed, args) ||
        !cli_int(&context, args, "context", 0, 1, 65536))
        return CLI_USAGE;
    alv_data_options options = {.seed = seed,
                                .label_column = cli_value(args, "label", NULL),
                                .context = context,
                                .normalize = true};
    if (alv_data_load(&split, args->positional[1], &options, &error) != ALV_OK)
        return cli_fail_error(&error);
    const char *sheet = cli_value(args, "output", NULL);
    print_facts(split, args->lang);
    print_classes(split, args->lang);
    cli_print_samples(split, n ? n : cli_print_default(split), terminal_columns(),
                      args->color && cli_utf8());
    int status = CLI_OK;
    if (sheet) status = write_sheet(split, n ? n : cli_sheet_default(split), sheet, args->lang);
    alv_split_free(split);
    return status;
}

/* --- get ---------------------------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

typedef struct progress_line {
    bool terminal, open;
    struct timespec last;
} progress_line;

static void close_line(progress_line *line)
{
    if (line->open) fputs("\r\033[K", stderr);
    line->open = false;
}

/* At most ten updates a second, on a terminal only. */
static bool on_progress(void *context, const char *file, int64_t done, int64_t total)
{
    progress_line *line = context;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double since = (double)(now.tv_sec - line->last.tv_sec) +
                   1e-9 * (double)(now.tv_nsec - line->last.tv_nsec);
    if (line->terminal && total > 0 && since > 0.1) {
        fprintf(stderr, "\r%s  %3d %%  %.1f of %.1f MB\033[K", file, (int)(100 * done / total),
                (double)done / 1e6, (double)total / 1e6);
        line->last = now;
        line->open = true;
    }
    return !interrupted;
}

static void on_note(void *context, const char *text)
{
    close_line(context);
    fprintf(stderr, "%s\n", text);
}

/* The mirrors typed by the user, separated by commas, in place of the table's. */
static char *split_mirrors(const char **out, int most, const char *text)
{
    char *copy = strdup(text), *rest = copy;
    int n = 0;
    for (char *one; copy && n < most && (one = strsep(&rest, ","));)
        if (*one) out[n++] = one;
    out[n] = NULL;
    return copy;
}

static int download(const alv_remote *remote, const char *const *mirrors, alv_lang lang)
{
    char directory[ALV_PATH_SIZE];
    alv_error error;
    if (alv_cache_path(directory, remote->name, &error) != ALV_OK) return cli_fail_error(&error);
    progress_line line = {.terminal = isatty(STDERR_FILENO)};
    alv_download_watch watch = {on_progress, on_note, &line};
    struct sigaction stop = {.sa_handler = on_signal}, old_int, old_term;
    sigaction(SIGINT, &stop, &old_int);
    sigaction(SIGTERM, &stop, &old_term);
    alv_status status =
        alv_download(directory, remote->files, ALV_REMOTE_FILES, mirrors, &watch, &error);
    sigaction(SIGINT, &old_int, NULL);
    sigaction(SIGTERM, &old_term, NULL);
    close_line(&line);
    if (status != ALV_OK) return cli_fail_error(&error);
    printf(lang == ALV_PT ? "%s está em %s\n" : "%s is in %s\n", remote->name, directory);
    return CLI_OK;
}

static int unknown_remote(const char *name)
{
    const char *names[8];
    char hint[96];
    int n = 0;
    for (; n < alv_remote_count() && n < 7; n++) names[n] = alv_remote_at(n)->name;
    names[n] = NULL;
    const char *near = alv_suggest(name, names);
    if (near) snprintf(hint, sizeof hint, "did you mean '%s'?", near);
    if (alv_source_find(name))
        return cli_fail(NULL, "'%s' is generated, there is nothing to download", name);
    return cli_fail(near ? hint : "see: alvor data list", "no data set '%s' to download", name);
}

static int get(const cli_args *args)
{
    if (args->n_positional != 2)
        return cli_fail("see: alvor data list", "which data set? alvor data get NAME");
    const alv_remote *remote = alv_remote_find(args->positional[1]);
    if (!remote) return unknown_remote(args->positional[1]);
    const char *given[17], *text = cli_value(args, "mirror", NULL);
    if (!text) return download(remote, remote->mirrors, args->lang);
    char *copy = split_mirrors(given, 16, text);
    int status = copy ? download(remote, given, args->lang) : cli_fail(NULL, "out of memory");
    free(copy);
    return status;
}

/* --- the verb ----------------------------------------------------------------------------- */

typedef struct action {
    const char *name;
    int (*run)(const cli_args *args);
} action;

static const action actions[] = {{"list", list}, {"show", show}, {"get", get}};

static int run(const cli_args *args)
{
    const char *names[ALV_COUNT(actions) + 1] = {NULL}, *name = "list";
    if (args->n_positional > 0) name = args->positional[0];
    for (int i = 0; i < ALV_COUNT(actions); i++) {
        names[i] = actions[i].name;
        if (strcmp(name, actions[i].name) == 0) return actions[i].run(args);
    }
    const char *near = alv_suggest(name, names);
    char hint[96];
    if (near) snprintf(hint, sizeof hint, "did you mean 'alvor data %s'?", near);
    return cli_fail(near ? hint : "use list, show or get", "alvor data has no '%s'", name);
}

static const cli_option options[] = {
    {"json", 0, NULL, {"list: one JSON document", "list: um documento JSON"}},
    {"n", 'n', "N", {"show: how many samples", "show: quantas amostras"}},
    {"seed",
     0,
     "N",
     {"show: seed of a generated set (default 42)", "show: semente de um conjunto gerado (42)"}},
    {"output",
     'o',
     "FILE",
     {"show: also write a PNG contact sheet", "show: grava também uma folha de contato em PNG"}},
    {"label",
     0,
     "COLUMN",
     {"show: label column of a CSV, by name or number (default: label, class or the last)",
      "show: coluna do rótulo de um CSV, por nome ou número (padrão: label, class ou a última)"}},
    {"context",
     0,
     "N",
     {"show: characters of a sample of a text (default 32)",
      "show: caracteres de uma amostra de um texto (padrão 32)"}},
    {"mirror",
     0,
     "URL,...",
     {"get: addresses to try instead of the usual ones",
      "get: endereços a tentar em vez dos habituais"}},
    {0},
};

const cli_verb cli_verb_data = {
    .name = "data",
    .summary = {"list, show and download data sets", "lista, mostra e baixa conjuntos de dados"},
    .usage = "list | show NAME|PATH | get NAME",
    .examples = "  alvor data list\n"
                "  alvor data show shapeset --n 8 -o sheet.png\n"
                "  alvor data show ./table.csv --label species\n"
                "  alvor data get mnist\n",
    .options = options,
    .run = run,
};
