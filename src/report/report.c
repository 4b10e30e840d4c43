/* Builds the document "alvor.report/1" and writes the page.
 *
 * The document holds what the page shows and no more: quartiles over seeds instead of every
 * curve, medians instead of every layer, numbers to five digits. */
#include "report/report.h"

#include "formats/json_text.h"
#include "io/file.h"
#include "report/page.h"
#include "report/parts.h"

enum { DIGITS = 5 };

typedef alv_status part(json_t *entry, const report_run *run, const report_group *group,
                        alv_error *error);

/* What each purpose shows: comparisons everything, sweeps and mistakes their summaries. */
static part *const whole[] = {alv_report_summary,  alv_report_curves,     alv_report_layers,
                              alv_report_expected, alv_report_histograms, alv_report_findings,
                              alv_report_laws};
static part *const brief[] = {alv_report_summary, alv_report_sigma};

static alv_status group_json(json_t *list, const report_run *run, const report_group *group,
                             alv_error *error)
{
    bool all = strcmp(group->purpose, "compare") == 0;
    json_t *entry = json_object();
    if (!entry) return alv_report_no_memory(error);
    alv_report_append(list, entry);
    alv_report_set(entry, "purpose", alv_report_string(group->purpose));
    alv_report_set(entry, "scheme", alv_report_string(group->scheme));
    alv_report_set(entry, "setting", alv_report_string(group->setting));
    alv_report_set(entry, "activation", alv_report_string(group->activation));
    alv_report_set(entry, "n", json_integer(group->n));
    int n = all ? ALV_COUNT(whole) : ALV_COUNT(brief);
    for (int i = 0; i < n; i++) ALV_TRY((all ? whole[i] : brief[i])(entry, run, group, error));
    return ALV_OK;
}

/* {"relu": {"formula": ..., "forward": 1.4142, "backward": 1.4142}, ...} */
static json_t *activations_json(const report_run *run)
{
    json_t *out = json_object();
    for (int i = 0; i < run->n_groups; i++) {
        alv_act_spec spec;
        alv_gain gain;
        const char *name = run->groups[i].activation;
        if (json_object_get(out, name) || alv_act_parse(&spec, name, NULL) != ALV_OK ||
            alv_act_gain(&gain, spec, NULL) != ALV_OK)
            continue;
        alv_report_set(out, name,
                       json_pack("{s:s, s:f, s:f}", "formula", spec.act ? spec.act->formula : "x",
                                 "forward", gain.forward, "backward", gain.backward));
    }
    return out;
}

static json_t *meta_json(const report_run *run, alv_error *error, alv_status *status)
{
    json_t *meta = json_object();
    sqlite3_stmt *statement;
    bool more = true;
    *status = alv_report_query(
        &statement, run,
        "SELECT key, value FROM meta WHERE key NOT IN ('spec', 'inputs') ORDER BY key", NULL,
        error);
    if (*status != ALV_OK) return meta;
    while ((*status = alv_report_step(&more, statement, error)) == ALV_OK && more) {
        json_t *key = alv_report_text(statement, 0);
        alv_report_set(meta, json_string_value(key), alv_report_text(statement, 1));
        json_decref(key);
    }
    sqlite3_finalize(statement);
    return meta;
}

static alv_status fill_document(json_t *out, const report_run *run, const char *run_dir,
                                alv_lang lang, alv_error *error)
{
    alv_status status;
    json_t *groups = json_array();
    alv_report_set(out, "schema", json_string("alvor.report/1"));
    alv_report_set(out, "version", json_string(ALV_VERSION));
    alv_report_set(out, "lang", json_string(lang == ALV_PT ? "pt" : "en"));
    alv_report_set(out, "spec", json_incref(run->spec));
    alv_report_set(out, "env", json_incref(run->env));
    alv_report_set(out, "spec_text", alv_report_string(run->spec_text));
    alv_report_set(out, "env_text", alv_report_string(run->env_text));
    alv_report_set(out, "meta", meta_json(run, error, &status));
    alv_report_set(out, "classes", json_integer(run->classes));
    alv_report_set(out, "activations", activations_json(run));
    alv_report_set(out, "layer_names", alv_report_names(run));
    alv_report_set(out, "chain", json_boolean(!run->model || alv_model_is_chain(run->model)));
    alv_report_set(out, "unexpected", alv_report_unexpected(run));
    alv_report_set(out, "shapes", alv_report_shapes(run));
    alv_report_set(out, "schemes", alv_report_schemes(run));
    alv_report_set(out, "marks", alv_report_marks(run));
    alv_report_set(out, "words", alv_report_words());
    alv_report_set(out, "forecast", alv_report_forecast());
    alv_report_set(out, "groups", groups);
    ALV_TRY(status);
    for (int i = 0; i < run->n_groups; i++)
        ALV_TRY(group_json(groups, run, &run->groups[i], error));
    if (!alv_report_whole()) return alv_report_no_memory(error); /* the ranking reads it */
    return alv_report_ranking(out, run_dir, error);
}

alv_status alv_report_document(char **out, const char *run_dir, alv_lang lang, alv_error *error)
{
    report_run run;
    json_t *document = json_object();
    alv_status status =
        document ? alv_report_open(&run, run_dir, error) : alv_report_no_memory(error);
    alv_report_whole();
    if (document && status == ALV_OK) status = fill_document(document, &run, run_dir, lang, error);
    if (!alv_report_whole() && status == ALV_OK) status = alv_report_no_memory(error);
    char *text = NULL;
    if (status == ALV_OK)
        text = alv_json_text(document, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
    if (document) alv_report_close(&run);
    json_decref(document);
    ALV_TRY(status);
    if (!text) return alv_report_no_memory(error);
    *out = text;
    return ALV_OK;
}

alv_status alv_report_write(const char *run_dir, const char *html_path, alv_lang lang,
                            alv_error *error)
{
    char path[4096], *document = NULL, *page = NULL;
    size_t size = 0;
    if (!html_path) {
        if (alv_text_format(path, sizeof path, "%s/report.html", run_dir) >= sizeof path)
            return alv_fail(error, ALV_ERR_ARGUMENT, "path", "the path is too long");
        html_path = path;
    }
    ALV_TRY(alv_report_document(&document, run_dir, lang, error));
    alv_status status = alv_report_render(&page, &size, document, lang, error);
    free(document);
    if (status == ALV_OK) status = alv_file_write(html_path, page, size, error);
    free(page);
    return status;
}
