/* First weights, the order of the samples, steps: what a trial's losses follow from. */
#include "train/trainer.h"

#include "base/base.h"
#include "init/fixed.h"
#include "stream/rng.h"
#include "train/fill.h"
#include "train/fit.h"
#include "train/follow.h"

static alv_status take_memory(alv_trainer *t, const alv_net_options *options, alv_error *error)
{
    ALV_TRY(alv_net_new_f32(&t->net, t->model, options, error));
    t->x = alv_new_array((size_t)(t->batch * t->dim), sizeof *t->x);
    t->y = alv_new_array((size_t)t->batch, sizeof *t->y);
    t->order = alv_new_array((size_t)t->samples->n, sizeof *t->order);
    if (t->x && t->y && t->order) return ALV_OK;
    return alv_fail(error, ALV_ERR_MEMORY, "trial", "out of memory");
}

alv_status alv_trainer_new(alv_trainer **out, const alv_model *model,
                           const alv_net_options *options, const alv_samples *samples,
                           int64_t batch, alv_error *error)
{
    alv_trainer *t = *out = alv_new_array(1, sizeof *t);
    if (!t) return alv_fail(error, ALV_ERR_MEMORY, "trial", "out of memory");
    *t = (alv_trainer){.model = model,
                       .samples = samples,
                       .dim = model->inputs,
                       .batch = batch < samples->n ? batch : samples->n,
                       .seed = options->seed};
    t->epoch_steps = (samples->n + t->batch - 1) / t->batch;
    return take_memory(t, options, error);
}

void alv_trainer_free(alv_trainer *trainer)
{
    if (!trainer) return;
    alv_net_free_f32(trainer->net);
    free(trainer->x);
    free(trainer->y);
    free(trainer->order);
    free(trainer);
}

/* Order of the samples in an epoch, from the stream (seed, "order/<epoch>") or the framework's,
 * which cannot fail: alv_trainer_fill drew from it. */
static void shuffle(alv_trainer *t, int64_t epoch)
{
    char name[48];
    if (t->stream) {
        (void)alv_compat_epoch(t->order, t->samples->n, &t->rng, NULL);
        return;
    }
    alv_text_format(name, sizeof name, "order/%lld", epoch);
    alv_rng rng = alv_rng_make(t->seed, name);
    alv_rng_shuffle(&rng, t->order, t->samples->n);
}

/* Gathers the mini-batch of a step; returns its rows. */
static int64_t gather(alv_trainer *t, int64_t step)
{
    const int64_t within = step % t->epoch_steps, first = within * t->batch;
    const int64_t left = t->samples->n - first, rows = left < t->batch ? left : t->batch;
    if (within == 0) shuffle(t, step / t->epoch_steps);
    alv_batch_gather(t->x, t->y, t->samples->x, t->samples->y, t->order + first, rows, t->dim);
    return rows;
}

/* What each role is filled by; NULL: the net begins with zeros. */
typedef struct recipe {
    const alv_scheme *weights, *biases;
} recipe;

/* By the scheme that the network fixes for the parameter, else by the recipe's. */
static alv_status fill(float *out, const alv_trainer *t, const recipe *r, int param,
                       alv_error *error)
{
    if (param < 0) return ALV_OK;
    const alv_tensor *tensor = &t->model->params[param];
    const alv_scheme *scheme = tensor->role == ALV_ROLE_WEIGHT ? r->weights : r->biases;
    alv_scheme fixed;
    ALV_TRY(alv_scheme_fixed(&fixed, t->model, param, error));
    if (fixed.init) scheme = &fixed;
    return scheme ? alv_fill_param(out, scheme, tensor, t->seed, error) : ALV_OK;
}

static alv_status fill_all(alv_trainer *t, const recipe *r, alv_error *error)
{
    static const recipe none; /* of norms and branches, which begin as the model says */
    for (int i = 0; i < t->model->n_nodes; i++) {
        const alv_node *node = &t->model->nodes[i];
        const bool weighs =
            node->weight >= 0 && t->model->params[node->weight].role == ALV_ROLE_WEIGHT;
        const recipe *by = weighs ? r : &none;
        ALV_TRY(fill(alv_net_weight_f32(t->net, i), t, by, node->weight, error));
        ALV_TRY(fill(alv_net_bias_f32(t->net, i), t, by, node->bias, error));
    }
    return ALV_OK;
}

alv_status alv_trainer_fill(char *reason, size_t size, alv_trainer *t, const alv_scheme *scheme,
                            const alv_scheme *bias, alv_error *error)
{
    const recipe r = {scheme, bias ? bias : scheme->init->biases ? scheme : NULL};
    reason[0] = '\0';
    if (t->stream) {
        ALV_TRY(alv_compat_seed(&t->rng, t->stream, t->seed, error));
        return alv_follow_fill(t->net, t->model, scheme, bias, &t->rng, error);
    }
    ALV_TRY(fill_all(t, &r, error));
    if (!scheme->init->needs_data) return ALV_OK;
    const int64_t rows = gather(t, 0);
    return alv_fit_net(NULL, reason, size, t->net, t->model, scheme, t->x, rows, error);
}

double alv_trainer_step(alv_trainer *t, int64_t step, double lr)
{
    const int64_t rows = gather(t, step);
    t->net->options.optimizer.lr = lr;
    return alv_net_train_f32(t->net, t->x, t->y, rows, NULL);
}
