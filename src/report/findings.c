/* Findings of a group: the same kind, severity and quantity over all seeds becomes one, with the
 * number of seeds, the median measurement and the union of the layers; sentences come from the
 * rules. Severities are never joined: each has a bound of its own, and a median over both could lie
 * on the wrong side of either. */
#include "report/parts.h"

#include <math.h>

#include "lab/stats.h"
#include "verdict/score.h"
#include "verdict/verdict.h"

enum { TEXT_BYTES = 768, MAX_SEEDS = 256 };

typedef struct merged {
    alv_finding finding;
    char quantity[48];
    double measured[MAX_SEEDS];
    int n;
} merged;

static const char finding_sql[] =
    "SELECT f.quantity, f.layer_lo, f.layer_hi, f.measured, f.threshold "
    "FROM finding f JOIN trial t ON t.id = f.trial "
    "WHERE t.purpose = ?1 AND t.scheme = ?2 AND t.setting = ?3 AND f.kind = ?4 "
    "AND f.severity = ?5 ORDER BY f.quantity, t.seed, f.ordinal";

static json_t *in_languages(const char *(*text)(alv_verdict, alv_lang), alv_verdict kind)
{
    json_t *pair = json_array();
    for (int lang = 0; lang < ALV_LANGS; lang++) {
        const char *words = text(kind, (alv_lang)lang);
        alv_report_append(pair, alv_report_string(words ? words : ""));
    }
    return pair;
}

static json_t *finding_texts(const alv_finding *finding, const alv_model *model)
{
    char text[TEXT_BYTES];
    json_t *pair = json_array();
    for (int lang = 0; lang < ALV_LANGS; lang++) {
        alv_finding_text_in(text, sizeof text, finding, model, (alv_lang)lang);
        alv_report_append(pair, alv_report_string(text));
    }
    return pair;
}

static void flush(json_t *list, merged *m, const alv_model *model)
{
    if (m->n == 0) return;
    alv_finding *f = &m->finding;
    f->measured = alv_stats_quartiles(m->measured, m->n, (double)INFINITY).median;
    f->quantity = m->quantity;
    alv_report_append(
        list, json_pack("{s:s, s:s, s:i, s:i, s:i, s:s, s:o, s:o, s:o, s:o, s:o}", "kind",
                        alv_verdict_key(f->kind), "severity", alv_severity_key(f->severity),
                        "seeds", m->n, "layer_lo", f->layer_lo, "layer_hi", f->layer_hi, "quantity",
                        f->quantity, "measured", alv_report_number(f->measured), "threshold",
                        alv_report_number(f->threshold), "text", finding_texts(f, model), "why",
                        in_languages(alv_finding_why, f->kind), "try",
                        in_languages(alv_finding_try, f->kind)));
    m->n = 0;
}

static void begin(merged *m, sqlite3_stmt *statement, alv_verdict kind, alv_severity severity)
{
    const char *quantity = (const char *)sqlite3_column_text(statement, 0);
    m->finding = (alv_finding){.kind = kind,
                               .severity = severity,
                               .layer_lo = sqlite3_column_int(statement, 1),
                               .layer_hi = sqlite3_column_int(statement, 2),
                               .threshold = alv_report_real(statement, 4)};
    alv_text_format(m->quantity, sizeof m->quantity, "%s", quantity ? quantity : "");
}

static void merge(merged *m, sqlite3_stmt *statement)
{
    alv_finding *f = &m->finding;
    int lo = sqlite3_column_int(statement, 1), hi = sqlite3_column_int(statement, 2);
    if (lo < f->layer_lo) f->layer_lo = lo;
    if (hi > f->layer_hi) f->layer_hi = hi;
    if (m->n < MAX_SEEDS) m->measured[m->n++] = alv_report_real(statement, 3);
}

static alv_status read_findings(json_t *list, const alv_model *model, sqlite3_stmt *statement,
                                alv_verdict kind, alv_severity severity, alv_error *error)
{
    merged m = {.n = 0};
    bool more;
    for (;;) {
        ALV_TRY(alv_report_step(&more, statement, error));
        if (!more) break;
        const char *quantity = (const char *)sqlite3_column_text(statement, 0);
        if (!quantity || strcmp(m.quantity, quantity) != 0) flush(list, &m, model);
        if (m.n == 0) begin(&m, statement, kind, severity);
        merge(&m, statement);
    }
    flush(list, &m, model);
    return ALV_OK;
}

/* By the verdicts' priority, the severest first; kinds of a later version are left out. */
alv_status alv_report_findings(json_t *entry, const report_run *run, const report_group *group,
                               alv_error *error)
{
    sqlite3_stmt *statement;
    json_t *list = json_array();
    alv_report_set(entry, "findings", list);
    ALV_TRY(alv_report_query(&statement, run, finding_sql, group, error));
    alv_status status = ALV_OK;
    for (int i = 0; i < ALV_VERDICTS * ALV_SEVERITIES && status == ALV_OK; i++) {
        alv_verdict kind = (alv_verdict)(i / ALV_SEVERITIES);
        alv_severity severity = (alv_severity)(ALV_CRITICAL - i % ALV_SEVERITIES);
        sqlite3_reset(statement);
        sqlite3_bind_text(statement, 4, alv_verdict_key(kind), -1, SQLITE_STATIC);
        sqlite3_bind_text(statement, 5, alv_severity_key(severity), -1, SQLITE_STATIC);
        status = read_findings(list, run->model, statement, kind, severity, error);
    }
    sqlite3_finalize(statement);
    return status;
}

/* For whom the forecast speaks, and how often it was wrong where that was counted. */
json_t *alv_report_forecast(void)
{
    char text[TEXT_BYTES];
    json_t *caveat = json_array(), *score = json_array();
    for (int lang = 0; lang < ALV_LANGS; lang++) {
        alv_score_text(text, sizeof text, (alv_lang)lang);
        alv_report_append(score, alv_report_string(text));
        alv_report_append(caveat, alv_report_string(alv_forecast_caveat((alv_lang)lang)));
    }
    return json_pack("{s:o, s:o}", "caveat", caveat, "score", score);
}

/* The words of verdicts, by priority, and of outcomes, for the page's tables. */
json_t *alv_report_words(void)
{
    json_t *verdicts = json_object(), *outcomes = json_object();
    for (int i = 0; i < ALV_VERDICTS; i++)
        alv_report_set(verdicts, alv_verdict_key((alv_verdict)i),
                       in_languages(alv_verdict_word, (alv_verdict)i));
    for (int i = 0; i < ALV_OUTCOMES; i++) {
        json_t *pair = json_array();
        for (int lang = 0; lang < ALV_LANGS; lang++)
            alv_report_append(pair,
                              alv_report_string(alv_outcome_word((alv_outcome)i, (alv_lang)lang)));
        alv_report_set(outcomes, alv_outcome_key((alv_outcome)i), pair);
    }
    return json_pack("{s:o, s:o}", "verdict", verdicts, "outcome", outcomes);
}
