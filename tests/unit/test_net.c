/* The net as a whole: float against double, oneDNN against portable, one call against four,
 * the same bits on repeat, and models and options that it refuses. */
#include "nn_fixture.h"

#include "base/base.h"

enum { ROWS = 24, INPUTS = 20, CLASSES = 5, STEPS = 30 };

static const char *const text = "mlp 20-33-17-5 tanh";

static void make_batch(double x[ROWS * INPUTS], float xf[ROWS * INPUTS], int32_t y[ROWS])
{
    fixture_normal(x, ROWS * INPUTS, 1, "x");
    for (int i = 0; i < ROWS * INPUTS; i++) xf[i] = (float)x[i], x[i] = (double)xf[i];
    fixture_labels(y, ROWS, CLASSES);
}

static alv_net_options options_of(alv_backend backend, alv_optimizer_kind kind)
{
    return (alv_net_options){.batch = ROWS,
                             .backend = backend,
                             .optimizer = {.kind = kind, .lr = kind == ALV_SGD ? 0.1 : 0.01}};
}

/* Trains on one batch; returns the last loss and leaves the net. */
static double train(alv_net_f32 *net, const float *x, const int32_t *y, bool apart)
{
    double loss = 0;
    for (int t = 0; t < STEPS; t++) {
        if (!apart) {
            loss = alv_net_train_f32(net, x, y, ROWS, NULL);
            continue;
        }
        alv_net_forward_f32(net, x, ROWS);
        loss = alv_net_loss_f32(net, y, NULL);
        alv_net_backward_f32(net, y);
        alv_net_step_f32(net);
    }
    return loss;
}

static void assert_params_near(const alv_net_f32 *a, const alv_net_f32 *b, double tolerance)
{
    assert_int_equal(a->n_params, b->n_params);
    for (int64_t i = 0; i < a->n_params; i++)
        assert_near((double)a->params[i], (double)b->params[i], tolerance);
}

static void float_follows_double(void **state)
{
    (void)state;
    double x[ROWS * INPUTS];
    float xf[ROWS * INPUTS];
    int32_t y[ROWS];
    make_batch(x, xf, y);
    for (int backend = 0; backend < 2; backend++) {
        alv_net_options options = options_of((alv_backend)backend, ALV_SGD);
        alv_net_f32 *narrow = fixture_net_f32(text, true, &options);
        alv_net_f64 *wide = fixture_net_f64(text, true, &options);
        double first = 0, loss = 0;
        for (int t = 0; t < STEPS; t++) {
            loss = alv_net_train_f64(wide, x, y, ROWS, NULL);
            if (t == 0) first = loss;
            assert_near(alv_net_train_f32(narrow, xf, y, ROWS, NULL), loss, 1e-5);
        }
        assert_true(loss < 0.9 * first);
        for (int64_t i = 0; i < wide->n_params; i++)
            assert_near((double)narrow->params[i], wide->params[i], 1e-5);
        alv_net_free_f32(narrow);
        alv_net_free_f64(wide);
    }
}

static void one_call_equals_four(void **state)
{
    (void)state;
    double x[ROWS * INPUTS];
    float xf[ROWS * INPUTS];
    int32_t y[ROWS];
    make_batch(x, xf, y);
    for (int kind = 0; kind <= ALV_ADAMW; kind++) {
        alv_net_options options = options_of(ALV_BACKEND_PORTABLE, (alv_optimizer_kind)kind);
        options.optimizer.weight_decay = 0.05;
        alv_net_f32 *fused = fixture_net_f32(text, true, &options);
        alv_net_f32 *apart = fixture_net_f32(text, true, &options);
        assert_near(train(fused, xf, y, false), train(apart, xf, y, true), 1e-5);
        assert_params_near(fused, apart, 1e-5);
        assert_int_equal(fused->steps, STEPS);
        assert_int_equal(apart->steps, STEPS);
        alv_net_free_f32(fused);
        alv_net_free_f32(apart);
    }
}

/* Looking at a net between training calls leaves the training as it was, to the bit. */
static void looking_changes_nothing(void **state)
{
    (void)state;
    double x[ROWS * INPUTS];
    float xf[ROWS * INPUTS];
    int32_t y[ROWS];
    make_batch(x, xf, y);
    for (int backend = 0; backend < 2; backend++)
        for (int kind = 0; kind <= ALV_ADAMW; kind++) {
            alv_net_options options = options_of((alv_backend)backend, (alv_optimizer_kind)kind);
            alv_net_f32 *plain = fixture_net_f32(text, true, &options);
            alv_net_f32 *watched = fixture_net_f32(text, true, &options);
            train(plain, xf, y, false);
            for (int t = 0; t < STEPS; t++) {
                alv_net_forward_f32(watched, xf + INPUTS, ROWS / 2);
                alv_net_backward_f32(watched, y);
                alv_net_train_f32(watched, xf, y, ROWS, NULL);
            }
            assert_memory_equal(plain->params, watched->params,
                                (size_t)plain->n_params * sizeof(float));
            alv_net_free_f32(plain);
            alv_net_free_f32(watched);
        }
}

static void backends_agree_and_repeat(void **state)
{
    (void)state;
    double x[ROWS * INPUTS];
    float xf[ROWS * INPUTS];
    int32_t y[ROWS];
    make_batch(x, xf, y);
    alv_net_f32 *nets[2][2];
    for (int backend = 0; backend < 2; backend++)
        for (int twice = 0; twice < 2; twice++) {
            alv_net_options options = options_of((alv_backend)backend, ALV_MOMENTUM);
            nets[backend][twice] = fixture_net_f32(text, true, &options);
            train(nets[backend][twice], xf, y, false);
        }
    assert_params_near(nets[0][0], nets[1][0], 1e-4);
    for (int backend = 0; backend < 2; backend++) {
        alv_net_f32 *const *pair = nets[backend];
        assert_memory_equal(pair[0]->params, pair[1]->params,
                            (size_t)pair[0]->n_params * sizeof(float));
        alv_net_free_f32(pair[0]);
        alv_net_free_f32(pair[1]);
    }
}

static void shares_and_aligns_storage(void **state)
{
    (void)state;
    alv_net_options options = options_of(ALV_BACKEND_PORTABLE, ALV_SGD);
    alv_net_f32 *net = fixture_net_f32("mlp 20-33-17-5 relu", true, &options);
    assert_true(net->layers[0].z != net->layers[0].a);
    assert_ptr_equal(net->layers[2].z, net->layers[2].a);
    assert_int_equal((uintptr_t)net->params % 64, 0);
    assert_int_equal((uintptr_t)net->layers[1].z % 64, 0);
    assert_int_equal(net->n_params, 20 * 33 + 33 + 33 * 17 + 17 + 17 * 5 + 5);
    assert_ptr_equal(net->layers[2].b + 5, net->params + net->n_params);
    alv_net_free_f32(net);
    net = fixture_net_f32("mlp 20-33-17-5 relu", false, &options);
    assert_null(net->layers[0].b);
    assert_int_equal(net->layers[0].bias, -1);
    assert_int_equal(net->n_params, 20 * 33 + 33 * 17 + 17 * 5);
    alv_net_free_f32(net);
    alv_net_free_f32(NULL);
}

/* A batch gathered row by row is what a plain copy gives. */
static void gathers_rows(void **state)
{
    (void)state;
    double x[ROWS * INPUTS];
    float xf[ROWS * INPUTS], got[3 * INPUTS];
    int32_t y[ROWS], labels[3];
    make_batch(x, xf, y);
    const int64_t order[] = {23, 0, 7};
    alv_batch_gather(got, labels, xf, y, order, 3, INPUTS);
    for (int i = 0; i < 3; i++) {
        assert_memory_equal(got + i * INPUTS, xf + order[i] * INPUTS, INPUTS * sizeof *xf);
        assert_int_equal(labels[i], y[order[i]]);
    }
}

static alv_status try_new(const alv_model *model, const alv_net_options *options)
{
    alv_net_f32 *net = NULL;
    alv_error error = {0};
    alv_status status = alv_net_new_f32(&net, model, options, &error);
    assert_int_equal(error.code, status);
    assert_true((net != NULL) == (status == ALV_OK));
    alv_net_free_f32(net);
    return status;
}

static void refuses_options(void **state)
{
    (void)state;
    alv_model *model = fixture_model(text, true);
    alv_net_options good = options_of(ALV_BACKEND_PORTABLE, ALV_SGD), bad = good;
    assert_int_equal(try_new(model, &good), ALV_OK);
    assert_int_equal(try_new(NULL, &good), ALV_ERR_ARGUMENT);
    assert_int_equal(try_new(model, NULL), ALV_ERR_ARGUMENT);
    bad.batch = 0;
    assert_int_equal(try_new(model, &bad), ALV_ERR_RANGE);
    bad.batch = INT64_MAX / 8;
    assert_int_equal(try_new(model, &bad), ALV_ERR_OVERFLOW);
    bad.batch = INT64_MAX;
    assert_int_equal(try_new(model, &bad), ALV_ERR_OVERFLOW);
    bad = good;
    bad.loss = (alv_loss)9;
    assert_int_equal(try_new(model, &bad), ALV_ERR_ARGUMENT);
    bad = good;
    bad.backend = (alv_backend)-1;
    assert_int_equal(try_new(model, &bad), ALV_ERR_ARGUMENT);
    alv_model_free(model);
}

/* Each entry spoils one thing of a good chain of two layers. */
static void refuses_models(void **state)
{
    (void)state;
    alv_net_options options = options_of(ALV_BACKEND_PORTABLE, ALV_SGD);
    for (int spoil = 0; spoil < 8; spoil++) {
        alv_model *model = fixture_model("mlp 4-3-2", true);
        alv_node *node = &model->nodes[1];
        alv_tensor *weight = &model->params[node->weight];
        alv_status want = ALV_ERR_SHAPE;
        if (spoil == 0) node->input = -1, want = ALV_ERR_UNSUPPORTED;
        if (spoil == 1) node->in = 5;
        if (spoil == 2) weight->shape[0] = 7;
        if (spoil == 3) node->weight = 99;
        if (spoil == 4) weight->layout = ALV_LAYOUT_KERAS, want = ALV_ERR_UNSUPPORTED;
        if (spoil == 5) node->bias = node->weight;
        if (spoil == 6) model->outputs = 9;
        if (spoil == 7) { /* sizes whose product does not fit */
            node->out = weight->shape[0] = model->params[node->bias].shape[0] = INT32_MAX;
            node->in = weight->shape[1] = model->nodes[0].out = INT64_MAX / 2;
            model->params[model->nodes[0].weight].shape[0] = INT64_MAX / 2;
            model->params[model->nodes[0].bias].shape[0] = INT64_MAX / 2;
            model->outputs = INT32_MAX, want = ALV_ERR_OVERFLOW;
        }
        assert_int_equal(try_new(model, &options), want);
        alv_model_free(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(float_follows_double),      cmocka_unit_test(one_call_equals_four),
        cmocka_unit_test(looking_changes_nothing),   cmocka_unit_test(backends_agree_and_repeat),
        cmocka_unit_test(shares_and_aligns_storage), cmocka_unit_test(gathers_rows),
        cmocka_unit_test(refuses_options),           cmocka_unit_test(refuses_models),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
