/* Losses and backends by name. */
#include "base/base.h"
#include "nn/net.h"

static const char *const losses[] = {
    [ALV_LOSS_CROSS_ENTROPY] = "cross_entropy",
    [ALV_LOSS_MSE] = "mse",
    NULL,
};
static const char *const backends[] = {
    [ALV_BACKEND_ONEDNN] = "onednn",
    [ALV_BACKEND_PORTABLE] = "portable",
    NULL,
};

const char *alv_loss_name(alv_loss loss)
{
    return (int)loss >= 0 && (int)loss < ALV_COUNT(losses) - 1 ? losses[loss] : NULL;
}

const char *alv_backend_name(alv_backend backend)
{
    return (int)backend >= 0 && (int)backend < ALV_COUNT(backends) - 1 ? backends[backend] : NULL;
}

/* The index of `name` in a NULL-terminated list. */
static alv_status parse_name(int *out, const char *what, const char *name, const char *const *list,
                             alv_error *error)
{
    for (int i = 0; name && list[i]; i++)
        if (strcmp(name, list[i]) == 0) {
            *out = i;
            return ALV_OK;
        }
    const char *near = name ? alv_suggest(name, list) : NULL;
    return alv_fail(error, ALV_ERR_UNKNOWN_NAME, what, "there is no %s '%s'; %s '%s'%s", what,
                    name ? name : "", near ? "did you mean" : "the first is", near ? near : list[0],
                    near ? "?" : "");
}

alv_status alv_loss_parse(alv_loss *out, const char *name, alv_error *error)
{
    int index = 0;
    ALV_TRY(parse_name(&index, "loss", name, losses, error));
    *out = (alv_loss)index;
    return ALV_OK;
}

alv_status alv_backend_parse(alv_backend *out, const char *name, alv_error *error)
{
    int index = 0;
    ALV_TRY(parse_name(&index, "backend", name, backends, error));
    *out = (alv_backend)index;
    return ALV_OK;
}
