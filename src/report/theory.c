/* What the registry predicts for this network: laws of the weights, formulas, marks on the scale.
 *
 * Everything here is computed from the spec's model and the schemes' texts; where either does not
 * parse (a run of another version) the part is left out and the report says less. */
#include "report/parts.h"

#include <math.h>

#include "init/fixed.h"
#include "model/build.h"
#include "train/fill.h"

enum { DENSITY_POINTS = 81, MAX_SHAPES = 16 };

/* Distinct weights of the model, by shape and by the scheme that it fixes for them, in order of
 * first appearance. */
typedef struct shapes {
    int n;
    int param[MAX_SHAPES];
} shapes;

/* "" where the schemes compared decide. */
static const char *fixed_of(const alv_model *model, int param)
{
    return alv_is_fixed(model, param) ? model->fixed[param].scheme : "";
}

static bool same_shape(const alv_model *model, int a, int b)
{
    const alv_tensor *x = &model->params[a], *y = &model->params[b];
    return x->rank == y->rank && strcmp(fixed_of(model, a), fixed_of(model, b)) == 0 &&
           memcmp(x->shape, y->shape, (size_t)x->rank * sizeof *x->shape) == 0 &&
           (x->act.act == NULL) == (y->act.act == NULL);
}

static int shape_index(shapes *list, const alv_model *model, int param)
{
    for (int i = 0; i < list->n; i++)
        if (same_shape(model, list->param[i], param)) return i;
    if (list->n == MAX_SHAPES) return -1;
    list->param[list->n] = param;
    return list->n++;
}

static shapes distinct_shapes(const alv_model *model)
{
    shapes list = {0};
    for (int i = 0; i < model->n_nodes; i++)
        if (model->nodes[i].op == ALV_OP_WEIGHTS) shape_index(&list, model, model->nodes[i].weight);
    return list;
}

static json_t *layers_of_shape(const report_run *run, shapes *list, int index)
{
    json_t *layers = json_array();
    int layer = 0;
    for (int i = 0; i < run->model->n_nodes; i++) {
        if (run->model->nodes[i].op != ALV_OP_WEIGHTS) continue;
        if (shape_index(list, run->model, run->model->nodes[i].weight) == index)
            alv_report_append(layers, json_integer(layer));
        layer++;
    }
    return layers;
}

json_t *alv_report_shapes(const report_run *run)
{
    json_t *out = json_array();
    if (!run->model) return out;
    shapes list = distinct_shapes(run->model);
    for (int i = 0; i < list.n; i++) {
        double fan_in = 0, fan_out = 0;
        if (alv_tensor_fans(&fan_in, &fan_out, &run->model->params[list.param[i]], NULL) != ALV_OK)
            continue;
        const char *fixed = fixed_of(run->model, list.param[i]);
        json_t *shape = json_pack("{s:f, s:f, s:o}", "fan_in", fan_in, "fan_out", fan_out, "layers",
                                  layers_of_shape(run, &list, i));
        if (*fixed) alv_report_set(shape, "fixed", alv_report_string(fixed));
        alv_report_append(out, shape);
    }
    return out;
}

json_t *alv_report_names(const report_run *run)
{
    json_t *out = json_array();
    for (int i = 0; run->model && i < run->model->n_nodes; i++) {
        char name[ALV_MAX_NAME];
        if (run->model->nodes[i].op != ALV_OP_WEIGHTS) continue;
        alv_model_layer_name(name, run->model, i);
        alv_report_append(out, alv_report_string(name));
    }
    return out;
}

/* The shape that most layers have, of those that the schemes compared fill: what one number for the
 * whole network is computed for. */
static int common_shape(const report_run *run, shapes *list)
{
    int best = 0;
    size_t most = 0;
    for (int i = 0; i < list->n; i++) {
        json_t *layers = layers_of_shape(run, list, i);
        const bool ours = !alv_is_fixed(run->model, list->param[i]);
        if (ours && json_array_size(layers) > most) most = json_array_size(layers), best = i;
        json_decref(layers);
    }
    return best;
}

/* `scheme` and a weight of the model, with the group's activation after hidden layers. */
static bool request_of(alv_scheme *parsed, alv_tensor *tensor, const report_run *run, int param,
                       const char *scheme, const char *activation)
{
    alv_scheme whole;
    *tensor = run->model->params[param];
    bool hidden = param != run->model->nodes[run->model->n_nodes - 1].weight;
    if (hidden && activation && alv_act_parse(&tensor->act, activation, NULL) != ALV_OK)
        return false;
    if (alv_is_fixed(run->model, param))
        return alv_scheme_fixed(parsed, run->model, param, NULL) == ALV_OK;
    return alv_scheme_parse(&whole, scheme, NULL) == ALV_OK &&
           alv_scheme_for(parsed, &whole, tensor, NULL) == ALV_OK;
}

/* The law of a scheme on a weight of the model, where it has one. */
static bool law_of(alv_dist *law, const report_run *run, int param, const char *scheme,
                   const char *activation)
{
    alv_scheme parsed;
    alv_tensor tensor;
    return request_of(&parsed, &tensor, run, param, scheme, activation) &&
           alv_init_law(law, &parsed, &tensor, NULL) == ALV_OK;
}

/* The predicted deviation of the elements, for any scheme. */
static bool sigma_of(double *sigma, const report_run *run, int param, const char *scheme,
                     const char *activation)
{
    alv_scheme parsed;
    alv_tensor tensor;
    double mean, variance;
    if (!request_of(&parsed, &tensor, run, param, scheme, activation) ||
        alv_init_moments(&mean, &variance, &parsed, &tensor, NULL) != ALV_OK)
        return false;
    *sigma = sqrt(variance);
    return true;
}

/* The density at DENSITY_POINTS equally spaced points of [from, to], ends included. */
static json_t *density(const alv_dist *law, double from, double to)
{
    json_t *y = json_array();
    for (int i = 0; i < DENSITY_POINTS; i++) {
        double x = from + (to - from) * i / (DENSITY_POINTS - 1);
        alv_report_append(y, alv_report_number(alv_dist_pdf(law, x)));
    }
    return json_pack("{s:f, s:f, s:o}", "lo", from, "hi", to, "y", y);
}

static json_t *law_json(const alv_dist *law)
{
    double sd = sqrt(alv_dist_variance(law));
    double mean = alv_dist_mean(law);
    bool bounded = law->kind == ALV_DIST_UNIFORM || law->kind == ALV_DIST_TRUNCATED_NORMAL;
    json_t *out =
        json_pack("{s:s, s:f, s:f}", "kind", alv_dist_name(law->kind), "mean", mean, "sd", sd);
    if (bounded) {
        alv_report_set(out, "lo", alv_report_number(law->lo));
        alv_report_set(out, "hi", alv_report_number(law->hi));
    }
    if (law->kind != ALV_DIST_CONSTANT && sd > 0)
        alv_report_set(
            out, "pdf",
            density(law, bounded ? law->lo : mean - 4 * sd, bounded ? law->hi : mean + 4 * sd));
    return out;
}

alv_status alv_report_laws(json_t *entry, const report_run *run, const report_group *group,
                           alv_error *error)
{
    json_t *laws = json_array();
    alv_report_set(entry, "laws", laws);
    if (!run->model) return ALV_OK;
    shapes list = distinct_shapes(run->model);
    for (int i = 0; i < list.n; i++) {
        alv_dist law;
        bool known = law_of(&law, run, list.param[i], group->scheme, group->activation);
        alv_report_append(laws, known ? law_json(&law) : json_null());
    }
    return alv_report_sigma(entry, run, group, error);
}

alv_status alv_report_sigma(json_t *entry, const report_run *run, const report_group *group,
                            alv_error *error)
{
    (void)error;
    if (!run->model) return ALV_OK;
    double sigma;
    shapes list = distinct_shapes(run->model);
    if (list.n == 0) return ALV_OK;
    int param = list.param[common_shape(run, &list)];
    if (sigma_of(&sigma, run, param, group->scheme, group->activation))
        alv_report_set(entry, "sigma", alv_report_number(sigma));
    return ALV_OK;
}

static json_t *pair(const char *const text[ALV_LANGS])
{
    json_t *out = json_array();
    for (int lang = 0; lang < ALV_LANGS; lang++)
        alv_report_append(out, alv_report_string(text[lang] ? text[lang] : ""));
    return out;
}

static void set_string(json_t *object, const char *key, const char *text)
{
    alv_report_set(object, key, alv_report_string(text ? text : ""));
}

static json_t *scheme_json(const alv_initializer *init)
{
    json_t *out = json_object();
    set_string(out, "name", init->name);
    set_string(out, "formula", init->formula);
    set_string(out, "density", init->density);
    set_string(out, "citation", init->citation);
    set_string(out, "pytorch", init->pytorch);
    alv_report_set(out, "summary", pair(init->summary));
    alv_report_set(out, "when", pair(init->when));
    alv_report_set(out, "dangers", pair(init->dangers));
    return out;
}

/* What the registry says of every scheme that the run compares, by the scheme's text. */
json_t *alv_report_schemes(const report_run *run)
{
    json_t *out = json_object();
    for (int i = 0; i < run->n_groups; i++) {
        alv_scheme scheme;
        const report_group *group = &run->groups[i];
        if (alv_scheme_parse(&scheme, group->scheme, NULL) != ALV_OK) continue;
        if (!json_object_get(out, group->scheme))
            alv_report_set(out, group->scheme, scheme_json(scheme.init));
    }
    return out;
}

/* The deviations that the classical schemes give the common shape, by activation. */
json_t *alv_report_marks(const report_run *run)
{
    static const char *const names[] = {"lecun_normal", "xavier_normal", "he_normal"};
    json_t *out = json_array();
    if (!run->model) return out;
    shapes list = distinct_shapes(run->model);
    for (int i = 0; i < ALV_COUNT(names); i++) {
        double sigma;
        if (sigma_of(&sigma, run, list.param[common_shape(run, &list)], names[i], NULL))
            alv_report_append(out, json_pack("{s:s, s:f}", "scheme", names[i], "sigma", sigma));
    }
    return out;
}
