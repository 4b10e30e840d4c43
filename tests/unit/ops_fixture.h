/* Networks built node by node, small enough to try each of their parameters. */
#ifndef ALV_TEST_OPS_FIXTURE_H
#define ALV_TEST_OPS_FIXTURE_H

#include "nn_fixture.h"

#include "model/build.h"

enum { ROWS = 4, CLASSES = 3 };

static const alv_act_spec none;

static inline alv_act_spec act(const char *name)
{
    alv_act_spec spec;
    assert_int_equal(alv_act_parse(&spec, name, NULL), ALV_OK);
    return spec;
}

static inline alv_model *finish(alv_builder *b)
{
    alv_model *model = NULL;
    alv_build_pool(b, b->height > 0 ? 0 : 1, false);
    if (b->model->nodes[b->at].height == 0 && b->model->nodes[b->at].kernel == 1) {
        /* no image: the pool is not needed */
        b->model->n_nodes--;
        b->at = b->model->n_nodes - 1;
    }
    alv_build_dense(b, "head", CLASSES, false, true, none, none);
    if (alv_build_end(&model, b) != ALV_OK) fail_msg("%s", b->error->message);
    return model;
}

static inline alv_net_f64 *net_of(const alv_model *model, alv_optimizer optimizer)
{
    const alv_net_options options = {.batch = ROWS, .optimizer = optimizer};
    alv_net_f64 *net = NULL;
    alv_error error = {0};
    if (alv_net_new_f64(&net, model, &options, &error) != ALV_OK) fail_msg("%s", error.message);
    return net;
}

/* d loss / d p of every parameter, gains and shifts too, by the five-point formula. */
static inline void check_gradients(alv_model *model, const char *what)
{
    const double h = 1e-4;
    alv_net_f64 *net = net_of(model, (alv_optimizer){.kind = ALV_SGD});
    double *x = malloc((size_t)(ROWS * model->inputs) * sizeof *x), largest = 0;
    int32_t y[ROWS];
    fixture_normal(x, ROWS * model->inputs, 1, "x");
    alv_rng tokens = alv_rng_make(7, "tokens");
    for (int64_t i = 0; model->tokens > 0 && i < ROWS * model->inputs; i++)
        x[i] = (double)alv_rng_below(&tokens, (uint64_t)model->tokens);
    fixture_labels(y, ROWS, CLASSES);
    alv_rng rng = alv_rng_make(7, "params");
    for (int64_t i = 0; i < net->n_params; i++) net->params[i] += 0.4 * alv_rng_normal(&rng);
    alv_net_forward_f64(net, x, ROWS);
    alv_net_backward_f64(net, y);
    double *grads = malloc((size_t)net->n_params * sizeof *grads);
    memcpy(grads, net->grads, (size_t)net->n_params * sizeof *grads);
    for (int64_t i = 0; i < net->n_params; i++) {
        double *p = &net->params[i], at = *p, loss[5];
        for (int k = 0; k < 5; k++) {
            *p = at + (k - 2) * h;
            alv_net_forward_f64(net, x, ROWS);
            loss[k] = alv_net_loss_f64(net, y, NULL);
        }
        *p = at;
        const double slope = (loss[0] - loss[4] + 8 * (loss[3] - loss[1])) / (12 * h);
        if (!(fabs(slope - grads[i]) <= 1e-8 + 1e-7 * fabs(slope)))
            fail_msg("%s: d loss / d p[%d of %d] = %.12g, differences say %.12g", what, (int)i,
                     (int)net->n_params, grads[i], slope);
        largest = fmax(largest, fabs(slope));
    }
    assert_true(largest > 1e-3);
    free(grads);
    free(x);
    alv_net_free_f64(net);
    alv_model_free(model);
}

#endif
