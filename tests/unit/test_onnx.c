/* The reader of ONNX on graphs written out here, byte by byte: what it understands, and every way
 * in which a file can be wrong: cut anywhere, any byte changed, lengths that lie, cycles, missing
 * and doubled tensors, wrong types, nesting without end. tests/formats/inspect_onnx.sh reads files
 * that the onnx package wrote. */
#include "audit_fixture.h"
#include "onnx_bytes.h"

/* Reads a copy of just those bytes, so that the sanitizer sees their end. */
static alv_status try_read(const proto *bytes, alv_error *error)
{
    unsigned char *copy = malloc(bytes->n + 1);
    memcpy(copy, bytes->at, bytes->n);
    alv_checkpoint *read = NULL;
    *error = (alv_error){.position = -1};
    const alv_status status = alv_checkpoint_read(&read, copy, bytes->n, error);
    if (status == ALV_OK) alv_checkpoint_free(read);
    if (status != ALV_OK) assert_true(error->message[0] && error->position <= (int64_t)bytes->n);
    free(copy);
    return status;
}

static proto graph, model;

static void reads_a_graph(void **state)
{
    (void)state;
    alv_checkpoint *m = NULL;
    alv_error error;
    make_graph(&graph);
    wrap(&model, &graph, 13);
    assert_int_equal(alv_checkpoint_read(&m, model.at, model.n, &error), ALV_OK);
    assert_string_equal(m->format->name, "onnx");
    assert_int_equal(m->n, 4);
    const alv_checkpoint_tensor *w1 = alv_checkpoint_find(m, "w1"),
                                *w2 = alv_checkpoint_find(m, "w2");
    double x[2], fan_in;
    alv_checkpoint_decode(x, w1, 22, 24);
    assert_true(x[0] == 22 % 7 - 3 && x[1] == 23 % 7 - 3);
    assert_true(w1->bytes == model.at + w1->at); /* where it lies, not a copy */
    assert_int_equal(w1->what.layout, ALV_LAYOUT_TORCH);
    assert_int_equal(w2->what.layout, ALV_LAYOUT_KERAS);
    assert_string_equal(w1->what.act.act->name, "relu");
    assert_null(w2->what.act.act);
    assert_int_equal(alv_tensor_fans(&fan_in, NULL, &alv_checkpoint_find(m, "b2")->what, NULL),
                     ALV_OK);
    assert_true(fan_in == 4);
    /* The network: two layers, an activation, and the unknown operator by its name. */
    assert_int_equal(m->graph->n_nodes, 4);
    const alv_node *n = m->graph->nodes;
    assert_true(n[0].op == ALV_OP_WEIGHTS && n[0].input == -1 && n[0].in == 6 && n[0].out == 4);
    assert_true(n[1].op == ALV_OP_ACT && n[1].input == 0);
    assert_true(n[2].op == ALV_OP_WEIGHTS && n[2].bias >= 0 && n[2].out == 3);
    assert_true(n[3].op == ALV_OP_OTHER && n[3].input == 2 && n[3].other == 1);
    assert_string_equal(n[3].what, "Frobnicate");
    alv_checkpoint_free(m);
}

static void refuses_graphs_that_are_wrong(void **state)
{
    (void)state;
    alv_error error;
    static const struct {
        const char *inputs, *says;
    } nodes[] = {{"q w3", "missing"}, {"k w1", "cycle"}};
    for (int i = 0; i < 2; i++) {
        make_graph(&graph);
        put_node(&graph, "MatMul", nodes[i].inputs, "k", NULL);
        wrap(&model, &graph, 13);
        assert_int_equal(try_read(&model, &error), ALV_ERR_FORMAT);
        assert_non_null(strstr(error.message, nodes[i].says));
    }
    make_graph(&graph);
    put_node(&graph, "Relu", "y", "h", NULL); /* gives h again */
    wrap(&model, &graph, 13);
    assert_int_equal(try_read(&model, &error), ALV_ERR_FORMAT);
    make_graph(&graph);
    put_tensor(&graph, "w1", 4, 6, 1, 96); /* twice */
    wrap(&model, &graph, 13);
    assert_int_equal(try_read(&model, &error), ALV_ERR_FORMAT);
    make_graph(&graph);
    wrap(&model, &graph, 6);
    assert_int_equal(try_read(&model, &error), ALV_ERR_UNSUPPORTED);
}

static void refuses_tensors_that_are_wrong(void **state)
{
    (void)state;
    alv_error error;
    static const struct {
        int64_t a, b;
        int type;
        size_t bytes;
        alv_status status;
    } tensors[] = {
        {4, 6, 1, 92, ALV_ERR_FORMAT},                               /* too short for its shape */
        {4, 6, 1, 0, ALV_ERR_FORMAT},                                /* no data */
        {4, 6, 99, 96, ALV_ERR_UNSUPPORTED},                         /* no such type */
        {INT64_C(1) << 40, INT64_C(1) << 40, 1, 96, ALV_ERR_FORMAT}, /* overflows */
        {-4, 6, 1, 96, ALV_ERR_FORMAT},
        {INT64_C(1) << 50, 0, 1, 96, ALV_ERR_FORMAT},
    };
    for (size_t i = 0; i < sizeof tensors / sizeof *tensors; i++) {
        make_graph(&graph);
        put_tensor(&graph, "bad", tensors[i].a, tensors[i].b, tensors[i].type, tensors[i].bytes);
        wrap(&model, &graph, 13);
        assert_int_equal(try_read(&model, &error), tensors[i].status);
        assert_non_null(strstr(error.message, "bad"));
    }
}

static void survives_any_truncation_and_change(void **state)
{
    (void)state;
    alv_error error;
    make_graph(&graph);
    wrap(&model, &graph, 13);
    static proto copy;
    for (size_t n = 0; n < model.n; n++) {
        copy = model;
        copy.n = n;
        assert_int_not_equal(try_read(&copy, &error), ALV_OK);
    }
    for (size_t i = 0; i < model.n; i++)
        for (int change = 0; change < 5; change++) {
            static const unsigned char changes[] = {0, 0xff, 0x80, 0x7f};
            copy = model;
            copy.at[i] = change < 4 ? changes[change] : (unsigned char)(copy.at[i] + 1);
            try_read(&copy, &error);
        }
}

/* A graph in an attribute of a node in a graph in ..., 3000 deep: protobuf-c alone would follow. */
static void follows_no_nesting(void **state)
{
    (void)state;
    static proto inner, a, n;
    alv_error error;
    inner.n = 0;
    for (int depth = 0; depth < 3000 && inner.n < sizeof inner.at - 1024; depth++) {
        a.n = n.n = 0;
        put_text(&a, 1, "body");
        put_message(&a, 6, &inner);
        put_text(&n, 4, "If");
        put_text(&n, 2, "y");
        put_message(&n, 5, &a);
        inner.n = 0;
        put_message(&inner, 1, &n);
    }
    put_tensor(&inner, "w", 4, 6, 1, 96);
    wrap(&model, &inner, 13);
    assert_int_equal(try_read(&model, &error), ALV_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_graph),
        cmocka_unit_test(refuses_graphs_that_are_wrong),
        cmocka_unit_test(refuses_tensors_that_are_wrong),
        cmocka_unit_test(survives_any_truncation_and_change),
        cmocka_unit_test(follows_no_nesting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
