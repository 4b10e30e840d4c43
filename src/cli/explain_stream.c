/* alvor explain --stream: what a profile reproduces, how exactly, and what was seen. */
#include <string.h>

#include "base/base.h"
#include "cli/explain.h"
#include "cli/page.h"

static const char *const words[][ALV_LANGS] = {
    [ALV_EXACT_NOT] = {"not offered", "não oferecido"},
    [ALV_EXACT_CLOSE] = {"close", "próximo"},
    [ALV_EXACT_NEARLY] = {"nearly exact", "quase exato"},
    [ALV_EXACT_BITS] = {"exact", "exato"},
};
static const char *const keys[] = {"not_offered", "close", "nearly_exact", "exact"};

static const char *const draws[ALV_COMPAT_DRAWS][ALV_LANGS] = {
    [ALV_COMPAT_UNIFORM] = {"uniform", "uniforme"},
    [ALV_COMPAT_NORMAL] = {"normal", "normal"},
    [ALV_COMPAT_TRUNCATED] = {"truncated normal", "normal truncada"},
    [ALV_COMPAT_INTEGERS] = {"integers", "inteiros"},
    [ALV_COMPAT_PERMUTATION] = {"permutation", "permutação"},
};

/* "f32, f16"; "" for what has no type. */
static void types(char *out, size_t size, unsigned dtypes)
{
    size_t n = 0;
    out[0] = '\0';
    for (int d = 0; d <= ALV_F8_E5M2; d++)
        if (dtypes >> d & 1 && n < size)
            n +=
                alv_text_format(out + n, size - n, n ? ", %s" : "%s", alv_dtype_name((alv_dtype)d));
}

static void print_claim(const cli_args *args, const alv_compat_claim *c)
{
    char what[96], right[512], type[64], many[48] = "";
    types(type, sizeof type, c->dtypes);
    if (c->least > 0)
        snprintf(many, sizeof many, args->lang == ALV_PT ? ", %lld ou mais" : ", %lld or more",
                 (long long)c->least);
    snprintf(what, sizeof what, "%s%s%s%s", draws[c->draw][args->lang], *type ? " " : "", type,
             many);
    snprintf(right, sizeof right, *c->note[args->lang] ? "%s: %s" : "%s",
             words[c->exactness][args->lang], c->note[args->lang]);
    fputs("  ", stdout);
    cli_pad(stdout, what, 32);
    if (cli_text_width(what) >= 32) printf("\n%*s", 34, "");
    cli_wrap(stdout, right, 34, 34);
}

/* Names of a list that a function gives by index. */
static void print_names(const cli_args *args, const char *const title[ALV_LANGS],
                        const char *(*name)(const alv_compat *, int), const alv_compat *profile)
{
    char all[2048] = "";
    size_t n = 0;
    const char *next;
    for (int i = 0; (next = name(profile, i)) != NULL && n < sizeof all; i++)
        n += alv_text_format(all + n, sizeof all - n, i ? ", %s" : "%s", next);
    if (n > 0) cli_section(args, title, all);
}

static const char *scheme_name(const alv_compat *profile, int index)
{
    const alv_initializer *init = profile->scheme_at ? profile->scheme_at(index) : NULL;
    return init ? init->name : NULL;
}

static const char *module_name(const alv_compat *profile, int index)
{
    return profile->modules ? alv_compat_module_name(index) : NULL;
}

static void print_page(const cli_args *args, const alv_compat *profile)
{
    static const char *const titles[][ALV_LANGS] = {
        {"What is reproduced", "O que é reproduzido"},
        {"How exactly", "Com que exatidão"},
        {"What was seen", "O que foi visto"},
        {"Initializers (--scheme)", "Esquemas (--scheme)"},
        {"Modules (--module)", "Módulos (--module)"},
    };
    cli_heading(args, profile->name);
    fputs("  ", stdout);
    cli_wrap(stdout, profile->summary[args->lang], 2, 2);
    cli_aliases(args, profile->aliases);
    cli_section(args, titles[0], profile->reproduces);
    cli_section(args, titles[1], NULL);
    for (int i = 0; i < ALV_MAX_COMPAT_CLAIMS && profile->claims[i].note[0]; i++)
        print_claim(args, &profile->claims[i]);
    cli_section(args, titles[2], profile->seen[args->lang]);
    print_names(args, titles[3], scheme_name, profile);
    print_names(args, titles[4], module_name, profile);
}

static json_t *claim_json(const alv_compat_claim *c)
{
    char type[64];
    types(type, sizeof type, c->dtypes);
    return json_pack("{s:s, s:s, s:I, s:s, s:{s:s, s:s}}", "draw", alv_compat_draw_name(c->draw),
                     "dtypes", type, "least", (json_int_t)c->least, "exactness", keys[c->exactness],
                     "note", "en", c->note[ALV_EN], "pt", c->note[ALV_PT]);
}

json_t *cli_stream_json(const alv_compat *profile)
{
    json_t *claims = json_array(), *schemes = json_array();
    const char *scheme;
    for (int i = 0; i < ALV_MAX_COMPAT_CLAIMS && profile->claims[i].note[0]; i++)
        json_array_append_new(claims, claim_json(&profile->claims[i]));
    for (int i = 0; (scheme = scheme_name(profile, i)) != NULL; i++)
        json_array_append_new(schemes, json_string(scheme));
    return json_pack("{s:s, s:s, s:{s:s, s:s}, s:s, s:{s:s, s:s}, s:o, s:o, s:b}", "stream",
                     profile->name, "also", profile->aliases, "summary", "en",
                     profile->summary[ALV_EN], "pt", profile->summary[ALV_PT], "reproduces",
                     profile->reproduces, "seen", "en", profile->seen[ALV_EN], "pt",
                     profile->seen[ALV_PT], "claims", claims, "schemes", schemes, "modules",
                     profile->modules);
}

const alv_compat *cli_stream(const char *name)
{
    const char *names[64];
    int n = 0;
    const alv_compat *profile = alv_compat_find(name);
    if (profile) return profile;
    for (; n < alv_compat_count() && n < ALV_COUNT(names) - 1; n++)
        names[n] = alv_compat_at(n)->name;
    names[n] = NULL;
    const char *near = alv_suggest(name, names);
    char hint[128];
    snprintf(hint, sizeof hint, near ? "did you mean %s?" : "alvor list --streams shows them all",
             near);
    cli_fail(hint, "--stream: there is no '%s'", name);
    return NULL;
}

int cli_explain_stream(const cli_args *args, const char *name)
{
    const alv_compat *profile = cli_stream(name);
    if (!profile) return CLI_USAGE;
    if (!cli_flag(args, "json")) return print_page(args, profile), CLI_OK;
    json_t *document = cli_stream_json(profile);
    json_object_set_new(document, "schema", json_string("alvor.explain/1"));
    json_object_set_new(document, "kind", json_string("stream"));
    return cli_print_document(document);
}
