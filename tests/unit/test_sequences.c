/* Embeddings, attention and LSTMs against finite differences in double, and against the sums that
 * define them, written out plainly.
 *
 * If these failed, transformers and recurrent nets would train on wrong gradients, or be others
 * than their papers'. */
#include "ops_fixture.h"

enum { PLACES = 5, TOKENS = 7 };

static void gradients_of_embeddings(void **state)
{
    (void)state;
    for (int positions = 0; positions < 2; positions++)
        for (int whole = 0; whole < 2; whole++) {
            alv_builder b;
            alv_error error;
            alv_model *model = NULL;
            alv_build_begin(&b, PLACES, 0, 0, &error);
            alv_build_embed(&b, "embed", TOKENS, 3, positions);
            if (!whole) alv_build_last(&b);
            alv_build_dense(&b, "fc1", 4, false, true, none, act("tanh"));
            alv_build_dense(&b, "head", CLASSES, false, true, none, none);
            assert_int_equal(alv_build_end(&model, &b), ALV_OK);
            check_gradients(model, "embedding");
        }
}

static void gradients_of_texts(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "transformer d=4 L=1 h=1 in=5 tokens=7 out=3 tanh",
        "transformer d=6 L=2 h=3 in=4 tokens=7 out=3 ff=1 norm=rms gelu",
        "transformer d=4 L=1 h=2 in=6 tokens=7 out=3 ff=2 norm=none branch=0.5 softplus",
        "transformer d=4 L=1 h=4 in=1 tokens=7 out=3 ff=1 order=post tanh",
        "lstm 3 in=5 tokens=7 out=3 embed=2",
        "lstm 3,2 in=4 tokens=7 out=3 embed=4",
        "mlp 4-5x2-3 tokens=7 embed=2 tanh",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_gradients(fixture_model(texts[i], true), texts[i]);
}

static void tokens_of(double *x, int64_t n)
{
    alv_rng rng = alv_rng_make(3, "tokens");
    for (int64_t i = 0; i < n; i++) x[i] = (double)alv_rng_below(&rng, TOKENS);
}

/* Attention that is not causal. */
static alv_model *look_both_ways(alv_model *model)
{
    for (int i = 0; i < model->n_nodes; i++)
        if (model->nodes[i].op == ALV_OP_ATTEND) model->nodes[i].both_ways = true;
    return model;
}

/* One more parameter of a model. */
static int add_param(alv_model *model, const char *name, int rank, const int64_t *shape)
{
    alv_tensor t = {.role = ALV_ROLE_BIAS, .rank = rank, .fan_in = 1};
    snprintf(t.name, sizeof t.name, "%s", name);
    memcpy(t.shape, shape, (size_t)rank * sizeof *shape);
    model->params = realloc(model->params, (size_t)(model->n_params + 1) * sizeof t);
    assert_non_null(model->params);
    model->params[model->n_params] = t;
    return model->n_params++;
}

/* Numbers of their own for the scores of every head. */
static alv_model *add_to_scores(alv_model *model)
{
    for (int i = 0; i < model->n_nodes; i++) {
        alv_node *node = &model->nodes[i];
        const int64_t shape[3] = {node->heads, node->height, node->height};
        if (node->op == ALV_OP_ATTEND) node->bias = add_param(model, "added", 3, shape);
    }
    return model;
}

static void gradients_of_what_is_added_to_scores(void **state)
{
    (void)state;
    const char *text = "transformer d=6 L=2 h=3 in=4 tokens=7 out=3 ff=1 tanh";
    check_gradients(add_to_scores(fixture_model(text, true)), "added to causal scores");
    check_gradients(look_both_ways(add_to_scores(fixture_model(text, true))), "added to scores");
}

/* A row for each position, added before an activation, behind a sequence. */
static alv_model *table_model(void)
{
    const int64_t shape[2] = {PLACES, 4};
    alv_builder b;
    alv_error error;
    alv_model *model = NULL;
    alv_build_begin(&b, PLACES, 0, 0, &error);
    alv_build_embed(&b, "embed", TOKENS, 3, false);
    alv_build_dense(&b, "fc1", 4, true, true, none, none);
    alv_build_act(&b, act("tanh"));
    const int at = b.at;
    alv_build_dense(&b, "fc2", 4, true, true, none, act("tanh"));
    alv_build_dense(&b, "head", CLASSES, false, true, none, none);
    assert_int_equal(alv_build_end(&model, &b), ALV_OK);
    model->nodes[at].bias = add_param(model, "table", 2, shape);
    return model;
}

static void gradients_of_a_table_of_positions(void **state)
{
    (void)state;
    check_gradients(table_model(), "table of positions");
}

static void gradients_of_attention_both_ways(void **state)
{
    (void)state;
    const char *text = "transformer d=6 L=2 h=3 in=4 tokens=7 out=3 ff=1 tanh";
    check_gradients(look_both_ways(fixture_model(text, true)), "attention both ways");
}

/* A net after a pass over random tokens; returns its parameters. */
static double *filled_net_of(alv_net_f64 **net, alv_model *model, double *x)
{
    tokens_of(x, ROWS * model->inputs);
    *net = net_of(model, (alv_optimizer){.kind = ALV_SGD});
    fixture_normal((*net)->params, (*net)->n_params, 0.7, "params");
    alv_net_forward_f64(*net, x, ROWS);
    return (*net)->params;
}

static double *filled_net(alv_net_f64 **net, const char *text, double *x)
{
    alv_model *model = fixture_model(text, true);
    double *params = filled_net_of(net, model, x);
    alv_model_free(model);
    return params;
}

static int attention_of(const alv_model *model)
{
    int i = 0;
    while (model->nodes[i].op != ALV_OP_ATTEND) i++;
    return i;
}

/* softmax(q k / sqrt(d)) v over what came before, by its definition: nothing is shifted, nothing is
 * kept. */
static void check_attention(bool both_ways, bool added)
{
    enum { D = 4, HEADS = 2, UNITS = D / HEADS };
    alv_net_f64 *net;
    double x[ROWS * PLACES], out[D];
    alv_model *model =
        fixture_model("transformer d=4 L=1 h=2 in=5 tokens=7 out=3 norm=none tanh", true);
    if (added) add_to_scores(model);
    filled_net_of(&net, both_ways ? look_both_ways(model) : model, x);
    double *numbers = added ? alv_net_bias_f64(net, attention_of(model)) : NULL;
    if (added) numbers[PLACES + 2] = -INFINITY; /* of the first head, from position 1 to 2 */
    alv_net_forward_f64(net, x, ROWS);
    alv_model_free(model);
    const alv_net_layer_f64 *qkv = &net->layers[0], *project = &net->layers[1];
    assert_int_equal(qkv->out, 3 * D);
    for (int s = 0; s < ROWS; s++)
        for (int i = 0; i < PLACES; i++) {
            for (int e = 0; e < D; e++) {
                const int head = e / UNITS;
                double sum = 0, total = 0;
                for (int j = 0; j <= (both_ways ? PLACES - 1 : i); j++) {
                    const double *q = qkv->z + (s * PLACES + i) * 3 * D + head * UNITS;
                    const double *k = qkv->z + (s * PLACES + j) * 3 * D + D + head * UNITS;
                    const double *v = qkv->z + (s * PLACES + j) * 3 * D + 2 * D;
                    double score = 0;
                    for (int u = 0; u < UNITS; u++) score += q[u] * k[u];
                    score = score / sqrt(UNITS) +
                            (added ? numbers[(head * PLACES + i) * PLACES + j] : 0);
                    total += exp(score);
                    sum += exp(score) * v[e];
                }
                out[e] = sum / total;
            }
            for (int o = 0; o < D; o++) {
                double z = project->b[o];
                for (int e = 0; e < D; e++) z += project->w[o * D + e] * out[e];
                assert_near(project->y[(s * PLACES + i) * D + o], z, 1e-12);
            }
        }
    alv_net_free_f64(net);
}

static void attention_is_its_definition(void **state)
{
    (void)state;
    for (int both_ways = 0; both_ways < 2; both_ways++)
        for (int added = 0; added < 2; added++) check_attention(both_ways, added);
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* The recursion, for one sample at a time; the last hidden state feeds the head. */
static void lstm_is_its_definition(void **state)
{
    (void)state;
    enum { D = 2, N = 3 };
    alv_net_f64 *net;
    double x[ROWS * PLACES];
    const double *params = filled_net(&net, "lstm 3 in=5 tokens=7 out=3 embed=2", x);
    const double *table = params, *w = table + TOKENS * D, *b = w + 4 * N * D, *u = b + 4 * N;
    const alv_net_layer_f64 *head = &net->layers[net->n_layers - 1];
    for (int s = 0; s < ROWS; s++) {
        double h[N] = {0}, c[N] = {0}, z[4 * N];
        for (int t = 0; t < PLACES; t++) {
            const double *row = table + (int)x[s * PLACES + t] * D;
            for (int g = 0; g < 4 * N; g++) {
                z[g] = b[g];
                for (int j = 0; j < D; j++) z[g] += w[g * D + j] * row[j];
                for (int j = 0; j < N; j++) z[g] += u[g * N + j] * h[j];
            }
            for (int j = 0; j < N; j++) {
                c[j] = sigmoid(z[N + j]) * c[j] + sigmoid(z[j]) * tanh(z[2 * N + j]);
                h[j] = sigmoid(z[3 * N + j]) * tanh(c[j]);
            }
        }
        for (int k = 0; k < CLASSES; k++) {
            double logit = head->b[k];
            for (int j = 0; j < N; j++) logit += head->w[k * N + j] * h[j];
            assert_near(head->z[s * CLASSES + k], logit, 1e-12);
        }
    }
    alv_net_free_f64(net);
}

/* What comes later changes nothing before it. */
static void attention_is_causal(void **state)
{
    (void)state;
    alv_net_f64 *net;
    double x[ROWS * PLACES], before[4];
    filled_net(&net, "transformer d=4 L=2 h=2 in=5 tokens=7 out=3 tanh", x);
    const alv_net_layer_f64 *last = &net->layers[net->n_layers - 2];
    memcpy(before, last->z + 3 * 4, sizeof before);
    x[4] = fmod(x[4] + 1, TOKENS);
    alv_net_forward_f64(net, x, ROWS);
    assert_memory_equal(before, last->z + 3 * 4, sizeof before);
    assert_true(last->z[4 * 4] != 0);
    alv_net_free_f64(net);
}

/* Plain SGD goes straight to the parameters, with weight decay. */
static void sgd_takes_the_same_step(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "transformer d=4 L=1 h=2 in=5 tokens=7 out=3 branch=0.5 tanh",
        "lstm 3,2 in=5 tokens=7 out=3", "transformer d=4 L=1 h=2 in=5 tokens=7 out=3"};
    for (int text = 0; text < 4; text++) {
        alv_net_f64 *nets[2];
        double x[ROWS * PLACES];
        int32_t y[ROWS];
        fixture_labels(y, ROWS, CLASSES);
        tokens_of(x, ROWS * PLACES);
        for (int i = 0; i < 2; i++) {
            alv_model *model = text < 3 ? fixture_model(texts[text], true) : table_model();
            if (text == 2) add_to_scores(model);
            nets[i] =
                net_of(model, i ? (alv_optimizer){.kind = ALV_MOMENTUM}
                                : (alv_optimizer){.kind = ALV_SGD, .lr = 0.1, .weight_decay = 0.2});
            fixture_normal(nets[i]->params, nets[i]->n_params, 0.5, "params");
            alv_net_train_f64(nets[i], x, y, ROWS, NULL);
            alv_model_free(model);
        }
        for (int64_t i = 0; i < nets[0]->n_params; i++) {
            const double p = nets[1]->params[i];
            assert_near(nets[0]->params[i], p - 0.1 * (nets[1]->grads[i] + 0.2 * p), 1e-13);
        }
        alv_net_free_f64(nets[0]);
        alv_net_free_f64(nets[1]);
    }
}

/* Parameters have the shapes, fans and parts that schemes need. */
static void parameters_say_what_they_are(void **state)
{
    (void)state;
    alv_model *m = fixture_model("transformer d=8 L=3 h=2 in=5 tokens=7 out=3", true);
    double fan_in, fan_out;
    for (int p = 0; p < m->n_params; p++) {
        const alv_tensor *t = &m->params[p];
        assert_int_equal(t->depth, 6);
        assert_int_equal(alv_tensor_fans(&fan_in, &fan_out, t, NULL), ALV_OK);
        if (strcmp(t->name, "block2.qkv.weight") == 0) {
            assert_true(fan_in == 8 && fan_out == 8);
            assert_int_equal(t->head, 4);
            assert_int_equal(alv_tensor_part_count(t), 3);
        }
        if (strcmp(t->name, "embed.position") == 0)
            assert_true(t->shape[0] == 5 && t->layer == ALV_LAYER_EMBEDDING && fan_in == 1);
    }
    assert_string_equal(m->params[0].name, "embed.weight");
    alv_model_free(m);
    m = fixture_model("lstm 6 in=5 tokens=7 out=3", true);
    assert_string_equal(m->params[1].name, "lstm1.input.weight");
    assert_string_equal(m->params[3].name, "lstm1.hidden.weight");
    assert_int_equal(alv_tensor_part_count(&m->params[1]), 4);
    assert_int_equal(alv_tensor_part_count(&m->params[2]), 4);
    assert_int_equal(alv_tensor_fans(&fan_in, &fan_out, &m->params[3], NULL), ALV_OK);
    assert_true(fan_in == 6 && fan_out == 6);
    alv_model_free(m);
}

/* Numbers that are no tokens must not reach beyond the table. */
static void no_token_leaves_the_table(void **state)
{
    (void)state;
    alv_net_f64 *net;
    double x[ROWS * PLACES];
    int32_t y[ROWS] = {0};
    filled_net(&net, "lstm 3 in=5 tokens=7 out=3 embed=2", x);
    x[0] = NAN, x[1] = 1e300, x[2] = -INFINITY, x[3] = -1, x[4] = 7;
    alv_net_forward_f64(net, x, ROWS);
    alv_net_backward_f64(net, y);
    assert_true(isfinite(alv_net_loss_f64(net, y, NULL)));
    alv_net_free_f64(net);
}

static void refuses(void **state)
{
    (void)state;
    alv_model *model = fixture_model("transformer d=4 L=1 h=2 in=5 tokens=7 out=3", true);
    const alv_net_options options = {.batch = ROWS};
    alv_net_f64 *net = NULL;
    alv_error error;
    for (int i = 0; i < model->n_nodes; i++) {
        alv_node *node = &model->nodes[i], kept = *node;
#define REFUSED(field, value)                                                                      \
    node->field = value;                                                                           \
    assert_int_not_equal(alv_net_new_f64(&net, model, &options, &error), ALV_OK);                  \
    assert_null(net);                                                                              \
    *node = kept
        REFUSED(out, kept.out + 1);
        REFUSED(in, kept.in + 1);
        REFUSED(height, kept.height + 1);
        if (kept.op == ALV_OP_ATTEND) {
            REFUSED(heads, 0);
            REFUSED(heads, 3);
            REFUSED(op, ALV_OP_LSTM);
        }
        if (kept.op == ALV_OP_EMBED) {
            REFUSED(weight, kept.bias);
            REFUSED(op, ALV_OP_WEIGHTS);
        }
        if (kept.op == ALV_OP_LAST) {
            REFUSED(op, ALV_OP_ACT);
        }
#undef REFUSED
    }
    model->tokens = 0;
    assert_int_not_equal(alv_net_new_f64(&net, model, &options, &error), ALV_OK);
    alv_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_of_embeddings),
        cmocka_unit_test(gradients_of_texts),
        cmocka_unit_test(attention_is_its_definition),
        cmocka_unit_test(gradients_of_attention_both_ways),
        cmocka_unit_test(gradients_of_what_is_added_to_scores),
        cmocka_unit_test(gradients_of_a_table_of_positions),
        cmocka_unit_test(lstm_is_its_definition),
        cmocka_unit_test(attention_is_causal),
        cmocka_unit_test(sgd_takes_the_same_step),
        cmocka_unit_test(parameters_say_what_they_are),
        cmocka_unit_test(no_token_leaves_the_table),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
