/* The backend's own convolutions against the unfolded products in double: outputs, gradients by
 * what was fed, by weights and biases; whole batches and smaller ones; sums of several gradients.
 *
 * If these failed, images would train otherwise on oneDNN than on the portable backend. */
#include "nn_fixture.h"

#include <float.h>

enum { BATCH = 6, CLASSES = 3 };

/* Within what a few hundred roundings add up to over five layers. */
static void close_to(const char *what, const float *got, const double *wanted, int64_t n)
{
    double scale = 0;
    for (int64_t i = 0; i < n; i++) scale = fmax(scale, fabs(wanted[i]));
    assert_true(scale > 1e-6);
    for (int64_t i = 0; i < n; i++)
        if (!(fabs((double)got[i] - wanted[i]) <= 1000 * (double)FLT_EPSILON * scale))
            fail_msg("%s: element %d is %g, wanted %g", what, (int)i, (double)got[i], wanted[i]);
}

static void agree(const char *text, int64_t rows)
{
    alv_model *model = fixture_model(text, true);
    const alv_net_options options = {.batch = BATCH, .backend = ALV_BACKEND_ONEDNN};
    alv_net_f32 *net = NULL;
    alv_net_f64 *exact = NULL;
    assert_int_equal(alv_net_new_f32(&net, model, &options, NULL), ALV_OK);
    assert_int_equal(alv_net_new_f64(&exact, model, &options, NULL), ALV_OK);
    double *x = malloc((size_t)(BATCH * model->inputs) * sizeof *x);
    float *narrow = malloc((size_t)(BATCH * model->inputs) * sizeof *narrow);
    int32_t y[BATCH];
    alv_rng rng = alv_rng_make(7, "params");
    for (int64_t i = 0; i < net->n_params; i++) {
        net->params[i] = (float)(0.4 * alv_rng_normal(&rng));
        exact->params[i] = (double)net->params[i];
    }
    alv_rng data = alv_rng_make(7, "x");
    for (int64_t i = 0; i < BATCH * model->inputs; i++)
        x[i] = (double)(narrow[i] = (float)alv_rng_normal(&data));
    fixture_labels(y, BATCH, CLASSES);
    alv_net_forward_f32(net, narrow, rows);
    alv_net_backward_f32(net, y);
    alv_net_forward_f64(exact, x, rows);
    alv_net_backward_f64(exact, y);
    for (int l = 0; l < net->n_layers; l++) {
        const alv_net_layer_f32 *a = &net->layers[l];
        const alv_net_layer_f64 *b = &exact->layers[l];
        close_to(text, a->y, b->y, rows * (a->positions > 0 ? a->positions : 1) * a->out);
        close_to(text, a->delta, b->delta, rows * (a->positions > 0 ? a->positions : 1) * a->out);
    }
    close_to(text, net->grads, exact->grads, net->n_params);
    free(x);
    free(narrow);
    alv_net_free_f32(net);
    alv_net_free_f64(exact);
    alv_model_free(model);
}

static void backends_agree(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "conv 16x3 in=3x9x7 out=3 tanh",
        "conv 8,16,32 in=1x12x12 out=3 tanh",            /* strides of 2 */
        "conv 5x3,7x2 in=2x9x7 out=3 kernel=5 softplus", /* odd sizes */
        "conv 20,40x2 in=1x8x8 out=3 tanh",              /* of more units than a register has */
        "conv 16x5 in=1x8x8 out=3 residual=2 tanh",      /* two readers of a node */
        "resnet 8 width=8 in=3x8x8 out=3 norm=none tanh",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (int64_t rows = BATCH; rows > 0; rows -= 2) agree(texts[i], rows);
}

/* Plain SGD, straight to the weights. */
static void steps_agree(void **state)
{
    (void)state;
    alv_model *model = fixture_model("conv 8x4 in=1x6x6 out=3 tanh", true);
    alv_net_f32 *nets[2];
    float x[BATCH * 36];
    int32_t y[BATCH];
    alv_rng data = alv_rng_make(7, "x");
    for (int i = 0; i < BATCH * 36; i++) x[i] = (float)alv_rng_normal(&data);
    fixture_labels(y, BATCH, CLASSES);
    for (int k = 0; k < 2; k++) {
        const alv_net_options options = {.batch = BATCH,
                                         .backend = k ? ALV_BACKEND_PORTABLE : ALV_BACKEND_ONEDNN,
                                         .optimizer = {.lr = 0.1, .weight_decay = 0.2}};
        assert_int_equal(alv_net_new_f32(&nets[k], model, &options, NULL), ALV_OK);
        alv_rng rng = alv_rng_make(7, "params");
        for (int64_t i = 0; i < nets[k]->n_params; i++)
            nets[k]->params[i] = (float)(0.4 * alv_rng_normal(&rng));
        for (int step = 0; step < 3; step++) alv_net_train_f32(nets[k], x, y, BATCH, NULL);
    }
    for (int64_t i = 0; i < nets[0]->n_params; i++)
        assert_true(fabsf(nets[0]->params[i] - nets[1]->params[i]) < 1e-5f);
    alv_net_free_f32(nets[0]);
    alv_net_free_f32(nets[1]);
    alv_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backends_agree),
        cmocka_unit_test(steps_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
