/* Histograms of one seed: the first trial of the group that has any, at its first and last step. */
#include "report/parts.h"

enum { BINS = 64 };

static const char histogram_sql[] =
    "WITH chosen AS (SELECT min(h.trial) AS trial FROM histogram h JOIN trial t ON t.id = h.trial "
    "WHERE t.purpose = ?1 AND t.scheme = ?2 AND t.setting = ?3), "
    "ends AS (SELECT min(step) AS first, max(step) AS last FROM histogram, chosen "
    "WHERE histogram.trial = chosen.trial) "
    "SELECT h.step, h.layer, h.kind, h.lo, h.hi, h.nonfinite, h.counts "
    "FROM histogram h, chosen, ends WHERE h.trial = chosen.trial "
    "AND (h.step = ends.first OR h.step = ends.last) "
    "AND h.kind IN ('weight', 'act') "
    "ORDER BY h.kind, h.step, h.layer";

static uint32_t little_endian(const unsigned char *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* The counts between the first and the last bin that is not empty, and how many were skipped. */
static json_t *counts_array(const unsigned char *blob, int *skipped)
{
    int first = 0, last = BINS - 1;
    while (first < last && little_endian(blob + 4 * first) == 0) first++;
    while (last > first && little_endian(blob + 4 * last) == 0) last--;
    json_t *counts = json_array();
    for (int i = first; i <= last; i++)
        alv_report_append(counts, json_integer(little_endian(blob + 4 * i)));
    *skipped = first;
    return counts;
}

static alv_status histogram_row(json_t *list, sqlite3_stmt *statement, alv_error *error)
{
    const unsigned char *blob = sqlite3_column_blob(statement, 6);
    if (!blob || sqlite3_column_bytes(statement, 6) != 4 * BINS)
        return alv_fail(error, ALV_ERR_FORMAT, "run.db", "a histogram does not have %d counts",
                        (int)BINS);
    int skipped;
    json_t *counts = counts_array(blob, &skipped);
    json_t *row = json_pack(
        "{s:I, s:I, s:o, s:o, s:o, s:I, s:i, s:o}", "step",
        (json_int_t)sqlite3_column_int64(statement, 0), "layer",
        (json_int_t)sqlite3_column_int64(statement, 1), "kind", alv_report_text(statement, 2), "lo",
        alv_report_number(alv_report_real(statement, 3)), "hi",
        alv_report_number(alv_report_real(statement, 4)), "nonfinite",
        (json_int_t)sqlite3_column_int64(statement, 5), "skip", skipped, "counts", counts);
    if (!row) return alv_report_no_memory(error);
    alv_report_append(list, row);
    return ALV_OK;
}

alv_status alv_report_histograms(json_t *entry, const report_run *run, const report_group *group,
                                 alv_error *error)
{
    sqlite3_stmt *statement;
    json_t *list = json_array();
    alv_report_set(entry, "histograms", list);
    ALV_TRY(alv_report_query(&statement, run, histogram_sql, group, error));
    bool more;
    alv_status status;
    while ((status = alv_report_step(&more, statement, error)) == ALV_OK && more)
        if ((status = histogram_row(list, statement, error)) != ALV_OK) break;
    sqlite3_finalize(statement);
    return status;
}
