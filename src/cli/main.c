/* alvor: the table of verbs, and help. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/args.h"
#include "cli/page.h"
#include "cli/verbs.h"

static const cli_verb *const verbs[] = {
#define VERB(name) &cli_verb_##name,
    CLI_VERBS(VERB)
#undef VERB
};

static const char *const tagline[ALV_LANGS] = {
    "alvor: the first weights of a neural network, and what they do to its training",
    "alvor: os primeiros pesos de uma rede neural, e o que fazem com o seu treinamento",
};

/* "pt", "pt-BR", "pt_BR.UTF-8": the language and, perhaps, where it is spoken. */
static bool names_lang(const char *text, const char *code)
{
    return strncmp(text, code, 2) == 0 && (text[2] == '\0' || strchr("-_.@", text[2]));
}

/* Portuguese if the first of LC_ALL, LC_MESSAGES and LANG that is set says so. */
static alv_lang locale_lang(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (int i = 0; i < ALV_COUNT(variables); i++) {
        const char *value = getenv(variables[i]);
        if (value && *value) return names_lang(value, "pt") ? ALV_PT : ALV_EN;
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
        if (names_lang(value, "pt")) return *out = ALV_PT, true;
        if (names_lang(value, "en")) return *out = ALV_EN, true;
        cli_fail("use --lang en or --lang pt", "--lang: no language '%s'", value);
        return false;
    }
    return true;
}

enum { HELP_COLUMN = 28, VERB_COLUMN = 12 };

static void print_option(const cli_option *option, alv_lang lang)
{
    char left[64] = "      ";
    if (option->letter) snprintf(left, sizeof left, "  -%c, ", option->letter);
    size_t used = strlen(left);
    snprintf(left + used, sizeof left - used, "--%s%s%s", option->name, option->value ? " " : "",
             option->value ? option->value : "");
    cli_pad(stdout, left, HELP_COLUMN);
    if (cli_text_width(left) >= HELP_COLUMN) printf("\n%*s", HELP_COLUMN, "");
    cli_wrap(stdout, option->help[lang], HELP_COLUMN, HELP_COLUMN);
}

static int print_verb_help(const cli_verb *verb, const cli_args *args)
{
    alv_lang lang = args->lang;
    bool pt = lang == ALV_PT;
    cli_wrap(stdout, verb->summary[lang], 0, 0);
    const char *options = strstr(verb->usage, "[OPTIONS]");
    int length = (int)(options ? (size_t)(options - verb->usage) : strlen(verb->usage));
    printf("\n%s alvor %s %.*s%s\n", pt ? "Uso:" : "Usage:", verb->name, length, verb->usage,
           !options ? ""
           : pt     ? "[OPÇÕES]"
                    : "[OPTIONS]");
    if (verb->examples) {
        putchar('\n');
        cli_heading(args, pt ? "Exemplos" : "Examples");
        fputs(verb->examples, stdout);
    }
    putchar('\n');
    cli_heading(args, pt ? "Opções" : "Options");
    for (const cli_option *option = verb->options; option->name; option++)
        print_option(option, lang);
    for (const cli_option *option = cli_common; option->name; option++) print_option(option, lang);
    return CLI_OK;
}

static void print_help(FILE *to, alv_lang lang)
{
    bool pt = lang == ALV_PT;
    cli_wrap(to, tagline[lang], 0, 0);
    fprintf(to, "\n%s alvor %s\n\n",
            pt ? "Uso:" : "Usage:", pt ? "VERBO [OPÇÕES]" : "VERB [OPTIONS]");
    for (int i = 0; i < ALV_COUNT(verbs); i++) {
        fputs("  ", to);
        cli_pad(to, verbs[i]->name, VERB_COLUMN - 2);
        cli_wrap(to, verbs[i]->summary[lang], VERB_COLUMN, VERB_COLUMN);
    }
    fputs(pt ? "\nAjuda de um verbo: alvor VERBO --help\n"
             : "\nHelp on a verb: alvor VERB --help\n",
          to);
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

/* --version, --help and "help VERB", which are no verbs; -1 for anything else. */
static int answer(int argc, char **argv, const cli_args *args)
{
    bool help = strcmp(argv[1], "help") == 0;
    if (strcmp(argv[1], "--version") == 0) return printf("alvor %s\n", ALV_VERSION), CLI_OK;
    if (help && argc > 2) {
        const cli_verb *verb = find_verb(argv[2]);
        return verb ? print_verb_help(verb, args) : unknown_verb(argv[2]);
    }
    if (help || asks_help(1, argv + 1)) return print_help(stdout, args->lang), CLI_OK;
    return -1;
}

/* Runs the command line; the exit code. */
static int run(int argc, char **argv)
{
    cli_args args = {.lang = locale_lang(), .color = wants_color()};
    if (!find_lang(&args.lang, argc, argv)) return CLI_USAGE;
    argc = drop_lang(argc, argv);
    if (argc < 2) return print_help(stderr, args.lang), CLI_USAGE;
    int status = answer(argc, argv, &args);
    if (status >= 0) return status;
    const cli_verb *verb = find_verb(argv[1]);
    if (!verb) return unknown_verb(argv[1]);
    if (asks_help(argc - 2, argv + 2)) return print_verb_help(verb, &args);
    status = cli_parse(&args, verb, argc - 2, argv + 2);
    return status == CLI_OK ? verb->run(&args) : status;
}

int main(int argc, char **argv)
{
    signal(SIGXFSZ, SIG_IGN); /* a file-size limit is then a write error like a full disk */
    int status = run(argc, argv);
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == CLI_OK)
        return cli_fail(NULL, "cannot write to standard output");
    return status;
}
