/* alvor compare: train the same network from different first weights, and show what happened. */
#include <stdio.h>
#include <string.h>

#include "alvor/lab.h"
#include "base/base.h"
#include "cli/compare.h"
#include "cli/compare_table.h"
#include "cli/compare_why.h"
#include "cli/progress.h"
#include "report/report.h"

static const cli_option options[] = {
    {"data",
     0,
     "D",
     {"a name of alvor data list, or a path (default spirals)",
      "um nome de alvor data list, ou um caminho (padrão spirals)"}},
    {"model",
     0,
     "TEXT",
     {"the whole network: 784-256-128-10; of images also 'conv 16,32x10' and 'resnet 20', of texts "
      "'transformer d=64 L=2 h=4' and 'lstm 64'; or a file that describes it, net.yaml "
      "(docs/networks.md)",
      "a rede inteira: 784-256-128-10; de imagens também 'conv 16,32x10' e 'resnet 20', de textos "
      "'transformer d=64 L=2 h=4' e 'lstm 64'; ou um arquivo que a descreve, rede.yaml "
      "(docs/networks.md)"}},
    {"hidden",
     0,
     "TEXT",
     {"or its hidden layers only: 64x20 is 20 layers of 64 (default 100x12); with norm=batch, "
      "residual=2 and the like: '64x21 norm=layer residual=2'",
      "ou só as camadas ocultas: 64x20 são 20 camadas de 64 (padrão 100x12); com norm=batch, "
      "residual=2 e outras opções: '64x21 norm=layer residual=2'"}},
    {"act",
     0,
     "LIST",
     {"activations, each compared by itself (default relu,tanh)",
      "ativações, cada uma comparada à parte (padrão relu,tanh)"}},
    {"init",
     0,
     "LIST",
     {"schemes of the weights: 'he_normal,uniform(r=1)'; names in alvor list (default: six, from "
      "zeros to he_normal)",
      "esquemas dos pesos: 'he_normal,uniform(r=1)'; nomes em alvor list (padrão: seis, de zeros a "
      "he_normal)"}},
    {"bias",
     0,
     "SCHEME",
     {"scheme of the biases (default zeros; torch_default keeps its own)",
      "esquema dos vieses (padrão zeros; torch_default mantém os seus)"}},
    {"optimizer",
     0,
     "LIST",
     {"of sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw, each compared by itself: "
      "'sgd,adam(lr=0.002)' (default sgd)",
      "de sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw, cada um comparado à parte: "
      "'sgd,adam(lr=0.002)' (padrão sgd)"}},
    {"lr",
     0,
     "LIST",
     {"learning rates; auto: also each scheme at its own best of nine (default 0.01, of rmsprop, "
      "adam and adamw 0.001)",
      "taxas de aprendizado; auto: também cada esquema com a sua melhor de nove (padrão 0.01; de "
      "rmsprop, adam e adamw 0.001)"}},
    {"schedule",
     0,
     "LIST",
     {"of the rate: constant, warmup, step, exponential, cosine, plateau: 'constant,cosine' "
      "(default constant)",
      "da taxa: constant, warmup, step, exponential, cosine, plateau: 'constant,cosine' (padrão "
      "constant)"}},
    {"regularizer",
     0,
     "LIST",
     {"none, l1, l2, dropout and sums of them: 'none,l2(0.001)+dropout(0.2)' (default none)",
      "none, l1, l2, dropout e somas deles: 'none,l2(0.001)+dropout(0.2)' (padrão none)"}},
    {"momentum",
     0,
     "X",
     {"of momentum and nesterov; beta1 of adam and adamw (default 0.9)",
      "de momentum e nesterov; beta1 de adam e adamw (padrão 0.9)"}},
    {"weight-decay",
     0,
     "X",
     {"of weights and biases (default 0; adamw 0.01)",
      "decaimento de pesos e vieses (padrão 0; adamw 0.01)"}},
    {"loss",
     0,
     "NAME",
     {"cross_entropy or mse (default cross_entropy)",
      "cross_entropy ou mse (padrão cross_entropy)"}},
    {"target",
     0,
     "X",
     {"the training loss to get to first (default half of chance)",
      "a perda de treino a alcançar primeiro (padrão metade do acaso)"}},
    {"batch", 0, "N", {"samples per step (default 64)", "amostras por passo (padrão 64)"}},
    {"steps", 0, "N", {"training steps (default 800)", "passos de treino (padrão 800)"}},
    {"epochs",
     0,
     "N",
     {"passes over the data, instead of --steps", "passagens pelos dados, em vez de --steps"}},
    {"train", 0, "N", {"training samples at most", "no máximo N amostras de treino"}},
    {"test", 0, "N", {"test samples at most", "no máximo N amostras de teste"}},
    {"context",
     0,
     "N",
     {"of a text: characters that the next one is told from (default 32)",
      "de um texto: caracteres de que se deduz o seguinte (padrão 32)"}},
    {"seeds",
     0,
     "N",
     {"trials of each scheme in each setting (default 5)",
      "ensaios de cada esquema em cada configuração (padrão 5)"}},
    {"seed",
     0,
     "N",
     {"the first of these seeds (default 42)", "a primeira dessas sementes (padrão 42)"}},
    {"stream",
     0,
     "NAME",
     {"first weights and order of the samples as PyTorch draws them: torch, torch@1.13, ... "
      "(docs/training.md)",
      "pesos iniciais e ordem das amostras como o PyTorch os sorteia: torch, torch@1.13, ... "
      "(docs/training.md)"}},
    {"backend",
     0,
     "NAME",
     {"onednn, or portable: the same bits on every machine (default onednn)",
      "onednn, ou portable: os mesmos bits em toda máquina (padrão onednn)"}},
    {"no-extra",
     0,
     NULL,
     {"without the report's trials of eight scales and of common mistakes",
      "sem os ensaios de oito escalas e de erros comuns que o relatório mostra"}},
    {"light",
     0,
     NULL,
     {"look into the layers before training only, test at the end only",
      "examina as camadas só antes do treino, testa só no fim"}},
    {"jobs",
     'j',
     "N",
     {"trials at a time (default: one for each processor)",
      "ensaios ao mesmo tempo (padrão: um por processador)"}},
    {"output",
     'o',
     "DIR",
     {"directory of the run (default runs/ and a digest of all that decides it)",
      "diretório da execução (padrão: runs/ e um resumo de tudo que a decide)"}},
    {"why",
     0,
     NULL,
     {"say of each scheme that failed whether its first weights were the cause",
      "diz de cada esquema que falhou se a causa foram os pesos iniciais"}},
    {"fresh", 0, NULL, {"start over instead of resuming", "recomeça em vez de continuar"}},
    {"json", 0, NULL, {"print one JSON document", "imprime um documento JSON"}},
    {"quiet", 'q', NULL, {"no progress, no suggestions", "sem progresso nem sugestões"}},
    {0},
};

/* An option with a number, refused with the option's name if it is none. */
static bool read_numbers(alv_compare *what, const cli_args *args)
{
    return cli_seed(&what->seed, args) && cli_double(&what->momentum, args, "momentum", 0, 0, 1) &&
           cli_double(&what->target, args, "target", 0, 0, 1e300) &&
           cli_double(&what->weight_decay, args, "weight-decay", 0, 0, 1e6) &&
           cli_int(&what->batch, args, "batch", what->batch, 1, INT32_MAX) &&
           cli_int(&what->steps, args, "steps", what->steps, 0, 1000000000) &&
           cli_int(&what->epochs, args, "epochs", 0, 1, 1000000000) &&
           cli_int(&what->n_train, args, "train", 0, 1, INT32_MAX) &&
           cli_int(&what->n_test, args, "test", 0, 1, INT32_MAX) &&
           cli_int(&what->context, args, "context", 0, 1, 65536) &&
           cli_int(&what->seeds, args, "seeds", what->seeds, 1, 10000) &&
           cli_int(&what->jobs, args, "jobs", 0, 1, 1024);
}

int cli_compare_read(alv_compare *what, const cli_args *args)
{
    *what = alv_compare_defaults();
    what->data = cli_value(args, "data", what->data);
    what->model = cli_value(args, "model", NULL);
    what->hidden = cli_value(args, "hidden", what->hidden);
    what->activations = cli_value(args, "act", NULL);
    what->schemes = cli_value(args, "init", what->schemes);
    what->bias = cli_value(args, "bias", NULL);
    what->stream = cli_value(args, "stream", NULL);
    what->optimizers = cli_value(args, "optimizer", what->optimizers);
    what->rates = cli_value(args, "lr", NULL);
    what->schedules = cli_value(args, "schedule", what->schedules);
    what->regularizers = cli_value(args, "regularizer", what->regularizers);
    what->loss = cli_value(args, "loss", what->loss);
    what->backend = cli_value(args, "backend", what->backend);
    what->directory = cli_value(args, "output", NULL);
    what->extra = !cli_flag(args, "no-extra");
    what->light = cli_flag(args, "light");
    what->fresh = cli_flag(args, "fresh");
    if (args->n_positional > 0)
        return cli_fail("options begin with --; a scheme's arguments need quotes: "
                        "--init 'uniform(r=1)'",
                        "compare takes no argument '%s'", args->positional[0]);
    if (what->model && cli_value(args, "hidden", NULL))
        return cli_fail(NULL, "give --model or --hidden, not both");
    if (cli_flag(args, "why") && cli_flag(args, "json"))
        return cli_fail(NULL, "--why is told in words: without --json");
    if (cli_flag(args, "why") && what->stream)
        return cli_fail(NULL,
                        "--why compares with LSUV on the same mini-batches, and under --stream "
                        "they are not the same: leave one of the two out");
    if (cli_value(args, "epochs", NULL) && cli_value(args, "steps", NULL))
        return cli_fail(NULL, "give --epochs or --steps, not both");
    return read_numbers(what, args) ? CLI_OK : CLI_USAGE;
}

/* Appends a word of the command as a shell would need it: in single quotes unless it is plain. */
static size_t quote(char *out, size_t size, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_./,:=";
    if (*word && !word[strspn(word, plain)]) return alv_text_format(out, size, "%s", word);
    size_t n = alv_text_format(out, size, "'");
    for (; *word; word++)
        n += alv_text_format(n < size ? out + n : NULL, n < size ? size - n : 0,
                             *word == '\'' ? "'\\''" : "%c", *word);
    return n + alv_text_format(n < size ? out + n : NULL, n < size ? size - n : 0, "'");
}

/* The command as it could be typed again, from the table of options. */
static void print_command(char *out, size_t size, const cli_args *args)
{
    size_t n = alv_text_format(out, size, "alvor compare");
    for (int i = 0; args->verb->options[i].name && n < size; i++) {
        const char *value = args->values[i];
        if (!value) continue;
        n += alv_text_format(out + n, size - n, " --%s", args->verb->options[i].name);
        if (args->verb->options[i].value && n + 1 < size) {
            out[n++] = ' ';
            n += quote(out + n, size - n, value);
        }
    }
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

static int print_document(const char *directory)
{
    char *text;
    alv_error error;
    if (alv_compare_document(&text, directory, &error) != ALV_OK) return cli_fail_error(&error);
    fputs(text, stdout);
    free(text);
    return CLI_OK;
}

/* A suggestion from what was measured: where some schemes fail, whether depth is why; where none
 * does, how deep they still hold; where all do, the fix of the first one's verdict. */
static void print_next(const alv_results *results, alv_lang lang)
{
    int failing = 0, n = results->n_arms;
    for (int i = 0; i < n; i++) failing += results->arms[i].failed == results->arms[i].n;
    int64_t width, depth;
    bool known = alv_results_hidden(&width, &depth, results);
    const char *next = lang == ALV_PT ? "A seguir" : "Next";
    if (failing == n) {
        for (int v = 0; v < ALV_VERDICTS; v++)
            if (strcmp(results->arms[0].verdict, alv_verdict_key((alv_verdict)v)) == 0)
                printf("%s: %s\n", next, alv_finding_command((alv_verdict)v));
    } else if (known && failing > 0 && depth >= 4) {
        printf(lang == ALV_PT ? "%s: --hidden %lldx%lld (com menos camadas, quem treina?)\n"
                              : "%s: --hidden %lldx%lld (with fewer layers, which ones train?)\n",
               next, (long long)width, (long long)(depth / 4));
    } else if (known && failing == 0 && depth <= 50) {
        printf(lang == ALV_PT ? "%s: --hidden %lldx%lld (e com mais camadas?)\n"
                              : "%s: --hidden %lldx%lld (and with more layers?)\n",
               next, (long long)width, (long long)(4 * depth));
    }
}

static int print_results(const char *directory, const char *report, const alv_compare *what,
                         const alv_watch *watch, const cli_args *args)
{
    alv_results *results;
    alv_error error;
    if (alv_results_load(&results, directory, &error) != ALV_OK) return cli_fail_error(&error);
    int status = CLI_OK;
    cli_compare_print(results, args);
    if (cli_flag(args, "why")) status = cli_compare_why(results, what, watch, args);
    if (report[0]) printf(args->lang == ALV_PT ? "\nRelatório: %s\n" : "\nReport: %s\n", report);
    if (!cli_flag(args, "quiet")) print_next(results, args->lang);
    alv_results_free(results);
    return status;
}

static int explain_stop(const char *directory, const cli_args *args)
{
    fprintf(stderr,
            args->lang == ALV_PT
                ? "alvor: interrompido; o que terminou está em %s e o mesmo comando continua\n"
                : "alvor: interrupted; what is finished is in %s and the same command resumes\n",
            directory);
    return CLI_INTERRUPTED;
}

static int run(const cli_args *args)
{
    alv_compare what;
    alv_error error;
    char directory[4096] = "", report[4200] = "", command[4096];
    int status = cli_compare_read(&what, args);
    if (status != CLI_OK) return status;
    print_command(command, sizeof command, args);
    what.command = command;
    cli_progress line = cli_progress_make(args->lang, cli_flag(args, "quiet"));
    alv_watch watch = {&line, show, stop};
    cli_catch_interrupt(args->lang);
    alv_status done = alv_compare_run(directory, sizeof directory, &what, &watch, &error);
    cli_progress_end(&line);
    if (done == ALV_ERR_INTERRUPTED) return explain_stop(directory, args);
    if (done != ALV_OK) return cli_fail_value(&error);
    if (alv_report_write(directory, NULL, args->lang, &error) == ALV_OK)
        alv_text_format(report, sizeof report, "%s/report.html", directory);
    else
        status = cli_fail_error(&error);
    const alv_watch quiet = {.stop = stop};
    int printed = cli_flag(args, "json") ? print_document(directory)
                                         : print_results(directory, report, &what, &quiet, args);
    return printed != CLI_OK ? printed : status;
}

const cli_verb cli_verb_compare = {
    .name = "compare",
    .summary = {"train networks from different first weights and compare them",
                "treina redes a partir de pesos iniciais diferentes e as compara"},
    .usage = "[OPTIONS]",
    .examples = "  alvor compare\n"
                "  alvor compare --data mnist --model 784-256-128-10 --act relu --epochs 10\n"
                "  alvor compare --init 'zeros,normal(std=0.05),he_normal' --hidden 64x20\n"
                "  alvor compare --data shapeset --model 'resnet 20 branch=0' --act relu\n"
                "  alvor compare --data iris.csv --hidden 32x4 --seeds 10 --json\n",
    .options = options,
    .run = run,
};
