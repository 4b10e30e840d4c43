/* What the files of this room share: the open run, groups of trials, and the parts of the document.
 *
 * A group is the trials of one purpose, scheme and setting: they differ in their seeds only. */
#ifndef ALV_REPORT_PARTS_H
#define ALV_REPORT_PARTS_H

#include <jansson.h>
#include <sqlite3.h>

#include "alvor/alvor.h"
#include "base/base.h"

enum { REPORT_MAX_TARGETS = 4 };

typedef struct report_group {
    char *purpose, *scheme, *setting, *activation;
    int n; /* trials */
} report_group;

typedef struct report_run {
    sqlite3 *db;
    json_t *spec, *env; /* objects; env may be empty */
    char *spec_text, *env_text;
    alv_model *model; /* NULL if the spec's model does not parse */
    report_group *groups;
    int n_groups;
    int64_t classes;
    bool cross_entropy; /* so that ln K is the loss of a random guess */
} report_run;

/* run.c: opens the three files of a run. Close with alv_report_close, also after an error. */
alv_status alv_report_open(report_run *run, const char *dir, alv_error *error);
void alv_report_close(report_run *run);

/* query.c: a statement over the trials of one group (its first three parameters); `sql` selects
 * from trial t with WHERE t.purpose = ?1 AND t.scheme = ?2 AND t.setting = ?3. */
alv_status alv_report_query(sqlite3_stmt **out, const report_run *run, const char *sql,
                            const report_group *group, alv_error *error);
/* *more = a row is there. A corrupt page is ALV_ERR_FORMAT. */
alv_status alv_report_step(bool *more, sqlite3_stmt *statement, alv_error *error);
/* The REAL of a column; NaN where it is NULL. */
double alv_report_real(sqlite3_stmt *statement, int column);
/* The text of a column as UTF-8 whatever its bytes; "" where it is NULL. */
json_t *alv_report_text(sqlite3_stmt *statement, int column);
json_t *alv_report_string(const char *bytes);
/* A JSON number, null where x is not finite. */
json_t *alv_report_number(double x);
alv_status alv_report_no_memory(alv_error *error);
/* json_object_set_new and json_array_append_new, which fail where there is no memory for the value
 * (then it is NULL) or its place. alv_report_whole tells whether none has failed in this thread
 * since it was called last, so that a document never lacks a part silently; until then a value
 * without a place stays alive. */
void alv_report_set(json_t *object, const char *key, json_t *value);
void alv_report_append(json_t *array, json_t *value);
bool alv_report_whole(void);
/* SQLite's message, in printable ASCII: a damaged schema would put its raw bytes on a terminal. */
alv_status alv_report_db_error(alv_status status, sqlite3 *db, alv_error *error);

/* [median, q1, q3] over seeds by the lab's rules (lab/stats.h): a NaN is a measurement that did not
 * survive and sorts as `missing` (+inf for losses, -inf for accuracies), so that a median over
 * seeds never becomes a median over survivors. Null where a quantile falls on a missing one. Sorts
 * values in place. */
json_t *alv_report_quartiles(double *values, int n, double missing);

/* The parts of the document; each is owned by the caller, NULL on error. */
alv_status alv_report_summary(json_t *entry, const report_run *run, const report_group *group,
                              alv_error *error);
alv_status alv_report_curves(json_t *entry, const report_run *run, const report_group *group,
                             alv_error *error);
alv_status alv_report_layers(json_t *entry, const report_run *run, const report_group *group,
                             alv_error *error);
alv_status alv_report_histograms(json_t *entry, const report_run *run, const report_group *group,
                                 alv_error *error);
alv_status alv_report_findings(json_t *entry, const report_run *run, const report_group *group,
                               alv_error *error);
/* expected.c: what theory expects of the layers; reads the entry's own "layers". */
alv_status alv_report_expected(json_t *entry, const report_run *run, const report_group *group,
                               alv_error *error);
/* What is not expected of this network, and why: [{"of": figure or "all", "text": [en, pt]}]. */
json_t *alv_report_unexpected(const report_run *run);
/* theory.c: what the registry predicts for this network. */
alv_status alv_report_laws(json_t *entry, const report_run *run, const report_group *group,
                           alv_error *error);
/* Only the deviation on the most frequent shape. */
alv_status alv_report_sigma(json_t *entry, const report_run *run, const report_group *group,
                            alv_error *error);
/* Of the network's layers, in order. */
json_t *alv_report_names(const report_run *run);
json_t *alv_report_shapes(const report_run *run);
json_t *alv_report_schemes(const report_run *run);
json_t *alv_report_marks(const report_run *run);
json_t *alv_report_words(void);
json_t *alv_report_forecast(void); /* findings.c: {"caveat": [en, pt], "score": [en, pt]} */

/* ranking.c: adds what the lab concludes to the finished document. */
alv_status alv_report_ranking(json_t *document, const char *run_dir, alv_error *error);

#endif
