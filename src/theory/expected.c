/* Down a chain with its own weights, biases and widths.
 *
 * Probes measure each unit's deviation over the batch: in mean-field terms q (1 - c), the mean
 * square less what all samples share. The inputs' share is their mean square less their variance;
 * from there the correlation map takes c up, one typical pair standing for all. Gradients are those
 * of the last layer times the products of chi. Nothing is fitted. */
#include "theory/expected.h"

#include "base/base.h"
#include "init/fixed.h"
#include "math/math.h"
#include "theory/weights.h"

static alv_status describe(alv_mean_field_layer *out, const alv_model *model, const alv_node *node,
                           alv_act_spec act, const alv_scheme *scheme, const alv_scheme *bias,
                           alv_error *error)
{
    double weights, biases = 0;
    alv_scheme own, own_bias;
    alv_tensor tensor = model->params[node->weight];
    tensor.act = act;
    ALV_TRY(alv_scheme_fixed(&own, model, node->weight, error));
    ALV_TRY(alv_scheme_fixed(&own_bias, model, node->bias, error));
    ALV_TRY(alv_theory_variance(&weights, own.init ? &own : scheme, &tensor, error));
    if (!bias && scheme->init->biases) bias = scheme;
    if (own_bias.init) bias = &own_bias;
    if (bias && node->bias >= 0)
        ALV_TRY(alv_theory_variance(&biases, bias, &model->params[node->bias], error));
    *out = (alv_mean_field_layer){
        .net = {.act = act, .weight_variance = (double)node->in * weights, .bias_variance = biases},
        .width = node->out};
    return ALV_OK;
}

/* Whether all weights are drawn one by one. */
static bool are_independent(const alv_model *model, const alv_scheme *scheme)
{
    bool all = true;
    for (int i = 0; i < model->n_nodes; i++) {
        alv_scheme own = {0};
        if (alv_scheme_fixed(&own, model, model->nodes[i].weight, NULL) != ALV_OK) return false;
        all = all && (own.init ? own.init : scheme->init)->reach == ALV_REACH_ELEMENT;
    }
    return all;
}

static alv_status describe_all(alv_expected *e, const alv_model *model, alv_act_spec act,
                               const alv_scheme *scheme, const alv_scheme *bias, alv_error *error)
{
    const alv_act_spec none = {0};
    int64_t l = 0;
    for (int i = 0; i < model->n_nodes; i++) {
        const alv_node *node = &model->nodes[i];
        if (node->weight < 0) continue;
        const bool last = l + 1 == e->depth;
        ALV_TRY(describe(&e->layers[l++], model, node, last ? none : act, scheme, bias, error));
    }
    return ALV_OK;
}

static alv_status check(const alv_model *model, double mean_square, double variance,
                        alv_error *error)
{
    if (!alv_model_is_chain(model))
        return alv_fail(error, ALV_ERR_ARGUMENT, "model", "not a chain of dense layers");
    if (mean_square > 0 && variance >= 0 && variance <= mean_square * 1.001) return ALV_OK;
    return alv_fail(error, ALV_ERR_ARGUMENT, "inputs", "mean square %g, variance %g", mean_square,
                    variance);
}

alv_status alv_expected_make(alv_expected *out, const alv_model *model, alv_act_spec act,
                             const alv_scheme *scheme, const alv_scheme *bias, double mean_square,
                             double variance, alv_error *error)
{
    *out = (alv_expected){.independent = are_independent(model, scheme)};
    ALV_TRY(check(model, mean_square, variance, error));
    for (int i = 0; i < model->n_nodes; i++) out->depth += model->nodes[i].weight >= 0;
    out->layers = alv_new_array((size_t)out->depth, sizeof *out->layers);
    out->shared = alv_new_array((size_t)out->depth, sizeof *out->shared);
    if (!out->layers || !out->shared)
        return alv_fail(error, ALV_ERR_MEMORY, "theory", "no memory for %lld layers", out->depth);
    ALV_TRY(describe_all(out, model, act, scheme, bias, error));
    ALV_TRY(alv_mean_field_layers(out->layers, out->depth, mean_square, error));
    const double c = variance < mean_square ? (mean_square - variance) / mean_square : 0;
    return alv_mean_field_correlations(out->shared, out->layers, out->depth, mean_square, c, error);
}

void alv_expected_free(alv_expected *expected)
{
    free(expected->layers);
    free(expected->shared);
    *expected = (alv_expected){0};
}

static alv_expected_band band(const alv_expected *e, double mid, double lo, double hi,
                              double factor)
{
    return (alv_expected_band){.mid = factor * alv_sqrt(mid),
                               .lo = e->independent ? factor * alv_sqrt(lo) : ALV_NAN,
                               .hi = e->independent ? factor * alv_sqrt(hi) : ALV_NAN};
}

alv_expected_band alv_expected_signal(const alv_expected *e, int64_t layer)
{
    const alv_mean_field_layer *at = &e->layers[layer];
    return band(e, at->q, at->q_lo, at->q_hi, alv_sqrt(1 - e->shared[layer]));
}

alv_expected_band alv_expected_gradient(const alv_expected *e, int64_t layer, double last)
{
    const alv_mean_field_layer *at = &e->layers[layer];
    return band(e, at->gradient, at->gradient_lo, at->gradient_hi, last);
}
