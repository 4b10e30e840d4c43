/* Reads the schemes that a network fixes: texts in the model, which stands above the registry. */
#include "init/fixed.h"

#include "base/base.h"

bool alv_is_fixed(const alv_model *model, int param)
{
    return model->fixed && param >= 0 && model->fixed[param].scheme;
}

alv_status alv_scheme_fixed(alv_scheme *out, const alv_model *model, int param, alv_error *error)
{
    if (alv_is_fixed(model, param)) return alv_scheme_parse(out, model->fixed[param].scheme, error);
    *out = (alv_scheme){0};
    return ALV_OK;
}
