/* What theory expects of a group's layers before training, for the figures of what was measured. */
#include <math.h>

#include "report/parts.h"
#include "theory/expected.h"

/* Of the probed inputs; NaN where the run is older than these rows. */
static const char inputs_sql[] =
    "SELECT (SELECT CAST(value AS REAL) FROM meta WHERE key = 'input_mean_square'), "
    "(SELECT CAST(value AS REAL) FROM meta WHERE key = 'input_variance') FROM trial t "
    "WHERE t.purpose = ?1 AND t.scheme = ?2 AND t.setting = ?3 LIMIT 1";

static alv_status read_inputs(double *mean_square, double *variance, const report_run *run,
                              const report_group *group, alv_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool more = false;
    *mean_square = *variance = (double)NAN;
    alv_status status = alv_report_query(&statement, run, inputs_sql, group, error);
    if (status == ALV_OK) status = alv_report_step(&more, statement, error);
    if (status == ALV_OK && more) {
        *mean_square = alv_report_real(statement, 0);
        *variance = alv_report_real(statement, 1);
    }
    sqlite3_finalize(statement);
    return status;
}

static alv_status predict(alv_expected *e, const report_run *run, const report_group *group,
                          double mean_square, double variance, alv_error *error)
{
    alv_scheme scheme, bias;
    alv_act_spec act;
    const char *text = json_string_value(json_object_get(run->spec, "bias"));
    ALV_TRY(alv_scheme_parse(&scheme, group->scheme, error));
    ALV_TRY(alv_act_parse(&act, group->activation, error));
    if (text) ALV_TRY(alv_scheme_parse(&bias, text, error));
    return alv_expected_make(e, run->model, act, &scheme, text ? &bias : NULL, mean_square,
                             variance, error);
}

/* {"mid": [...], "lo": [...], "hi": [...]} */
static json_t *bands(const alv_expected *e, bool gradient, double last)
{
    json_t *mid = json_array(), *lo = json_array(), *hi = json_array();
    for (int64_t l = 0; l < e->depth; l++) {
        const alv_expected_band at =
            gradient ? alv_expected_gradient(e, l, last) : alv_expected_signal(e, l);
        alv_report_append(mid, alv_report_number(at.mid));
        alv_report_append(lo, alv_report_number(at.lo));
        alv_report_append(hi, alv_report_number(at.hi));
    }
    return json_pack("{s:o, s:o, s:o}", "mid", mid, "lo", lo, "hi", hi);
}

alv_status alv_report_expected(json_t *entry, const report_run *run, const report_group *group,
                               alv_error *error)
{
    double mean_square, variance;
    json_t *delta = json_array_get(json_object_get(json_object_get(entry, "layers"), "delta_rms"),
                                   0); /* at initialization */
    const size_t depth = json_array_size(delta);
    if (depth < 1 || !run->model) return ALV_OK;
    json_t *last = json_array_get(delta, depth - 1);
    alv_expected e = {0};
    ALV_TRY(read_inputs(&mean_square, &variance, run, group, error));
    alv_status status = predict(&e, run, group, mean_square, variance, error);
    if (status == ALV_OK && (size_t)e.depth == depth) {
        const double end = json_is_number(last) ? json_number_value(last) : (double)NAN;
        json_t *out = json_object();
        alv_report_set(entry, "expected", out);
        alv_report_set(out, "z_std", bands(&e, false, end));
        alv_report_set(out, "delta_rms", bands(&e, true, end));
    }
    alv_expected_free(&e);
    /* Where the theory does not speak, the figure stands without it. */
    return status == ALV_ERR_MEMORY ? status : ALV_OK;
}
