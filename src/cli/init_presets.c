/* alvor init --presets: what each preset draws, and the sizes that a plan may change. */
#include <stdio.h>

#include "base/base.h"
#include "cli/init.h"
#include "cli/page.h"

enum { INDENT = 4, NAME_WIDTH = 12, VALUE_WIDTH = 9 };

static void print_arg(const alv_preset_arg *arg, alv_lang lang)
{
    char value[32] = "";
    if (arg->value) alv_text_format(value, sizeof value, "%lld", arg->value);
    printf("%*s", INDENT, "");
    cli_pad(stdout, arg->name, NAME_WIDTH);
    cli_pad(stdout, value, VALUE_WIDTH);
    cli_wrap(stdout, arg->help[lang], INDENT + NAME_WIDTH + VALUE_WIDTH,
             INDENT + NAME_WIDTH + VALUE_WIDTH);
}

static void print_preset(const alv_preset *preset, const cli_args *args)
{
    static const char *const names[ALV_LANGS] = {"Names and shapes: ", "Nomes e tamanhos: "};
    static const char *const schemes[ALV_LANGS] = {"Schemes: ", "Esquemas: "};
    cli_heading(args, preset->name);
    printf("%*s", INDENT, "");
    cli_wrap(stdout, preset->summary[args->lang], INDENT, INDENT);
    for (int i = 0; i < ALV_MAX_PRESET_ARGS && preset->args[i].name; i++)
        print_arg(&preset->args[i], args->lang);
    if (preset->model) printf("%*s%-*s%s\n", INDENT, "", NAME_WIDTH, "model", preset->model);
    printf("%*s%s", INDENT, "", names[args->lang]);
    cli_wrap(stdout, preset->names, INDENT + cli_text_width(names[args->lang]), INDENT);
    printf("%*s%s", INDENT, "", schemes[args->lang]);
    cli_wrap(stdout, preset->citation, INDENT + cli_text_width(schemes[args->lang]), INDENT);
    putchar('\n');
}

int cli_init_presets(const cli_args *args)
{
    for (int i = 0; i < alv_preset_count(); i++) print_preset(alv_preset_at(i), args);
    return CLI_OK;
}
