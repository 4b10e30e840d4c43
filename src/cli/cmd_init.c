/* alvor init: the verb's options, and the choice between a whole model and one tensor. */
#include <stdio.h>

#include "base/base.h"
#include "cli/init.h"
#include "cli/verbs.h"

void cli_needs_data(const cli_args *args, const char *scheme, int64_t n)
{
    fprintf(stderr,
            args->lang == ALV_PT
                ? "alvor: aviso: %s precisa de dados, e aqui não há: %lld tensor(es) ficam com os "
                  "primeiros pesos dele, sem a escala;\n"
                  "aviso: use alv_lsuv_run no seu programa, ou alvor compare\n"
                : "alvor: warning: %s needs data, and there are none here: %lld tensor(s) get its "
                  "first weights, unscaled;\n"
                  "warning: use alv_lsuv_run in your program, or alvor compare\n",
            scheme, (long long)n);
}

/* Prints the error where one of `names` was given. */
static bool refuse(const cli_args *args, const char *const *names, const char *hint,
                   const char *what)
{
    for (; *names; names++)
        if (cli_flag(args, *names)) return cli_fail(hint, "--%s %s", *names, what), true;
    return false;
}

/* The model says what each of its tensors is. */
static int run_like(const cli_args *args)
{
    static const char *const other[] = {
        "shape",     "name",   "slice",   "layout", "dtype",  "role",   "fan-in",  "fan-out",
        "layer",     "groups", "stride",  "parts",  "head",   "depth",  "in-axes", "out-axes",
        "copy-axes", "shards", "threads", "stream", "module", "device", "exact",   NULL};
    if (args->n_positional > 0)
        return cli_fail("--plan FILE says how to draw the model",
                        "--like takes no plan besides: '%s'", args->positional[0]);
    if (refuse(args, other, "--as says what a tensor is", "is not for --like")) return CLI_USAGE;
    return cli_init_like(args);
}

static int run(const cli_args *args)
{
    static const char *const like[] = {"plan", "only", "as", NULL};
    static const char *const tensor[] = {
        "scheme", "shape",  "name",  "slice", "layout", "role",    "fan-in",   "fan-out",   "layer",
        "groups", "stride", "parts", "head",  "depth",  "in-axes", "out-axes", "copy-axes", NULL};
    static const char *const plan[] = {"shards", "threads", "dry-run", "json", NULL};
    static const char *const stream[] = {"module", "device", "exact", NULL};
    if (cli_flag(args, "presets")) return cli_init_presets(args);
    if (cli_flag(args, "like")) return run_like(args);
    if (refuse(args, like, "as in --like model.onnx", "belongs to --like")) return CLI_USAGE;
    if (args->n_positional > 1)
        return cli_fail("the file to write goes to -o", "init takes one plan, and no '%s'",
                        args->positional[1]);
    const bool streams = cli_value(args, "stream", NULL) != NULL;
    if (!streams && refuse(args, stream, "as in --stream torch", "belongs to --stream"))
        return CLI_USAGE;
    if (args->n_positional == 1) {
        if (streams)
            return cli_fail("give --scheme and --shape, or --module",
                            "a plan draws from alvor's own stream, and not from --stream");
        if (refuse(args, tensor, "see docs/formats.md for what a plan can say",
                   "is for a single tensor: a plan says it itself"))
            return CLI_USAGE;
        return cli_init_plan(args);
    }
    if (refuse(args, plan, "as in alvor init gpt2 --dry-run", "belongs to a plan"))
        return CLI_USAGE;
    return streams ? cli_init_stream(args) : cli_init_tensor(args);
}

static const cli_option options[] = {
    {"scheme",
     0,
     "SCHEME",
     {"draw one tensor: he_normal, uniform(r=1), ...; see alvor list",
      "sorteia um tensor: he_normal, uniform(r=1), ...; veja alvor list"}},
    {"shape",
     0,
     "N,N,...",
     {"sizes of the tensor; torch layout is (out, in)",
      "tamanhos do tensor; o leiaute torch é (saídas, entradas)"}},
    {"output",
     'o',
     "FILE",
     {"the file to write: .safetensors for a plan, .npy for a tensor (- is standard output)",
      "o arquivo a escrever: .safetensors para um plano, .npy para um tensor (- é a saída "
      "padrão)"}},
    {"seed",
     0,
     "N",
     {"whole number from 0 (default 42)", "número inteiro a partir de 0 (padrão 42)"}},
    {"name",
     0,
     "TEXT",
     {"the parameter's name, which is part of the draw (default weight or bias)",
      "o nome do parâmetro, que faz parte do sorteio (padrão weight ou bias)"}},
    {"slice",
     0,
     "LO:HI",
     {"only these elements, row by row, as a one-axis array",
      "somente estes elementos, linha a linha, como um vetor"}},
    {"layout",
     0,
     "torch|keras|flax|axes",
     {"order of the axes (default torch); axes: as the next three say",
      "ordem dos eixos (padrão torch); axes: como dizem os três seguintes"}},
    {"in-axes",
     0,
     "N,N,...",
     {"axes of the inputs, from 0, with --layout axes",
      "eixos das entradas, a partir de 0, com --layout axes"}},
    {"out-axes", 0, "N,N,...", {"axes of the outputs", "eixos das saídas"}},
    {"copy-axes",
     0,
     "N,N,...",
     {"axes that count independent matrices (experts), in any layout",
      "eixos que contam matrizes independentes (especialistas), em qualquer leiaute"}},
    {"dtype",
     0,
     "TYPE",
     {"f32 (default), f64, f16, bf16, f8_e4m3fn or f8_e5m2; for a plan, what it does not say "
      "itself",
      "f32 (padrão), f64, f16, bf16, f8_e4m3fn ou f8_e5m2; em um plano, onde ele mesmo não diz"}},
    {"role",
     0,
     "weight|bias",
     {"what the tensor is (default weight)", "o que o tensor é (padrão weight)"}},
    {"fan-in",
     0,
     "N",
     {"inputs per unit (default: from the shape; a bias needs it)",
      "entradas por neurônio (padrão: tirado dos tamanhos; um viés precisa dele)"}},
    {"fan-out",
     0,
     "N",
     {"units that one input reaches (default: from the shape)",
      "neurônios que uma entrada alcança (padrão: tirado dos tamanhos)"}},
    {"layer",
     0,
     "KIND",
     {"dense (default), conv, conv_transposed, depthwise, embedding or tied_head",
      "dense (padrão), conv, conv_transposed, depthwise, embedding ou tied_head"}},
    {"groups", 0, "N", {"groups of a convolution (default 1)", "grupos da convolução (padrão 1)"}},
    {"stride",
     0,
     "N,N,...",
     {"strides of a convolution, which change its fans (default 1)",
      "passos da convolução, que mudam os fans (padrão 1)"}},
    {"parts",
     0,
     "N,N,...",
     {"outputs of the matrices fused into this one: gates, or query, key and value",
      "saídas das matrizes fundidas nesta: portas, ou query, key e value"}},
    {"head", 0, "N", {"outputs of one head of attention", "saídas de uma cabeça de atenção"}},
    {"depth",
     0,
     "N",
     {"residual branches of the network, for schemes that scale by them",
      "ramos residuais da rede, para esquemas que dependem deles"}},
    {"stream",
     0,
     "NAME",
     {"draw what a framework draws: torch, numpy, ...; see alvor list --streams",
      "sorteia o que um framework sorteia: torch, numpy, ...; veja alvor list --streams"}},
    {"module",
     0,
     "TEXT",
     {"with --stream torch: all parameters of 'Linear(784,256),ReLU,Linear(256,10)'",
      "com --stream torch: todos os parâmetros de 'Linear(784,256),ReLU,Linear(256,10)'"}},
    {"device",
     0,
     "SMxT",
     {"with --stream torch-cuda: multiprocessors and threads of each, as 108x2048",
      "com --stream torch-cuda: multiprocessadores e threads de cada um, como 108x2048"}},
    {"exact",
     0,
     NULL,
     {"with --stream: refuse what cannot be reproduced to the last bit",
      "com --stream: recusa o que não pode ser reproduzido até o último bit"}},
    {"shards",
     0,
     "N",
     {"write a plan into N files with an index, named as on the hub (default 1)",
      "escreve um plano em N arquivos com um índice, nomeados como no hub (padrão 1)"}},
    {"threads",
     0,
     "N",
     {"threads that draw a plan; the bytes do not depend on it (default: all processors)",
      "threads que sorteiam um plano; os bytes não dependem disso (padrão: todos os "
      "processadores)"}},
    {"like",
     0,
     "MODEL",
     {"draw the parameters of this model (ONNX, safetensors, npz, npy) anew, into a file like it; "
      "--scheme auto, the default, chooses by what each is",
      "sorteia de novo os parâmetros deste modelo (ONNX, safetensors, npz, npy), em um arquivo "
      "como "
      "ele; --scheme auto, o padrão, escolhe pelo que cada um é"}},
    {"plan",
     0,
     "PLAN",
     {"with --like: draw the tensors of this plan or preset by it, and no others",
      "com --like: sorteia os tensores deste plano ou predefinição, e só eles"}},
    {"only",
     0,
     "PATTERN,...",
     {"with --like: only names that match one (* and ?); the rest stays byte for byte",
      "com --like: só os nomes que combinam com um (* e ?); o resto fica, byte a byte"}},
    {"as",
     0,
     "PATTERN=KIND,...",
     {"with --like: what tensors are, as in alvor inspect",
      "com --like: o que os tensores são, como em alvor inspect"}},
    {"dry-run",
     0,
     NULL,
     {"print what a plan would draw, and its digest, and write nothing",
      "mostra o que um plano sortearia, e o seu resumo, sem escrever nada"}},
    {"presets",
     0,
     NULL,
     {"print the presets, their sizes and where their schemes come from",
      "mostra as predefinições, os seus tamanhos e de onde vêm os seus esquemas"}},
    {"json", 0, NULL, {"with --dry-run: as JSON", "com --dry-run: em JSON"}},
    {0},
};

const cli_verb cli_verb_init = {
    .name = "init",
    .summary = {"draw the first weights of a whole model, or of one tensor, into a file",
                "sorteia os primeiros pesos de um modelo inteiro, ou de um tensor, em um arquivo"},
    .usage = "PLAN|PRESET|--scheme S|--stream NAME|--like MODEL -o FILE [OPTIONS]",
    .examples =
        "  alvor init gpt2 --dry-run\n"
        "  alvor init plan.yaml -o model.safetensors --dtype bf16 --seed 42\n"
        "  alvor init llama -o model.safetensors --dtype bf16 --shards 3\n"
        "  alvor init --like model.onnx -o new.onnx --only 'layer1.*'\n"
        "  alvor init --scheme he_normal --shape 256,784 --seed 42 -o w.npy\n"
        "  alvor init --scheme 'uniform(r=1)' --shape 100,100 --slice 0:5000 -o half.npy\n"
        "  alvor init --scheme torch_default --role bias --shape 256 --fan-in 784 -o b.npy\n"
        "  alvor init --stream torch --seed 42 --scheme xavier_uniform --shape 256,784 -o w.npy\n"
        "  alvor init --stream torch --module 'Linear(784,256),ReLU,Linear(256,10)' "
        "-o m.safetensors\n",
    .options = options,
    .run = run,
};
