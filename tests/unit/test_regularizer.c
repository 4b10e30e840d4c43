/* Regularizers: gradients against finite differences of the loss that training minimizes, the
 * masks of dropout against their law and their definition, and texts. */
#include "nn_fixture.h"

enum { ROWS = 5, INPUTS = 6, CLASSES = 4 };

typedef struct case_ {
    alv_net_f64 *net;
    double x[ROWS * INPUTS];
    int32_t y[ROWS];
} case_;

static void set_up(case_ *c, alv_optimizer optimizer, alv_regularizer regularizer)
{
    const alv_net_options options = {
        .batch = ROWS, .optimizer = optimizer, .regularizer = regularizer, .seed = 11};
    c->net = fixture_net_f64("mlp 6-9-7-4 tanh", true, &options);
    fixture_normal(c->x, ROWS * INPUTS, 1, "x");
    fixture_labels(c->y, ROWS, CLASSES);
}

/* The loss of training at the net's step 0, which decides the masks, with the penalty. A rate of 0
 * leaves the parameters alone. */
static double training_loss(case_ *c)
{
    const alv_regularizer *r = &c->net->options.regularizer;
    c->net->steps = 0;
    double loss = alv_net_train_f64(c->net, c->x, c->y, ROWS, NULL);
    for (int l = 0; l < c->net->n_layers; l++)
        for (int64_t i = 0; i < c->net->layers[l].in * c->net->layers[l].out; i++) {
            const double w = c->net->layers[l].w[i];
            loss += r->l1 * fabs(w) + r->l2 / 2 * w * w;
        }
    return loss;
}

static void check_gradients(alv_regularizer regularizer)
{
    case_ c;
    const double h = 1e-4;
    set_up(&c, (alv_optimizer){.kind = ALV_MOMENTUM}, regularizer);
    training_loss(&c);
    double *grads = calloc((size_t)c.net->n_params, sizeof *grads);
    memcpy(grads, c.net->grads, (size_t)c.net->n_params * sizeof *grads);
    for (int64_t i = 0; i < c.net->n_params; i++) {
        double *p = &c.net->params[i], at = *p, loss[5];
        for (int k = 0; k < 5; k++) {
            *p = at + (k - 2) * h;
            loss[k] = training_loss(&c);
        }
        *p = at;
        const double slope = (loss[0] - loss[4] + 8 * (loss[3] - loss[1])) / (12 * h);
        if (fabs(at) < 3 * h) continue; /* |w| has a kink there */
        if (!(fabs(slope - grads[i]) <= 1e-9 + 1e-9 * fabs(slope)))
            fail_msg("parameter %d: %.12g, differences say %.12g", (int)i, grads[i], slope);
    }
    free(grads);
    alv_net_free_f64(c.net);
}

static void gradients(void **state)
{
    (void)state;
    check_gradients((alv_regularizer){0});
    check_gradients((alv_regularizer){.l1 = 0.03});
    check_gradients((alv_regularizer){.l2 = 0.2});
    check_gradients((alv_regularizer){.dropout = 0.4});
    check_gradients((alv_regularizer){.l1 = 0.01, .l2 = 0.1, .dropout = 0.6});
}

/* SGD adds gradients straight to the weights: the same update as gradient first, step after. */
static void sgd_takes_the_same_step(void **state)
{
    (void)state;
    static const alv_regularizer all[] = {
        {.l1 = 0.03}, {.l2 = 0.2}, {.dropout = 0.4}, {.l1 = 0.03, .l2 = 0.2, .dropout = 0.4}};
    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) {
        case_ a, b;
        set_up(&a, (alv_optimizer){.kind = ALV_SGD, .lr = 0.1, .weight_decay = 0.3}, all[k]);
        set_up(&b, (alv_optimizer){.kind = ALV_MOMENTUM, .lr = 0}, all[k]);
        alv_net_train_f64(b.net, b.x, b.y, ROWS, NULL);
        alv_net_train_f64(a.net, a.x, a.y, ROWS, NULL);
        for (int64_t i = 0; i < a.net->n_params; i++) {
            const double p = b.net->params[i];
            assert_near(a.net->params[i], p - 0.1 * (b.net->grads[i] + 0.3 * p), 1e-14);
        }
        alv_net_free_f64(a.net);
        alv_net_free_f64(b.net);
    }
}

/* Outside of training the net is whole. */
static void looking_sees_the_whole_net(void **state)
{
    (void)state;
    case_ a, b;
    set_up(&a, (alv_optimizer){.kind = ALV_SGD}, (alv_regularizer){.dropout = 0.5, .l1 = 1});
    set_up(&b, (alv_optimizer){.kind = ALV_SGD}, (alv_regularizer){0});
    alv_net_train_f64(a.net, a.x, a.y, ROWS, NULL);
    alv_net_forward_f64(a.net, a.x, ROWS);
    alv_net_forward_f64(b.net, b.x, ROWS);
    assert_true(alv_net_loss_f64(a.net, a.y, NULL) == alv_net_loss_f64(b.net, b.y, NULL));
    alv_net_backward_f64(a.net, a.y);
    alv_net_backward_f64(b.net, b.y);
    assert_memory_equal(a.net->grads, b.net->grads, (size_t)a.net->n_params * sizeof(double));
    alv_net_free_f64(a.net);
    alv_net_free_f64(b.net);
}

/* The definition in net.h, read again from the stream. */
static void masks_are_the_stream(void **state)
{
    (void)state;
    enum { STEP = 3, LAYER = 1 };
    case_ c;
    float u[ROWS * 7];
    set_up(&c, (alv_optimizer){.kind = ALV_SGD}, (alv_regularizer){.dropout = 0.25});
    c.net->steps = STEP;
    alv_net_train_f64(c.net, c.x, c.y, ROWS - 1, NULL); /* a batch that is not full */
    const alv_dist unit = {.kind = ALV_DIST_UNIFORM, .lo = 0, .hi = 1};
    const int64_t lo = (int64_t)STEP * ROWS * 7;
    assert_int_equal(alv_dist_fill(u, ALV_F32, lo, lo + (ROWS - 1) * 7, &unit,
                                   alv_stream_make(11, "dropout/2", NULL), NULL, NULL),
                     ALV_OK);
    const alv_net_layer_f64 *layer = &c.net->layers[LAYER];
    for (int i = 0; i < (ROWS - 1) * 7; i++) {
        assert_near(layer->mask[i], u[i] >= 0.25f ? 4.0 / 3 : 0, 1e-15);
        assert_near(layer->fed[i], layer->mask[i] * layer->a[i], 1e-15);
    }
    assert_null(c.net->layers[2].fed); /* the outputs stay */
    alv_net_free_f64(c.net);
}

/* The share of zeros, over layers and steps: within 5 deviations of the binomial law. */
static void share_of_zeros(void **state)
{
    (void)state;
    enum { STEPS = 400, UNITS = 9 + 7 };
    const double rate = 0.3;
    case_ c;
    int64_t zeros = 0, both = 0;
    set_up(&c, (alv_optimizer){.kind = ALV_SGD}, (alv_regularizer){.dropout = rate});
    double before[ROWS * 9] = {0};
    for (int s = 0; s < STEPS; s++) {
        alv_net_train_f64(c.net, c.x, c.y, ROWS, NULL);
        for (int l = 0; l < 2; l++)
            for (int64_t i = 0; i < ROWS * c.net->layers[l].out; i++)
                zeros += c.net->layers[l].mask[i] == 0;
        for (int i = 0; i < ROWS * 9; i++) {
            both += s > 0 && before[i] == 0 && c.net->layers[0].mask[i] == 0;
            before[i] = c.net->layers[0].mask[i];
        }
    }
    const double n = (double)STEPS * ROWS * UNITS, m = (double)(STEPS - 1) * ROWS * 9;
    assert_near((double)zeros / n, rate, 5 * sqrt(rate * (1 - rate) / n));
    assert_near((double)both / m, rate * rate, 6 * rate / sqrt(m)); /* steps are independent */
    alv_net_free_f64(c.net);
}

static void texts(void **state)
{
    (void)state;
    static const char *const same[] = {
        "none",          "l1(0.001)",         "l2(1e-05)",
        "dropout(0.25)", "l1(0.1)+l2(1e+21)", "l1(0.1)+l2(0.2)+dropout(0.3)"};
    alv_regularizer r;
    alv_error error = {0};
    char text[ALV_TERM_TEXT];
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        if (i == 4) continue; /* beyond the bound, below */
        assert_int_equal(alv_regularizer_parse(&r, same[i], &error), ALV_OK);
        alv_regularizer_print(text, &r);
        alv_regularizer back;
        assert_int_equal(alv_regularizer_parse(&back, text, &error), ALV_OK);
        assert_memory_equal(&back, &r, sizeof r);
    }
    assert_int_equal(alv_regularizer_parse(&r, "dropout + l2(rate=1)", &error),
                     ALV_ERR_UNKNOWN_NAME);
    assert_int_equal(error.position, 13);
    assert_int_equal(alv_regularizer_parse(&r, "dropout + l2(scale=0.5)", &error), ALV_OK);
    assert_true(r.dropout == 0.5 && r.l2 == 0.5 && r.l1 == 0);
    assert_int_equal(alv_regularizer_parse(&r, "l2(1e+2)", &error), ALV_OK);
    assert_true(r.l2 == 100);
    assert_int_equal(alv_regularizer_parse(&r, same[4], &error), ALV_ERR_RANGE);
    assert_int_equal(alv_regularizer_parse(&r, "l1+l1", &error), ALV_ERR_ARGUMENT);
    assert_int_equal(alv_regularizer_parse(&r, "dropout(1)", &error), ALV_ERR_RANGE);
    assert_int_equal(alv_regularizer_parse(&r, "l1+", &error), ALV_ERR_SYNTAX);
    assert_int_equal(error.position, 3);
    assert_int_equal(alv_regularizer_parse(&r, "l1_l2", &error), ALV_ERR_UNKNOWN_NAME);
}

static void refuses(void **state)
{
    (void)state;
    static const struct {
        alv_regularizer regularizer;
        const char *where;
    } cases[] = {{{.l1 = -1}, "l1"},
                 {{.l2 = NAN}, "l2"},
                 {{.dropout = 1}, "dropout"},
                 {{.dropout = -0.1}, "dropout"}};
    alv_model *model = fixture_model("mlp 2-3-2", true);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const alv_net_options options = {.batch = 1, .regularizer = cases[i].regularizer};
        alv_net_f64 *net = NULL;
        alv_error error;
        assert_int_equal(alv_net_new_f64(&net, model, &options, &error), ALV_ERR_RANGE);
        assert_string_equal(error.where, cases[i].where);
    }
    alv_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients),
        cmocka_unit_test(sgd_takes_the_same_step),
        cmocka_unit_test(looking_sees_the_whole_net),
        cmocka_unit_test(masks_are_the_stream),
        cmocka_unit_test(share_of_zeros),
        cmocka_unit_test(texts),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
