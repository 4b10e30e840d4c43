/* Texts of families: what they build, what they print, what they refuse, and that what they build
 * trains. */
#include "nn_fixture.h"

static alv_model *build(const char *text, const alv_model_hints *hints)
{
    alv_model *model = NULL;
    alv_error error = {0};
    if (alv_model_new(&model, text, hints, &error) != ALV_OK)
        fail_msg("%s: byte %d: %s", text, (int)error.position, error.message);
    return model;
}

static void prints_what_it_parsed(void **state)
{
    (void)state;
    static const alv_model_hints hidden = {.inputs = 5, .outputs = 3, .hidden_only = true};
    static const alv_model_hints image = {.inputs = 192, .outputs = 3, .height = 8, .width = 8};
    static const alv_model_hints text = {
        .inputs = 6, .outputs = 9, .tokens = 9, .hidden_only = true};
    static const struct {
        const char *text;
        const alv_model_hints *hints;
        const char *canonical;
    } cases[] = {
        {"100x12 norm=layer", &hidden, "mlp 5-100x12-3 norm=layer relu"},
        {"mlp 5-8x3-3 tanh residual=2 norm=batch", NULL, "mlp 5-8x3-3 norm=batch residual=2 tanh"},
        {"8-8-8 branch=0 residual=1 order=post", &hidden,
         "mlp 5-8x3-3 residual=1 branch=0 order=post relu"},
        {"  conv 16,32x10  ", &image, "conv 16,32x10 in=3x8x8 out=3 relu"},
        {"conv 4,4,8 kernel=5 leaky_relu(slope=0.2) in=1x9x7 out=2", NULL,
         "conv 4x2,8 in=1x9x7 out=2 kernel=5 leaky_relu(0.2)"},
        {"conv1d 4,8x2", &image, "conv1d 4,8x2 in=1x192 out=3 relu"},
        {"conv1d 4x3 residual=1 kernel=5 in=3x50 out=2 tanh", NULL,
         "conv1d 4x3 in=3x50 out=2 kernel=5 residual=1 tanh"},
        {"conv1d 16x2 norm=rms embed=8", &text,
         "conv1d 16x2 in=6 tokens=9 out=9 embed=8 norm=rms relu"},
        {"resnet 20", &image, "resnet 20 in=3x8x8 out=3 relu"},
        {"resnet 8 norm=none branch=0.5 order=pre width=4 in=3x8x8", &image,
         "resnet 8 in=3x8x8 out=3 width=4 norm=none branch=0.5 order=pre relu"},
        {"transformer", &text, "transformer d=64 L=2 h=4 in=6 tokens=9 out=9 relu"},
        {"transformer gelu d=8 L=6 h=2 ff=2 norm=rms order=post branch=0", &text,
         "transformer d=8 L=6 h=2 in=6 tokens=9 out=9 ff=2 norm=rms branch=0 order=post gelu"},
        {"transformer gated=yes silu", &text,
         "transformer d=64 L=2 h=4 in=6 tokens=9 out=9 gated=yes silu"},
        {"transformer gated=no", &text, "transformer d=64 L=2 h=4 in=6 tokens=9 out=9 relu"},
        {"lstm 64x2", &text, "lstm 64x2 in=6 tokens=9 out=9"},
        {"lstm 8,4 embed=3 in=7 tokens=5 out=2", NULL, "lstm 8,4 in=7 tokens=5 out=2 embed=3"},
        {"20x2 tanh", &text, "mlp 6-20x2-9 tokens=9 tanh"},
        {"20x2 embed=4 norm=layer", &text, "mlp 6-20x2-9 tokens=9 embed=4 norm=layer relu"},
        {"resnet 8 identity", &image, "resnet 8 in=3x8x8 out=3"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[ALV_MAX_MODEL_TEXT];
        alv_model *m = build(cases[i].text, cases[i].hints);
        assert_int_equal(alv_model_print(out, sizeof out, m, NULL), ALV_OK);
        if (i + 1 < sizeof cases / sizeof *cases) assert_string_equal(out, cases[i].canonical);
        assert_int_equal(alv_model_print(out, strlen(out), m, NULL), ALV_ERR_RANGE);
        alv_model_print(out, sizeof out, m, NULL);
        alv_model *again = build(out, NULL);
        assert_int_equal(again->n_nodes, m->n_nodes);
        assert_int_equal(again->n_params, m->n_params);
        for (int p = 0; p < m->n_params; p++) {
            assert_string_equal(again->params[p].name, m->params[p].name);
            assert_memory_equal(again->params[p].shape, m->params[p].shape,
                                sizeof m->params[p].shape);
        }
        alv_model_free(m);
        alv_model_free(again);
    }
}

static int64_t scalars(const alv_model *m)
{
    int64_t total = 0, count;
    for (int p = 0; p < m->n_params; p++) {
        assert_int_equal(alv_tensor_count(&count, &m->params[p], NULL), ALV_OK);
        total += count;
    }
    return total;
}

/* He et al. 2015, table 6: 0.27 M parameters of ResNet-20, 0.46 M of -32, 0.85 M of -56, without
 * the projections of option B, which add 2,560 + norms here. */
static void resnets_have_their_sizes(void **state)
{
    (void)state;
    static const alv_model_hints cifar = {.inputs = 3072, .outputs = 10, .height = 32, .width = 32};
    alv_model *m = build("resnet 20", &cifar);
    alv_model_layer layers[128];
    assert_int_equal(alv_model_layers(NULL, m), 20 + 2);
    assert_int_equal(alv_model_layers(layers, m), 22);
    assert_int_equal(scalars(m), 269722 + 32 * 16 + 2 * 32 + 64 * 32 + 2 * 64);
    assert_int_equal(m->params[0].depth, 9);
    const alv_tensor *w = &m->params[m->nodes[layers[1].weights].weight];
    double fan_in, fan_out;
    assert_string_equal(w->name, "conv2.weight");
    assert_string_equal(w->act.act->name, "relu");
    assert_int_equal(alv_tensor_fans(&fan_in, &fan_out, w, NULL), ALV_OK);
    assert_true(fan_in == 144 && fan_out == 144);
    const alv_node *last = &m->nodes[m->n_nodes - 2];
    assert_int_equal(last->op, ALV_OP_POOL);
    assert_int_equal(m->nodes[last->input].height, 8);
    alv_model_free(m);
    m = build("resnet 56", &cifar);
    assert_true(scalars(m) > 850000 && scalars(m) < 860000);
    alv_model_free(m);
}

static void refuses_with_position(void **state)
{
    (void)state;
    static const alv_model_hints image = {.inputs = 192, .outputs = 3, .height = 8, .width = 8};
    static const alv_model_hints flat = {.inputs = 2, .outputs = 3};
    static const alv_model_hints hidden = {.inputs = 2, .outputs = 3, .hidden_only = true};
    static const alv_model_hints text = {.inputs = 6, .outputs = 9, .tokens = 9};
    static const struct {
        const char *text;
        const alv_model_hints *hints;
        alv_status status;
        int position;
        const char *says;
    } cases[] = {
        {"resnet 21", &image, ALV_ERR_RANGE, 7, "6 n + 2"},
        {"resnet", &image, ALV_ERR_SYNTAX, 6, "number of layers"},
        {"conv1d 8", NULL, ALV_ERR_SYNTAX, 0, "in=CHANNELSxLENGTH"},
        {"conv1d 8 in=3x2x2 out=3", NULL, ALV_ERR_SYNTAX, 15, "space"},
        {"conv1d 8 in=2x7", &flat, ALV_ERR_SHAPE, 12, "other inputs"},
        {"conv1d 8 in=2x3 tokens=9", &text, ALV_ERR_SHAPE, 0, "no channels"},
        {"resnet 99999999999999999999", &image, ALV_ERR_RANGE, 7, "8 to"},
        {"resnet 20", &flat, ALV_ERR_SHAPE, 0, "without a shape"},
        {"resnet 20", NULL, ALV_ERR_SYNTAX, 0, "in="},
        {"resnet 20 nrom=batch", &image, ALV_ERR_UNKNOWN_NAME, 10, "'norm'"},
        {"resnet 20 norm=group", &image, ALV_ERR_UNKNOWN_NAME, 15, "rms"},
        {"resnet 20 norm=rms norm=rms", &image, ALV_ERR_SYNTAX, 19, "twice"},
        {"resnet 20 relu tanh", &image, ALV_ERR_SYNTAX, 15, "twice"},
        {"resnet 20 rellu", &image, ALV_ERR_UNKNOWN_NAME, 10, "relu"},
        {"resnet 20 in=3x8x9", &image, ALV_ERR_SHAPE, 13, "other inputs"},
        {"resnet 20 in=3x8", &image, ALV_ERR_SYNTAX, 16, "width"},
        {"resnet 20 out=4", &image, ALV_ERR_SHAPE, 14, "classes"},
        {"resnet 20 width=0", &image, ALV_ERR_RANGE, 16, "first stage"},
        {"conv 16-32", &image, ALV_ERR_SYNTAX, 7, "','"},
        {"conv 16 kernel=4", &image, ALV_ERR_RANGE, 15, "odd"},
        {"conv 16 kernel=3x3", &image, ALV_ERR_SYNTAX, 16, "space"},
        {"conv 0", &image, ALV_ERR_RANGE, 5, "at least 1"},
        {"conv 16,8x2 residual=1", &image, ALV_ERR_SHAPE, 8, "one width"},
        {"mlp 2-8x4-3 residual=2", NULL, ALV_ERR_SHAPE, 4, "whole branches of 2"},
        {"8x3 branch=0", &hidden, ALV_ERR_SYNTAX, 0, "residual="},
        {"8x3 residual=2 branch=nan", &hidden, ALV_ERR_RANGE, 22, "-1e6"},
        {"8x3 residual=0", &hidden, ALV_ERR_RANGE, 13, "branch"},
        {"mlp 2-8-4 norm=batch", &flat, ALV_ERR_SHAPE, 8, "outputs"},
        {"mlp 8 norm=batch", NULL, ALV_ERR_SYNTAX, 4, "784-10"},
        {"transformer", &flat, ALV_ERR_SHAPE, 0, "features"},
        {"transformer d=8 h=3", &text, ALV_ERR_SHAPE, 0, "3 heads do not divide d=8"},
        {"transformer L=0", &text, ALV_ERR_RANGE, 14, "blocks"},
        {"transformer l=2", &text, ALV_ERR_UNKNOWN_NAME, 12, "no option 'l'"},
        {"transformer tokens=8", &text, ALV_ERR_SHAPE, 19, "tokens"},
        {"transformer in=2x2x2 tokens=3 out=2", NULL, ALV_ERR_SHAPE, 0, "length"},
        {"transformer in=2 out=2", NULL, ALV_ERR_SYNTAX, 0, "tokens="},
        {"lstm 8 relu", &text, ALV_ERR_SYNTAX, 7, "of its own"},
        {"lstm", &text, ALV_ERR_SYNTAX, 4, "width"},
        {"resnet 8", &text, ALV_ERR_SHAPE, 0, "are tokens"},
        {"8x2 width=3", &hidden, ALV_ERR_UNKNOWN_NAME, 4, "no option"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_model *m = NULL;
        alv_error error = {0};
        const alv_status status = alv_model_new(&m, cases[i].text, cases[i].hints, &error);
        if (status != cases[i].status || error.position != cases[i].position ||
            !strstr(error.message, cases[i].says))
            fail_msg("%s: status %d at byte %d: %s", cases[i].text, (int)status,
                     (int)error.position, error.message);
        assert_null(m);
    }
}

/* A few steps on one batch lower the loss, with every family and norm. */
static void what_is_built_trains(void **state)
{
    (void)state;
    enum { ROWS = 12, SIDE = 8, CLASSES = 3 };
    static const alv_model_hints image = {
        .inputs = SIDE * SIDE, .outputs = CLASSES, .height = SIDE, .width = SIDE};
    static const char *const texts[] = {"resnet 8 width=4",
                                        "resnet 8 width=4 norm=none branch=0 order=pre",
                                        "resnet 8 width=4 norm=layer order=pre tanh",
                                        "conv 4,8x2 norm=rms",
                                        "conv1d 4,8x2 norm=batch",
                                        "conv 4x3 residual=2",
                                        "mlp 64-16x5-3 residual=2 norm=layer",
                                        "mlp 64-16x5-3 residual=1 branch=0 order=post",
                                        "mlp 64-16x5-3 norm=batch tanh"};
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
        alv_model *model = build(texts[t], &image);
        const alv_net_options options = {.batch = ROWS,
                                         .backend = ALV_BACKEND_PORTABLE,
                                         .optimizer = {.kind = ALV_ADAM, .lr = 0.01}};
        alv_net_f32 *net = NULL;
        alv_error error = {0};
        if (alv_net_new_f32(&net, model, &options, &error) != ALV_OK)
            fail_msg("%s: %s", texts[t], error.message);
        double noise[ROWS * SIDE * SIDE];
        float x[ROWS * SIDE * SIDE];
        int32_t y[ROWS];
        fixture_normal(noise, ROWS * SIDE * SIDE, 1, "x");
        fixture_labels(y, ROWS, CLASSES);
        for (int i = 0; i < ROWS * SIDE * SIDE; i++) x[i] = (float)noise[i];
        alv_scheme scheme;
        assert_int_equal(alv_scheme_parse(&scheme, "he_normal", NULL), ALV_OK);
        for (int l = 0; l < net->n_layers; l++) {
            const alv_tensor *w = &model->params[net->layers[l].weight];
            assert_int_equal(alv_init_fill(net->layers[l].w, 0, net->layers[l].in * w->shape[0],
                                           &scheme, w, 3, NULL, NULL),
                             ALV_OK);
        }
        const double first = alv_net_train_f32(net, x, y, ROWS, NULL);
        double last = first;
        for (int step = 0; step < 60; step++) last = alv_net_train_f32(net, x, y, ROWS, NULL);
        if (!(last < 0.5 * first)) fail_msg("%s: %g, then %g", texts[t], first, last);
        alv_net_free_f32(net);
        alv_model_free(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_what_it_parsed),
        cmocka_unit_test(resnets_have_their_sizes),
        cmocka_unit_test(refuses_with_position),
        cmocka_unit_test(what_is_built_trains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
