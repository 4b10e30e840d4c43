/* alvor init PLAN: a whole model into safetensors, or with --dry-run a table of what it would be.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/init.h"
#include "cli/page.h"
#include "cli/progress.h"
#include "formats/plan.h"
#include "lab/json.h"
#include "lab/pool.h"

static const char stdin_name[] = "-";

/* The whole of an open file, with a NUL; NULL if it is too long or cannot be read. */
static char *read_all(FILE *from, size_t *size)
{
    size_t room = 1 << 16, n = 0;
    char *text = alv_new_array(room + 1, 1), *more;
    while (text && (n += fread(text + n, 1, room - n, from)) == room && n <= ALV_PLAN_FILE_MAX) {
        more = realloc(text, 2 * room + 1);
        if (!more) free(text);
        text = more;
        room *= 2;
    }
    if (text && (ferror(from) || n > ALV_PLAN_FILE_MAX)) {
        free(text);
        text = NULL;
    }
    if (text) text[n] = '\0';
    *size = n;
    return text;
}

/* The text of the plan: a file, standard input, or the name of a preset, which is a plan of one
 * line. Prints the error otherwise. */
static char *read_text(const char *name, size_t *size)
{
    char line[64], hint[96];
    bool from_stdin = strcmp(name, stdin_name) == 0;
    FILE *file = from_stdin ? stdin : fopen(name, "rb");
    if (!file && alv_preset_find(name)) {
        *size = alv_text_format(line, sizeof line, "preset: %s\n", name);
        return strdup(line);
    }
    const char *presets[32] = {NULL};
    for (int i = 0; i < 31 && alv_preset_at(i); i++) presets[i] = alv_preset_at(i)->name;
    const char *near = alv_suggest(name, presets);
    snprintf(hint, sizeof hint, "did you mean the preset %s?", near);
    if (!file) {
        cli_fail(near ? hint : "presets: gpt2, llama, resnet, vit, mlp", "cannot read %s: %s", name,
                 strerror(errno));
        return NULL;
    }
    char *text = read_all(file, size);
    if (!text) cli_fail(NULL, "cannot read %s: too long for a plan, or no file", name);
    if (!from_stdin) fclose(file);
    return text;
}

int cli_read_plan(alv_weight_plan **out, const char *name, const char *dtype)
{
    alv_dtype type = ALV_F32;
    alv_error error;
    size_t size;
    if (dtype && alv_dtype_parse(&type, dtype, &error) != ALV_OK) return cli_fail_error(&error);
    char *text = read_text(name, &size);
    if (!text) return CLI_USAGE;
    alv_status status = alv_plan_read(out, text, size, name, dtype ? &type : NULL, &error);
    free(text);
    return status == ALV_OK ? CLI_OK : cli_fail_error(&error);
}

/* "50257 x 768". */
static void print_shape(char *out, size_t size, const alv_tensor *t)
{
    size_t n = 0;
    alv_text_format(out, size, "-");
    for (int i = 0; i < t->rank && n < size; i++)
        n += alv_text_format(out + n, size - n, i ? " x %lld" : "%lld", t->shape[i]);
}

static void print_row(const alv_tensor *t, const alv_scheme *scheme, int widest)
{
    char shape[192], text[256] = "", std[32] = "-", fan_in[32] = "-", fan_out[32] = "-";
    double in, out, mean, variance;
    print_shape(shape, sizeof shape, t);
    alv_scheme_print(text, sizeof text, scheme, NULL);
    if (alv_tensor_fans(&in, &out, t, NULL) == ALV_OK) {
        alv_number_print(fan_in, in, 10);
        alv_number_print(fan_out, out, 10);
    }
    if (alv_init_moments(&mean, &variance, scheme, t, NULL) == ALV_OK)
        alv_number_print(std, __builtin_sqrt(variance), 4);
    if (widest == 0) { /* for a narrow terminal: the name, and the rest below it */
        char all[512];
        cli_show(stdout, t->name);
        putchar('\n');
        alv_text_format(all, sizeof all, "%s, %s, fans %s/%s, std %s, %s", shape,
                        alv_dtype_name(t->dtype), fan_in, fan_out, std, text);
        fputs("    ", stdout);
        cli_wrap(stdout, all, 4, 4);
        return;
    }
    cli_pad(stdout, t->name, widest + 2);
    printf("%-20s  %-6s %9s %9s  %-9s  %s\n", shape, alv_dtype_name(t->dtype), fan_in, fan_out, std,
           text);
}

/* "28 tensors, 166144 parameters, 665000 bytes" */
static void print_counts(char *out, size_t size, const alv_weight_plan *plan,
                         const alv_save_sizes *sizes, bool pt)
{
    const int64_t parameters = sizes->parameters;
    snprintf(
        out, size, "%lld %s, %lld %s, %lld bytes", (long long)plan->n,
        cli_plural(plan->n, "tensor", pt ? "tensores" : "tensors"), (long long)parameters,
        cli_plural(parameters, pt ? "parâmetro" : "parameter", pt ? "parâmetros" : "parameters"),
        (long long)sizes->files);
}

static void print_table(const cli_args *args, const alv_weight_plan *plan,
                        const alv_save_sizes *sizes, const char *digest)
{
    static const char *const heads[ALV_LANGS][7] = {
        [ALV_EN] = {"name", "shape", "type", "fan_in", "fan_out", "std", "scheme"},
        [ALV_PT] = {"nome", "tamanhos", "tipo", "fan_in", "fan_out", "std", "esquema"}};
    const char *const *head = heads[args->lang];
    char line[256];
    int widest = 4;
    for (int64_t i = 0; i < plan->n; i++) {
        int width = cli_text_width(plan->tensors[i].name);
        if (width > widest) widest = width;
    }
    /* Lines for programs stay as they are; people get what their terminal can hold. */
    if (isatty(STDOUT_FILENO) && widest + 80 > cli_columns()) widest = 0;
    snprintf(line, sizeof line, "%-*s  %-20s  %-6s %9s %9s  %-9s  %s", widest, head[0], head[1],
             head[2], head[3], head[4], head[5], head[6]);
    if (widest > 0) cli_heading(args, line);
    for (int64_t i = 0; i < plan->n; i++)
        print_row(&plan->tensors[i], alv_weight_plan_scheme(plan, i), widest);
    char counts[128];
    print_counts(counts, sizeof counts, plan, sizes, args->lang == ALV_PT);
    printf(args->lang == ALV_PT ? "\n%s%smemória ao sortear: %.1f MiB\nresumo do plano:%s%s\n"
                                : "\n%s%smemory while drawing: %.1f MiB\ndigest of the plan:%s%s\n",
           counts, widest > 0 ? "; " : "\n", (double)(sizes->memory + sizes->header) / (1 << 20),
           widest > 0 ? " " : "\n  ", digest);
}

static void json_tensor(alv_json *json, const alv_tensor *t, const alv_scheme *scheme)
{
    char text[256] = "";
    double in, out, mean, variance;
    alv_scheme_print(text, sizeof text, scheme, NULL);
    alv_json_open(json, NULL, '{');
    alv_json_string(json, "name", t->name);
    alv_json_open(json, "shape", '[');
    for (int i = 0; i < t->rank; i++) alv_json_int(json, NULL, t->shape[i]);
    alv_json_close(json);
    alv_json_string(json, "dtype", alv_dtype_name(t->dtype));
    bool fans = alv_tensor_fans(&in, &out, t, NULL) == ALV_OK;
    alv_json_real(json, "fan_in", fans ? in : __builtin_nan(""));
    alv_json_real(json, "fan_out", fans ? out : __builtin_nan(""));
    alv_json_string(json, "scheme", text);
    bool known = alv_init_moments(&mean, &variance, scheme, t, NULL) == ALV_OK;
    alv_json_real(json, "mean", known ? mean : __builtin_nan(""));
    alv_json_real(json, "std", known ? __builtin_sqrt(variance) : __builtin_nan(""));
    alv_json_close(json);
}

static int print_json(const alv_weight_plan *plan, const alv_save_sizes *sizes, const char *digest)
{
    alv_json json = {0};
    alv_json_open(&json, NULL, '{');
    alv_json_string(&json, "schema", "alvor.plan/1");
    alv_json_string(&json, "digest", digest);
    alv_json_int(&json, "stream", ALV_STREAM_VERSION);
    alv_json_int(&json, "parameters", sizes->parameters);
    alv_json_int(&json, "bytes", sizes->files);
    alv_json_int(&json, "memory", sizes->memory + sizes->header);
    alv_json_open(&json, "tensors", '[');
    for (int64_t i = 0; i < plan->n; i++)
        json_tensor(&json, &plan->tensors[i], alv_weight_plan_scheme(plan, i));
    alv_json_close(&json);
    alv_json_close(&json);
    char *text = alv_json_take(&json);
    if (!text) return cli_fail(NULL, "no memory for the table");
    fputs(text, stdout);
    free(text);
    return CLI_OK;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool stop(void *user)
{
    (void)user;
    return cli_interrupted();
}

static int write_plan(const alv_weight_plan *plan, alv_save *how, const alv_save_sizes *sizes,
                      const cli_args *args)
{
    char digest[ALV_DIGEST], counts[128];
    alv_error error;
    double start = now();
    how->stop = stop;
    cli_catch_interrupt(args->lang);
    if (alv_plan_save(plan, how, &error) != ALV_OK) return cli_fail_error(&error);
    double seconds = now() - start;
    alv_plan_digest(digest, plan);
    print_counts(counts, sizeof counts, plan, sizes, args->lang == ALV_PT);
    fprintf(stderr,
            args->lang == ALV_PT ? "%s: %s, semente %llu, plano %.16s, %.2f s, %.2f GB/s\n"
                                 : "%s: %s, seed %llu, plan %.16s, %.2f s, %.2f GB/s\n",
            how->path, counts, (unsigned long long)how->seed, digest, seconds,
            1e-9 * (double)sizes->files / seconds);
    return CLI_OK;
}

/* What a plan cannot do for a scheme that needs data is said, on standard error. */
static void warn(const alv_weight_plan *plan, const cli_args *args)
{
    int64_t n = 0;
    const char *name = NULL;
    for (int64_t i = 0; i < plan->n; i++) {
        const alv_initializer *init = alv_weight_plan_scheme(plan, i)->init;
        if (init->needs_data) name = init->name, n++;
    }
    if (name) cli_needs_data(args, name, n);
}

static int run_plan(const alv_weight_plan *plan, const cli_args *args)
{
    alv_save_sizes sizes;
    alv_error error;
    char digest[ALV_DIGEST];
    int64_t threads;
    const char *path = cli_value(args, "output", NULL);
    bool dry = cli_flag(args, "dry-run");
    alv_save how = {.path = path ? path : "model.safetensors"};
    if (!cli_seed(&how.seed, args) || !cli_int(&how.shards, args, "shards", 1, 1, ALV_MAX_SHARDS) ||
        !cli_int(&threads, args, "threads", alv_pool_threads(), 1, 1024))
        return CLI_USAGE;
    how.threads = (int)threads;
    if (!path && !dry) return cli_fail("as in -o model.safetensors, or --dry-run", "init needs -o");
    if (path && strcmp(path, "-") == 0)
        return cli_fail("all threads write at once, each at its place",
                        "a plan goes to a file, not to standard output");
    if (cli_flag(args, "json") && !dry)
        return cli_fail("as in --dry-run --json", "--json belongs to --dry-run");
    if (alv_plan_sizes(&sizes, plan, &how, &error) != ALV_OK) return cli_fail_error(&error);
    warn(plan, args);
    alv_plan_digest(digest, plan);
    if (dry && cli_flag(args, "json")) return print_json(plan, &sizes, digest);
    if (dry) return print_table(args, plan, &sizes, digest), CLI_OK;
    return write_plan(plan, &how, &sizes, args);
}

int cli_init_plan(const cli_args *args)
{
    alv_weight_plan *plan;
    int status = cli_read_plan(&plan, args->positional[0], cli_value(args, "dtype", NULL));
    if (status != CLI_OK) return status;
    status = run_plan(plan, args);
    alv_weight_plan_free(plan);
    return status;
}
