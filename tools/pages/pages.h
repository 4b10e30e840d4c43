/* What the writers of manual pages and completions share. */
#ifndef ALV_PAGES_H
#define ALV_PAGES_H

#include <stdio.h>

#include "cli/args.h"
#include "cli/verbs.h"
#include "data/data.h"

const cli_verb *pages_verb(int index); /* NULL after the last */
/* The names that an option takes, each followed by a space; nothing for one that takes others. */
void pages_words(FILE *out, const char *option);
/* Makes the directories of the name too; ends the program where it cannot. */
FILE *pages_open(const char *directory, const char *name);

void pages_manual(const char *directory, const cli_verb *verb, alv_lang lang); /* NULL: alvor.1 */
void pages_bash(const char *directory);
void pages_zsh(const char *directory);
void pages_fish(const char *directory);

#endif
