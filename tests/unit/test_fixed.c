/* Schemes that a network fixes for parameters of its own: what they fill, whatever the comparison
 * tries, is what the registry's own fill gives, LSUV leaves it alone, and theory counts it.
 *
 * If one fails, a layer that its author pinned is silently given another scheme's weights. */
#include "test.h"

#include "formats/network.h"
#include "theory/expected.h"
#include "train/moments.h"
#include "train/fill.h"
#include "train/follow.h"
#include "train/trainer.h"

enum { ROWS = 64, INPUTS = 6, CLASSES = 3, SEED = 11 };

static const alv_model_hints hints = {.inputs = INPUTS, .outputs = CLASSES, .act = "tanh"};

static alv_model *read_network(const char *text)
{
    alv_model *model = NULL;
    alv_error error = {0};
    if (alv_network_read(&model, NULL, text, strlen(text), "n.yaml", &hints, &error) != ALV_OK)
        fail_msg("%s\n%s", error.message, text);
    return model;
}

static alv_scheme scheme_of(const char *text)
{
    alv_scheme scheme;
    assert_int_equal(alv_scheme_parse(&scheme, text, NULL), ALV_OK);
    return scheme;
}

static float inputs[ROWS * INPUTS];
static int32_t labels[ROWS];
static const alv_samples samples = {.n = ROWS, .x = inputs, .y = labels};

/* A net that alv_trainer_fill has filled. */
static alv_trainer *filled(const alv_model *model, const char *scheme, const char *bias)
{
    alv_trainer *t;
    char reason[96];
    const alv_net_options options = {.batch = ROWS, .optimizer = {.lr = 0.1}, .seed = SEED};
    const alv_scheme weights = scheme_of(scheme), biases = scheme_of(bias ? bias : "zeros");
    for (int i = 0; i < ROWS * INPUTS; i++) inputs[i] = (float)((i * 37 + 11) % 29 - 14) / 8.0f;
    assert_int_equal(alv_trainer_new(&t, model, &options, &samples, ROWS, NULL), ALV_OK);
    assert_int_equal(
        alv_trainer_fill(reason, sizeof reason, t, &weights, bias ? &biases : NULL, NULL), ALV_OK);
    assert_string_equal(reason, "");
    return t;
}

static int param_named(const alv_model *model, const char *name)
{
    int p = 0;
    while (p < model->n_params && strcmp(model->params[p].name, name) != 0) p++;
    if (p == model->n_params) fail_msg("no %s", name);
    return p;
}

/* Where the net keeps a parameter. */
static const float *values_of(const alv_trainer *t, int param)
{
    for (int i = 0; i < t->model->n_nodes; i++) {
        if (t->model->nodes[i].weight == param) return alv_net_weight_f32(t->net, i);
        if (t->model->nodes[i].bias == param) return alv_net_bias_f32(t->net, i);
    }
    fail();
    return NULL;
}

/* Whether the parameter holds what alv_fill_param gives it by itself. */
static bool holds(const alv_trainer *t, const char *name, const char *text)
{
    const int p = param_named(t->model, name);
    const alv_tensor *tensor = &t->model->params[p];
    const alv_scheme scheme = scheme_of(text);
    int64_t n;
    assert_int_equal(alv_tensor_count(&n, tensor, NULL), ALV_OK);
    float *wanted = malloc((size_t)n * sizeof *wanted);
    assert_int_equal(alv_fill_param(wanted, &scheme, tensor, SEED, NULL), ALV_OK);
    const bool same = memcmp(wanted, values_of(t, p), (size_t)n * sizeof *wanted) == 0;
    free(wanted);
    return same;
}

static const char mixed[] =
    "layers:\n- {layer: dense, out: 12, init: kaiming_normal}\n"
    "- repeat: 2\n  layers:\n    - {layer: dense, out: 12, name: mid, norm: layer, bias: true, "
    "init: orthogonal, params: {bias: \"constant(value=0.25)\", norm.weight: \"constant(0.5)\"}}\n"
    "- {layer: norm, norm: batch, params: {bias: ones}}\n"
    "- {layer: dense, out: 12, name: open}\n"
    "- {layer: dense, params: {weight: zeros}}\n";

static void fixed_parameters_stay_under_every_scheme(void **state)
{
    (void)state;
    static const char *const schemes[] = {"xavier_uniform", "torch_default", "normal(std=0.3)"};
    alv_model *model = read_network(mixed);
    for (int i = 0; i < 3; i++) {
        alv_trainer *t = filled(model, schemes[i], i == 2 ? "constant(value=0.125)" : NULL);
        const char *bias = i == 1 ? "torch_default" : i == 2 ? "constant(value=0.125)" : "zeros";
        assert_true(holds(t, "fc1.weight", "he_normal"));
        assert_true(holds(t, "mid1.weight", "orthogonal"));
        assert_true(holds(t, "mid2.weight", "orthogonal"));
        assert_true(holds(t, "mid2.bias", "constant(value=0.25)"));
        assert_true(holds(t, "mid1.norm.weight", "constant(value=0.5)"));
        assert_true(holds(t, "mid1.norm.bias", "zeros"));
        assert_true(holds(t, "norm1.weight", "ones"));
        assert_true(holds(t, "norm1.bias", "ones"));
        assert_true(holds(t, "fc2.weight", "zeros"));
        /* The rest is as ever. */
        assert_true(holds(t, "open.weight", schemes[i]));
        assert_false(holds(t, "open.weight", "he_normal"));
        assert_true(holds(t, "fc1.bias", bias));
        assert_true(holds(t, "open.bias", bias));
        alv_trainer_free(t);
    }
    alv_model_free(model);
}

/* Layers of several weights: one `init` for all of them, one parameter otherwise. */
static void one_init_fills_all_weights_of_a_layer(void **state)
{
    (void)state;
    static const char text[] =
        "tokens: 9\ninput: [6]\nlayers:\n"
        "- {layer: embedding, out: 8, positions: true, init: normal(std=0.5)}\n"
        "- {layer: lstm, out: 8, init: xavier_uniform, params: {hidden.weight: torch_rnn}}\n"
        "- layer: last\n- {layer: dense, out: 3}\n";
    alv_model *model = NULL;
    const alv_model_hints words = {.inputs = 6, .outputs = 3, .tokens = 9};
    assert_int_equal(alv_network_read(&model, NULL, text, strlen(text), "n.yaml", &words, NULL),
                     ALV_OK);
    static const struct {
        const char *name, *scheme;
    } wanted[] = {{"embed1.weight", "normal(std=0.5)"},
                  {"embed1.position", "normal(std=0.5)"},
                  {"lstm1.input.weight", "xavier_uniform"},
                  {"lstm1.hidden.weight", "torch_rnn"}};
    int fixed = 0;
    for (int i = 0; i < 4; i++) {
        const int p = param_named(model, wanted[i].name);
        assert_non_null(model->fixed[p].scheme);
        assert_string_equal(model->fixed[p].scheme, wanted[i].scheme);
        assert_int_equal(model->fixed[p].line, i < 2 ? 4 : 5);
    }
    for (int p = 0; p < model->n_params; p++) fixed += model->fixed[p].scheme != NULL;
    assert_int_equal(fixed, 4);
    alv_model_free(model);
}

/* The free layers get their unit variance behind layers that keep what they were given. */
static void lsuv_leaves_fixed_weights(void **state)
{
    (void)state;
    alv_model *model = read_network("layers:\n- {layer: dense, out: 12, init: normal(std=0.05)}\n"
                                    "- {layer: dense, out: 12}\n- {layer: dense}\n");
    alv_trainer *t = filled(model, "lsuv(tolerance=0.001)", NULL);
    assert_true(holds(t, "fc1.weight", "normal(std=0.05)"));
    assert_false(holds(t, "fc2.weight", "lsuv"));
    alv_net_forward_f32(t->net, inputs, ROWS);
    for (int l = 0; l < 3; l++) {
        const alv_net_layer_f32 *layer = &t->net->layers[l];
        double sum = 0, squares = 0;
        const double n = (double)(ROWS * layer->out);
        for (int64_t i = 0; i < ROWS * layer->out; i++) {
            sum += layer->z[i];
            squares += (double)layer->z[i] * layer->z[i];
        }
        const double variance = squares / n - sum * sum / (n * n);
        if (l == 0) assert_true(variance < 0.1);
        if (l > 0) assert_near(variance, 1, 0.002);
    }
    alv_trainer_free(t);
    alv_model_free(model);
}

/* On inputs of size 1 that share a tenth; whether weights are independent. */
static bool expect(alv_expected *out, const alv_model *model, const alv_scheme *scheme)
{
    bool independent;
    alv_flow_input input = {.square = 1, .same = {0.1, 1}, .samples = 1000};
    for (int k = 0; k < ALV_FAR; k++) input.far[k] = input.same, input.sizes[k] = 1;
    alv_drawn *moments = calloc((size_t)model->n_params, sizeof *moments);
    assert_int_equal(alv_moments_of(moments, &independent, model, scheme, NULL, NULL), ALV_OK);
    assert_int_equal(alv_expected_make(out, model, moments, independent, &input, NULL), ALV_OK);
    free(moments);
    return independent;
}

/* A network that fixes what a scheme would give is expected to do what that scheme does, whichever
 * is compared; one that fixes it in part is expected to do neither. */
static void theory_counts_fixed_schemes(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "layers:\n- {layer: dense, out: 40, repeat: 4}\n- {layer: dense}\n",
        "layers:\n- {layer: dense, out: 40, repeat: 4, init: he_normal}\n"
        "- {layer: dense, init: he_normal}\n",
        "layers:\n- {layer: dense, out: 40, repeat: 2, init: he_normal}\n"
        "- {layer: dense, out: 40, repeat: 2}\n- {layer: dense, params: {weight: orthogonal}}\n",
    };
    alv_expected e[4] = {{0}};
    bool independent[4];
    const alv_scheme he = scheme_of("he_normal"), small = scheme_of("normal(std=0.02)");
    for (int i = 0; i < 4; i++) {
        alv_model *model = read_network(texts[i < 3 ? i : 0]);
        independent[i] = expect(&e[i], model, i == 0 ? &he : &small);
        alv_model_free(model);
    }
    for (int l = 0; l < 5; l++) {
        const double whole = e[0].layers[l].signal.mid;
        assert_true(e[1].layers[l].signal.mid == whole);
        assert_true((e[2].layers[l].signal.mid == whole) == (l < 2));
        assert_true(e[3].layers[l].signal.mid < whole / 2);
    }
    assert_true(independent[1] && !independent[2]);
    for (int i = 0; i < 4; i++) alv_expected_free(&e[i]);
}

static void theory_counts_fixed_biases(void **state)
{
    (void)state;
    alv_model *model = read_network("layers:\n- {layer: dense, out: 40, params: {bias: "
                                    "normal(std=0.5)}}\n- {layer: dense}\n");
    const alv_scheme he = scheme_of("he_normal");
    alv_drawn moments[4];
    bool independent;
    assert_int_equal(alv_moments_of(moments, &independent, model, &he, NULL, NULL), ALV_OK);
    assert_near(moments[model->nodes[0].bias].square, 0.25, 1e-12);
    assert_near(moments[model->nodes[1].bias].square, 0, 0);
    alv_model_free(model);
}

static void streams_refuse_fixed_schemes(void **state)
{
    (void)state;
    alv_model *model = read_network(mixed), *plain;
    alv_error error = {0};
    const alv_compat *torch = alv_compat_find("torch");
    assert_int_equal(alv_model_new(&plain, "6-12-3", NULL, NULL), ALV_OK);
    assert_int_equal(alv_follow_check_model(torch, plain, &error), ALV_OK);
    assert_int_equal(alv_follow_check_model(torch, model, &error), ALV_ERR_UNSUPPORTED);
    assert_non_null(strstr(error.message, "the network fixes schemes"));
    alv_model_free(plain);
    alv_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_parameters_stay_under_every_scheme),
        cmocka_unit_test(one_init_fills_all_weights_of_a_layer),
        cmocka_unit_test(lsuv_leaves_fixed_weights),
        cmocka_unit_test(theory_counts_fixed_schemes),
        cmocka_unit_test(theory_counts_fixed_biases),
        cmocka_unit_test(streams_refuse_fixed_schemes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
