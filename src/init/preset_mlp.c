/* Multi-layer perceptron: the network of a short text, under the names that alvor trains it by, so
 * that the same seed gives the weights with which `alvor compare` begins.
 *
 * Schemes: He for the rectifiers (He et al. 2015, eq. 10), Xavier for everything else (Glorot &
 * Bengio 2010, eq. 16), and zero biases. The last layer, which no activation follows, is drawn as
 * the hidden ones. */
#include "init/preset.h"

#include "base/base.h"

static alv_status build(alv_weight_plan *plan, const int64_t *sizes, const char *model,
                        alv_error *error)
{
    (void)sizes;
    alv_model *network;
    alv_scheme he, xavier, zeros;
    ALV_TRY(alv_scheme_parse(&he, "he_normal", error));
    ALV_TRY(alv_scheme_parse(&xavier, "xavier_normal", error));
    ALV_TRY(alv_scheme_parse(&zeros, "zeros", error));
    ALV_TRY(alv_model_new(&network, model, NULL, error));
    const alv_act *hidden = network->nodes[0].act.act;
    alv_status status = ALV_OK;
    for (int i = 0; i < network->n_params && status == ALV_OK; i++) {
        const alv_tensor *t = &network->params[i];
        const alv_scheme *weight = hidden && hidden->kink_at_zero ? &he : &xavier;
        status = alv_weight_plan_add(plan, t, t->role == ALV_ROLE_BIAS ? &zeros : weight, error);
    }
    alv_model_free(network);
    return status;
}

const alv_preset alv_preset_mlp = {
    .name = "mlp",
    .summary = {[ALV_EN] = "multi-layer perceptron of a text: model: 784-100x3-10 tanh",
                [ALV_PT] = "perceptron multicamadas de um texto: model: 784-100x3-10 tanh"},
    .names = "alvor's own: fc1.weight, fc1.bias, ...",
    .citation = "He et al. (2015), Delving deep into rectifiers, eq. 10; Glorot & Bengio (2010), "
                "Understanding the difficulty of training deep feedforward neural networks, eq. 16",
    .model = "784-256-128-10 relu",
    .args = {{0}},
    .build = build,
};
