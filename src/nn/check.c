/* What may become a net: the checks before any memory is taken, the names of losses and backends,
 * and the cutting of one block of memory into aligned arrays. */
#include "nn/parts.h"

bool alv_act_is_identity(alv_act_spec spec)
{
    return !spec.act || strcmp(spec.act->name, "identity") == 0;
}

static alv_status check_weight(const alv_model *model, const alv_node *node, alv_error *error)
{
    const alv_tensor *w =
        node->weight >= 0 && node->weight < model->n_params ? &model->params[node->weight] : NULL;
    if (!w || w->rank != 2 || w->shape[0] != node->out || w->shape[1] != node->in)
        return alv_fail(error, ALV_ERR_SHAPE, "model", "a dense layer needs a weight (%lld, %lld)",
                        node->out, node->in);
    if (w->layout != ALV_LAYOUT_TORCH)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, w->name, "the engine takes torch layout only");
    if (node->bias < 0) return ALV_OK;
    const alv_tensor *b = node->bias < model->n_params ? &model->params[node->bias] : NULL;
    if (!b || b->rank != 1 || b->shape[0] != node->out)
        return alv_fail(error, ALV_ERR_SHAPE, "model", "a dense layer needs a bias (%lld)",
                        node->out);
    return ALV_OK;
}

static alv_status check_chain(const alv_model *model, alv_error *error)
{
    if (model->n_nodes < 1) return alv_fail(error, ALV_ERR_ARGUMENT, "model", "it has no layers");
    int64_t units = model->inputs;
    for (int i = 0; i < model->n_nodes; i++) {
        const alv_node *node = &model->nodes[i];
        if (node->kind != ALV_LAYER_DENSE || node->input != i - 1)
            return alv_fail(error, ALV_ERR_UNSUPPORTED, "model",
                            "layer %d is not a dense layer fed by the one before", i);
        if (node->in < 1 || node->out < 1 || node->in != units)
            return alv_fail(error, ALV_ERR_SHAPE, "model", "layer %d takes %lld values, not %lld",
                            i, node->in, units);
        ALV_TRY(check_weight(model, node, error));
        units = node->out;
    }
    if (units != model->outputs || units > INT32_MAX)
        return alv_fail(error, ALV_ERR_SHAPE, "model", "the last layer gives %lld values", units);
    return ALV_OK;
}

static alv_status check_regularizer(const alv_regularizer *r, alv_error *error)
{
    const double huge = 1e6;
    if (!(r->l1 >= 0 && r->l1 <= huge) || !(r->l2 >= 0 && r->l2 <= huge))
        return alv_fail(error, ALV_ERR_RANGE, r->l1 >= 0 && r->l1 <= huge ? "l2" : "l1",
                        "%g and %g are not both in [0, %g]", r->l1, r->l2, huge);
    if (!(r->dropout >= 0 && r->dropout < 1))
        return alv_fail(error, ALV_ERR_RANGE, "dropout", "%g is not in [0, 1)", r->dropout);
    return ALV_OK;
}

alv_status alv_net_check(alv_net_options *out, const alv_model *model,
                         const alv_net_options *options, alv_error *error)
{
    if (!model || !options) return alv_fail(error, ALV_ERR_ARGUMENT, "model", "NULL");
    if (options->batch < 1)
        return alv_fail(error, ALV_ERR_RANGE, "batch", "%lld is not at least 1", options->batch);
    if (!alv_loss_name(options->loss))
        return alv_fail(error, ALV_ERR_ARGUMENT, "loss", "no such loss: %d", (int)options->loss);
    if (!alv_backend_name(options->backend))
        return alv_fail(error, ALV_ERR_ARGUMENT, "backend", "no such backend: %d",
                        (int)options->backend);
    ALV_TRY(check_chain(model, error));
    ALV_TRY(check_regularizer(&options->regularizer, error));
    alv_optimizer optimizer;
    ALV_TRY(alv_optimizer_resolve(&optimizer, &options->optimizer, error));
    *out = *options;
    out->optimizer = optimizer;
    return ALV_OK;
}

void *alv_arena_take(alv_arena *arena, int64_t n, int64_t m, size_t size)
{
    int64_t count, bytes;
    bool fits = alv_mul_i64(&count, n, m) && alv_mul_i64(&bytes, count, (int64_t)size) &&
                bytes <= INT64_MAX / 4 && (uint64_t)bytes + 64 <= SIZE_MAX / 2 - arena->used;
    if (!fits) {
        arena->overflow = true;
        return NULL;
    }
    void *at = arena->base ? arena->base + arena->used : NULL;
    arena->used += ((size_t)bytes + 63) & ~(size_t)63;
    return at;
}

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
