/* The losses: closed forms, logits so large that their exponentials overflow, hits. */
#include "nn_fixture.h"

enum { ROWS = 2, CLASSES = 3 };

/* A net of one unbiased layer whose weights are the identity: its outputs are its inputs. */
static alv_net_f32 *identity_net(alv_loss loss)
{
    alv_net_options options = {.batch = ROWS, .loss = loss, .optimizer.lr = 0.1};
    alv_net_f32 *net = fixture_net_f32("mlp 3-3", false, &options);
    for (int i = 0; i < 9; i++) net->params[i] = i % 4 == 0;
    return net;
}

/* Loss and gradient of given outputs. */
static double loss_of(const float z[ROWS * CLASSES], alv_loss kind, float delta[ROWS * CLASSES],
                      int64_t *correct)
{
    static const int32_t y[ROWS] = {2, 0};
    alv_net_f32 *net = identity_net(kind);
    alv_net_forward_f32(net, z, ROWS);
    double loss = alv_net_loss_f32(net, y, correct);
    alv_net_backward_f32(net, y);
    memcpy(delta, net->layers[0].delta, ROWS * CLASSES * sizeof *delta);
    alv_net_free_f32(net);
    return loss;
}

static void equal_logits_cost_log_k(void **state)
{
    (void)state;
    const float z[ROWS * CLASSES] = {0};
    float delta[ROWS * CLASSES];
    assert_near(loss_of(z, ALV_LOSS_CROSS_ENTROPY, delta, NULL), log(3), 1e-7);
    const double want[] = {1 / 6., 1 / 6., -1 / 3., -1 / 3., 1 / 6., 1 / 6.};
    for (int i = 0; i < ROWS * CLASSES; i++) assert_near((double)delta[i], want[i], 1e-7);
}

/* softmax(ln 1, ln 2, ln 5) = (1, 2, 5) / 8; a shift of the row by 20 changes nothing. */
static void matches_a_closed_form(void **state)
{
    (void)state;
    const float z[ROWS * CLASSES] = {0, logf(2), logf(5), 20, 20 + logf(2), 20 + logf(5)};
    float delta[ROWS * CLASSES];
    int64_t correct;
    double loss = loss_of(z, ALV_LOSS_CROSS_ENTROPY, delta, &correct);
    assert_near(loss, (log(8. / 5) + log(8)) / 2, 1e-6);
    assert_int_equal(correct, 1);
    const double want[] = {1 / 16., 2 / 16., -3 / 16., -7 / 16., 2 / 16., 5 / 16.};
    for (int i = 0; i < ROWS * CLASSES; i++) assert_near((double)delta[i], want[i], 1e-6);
}

static void survives_huge_logits(void **state)
{
    (void)state;
    const float z[ROWS * CLASSES] = {1e30f, 0, -1e30f, 3e38f, -3e38f, 3e37f};
    float delta[ROWS * CLASSES];
    int64_t correct;
    double loss = loss_of(z, ALV_LOSS_CROSS_ENTROPY, delta, &correct);
    assert_near(loss, 1e30, 1e-6); /* row 0 misses by 2e30; row 1 is right and costs nothing */
    assert_int_equal(correct, 1);
    const double want[] = {0.5, 0, -0.5, 0, 0, 0};
    for (int i = 0; i < ROWS * CLASSES; i++) assert_near((double)delta[i], want[i], 0);
}

static void squares_errors(void **state)
{
    (void)state;
    const float z[ROWS * CLASSES] = {1, 2, 3, 0.5f, 0, 0};
    float delta[ROWS * CLASSES];
    assert_near(loss_of(z, ALV_LOSS_MSE, delta, NULL), (1 + 4 + 4 + 0.25) / 6, 1e-7);
    const double want[] = {1 / 3., 2 / 3., 2 / 3., -0.5 / 3, 0, 0};
    for (int i = 0; i < ROWS * CLASSES; i++) assert_near((double)delta[i], want[i], 1e-7);
}

/* Divergence is a result: it must be visible in the loss and never count as a hit. */
static void nan_is_a_miss(void **state)
{
    (void)state;
    const float z[ROWS * CLASSES] = {NAN, 0, 1, 5, NAN, 0};
    for (int kind = 0; kind < 2; kind++) {
        float delta[ROWS * CLASSES];
        int64_t correct;
        double loss = loss_of(z, (alv_loss)kind, delta, &correct);
        assert_true(loss != loss);
        assert_int_equal(correct, 0);
    }
}

/* The first of several largest outputs is the answer, as torch.argmax gives on the CPU. */
static void ties_go_to_the_first(void **state)
{
    (void)state;
    const float z[ROWS * CLASSES] = {1, 1, 1, 1, 1, 1};
    float delta[ROWS * CLASSES];
    int64_t correct;
    loss_of(z, ALV_LOSS_CROSS_ENTROPY, delta, &correct); /* labels 2 and 0 */
    assert_int_equal(correct, 1);
}

static void names(void **state)
{
    (void)state;
    alv_loss loss;
    alv_backend backend;
    alv_error error;
    assert_int_equal(alv_loss_parse(&loss, "mse", NULL), ALV_OK);
    assert_int_equal(loss, ALV_LOSS_MSE);
    assert_int_equal(alv_loss_parse(&loss, "cross-entropy", &error), ALV_ERR_UNKNOWN_NAME);
    assert_non_null(strstr(error.message, "'cross_entropy'"));
    assert_int_equal(alv_backend_parse(&backend, "portable", NULL), ALV_OK);
    assert_int_equal(backend, ALV_BACKEND_PORTABLE);
    assert_int_equal(alv_backend_parse(&backend, "", &error), ALV_ERR_UNKNOWN_NAME);
    assert_null(alv_loss_name((alv_loss)7));
    assert_string_equal(alv_backend_name(ALV_BACKEND_ONEDNN), "onednn");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_logits_cost_log_k),
        cmocka_unit_test(matches_a_closed_form),
        cmocka_unit_test(survives_huge_logits),
        cmocka_unit_test(squares_errors),
        cmocka_unit_test(nan_is_a_miss),
        cmocka_unit_test(ties_go_to_the_first),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
