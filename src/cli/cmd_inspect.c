/* alvor inspect: what are these weights? */
#include <stdio.h>
#include <stdlib.h>

#include "audit/document.h"
#include "audit/page.h"
#include "base/base.h"
#include "cli/init.h"
#include "cli/inspect.h"
#include "cli/progress.h"
#include "cli/verbs.h"
#include "io/file.h"
#include "lab/pool.h"

static bool stop(void *user)
{
    (void)user;
    return cli_interrupted();
}

/* Verifies the plan, if one was named; *list is the caller's to free. */
static int verify(alv_verified **list, int64_t *n, const alv_inspection *all,
                  const alv_inspect_how *how, const cli_args *args)
{
    const char *name = cli_value(args, "expect", NULL);
    alv_weight_plan *plan;
    alv_error error;
    if (!name) return CLI_OK;
    int code = cli_read_plan(&plan, name, NULL);
    if (code != CLI_OK) return code;
    if (alv_verify(list, all, plan, how, &error) != ALV_OK) code = cli_fail_error(&error);
    *n = plan->n;
    alv_weight_plan_free(plan);
    return code;
}

static int print_json(const alv_inspection *all, const alv_verified *list, int64_t n)
{
    char *text = alv_inspect_document(all, list, n);
    if (!text) return cli_fail(NULL, "no memory for the document");
    fputs(text, stdout);
    free(text);
    return CLI_OK;
}

/* The page, where -o asks for one. */
static int write_page(const alv_inspection *all, const cli_args *args)
{
    const char *path = cli_value(args, "output", NULL);
    char *text;
    alv_error error;
    if (!path) return CLI_OK;
    if (alv_inspect_page(&text, all, args->lang, &error) != ALV_OK) return cli_fail_error(&error);
    const alv_status status = alv_file_write(path, text, strlen(text), &error);
    free(text);
    if (status != ALV_OK) return cli_fail_error(&error);
    if (!cli_flag(args, "json")) printf(args->lang == ALV_PT ? "Página: %s\n" : "Page: %s\n", path);
    return CLI_OK;
}

static int show(const alv_inspection *all, const alv_inspect_how *how, const cli_args *args)
{
    alv_verified *list = NULL;
    int64_t n = 0, failed = 0;
    int code = verify(&list, &n, all, how, args);
    if (code != CLI_OK) return code;
    for (int64_t i = 0; i < n; i++) failed += !list[i].held;
    if (cli_flag(args, "json")) {
        code = print_json(all, list, n);
    } else {
        cli_inspect_table(args, all);
        cli_inspect_found(args, all);
        if (list) cli_inspect_verified(args, all, list, n);
    }
    free(list);
    if (code == CLI_OK) code = write_page(all, args);
    return code != CLI_OK ? code : failed > 0 ? CLI_FAILED : CLI_OK;
}

/* Says on standard error what the spectra will cost, and finds them. */
static int find_spectra(alv_inspection *all, const alv_inspect_how *how, const cli_args *args)
{
    const double each = 3e9; /* multiplications a second of one thread, with vectors of 8 */
    const double cost = alv_inspect_spectra_cost(all, 1);
    const double seconds = alv_inspect_spectra_cost(all, how->threads) / each;
    alv_error error;
    if (!cli_flag(args, "spectrum")) return CLI_OK;
    fprintf(stderr,
            args->lang == ALV_PT ? "valores singulares: %.2g multiplicações, cerca de %.0f s\n"
                                 : "singular values: %.2g multiplications, about %.0f s\n",
            cost, seconds);
    if (alv_inspect_spectra(all, how, &error) != ALV_OK) return cli_fail_error(&error);
    return CLI_OK;
}

static int inspect(const alv_checkpoint *model, const cli_args *args)
{
    alv_inspect_how how = {.stop = stop};
    alv_inspection *all;
    alv_error error;
    int64_t threads;
    if (!cli_int(&threads, args, "threads", alv_pool_threads(), 1, 1024)) return CLI_USAGE;
    how.threads = (int)threads;
    cli_catch_interrupt(args->lang);
    if (alv_inspect(&all, model, &how, &error) != ALV_OK) return cli_fail_error(&error);
    int code = find_spectra(all, &how, args);
    if (code == CLI_OK) code = show(all, &how, args);
    alv_inspection_free(all);
    return code;
}

static int run(const cli_args *args)
{
    alv_checkpoint *model;
    alv_error error;
    if (cli_flag(args, "rules")) return cli_inspect_rules(args), CLI_OK;
    if (args->n_positional != 1)
        return cli_fail("as in alvor inspect model.safetensors", "inspect takes one model file");
    if (alv_checkpoint_open(&model, args->positional[0], cli_value(args, "as", NULL), &error) !=
        ALV_OK)
        return cli_fail_error(&error);
    const int code = inspect(model, args);
    alv_checkpoint_free(model);
    return code;
}

static const cli_option options[] = {
    {"output",
     'o',
     "FILE",
     {"also write a page: the mistakes, and every tensor with its histogram",
      "escreve também uma página: os erros, e cada tensor com o seu histograma"}},
    {"expect",
     0,
     "PLAN",
     {"verify that each tensor is what this plan (a file or a preset) says; exit code 1 if one is "
      "not",
      "verifica se cada tensor é o que este plano (arquivo ou predefinição) diz; código de saída "
      "1 se algum não é"}},
    {"as",
     0,
     "PATTERN=KIND,...",
     {"what tensors are, where their names mislead: '*.proj.weight=dense:keras'; see --rules",
      "o que os tensores são, onde o nome engana: '*.proj.weight=dense:keras'; veja --rules"}},
    {"rules",
     0,
     NULL,
     {"print the table that tells kinds by names and shapes",
      "mostra a tabela que tira o tipo do tensor do nome e dos tamanhos"}},
    {"spectrum",
     0,
     NULL,
     {"also the largest and smallest singular value and the stable rank of each matrix (prints the "
      "cost first)",
      "também o maior e o menor valor singular e o posto estável de cada matriz (diz antes o "
      "custo)"}},
    {"threads",
     0,
     "N",
     {"threads that read (default: all processors)",
      "threads que leem (padrão: todos os processadores)"}},
    {"json", 0, NULL, {"print one JSON document", "imprime um documento JSON"}},
    {NULL},
};

const cli_verb cli_verb_inspect = {
    .name = "inspect",
    .summary = {"say what the weights of a model file are: which scheme drew them, which mistakes",
                "diz o que são os pesos de um modelo: que esquema os sorteou, que erros têm"},
    .usage = "MODEL [OPTIONS]",
    .examples = "  alvor inspect model.safetensors\n"
                "  alvor inspect model.onnx -o weights.html\n"
                "  alvor inspect weights.npz --json\n"
                "  alvor inspect model.safetensors --expect gpt2\n"
                "  alvor inspect model.safetensors --as '*.proj.weight=dense:keras'\n",
    .options = options,
    .run = run,
};
