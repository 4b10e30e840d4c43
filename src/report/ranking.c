/* What the lab concludes from the same database: the sentence of the terminal, and how far each
 * group stands behind the best of its setting, paired by seed, and which learning rates were tried.
 */
#include "report/parts.h"

#include "lab/results.h"

static const alv_arm *find_arm(const alv_results *results, const char *scheme, const char *setting)
{
    for (int i = 0; i < results->n_arms; i++)
        if (strcmp(results->arms[i].scheme, scheme) == 0 &&
            strcmp(results->arms[i].setting, setting) == 0)
            return &results->arms[i];
    return NULL;
}

static void set_versus(json_t *entry, const alv_arm *arm)
{
    alv_report_set(entry, "place", json_integer(arm->place));
    alv_report_set(entry, "versus_best",
                   json_pack("{s:b, s:o, s:o, s:o, s:i}", "best", arm->place == 1, "median",
                             alv_report_number(arm->behind.median), "lo",
                             alv_report_number(arm->behind.lo), "hi",
                             alv_report_number(arm->behind.hi), "pairs", arm->behind.n));
}

static json_t *conclusion(const alv_results *results)
{
    json_t *pair = json_array();
    for (int lang = 0; lang < ALV_LANGS; lang++) {
        const size_t size = alv_conclusion_write(NULL, 0, results, (alv_lang)lang) + 1;
        char *text = alv_new_array(size, 1);
        if (text) alv_conclusion_write(text, size, results, (alv_lang)lang);
        alv_report_append(pair, text ? alv_report_string(text) : NULL);
        free(text);
    }
    return pair;
}

/* {"setting": ..., "scheme": ..., "rates": [...], "losses": [...], "best": index or null} */
static json_t *tuning(const alv_tuning *t)
{
    json_t *rates = json_array(), *losses = json_array();
    for (int i = 0; i < t->n; i++) {
        alv_report_append(rates, alv_report_number(t->rates[i]));
        alv_report_append(losses, alv_report_number(t->losses[i]));
    }
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:b, s:i, s:o}", "setting", alv_report_string(t->setting),
        "scheme", alv_report_string(t->scheme), "rates", rates, "losses", losses, "best",
        t->best >= 0 ? json_integer(t->best) : json_null(), "at_edge", alv_tuning_at_edge(t),
        "trials", t->trials, "seconds", alv_report_number(t->seconds));
}

static json_t *tunings(const alv_results *results)
{
    json_t *list = json_array();
    for (int i = 0; i < results->n_tunings; i++)
        alv_report_append(list, tuning(&results->tunings[i]));
    return list;
}

alv_status alv_report_ranking(json_t *document, const char *run_dir, alv_error *error)
{
    alv_results *results;
    size_t i;
    json_t *entry;
    ALV_TRY(alv_results_load(&results, run_dir, error));
    json_array_foreach(json_object_get(document, "groups"), i, entry)
    {
        const char *purpose = json_string_value(json_object_get(entry, "purpose"));
        const alv_arm *arm = find_arm(results, json_string_value(json_object_get(entry, "scheme")),
                                      json_string_value(json_object_get(entry, "setting")));
        if (arm && purpose && strcmp(purpose, "compare") == 0) set_versus(entry, arm);
    }
    alv_report_set(document, "conclusion", conclusion(results));
    alv_report_set(document, "rates", tunings(results));
    alv_report_set(document, "planned", json_integer(results->planned));
    alv_results_free(results);
    return ALV_OK;
}
