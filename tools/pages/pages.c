/* Writes what an installed alvor brings besides itself, from the tables of the command line, the
 * registry and the activations: manual pages in two languages, completions for three shells.
 *
 *     alvor-pages DIR
 *
 * makes DIR/man1/alvor.1 and alvor-VERB.1, the same in DIR/pt_BR/man1, and DIR/alvor.bash,
 * DIR/_alvor (zsh) and DIR/alvor.fish. */
#include "tools/pages/pages.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const cli_verb *const verbs[] = {
#define VERB(name) &cli_verb_##name,
    CLI_VERBS(VERB)
#undef VERB
        NULL};

const cli_verb *pages_verb(int index)
{
    return verbs[index];
}

void pages_words(FILE *out, const char *option)
{
    static const char *const schemes[] = {"scheme", "init", "bias"};
    for (int i = 0; i < 3; i++)
        if (strcmp(option, schemes[i]) == 0)
            for (int k = 0; k < alv_init_count(); k++) fprintf(out, "%s ", alv_init_at(k)->name);
    if (strcmp(option, "act") == 0)
        for (int k = 0; k < alv_act_count(); k++) fprintf(out, "%s ", alv_act_at(k)->name);
    if (strcmp(option, "data") == 0)
        for (int k = 0; k < alv_source_count(); k++) fprintf(out, "%s ", alv_source_at(k)->name);
}

FILE *pages_open(const char *directory, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST) perror(path);
        *slash = '/';
    }
    FILE *out = fopen(path, "w");
    if (!out) {
        perror(path);
        exit(2);
    }
    return out;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: alvor-pages DIR\n", stderr);
        return 2;
    }
    for (int lang = 0; lang < ALV_LANGS; lang++) {
        pages_manual(argv[1], NULL, (alv_lang)lang);
        for (int i = 0; verbs[i]; i++) pages_manual(argv[1], verbs[i], (alv_lang)lang);
    }
    pages_bash(argv[1]);
    pages_zsh(argv[1]);
    pages_fish(argv[1]);
    return 0;
}
