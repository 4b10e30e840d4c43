/* Fills what a net holds, with memory for the schemes that look at a whole tensor. */
#include "train/fill.h"

#include "base/base.h"

alv_status alv_scheme_for(alv_scheme *out, const alv_scheme *scheme, const alv_tensor *tensor,
                          alv_error *error)
{
    double mean, variance;
    alv_error ignored;
    const alv_initializer *init = scheme->init;
    const bool suits = !init->gates || tensor->parts[0] > 0;
    if (!init->elsewhere ||
        (suits && alv_init_moments(&mean, &variance, scheme, tensor, &ignored) == ALV_OK)) {
        *out = *scheme;
        return ALV_OK;
    }
    return alv_scheme_parse(out, init->elsewhere, error);
}

alv_status alv_fill_param(void *out, const alv_scheme *scheme, const alv_tensor *tensor,
                          uint64_t seed, alv_error *error)
{
    int64_t count = 0;
    alv_fill how = {0};
    alv_scheme suited;
    ALV_TRY(alv_scheme_for(&suited, scheme, tensor, error));
    scheme = &suited;
    ALV_TRY(alv_tensor_count(&count, tensor, error));
    ALV_TRY(alv_init_scratch(&how.scratch_size, scheme, tensor, error));
    if (how.scratch_size > 0 && !(how.scratch = alv_new_array((size_t)how.scratch_size, 1)))
        return alv_fail(error, ALV_ERR_MEMORY, tensor->name, "no memory for %lld bytes of scratch",
                        how.scratch_size);
    const alv_status status = alv_init_fill(out, 0, count, scheme, tensor, seed, &how, error);
    free(how.scratch);
    return status;
}
