/* alvor bench: how fast each initializer fills memory, beside memset in the same run. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/bench.h"
#include "cli/page.h"
#include "cli/verbs.h"
#include "lab/setup.h"

enum { MOST_COLUMNS = 16, NAME_WIDTH = 18 };

/* One column of the table: an instruction set and a number of threads. */
typedef struct column {
    const alv_kernels *kernels;
    int threads;
    double memset; /* GB/s with as many threads */
} column;

typedef struct bench {
    const cli_args *args;
    bench_setting setting;
    column columns[MOST_COLUMNS];
    int n_columns;
    const char *filter;
    json_t *results; /* NULL: a table */
    int rows;
} bench;

static void add_column(bench *b, const alv_kernels *kernels, int threads)
{
    if (b->n_columns < MOST_COLUMNS) b->columns[b->n_columns++] = (column){kernels, threads, 0};
}

/* --isa and --threads choose one column; without them every instruction set has one, and the best
 * another with all processors. */
static int choose_columns(bench *b)
{
    const char *isa = cli_value(b->args, "isa", NULL);
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    const int processors = online > BENCH_MOST_THREADS ? BENCH_MOST_THREADS
                           : online > 1                ? (int)online
                                                       : 1;
    int64_t threads;
    if (!cli_int(&threads, b->args, "threads", 1, 1, BENCH_MOST_THREADS)) return CLI_USAGE;
    const bool counted = cli_value(b->args, "threads", NULL) != NULL;
    if (isa && strcmp(isa, "all") != 0) {
        const alv_kernels *kernels = alv_kernels_find(isa);
        char all[160] = "all";
        for (int i = 0; i < alv_kernels_count(); i++)
            snprintf(all + strlen(all), sizeof all - strlen(all), ", %s",
                     alv_kernels_name(alv_kernels_at(i)));
        if (!kernels) return cli_fail(all, "--isa: this processor and build have no '%s'", isa);
        add_column(b, kernels, (int)threads);
        return CLI_OK;
    }
    if (counted && !isa) {
        add_column(b, alv_kernels_best(), (int)threads);
        return CLI_OK;
    }
    for (int i = 0; i < alv_kernels_count(); i++) add_column(b, alv_kernels_at(i), (int)threads);
    if (!counted && processors > 1) add_column(b, alv_kernels_best(), processors);
    return CLI_OK;
}

static int choose_type(bench *b)
{
    const char *names[ALV_F8_E5M2 + 2] = {NULL}, *text = cli_value(b->args, "dtype", "f32");
    for (int i = 0; i <= ALV_F8_E5M2; i++) names[i] = alv_dtype_name((alv_dtype)i);
    for (int i = 0; names[i]; i++)
        if (strcmp(text, names[i]) == 0) return b->setting.dtype = (alv_dtype)i, CLI_OK;
    const char *near = alv_suggest(text, names);
    return cli_fail(near ? near : "f32, f64, f16, bf16, f8_e4m3fn or f8_e5m2",
                    "--dtype: there is no '%s'", text);
}

static int make_buffer(bench *b)
{
    int64_t megabytes;
    if (!cli_int(&megabytes, b->args, "size", 64, 1, 1 << 16)) return CLI_USAGE;
    b->setting.bytes = megabytes << 20;
    b->setting.buffer = aligned_alloc(64, (size_t)b->setting.bytes);
    if (!b->setting.buffer)
        return cli_fail("a smaller --size", "no memory for %lld MiB", (long long)megabytes);
    memset(b->setting.buffer, 1, (size_t)b->setting.bytes);
    return CLI_OK;
}

static void print_cell(double speed, double percent)
{
    char share[16];
    snprintf(share, sizeof share, percent < 9.95 ? "%.1f%%" : "%.0f%%", percent);
    printf("%6.*f %5s", speed < 0.1 ? 3 : speed < 10 ? 2 : 1, speed, share);
}

static void print_head(const bench *b)
{
    static const char *const head[ALV_LANGS] = {
        "GB/s of %s, and the share of memset's; %s, %lld MiB\n",
        "GB/s de %s, e a fração da do memset; %s, %lld MiB\n"};
    static const char *const name[ALV_LANGS] = {"initializer", "esquema"};
    char processor[128], label[64];
    alv_processor_text(processor, sizeof processor);
    printf(head[b->args->lang], alv_dtype_name(b->setting.dtype), processor,
           (long long)(b->setting.bytes >> 20));
    putchar('\n');
    cli_pad(stdout, name[b->args->lang], NAME_WIDTH);
    for (int i = 0; i < b->n_columns; i++) {
        const column *c = &b->columns[i];
        snprintf(label, sizeof label, "%s x%d", alv_kernels_name(c->kernels), c->threads);
        printf("%12s", label);
    }
    putchar('\n');
    cli_pad(stdout, "memset", NAME_WIDTH);
    for (int i = 0; i < b->n_columns; i++) print_cell(b->columns[i].memset, 100);
    putchar('\n');
}

/* Measures one column of one initializer. */
static int measure(bench *b, const alv_scheme *scheme, const alv_tensor *tensor, int i)
{
    const column *c = &b->columns[i];
    double speed;
    alv_error error;
    b->setting.kernels = c->kernels;
    b->setting.threads = c->threads;
    if (bench_fill(&speed, scheme, tensor, &b->setting, &error) != ALV_OK)
        return cli_fail_error(&error);
    if (b->results)
        json_array_append_new(
            b->results, json_pack("{s:s, s:s, s:i, s:s, s:f, s:f}", "initializer",
                                  scheme->init->name, "dtype", alv_dtype_name(b->setting.dtype),
                                  "threads", c->threads, "isa", alv_kernels_name(c->kernels),
                                  "gb_per_s", speed, "memset_fraction", speed / c->memset));
    else
        print_cell(speed, 100 * speed / c->memset);
    return CLI_OK;
}

static int measure_row(bench *b, const alv_initializer *init)
{
    alv_scheme scheme;
    alv_tensor tensor;
    alv_error error;
    if (alv_scheme_parse(&scheme, init->name, &error) != ALV_OK) return cli_fail_error(&error);
    if (bench_tensor(&tensor, &scheme, b->setting.dtype, b->setting.bytes, &error) != ALV_OK)
        return cli_fail_error(&error);
    b->rows++;
    if (!b->results) cli_pad(stdout, init->name, NAME_WIDTH);
    for (int i = 0; i < b->n_columns; i++) {
        int code = measure(b, &scheme, &tensor, i);
        if (code != CLI_OK) return code;
    }
    if (!b->results) putchar('\n');
    fflush(stdout);
    return CLI_OK;
}

static int measure_all(bench *b)
{
    for (int i = 0; i < b->n_columns; i++) {
        column *c = &b->columns[i];
        b->setting.threads = c->threads;
        const bool known = i > 0 && c[-1].threads == c->threads; /* it has no instruction set */
        c->memset = known ? c[-1].memset : bench_memset(&b->setting);
    }
    if (!b->results) print_head(b);
    for (int i = 0; i < alv_init_count(); i++) {
        const alv_initializer *init = alv_init_at(i);
        if (b->filter && !strstr(init->name, b->filter)) continue;
        int code = measure_row(b, init);
        if (code != CLI_OK) return code;
    }
    if (b->rows == 0)
        return cli_fail("alvor list shows the names", "no initializer has '%s' in its name",
                        b->filter);
    return CLI_OK;
}

static int print_json(bench *b)
{
    char processor[128];
    json_t *memsets = json_array();
    alv_processor_text(processor, sizeof processor);
    for (int i = 0; i < b->n_columns; i++)
        if (i == 0 || b->columns[i - 1].threads != b->columns[i].threads)
            json_array_append_new(memsets, json_pack("{s:i, s:f}", "threads", b->columns[i].threads,
                                                     "gb_per_s", b->columns[i].memset));
    json_t *document =
        json_pack("{s:s, s:s, s:I, s:o, s:O}", "schema", "alvor.bench/1", "processor", processor,
                  "bytes", (json_int_t)b->setting.bytes, "memset", memsets, "results", b->results);
    bool fine = document && json_dumpf(document, stdout, JSON_INDENT(2)) == 0;
    putchar('\n');
    json_decref(document);
    return fine ? CLI_OK : cli_fail(NULL, "cannot write the results");
}

static int run(const cli_args *args)
{
    bench b = {.args = args, .filter = cli_value(args, "filter", NULL)};
    if (args->n_positional > 0)
        return cli_fail("as in alvor bench --filter normal", "bench takes no name, not '%s'",
                        args->positional[0]);
    int code = choose_type(&b);
    if (code == CLI_OK) code = choose_columns(&b);
    if (code == CLI_OK) code = make_buffer(&b);
    if (code == CLI_OK && cli_flag(args, "json")) b.results = json_array();
    if (code == CLI_OK) code = measure_all(&b);
    if (code == CLI_OK && b.results) code = print_json(&b);
    json_decref(b.results);
    free(b.setting.buffer);
    return code;
}

static const cli_option options[] = {
    {"threads",
     0,
     "N",
     {"fill with so many threads (default 1, and once with all processors)",
      "preenche com este número de threads (padrão 1, e uma vez com todos os processadores)"}},
    {"isa",
     0,
     "NAME|all",
     {"the instruction set: scalar, sse2, avx2, avx512, neon, ... (default: all)",
      "o conjunto de instruções: scalar, sse2, avx2, avx512, neon, ... (padrão: todos)"}},
    {"dtype",
     0,
     "TYPE",
     {"f32 (default), f64, f16, bf16, f8_e4m3fn or f8_e5m2",
      "f32 (padrão), f64, f16, bf16, f8_e4m3fn ou f8_e5m2"}},
    {"filter",
     0,
     "TEXT",
     {"only initializers with this in their names", "só esquemas que têm isto no nome"}},
    {"size",
     0,
     "MIB",
     {"mebibytes of the buffer (default 64, beyond most caches)",
      "mebibytes do buffer (padrão 64, além da maioria dos caches)"}},
    {"json", 0, NULL, {"print one JSON document", "imprime um documento JSON"}},
    {0},
};

const cli_verb cli_verb_bench = {
    .name = "bench",
    .summary = {"measure how fast each initializer fills memory, beside memset",
                "mede a rapidez com que cada esquema preenche a memória, ao lado do memset"},
    .usage = "[--threads N] [--isa NAME] [--dtype TYPE] [--filter TEXT] [--json]",
    .examples = "  alvor bench\n"
                "  alvor bench --filter normal --dtype bf16\n"
                "  alvor bench --isa avx2 --threads 2 --json\n",
    .options = options,
    .run = run,
};
