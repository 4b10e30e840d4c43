/* alvor explain: everything that the tables say about an initializer or an activation. */
#include <string.h>

#include "base/base.h"
#include "cli/explain.h"
#include "cli/page.h"
#include "cli/verbs.h"

/* The titles of the page, in its order. */
enum title {
    FORMULA,
    DENSITY,
    EXAMPLE,
    REACH,
    WHEN,
    DANGERS,
    ARGUMENTS,
    ELSEWHERE,
    REFERENCE,
    TITLES
};

static const char *const titles[TITLES][ALV_LANGS] = {
    [FORMULA] = {"Formula", "Fórmula"},
    [DENSITY] = {"Density", "Densidade"},
    [EXAMPLE] = {"For example", "Por exemplo"},
    [REACH] = {"Needs the whole tensor at once", "Precisa do tensor inteiro de uma vez"},
    [WHEN] = {"When to use it", "Quando usar"},
    [DANGERS] = {"Dangers", "Perigos"},
    [ARGUMENTS] = {"Arguments", "Argumentos"},
    [ELSEWHERE] = {"The same distribution elsewhere", "A mesma distribuição em outras bibliotecas"},
    [REFERENCE] = {"Reference", "Referência"},
};

void cli_section(const cli_args *args, const char *const title[ALV_LANGS], const char *text)
{
    putchar('\n');
    cli_heading(args, title[args->lang]);
    if (!text) return;
    fputs("  ", stdout);
    cli_wrap(stdout, text, 2, 2);
}

static void section(const cli_args *args, enum title title, const char *text)
{
    cli_section(args, titles[title], text);
}

void cli_aliases(const cli_args *args, const char *aliases)
{
    if (!*aliases) return;
    char others[256];
    cli_join(others, sizeof others, aliases);
    fputs(args->lang == ALV_PT ? "  ou " : "  or ", stdout);
    cli_wrap(stdout, others, 5, 5);
}

/* "[0, 1000]", "(0, inf)" or the choices. A bound at the edge of doubles is no bound. */
static void domain(char *out, size_t size, const alv_init_arg *arg)
{
    if (arg->choices) {
        snprintf(out, size, "%s", arg->choices);
        for (char *p = out; *p; p++)
            if (*p == ' ') *p = '|';
        return;
    }
    char lo[32] = "-inf", hi[32] = "inf";
    bool low = arg->lo > -DBL_MAX, high = arg->hi < DBL_MAX;
    if (low) alv_number_print(lo, arg->lo, 0);
    if (high) alv_number_print(hi, arg->hi, 0);
    snprintf(out, size, "%c%s, %s%c", low && !arg->open_lo ? '[' : '(', lo, hi, high ? ']' : ')');
}

/* The text of an argument's default. */
static void print_default(char *out, size_t size, const alv_init_arg *arg)
{
    if (!arg->choices) {
        alv_number_print(out, arg->value, 0);
        return;
    }
    const char *word = arg->choices;
    for (int i = 0; i < (int)arg->value; i++) word += strcspn(word, " ") + 1;
    snprintf(out, size, "%.*s", (int)strcspn(word, " "), word);
}

/* "std=0.02": the left column. */
static void name_and_default(char *out, size_t size, const alv_init_arg *arg)
{
    char value[48];
    print_default(value, sizeof value, arg);
    snprintf(out, size, "%s=%s", arg->name, value);
}

static void print_args(const cli_args *args, const alv_initializer *init)
{
    if (!init->args[0].name) return;
    char left[64], range[96], right[320];
    int width = 18;
    for (int i = 0; i < ALV_MAX_INIT_ARGS && init->args[i].name; i++) {
        name_and_default(left, sizeof left, &init->args[i]);
        int n = cli_text_width(left) + 2;
        width = n > width ? n : width;
    }
    section(args, ARGUMENTS, NULL);
    for (int i = 0; i < ALV_MAX_INIT_ARGS && init->args[i].name; i++) {
        const alv_init_arg *arg = &init->args[i];
        name_and_default(left, sizeof left, arg);
        domain(range, sizeof range, arg);
        snprintf(right, sizeof right, "%s; %s", range, arg->help[args->lang]);
        fputs("  ", stdout);
        cli_pad(stdout, left, width);
        cli_wrap(stdout, right, width + 2, width + 2);
    }
}

static void print_elsewhere(const cli_args *args, const alv_initializer *init)
{
    const struct {
        const char *name, *line;
    } rows[] = {{"PyTorch", init->pytorch}, {"Keras", init->keras}, {"JAX", init->jax}};
    if (!init->pytorch && !init->keras && !init->jax) return;
    section(args, ELSEWHERE, NULL);
    for (int i = 0; i < ALV_COUNT(rows); i++)
        if (rows[i].line) printf("  %-9s%s\n", rows[i].name, rows[i].line);
}

/* The weight that the predicted moments are shown of. */
static const alv_tensor example = {.name = "weight", .rank = 2, .shape = {256, 784}};

/* Mean and standard deviation of an element of it; false where the scheme does not fill it. */
static bool predict_example(double *mean, double *std, const alv_scheme *scheme)
{
    double variance;
    if (alv_init_moments(mean, &variance, scheme, &example, NULL) != ALV_OK) return false;
    *std = __builtin_sqrt(variance);
    return true;
}

static void print_example(const cli_args *args, const alv_scheme *scheme)
{
    double mean, std;
    char text[512], name[256], first[32], second[32];
    if (!predict_example(&mean, &std, scheme)) return;
    alv_scheme_print(name, sizeof name, scheme, NULL);
    alv_number_print(first, mean, 6);
    alv_number_print(second, std, 6);
    snprintf(text, sizeof text,
             args->lang == ALV_PT
                 ? "%s, peso (256, 784): média prevista %s, desvio padrão %s"
                 : "%s, weight (256, 784): predicted mean %s, standard deviation %s",
             name, first, second);
    section(args, EXAMPLE, text);
}

static void print_reach(const cli_args *args, const alv_initializer *init)
{
    if (init->reach != ALV_REACH_TENSOR) return;
    section(
        args, REACH,
        args->lang == ALV_PT
            ? "Qualquer parte custa o tensor inteiro, e memória de trabalho (alv_init_scratch diz "
              "quanta). As partes são iguais às do todo."
            : "Any part of it costs the whole tensor, and scratch memory (alv_init_scratch says "
              "how much). Parts equal those of the whole.");
}

static void print_initializer(const cli_args *args, const alv_scheme *scheme)
{
    const alv_initializer *init = scheme->init;
    cli_heading(args, init->name);
    fputs("  ", stdout);
    cli_wrap(stdout, init->summary[args->lang], 2, 2);
    cli_aliases(args, init->aliases);
    section(args, FORMULA, init->formula);
    section(args, DENSITY, init->density);
    print_example(args, scheme);
    print_reach(args, init);
    section(args, WHEN, init->when[args->lang]);
    section(args, DANGERS, init->dangers[args->lang]);
    print_args(args, init);
    print_elsewhere(args, init);
    section(args, REFERENCE, init->citation);
}

static json_t *args_json(const alv_initializer *init)
{
    json_t *list = json_array();
    for (int i = 0; i < ALV_MAX_INIT_ARGS && init->args[i].name; i++) {
        const alv_init_arg *arg = &init->args[i];
        char value[48], range[96];
        print_default(value, sizeof value, arg);
        domain(range, sizeof range, arg);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:{s:s, s:s}}", "name", arg->name,
                                              "default", value, "domain", range, "help", "en",
                                              arg->help[ALV_EN], "pt", arg->help[ALV_PT]));
    }
    return list;
}

static json_t *texts_json(const char *const texts[ALV_LANGS])
{
    return json_pack("{s:s, s:s}", "en", texts[ALV_EN], "pt", texts[ALV_PT]);
}

/* {"shape": [256, 784], "scheme", "mean", "std"}; null where the scheme does not fill that. */
static json_t *example_json(const alv_scheme *scheme)
{
    double mean, std;
    char name[256];
    if (!predict_example(&mean, &std, scheme)) return json_null();
    alv_scheme_print(name, sizeof name, scheme, NULL);
    return json_pack("{s:[I, I], s:s, s:f, s:f}", "shape", (json_int_t)example.shape[0],
                     (json_int_t)example.shape[1], "scheme", name, "mean", mean, "std", std);
}

static json_t *initializer_json(const alv_scheme *scheme)
{
    static const char *const reaches[] = {
        [ALV_REACH_ELEMENT] = "element", [ALV_REACH_ROW] = "row", [ALV_REACH_TENSOR] = "tensor"};
    const alv_initializer *init = scheme->init;
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s?, s:s?, s:s?, s:s}",
        "schema", "alvor.explain/1", "kind", "initializer", "name", init->name, "aliases",
        init->aliases, "summary", texts_json(init->summary), "formula", init->formula, "density",
        init->density, "reach", reaches[init->reach], "example", example_json(scheme), "when",
        texts_json(init->when), "dangers", texts_json(init->dangers), "arguments", args_json(init),
        "pytorch", init->pytorch, "keras", init->keras, "jax", init->jax, "citation",
        init->citation);
}

int cli_print_document(json_t *document)
{
    bool fine = document && json_dumpf(document, stdout, JSON_INDENT(2)) == 0;
    putchar('\n');
    json_decref(document);
    return fine ? CLI_OK : cli_fail(NULL, "cannot write the explanation");
}

static int explain_initializer(const cli_args *args, const alv_scheme *scheme)
{
    static const char *const other[ALV_LANGS] = {"as an activation", "como função de ativação"};
    alv_act_spec act;
    if (cli_flag(args, "json")) return cli_print_document(initializer_json(scheme));
    print_initializer(args, scheme);
    if (alv_act_parse(&act, args->positional[0], NULL) == ALV_OK)
        printf("\n%s: alvor explain --activation %s\n", other[args->lang], act.act->name);
    return CLI_OK;
}

static int run(const cli_args *args)
{
    const char *stream = cli_value(args, "stream", NULL);
    if (stream && args->n_positional > 0)
        return cli_fail("alvor list --streams shows the names", "explain one thing at a time");
    if (stream) return cli_explain_stream(args, stream);
    if (args->n_positional != 1)
        return cli_fail("alvor list shows the names", "explain needs one name");
    const char *name = args->positional[0];
    if (strcmp(name, "pitfalls") == 0 || strcmp(name, "armadilhas") == 0)
        return cli_explain_pitfalls(args);
    bool act_wanted = cli_flag(args, "activation");
    alv_scheme scheme;
    alv_act_spec act;
    alv_error init_error = {0}, act_error;
    if (!act_wanted && alv_scheme_parse(&scheme, name, &init_error) == ALV_OK)
        return explain_initializer(args, &scheme);
    if (alv_gated_find(name)) return cli_explain_gated(args, alv_gated_find(name));
    if (alv_act_parse(&act, name, &act_error) == ALV_OK) return cli_explain_act(args, act);
    /* "leaky_relu(7)": the name is an activation's, so its parameter is what is wrong. */
    bool act_meant = act_wanted || (init_error.code == ALV_ERR_UNKNOWN_NAME &&
                                    act_error.code != ALV_ERR_UNKNOWN_NAME);
    return cli_fail_error(act_meant ? &act_error : &init_error);
}

static const cli_option options[] = {
    {"activation",
     0,
     NULL,
     {"NAME is an activation, where an initializer has the same name",
      "NAME é uma função de ativação, quando um esquema tem o mesmo nome"}},
    {"stream",
     0,
     "NAME",
     {"explain a framework's stream: what is reproduced, and how exactly",
      "explica a sequência de um framework: o que é reproduzido, e com que exatidão"}},
    {"json", 0, NULL, {"print one JSON document", "imprime um documento JSON"}},
    {0},
};

const cli_verb cli_verb_explain = {
    .name = "explain",
    .summary = {"explain an initializer or an activation: formula, use, dangers, gains",
                "explica um esquema ou uma função de ativação: fórmula, uso, perigos, ganhos"},
    .usage = "NAME|pitfalls|--stream NAME [--activation] [--json]",
    .examples = "  alvor explain he_normal\n"
                "  alvor explain torch_default --lang pt\n"
                "  alvor explain gelu\n"
                "  alvor explain swiglu\n"
                "  alvor explain --stream torch\n"
                "  alvor explain pitfalls\n",
    .options = options,
    .run = run,
};
