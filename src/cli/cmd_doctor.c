/* alvor doctor: what will these weights do? */
#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
#include "audit/page.h"
#include "cli/doctor.h"
#include "cli/progress.h"
#include "cli/verbs.h"
#include "io/file.h"
#include "lab/pool.h"

static bool stop(void *user)
{
    (void)user;
    return cli_interrupted();
}

static int measure(alv_inspection **out, const alv_checkpoint *model)
{
    const alv_inspect_how how = {.threads = alv_pool_threads(), .stop = stop};
    alv_error error;
    return alv_inspect(out, model, &how, &error) == ALV_OK ? CLI_OK : cli_fail_error(&error);
}

/* The mean and the mean square of the first tensor of an array file; tokens have none that matter.
 */
static int read_moments(alv_flow_input *out, const alv_checkpoint *file, const char *path)
{
    alv_inspection *all;
    double token;
    if (file->n > 0 && alv_checkpoint_decode_whole(&token, file->tensors, 0, 1)) return CLI_OK;
    const int code = measure(&all, file);
    if (code != CLI_OK) return code;
    const alv_inspected *t = all->n > 0 ? &all->tensors[0] : NULL;
    const alv_moments *m = t && t->measured ? &t->moments : NULL;
    const bool fine = m && m->n > 0 && m->nonfinite == 0 && (m->m2 > 0 || m->mean != 0);
    if (fine)
        *out =
            (alv_flow_input){.mean = m->mean, .square = m->m2 / (double)m->n + m->mean * m->mean};
    alv_inspection_free(all);
    return fine ? CLI_OK
                : cli_fail("floats, as numpy.save writes them",
                           "--data %s: its first array has no finite numbers other than 0", path);
}

/* The page, where -o asks for one. */
static int write_page(const alv_doctor *doctor, const cli_args *args)
{
    const char *path = cli_value(args, "output", NULL);
    char *text;
    alv_error error;
    if (!path) return CLI_OK;
    if (alv_doctor_page(&text, doctor, args->lang, &error) != ALV_OK) return cli_fail_error(&error);
    const alv_status status = alv_file_write(path, text, strlen(text), &error);
    free(text);
    if (status != ALV_OK) return cli_fail_error(&error);
    if (!cli_flag(args, "json")) printf(args->lang == ALV_PT ? "Página: %s\n" : "Page: %s\n", path);
    return CLI_OK;
}

static int show(const alv_doctor *doctor, const cli_args *args)
{
    if (cli_flag(args, "json")) {
        char *text = alv_doctor_document(doctor);
        if (!text) return cli_fail(NULL, "no memory for the document");
        fputs(text, stdout);
        free(text);
    } else {
        cli_doctor_table(args, doctor);
    }
    const int code = write_page(doctor, args);
    return code != CLI_OK ? code : alv_doctor_is_critical(doctor) ? CLI_FAILED : CLI_OK;
}

/* Trains from the given and from other weights, if that is wanted. */
static int try_others(alv_doctor *doctor, const alv_checkpoint *data, const cli_args *args)
{
    alv_counter_how how = {.threads = alv_pool_threads(), .stop = stop};
    alv_error error;
    int64_t seeds = 5;
    if (!cli_flag(args, "train")) return CLI_OK;
    if (!data) return cli_fail("as in --train --data labelled.npz", "--train needs --data");
    if (!cli_int(&how.steps, args, "steps", 300, 1, 1000000) ||
        !cli_int(&seeds, args, "seeds", 5, 2, 1000))
        return CLI_USAGE;
    how.seeds = (int)seeds;
    if (alv_optimizer_parse(&how.optimizer, cli_value(args, "optimizer", "momentum(lr=0.01)"),
                            &error) != ALV_OK)
        return cli_fail_option("optimizer", &error);
    if (how.optimizer.lr == 0) how.optimizer.lr = alv_optimizer_rate(how.optimizer.kind);
    return alv_doctor_try(doctor, data->tensors, data->n, &how, &error) == ALV_OK
               ? CLI_OK
               : cli_fail_error(&error);
}

/* The network run, and perhaps trained. */
static int run_model(alv_doctor *doctor, const alv_checkpoint *data, const cli_args *args)
{
    alv_error error;
    if (alv_doctor_run(doctor, data ? data->tensors : NULL, &error) != ALV_OK)
        return cli_fail_error(&error);
    return try_others(doctor, data, args);
}

/* `data`: NULL, or what --data names. */
static int examine(const alv_checkpoint *model, const alv_checkpoint *data, const cli_args *args)
{
    alv_flow_input input = {.square = 1};
    alv_act_spec act = {0};
    alv_inspection *weights;
    alv_doctor *doctor;
    alv_error error;
    if (alv_act_parse(&act, cli_value(args, "act", "relu"), &error) != ALV_OK)
        return cli_fail_option("act", &error);
    int code = data ? read_moments(&input, data, cli_value(args, "data", "")) : CLI_OK;
    if (code == CLI_OK) code = measure(&weights, model);
    if (code != CLI_OK) return code;
    if (alv_doctor_examine(&doctor, weights, input, act, &error) != ALV_OK) {
        code = cli_fail_error(&error);
    } else {
        code = run_model(doctor, data, args);
        if (code == CLI_OK) code = show(doctor, args);
        alv_doctor_free(doctor);
    }
    alv_inspection_free(weights);
    return code;
}

static int examine_on(const alv_checkpoint *data, const cli_args *args)
{
    alv_checkpoint *model;
    alv_error error;
    if (alv_checkpoint_open_fed(&model, args->positional[0], cli_value(args, "as", NULL),
                                data && data->n > 0 ? data->tensors : NULL, &error) != ALV_OK)
        return cli_fail_error(&error);
    const int code = examine(model, data, args);
    alv_checkpoint_free(model);
    return code;
}

static int run(const cli_args *args)
{
    const char *path = cli_value(args, "data", NULL);
    alv_checkpoint *data = NULL;
    alv_error error;
    if (args->n_positional != 1)
        return cli_fail("as in alvor doctor model.onnx", "doctor takes one model file");
    cli_catch_interrupt(args->lang);
    if (path && alv_checkpoint_open(&data, path, NULL, &error) != ALV_OK)
        return cli_fail_error(&error);
    const int code = examine_on(data, args);
    alv_checkpoint_free(data);
    return code;
}

static const cli_option options[] = {
    {"data",
     0,
     "FILE",
     {"take the inputs' mean and size from the first array of this .npy or .npz, and the network's "
      "batch where it has its shape (default: drawn, mean 0, variance 1)",
      "tira a média e o tamanho das entradas da primeira matriz deste .npy ou .npz, e o lote da "
      "rede se tiver a sua forma (padrão: sorteado, média 0, variância 1)"}},
    {"act",
     0,
     "NAME",
     {"the activation between layers of a file without a graph (default relu)",
      "a função de ativação entre as camadas de um arquivo sem grafo (padrão relu)"}},
    {"as",
     0,
     "PATTERN=KIND,...",
     {"what tensors are, where their names mislead; see alvor inspect --rules",
      "o que os tensores são, onde o nome engana; veja alvor inspect --rules"}},
    {"train",
     0,
     NULL,
     {"is it the init? trains eight ways from --data, an .npz of inputs and labels; costs seeds x "
      "steps of each",
      "é a inicialização? treina de oito maneiras com --data, um .npz de entradas e rótulos; custa "
      "sementes x passos de cada"}},
    {"steps", 0, "N", {"of --train (default 300)", "de --train (padrão 300)"}},
    {"seeds", 0, "N", {"of --train (default 5)", "de --train (padrão 5)"}},
    {"optimizer",
     0,
     "NAME(lr=RATE)",
     {"of --train (default momentum(lr=0.01))", "de --train (padrão momentum(lr=0.01))"}},
    {"output",
     'o',
     "FILE",
     {"also write a page: the health of every layer, findings, what was measured",
      "escreve também uma página: a saúde de cada camada, os achados, o que foi medido"}},
    {"json", 0, NULL, {"print one JSON document", "imprime um documento JSON"}},
    {NULL},
};

const cli_verb cli_verb_doctor = {
    .name = "doctor",
    .summary =
        {"say what a model's weights will do to signal and gradient, computed from their "
         "moments and, where its graph can be run, measured; exit code 1 if that is critical",
         "diz o que os pesos de um modelo farão com o sinal e o gradiente, calculado dos seus "
         "momentos e, se o grafo puder rodar, medido; código de saída 1 se for crítico"},
    .usage = "MODEL [OPTIONS]",
    .examples = "  alvor doctor model.onnx\n"
                "  alvor doctor model.safetensors --act gelu\n"
                "  alvor doctor model.onnx --data batch.npy --json\n"
                "  alvor doctor model.onnx --data labelled.npz --train\n",
    .options = options,
    .run = run,
};
