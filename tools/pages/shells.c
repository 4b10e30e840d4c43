/* Completions for bash, zsh and fish: verbs, options, and the names that options take. */
#include <string.h>

#include "tools/pages/pages.h"

static void verb_names(FILE *out)
{
    for (int i = 0; pages_verb(i); i++) fprintf(out, "%s ", pages_verb(i)->name);
}

/* What may follow an option: names, the alternatives of "a|b", or nothing for other values. */
static void values(FILE *out, const cli_option *o)
{
    pages_words(out, o->name);
    if (!o->value || !strchr(o->value, '|')) return;
    for (const char *p = o->value; *p; p++) fputc(*p == '|' ? ' ' : *p, out);
}

static void each_option(FILE *out, const cli_verb *verb,
                        void (*write)(FILE *out, const cli_verb *verb, const cli_option *o))
{
    for (const cli_option *o = verb->options; o->name; o++) write(out, verb, o);
    for (const cli_option *o = cli_common; o->name; o++) write(out, verb, o);
}

static void option_word(FILE *out, const cli_verb *verb, const cli_option *o)
{
    (void)verb;
    fprintf(out, "--%s ", o->name);
}

static void bash_values(FILE *out, const cli_verb *verb, const cli_option *o)
{
    if (!o->value) return;
    fprintf(out, "    %s:--%s) words='", verb->name, o->name);
    values(out, o);
    fputs("' ;;\n", out);
}

void pages_bash(const char *directory)
{
    FILE *out = pages_open(directory, "alvor.bash");
    fputs("# bash completion for alvor; made from its tables.\n_alvor() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} words=\n"
          "    local before=${COMP_WORDS[COMP_CWORD-1]}\n    COMPREPLY=()\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        words='",
          out);
    verb_names(out);
    fputs("help --help --version'\n        COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
          "        return\n    fi\n    case $verb:$before in\n",
          out);
    for (int i = 0; pages_verb(i); i++) each_option(out, pages_verb(i), bash_values);
    fputs("    explain:explain) words='", out);
    pages_words(out, "init");
    pages_words(out, "act");
    fputs("' ;;\n    *) case $verb in\n", out);
    for (int i = 0; pages_verb(i); i++) {
        fprintf(out, "        %s) words='", pages_verb(i)->name);
        each_option(out, pages_verb(i), option_word);
        fputs("' ;;\n", out);
    }
    fputs("        esac ;;\n    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\n"
          "complete -o default -F _alvor alvor\n",
          out);
    fclose(out);
}

void pages_zsh(const char *directory)
{
    FILE *out = pages_open(directory, "_alvor");
    fputs("#compdef alvor\n# zsh completion for alvor; made from its tables.\n"
          "local -a words_here\nif (( CURRENT == 2 )); then\n    words_here=(",
          out);
    verb_names(out);
    fputs("help)\nelse\n    case $words[2]:$words[CURRENT-1] in\n", out);
    for (int i = 0; pages_verb(i); i++)
        for (const cli_option *o = pages_verb(i)->options; o->name; o++) {
            if (!o->value) continue;
            fprintf(out, "    %s:--%s) words_here=(", pages_verb(i)->name, o->name);
            values(out, o);
            fputs(") ;;\n", out);
        }
    fputs("    *) case $words[2] in\n", out);
    for (int i = 0; pages_verb(i); i++) {
        fprintf(out, "        %s) words_here=(", pages_verb(i)->name);
        each_option(out, pages_verb(i), option_word);
        fputs(") ;;\n", out);
    }
    fputs("        esac ;;\n    esac\nfi\ncompadd -- $words_here || _files\n", out);
    fclose(out);
}

/* A help text in single quotes. */
static void quoted(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\') fputc('\\', out);
        fputc(*text, out);
    }
    fputc('\'', out);
}

static void fish_option(FILE *out, const cli_verb *verb, const cli_option *o)
{
    fprintf(out, "complete -c alvor -n '__fish_seen_subcommand_from %s' -l %s", verb->name,
            o->name);
    if (o->letter) fprintf(out, " -s %c", o->letter);
    if (o->value) {
        fputs(" -r -a '", out);
        values(out, o);
        fputc('\'', out);
    }
    fputs(" -d ", out);
    quoted(out, o->help[ALV_EN]);
    fputc('\n', out);
}

void pages_fish(const char *directory)
{
    FILE *out = pages_open(directory, "alvor.fish");
    fputs("# fish completion for alvor; made from its tables.\n", out);
    for (int i = 0; pages_verb(i); i++) {
        fprintf(out, "complete -c alvor -n __fish_use_subcommand -a %s -d ", pages_verb(i)->name);
        quoted(out, pages_verb(i)->summary[ALV_EN]);
        fputc('\n', out);
        each_option(out, pages_verb(i), fish_option);
    }
    fclose(out);
}
