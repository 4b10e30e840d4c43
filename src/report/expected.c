/* What theory expects of a group's layers before training, for the figures of what was measured.
 *
 * Probes measure z_std, each unit's deviation over the batch: in mean-field terms q (1 - c), the
 * mean square less what all samples share. The inputs' share is their mean square less their
 * variance; from there the correlation map takes c up, one typical pair standing for all. Gradients
 * are those of the last layer, as measured, times the products of chi. Nothing is fitted. */
#include <math.h>

#include "alvor/theory.h"
#include "report/parts.h"
#include "theory/weights.h"

typedef struct expected {
    alv_mean_field_layer *layers; /* (depth) */
    double *shared;               /* (depth) c */
    int64_t depth;
    bool independent; /* weights, so that the intervals hold */
    double last;      /* rms of the last layer's gradient, measured */
} expected;

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

/* False where the theory does not speak of the biases. */
static bool bias_of(double *variance, const report_run *run, const alv_scheme *scheme, int param)
{
    alv_scheme bias;
    *variance = 0;
    if (param < 0) return true;
    const char *text = json_string_value(json_object_get(run->spec, "bias"));
    if (!text && !scheme->init->biases) return true;
    if (text && alv_scheme_parse(&bias, text, NULL) != ALV_OK) return false;
    return alv_theory_variance(variance, text ? &bias : scheme, &run->model->params[param], NULL) ==
           ALV_OK;
}

static bool describe(alv_mean_field_layer *out, const report_run *run, const report_group *group,
                     const alv_scheme *scheme, const alv_node *node, bool last)
{
    double variance, bias;
    alv_act_spec act = {0};
    if (!last && alv_act_parse(&act, group->activation, NULL) != ALV_OK) return false;
    alv_tensor weight = run->model->params[node->weight];
    weight.act = act;
    if (alv_theory_variance(&variance, scheme, &weight, NULL) != ALV_OK ||
        !bias_of(&bias, run, scheme, node->bias))
        return false;
    *out = (alv_mean_field_layer){
        .net = {.act = act, .weight_variance = (double)node->in * variance, .bias_variance = bias},
        .width = node->out};
    return true;
}

static bool predict(expected *e, const report_run *run, const report_group *group,
                    double mean_square, double variance)
{
    alv_scheme scheme;
    if (alv_scheme_parse(&scheme, group->scheme, NULL) != ALV_OK) return false;
    e->independent = scheme.init->reach == ALV_REACH_ELEMENT;
    int64_t l = 0;
    for (int i = 0; i < run->model->n_nodes; i++) {
        const alv_node *node = &run->model->nodes[i];
        if (node->weight < 0) continue;
        if (!describe(&e->layers[l], run, group, &scheme, node, l + 1 == e->depth)) return false;
        l++;
    }
    if (alv_mean_field_layers(e->layers, e->depth, mean_square, NULL) != ALV_OK) return false;
    const double c = fmax(0, (mean_square - variance) / mean_square);
    return alv_mean_field_correlations(e->shared, e->layers, e->depth, mean_square, c, NULL) ==
           ALV_OK;
}

/* {"mid": [...], "lo": [...], "hi": [...]}: roots of mean squares times a factor for each layer. */
static json_t *band(const expected *e, bool gradient)
{
    json_t *mid = json_array(), *lo = json_array(), *hi = json_array();
    const double none = (double)NAN;
    for (int64_t l = 0; l < e->depth; l++) {
        const alv_mean_field_layer *at = &e->layers[l];
        const double factor = gradient ? e->last : sqrt(1 - e->shared[l]);
        const double low = gradient ? at->gradient_lo : at->q_lo;
        const double high = gradient ? at->gradient_hi : at->q_hi;
        alv_report_append(mid, alv_report_number(factor * sqrt(gradient ? at->gradient : at->q)));
        alv_report_append(lo, alv_report_number(e->independent ? factor * sqrt(low) : none));
        alv_report_append(hi, alv_report_number(e->independent ? factor * sqrt(high) : none));
    }
    return json_pack("{s:o, s:o, s:o}", "mid", mid, "lo", lo, "hi", hi);
}

static int64_t depth_of(const report_run *run)
{
    int64_t depth = 0;
    for (int i = 0; run->model && i < run->model->n_nodes; i++)
        depth += run->model->nodes[i].weight >= 0;
    return depth;
}

alv_status alv_report_expected(json_t *entry, const report_run *run, const report_group *group,
                               alv_error *error)
{
    double mean_square, variance;
    json_t *delta = json_array_get(json_object_get(json_object_get(entry, "layers"), "delta_rms"),
                                   0); /* at initialization */
    expected e = {.depth = depth_of(run)};
    if (e.depth < 1 || !alv_model_is_chain(run->model) || json_array_size(delta) != (size_t)e.depth)
        return ALV_OK;
    json_t *last = json_array_get(delta, (size_t)e.depth - 1);
    e.last = json_is_number(last) ? json_number_value(last) : (double)NAN;
    ALV_TRY(read_inputs(&mean_square, &variance, run, group, error));
    if (!(mean_square > 0 && variance >= 0 && variance <= mean_square * 1.001)) return ALV_OK;
    e.layers = alv_new_array((size_t)e.depth, sizeof *e.layers);
    e.shared = alv_new_array((size_t)e.depth, sizeof *e.shared);
    alv_status status = e.layers && e.shared ? ALV_OK : alv_report_no_memory(error);
    if (status == ALV_OK && predict(&e, run, group, mean_square, variance)) {
        json_t *out = json_object();
        alv_report_set(entry, "expected", out);
        alv_report_set(out, "z_std", band(&e, false));
        alv_report_set(out, "delta_rms", band(&e, true));
    }
    free(e.layers);
    free(e.shared);
    return status;
}
