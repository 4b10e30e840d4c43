/* The short text of a network, parameters with fans, sizes that overflow. */
#include "test.h"

#include "alvor/alvor.h"

static alv_model *build(const char *text, const alv_model_hints *hints)
{
    alv_model *model = NULL;
    alv_error error = {0};
    if (alv_model_new(&model, text, hints, &error) != ALV_OK)
        print_error("%s: %s\n", text, error.message);
    assert_non_null(model);
    return model;
}

static void names_and_shapes_of_parameters(void **state)
{
    (void)state;
    alv_model *m = build("784-256-128-10", NULL);
    assert_int_equal(m->n_nodes, 3);
    assert_int_equal(m->n_params, 6);
    assert_int_equal(m->inputs, 784);
    assert_int_equal(m->outputs, 10);
    const alv_tensor *w = &m->params[m->nodes[1].weight], *b = &m->params[m->nodes[1].bias];
    assert_string_equal(w->name, "fc2.weight");
    assert_string_equal(b->name, "fc2.bias");
    assert_int_equal(w->rank, 2);
    assert_int_equal(w->shape[0], 128);
    assert_int_equal(w->shape[1], 256);
    assert_int_equal(b->rank, 1);
    assert_int_equal(b->shape[0], 128);
    assert_int_equal(b->fan_in, 256);
    assert_int_equal(b->role, ALV_ROLE_BIAS);
    assert_string_equal(w->act.act->name, "relu");
    assert_null(m->params[m->nodes[2].weight].act.act);
    assert_int_equal(m->nodes[0].input, -1);
    assert_int_equal(m->nodes[2].input, 1);
    alv_model_free(m);
}

static void prints_what_it_parsed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *canonical;
    } cases[] = {
        {"784-256-128-10", "mlp 784-256-128-10 relu"},
        {"mlp 784-100x12-10 tanh", "mlp 784-100x12-10 tanh"},
        {"  mlp  784-100-100-100-10   tanh ", "mlp 784-100x3-10 tanh"},
        {"5-5-5-5", "mlp 5-5x2-5 relu"},
        {"5x4 selu", "mlp 5-5x2-5 selu"},
        {"2-3 tanh", "mlp 2-3"},
        {"2-8x2-9x1-9-3 leaky_relu(0.2)", "mlp 2-8x2-9x2-3 leaky_relu(0.2)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[128];
        alv_model *m = build(cases[i].text, NULL);
        assert_int_equal(alv_model_print(out, sizeof out, m, NULL), ALV_OK);
        assert_string_equal(out, cases[i].canonical);
        alv_model *again = build(out, NULL);
        assert_int_equal(again->n_nodes, m->n_nodes);
        for (int n = 0; n < m->n_nodes; n++) {
            assert_int_equal(again->nodes[n].in, m->nodes[n].in);
            assert_int_equal(again->nodes[n].out, m->nodes[n].out);
        }
        assert_int_equal(alv_model_print(out, strlen(cases[i].canonical), m, NULL), ALV_ERR_RANGE);
        alv_model_free(m);
        alv_model_free(again);
    }
}

static void hidden_layers_take_their_ends_from_hints(void **state)
{
    (void)state;
    alv_model_hints hints = {.inputs = 2, .outputs = 3, .hidden_only = true, .act = "tanh"};
    char out[64];
    static const char *const texts[][2] = {
        {"100x12", "mlp 2-100x12-3 tanh"},
        {"256-128", "mlp 2-256-128-3 tanh"},
        {"7 relu", "mlp 2-7-3 relu"},
        {"mlp 100x12 relu", "mlp 2-100x12-3 relu"}, /* from here on without hidden_only */
        {"5", "mlp 2-5-3 tanh"},
        {"2-3", "mlp 2-3"},
    };
    for (int i = 0; i < 6; i++) {
        hints.hidden_only = i < 3;
        alv_model *m = build(texts[i][0], &hints);
        assert_int_equal(alv_model_print(out, sizeof out, m, NULL), ALV_OK);
        assert_string_equal(out, texts[i][1]);
        alv_model_free(m);
    }
}

static void refuses_with_position(void **state)
{
    (void)state;
    static const alv_model_hints data = {.inputs = 784, .outputs = 10};
    static const alv_model_hints hidden = {.hidden_only = true};
    static const struct {
        const char *text;
        const alv_model_hints *hints;
        alv_status status;
        int64_t position;
    } cases[] = {
        {"", NULL, ALV_ERR_SYNTAX, 0},
        {"mlp ", NULL, ALV_ERR_SYNTAX, 4},
        {"784", NULL, ALV_ERR_SYNTAX, 0},
        {"784-", NULL, ALV_ERR_SYNTAX, 4},
        {"784--10", NULL, ALV_ERR_SYNTAX, 4},
        {"784-x3-10", NULL, ALV_ERR_SYNTAX, 4},
        {"784-10x-10", NULL, ALV_ERR_SYNTAX, 7},
        {"784,10", NULL, ALV_ERR_SYNTAX, 3},
        {"-5-10", NULL, ALV_ERR_SYNTAX, 0},
        {"784-0-10", NULL, ALV_ERR_RANGE, 4},
        {"784-9x0-10", NULL, ALV_ERR_RANGE, 6},
        {"784-2147483648-10", NULL, ALV_ERR_RANGE, 4},
        {"784-99999999999999999999999999-10", NULL, ALV_ERR_RANGE, 4},
        {"784-9x99999999999999999999-10", NULL, ALV_ERR_RANGE, 6},
        {"5-6x9000-6x9000-5", NULL, ALV_ERR_RANGE, 9},
        {"784-10 tanj", NULL, ALV_ERR_UNKNOWN_NAME, 7},
        {"785-10", &data, ALV_ERR_SHAPE, 0},
        {"784-20-11", &data, ALV_ERR_SHAPE, 7},
        {"100x12", &hidden, ALV_ERR_ARGUMENT, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_model *m = (alv_model *)&cases;
        alv_error error = {0};
        alv_status status = alv_model_new(&m, cases[i].text, cases[i].hints, &error);
        if (status != cases[i].status || error.position != cases[i].position)
            print_error("'%s': %s at %lld: %s\n", cases[i].text, alv_status_name(status),
                        (long long)error.position, error.message);
        assert_int_equal(status, cases[i].status);
        assert_int_equal(error.position, cases[i].position);
        assert_ptr_equal(m, &cases); /* untouched on error */
    }
    assert_int_equal(alv_model_new(NULL, "1-2", NULL, NULL), ALV_ERR_ARGUMENT);
    alv_model_free(NULL);
}

static void the_widest_and_deepest_are_built(void **state)
{
    (void)state;
    alv_model *m = build("2147483647-3x9999-2147483647", NULL);
    assert_int_equal(m->n_nodes, ALV_MAX_LAYERS);
    assert_string_equal(m->params[m->n_params - 1].name, "fc10000.bias");
    alv_model_free(m);
}

static void counts_and_overflows(void **state)
{
    (void)state;
    static const struct {
        alv_tensor tensor;
        alv_status status;
        int64_t count;
    } cases[] = {
        {{.rank = 0}, ALV_OK, 1},
        {{.rank = 2, .shape = {256, 784}}, ALV_OK, 200704},
        {{.rank = 3, .shape = {INT64_MAX, INT64_MAX, 0}}, ALV_OK, 0},
        {{.rank = 2, .shape = {(int64_t)1 << 30, (int64_t)1 << 30}}, ALV_OK, (int64_t)1 << 60},
        {{.rank = 2, .shape = {((int64_t)1 << 30) + 1, (int64_t)1 << 30}}, ALV_ERR_OVERFLOW, -7},
        {{.rank = 1, .shape = {((int64_t)1 << 59) + 1}, .dtype = ALV_F64}, ALV_ERR_OVERFLOW, -7},
        {{.rank = 2, .shape = {9000000000000000000, 9000000000000000000}}, ALV_ERR_OVERFLOW, -7},
        {{.rank = 1, .shape = {-1}}, ALV_ERR_SHAPE, -7},
        {{.rank = 9}, ALV_ERR_SHAPE, -7},
        {{.rank = -1}, ALV_ERR_SHAPE, -7},
        {{.rank = 1, .shape = {3}, .dtype = (alv_dtype)77}, ALV_ERR_DTYPE, -7},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t count = -7;
        assert_int_equal(alv_tensor_count(&count, &cases[i].tensor, NULL), cases[i].status);
        assert_int_equal(count, cases[i].count);
    }
}

/* The longest name that a tensor can hold is a name; one without its final NUL is not read. */
static void names_end_within_the_tensor(void **state)
{
    (void)state;
    alv_tensor t = {.rank = 2, .shape = {2, 3}};
    int64_t count;
    double in, out;
    memset(t.name, 'n', sizeof t.name);
    t.name[ALV_MAX_NAME - 1] = '\0';
    assert_int_equal(alv_tensor_count(&count, &t, NULL), ALV_OK);
    t.name[ALV_MAX_NAME - 1] = 'n';
    assert_int_equal(alv_tensor_count(&count, &t, NULL), ALV_ERR_ARGUMENT);
    assert_int_equal(alv_tensor_fans(&in, &out, &t, NULL), ALV_ERR_ARGUMENT);
    t.name[0] = '\0';
    assert_int_equal(alv_tensor_count(NULL, &t, NULL), ALV_ERR_ARGUMENT);
    assert_int_equal(alv_tensor_fans(NULL, NULL, &t, NULL), ALV_ERR_ARGUMENT);
}

static void fans_in_both_layouts(void **state)
{
    (void)state;
    static const struct {
        alv_tensor tensor;
        alv_status status;
        double in, out;
    } cases[] = {
        {{.rank = 2, .shape = {256, 784}}, ALV_OK, 784, 256},
        {{.rank = 2, .shape = {784, 256}, .layout = ALV_LAYOUT_KERAS}, ALV_OK, 784, 256},
        /* torch.nn.init._calculate_fan_in_and_fan_out of a (64, 32, 3, 5) kernel; Keras' order */
        {{.rank = 4, .shape = {64, 32, 3, 5}}, ALV_OK, 480, 960},
        {{.rank = 4, .shape = {3, 5, 32, 64}, .layout = ALV_LAYOUT_KERAS}, ALV_OK, 480, 960},
        {{.rank = 2, .shape = {256, 784}, .fan_in = 5}, ALV_OK, 5, 256},
        {{.rank = 1, .shape = {9}, .fan_in = 5, .fan_out = 6}, ALV_OK, 5, 6},
        {{.rank = 1, .shape = {9}, .fan_in = 5, .role = ALV_ROLE_BIAS}, ALV_OK, 5, 9},
        {{.rank = 1, .shape = {9}, .role = ALV_ROLE_BIAS}, ALV_ERR_SHAPE, -7, -7},
        {{.rank = 1, .shape = {9}}, ALV_ERR_SHAPE, -7, -7},
        {{.rank = 0}, ALV_ERR_SHAPE, -7, -7},
        {{.rank = 2, .shape = {256, 784}, .fan_in = -1}, ALV_ERR_ARGUMENT, -7, -7},
        {{.rank = 2, .shape = {3, 4}, .layer = (alv_layer)9}, ALV_ERR_ARGUMENT, -7, -7},
        {{.rank = 3, .shape = {3, 4000000000, 4000000000}}, ALV_ERR_OVERFLOW, -7, -7},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double in = -7, out = -7;
        assert_int_equal(alv_tensor_fans(&in, &out, &cases[i].tensor, NULL), cases[i].status);
        assert_near(in, cases[i].in, 0);
        assert_near(out, cases[i].out, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_shapes_of_parameters),
        cmocka_unit_test(prints_what_it_parsed),
        cmocka_unit_test(hidden_layers_take_their_ends_from_hints),
        cmocka_unit_test(refuses_with_position),
        cmocka_unit_test(the_widest_and_deepest_are_built),
        cmocka_unit_test(counts_and_overflows),
        cmocka_unit_test(names_end_within_the_tensor),
        cmocka_unit_test(fans_in_both_layouts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
