/* Networks from their short texts, and dense chains printed back. */
#include "model/family.h"

#include "base/base.h"

alv_status alv_model_new(alv_model **out, const char *text, const alv_model_hints *hints,
                         alv_error *error)
{
    alv_family family;
    if (!out || !text) return alv_fail(error, ALV_ERR_ARGUMENT, "model", "NULL argument");
    ALV_TRY(alv_family_parse(&family, text, hints, error));
    return alv_family_build(out, &family, error);
}

void alv_model_free(alv_model *model)
{
    if (!model) return;
    for (int i = 0; model->fixed && i < model->n_params; i++) free(model->fixed[i].scheme);
    free(model->fixed);
    free(model->nodes);
    free(model->params);
    free(model);
}

/* Appends to out, counting also what does not fit. */
static void append(char *out, size_t size, size_t *length, const char *text)
{
    if (*length < size) alv_text_format(out + *length, size - *length, "%s", text);
    *length += strlen(text);
}

/* Writes as much of the text as fits and returns the length of all of it. */
static size_t print(char *out, size_t size, const alv_model *model, const char *act)
{
    char part[ALV_MAX_NAME];
    size_t length = 0;
    alv_text_format(part, sizeof part, "mlp %lld", model->inputs);
    append(out, size, &length, part);
    int last = model->n_nodes - 1;
    for (int i = 0, next; i <= last; i = next) {
        for (next = i + 1; next < last && model->nodes[next].out == model->nodes[i].out;) next++;
        alv_text_format(part, sizeof part, next - i > 1 ? "-%lldx%d" : "-%lld", model->nodes[i].out,
                        next - i);
        append(out, size, &length, part);
    }
    append(out, size, &length, *act ? " " : "");
    append(out, size, &length, act);
    return length;
}

alv_status alv_model_print(char *out, size_t size, const alv_model *model, alv_error *error)
{
    char act[ALV_MAX_NAME] = "";
    if (!out || !model || model->n_nodes < 1)
        return alv_fail(error, ALV_ERR_ARGUMENT, "model", "NULL argument or empty model");
    if (model->family[0]) {
        if (alv_text_format(out, size, "%s", model->family) < size) return ALV_OK;
        return alv_fail(error, ALV_ERR_RANGE, "size", "the text needs %llu bytes",
                        (uint64_t)strlen(model->family) + 1);
    }
    if (model->n_nodes > 1) ALV_TRY(alv_act_print(act, sizeof act, model->nodes[0].act, error));
    size_t length = print(NULL, 0, model, act);
    if (length >= size)
        return alv_fail(error, ALV_ERR_RANGE, "size", "the text needs %lld bytes",
                        (int64_t)length + 1);
    print(out, size, model, act);
    return ALV_OK;
}
