/* First weights as PyTorch draws them: constructors first, then schemes, layer by layer. */
#include "train/follow.h"

#include "base/base.h"
#include "train/fill.h"

static bool has_weights(const alv_node *node)
{
    return node->op == ALV_OP_WEIGHTS && node->weight >= 0;
}

/* What a layer is called where PyTorch draws it otherwise; NULL: it draws nothing, or what a dense
 * layer or a convolution draws. */
static const char *draws_otherwise(const alv_node *node, const alv_model *model)
{
    switch (node->op) {
    case ALV_OP_EMBED:
        return "an embedding";
    case ALV_OP_ATTEND:
        return "attention";
    case ALV_OP_LSTM:
        return "an LSTM";
    case ALV_OP_OTHER:
        return node->what;
    default:
        break;
    }
    if (!has_weights(node)) return NULL;
    const bool plain = node->kind == ALV_LAYER_DENSE || node->kind == ALV_LAYER_CONV;
    return plain && model->params[node->weight].parts[0] == 0 ? NULL : "fused or transposed layers";
}

alv_status alv_follow_check_model(const alv_compat *profile, const alv_model *model,
                                  alv_error *error)
{
    if (!profile->modules)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, "stream",
                        "trainings follow PyTorch's streams (torch, torch@1.13, ...), and %s has "
                        "no order in which a network is drawn",
                        profile->name);
    if (model->fixed)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, "stream",
                        "the network fixes schemes of parameters ('init' or 'params' in its file), "
                        "and %s draws all layers by one: leave --stream out, or those keys",
                        profile->name);
    for (int i = 0; i < model->n_nodes; i++) {
        const char *what = draws_otherwise(&model->nodes[i], model);
        if (what)
            return alv_fail(error, ALV_ERR_UNSUPPORTED, "stream",
                            "%s is followed through dense layers and convolutions, and this "
                            "network has %s: leave --stream out, or take an mlp, conv or resnet",
                            profile->name, what);
    }
    return ALV_OK;
}

static alv_status law_of(alv_dist *law, const alv_scheme *scheme, const alv_tensor *tensor,
                         const alv_compat *profile, alv_error *error)
{
    alv_scheme suited;
    alv_error why;
    ALV_TRY(alv_scheme_for(&suited, scheme, tensor, error));
    const alv_status status = alv_init_law(law, &suited, tensor, &why);
    if ((status == ALV_OK && suited.init->needs_data) || status == ALV_ERR_UNSUPPORTED)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, "stream",
                        "%s is drawn element by element by no function of torch.nn.init, so that "
                        "%s cannot give its weights: take uniform, normal, xavier, he or another "
                        "scheme with one density, or leave --stream out",
                        suited.init->name, profile->name);
    if (status != ALV_OK && error) *error = why;
    return status;
}

static alv_status draw_law(float *out, int64_t n, const alv_dist *law, alv_compat_rng *rng,
                           alv_error *error)
{
    switch (law->kind) {
    case ALV_DIST_CONSTANT:
        for (int64_t i = 0; i < n; i++) out[i] = (float)law->mean;
        return ALV_OK;
    case ALV_DIST_UNIFORM:
        return alv_compat_uniform(out, ALV_F32, n, law->lo, law->hi, rng, error);
    case ALV_DIST_NORMAL:
        return alv_compat_normal(out, ALV_F32, n, law->mean, law->std, rng, error);
    case ALV_DIST_TRUNCATED_NORMAL:
        return alv_compat_truncated(out, ALV_F32, n, law->mean, law->std, law->lo, law->hi, rng,
                                    error);
    }
    return ALV_OK;
}

/* Whatever refuses the whole tensor refuses one element of it. */
alv_status alv_follow_check_scheme(const alv_compat *profile, const alv_scheme *scheme,
                                   const alv_tensor *tensor, alv_error *error)
{
    alv_dist law;
    alv_compat_rng rng;
    float one[1];
    ALV_TRY(law_of(&law, scheme, tensor, profile, error));
    ALV_TRY(alv_compat_seed(&rng, profile, 0, error));
    return draw_law(one, 1, &law, &rng, error);
}

static alv_status draw(float *out, const alv_scheme *scheme, const alv_tensor *tensor,
                       alv_compat_rng *rng, alv_error *error)
{
    alv_dist law;
    int64_t n;
    ALV_TRY(law_of(&law, scheme, tensor, rng->profile, error));
    ALV_TRY(alv_tensor_count(&n, tensor, error));
    return draw_law(out, n, &law, rng, error);
}

/* Weight and bias of every layer in turn; NULL: left as they are. */
static alv_status pass(alv_net_f32 *net, const alv_model *model, const alv_scheme *weights,
                       const alv_scheme *biases, alv_compat_rng *rng, alv_error *error)
{
    for (int i = 0; i < model->n_nodes; i++) {
        const alv_node *node = &model->nodes[i];
        if (!has_weights(node)) continue;
        if (weights)
            ALV_TRY(draw(alv_net_weight_f32(net, i), weights, &model->params[node->weight], rng,
                         error));
        if (biases && node->bias >= 0)
            ALV_TRY(draw(alv_net_bias_f32(net, i), biases, &model->params[node->bias], rng, error));
    }
    return ALV_OK;
}

alv_status alv_follow_fill(alv_net_f32 *net, const alv_model *model, const alv_scheme *weights,
                           const alv_scheme *biases, alv_compat_rng *rng, alv_error *error)
{
    alv_scheme constructed;
    ALV_TRY(alv_scheme_parse(&constructed, "torch_default", error));
    ALV_TRY(alv_follow_check_model(rng->profile, model, error));
    ALV_TRY(pass(net, model, &constructed, &constructed, rng, error));
    return pass(net, model, weights->init == constructed.init ? NULL : weights,
                biases && biases->init == constructed.init ? NULL : biases, rng, error);
}
