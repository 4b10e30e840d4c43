/* LSUV on the engine: the outputs are what the weights of the engine's layers give on one
 * mini-batch.
 *
 * The engine runs a network whole, so a look at one layer costs a forward pass: two or three for
 * each layer, which for a dozen layers is less than ten steps of training. */
#include "train/fit.h"

#include "base/base.h"
#include "init/fixed.h"

typedef struct batch {
    alv_net_f32 *net;
    const alv_model *model;
    double variance; /* that all layers should have */
    const float *x;
    int64_t rows;
} batch;

static alv_status outputs(alv_lsuv_outputs *out, int layer, int attempt, void *user,
                          alv_error *error)
{
    (void)attempt, (void)error;
    const batch *b = user;
    /* Nothing to do where the network fixes the weights. */
    *out = (alv_lsuv_outputs){.variance = b->variance};
    if (alv_is_fixed(b->model, b->net->layers[layer].weight)) return ALV_OK;
    alv_net_forward_f32(b->net, b->x, b->rows);
    const alv_net_layer_f32 *l = &b->net->layers[layer];
    const int64_t positions = l->positions > 0 ? l->positions : 1;
    *out =
        (alv_lsuv_outputs){.values = l->y, .count = b->rows * positions * l->out, .dtype = ALV_F32};
    return ALV_OK;
}

static alv_status scale(int layer, double factor, void *user, alv_error *error)
{
    (void)error;
    const alv_net_layer_f32 *l = &((const batch *)user)->net->layers[layer];
    for (int64_t i = 0; i < l->in * l->out; i++) l->w[i] = (float)(l->w[i] * factor);
    return ALV_OK;
}

alv_status alv_fit_net(alv_lsuv_report *reports, char *reason, size_t size, alv_net_f32 *net,
                       const alv_model *model, const alv_scheme *scheme, const float *x,
                       int64_t rows, alv_error *error)
{
    batch b = {net, model, 1, x, rows};
    const alv_lsuv_net layers = {net->n_layers, &b, outputs, scale};
    alv_lsuv_options options;
    alv_error why;
    ALV_TRY(alv_lsuv_scheme(&options, scheme, error));
    if (options.variance > 0) b.variance = options.variance;
    alv_lsuv_report *own = reports ? NULL : alv_new_array((size_t)net->n_layers, sizeof *own);
    if (!reports && !own) return alv_fail(error, ALV_ERR_MEMORY, "lsuv", "out of memory");
    reason[0] = '\0';
    if (alv_lsuv_run(reports ? reports : own, &layers, &options, &why) != ALV_OK)
        alv_text_format(reason, size, "lsuv: %s", why.message);
    free(own);
    return ALV_OK;
}
