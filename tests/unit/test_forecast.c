/* The forecast on real engines and real initial weights: the nets of the default comparison. */
#include "data/data.h"
#include "test.h"
#include "verdict/verdict.h"

enum { ROWS = 128 };

static alv_verdict forecast(const char *act, const char *scheme_text)
{
    alv_error error;
    alv_model *model;
    alv_net_f32 *net;
    alv_split *data;
    alv_scheme scheme;
    alv_net_options options = {
        .batch = ROWS, .backend = ALV_BACKEND_PORTABLE, .optimizer = {.lr = 0.01}};
    alv_data_options some = {.seed = 42, .n_train = ROWS, .n_test = 1};
    assert_int_equal(alv_model_new(&model, "2-100x12-3", &(alv_model_hints){.act = act}, &error),
                     ALV_OK);
    assert_int_equal(alv_net_new_f32(&net, model, &options, &error), ALV_OK);
    assert_int_equal(alv_data_load(&data, "spirals", &some, &error), ALV_OK);
    assert_int_equal(alv_scheme_parse(&scheme, scheme_text, &error), ALV_OK);
    for (int l = 0; l < net->n_layers; l++)
        assert_int_equal(alv_init_fill(net->layers[l].w, 0, net->layers[l].in * net->layers[l].out,
                                       &scheme, &model->params[net->layers[l].weight], 42, NULL,
                                       &error),
                         ALV_OK);
    alv_layer_stats stats[13];
    alv_drift drift;
    alv_forecast result;
    alv_net_forward_f32(net, data->train.x, ROWS);
    alv_net_backward_f32(net, data->train.y);
    alv_probe_layers(stats, net, NULL);
    alv_probe_drift(&drift, net, stats);
    alv_forecast_make(&result, stats, net->n_layers, &drift, model);
    alv_split_free(data);
    alv_net_free_f32(net);
    alv_model_free(model);
    return alv_forecast_verdict(&result);
}

static void tells_the_default_comparison_apart(void **state)
{
    (void)state;
    const struct {
        const char *act, *scheme;
        alv_verdict wanted;
    } cases[] = {
        {"relu", "zeros", ALV_VERDICT_SYMMETRIC},
        {"relu", "constant(0.5)", ALV_VERDICT_SYMMETRIC},
        {"relu", "normal(std=0.01)", ALV_VERDICT_VANISHING},
        {"relu", "uniform(r=1)", ALV_VERDICT_EXPLODING},
        {"relu", "torch_default", ALV_VERDICT_VANISHING},
        {"relu", "he_normal", ALV_VERDICT_HEALTHY},
        {"tanh", "zeros", ALV_VERDICT_SYMMETRIC},
        {"tanh", "normal(std=0.01)", ALV_VERDICT_VANISHING},
        {"tanh", "xavier_uniform", ALV_VERDICT_HEALTHY},
        {"tanh", "he_normal", ALV_VERDICT_HEALTHY},
        {"sigmoid", "xavier_uniform", ALV_VERDICT_VANISHING},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_verdict got = forecast(cases[i].act, cases[i].scheme);
        if (got != cases[i].wanted)
            print_error("%s %s: %s, wanted %s\n", cases[i].act, cases[i].scheme,
                        alv_verdict_key(got), alv_verdict_key(cases[i].wanted));
        assert_int_equal(got, cases[i].wanted);
    }
    /* Seen: tanh with U(-1, 1) is stuck; by saturation or by its gradient, it must be called out.
     */
    assert_int_not_equal(forecast("tanh", "uniform(r=1)"), ALV_VERDICT_HEALTHY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(tells_the_default_comparison_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
