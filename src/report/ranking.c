/* What the lab concludes from the same database: the sentence of the terminal, and how far each
 * group stands behind the best of its activation, paired by seed. */
#include "report/parts.h"

#include "lab/results.h"

enum { SENTENCE_BYTES = 4096 };

static const alv_arm *find_arm(const alv_results *results, const char *scheme,
                               const char *activation)
{
    for (int i = 0; i < results->n_arms; i++)
        if (strcmp(results->arms[i].scheme, scheme) == 0 &&
            strcmp(results->arms[i].activation, activation) == 0)
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
    char text[SENTENCE_BYTES];
    json_t *pair = json_array();
    for (int lang = 0; lang < ALV_LANGS; lang++) {
        alv_conclusion_write(text, sizeof text, results, (alv_lang)lang);
        alv_report_append(pair, alv_report_string(text));
    }
    return pair;
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
                                      json_string_value(json_object_get(entry, "activation")));
        if (arm && purpose && strcmp(purpose, "compare") == 0) set_versus(entry, arm);
    }
    alv_report_set(document, "conclusion", conclusion(results));
    alv_report_set(document, "planned", json_integer(results->planned));
    alv_results_free(results);
    return ALV_OK;
}
