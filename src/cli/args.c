/* Parses a command line against a verb's table of options. */
#include "cli/args.h"

#include <errno.h>
#include <stdio.h>

#include "base/base.h"
#include "cli/page.h"

const cli_option cli_common[] = {
    {"lang",
     0,
     "en|pt",
     {"language of texts for people (default: the locale's)",
      "idioma dos textos para pessoas (padrão: o do ambiente)"}},
    {"help", 'h', NULL, {"show this help", "mostra esta ajuda"}},
    {NULL},
};

int cli_fail(const char *hint, const char *format, ...)
{
    char text[8192];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fputs("alvor: error: ", stderr);
    cli_show(stderr, text);
    fputs(hint ? "\nhint: " : "\n", stderr);
    if (!hint) return CLI_USAGE;
    cli_show(stderr, hint);
    fputc('\n', stderr);
    return CLI_USAGE;
}

/* The verb whose options are read: positions in their texts are columns, from 1, as in files. */
static const cli_verb *at_hand;

static bool is_option(const char *name)
{
    if (strncmp(name, "--", 2) == 0) return true;
    for (int i = 0; at_hand && at_hand->options[i].name; i++)
        if (strcmp(at_hand->options[i].name, name) == 0) return true;
    return false;
}

int cli_fail_error(const alv_error *error)
{
    if (error->position >= 0 && is_option(error->where))
        cli_fail(NULL, "%s, column %lld: %s", error->where, (long long)error->position + 1,
                 error->message);
    else if (error->position >= 0)
        cli_fail(NULL, "%s, byte %lld: %s", error->where, (long long)error->position,
                 error->message);
    else
        cli_fail(NULL, "%s: %s", error->where, error->message);
    return error->code == ALV_ERR_INTERRUPTED ? CLI_INTERRUPTED : CLI_USAGE;
}

int cli_fail_option(const char *name, const alv_error *error)
{
    alv_error named = *error;
    snprintf(named.where, sizeof named.where, "--%s", name);
    return cli_fail_error(&named);
}

int cli_fail_value(const alv_error *error)
{
    return is_option(error->where) ? cli_fail_option(error->where, error) : cli_fail_error(error);
}

static int option_index(const cli_verb *verb, const char *name, size_t length)
{
    for (int i = 0; verb->options[i].name; i++)
        if (strlen(verb->options[i].name) == length &&
            memcmp(verb->options[i].name, name, length) == 0)
            return i;
    return -1;
}

static int letter_index(const cli_verb *verb, char letter)
{
    for (int i = 0; verb->options[i].name; i++)
        if (letter && verb->options[i].letter == letter) return i;
    return -1;
}

static int unknown_option(const cli_verb *verb, const char *text)
{
    const char *names[CLI_MAX_OPTIONS + 3];
    int n = 0;
    for (; verb->options[n].name; n++) names[n] = verb->options[n].name;
    names[n++] = "lang";
    names[n++] = "help";
    names[n] = NULL;
    char hint[128], name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, "="), text);
    const char *near = alv_suggest(name + strspn(name, "-"), names);
    if (near)
        snprintf(hint, sizeof hint, "did you mean --%s?", near);
    else
        snprintf(hint, sizeof hint, "see: alvor %s --help", verb->name);
    return cli_fail(hint, "unknown option %s", name);
}

/* Stores the value of the option at argv[*i] and moves *i past what it used. */
static int take_option(cli_args *out, int argc, char **argv, int *i)
{
    const char *text = argv[*i];
    bool is_long = text[1] == '-';
    size_t length = is_long ? strcspn(text + 2, "=") : 1;
    int index =
        is_long ? option_index(out->verb, text + 2, length) : letter_index(out->verb, text[1]);
    if (index < 0) return unknown_option(out->verb, text);
    const cli_option *option = &out->verb->options[index];
    const char *rest = text + (is_long ? 2 : 1) + length;
    if (is_long && *rest == '=')
        rest++;
    else if (is_long)
        rest = NULL;
    else if (!*rest)
        rest = NULL;
    if (!option->value) {
        if (rest) return cli_fail(NULL, "--%s takes no value", option->name);
        out->values[index] = "";
        return CLI_OK;
    }
    if (!rest && *i + 1 < argc) rest = argv[++*i];
    if (!rest)
        return cli_fail(NULL, "--%s needs a value: --%s %s", option->name, option->name,
                        option->value);
    out->values[index] = rest;
    return CLI_OK;
}

int cli_parse(cli_args *out, const cli_verb *verb, int argc, char **argv)
{
    at_hand = out->verb = verb;
    out->positional = (const char **)argv; /* compacted in place */
    bool only_positional = false;
    for (int i = 0; i < argc; i++) {
        const char *text = argv[i];
        if (!only_positional && strcmp(text, "--") == 0) {
            only_positional = true;
        } else if (!only_positional && text[0] == '-' && text[1]) {
            int status = take_option(out, argc, argv, &i);
            if (status != CLI_OK) return status;
        } else {
            out->positional[out->n_positional++] = text;
        }
    }
    return CLI_OK;
}

static int required_index(const cli_args *args, const char *name)
{
    int index = option_index(args->verb, name, strlen(name));
    if (index < 0) {
        fprintf(stderr, "alvor: internal error: verb %s has no option --%s\n", args->verb->name,
                name);
        abort();
    }
    return index;
}

const char *cli_value(const cli_args *args, const char *name, const char *otherwise)
{
    const char *value = args->values[required_index(args, name)];
    return value ? value : otherwise;
}

bool cli_flag(const cli_args *args, const char *name)
{
    return args->values[required_index(args, name)] != NULL;
}

bool cli_int(int64_t *out, const cli_args *args, const char *name, int64_t otherwise, int64_t lo,
             int64_t hi)
{
    const char *text = cli_value(args, name, NULL);
    *out = otherwise;
    if (!text) return true;
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (end == text || *end || errno || value < lo || value > hi) {
        cli_fail(NULL, "--%s: '%s' is not a whole number from %lld to %lld", name, text,
                 (long long)lo, (long long)hi);
        return false;
    }
    *out = value;
    return true;
}

bool cli_double(double *out, const cli_args *args, const char *name, double otherwise, double lo,
                double hi)
{
    const char *text = cli_value(args, name, NULL);
    *out = otherwise;
    if (!text) return true;
    double value;
    size_t length = strlen(text);
    if (length == 0 || alv_number_parse(&value, text, length) != length ||
        !(value >= lo && value <= hi)) {
        cli_fail(NULL, "--%s: '%s' is not a number from %g to %g", name, text, lo, hi);
        return false;
    }
    *out = value;
    return true;
}

bool cli_seed(uint64_t *out, const cli_args *args)
{
    const char *text = cli_value(args, "seed", NULL);
    *out = 42;
    if (!text) return true;
    char *end;
    errno = 0;
    *out = strtoull(text, &end, 10);
    if (text[0] >= '0' && text[0] <= '9' && !*end && !errno) return true;
    cli_fail(NULL, "--seed: '%s' is not a whole number from 0 to 18446744073709551615", text);
    return false;
}
