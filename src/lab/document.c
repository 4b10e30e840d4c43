/* The results of a run directory as one JSON document, "alvor.compare/1" (docs/formats.md). */
#include <jansson.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/base.h"
#include "lab/file.h"
#include "lab/json.h"
#include "lab/results.h"
#include "lab/statement.h"

/* Trials that diverged have no number here; why stands beside. */
static const char *reason_of(double x)
{
    return isnan(x) ? "not measured" : "a trial that diverged or never arrived counts as infinite";
}

static void write_quartiles(alv_json *json, const char *key, const alv_quartiles *q)
{
    alv_json_open(json, key, '{');
    alv_json_real(json, "median", q->median);
    alv_json_real(json, "q1", q->q1);
    alv_json_real(json, "q3", q->q3);
    alv_json_int(json, "n", q->n);
    alv_json_int(json, "failed", q->failed);
    if (!isfinite(q->median) || !isfinite(q->q1) || !isfinite(q->q3))
        alv_json_string(json, "reason", reason_of(isnan(q->median) ? q->median : (double)INFINITY));
    alv_json_close(json);
}

static void write_finding(alv_json *json, sqlite3_stmt *s)
{
    alv_json_open(json, NULL, '{');
    alv_json_string(json, "kind", (const char *)sqlite3_column_text(s, 0));
    alv_json_string(json, "severity", (const char *)sqlite3_column_text(s, 1));
    alv_json_open(json, "layers", '[');
    alv_json_int(json, NULL, sqlite3_column_int64(s, 2));
    alv_json_int(json, NULL, sqlite3_column_int64(s, 3));
    alv_json_close(json);
    alv_json_string(json, "quantity", (const char *)sqlite3_column_text(s, 4));
    bool measured = sqlite3_column_type(s, 5) != SQLITE_NULL;
    alv_json_real(json, "measured", measured ? sqlite3_column_double(s, 5) : (double)NAN);
    if (!measured) alv_json_string(json, "reason", "not finite");
    alv_json_real(json, "threshold", sqlite3_column_double(s, 6));
    alv_json_close(json);
}

static alv_status write_findings(alv_json *json, sqlite3_stmt *s, int64_t trial, alv_error *error)
{
    int code;
    sqlite3_bind_int64(s, 1, trial);
    alv_json_open(json, "findings", '[');
    while ((code = sqlite3_step(s)) == SQLITE_ROW) write_finding(json, s);
    alv_json_close(json);
    sqlite3_reset(s);
    if (code == SQLITE_DONE) return ALV_OK;
    if (alv_db_no_memory(sqlite3_db_handle(s)))
        return alv_fail(error, ALV_ERR_MEMORY, "run.db", "out of memory");
    return alv_fail(error, ALV_ERR_FORMAT, "run.db", "cannot read findings");
}

static alv_status write_trial(alv_json *json, const alv_trial_row *row, sqlite3_stmt *findings,
                              alv_error *error)
{
    alv_json_open(json, NULL, '{');
    alv_json_string(json, "scheme", row->scheme);
    alv_json_string(json, "setting", row->setting);
    alv_json_string(json, "activation", row->activation);
    alv_json_string(json, "optimizer", row->optimizer);
    alv_json_real(json, "lr", row->lr);
    alv_json_string(json, "schedule", row->schedule);
    alv_json_string(json, "regularizer", row->regularizer);
    alv_json_seed(json, "seed", row->seed);
    alv_json_int(json, "steps", row->steps);
    alv_json_real(json, "initial_loss", row->initial_loss);
    alv_json_real(json, "final_train_loss", row->final_train_loss);
    alv_json_real(json, "final_test_loss", row->final_test_loss);
    alv_json_real(json, "final_test_accuracy", row->final_test_accuracy);
    alv_json_real(json, "forward_gain", row->forward_gain);
    alv_json_real(json, "backward_gain", row->backward_gain);
    alv_json_real(json, "forward_drift", row->forward_drift);
    alv_json_real(json, "backward_drift", row->backward_drift);
    alv_json_string(json, "forecast", row->forecast);
    alv_json_string(json, "outcome", row->outcome);
    alv_json_string(json, "verdict", row->verdict);
    if (row->diverged_at >= 0)
        alv_json_int(json, "diverged_at", row->diverged_at);
    else
        alv_json_null(json, "diverged_at");
    alv_json_real(json, "steps_to_target", row->steps_to_target);
    alv_json_real(json, "seconds", row->seconds);
    alv_json_string(json, "reason", row->reason[0] ? row->reason : NULL);
    alv_status status = write_findings(json, findings, row->id, error);
    alv_json_close(json);
    return status;
}

static alv_status write_trials(alv_json *json, const alv_results *results, const char *directory,
                               alv_error *error)
{
    char path[ALV_MAX_PATH];
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;
    alv_status status = alv_run_path(path, sizeof path, directory, "run.db", error);
    if (status == ALV_OK &&
        (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
         sqlite3_prepare_v2(db,
                            "SELECT kind, severity, layer_lo, layer_hi, quantity, measured,"
                            " threshold FROM finding WHERE trial = ? ORDER BY ordinal",
                            -1, &s, NULL) != SQLITE_OK))
        status = alv_db_no_memory(db)
                     ? alv_fail(error, ALV_ERR_MEMORY, "run.db", "out of memory")
                     : alv_fail(error, ALV_ERR_IO, "run.db", "cannot read %s", path);
    alv_json_open(json, "trials", '[');
    for (int i = 0; status == ALV_OK && i < results->n_trials; i++)
        status = write_trial(json, &results->trials[i], s, error);
    alv_json_close(json);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return status;
}

static void write_arm(alv_json *json, const alv_results *results, const alv_arm *arm)
{
    alv_json_open(json, NULL, '{');
    alv_json_string(json, "scheme", arm->scheme);
    alv_json_string(json, "setting", arm->setting);
    alv_json_string(json, "activation", arm->activation);
    alv_json_real(json, "lr", results->trials[arm->first].lr);
    alv_json_int(json, "n", arm->n);
    alv_json_int(json, "failed", arm->failed);
    alv_json_string(json, "outcome", arm->outcome);
    alv_json_int(json, "outcome_n", arm->outcome_n);
    alv_json_string(json, "verdict", arm->verdict);
    alv_json_int(json, "verdict_n", arm->verdict_n);
    write_quartiles(json, "initial_loss", &arm->initial_loss);
    write_quartiles(json, "final_train_loss", &arm->final_train_loss);
    write_quartiles(json, "final_test_loss", &arm->final_test_loss);
    write_quartiles(json, "final_test_accuracy", &arm->final_test_accuracy);
    write_quartiles(json, "forward_gain", &arm->forward_gain);
    write_quartiles(json, "backward_gain", &arm->backward_gain);
    alv_json_real(json, "target_loss", results->target);
    write_quartiles(json, "steps_to_target", &arm->steps_to_target);
    alv_json_close(json);
}

static void write_rank(alv_json *json, const alv_arm *arm)
{
    const alv_interval *behind = &arm->behind;
    bool whole = isfinite(behind->median) && isfinite(behind->lo) && isfinite(behind->hi);
    alv_json_open(json, NULL, '{');
    alv_json_string(json, "setting", arm->setting);
    alv_json_string(json, "activation", arm->activation);
    alv_json_int(json, "place", arm->place);
    alv_json_string(json, "scheme", arm->scheme);
    alv_json_real(json, "final_train_loss", arm->final_train_loss.median);
    alv_json_real(json, "behind_best", behind->median);
    alv_json_real(json, "lo", behind->lo);
    alv_json_real(json, "hi", behind->hi);
    alv_json_real(json, "confidence", behind->confidence);
    alv_json_int(json, "n", behind->n);
    alv_json_real(json, "steps_ratio", arm->slower.median);
    alv_json_real(json, "steps_ratio_lo", arm->slower.lo);
    alv_json_real(json, "steps_ratio_hi", arm->slower.hi);
    alv_json_string(json, "method", ALV_BOOTSTRAP_METHOD);
    alv_json_int(json, "resamples", ALV_BOOTSTRAP_RESAMPLES);
    if (!whole)
        alv_json_string(json, "reason",
                        behind->n < 2 ? "one pair has no interval" : reason_of(INFINITY));
    alv_json_close(json);
}

/* What was tried for the learning rate of a scheme in a setting. */
static void write_tuning(alv_json *json, const alv_tuning *t)
{
    alv_json_open(json, NULL, '{');
    alv_json_string(json, "setting", t->setting);
    alv_json_string(json, "scheme", t->scheme);
    alv_json_real(json, "lr", t->best >= 0 ? t->rates[t->best] : (double)NAN);
    alv_json_bool(json, "at_edge", alv_tuning_at_edge(t));
    alv_json_open(json, "tried", '[');
    for (int i = 0; i < t->n; i++) {
        alv_json_open(json, NULL, '{');
        alv_json_real(json, "lr", t->rates[i]);
        alv_json_real(json, "validation_loss", t->losses[i]);
        if (!isfinite(t->losses[i])) alv_json_string(json, "reason", "a trial diverged");
        alv_json_close(json);
    }
    alv_json_close(json);
    alv_json_int(json, "trials", t->trials);
    alv_json_real(json, "seconds", t->seconds);
    if (t->best < 0) alv_json_string(json, "reason", "every rate diverged");
    alv_json_close(json);
}

static void write_conclusion(alv_json *json, const alv_results *results)
{
    static const char *const keys[ALV_LANGS] = {[ALV_EN] = "en", [ALV_PT] = "pt"};
    alv_json_open(json, "conclusion", '{');
    for (int lang = 0; lang < ALV_LANGS; lang++) {
        size_t n = alv_conclusion_write(NULL, 0, results, (alv_lang)lang) + 1;
        char *text = alv_new_array(n, 1);
        if (text) alv_conclusion_write(text, n, results, (alv_lang)lang);
        json->failed |= !text;
        alv_json_string(json, keys[lang], text);
        free(text);
    }
    alv_json_close(json);
}

static void write_report_path(alv_json *json, const char *directory)
{
    char path[ALV_MAX_PATH];
    struct stat info;
    bool there = alv_run_path(path, sizeof path, directory, "report.html", NULL) == ALV_OK &&
                 stat(path, &info) == 0;
    alv_json_string(json, "report", there ? path : NULL);
}

alv_status alv_compare_document(char **out, const char *directory, alv_error *error)
{
    alv_results *results;
    alv_json json = {0};
    ALV_TRY(alv_results_load(&results, directory, error));
    alv_json_open(&json, NULL, '{');
    alv_json_string(&json, "schema", "alvor.compare/1");
    alv_json_raw(&json, "spec", results->spec);
    alv_json_int(&json, "planned", results->planned);
    alv_json_real(&json, "chance_loss", results->chance_loss);
    alv_status status = write_trials(&json, results, directory, error);
    alv_json_open(&json, "summary", '[');
    for (int i = 0; i < results->n_arms; i++) write_arm(&json, results, &results->arms[i]);
    alv_json_close(&json);
    alv_json_open(&json, "ranking", '[');
    for (int i = 0; i < results->n_arms; i++)
        write_rank(&json, &results->arms[results->ranking[i]]);
    alv_json_close(&json);
    alv_json_open(&json, "rates", '[');
    for (int i = 0; i < results->n_tunings; i++) write_tuning(&json, &results->tunings[i]);
    alv_json_close(&json);
    write_conclusion(&json, results);
    alv_json_string(&json, "directory", directory);
    write_report_path(&json, directory);
    alv_json_close(&json);
    alv_results_free(results);
    char *text = alv_json_take(&json);
    if (status == ALV_OK && !text)
        status = alv_fail(error, ALV_ERR_MEMORY, "results", "out of memory");
    if (status == ALV_OK)
        *out = text;
    else
        free(text);
    return status;
}
