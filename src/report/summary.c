/* One group in numbers: quartiles over seeds, counts of outcomes, steps to a target loss.
 *
 * A loss that was lost to divergence counts as +inf, an accuracy as -inf: the median of a group in
 * which most seeds diverged is missing, never the median of the lucky ones. */
#include "report/parts.h"

#include <math.h>

typedef struct measure {
    const char *name;
    double missing;
} measure;

/* In the order of the columns of trial_sql, after the seed and the steps. */
static const measure measures[] = {
    {"initial_loss", (double)INFINITY},    {"final_train_loss", (double)INFINITY},
    {"final_test_loss", (double)INFINITY}, {"final_test_accuracy", -(double)INFINITY},
    {"forward_gain", (double)INFINITY},    {"backward_gain", (double)INFINITY},
    {"forward_drift", (double)INFINITY},   {"backward_drift", (double)INFINITY},
    {"seconds", (double)INFINITY},
};
enum { MEASURES = sizeof measures / sizeof *measures, FIRST_MEASURE = 2, FIRST_TEXT = 11 };

static const char trial_sql[] =
    "SELECT t.seed, t.steps, t.initial_loss, t.final_train_loss, t.final_test_loss, "
    "t.final_test_accuracy, t.forward_gain, t.backward_gain, t.forward_drift, t.backward_drift, "
    "t.seconds, t.forecast, t.outcome, t.verdict, t.reason, t.diverged_at FROM trial t "
    "WHERE t.purpose = ?1 AND t.scheme = ?2 AND t.setting = ?3 ORDER BY t.seed, t.id";

/* {"healthy": 4, "stuck": 1}: adds one to a key. */
static void count_key(json_t *counts, const char *key)
{
    json_int_t n = json_integer_value(json_object_get(counts, key));
    alv_report_set(counts, key, json_integer(n + 1));
}

/* A trial as a row of the page's table: seed, steps, measures, texts, divergence step. Seeds are
 * texts: a 64-bit number does not survive a double. */
static json_t *trial_row(sqlite3_stmt *statement)
{
    char seed[24];
    alv_text_format(seed, sizeof seed, "%llu", (uint64_t)sqlite3_column_int64(statement, 0));
    json_t *row = json_array();
    alv_report_append(row, json_string(seed));
    alv_report_append(row, json_integer(sqlite3_column_int64(statement, 1)));
    for (int i = 0; i < MEASURES; i++)
        alv_report_append(row, alv_report_number(alv_report_real(statement, FIRST_MEASURE + i)));
    for (int i = 0; i < 4; i++) alv_report_append(row, alv_report_text(statement, FIRST_TEXT + i));
    bool diverged = sqlite3_column_type(statement, FIRST_TEXT + 4) != SQLITE_NULL;
    alv_report_append(row, diverged ? json_integer(sqlite3_column_int64(statement, FIRST_TEXT + 4))
                                    : json_null());
    return row;
}

static void count_texts(json_t *entry, sqlite3_stmt *statement)
{
    static const char *const names[] = {"forecasts", "outcomes", "verdicts"};
    for (int i = 0; i < ALV_COUNT(names); i++) {
        json_t *key = alv_report_text(statement, FIRST_TEXT + i);
        count_key(json_object_get(entry, names[i]), json_string_value(key));
        json_decref(key);
    }
}

static alv_status read_trials(json_t *entry, double *values, sqlite3_stmt *statement, int n,
                              alv_error *error)
{
    json_t *trials = json_object_get(entry, "trials");
    bool more;
    for (int row = 0; row < n; row++) {
        ALV_TRY(alv_report_step(&more, statement, error));
        if (!more) break;
        for (int i = 0; i < MEASURES; i++)
            values[i * n + row] = alv_report_real(statement, FIRST_MEASURE + i);
        count_texts(entry, statement);
        alv_report_append(trials, trial_row(statement));
    }
    return ALV_OK;
}

/* The first step at which each seed's training loss is at or below fraction * ln K; null if it
 * never is, or if the trial diverged later. A run without cross-entropy has no such targets. */
static alv_status read_targets(json_t *entry, const report_run *run, const report_group *group,
                               alv_error *error)
{
    static const double fractions[REPORT_MAX_TARGETS] = {0.75, 0.5, 0.25, 0.1};
    static const char sql[] =
        "SELECT (SELECT min(c.step) FROM curve c WHERE c.trial = t.id AND c.train_loss <= ?4 "
        "AND t.diverged_at IS NULL) "
        "FROM trial t WHERE t.purpose = ?1 AND t.scheme = ?2 AND t.setting = ?3 "
        "ORDER BY t.seed, t.id";
    json_t *targets = json_array();
    alv_report_set(entry, "targets", targets);
    if (run->classes < 2 || !run->cross_entropy) return ALV_OK;
    for (int i = 0; i < REPORT_MAX_TARGETS; i++) {
        sqlite3_stmt *statement;
        ALV_TRY(alv_report_query(&statement, run, sql, group, error));
        double target = fractions[i] * log((double)run->classes);
        sqlite3_bind_double(statement, 4, target);
        json_t *steps = json_array();
        bool more;
        alv_status status;
        while ((status = alv_report_step(&more, statement, error)) == ALV_OK && more)
            alv_report_append(steps, alv_report_number(alv_report_real(statement, 0)));
        alv_report_append(targets, json_pack("{s:f, s:f, s:o}", "fraction", fractions[i], "loss",
                                             target, "steps", steps));
        sqlite3_finalize(statement);
        ALV_TRY(status);
    }
    return ALV_OK;
}

alv_status alv_report_summary(json_t *entry, const report_run *run, const report_group *group,
                              alv_error *error)
{
    static const char *const objects[] = {"forecasts", "outcomes", "verdicts", "summary"};
    double *values = alv_new_array((size_t)group->n * MEASURES, sizeof *values);
    sqlite3_stmt *statement = NULL;
    if (!values) return alv_report_no_memory(error);
    for (int i = 0; i < ALV_COUNT(objects); i++) alv_report_set(entry, objects[i], json_object());
    alv_report_set(entry, "trials", json_array());
    alv_status status = alv_report_query(&statement, run, trial_sql, group, error);
    if (status == ALV_OK) status = read_trials(entry, values, statement, group->n, error);
    sqlite3_finalize(statement);
    json_t *summary = json_object_get(entry, "summary");
    for (int i = 0; i < MEASURES && status == ALV_OK; i++)
        alv_report_set(summary, measures[i].name,
                       alv_report_quartiles(values + i * group->n, group->n, measures[i].missing));
    free(values);
    ALV_TRY(status);
    return read_targets(entry, run, group, error);
}
