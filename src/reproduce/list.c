/* The table of experiments. */
#include <string.h>

#include "base/base.h"
#include "reproduce/reproduce.h"

#define ROW(name) &alv_experiment_##name,
static const alv_experiment *const experiments[] = {ALV_EXPERIMENTS(ROW)};
#undef ROW

int alv_experiment_count(void)
{
    return ALV_COUNT(experiments);
}

const alv_experiment *alv_experiment_at(int index)
{
    return index >= 0 && index < ALV_COUNT(experiments) ? experiments[index] : NULL;
}

const alv_experiment *alv_experiment_find(const char *name)
{
    for (int i = 0; i < ALV_COUNT(experiments); i++)
        if (strcmp(experiments[i]->name, name) == 0) return experiments[i];
    return NULL;
}
