/* alvor: the table of verbs, and help. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/args.h"
#include "cli/verbs.h"

static const cli_verb *const verbs[] = {
#define VERB(name) &cli_verb_##name,
    CLI_VERBS(VERB)
#undef VERB
};

/* Options that every verb understands, besides its own. */
static const cli_option common[] = {
    {"lang",
     0,
     "en|pt",
     {"language of texts for people (default: the locale's)",
      "idioma dos textos para pessoas (padrão: o do ambiente)"}},
    {"help", 'h', NULL, {"show this help", "mostra esta ajuda"}},
};

static const char *const tagline[ALV_LANGS] = {
    "alvor: the first weights of a neural network, and what they do to its training",
    "alvor: os primeiros pesos de uma rede neural, e o que fazem com o seu treinamento",
};

/* Portuguese if the first of LC_ALL, LC_MESSAGES and LANG that is set says so. */
static alv_lang locale_lang(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (int i = 0; i < ALV_COUNT(variables); i++) {
        const char *value = getenv(variables[i]);
        if (value && *value) return strncmp(value, "pt", 2) == 0 ? ALV_PT : ALV_EN;
    }
    return ALV_EN;
}

static bool wants_color(void)
{
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(none && *none) && !(term && strcmp(term, "dumb") == 0);
}

/* Finds "--lang X" or "--lang=X" among the words, before the verb's own parsing and in help. */
static bool find_lang(alv_lang *out, int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], "--lang", 6) != 0) continue;
        const char *value = argv[i][6] == '=' ? argv[i] + 7 : i + 1 < argc ? argv[i + 1] : "";
        if (argv[i][6] != '=' && argv[i][6] != '\0') continue;
        if (strncmp(value, "pt", 2) == 0) return *out = ALV_PT, true;
        if (strncmp(value, "en", 2) == 0) return *out = ALV_EN, true;
        cli_fail("use --lang en or --lang pt", "--lang: no language '%s'", value);
        return false;
    }
    return true;
}

static void print_option(const cli_option *option, alv_lang lang)
{
    char left[40];
    snprintf(left, sizeof left, "%s%c%s--%s%s%s", option->letter ? "-" : " ",
             option->letter ? option->letter : ' ', option->letter ? ", " : "  ", option->name,
             option->value ? " " : "", option->value ? option->value : "");
    printf("  %-26s %s\n", left, option->help[lang]);
}

static void print_verb_help(const cli_verb *verb, alv_lang lang)
{
    printf("%s\n\n%s alvor %s %s\n", verb->summary[lang],
           lang == ALV_PT ? "Uso:" : "Usage:", verb->name, verb->usage);
    if (verb->examples)
        printf("\n%s\n%s", lang == ALV_PT ? "Exemplos:" : "Examples:", verb->examples);
    printf("\n%s\n", lang == ALV_PT ? "Opções:" : "Options:");
    for (const cli_option *option = verb->options; option->name; option++)
        print_option(option, lang);
    for (int i = 0; i < ALV_COUNT(common); i++) print_option(&common[i], lang);
}

static void print_help(FILE *to, alv_lang lang)
{
    fprintf(to, "%s\n\n%s alvor %s\n\n", tagline[lang], lang == ALV_PT ? "Uso:" : "Usage:",
            lang == ALV_PT ? "VERBO [OPÇÕES]" : "VERB [OPTIONS]");
    for (int i = 0; i < ALV_COUNT(verbs); i++)
        fprintf(to, "  %-10s %s\n", verbs[i]->name, verbs[i]->summary[lang]);
    fprintf(to, "\n%s alvor VERB --help\n",
            lang == ALV_PT ? "Ajuda de um verbo:" : "Help on a verb:");
}

static const cli_verb *find_verb(const char *name)
{
    for (int i = 0; i < ALV_COUNT(verbs); i++)
        if (strcmp(verbs[i]->name, name) == 0) return verbs[i];
    return NULL;
}

static int unknown_verb(const char *name)
{
    const char *names[ALV_COUNT(verbs) + 1];
    for (int i = 0; i < ALV_COUNT(verbs); i++) names[i] = verbs[i]->name;
    names[ALV_COUNT(verbs)] = NULL;
    const char *near = alv_suggest(name, names);
    char hint[96];
    if (near) snprintf(hint, sizeof hint, "did you mean 'alvor %s'?", near);
    return cli_fail(near ? hint : "see: alvor --help", "there is no verb '%s'", name);
}

static bool asks_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return true;
    return false;
}

/* Drops "--lang X", which find_lang has read, from the words. */
static int drop_lang(int argc, char **argv)
{
    int n = 0;
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            while (i < argc) argv[n++] = argv[i++];
        } else if (strcmp(argv[i], "--lang") == 0) {
            i++;
        } else if (strncmp(argv[i], "--lang=", 7) != 0) {
            argv[n++] = argv[i];
        }
    }
    return n;
}

int main(int argc, char **argv)
{
    cli_args args = {.lang = locale_lang(), .color = wants_color()};
    if (!find_lang(&args.lang, argc, argv)) return CLI_USAGE;
    argc = drop_lang(argc, argv);
    if (argc < 2) return print_help(stderr, args.lang), CLI_USAGE;
    if (strcmp(argv[1], "--version") == 0) return printf("alvor %s\n", ALV_VERSION), CLI_OK;
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0)
        return print_help(stdout, args.lang), CLI_OK;
    const cli_verb *verb = find_verb(argv[1]);
    if (!verb) return unknown_verb(argv[1]);
    if (asks_help(argc - 2, argv + 2)) return print_verb_help(verb, args.lang), CLI_OK;
    int status = cli_parse(&args, verb, argc - 2, argv + 2);
    if (status != CLI_OK) return status;
    status = verb->run(&args);
    if (fflush(stdout) != 0 && status == CLI_OK)
        return cli_fail(NULL, "cannot write to standard output");
    return status;
}
