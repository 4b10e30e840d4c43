/* Opens a run directory: spec.json, env.json and run.db, each treated as hostile input.
 *
 * The database is opened read-only. A hot journal (the run was killed inside a transaction) needs
 * a writable connection once, to roll the torn transaction back: that is SQLite's recovery and it
 * changes nothing that was committed, so it is tried second. */
#include "report/parts.h"

#include <errno.h>
#include <stdio.h>

#include "formats/json_text.h"
#include "formats/network.h"
#include "lab/store.h"

enum { MAX_JSON_BYTES = 16 << 20 };

static alv_status join(char *out, size_t size, const char *dir, const char *name, alv_error *error)
{
    if (alv_text_format(out, size, "%s/%s", dir, name) >= size)
        return alv_fail(error, ALV_ERR_ARGUMENT, "path", "the path is too long");
    return ALV_OK;
}

static alv_status read_file(char **out, const char *path, const char *name, alv_error *error)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return alv_fail(error, ALV_ERR_IO, name, "cannot open %s: %s; is this a run directory?",
                        path, strerror(errno));
    char *text = alv_new_array(MAX_JSON_BYTES + 1, 1);
    size_t n = text ? fread(text, 1, MAX_JSON_BYTES + 1, file) : 0;
    bool failed = ferror(file) != 0;
    int cause = errno;
    fclose(file);
    if (!text) return alv_report_no_memory(error);
    if (!failed && n <= MAX_JSON_BYTES && !memchr(text, '\0', n)) return *out = text, ALV_OK;
    free(text);
    if (failed) return alv_fail(error, ALV_ERR_IO, name, "cannot read: %s", strerror(cause));
    return alv_fail(error, ALV_ERR_FORMAT, name, "not a JSON text of at most 16 MiB");
}

static alv_status read_object(json_t **out, char **text, const char *dir, const char *name,
                              alv_error *error)
{
    char path[4096];
    ALV_TRY(join(path, sizeof path, dir, name, error));
    ALV_TRY(read_file(text, path, name, error));
    json_error_t why;
    bool lost;
    json_t *object = alv_json_parse(&lost, *text, JSON_REJECT_DUPLICATES, &why);
    if (lost) return alv_report_no_memory(error);
    if (!object)
        return alv_fail_at(error, ALV_ERR_FORMAT, name, why.position, "not valid JSON: %s",
                           why.text);
    if (!json_is_object(object)) {
        json_decref(object);
        return alv_fail(error, ALV_ERR_FORMAT, name, "not a JSON object");
    }
    *out = object;
    return ALV_OK;
}

static bool try_open(sqlite3 **db, const char *path, int flags)
{
    if (sqlite3_open_v2(path, db, flags, NULL) == SQLITE_OK &&
        sqlite3_exec(*db, "SELECT count(*) FROM sqlite_master", NULL, NULL, NULL) == SQLITE_OK)
        return true;
    return false;
}

static alv_status open_database(report_run *run, const char *dir, alv_error *error)
{
    char path[4096];
    ALV_TRY(join(path, sizeof path, dir, "run.db", error));
    if (!try_open(&run->db, path, SQLITE_OPEN_READONLY)) {
        int code = run->db ? sqlite3_errcode(run->db) : SQLITE_NOMEM;
        if (code == SQLITE_CANTOPEN || code == SQLITE_READONLY) {
            sqlite3_close(run->db);
            if (try_open(&run->db, path, SQLITE_OPEN_READWRITE)) return ALV_OK;
            code = run->db ? sqlite3_errcode(run->db) : SQLITE_NOMEM;
        }
        alv_status status =
            code == SQLITE_NOTADB || code == SQLITE_CORRUPT ? ALV_ERR_FORMAT : ALV_ERR_IO;
        return alv_report_db_error(status, run->db, error);
    }
    return ALV_OK;
}

static alv_status check_version(report_run *run, alv_error *error)
{
    sqlite3_stmt *statement;
    bool more = false;
    ALV_TRY(alv_report_query(&statement, run, "PRAGMA user_version", NULL, error));
    alv_status status = alv_report_step(&more, statement, error);
    int version = more ? sqlite3_column_int(statement, 0) : 0;
    sqlite3_finalize(statement);
    ALV_TRY(status);
    if (version == ALV_RUN_FORMAT) return ALV_OK;
    return alv_fail(error, ALV_ERR_FORMAT, "run.db",
                    "its format is version %d and this alvor reads version %d", version,
                    ALV_RUN_FORMAT);
}

static char *copy_text(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    size_t n = text ? strlen(text) : 0;
    char *out = alv_new_array(n + 1, 1);
    if (out && n) memcpy(out, text, n);
    return out;
}

/* Groups in the order in which their first trials were planned: the order of the command line. */
static const char group_sql[] =
    "SELECT purpose, scheme, setting, activation, count(*) FROM trial WHERE purpose <> 'tune' "
    "GROUP BY purpose, scheme, setting, activation ORDER BY purpose, min(id)";

static alv_status append_group(report_run *run, sqlite3_stmt *statement, alv_error *error)
{
    size_t n = (size_t)run->n_groups;
    report_group *grown = realloc(run->groups, (n + 1) * sizeof *grown);
    if (!grown) return alv_report_no_memory(error);
    run->groups = grown;
    report_group *group = &grown[run->n_groups++];
    *group = (report_group){.purpose = copy_text(statement, 0),
                            .scheme = copy_text(statement, 1),
                            .setting = copy_text(statement, 2),
                            .activation = copy_text(statement, 3),
                            .n = sqlite3_column_int(statement, 4)};
    if (!group->purpose || !group->scheme || !group->setting || !group->activation)
        return alv_report_no_memory(error);
    return ALV_OK;
}

static alv_status read_groups(report_run *run, alv_error *error)
{
    sqlite3_stmt *statement;
    bool more = false;
    ALV_TRY(alv_report_query(&statement, run, group_sql, NULL, error));
    alv_status status;
    while ((status = alv_report_step(&more, statement, error)) == ALV_OK && more)
        if ((status = append_group(run, statement, error)) != ALV_OK) break;
    sqlite3_finalize(statement);
    ALV_TRY(status);
    if (run->n_groups == 0)
        return alv_fail(error, ALV_ERR_FORMAT, "run.db", "it holds no finished trial yet");
    return ALV_OK;
}

/* The spec's model text, if this version can read it: the report is complete without it except
 * for what theory predicts. */
static alv_status read_model(report_run *run, alv_error *error)
{
    const char *text = json_string_value(json_object_get(run->spec, "model"));
    const char *network = json_string_value(json_object_get(run->spec, "network"));
    alv_status status = ALV_ERR_FORMAT;
    if (network)
        status =
            alv_network_read(&run->model, NULL, network, strlen(network), "spec.json", NULL, NULL);
    else if (text)
        status = alv_model_new(&run->model, text, NULL, NULL);
    if (status == ALV_ERR_MEMORY) return alv_report_no_memory(error);
    if (status == ALV_OK) run->classes = run->model->outputs;
    const char *loss = json_string_value(json_object_get(run->spec, "loss"));
    run->cross_entropy = !loss || strcmp(loss, "cross_entropy") == 0;
    return ALV_OK;
}

alv_status alv_report_open(report_run *run, const char *dir, alv_error *error)
{
    memset(run, 0, sizeof *run);
    ALV_TRY(open_database(run, dir, error));
    ALV_TRY(check_version(run, error));
    ALV_TRY(read_object(&run->spec, &run->spec_text, dir, "spec.json", error));
    ALV_TRY(read_object(&run->env, &run->env_text, dir, "env.json", error));
    ALV_TRY(read_model(run, error));
    return read_groups(run, error);
}

void alv_report_close(report_run *run)
{
    for (int i = 0; i < run->n_groups; i++) {
        free(run->groups[i].purpose);
        free(run->groups[i].scheme);
        free(run->groups[i].setting);
        free(run->groups[i].activation);
    }
    free(run->groups);
    alv_model_free(run->model);
    json_decref(run->spec);
    json_decref(run->env);
    free(run->spec_text);
    free(run->env_text);
    sqlite3_close(run->db);
}
