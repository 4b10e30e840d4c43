/* alvor list: the initializers, activations and gated units as tables or as JSON. */
#include "base/base.h"
#include "cli/explain.h"
#include "cli/page.h"
#include "cli/verbs.h"

static json_t *acts_json(void)
{
    json_t *acts = json_array();
    for (int i = 0; i < alv_act_count(); i++) {
        const alv_act *act = alv_act_at(i);
        alv_gain gain;
        if (alv_act_gain(&gain, (alv_act_spec){act, act->param_default}, NULL) != ALV_OK) continue;
        json_array_append_new(acts, json_pack("{s:s, s:s, s:s, s:o}", "name", act->name, "aliases",
                                              act->aliases, "formula", act->formula, "gain",
                                              cli_gain_json(&gain)));
    }
    return acts;
}

static bool gated_moments(alv_gated_moments *out, const alv_gated *unit)
{
    alv_act_spec gate;
    return alv_act_parse(&gate, unit->gate, NULL) == ALV_OK &&
           alv_gated_gain(out, gate, NULL) == ALV_OK;
}

static json_t *gated_json(void)
{
    json_t *units = json_array();
    for (int i = 0; i < alv_gated_count(); i++) {
        const alv_gated *unit = alv_gated_at(i);
        alv_gated_moments m;
        if (!gated_moments(&m, unit)) continue;
        json_array_append_new(units, json_pack("{s:s, s:s, s:s, s:o}", "name", unit->name,
                                               "aliases", unit->aliases, "formula", unit->formula,
                                               "gain", cli_gated_json(&m)));
    }
    return units;
}

static int print_json(void)
{
    json_t *entries = json_array();
    for (int i = 0; i < alv_init_count(); i++) {
        const alv_initializer *init = alv_init_at(i);
        json_array_append_new(entries, json_pack("{s:s, s:s, s:{s:s, s:s}, s:s}", "name",
                                                 init->name, "aliases", init->aliases, "summary",
                                                 "en", init->summary[ALV_EN], "pt",
                                                 init->summary[ALV_PT], "formula", init->formula));
    }
    json_t *streams = json_array();
    for (int i = 0; i < alv_compat_count(); i++)
        json_array_append_new(streams, cli_stream_json(alv_compat_at(i)));
    json_t *document =
        json_pack("{s:s, s:o, s:o, s:o, s:o}", "schema", "alvor.list/1", "initializers", entries,
                  "activations", acts_json(), "gated", gated_json(), "streams", streams);
    bool fine = document && json_dumpf(document, stdout, JSON_INDENT(2)) == 0;
    putchar('\n');
    json_decref(document);
    return fine ? CLI_OK : cli_fail(NULL, "cannot write the list");
}

/* "  name  text (also a, b)", the second column wrapped. */
static void print_row(const cli_args *args, const char *name, int width, const char *text,
                      const char *aliases)
{
    char others[256], right[512];
    cli_join(others, sizeof others, aliases);
    snprintf(right, sizeof right, *others ? "%s (%s %s)" : "%s", text,
             args->lang == ALV_PT ? "ou" : "or", others);
    fputs("  ", stdout);
    cli_pad(stdout, name, width);
    cli_wrap(stdout, right, width + 2, width + 2);
}

static void print_table(const cli_args *args)
{
    bool pt = args->lang == ALV_PT;
    int width = 0;
    for (int i = 0; i < alv_init_count(); i++) {
        int n = cli_text_width(alv_init_at(i)->name) + 2;
        width = n > width ? n : width;
    }
    cli_heading(args, pt ? "Esquemas de inicialização" : "Initializers");
    for (int i = 0; i < alv_init_count(); i++) {
        const alv_initializer *init = alv_init_at(i);
        print_row(args, init->name, width, init->summary[args->lang], init->aliases);
    }
    putchar('\n');
    cli_heading(args, pt ? "Funções de ativação" : "Activations");
    for (int i = 0; i < alv_act_count(); i++) {
        const alv_act *act = alv_act_at(i);
        print_row(args, act->name, width, act->formula, act->aliases);
    }
    putchar('\n');
    cli_heading(args, pt ? "Unidades com porta" : "Gated units");
    for (int i = 0; i < alv_gated_count(); i++) {
        const alv_gated *unit = alv_gated_at(i);
        print_row(args, unit->name, width, unit->formula, unit->aliases);
    }
    printf("\n%s: alvor explain he_normal\n", pt ? "adiante" : "next");
}

/* A name and up to three numbers, then text that may wrap. */
static void print_gains(const char *name, double a, double b, double c, const char *text)
{
    enum { AT = 47 };
    char number[32];
    const double gains[] = {a, b, c};
    printf("  %-14s", name);
    for (int i = 0; i < ALV_COUNT(gains); i++) {
        alv_number_print(number, gains[i], 6);
        printf("%-10s", number);
    }
    cli_wrap(stdout, text, AT - 1, AT - 1);
}

static void print_activations(const cli_args *args)
{
    bool pt = args->lang == ALV_PT;
    cli_heading(args, pt ? "Ganhos das funções de ativação, para z ~ N(0, 1)"
                         : "Gains of the activations, for z ~ N(0, 1)");
    puts(pt ? "                ida       volta     variância"
            : "                forward   backward  variance");
    for (int i = 0; i < alv_act_count(); i++) {
        const alv_act *act = alv_act_at(i);
        alv_gain g;
        if (alv_act_gain(&g, (alv_act_spec){act, act->param_default}, NULL) == ALV_OK)
            print_gains(act->name, g.forward, g.backward, g.variance, act->formula);
    }
    putchar('\n');
    cli_heading(args, pt ? "Unidades com porta f(a) b" : "Gated units f(a) b");
    puts(pt ? "                ida       volta     só em b"
            : "                forward   backward  b alone");
    for (int i = 0; i < alv_gated_count(); i++) {
        const alv_gated *unit = alv_gated_at(i);
        alv_gated_moments m;
        if (gated_moments(&m, unit))
            print_gains(unit->name, m.forward_both, m.backward, m.forward, unit->formula);
    }
    printf("\n%s: alvor explain gelu\n", pt ? "adiante" : "next");
}

static void print_streams(const cli_args *args)
{
    bool pt = args->lang == ALV_PT;
    int width = 0;
    for (int i = 0; i < alv_compat_count(); i++) {
        int n = cli_text_width(alv_compat_at(i)->name) + 2;
        width = n > width ? n : width;
    }
    cli_heading(args, pt ? "Sequências aleatórias de frameworks" : "Random streams of frameworks");
    for (int i = 0; i < alv_compat_count(); i++) {
        const alv_compat *profile = alv_compat_at(i);
        print_row(args, profile->name, width, profile->summary[args->lang], profile->aliases);
    }
    printf("\n%s: alvor explain --stream torch\n", pt ? "adiante" : "next");
}

static int run(const cli_args *args)
{
    if (args->n_positional > 0)
        return cli_fail("to read about one: alvor explain NAME", "list takes no name, not '%s'",
                        args->positional[0]);
    if (cli_flag(args, "json")) return print_json();
    if (cli_flag(args, "streams"))
        print_streams(args);
    else if (cli_flag(args, "activations"))
        print_activations(args);
    else
        print_table(args);
    return CLI_OK;
}

static const cli_option options[] = {
    {"activations",
     0,
     NULL,
     {"the activations and gated units with their gains",
      "as funções de ativação e unidades com porta, com seus ganhos"}},
    {"streams",
     0,
     NULL,
     {"the frameworks whose own streams alvor init can draw",
      "os frameworks cujas sequências próprias alvor init pode sortear"}},
    {"json", 0, NULL, {"print one JSON document", "imprime um documento JSON"}},
    {0},
};

const cli_verb cli_verb_list = {
    .name = "list",
    .summary = {"list the initializers and activations",
                "lista os esquemas de inicialização e as funções de ativação"},
    .usage = "[--activations|--streams] [--json]",
    .examples = "  alvor list\n"
                "  alvor list --activations\n"
                "  alvor list --streams\n"
                "  alvor list --json\n",
    .options = options,
    .run = run,
};
