/* The list of verbs: add a name here and define cli_verb_NAME in cmd_NAME.c. */
#ifndef ALV_CLI_VERBS_H
#define ALV_CLI_VERBS_H

#include "cli/cli.h"

#define CLI_VERBS(VERB)                                                                            \
    VERB(compare)                                                                                  \
    VERB(report)                                                                                   \
    VERB(data)                                                                                     \
    VERB(init)                                                                                     \
    VERB(inspect)                                                                                  \
    VERB(doctor)                                                                                   \
    VERB(list)                                                                                     \
    VERB(explain)                                                                                  \
    VERB(predict)                                                                                  \
    VERB(reproduce)                                                                                \
    VERB(bench)                                                                                    \
    VERB(guide)                                                                                    \
    VERB(lesson)

#define DECLARE(name) extern const cli_verb cli_verb_##name;
CLI_VERBS(DECLARE)
#undef DECLARE

#endif
