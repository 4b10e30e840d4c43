/* Parameter by parameter, as the trainer fills them. */
#include "train/moments.h"

#include "base/base.h"
#include "init/fixed.h"
#include "math/math.h"
#include "theory/weights.h"
#include "train/fill.h"

static alv_status of_weight(alv_drawn *out, bool *independent, const alv_tensor *tensor,
                            const alv_scheme *scheme, alv_error *error)
{
    alv_scheme suited;
    int64_t count;
    double variance;
    ALV_TRY(alv_scheme_for(&suited, scheme, tensor, error));
    ALV_TRY(alv_theory_variance(&variance, &suited, tensor, error));
    ALV_TRY(alv_tensor_count(&count, tensor, error));
    *independent = *independent && suited.init->reach == ALV_REACH_ELEMENT;
    /* As of normal elements; uniform ones differ by less. */
    *out =
        (alv_drawn){.known = true, .square = variance, .noise = count > 0 ? 2 / (double)count : 0};
    return ALV_OK;
}

static alv_status of_bias(alv_drawn *out, const alv_tensor *tensor, const alv_scheme *bias,
                          alv_error *error)
{
    alv_scheme suited;
    int64_t count;
    double mean = 0, variance = 0;
    if (bias) {
        ALV_TRY(alv_scheme_for(&suited, bias, tensor, error));
        ALV_TRY(alv_init_moments(&mean, &variance, &suited, tensor, error));
    }
    const double square = variance + mean * mean, off = 2 * variance + 4 * mean * mean;
    ALV_TRY(alv_tensor_count(&count, tensor, error));
    *out = (alv_drawn){.known = true, .mean = mean, .square = square};
    if (count > 0 && square > 0) /* as of normal elements */
        out->noise = variance * off / (square * square) / (double)count;
    return ALV_OK;
}

/* Gains and shifts begin as the model says, unless it fixes a scheme for them. */
static alv_status of_start(alv_drawn *out, const alv_tensor *tensor, double start,
                           const alv_scheme *own, alv_error *error)
{
    if (own->init) return of_bias(out, tensor, own, error);
    *out = (alv_drawn){.known = true, .mean = start, .square = start * start};
    return ALV_OK;
}

/* One parameter of a node: of a norm or a branch, weights, or biases. */
static alv_status of_param(alv_drawn *moments, bool *independent, const alv_model *model, int param,
                           double start, const alv_scheme *scheme, const alv_scheme *bias,
                           alv_error *error)
{
    alv_scheme own;
    if (param < 0) return ALV_OK;
    const alv_tensor *tensor = &model->params[param];
    ALV_TRY(alv_scheme_fixed(&own, model, param, error));
    if (!alv_isnan(start)) return of_start(&moments[param], tensor, start, &own, error);
    if (tensor->role == ALV_ROLE_WEIGHT)
        return of_weight(&moments[param], independent, tensor, own.init ? &own : scheme, error);
    return of_bias(&moments[param], tensor, own.init ? &own : bias, error);
}

alv_status alv_moments_of(alv_drawn *moments, bool *independent, const alv_model *model,
                          const alv_scheme *scheme, const alv_scheme *bias, alv_error *error)
{
    if (!bias && scheme->init->biases) bias = scheme;
    *independent = true;
    for (int i = 0; i < model->n_nodes; i++) {
        const alv_node *node = &model->nodes[i];
        const bool gain = node->op == ALV_OP_NORM || node->op == ALV_OP_ADD;
        ALV_TRY(of_param(moments, independent, model, node->weight, gain ? node->start : ALV_NAN,
                         scheme, bias, error));
        ALV_TRY(of_param(moments, independent, model, node->bias, gain ? 0 : ALV_NAN, scheme, bias,
                         error));
    }
    return ALV_OK;
}
