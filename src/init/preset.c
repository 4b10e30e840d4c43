/* The table of presets: finds one, checks its sizes, and lets it append its rows. */
#include "init/preset.h"

#include "base/base.h"

static const alv_preset *const presets[] = {
#define ADDRESS(name) &alv_preset_##name,
    ALV_PRESETS(ADDRESS)
#undef ADDRESS
};

int alv_preset_count(void)
{
    return ALV_COUNT(presets);
}

const alv_preset *alv_preset_at(int index)
{
    return index >= 0 && index < ALV_COUNT(presets) ? presets[index] : NULL;
}

const alv_preset *alv_preset_find(const char *name)
{
    for (int i = 0; name && i < ALV_COUNT(presets); i++)
        if (strcmp(presets[i]->name, name) == 0) return presets[i];
    return NULL;
}

alv_status alv_preset_rows(alv_weight_plan *plan, const alv_preset_row *rows, int n, int64_t index,
                           int64_t branches, alv_error *error)
{
    for (int i = 0; i < n; i++) {
        const alv_preset_row *row = &rows[i];
        alv_tensor tensor = {
            .layout = row->layout, .layer = row->layer, .head = row->head, .depth = (int)branches};
        alv_scheme scheme;
        while (tensor.rank < ALV_COUNT(row->shape) && row->shape[tensor.rank] > 0) {
            tensor.shape[tensor.rank] = row->shape[tensor.rank];
            tensor.rank++;
        }
        memcpy(tensor.parts, row->parts, sizeof row->parts);
        if (row->bias_of > 0) tensor.role = ALV_ROLE_BIAS, tensor.fan_in = (double)row->bias_of;
        alv_text_format(tensor.name, sizeof tensor.name, row->name, index);
        ALV_TRY(alv_scheme_parse(&scheme, row->scheme, error));
        ALV_TRY(alv_weight_plan_add(plan, &tensor, &scheme, error));
    }
    return ALV_OK;
}

/* Fills in the defaults and checks the bounds. */
static alv_status read_sizes(int64_t *out, const alv_preset *preset, const int64_t *sizes,
                             alv_error *error)
{
    for (int i = 0; i < ALV_MAX_PRESET_ARGS && preset->args[i].name; i++) {
        const alv_preset_arg *arg = &preset->args[i];
        out[i] = sizes && sizes[i] ? sizes[i] : arg->value;
        if (out[i] == arg->value) continue;
        if (out[i] < arg->lo || out[i] > arg->hi)
            return alv_fail(error, ALV_ERR_RANGE, arg->name,
                            "%s: %s = %lld is outside [%lld, %lld]", preset->name, arg->name,
                            out[i], arg->lo, arg->hi);
    }
    return ALV_OK;
}

alv_status alv_weight_plan_preset(alv_weight_plan *plan, const alv_preset *preset,
                                  const int64_t *sizes, const char *model, alv_error *error)
{
    int64_t values[ALV_MAX_PRESET_ARGS] = {0};
    if (!plan || !preset) return alv_fail(error, ALV_ERR_ARGUMENT, "preset", "NULL argument");
    if (model && !preset->model)
        return alv_fail(error, ALV_ERR_ARGUMENT, "model",
                        "preset %s takes sizes, not the text of a model", preset->name);
    ALV_TRY(read_sizes(values, preset, sizes, error));
    int64_t n = plan->n;
    alv_status status = preset->build(plan, values, model ? model : preset->model, error);
    if (status != ALV_OK) plan->n = n;
    return status;
}
