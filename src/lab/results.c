/* Reads the trials of a comparison back from run.db. */
#include "lab/results.h"

#include <jansson.h>
#include <math.h>
#include <sqlite3.h>

#include "base/base.h"
#include "formats/json_text.h"
#include "lab/file.h"
#include "lab/statement.h"

static alv_status fail(sqlite3 *db, alv_error *error)
{
    if (alv_db_no_memory(db)) return alv_fail(error, ALV_ERR_MEMORY, "run.db", "out of memory");
    int code = sqlite3_errcode(db);
    alv_status status =
        code == SQLITE_NOTADB || code == SQLITE_CORRUPT ? ALV_ERR_FORMAT : ALV_ERR_IO;
    return alv_fail(error, status, "run.db", "cannot read: %s", sqlite3_errmsg(db));
}

static alv_status no_memory(alv_error *error)
{
    return alv_fail(error, ALV_ERR_MEMORY, "results", "out of memory");
}

/* A run that was killed inside a transaction has a hot journal, which only a connection that may
 * write can roll back: tried second. */
static alv_status open_db(sqlite3 **db, const char *directory, alv_error *error)
{
    static const int ways[] = {SQLITE_OPEN_READONLY, SQLITE_OPEN_READWRITE};
    char path[ALV_MAX_PATH];
    ALV_TRY(alv_run_path(path, sizeof path, directory, "run.db", error));
    for (int i = 0; i < ALV_COUNT(ways); i++) {
        if (sqlite3_open_v2(path, db, ways[i], NULL) == SQLITE_OK &&
            sqlite3_exec(*db, "SELECT count(*) FROM trial", NULL, NULL, NULL) == SQLITE_OK)
            return ALV_OK;
        if (i + 1 == ALV_COUNT(ways) || alv_db_no_memory(*db)) break;
        sqlite3_close(*db);
        *db = NULL;
    }
    return fail(*db, error);
}

static double real(sqlite3_stmt *s, int column)
{
    return sqlite3_column_type(s, column) == SQLITE_NULL ? (double)NAN
                                                         : sqlite3_column_double(s, column);
}

/* "" where it is NULL; false if there is no memory to read it. */
static bool text(char *out, size_t size, sqlite3_stmt *s, int column)
{
    const unsigned char *bytes = sqlite3_column_text(s, column);
    alv_text_format(out, size, "%s", bytes ? (const char *)bytes : "");
    return bytes || !alv_db_no_memory(sqlite3_db_handle(s));
}

static const char trial_sql[] =
    "SELECT id, scheme, activation, seed, steps, initial_loss, final_train_loss, final_test_loss,"
    " final_test_accuracy, forward_gain, backward_gain, forward_drift, backward_drift, forecast,"
    " outcome, verdict, diverged_at, seconds, reason, setting, optimizer, lr, schedule, regularizer"
    " FROM trial WHERE purpose = 'compare' ORDER BY id";

static bool read_trial(alv_trial_row *row, sqlite3_stmt *s)
{
    double *const reals[] = {&row->initial_loss,    &row->final_train_loss,
                             &row->final_test_loss, &row->final_test_accuracy,
                             &row->forward_gain,    &row->backward_gain,
                             &row->forward_drift,   &row->backward_drift};
    *row = (alv_trial_row){.id = sqlite3_column_int64(s, 0),
                           .seed = (uint64_t)sqlite3_column_int64(s, 3),
                           .steps = sqlite3_column_int64(s, 4)};
    bool fine = text(row->scheme, sizeof row->scheme, s, 1) &&
                text(row->activation, sizeof row->activation, s, 2) &&
                text(row->forecast, sizeof row->forecast, s, 13) &&
                text(row->outcome, sizeof row->outcome, s, 14) &&
                text(row->verdict, sizeof row->verdict, s, 15) &&
                text(row->reason, sizeof row->reason, s, 18) &&
                text(row->setting, sizeof row->setting, s, 19) &&
                text(row->optimizer, sizeof row->optimizer, s, 20) &&
                text(row->schedule, sizeof row->schedule, s, 22) &&
                text(row->regularizer, sizeof row->regularizer, s, 23);
    for (int i = 0; i < ALV_COUNT(reals); i++) *reals[i] = real(s, 5 + i);
    row->diverged_at = sqlite3_column_type(s, 16) == SQLITE_NULL ? -1 : sqlite3_column_int64(s, 16);
    row->seconds = real(s, 17);
    row->lr = real(s, 21);
    return fine;
}

static alv_status read_trials(alv_results *out, sqlite3 *db, alv_error *error)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(db, trial_sql, -1, &s, NULL) != SQLITE_OK) return fail(db, error);
    alv_status status = ALV_OK;
    int code, room = 0;
    while (status == ALV_OK && (code = sqlite3_step(s)) == SQLITE_ROW) {
        if (out->n_trials == room) {
            room = 2 * room + 64;
            alv_trial_row *grown = realloc(out->trials, (size_t)room * sizeof *grown);
            if (!grown) status = no_memory(error);
            if (grown) out->trials = grown;
        }
        if (status == ALV_OK && !read_trial(&out->trials[out->n_trials++], s))
            status = no_memory(error);
    }
    if (status == ALV_OK && code != SQLITE_DONE) status = fail(db, error);
    sqlite3_finalize(s);
    return status;
}

/* The curve of one trial: when it reached the target, and ALV_SPARK of its rows. */
static alv_status read_curve(alv_trial_row *row, sqlite3 *db, sqlite3_stmt *s, double target,
                             alv_error *error)
{
    int code, n = 0, room = 0;
    double *losses = NULL;
    alv_status status = ALV_OK;
    row->steps_to_target = INFINITY;
    sqlite3_bind_int64(s, 1, row->id);
    while (status == ALV_OK && (code = sqlite3_step(s)) == SQLITE_ROW) {
        if (n == room) {
            room = 2 * room + 64;
            double *grown = realloc(losses, (size_t)room * sizeof *grown);
            if (!grown) status = no_memory(error);
            if (!grown) break;
            losses = grown;
        }
        losses[n++] = real(s, 1);
        if (losses[n - 1] <= target && isinf(row->steps_to_target))
            row->steps_to_target = real(s, 0);
    }
    if (status == ALV_OK && code != SQLITE_DONE) status = fail(db, error);
    for (int i = 0; i < ALV_SPARK; i++)
        row->spark[i] = n > 0 ? losses[i * (n - 1) / (ALV_SPARK - 1)] : (double)NAN;
    free(losses);
    sqlite3_reset(s);
    return status;
}

static alv_status read_curves(alv_results *out, sqlite3 *db, alv_error *error)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(db, "SELECT step, train_loss FROM curve WHERE trial = ? ORDER BY step",
                           -1, &s, NULL) != SQLITE_OK)
        return fail(db, error);
    alv_status status = ALV_OK;
    for (int i = 0; status == ALV_OK && i < out->n_trials; i++)
        status = read_curve(&out->trials[i], db, s, out->target, error);
    sqlite3_finalize(s);
    return status;
}

/* A version 1 has no settings; its runs are read by the alvor that made them. */
static alv_status check_version(sqlite3 *db, alv_error *error)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &s, NULL) != SQLITE_OK)
        return fail(db, error);
    const int version = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int(s, 0) : 0;
    sqlite3_finalize(s);
    if (version == ALV_RUN_FORMAT) return ALV_OK;
    return alv_fail(error, ALV_ERR_FORMAT, "run.db",
                    "its format is version %d and this alvor reads version %d", version,
                    ALV_RUN_FORMAT);
}

static uint64_t seed_of(const json_t *value) /* as alv_json_seed writes it */
{
    const char *digits = json_string_value(value);
    return digits ? strtoull(digits, NULL, 10) : (uint64_t)json_integer_value(value);
}

/* "fc1.weight he_normal, fc2.weight zeros, ..." */
static void read_fixed(alv_results *out, const json_t *list)
{
    size_t at = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        const char *parameter = json_string_value(json_object_get(one, "parameter"));
        const char *scheme = json_string_value(json_object_get(one, "scheme"));
        if (!parameter || !scheme) continue;
        if (at + strlen(parameter) + strlen(scheme) + 8 > sizeof out->fixed) {
            alv_text_format(out->fixed + at, sizeof out->fixed - at, ", ...");
            break;
        }
        at += alv_text_format(out->fixed + at, sizeof out->fixed - at, at ? ", %s %s" : "%s %s",
                              parameter, scheme);
    }
}

static alv_status read_spec(alv_results *out, sqlite3 *db, alv_error *error)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE key = 'spec'", -1, &s, NULL) !=
        SQLITE_OK)
        return fail(db, error);
    bool there = sqlite3_step(s) == SQLITE_ROW;
    const char *value = there ? (const char *)sqlite3_column_text(s, 0) : NULL;
    bool lost = !value && alv_db_no_memory(db);
    out->spec = value ? alv_new_array(strlen(value) + 1, 1) : NULL;
    lost |= value && !out->spec;
    if (out->spec) memcpy(out->spec, value, strlen(value));
    sqlite3_finalize(s);
    if (lost) return no_memory(error);
    json_error_t why;
    json_t *spec = out->spec ? alv_json_parse(&lost, out->spec, 0, &why) : NULL;
    if (lost) return no_memory(error);
    if (!spec) return alv_fail(error, ALV_ERR_FORMAT, "run.db", "its spec is missing or damaged");
    const json_t *data = json_object_get(spec, "data");
    out->chance_loss = json_number_value(json_object_get(data, "chance_loss"));
    out->target = json_number_value(json_object_get(spec, "target"));
    out->seed = seed_of(json_object_get(spec, "seed"));
    out->planned = (int)(json_array_size(json_object_get(spec, "schemes")) *
                         json_array_size(json_object_get(spec, "activations")) *
                         json_array_size(json_object_get(spec, "recipes"))) *
                   (int)json_integer_value(json_object_get(spec, "seeds"));
    const char *model = json_string_value(json_object_get(spec, "model"));
    const char *stream = json_string_value(json_object_get(spec, "stream"));
    alv_text_format(out->model, sizeof out->model, "%s", model ? model : "");
    alv_text_format(out->stream, sizeof out->stream, "%s", stream ? stream : "");
    read_fixed(out, json_object_get(spec, "fixed"));
    json_decref(spec);
    return ALV_OK;
}

alv_status alv_results_load(alv_results **out, const char *directory, alv_error *error)
{
    sqlite3 *db = NULL;
    alv_results *results = alv_new_array(1, sizeof *results);
    if (!results) return no_memory(error);
    alv_status status = open_db(&db, directory, error);
    if (status == ALV_OK) status = check_version(db, error);
    if (status == ALV_OK) status = read_spec(results, db, error);
    if (status == ALV_OK) status = read_trials(results, db, error);
    if (status == ALV_OK) status = read_curves(results, db, error);
    if (status == ALV_OK)
        status = alv_tunings_load(&results->tunings, &results->n_tunings, db, error);
    sqlite3_close(db);
    if (status == ALV_OK) status = alv_results_summarise(results, error);
    if (status == ALV_OK)
        *out = results;
    else
        alv_results_free(results);
    return status;
}

bool alv_results_hidden(int64_t *width, int64_t *depth, const alv_results *results)
{
    alv_model *model;
    if (alv_model_new(&model, results->model, NULL, NULL) != ALV_OK) return false;
    bool alike = model->n_nodes > 1 && alv_model_is_chain(model);
    *width = model->nodes[0].out;
    *depth = model->n_nodes - 1;
    for (int i = 0; i < model->n_nodes - 1; i++) alike = alike && model->nodes[i].out == *width;
    alv_model_free(model);
    return alike;
}

void alv_results_free(alv_results *results)
{
    if (!results) return;
    free(results->trials);
    free(results->arms);
    free(results->ranking);
    free(results->tunings);
    free(results->spec);
    free(results);
}
