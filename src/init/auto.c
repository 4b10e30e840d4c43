/* The scheme for a tensor about which nobody has said anything but what it is.
 *
 * One rule, from the tables: weights are normal with deviation g / sqrt(fan_in), where g = 1 /
 * sqrt(E f(z)^2) of the activation that follows, so that the mean square of the pre-activations
 * stays what it was (He et al. 2015, section 2.2, for any f; g^2 = 2 for relu, 1 for none). What
 * ends a residual branch is divided by the root of their number: variances of independent branches
 * add, so that all of them together add as much as one. */
#include "init/family.h"

#include "base/base.h"
#include "math/math.h"

static bool is_table(alv_layer layer)
{
    return layer == ALV_LAYER_EMBEDDING || layer == ALV_LAYER_TIED_HEAD;
}

static alv_status gain_of(double *out, const alv_tensor *tensor, bool ends_branch, alv_error *error)
{
    alv_gain gain;
    ALV_TRY(alv_act_gain(&gain, tensor->act, error));
    if (!alv_isfinite(gain.forward) || gain.forward > 1e6)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, tensor->name,
                        "no gain keeps the signal through this activation: it passes nothing on");
    *out = gain.forward;
    if (ends_branch && tensor->depth > 1) *out /= alv_sqrt((double)tensor->depth);
    return ALV_OK;
}

alv_status alv_scheme_auto(alv_scheme *out, const alv_tensor *tensor, bool ends_branch,
                           alv_error *error)
{
    enum { GAIN = 2 }; /* he_normal's argument */
    int64_t count;
    alv_scheme scheme;
    if (!out) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "NULL argument");
    ALV_TRY(alv_tensor_count(&count, tensor, error));
    if (tensor->role == ALV_ROLE_BIAS) return alv_scheme_parse(out, "zeros", error);
    if (tensor->role == ALV_ROLE_GAIN) return alv_scheme_parse(out, "ones", error);
    if (is_table(tensor->layer)) return alv_scheme_parse(out, "embedding_normal", error);
    ALV_TRY(alv_scheme_parse(&scheme, "he_normal", error));
    ALV_TRY(gain_of(&scheme.args[GAIN], tensor, ends_branch, error));
    *out = scheme;
    return ALV_OK;
}
