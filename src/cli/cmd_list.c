/* alvor list: the registry as a table or as JSON. */
#include <jansson.h>
#include <string.h>

#include "base/base.h"
#include "cli/page.h"
#include "cli/verbs.h"

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
    json_t *acts = json_array();
    for (int i = 0; i < alv_act_count(); i++) {
        const alv_act *act = alv_act_at(i);
        json_array_append_new(acts, json_pack("{s:s, s:s, s:s}", "name", act->name, "aliases",
                                              act->aliases, "formula", act->formula));
    }
    json_t *document = json_pack("{s:s, s:o, s:o}", "schema", "alvor.list/1", "initializers",
                                 entries, "activations", acts);
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
    printf("\n%s: alvor explain he_normal\n", pt ? "adiante" : "next");
}

static int run(const cli_args *args)
{
    if (args->n_positional > 0)
        return cli_fail("to read about one: alvor explain NAME", "list takes no name, not '%s'",
                        args->positional[0]);
    if (cli_flag(args, "json")) return print_json();
    print_table(args);
    return CLI_OK;
}

static const cli_option options[] = {
    {"json", 0, NULL, {"print one JSON document", "imprime um documento JSON"}},
    {0},
};

const cli_verb cli_verb_list = {
    .name = "list",
    .summary = {"list the initializers and activations",
                "lista os esquemas de inicialização e as funções de ativação"},
    .usage = "[--json]",
    .examples = "  alvor list\n"
                "  alvor list --json\n",
    .options = options,
    .run = run,
};
