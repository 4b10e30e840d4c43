/* The lab, as experiments use it. */
#include "reproduce/trainings.h"

#include <math.h>
#include <string.h>

#include "base/base.h"
#include "lab/stats.h"

alv_compare alv_trainings_defaults(const char *name)
{
    static _Thread_local char command[96];
    alv_compare what = alv_compare_defaults();
    alv_text_format(command, sizeof command, "alvor reproduce %s", name);
    what.light = true;
    what.extra = false;
    what.command = command;
    return what;
}

alv_status alv_trainings_run(json_t **out, const alv_compare *what, const alv_watch *watch,
                             alv_error *error)
{
    char directory[4096], *text = NULL;
    ALV_TRY(alv_compare_run(directory, sizeof directory, what, watch, error));
    ALV_TRY(alv_compare_document(&text, directory, error));
    *out = json_loads(text, 0, NULL);
    free(text);
    if (*out) return ALV_OK;
    return alv_fail(error, ALV_ERR_FORMAT, directory, "its document is no JSON");
}

static bool is(const json_t *trial, const char *key, const char *text)
{
    const char *value = json_string_value(json_object_get(trial, key));
    return value && strcmp(value, text) == 0;
}

int alv_trainings_values(double *out, int most, const json_t *document, const char *setting,
                         const char *scheme, const char *key)
{
    int n = 0;
    size_t i;
    json_t *trial;
    json_array_foreach(json_object_get(document, "trials"), i, trial)
    {
        if (n == most || !is(trial, "setting", setting) || !is(trial, "scheme", scheme)) continue;
        const json_t *value = json_object_get(trial, key);
        out[n++] = json_is_number(value) ? json_number_value(value) : (double)INFINITY;
    }
    return n;
}

double alv_trainings_median(double *values, int n)
{
    return alv_stats_quartiles(values, n, (double)INFINITY).median;
}
