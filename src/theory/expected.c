/* Bands at every layer, read off the signal that is followed through the network (flow.h).
 *
 * Probes measure each unit's deviation over the batch, root mean square over units: the root of the
 * mean square less what rows share. Its logarithm is taken as normal; the maps give the mean of the
 * variance, exp(mean + s^2 / 2) in terms of its log's mean and variance. Gradients are told in
 * units of the last layer's. Nothing is fitted. */
#include "theory/expected.h"

#include "base/base.h"
#include "math/math.h"

/* The deviation of the log of a mean square that is due to taking rows in parts. */
static const double PARTS = 0.01;

static alv_expected_band band(double square, double spread, bool independent)
{
    const double s = alv_max(spread, 0) + PARTS * PARTS, half = 1.959963984540054 * alv_sqrt(s);
    const double mid = alv_sqrt(square < 0 ? 0 : square);
    if (!independent) return (alv_expected_band){mid, ALV_NAN, ALV_NAN};
    return (alv_expected_band){mid, mid * alv_exp(-(s / 2 + half) / 2),
                               mid * alv_exp((half - s / 2) / 2)};
}

static bool is_image(const alv_node *node)
{
    return (int64_t)node->height * node->width > 1;
}

static bool has(const alv_node *node, alv_unexpected what)
{
    const bool pool = node->op == ALV_OP_POOL, window = node->largest || node->kernel > 0;
    switch (what) {
    case ALV_UNEXPECTED_WINDOW:
        return pool && window;
    case ALV_UNEXPECTED_OPERATOR:
        return node->op == ALV_OP_OTHER;
    case ALV_UNEXPECTED_POOLED:
        return pool && !window;
    case ALV_UNEXPECTED_IMAGES:
        return node->norm == ALV_NORM_BATCH && is_image(node);
    case ALV_UNEXPECTED_FEW:
        return node->norm != ALV_NORM_NONE;
    case ALV_UNEXPECTED_COUNT:
        break;
    }
    return false;
}

bool alv_expected_lacks(const alv_model *model, alv_unexpected what)
{
    for (int i = 0; i < model->n_nodes; i++)
        if (has(&model->nodes[i], what)) return true;
    return false;
}

bool alv_expected_speaks(const alv_model *model)
{
    return !alv_expected_lacks(model, ALV_UNEXPECTED_WINDOW) &&
           !alv_expected_lacks(model, ALV_UNEXPECTED_OPERATOR);
}

/* Means of whole images differ by what their places have in common, which is not followed closely
 * enough to tell; nothing after them is. */
static bool is_pooled(const alv_model *model, int end)
{
    for (int i = 0; i <= end; i++)
        if (has(&model->nodes[i], ALV_UNEXPECTED_POOLED)) return true;
    return false;
}

/* What comes back through a batch norm of images loses a share that is not known. */
static bool is_lost(const alv_model *model, int end)
{
    for (int i = end + 1; i < model->n_nodes; i++)
        if (has(&model->nodes[i], ALV_UNEXPECTED_IMAGES)) return true;
    return false;
}

static bool doubts(const alv_flow *flows, int first, int last)
{
    for (int i = first; i <= last; i++)
        if (flows[i].doubtful) return true;
    return false;
}

/* Of tokens, logits of a deviation above 1: the softmax of so many outputs is far from equal
 * chances, and leans to what the last weights make large, which makes gradients larger than told.
 */
static bool is_unequal(const alv_model *model, const alv_flow *flows)
{
    return model->tokens > 0 && !(flows[model->n_nodes - 1].z.square <= 1);
}

static alv_status check(const alv_model *model, const alv_flow_input *input, alv_error *error)
{
    bool fine = input->square > 0 && input->square < ALV_INFINITY && input->samples > 0;
    fine = fine && alv_fabs(input->same.product) <= 1.001 * input->square;
    for (int k = 0; k < ALV_FAR; k++) fine = fine && alv_isfinite(input->far[k].product);
    if (fine && model->n_nodes > 0) return ALV_OK;
    return alv_fail(error, ALV_ERR_ARGUMENT, "inputs", "mean square %g of %lld samples",
                    input->square, input->samples);
}

static void read(alv_expected *out, const alv_model *model, const alv_model_layer *at,
                 const alv_flow *flows, bool independent)
{
    const alv_expected_band none = {ALV_NAN, ALV_NAN, ALV_NAN};
    const alv_level *last = &flows[at[out->depth - 1].end].z;
    for (int l = 0; l < out->depth; l++) {
        const alv_level *z = &flows[at[l].end].z;
        out->layers[l].signal = band(z->square - z->shared, z->spread.own, independent);
        out->layers[l].gradient =
            band(z->back.square / last->back.square, alv_flow_spread_back(z), independent);
        if (is_pooled(model, at[l].end) || doubts(flows, 0, at[l].end))
            out->layers[l].signal = none;
        const bool unequal = l + 1 < out->depth && is_unequal(model, flows);
        if (unequal || is_lost(model, at[l].end) ||
            doubts(flows, at[l].end + 1, model->n_nodes - 1))
            out->layers[l].gradient = none;
    }
}

alv_status alv_expected_make(alv_expected *out, const alv_model *model, const alv_drawn *moments,
                             bool independent, const alv_flow_input *input, alv_error *error)
{
    *out = (alv_expected){0};
    ALV_TRY(check(model, input, error));
    const size_t n = (size_t)model->n_nodes;
    alv_flow *flows = alv_new_array(n, sizeof *flows);
    alv_model_layer *at = alv_new_array(n, sizeof *at);
    out->layers = alv_new_array(n, sizeof *out->layers);
    alv_status status = flows && at && out->layers
                            ? alv_flow_follow(flows, model, moments, input, error)
                            : alv_fail(error, ALV_ERR_MEMORY, "theory", "no memory for %lld nodes",
                                       (int64_t)model->n_nodes);
    if (status == ALV_OK) {
        out->depth = alv_model_layers(at, model);
        read(out, model, at, flows, independent);
    }
    free(flows);
    free(at);
    return status;
}

void alv_expected_free(alv_expected *expected)
{
    free(expected->layers);
    *expected = (alv_expected){0};
}
