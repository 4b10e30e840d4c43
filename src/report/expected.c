/* What theory expects of a group's layers before training, for the figures of what was measured. */
#include <math.h>

#include "formats/json_text.h"
#include "formats/network.h"
#include "report/parts.h"
#include "theory/expected.h"
#include "train/moments.h"

/* The moments of the probed inputs; of older runs only two of them. */
static const char inputs_sql[] =
    "SELECT (SELECT CAST(value AS REAL) FROM meta WHERE key = 'input_mean_square'), "
    "(SELECT CAST(value AS REAL) FROM meta WHERE key = 'input_variance'), "
    "(SELECT value FROM meta WHERE key = 'inputs') FROM trial t "
    "WHERE t.purpose = ?1 AND t.scheme = ?2 AND t.setting = ?3 LIMIT 1";

static double real(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

/* {"samples", "mean", "square", "far": [...], "same", "overlap", "end", "lags": [[...], ...]} */
static alv_status read_moments(alv_flow_input *out, double **lags, const json_t *inputs,
                               const alv_model *model)
{
    const json_t *far = json_object_get(inputs, "far"), *of = json_object_get(inputs, "lags");
    const size_t places = json_array_size(of);
    *out = (alv_flow_input){.mean = real(inputs, "mean"),
                            .square = real(inputs, "square"),
                            .same = {real(inputs, "same"), real(inputs, "square")},
                            .overlap = real(inputs, "overlap"),
                            .end = real(inputs, "end"),
                            .samples = json_integer_value(json_object_get(inputs, "samples"))};
    for (size_t k = 0; k < ALV_FAR; k++) {
        out->far[k].product = json_number_value(json_array_get(far, k));
        out->far[k].size =
            json_number_value(json_array_get(json_object_get(inputs, "far_sizes"), k));
        out->sizes[k] = json_number_value(json_array_get(json_object_get(inputs, "sizes"), k));
    }
    const bool finite =
        isfinite(out->mean + out->square + out->same.product) && isfinite(out->overlap + out->end);
    if (json_array_size(far) != ALV_FAR || !finite) return ALV_ERR_FORMAT;
    if (places == 0) return ALV_OK;
    const int64_t all = model->tokens > 0 ? model->inputs : (int64_t)model->height * model->width;
    if (places != (size_t)all) return ALV_ERR_FORMAT;
    *lags = alv_new_array(places, sizeof **lags);
    if (!*lags) return ALV_ERR_MEMORY;
    for (size_t i = 0; i < places; i++) (*lags)[i] = json_number_value(json_array_get(of, i));
    out->lags = *lags;
    return ALV_OK;
}

/* The JSON of a column; NULL where there is none. */
static alv_status read_json(json_t **out, sqlite3_stmt *statement, int column)
{
    json_error_t why;
    bool lost = false;
    if (sqlite3_column_type(statement, column) == SQLITE_NULL) return ALV_OK;
    const char *text = (const char *)sqlite3_column_text(statement, column);
    *out = text ? alv_json_parse(&lost, text, 0, &why) : NULL;
    return *out ? ALV_OK : lost || !text ? ALV_ERR_MEMORY : ALV_ERR_FORMAT;
}

static alv_status read_inputs(alv_flow_input *out, double **lags, const report_run *run,
                              const report_group *group, alv_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool more = false;
    alv_status status = alv_report_query(&statement, run, inputs_sql, group, error);
    if (status == ALV_OK) status = alv_report_step(&more, statement, error);
    if (status == ALV_OK && more) {
        json_t *inputs = NULL;
        status = read_json(&inputs, statement, 2);
        const double square = alv_report_real(statement, 0);
        *out = (alv_flow_input){.square = square, .samples = 1 << 30};
        for (int k = 0; k < ALV_FAR; k++)
            out->same = out->far[k] =
                (alv_pair){square - alv_report_real(statement, 1), out->sizes[k] = square};
        if (inputs) status = read_moments(out, lags, inputs, run->model);
        json_decref(inputs);
    }
    sqlite3_finalize(statement);
    return status;
}

/* The run's model as a group has it: `spec` has the first of the activations that are compared. */
static alv_status model_of(alv_model **out, const report_run *run, const report_group *group,
                           alv_error *error)
{
    const char *text = json_string_value(json_object_get(run->spec, "model"));
    const char *network = json_string_value(json_object_get(run->spec, "network"));
    const char *first =
        json_string_value(json_array_get(json_object_get(run->spec, "activations"), 0));
    const alv_model_hints hints = {.act = first};
    alv_act_spec from, to;
    ALV_TRY(alv_act_parse(&from, first ? first : "", error));
    ALV_TRY(alv_act_parse(&to, group->activation, error));
    if (network)
        ALV_TRY(alv_network_read(out, NULL, network, strlen(network), "spec.json", &hints, error));
    else
        ALV_TRY(alv_model_new(out, text ? text : "", &hints, error));
    for (int i = 0; i < (*out)->n_nodes; i++) {
        alv_act_spec *act = &(*out)->nodes[i].act;
        if (act->act == from.act && act->param == from.param) *act = to;
    }
    for (int i = 0; i < (*out)->n_params; i++) {
        alv_act_spec *act = &(*out)->params[i].act;
        if (act->act == from.act && act->param == from.param) *act = to;
    }
    return ALV_OK;
}

static alv_status predict(alv_expected *e, const alv_model *model, const report_run *run,
                          const report_group *group, const alv_flow_input *input, alv_error *error)
{
    alv_scheme scheme, bias;
    bool independent;
    const char *text = json_string_value(json_object_get(run->spec, "bias"));
    ALV_TRY(alv_scheme_parse(&scheme, group->scheme, error));
    if (text) ALV_TRY(alv_scheme_parse(&bias, text, error));
    alv_drawn *moments = alv_new_array((size_t)model->n_params + 1, sizeof *moments);
    if (!moments) return alv_report_no_memory(error);
    alv_status status =
        alv_moments_of(moments, &independent, model, &scheme, text ? &bias : NULL, error);
    if (status == ALV_OK) status = alv_expected_make(e, model, moments, independent, input, error);
    free(moments);
    return status;
}

/* {"mid": [...], "lo": [...], "hi": [...]}; gradients in units of the last that was measured. */
static json_t *bands(const alv_expected *e, bool gradient, double unit)
{
    json_t *mid = json_array(), *lo = json_array(), *hi = json_array();
    for (int l = 0; l < e->depth; l++) {
        const alv_expected_band at = gradient ? e->layers[l].gradient : e->layers[l].signal;
        alv_report_append(mid, alv_report_number(at.mid * unit));
        alv_report_append(lo, alv_report_number(at.lo * unit));
        alv_report_append(hi, alv_report_number(at.hi * unit));
    }
    return json_pack("{s:o, s:o, s:o}", "mid", mid, "lo", lo, "hi", hi);
}

alv_status alv_report_expected(json_t *entry, const report_run *run, const report_group *group,
                               alv_error *error)
{
    json_t *delta = json_array_get(json_object_get(json_object_get(entry, "layers"), "delta_rms"),
                                   0); /* at initialization */
    const size_t depth = json_array_size(delta);
    if (depth < 1 || !run->model || !alv_expected_speaks(run->model)) return ALV_OK;
    json_t *last = json_array_get(delta, depth - 1);
    alv_flow_input input = {0};
    alv_expected e = {0};
    alv_model *model = NULL;
    double *lags = NULL;
    alv_status status = read_inputs(&input, &lags, run, group, error);
    if (status == ALV_OK) status = model_of(&model, run, group, error);
    if (status == ALV_OK) status = predict(&e, model, run, group, &input, error);
    if (status == ALV_OK && (size_t)e.depth == depth) {
        const double end = json_is_number(last) ? json_number_value(last) : (double)NAN;
        json_t *out = json_object();
        alv_report_set(entry, "expected", out);
        alv_report_set(out, "z_std", bands(&e, false, 1));
        alv_report_set(out, "delta_rms", bands(&e, true, end));
    }
    alv_expected_free(&e);
    alv_model_free(model);
    free(lags);
    /* Where the theory does not speak, the figure stands without it. */
    return status == ALV_ERR_MEMORY ? alv_report_no_memory(error) : ALV_OK;
}

/* Texts of alv_unexpected. */
static const char *const unexpected[ALV_UNEXPECTED_COUNT][ALV_LANGS] = {
    [ALV_UNEXPECTED_WINDOW] =
        {"No lines of theory here: what pooled windows make of the values of nearby places has "
         "not been measured against it.",
         "Aqui não há linhas da teoria: o que o agrupamento de janelas faz dos valores de posições "
         "vizinhas não foi medido contra ela."},
    [ALV_UNEXPECTED_OPERATOR] = {"No lines of theory here: the network has an operator that it "
                                 "does not know.",
                                 "Aqui não há linhas da teoria: a rede tem um operador que ela não "
                                 "conhece."},
    [ALV_UNEXPECTED_POOLED] =
        {"No signal is expected behind the mean of a whole image: how far such means differ hangs "
         "on what distant places share, which the theory does not follow closely enough.",
         "Não se prevê o sinal depois da média de uma imagem inteira: o quanto essas médias "
         "diferem "
         "depende do que posições distantes têm em comum, e isso a teoria não segue de perto o "
         "bastante."},
    [ALV_UNEXPECTED_IMAGES] =
        {"No gradient is expected before the last batch norm of images: each takes off what lies "
         "along its own values, a share that the theory cannot tell.",
         "Não se prevê o gradiente antes da última normalização em lote de imagens: cada uma "
         "retira "
         "o que segue seus próprios valores, uma parte que a teoria não sabe dizer."},
    [ALV_UNEXPECTED_FEW] =
        {"Where a norm would be ruled by its few smallest values, no gradient is expected before "
         "it.",
         "Onde uma normalização seria regida pelos seus poucos menores valores, não se prevê o "
         "gradiente antes dela."},
};

static const char *figure_of(alv_unexpected what)
{
    return what < ALV_UNEXPECTED_POOLED    ? "all"
           : what == ALV_UNEXPECTED_POOLED ? "z_std"
                                           : "delta_rms";
}

json_t *alv_report_unexpected(const report_run *run)
{
    json_t *out = json_array();
    for (int i = 0; run->model && i < ALV_UNEXPECTED_COUNT; i++) {
        const alv_unexpected what = (alv_unexpected)i;
        const bool all = what < ALV_UNEXPECTED_POOLED;
        if (all == alv_expected_speaks(run->model) || !alv_expected_lacks(run->model, what))
            continue;
        json_t *entry = json_object(), *text = json_array();
        for (int lang = 0; lang < ALV_LANGS; lang++)
            alv_report_append(text, alv_report_string(unexpected[what][lang]));
        alv_report_set(entry, "of", json_string(figure_of(what)));
        alv_report_set(entry, "text", text);
        alv_report_append(out, entry);
    }
    return out;
}
