/* Rows of run.db as JSON: hostile bytes become valid UTF-8, what is not finite becomes null. */
#include "report/parts.h"

#include <math.h>

#include "lab/statement.h"
#include "lab/stats.h"

alv_status alv_report_no_memory(alv_error *error)
{
    return alv_fail(error, ALV_ERR_MEMORY, "report", "out of memory");
}

/* Values that found no place, in this thread, since alv_report_whole asked last. Who made them may
 * still fill them, so they live until then; so many allocations do not fail one by one that more
 * than MOST_LOST matter, and those leak. */
enum { MOST_LOST = 256 };
static _Thread_local json_t *lost[MOST_LOST];
static _Thread_local int n_lost;

static void lose(json_t *value)
{
    if (n_lost < MOST_LOST) lost[n_lost++] = value;
}

bool alv_report_whole(void)
{
    bool whole = n_lost == 0;
    while (n_lost > 0) json_decref(lost[--n_lost]);
    return whole;
}

void alv_report_set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set(object, key, value) == 0)
        json_decref(value);
    else
        lose(value);
}

void alv_report_append(json_t *array, json_t *value)
{
    if (json_array_append(array, value) == 0)
        json_decref(value);
    else
        lose(value);
}

alv_status alv_report_db_error(alv_status status, sqlite3 *db, alv_error *error)
{
    char text[160];
    if (alv_db_no_memory(db)) return alv_report_no_memory(error);
    alv_text_format(text, sizeof text, "%s", sqlite3_errmsg(db));
    for (char *p = text; *p; p++)
        if (*p < ' ' || *p > '~') *p = '?';
    return alv_fail(error, status, "run.db", "cannot read: %s", text);
}

alv_status alv_report_query(sqlite3_stmt **out, const report_run *run, const char *sql,
                            const report_group *group, alv_error *error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(run->db, sql, -1, &statement, NULL) != SQLITE_OK)
        return alv_report_db_error(ALV_ERR_FORMAT, run->db, error);
    if (group) {
        const char *keys[] = {group->purpose, group->scheme, group->setting};
        for (int i = 0; i < ALV_COUNT(keys); i++)
            sqlite3_bind_text(statement, i + 1, keys[i], -1, SQLITE_STATIC);
    }
    *out = statement;
    return ALV_OK;
}

alv_status alv_report_step(bool *more, sqlite3_stmt *statement, alv_error *error)
{
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return alv_report_db_error(ALV_ERR_FORMAT, sqlite3_db_handle(statement), error);
    *more = code == SQLITE_ROW;
    return ALV_OK;
}

double alv_report_real(sqlite3_stmt *statement, int column)
{
    if (sqlite3_column_type(statement, column) == SQLITE_NULL) return (double)NAN;
    return sqlite3_column_double(statement, column);
}

json_t *alv_report_number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

json_t *alv_report_string(const char *bytes)
{
    json_t *text = json_string(bytes);
    if (!text) text = json_string(bytes); /* refused twice, it is not for one failed allocation */
    if (text) return text;
    /* Not UTF-8: keep what is ASCII, so that a person can still recognise the name. */
    size_t n = strlen(bytes);
    char *ascii = alv_new_array(n + 1, 1);
    if (!ascii) return NULL;
    for (size_t i = 0; i < n; i++) ascii[i] = (bytes[i] & 0x80) ? '?' : bytes[i];
    text = json_string(ascii);
    free(ascii);
    return text;
}

json_t *alv_report_text(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    if (!text && alv_db_no_memory(sqlite3_db_handle(statement))) return NULL;
    return alv_report_string(text ? (const char *)text : "");
}

json_t *alv_report_quartiles(double *values, int n, double missing)
{
    alv_quartiles q = alv_stats_quartiles(values, n, missing);
    return json_pack("[o, o, o]", alv_report_number(q.median), alv_report_number(q.q1),
                     alv_report_number(q.q3));
}
