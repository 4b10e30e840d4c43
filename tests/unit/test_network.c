/* The YAML of networks: what it builds is what the short texts build, its digest is the network's,
 * and what is wrong is told with line and column. */
#include "test.h"

#include "formats/network.h"
#include "nn/parts.h"

static const alv_model_hints flat = {.inputs = 2, .outputs = 3, .act = "tanh"};
static const alv_model_hints image = {.inputs = 192, .outputs = 3, .height = 8, .width = 8};
static const alv_model_hints words = {.inputs = 6, .outputs = 9, .tokens = 9};

static alv_model *read_network(const char *text, const alv_model_hints *hints, char **canonical)
{
    alv_model *model = NULL;
    alv_error error = {0};
    if (alv_network_read(&model, canonical, text, strlen(text), "n.yaml", hints, &error) != ALV_OK)
        fail_msg("%s\n%s", error.message, text);
    const alv_net_options options = {.batch = 4, .optimizer = {.kind = ALV_SGD, .lr = 0.1}};
    alv_net_options checked;
    if (alv_net_check(&checked, model, &options, &error) != ALV_OK)
        fail_msg("the engine: %s", error.message);
    return model;
}

#define BLOCK(norm, inner)                                                                         \
    "  - repeat: 2\n    layers:\n"                                                                 \
    "      - {layer: norm, norm: " norm ", activation: tanh}\n" inner                              \
    "      - {layer: add, with: start, gain: 0.5}\n"
#define DENSE(more) "      - {layer: dense, out: 8, activation: none" more "}\n"

/* Node for node and shape for shape, for one family after another. */
static void equals_the_short_text(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *text;
        const alv_model_hints *hints;
    } cases[] = {
        {"layers: [{layer: dense, out: 5, repeat: 3}, {layer: dense}]", "2-5x3-3 tanh", &flat},
        {"activation: relu\nlayers:\n- {layer: dense, out: 4, norm: batch}\n- layer: dense\n",
         "mlp 2-4-3 norm=batch relu", &flat},
        {"layers:\n  - {layer: dense, out: 8, activation: none, bias: false}\n" BLOCK(
             "rms", DENSE(", bias: false")) "  - {layer: norm, norm: rms, activation: tanh}\n"
                                            "  - {layer: dense}\n",
         "mlp 2-8x3-3 norm=rms residual=1 branch=0.5 tanh", &flat},
        {"layers:\n- {layer: conv, out: 4}\n- {layer: conv, out: 8, stride: 2, kernel: 3}\n"
         "- layer: mean_pool\n- layer: dense\n",
         "conv 4,8", &image},
        {"input: [1, 192]\nlayers:\n- {layer: conv1d, out: 4, kernel: 5, repeat: 2}\n"
         "- layer: mean_pool\n- layer: dense\n",
         "conv1d 4x2 kernel=5", &image},
        {"layers:\n- {layer: embedding, out: 16}\n- {layer: lstm, out: 8}\n- layer: last\n"
         "- layer: dense\n",
         "lstm 8", &words},
        {"layers:\n- {layer: embedding, out: 8, positions: true}\n- repeat: 2\n  layers:\n"
         "    - {layer: norm, norm: layer}\n    - {layer: attention, heads: 2}\n"
         "    - {layer: dense, out: 8, each: true, activation: none}\n"
         "    - {layer: add, with: start, name: half}\n    - {layer: norm, norm: layer}\n"
         "    - {layer: dense, out: 32, each: true}\n"
         "    - {layer: dense, out: 8, each: true, activation: none}\n"
         "    - {layer: add, with: half}\n- {layer: norm, norm: layer}\n- layer: last\n"
         "- layer: dense\n",
         "transformer d=8 L=2 h=2", &words},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_error error = {0};
        alv_model *a = read_network(cases[i].yaml, cases[i].hints, NULL), *b;
        if (alv_model_new(&b, cases[i].text, cases[i].hints, &error) != ALV_OK)
            fail_msg("%s", error.message);
        assert_int_equal(a->n_nodes, b->n_nodes);
        assert_int_equal(a->n_params, b->n_params);
        assert_int_equal(a->tokens, b->tokens);
        for (int n = 0; n < a->n_nodes; n++) {
            const alv_node *x = &a->nodes[n], *y = &b->nodes[n];
            assert_true(x->op == y->op && x->kind == y->kind && x->input == y->input);
            assert_true(x->in == y->in && x->out == y->out && x->other == y->other);
            assert_true(x->height == y->height && x->width == y->width && x->norm == y->norm);
            assert_true(x->kernel == y->kernel && x->stride == y->stride);
            assert_true(x->act.act == y->act.act && (x->weight < 0 || x->start == y->start));
            assert_true(x->weight == y->weight && x->bias == y->bias);
            assert_true(x->line > 0 && x->column > 0);
        }
        for (int p = 0; p < a->n_params; p++) {
            const alv_tensor *x = &a->params[p], *y = &b->params[p];
            assert_memory_equal(x->shape, y->shape, sizeof x->shape);
            assert_true(x->role == y->role && x->layer == y->layer && x->depth == y->depth);
            assert_true(x->act.act == y->act.act && x->fan_in == y->fan_in);
        }
        alv_model_free(a);
        alv_model_free(b);
    }
}

/* Comments, order and places do not count; what the network is does. */
static void the_digest_is_the_networks(void **state)
{
    (void)state;
    static const char *const same[] = {
        "layers:\n- {layer: dense, out: 5}\n- {layer: dense}\n",
        "# first\nlayers: [{out: 5, layer: dense},   {layer: dense}]\nclasses: 3\n",
        "input: [2]\nlayers:\n\n- layer: dense\n  out: 5\n- layer: 'dense'\n",
    };
    static const char *const other[] = {
        "layers:\n- {layer: dense, out: 6}\n- {layer: dense}\n",
        "layers:\n- {layer: dense, out: 5, bias: false, init: he_normal}\n- {layer: dense}\n",
        "name: x\nlayers:\n- {layer: dense, out: 5}\n- {layer: dense}\n",
    };
    char *canonical, first[ALV_MAX_MODEL_TEXT];
    alv_model *model = read_network(same[0], &flat, &canonical);
    strcpy(first, model->family);
    assert_true(strncmp(first, "net unnamed ", 12) == 0 && strstr(first, " tanh"));
    alv_model *again = read_network(canonical, &(alv_model_hints){.act = "tanh"}, NULL);
    assert_string_equal(again->family, first);
    assert_int_equal(again->inputs, 2);
    alv_model_free(again);
    alv_model_free(model);
    free(canonical);
    for (int i = 0; i < 3; i++) {
        model = read_network(same[i], &flat, NULL);
        assert_string_equal(model->family, first);
        alv_model_free(model);
        model = read_network(other[i], &flat, NULL);
        assert_string_not_equal(model->family, first);
        alv_model_free(model);
    }
}

/* A scheme counts by what it is, not by how it is spelled. */
static void fixed_schemes_are_canonical(void **state)
{
    (void)state;
    static const struct {
        const char *scheme;
        bool same;
    } cases[] = {{"he_normal", true},
                 {"kaiming_normal", true},
                 {"'he_normal(mode=fan_in)'", true},
                 {"'he_normal(mode=fan_out)'", false},
                 {"he_uniform", false}};
    char text[128], first[ALV_MAX_MODEL_TEXT] = "";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *canonical;
        snprintf(text, sizeof text, "layers:\n- {layer: dense, out: 5, init: %s}\n- layer: dense\n",
                 cases[i].scheme);
        alv_model *model = read_network(text, &flat, &canonical);
        if (i == 0) strcpy(first, model->family);
        assert_int_equal(strcmp(first, model->family) == 0, cases[i].same);
        assert_int_equal(strstr(canonical, "init: he_normal\n") != NULL, cases[i].same);
        assert_non_null(model->fixed[0].scheme);
        assert_null(model->fixed[1].scheme);
        assert_int_equal(model->fixed[0].line, 2);
        assert_int_equal(model->fixed[0].column, 32);
        alv_model_free(model);
        free(canonical);
    }
}

/* Names repeat with a number; branches count; only who takes the hint shows it. */
static void names_and_depth(void **state)
{
    (void)state;
    alv_model *m = read_network("activation: none\nlayers:\n- {layer: dense, out: 4, name: stem}\n"
                                "- repeat: 2\n  layers:\n"
                                "    - {layer: dense, name: up, out: 4, repeat: 2}\n"
                                "    - {layer: add, with: stem, gain: 1}\n- {layer: dense}\n",
                                &flat, NULL);
    static const char *const names[] = {"stem.weight", "up1.weight", "up2.weight",  "branch1.gain",
                                        "up3.weight",  "up4.weight", "branch2.gain"};
    int found = 0;
    for (int p = 0; p < m->n_params && found < 7; p++)
        if (strcmp(m->params[p].name, names[found]) == 0) found++;
    assert_int_equal(found, 7);
    assert_int_equal(m->params[0].depth, 2);
    assert_null(strstr(m->family, "tanh"));
    assert_int_equal(m->nodes[3].other, 0);
    assert_int_equal(m->nodes[3].line, 7);
    assert_int_equal(m->nodes[3].column, 7);
    alv_model_free(m);
}

/* Gated units, and channels that a vector gates (Hu et al. 2018). */
static void products(void **state)
{
    (void)state;
    static const alv_model_hints picture = {
        .inputs = 32, .outputs = 3, .height = 4, .width = 4, .act = "tanh"};
    alv_model *m = read_network(
        "layers:\n- {layer: dense, out: 4, name: stem}\n- {layer: dense, out: 6, name: up, "
        "activation: none}\n"
        "- {layer: dense, out: 6, from: stem, activation: silu}\n"
        "- {layer: multiply, with: up}\n- {layer: dense}\n",
        &flat, NULL);
    assert_int_equal(m->nodes[3].op, ALV_OP_TIMES);
    assert_int_equal(m->nodes[3].input, 2);
    assert_int_equal(m->nodes[3].other, 1);
    alv_model_free(m);
    m = read_network("layers:\n- {layer: conv, out: 4, name: maps}\n- {layer: mean_pool}\n"
                     "- {layer: dense, out: 4, name: gate, activation: sigmoid}\n"
                     "- {layer: activation, activation: identity, from: maps}\n"
                     "- {layer: multiply, with: gate}\n- {layer: mean_pool}\n- {layer: dense}\n",
                     &picture, NULL);
    assert_int_equal(m->nodes[4].op, ALV_OP_TIMES);
    assert_int_equal(m->nodes[4].height, 4);
    assert_int_equal(m->nodes[4].other, 2);
    alv_model_free(m);
}

#define TWO "layers:\n- {layer: dense, out: 4}\n"

static void says_line_and_column(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const alv_model_hints *hints;
        const char *says;
    } cases[] = {
        {TWO "- {layer: dens}\n", &flat,
         "line 3, column 11: there is no layer 'dens'; did you mean 'dense'?"},
        {TWO "- {layer: flux}\n", &flat,
         "line 3, column 11: there is no layer 'flux': dense, conv"},
        {TWO "- {layr: dense}\n", &flat, "line 3, column 4: there is no key 'layr'"},
        {TWO "- {layer: multiply, with: start}\n", &flat,
         "line 3, column 27: 'start' has 2 units at 0 x 0, and this 4"},
        {"layers:\n- {layer: dense, out: 2}\n- {layer: multiply, with: start}\n", &flat,
         "line 3, column 27: the data cannot be a factor"},
        {TWO "- {layer: dense, in: 5}\n", &flat, "line 3, column 22: it is fed 4 units, not 5"},
        {TWO "- {layer: dense, out: 4}\n", &flat,
         "line 3, column 3: the last layer has 4 units, and there are 3 classes"},
        {TWO "- {layer: dense, repeat: -2}\n", &flat, "line 3, column 26: repeat: -2 is outside"},
        {TWO "- {layer: dense, out: -4}\n", &flat, "line 3, column 23: out: -4 is outside"},
        {TWO "- {layer: dense, out: 99999999999}\n", &flat, "line 3, column 23: out: 99999999999"},
        {TWO "- {layer: dense, out: 9e99}\n", &flat,
         "line 3, column 23: '9e99' is no whole number"},
        {TWO "- {layer: conv, out: 4}\n", &flat, "line 3, column 11: conv takes images"},
        {TWO "- {layer: dense, kernel: 3}\n", &flat, "line 3, column 26: dense takes no 'kernel'"},
        {TWO "- {layer: add}\n- {layer: dense}\n", &flat, "line 3, column 11: add needs 'with'"},
        {TWO "- {layer: add, with: me}\n- {layer: dense}\n", &flat,
         "line 3, column 22: with: no layer before this one is named 'me'"},
        {TWO "- {layer: add, with: start}\n- {layer: dense}\n", &flat,
         "line 3, column 22: 'start' has 2 units at 0 x 0, and this 4"},
        {TWO "- {layer: dense, out: 4, from: start}\n- {layer: dense}\n", &flat,
         "line 2, column 3: what this layer gives is used nowhere"},
        {TWO "- {layer: dense, activation: rleu}\n", &flat,
         "line 3, column 30: activation: there is no activation \"rleu\""},
        {TWO "- {layer: norm, norm: none}\n- layer: dense\n", &flat,
         "line 3, column 23: a norm is batch, layer or rms"},
        {TWO "- {layer: dense, name: a b}\n- {layer: dense, norm: x}\n", &flat,
         "line 3, column 11: dense needs 'out'"},
        {"layers:\n- {layer: dense, out: 4, name: start}\n- layer: dense\n", &flat,
         "line 2, column 32: 'start' is what a block is fed"},
        {"layers:\n- {layer: dense, out: 4, name: fc2}\n- {layer: dense, out: 4, repeat: 2}\n"
         "- layer: dense\n",
         &flat, "two parameters are named 'fc2."},
        {"layers:\n- {layer: norm, norm: layer}\n- layer: dense\n", &flat,
         "line 2, column 11: norm follows a layer"},
        {"layers:\n- repeat: 99999\n  layers: [{layer: dense, out: 2}]\n- layer: dense\n", &flat,
         "line 2, column 11: repeat: 99999 is outside [1, 10000]"},
        {"layers:\n- repeat: 9999\n  layers: [{layer: dense, out: 2, repeat: 9999}]\n"
         "- layer: dense\n",
         &flat, "line 3, column 12: more than 10000"},
        {"layers:\n- {repeat: 2, layer: dense, layers: [{layer: dense}]}\n", &flat,
         "line 2, column 3: a block has"},
        {"layers: []\n", &flat, "line 1, column "},
        {"layers:\n- {}\n", &flat, "line 2, column 3: each item is a 'layer'"},
        {"name: a b\nlayers: [{layer: dense}]\n", &flat, "line 1, column 7: a network's name"},
        {"layers: [{layer: dense}]\n", NULL, "it needs 'input' and 'classes'"},
        {"input: [3]\nlayers: [{layer: dense}]\n", &flat,
         "line 1, column 8: input: 3 values, and the data have 2"},
        {"classes: 4\nlayers: [{layer: dense}]\n", &flat,
         "line 1, column 10: classes: 4, and the data have 3 classes"},
        {"layers: [{layer: conv, out: 4, kernel: 4}, {layer: dense}]\n", &image,
         "line 1, column 40: the side of a kernel is odd"},
        {"layers: [{layer: conv, out: 4}]\n", &image,
         "line 1, column 10: the last layer gives 8 x 8"},
        {"layers:\n- {layer: conv, out: 4}\n- {layer: max_pool, window: 9}\n- layer: dense\n",
         &image, "line 3, column 29: windows of 9 x 9 do not fit 8 x 8"},
        {"layers: [{layer: conv1d, out: 4}, {layer: dense}]\n", &image,
         "line 1, column 18: conv1d takes a sequence, and is fed images of 8 x 8"},
        {"layers: [{layer: lstm, out: 4}, {layer: dense}]\n", &words,
         "line 1, column 18: the data are tokens: an embedding comes first"},
        {"layers: [{layer: embedding, out: 4}, {layer: attention, heads: 3}]\n", &words,
         "line 1, column 64: 3 heads do not divide 4"},
        {TWO "- {layer: dense, init: he_norml}\n", &flat,
         "line 3, column 24: init: there is no scheme 'he_norml'; did you mean 'he_normal'?"},
        {TWO "- {layer: dense, init: normal(std=x)}\n", &flat,
         "line 3, column 24: init: the argument 'std' needs a number here, not 'x'"},
        {TWO "- {layer: dense, init: lsuv}\n", &flat,
         "line 3, column 24: init: lsuv looks at what the data make"},
        {TWO "- {layer: dense, params: {bias: ones(2)}}\n", &flat, "line 3, column 33: bias: "},
        {TWO "- {layer: dense, params: {wieght: ones}}\n", &flat,
         "line 3, column 27: there is no key 'wieght'; did you mean 'weight'?"},
        {TWO "- {layer: dense, params: {position: ones}}\n", &flat,
         "line 3, column 37: this dense has no parameter 'position': it has weight, bias"},
        {TWO "- {layer: dense, bias: false, params: {bias: ones}}\n", &flat,
         "line 3, column 46: this dense has no parameter 'bias': it has weight"},
        {TWO "- {layer: norm, norm: rms, init: ones}\n- {layer: dense}\n", &flat,
         "line 3, column 34: norm takes no 'init'"},
        {TWO "- {layer: activation, activation: relu, params: {}}\n- {layer: dense}\n", &flat,
         "line 3, column 49: activation takes no 'params'"},
        {"layers:\n- repeat: 2\n  layers: [{layer: dense, out: 2, init: x}]\n- layer: dense\n",
         &flat, "line 3, column 41: init: there is no scheme 'x'"},
        {"layers:\n- &a {layer: dense}\n- *a\n", &flat, "no aliases here"},
        {"layers:\n- [\n", &flat, "line "},
        {"\x01", &flat, "control characters"},
        {"", &flat, "the network is empty"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_error error = {0};
        alv_model *model = (alv_model *)&error;
        const alv_status status = alv_network_read(
            &model, NULL, cases[i].text, strlen(cases[i].text), "n.yaml", cases[i].hints, &error);
        if (status == ALV_OK) fail_msg("accepted:\n%s", cases[i].text);
        assert_ptr_equal(model, &error);
        assert_string_equal(error.where, "n.yaml");
        if (!strstr(error.message, cases[i].says))
            fail_msg("%s\nsays \"%s\"", cases[i].text, error.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_the_short_text),
        cmocka_unit_test(the_digest_is_the_networks),
        cmocka_unit_test(fixed_schemes_are_canonical),
        cmocka_unit_test(names_and_depth),
        cmocka_unit_test(products),
        cmocka_unit_test(says_line_and_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
