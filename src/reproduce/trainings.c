/* The lab, as experiments use it. */
#include "reproduce/trainings.h"

#include <math.h>
#include <sqlite3.h>
#include <string.h>

#include "base/base.h"
#include "lab/file.h"
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
    if (!*out) return alv_fail(error, ALV_ERR_FORMAT, directory, "its document is no JSON");
    json_object_set_new(*out, "directory", json_string(directory));
    return ALV_OK;
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

alv_status alv_trainings_draw(alv_outcome *out, int panel, int series, const json_t *document,
                              const char *setting, const char *scheme, const char *column,
                              alv_error *error)
{
    char path[ALV_MAX_PATH], sql[256];
    const char *directory = json_string_value(json_object_get(document, "directory"));
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;
    int code = SQLITE_ERROR;
    alv_text_format(path, sizeof path, "%s/run.db", directory ? directory : "");
    alv_text_format(sql, sizeof sql,
                    "SELECT step, avg(%s) FROM curve JOIN trial ON trial = id WHERE setting = ?1 "
                    "AND scheme = ?2 AND purpose = 'compare' GROUP BY step ORDER BY step",
                    column);
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_text(s, 1, setting, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 2, scheme, -1, SQLITE_STATIC);
        while ((code = sqlite3_step(s)) == SQLITE_ROW)
            alv_draw(out, panel, series, sqlite3_column_double(s, 0), sqlite3_column_double(s, 1));
    }
    sqlite3_finalize(s);
    sqlite3_close(db);
    if (code == SQLITE_DONE) return ALV_OK;
    return alv_fail(error, ALV_ERR_IO, path, "cannot read its curves");
}

double alv_trainings_median(double *values, int n)
{
    return alv_stats_quartiles(values, n, (double)INFINITY).median;
}
