/* Findings of a group: the same kind and quantity over all seeds becomes one, with the share of
 * seeds, the median measurement and the union of the layers; sentences come from the rules. */
#include "report/parts.h"

#include <math.h>

#include "lab/stats.h"
#include "verdict/verdict.h"

enum { TEXT_BYTES = 768, MAX_SEEDS = 256 };

static const char *const severity_keys[] = {"info", "warning", "critical"};

typedef struct merged {
    alv_finding finding;
    char quantity[48];
    double measured[MAX_SEEDS];
    int n;
} merged;

static const char finding_sql[] =
    "SELECT f.kind, f.quantity, f.severity, f.layer_lo, f.layer_hi, f.measured, f.threshold "
    "FROM finding f JOIN trial t ON t.id = f.trial "
    "WHERE t.purpose = ?1 AND t.scheme = ?2 AND t.activation = ?3 "
    "ORDER BY f.kind, f.quantity, t.seed";

static int verdict_of(const char *key)
{
    for (int i = 0; i < ALV_VERDICTS; i++)
        if (key && strcmp(alv_verdict_key((alv_verdict)i), key) == 0) return i;
    return -1;
}

static alv_severity severity_of(const char *key)
{
    for (int i = ALV_COUNT(severity_keys) - 1; i > 0; i--)
        if (key && strcmp(severity_keys[i], key) == 0) return (alv_severity)i;
    return ALV_INFO;
}

static json_t *in_languages(const char *(*text)(alv_verdict, alv_lang), alv_verdict kind)
{
    json_t *pair = json_array();
    for (int lang = 0; lang < ALV_LANGS; lang++) {
        const char *words = text(kind, (alv_lang)lang);
        json_array_append_new(pair, report_string(words ? words : ""));
    }
    return pair;
}

static json_t *finding_texts(const alv_finding *finding)
{
    char text[TEXT_BYTES];
    json_t *pair = json_array();
    for (int lang = 0; lang < ALV_LANGS; lang++) {
        alv_finding_text(text, sizeof text, finding, (alv_lang)lang);
        json_array_append_new(pair, report_string(text));
    }
    return pair;
}

static void flush(json_t *list, merged *m)
{
    if (m->n == 0) return;
    alv_finding *f = &m->finding;
    f->measured = alv_stats_quartiles(m->measured, m->n, (double)INFINITY).median;
    f->quantity = m->quantity;
    json_array_append_new(
        list,
        json_pack("{s:s, s:s, s:i, s:i, s:i, s:s, s:o, s:o, s:o, s:o, s:o}", "kind",
                  alv_verdict_key(f->kind), "severity", severity_keys[f->severity], "seeds", m->n,
                  "layer_lo", f->layer_lo, "layer_hi", f->layer_hi, "quantity", f->quantity,
                  "measured", report_number(f->measured), "threshold", report_number(f->threshold),
                  "text", finding_texts(f), "why", in_languages(alv_finding_why, f->kind), "try",
                  in_languages(alv_finding_try, f->kind)));
    m->n = 0;
}

static void begin(merged *m, sqlite3_stmt *statement, int kind)
{
    const char *quantity = (const char *)sqlite3_column_text(statement, 1);
    m->finding = (alv_finding){.kind = (alv_verdict)kind,
                               .layer_lo = sqlite3_column_int(statement, 3),
                               .layer_hi = sqlite3_column_int(statement, 4),
                               .threshold = report_real(statement, 6)};
    alv_text_format(m->quantity, sizeof m->quantity, "%s", quantity ? quantity : "");
}

static void merge(merged *m, sqlite3_stmt *statement)
{
    alv_finding *f = &m->finding;
    int lo = sqlite3_column_int(statement, 3), hi = sqlite3_column_int(statement, 4);
    alv_severity severity = severity_of((const char *)sqlite3_column_text(statement, 2));
    if (severity > f->severity) f->severity = severity;
    if (lo < f->layer_lo) f->layer_lo = lo;
    if (hi > f->layer_hi) f->layer_hi = hi;
    if (m->n < MAX_SEEDS) m->measured[m->n++] = report_real(statement, 5);
}

alv_status report_findings(json_t *entry, const report_run *run, const report_group *group,
                           alv_error *error)
{
    sqlite3_stmt *statement;
    json_t *list = json_array();
    json_object_set_new(entry, "findings", list);
    ALV_TRY(report_query(&statement, run, finding_sql, group, error));
    merged m = {.n = 0};
    bool more;
    alv_status status;
    while ((status = report_step(&more, statement, error)) == ALV_OK && more) {
        int kind = verdict_of((const char *)sqlite3_column_text(statement, 0));
        if (kind < 0) continue; /* a kind of a later version */
        const char *quantity = (const char *)sqlite3_column_text(statement, 1);
        bool same = (int)m.finding.kind == kind && quantity && strcmp(m.quantity, quantity) == 0;
        if (!same) flush(list, &m);
        if (m.n == 0) begin(&m, statement, kind);
        merge(&m, statement);
    }
    sqlite3_finalize(statement);
    if (status == ALV_OK) flush(list, &m);
    return status;
}

/* The words of verdicts and outcomes, for the page's tables. */
json_t *report_words(void)
{
    json_t *verdicts = json_object(), *outcomes = json_object();
    for (int i = 0; i < ALV_VERDICTS; i++)
        json_object_set_new(verdicts, alv_verdict_key((alv_verdict)i),
                            in_languages(alv_verdict_word, (alv_verdict)i));
    for (int i = 0; i < ALV_OUTCOMES; i++) {
        json_t *pair = json_array();
        for (int lang = 0; lang < ALV_LANGS; lang++)
            json_array_append_new(pair,
                                  report_string(alv_outcome_word((alv_outcome)i, (alv_lang)lang)));
        json_object_set_new(outcomes, alv_outcome_key((alv_outcome)i), pair);
    }
    return json_pack("{s:o, s:o}", "verdict", verdicts, "outcome", outcomes);
}
