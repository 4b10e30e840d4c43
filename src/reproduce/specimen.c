/* The engine, as experiments use it. */
#include "reproduce/specimen.h"

#include "base/base.h"
#include "train/fill.h"
#include "probe/observe.h"
#include "stream/rng.h"

alv_status alv_specimen_make(alv_specimen *out, const char *text, int64_t rows, int64_t batches,
                             alv_error *error)
{
    const alv_net_options options = {.batch = rows, .backend = ALV_BACKEND_PORTABLE};
    *out = (alv_specimen){.rows = rows, .batches = batches};
    ALV_TRY(alv_model_new(&out->model, text, NULL, error));
    ALV_TRY(alv_net_new_f32(&out->net, out->model, &options, error));
    out->x = alv_new_array((size_t)(batches * rows * out->model->inputs), sizeof *out->x);
    return out->x ? ALV_OK : alv_fail(error, ALV_ERR_MEMORY, "inputs", "out of memory");
}

alv_status alv_specimen_draw(alv_specimen *specimen, const char *text, uint64_t seed,
                             alv_error *error)
{
    const alv_dist unit = alv_dist_normal(0, 1);
    const int64_t n = specimen->batches * specimen->rows * specimen->model->inputs;
    alv_scheme scheme;
    ALV_TRY(alv_scheme_parse(&scheme, text, error));
    for (int i = 0; i < specimen->model->n_nodes; i++) {
        const int weight = specimen->model->nodes[i].weight;
        const alv_tensor *tensor = weight < 0 ? NULL : &specimen->model->params[weight];
        if (tensor && tensor->role == ALV_ROLE_WEIGHT)
            ALV_TRY(
                alv_fill_param(alv_net_weight_f32(specimen->net, i), &scheme, tensor, seed, error));
    }
    if (specimen->model->tokens > 0) {
        alv_rng rng = alv_rng_make(seed, "inputs");
        for (int64_t i = 0; i < n; i++)
            specimen->x[i] = (float)alv_rng_below(&rng, (uint64_t)specimen->model->tokens);
        return ALV_OK;
    }
    return alv_dist_fill(specimen->x, ALV_F32, 0, n, &unit, alv_stream_make(seed, "inputs", NULL),
                         NULL, error);
}

void alv_specimen_free(alv_specimen *specimen)
{
    alv_net_free_f32(specimen->net);
    alv_model_free(specimen->model);
    free(specimen->x);
    *specimen = (alv_specimen){0};
}

double alv_specimen_mean_square(const alv_specimen *specimen, const alv_net_layer_f32 *layer,
                                const float *values)
{
    const double rms = alv_observe_flat(values, NULL, specimen->rows * layer->out).rms;
    return rms * rms;
}
