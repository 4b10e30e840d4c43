/* Every gradient of the engine against finite differences in double: each activation with each
 * loss, with and without biases, from one layer to several. */
#include "nn_fixture.h"

enum { ROWS = 5, INPUTS = 6, CLASSES = 4 };

/* The five-point formula, error h^4 f''''' / 30 and rounding about 1e-16 / h. */
static double slope_of(alv_net_f64 *net, double *param, const double *x, const int32_t *y)
{
    const double h = 1e-4, at = *param;
    double loss[5];
    for (int i = 0; i < 5; i++) {
        *param = at + (i - 2) * h;
        alv_net_forward_f64(net, x, ROWS);
        loss[i] = alv_net_loss_f64(net, y, NULL);
    }
    *param = at;
    return (loss[0] - loss[4] + 8 * (loss[3] - loss[1])) / (12 * h);
}

static void check_net(const char *text, bool bias, alv_loss loss)
{
    alv_net_options options = {.batch = ROWS, .loss = loss, .optimizer.lr = 0.1};
    alv_net_f64 *net = fixture_net_f64(text, bias, &options);
    double x[ROWS * INPUTS];
    int32_t y[ROWS];
    fixture_normal(x, ROWS * INPUTS, 1, "x");
    fixture_labels(y, ROWS, CLASSES);
    alv_net_forward_f64(net, x, ROWS);
    alv_net_backward_f64(net, y);
    double largest = 0;
    for (int64_t i = 0; i < net->n_params; i++) {
        double slope = slope_of(net, &net->params[i], x, y), got = net->grads[i];
        if (!(fabs(slope - got) <= 2e-10 + 1e-9 * fabs(slope)))
            fail_msg("%s, %s, bias %d: d loss / d p[%d] = %.12g, differences say %.12g", text,
                     alv_loss_name(loss), bias, (int)i, got, slope);
        largest = fmax(largest, fabs(slope));
    }
    assert_true(largest > 1e-3); /* else nothing was tested */
    alv_net_free_f64(net);
}

static void check_both(const char *text)
{
    for (int bias = 0; bias < 2; bias++) {
        check_net(text, bias, ALV_LOSS_CROSS_ENTROPY);
        check_net(text, bias, ALV_LOSS_MSE);
    }
}

static void every_activation(void **state)
{
    (void)state;
    assert_true(alv_act_count() >= 10);
    for (int i = 0; i < alv_act_count(); i++) {
        char text[128];
        snprintf(text, sizeof text, "mlp 6-9-7-4 %s", alv_act_at(i)->name);
        check_both(text);
    }
}

static void every_depth(void **state)
{
    (void)state;
    check_both("mlp 6-4");
    check_both("mlp 6-5-4 tanh");
    check_both("mlp 6-8x5-4 tanh");
    check_both("mlp 6-33-4 gelu"); /* wider than a vector, and not a multiple of one */
    check_both("mlp 6-7x3-4");     /* no activation: z and a share their storage */
}

/* An activation on the last layer: the loss sees a, the gradient passes through it. */
static void activated_outputs(void **state)
{
    (void)state;
    alv_model *model = fixture_model("mlp 6-5-4 tanh", true);
    model->nodes[1].act = model->nodes[0].act;
    alv_net_options options = {.batch = ROWS, .loss = ALV_LOSS_MSE, .optimizer.lr = 0.1};
    alv_net_f64 *net = NULL;
    assert_int_equal(alv_net_new_f64(&net, model, &options, NULL), ALV_OK);
    fixture_normal(net->params, net->n_params, 0.5, "params");
    double x[ROWS * INPUTS];
    int32_t y[ROWS];
    fixture_normal(x, ROWS * INPUTS, 1, "x");
    fixture_labels(y, ROWS, CLASSES);
    alv_net_forward_f64(net, x, ROWS);
    alv_net_backward_f64(net, y);
    for (int64_t i = 0; i < net->n_params; i++)
        assert_near(net->grads[i], slope_of(net, &net->params[i], x, y), 1e-10);
    alv_net_free_f64(net);
    alv_model_free(model);
}

/* delta is d loss / d z: raising a unit's bias raises its z in every row alike. */
static void delta_sums_to_bias_gradient(void **state)
{
    (void)state;
    alv_net_options options = {.batch = ROWS, .optimizer.lr = 0.1};
    alv_net_f64 *net = fixture_net_f64("mlp 6-9-4 sigmoid", true, &options);
    double x[ROWS * INPUTS];
    int32_t y[ROWS];
    fixture_normal(x, ROWS * INPUTS, 1, "x");
    fixture_labels(y, ROWS, CLASSES);
    alv_net_forward_f64(net, x, ROWS);
    alv_net_backward_f64(net, y);
    for (int l = 0; l < net->n_layers; l++)
        for (int64_t j = 0; j < net->layers[l].out; j++) {
            double sum = 0;
            for (int i = 0; i < ROWS; i++) sum += net->layers[l].delta[i * net->layers[l].out + j];
            assert_near(sum, slope_of(net, &net->layers[l].b[j], x, y), 1e-10);
        }
    alv_net_free_f64(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_activation),
        cmocka_unit_test(every_depth),
        cmocka_unit_test(activated_outputs),
        cmocka_unit_test(delta_sums_to_bias_gradient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
