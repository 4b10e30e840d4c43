/* The portable backend gives the same bits everywhere: one hash of the trained parameters per
 * activation and per optimizer. GCC and Clang agree on them, with and without optimization, and so
 * do the instruction sets (test_gemm, test_optimizers).
 *
 * A change here means that nets trained with --backend portable change for everybody. The failing
 * test prints the new lines; say in CHANGELOG.md why they changed. */
#include "nn_fixture.h"

enum { ROWS = 20, INPUTS = 19, CLASSES = 5, STEPS = 5, MOST_PARAMS = 8192 };

struct golden {
    const char *model, *optimizer;
    alv_loss loss;
    uint64_t hash;
};
#include "train_hashes.h"

/* FNV-1a, 64 bits, over the little-endian bytes of the floats. */
static uint64_t hash_floats(const float *x, int64_t n)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (int64_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        for (int b = 0; b < 32; b += 8) hash = (hash ^ (bits >> b & 0xff)) * 0x100000001b3u;
    }
    return hash;
}

static uint64_t train(const struct golden *golden)
{
    alv_net_options options = {
        .batch = ROWS, .loss = golden->loss, .backend = ALV_BACKEND_PORTABLE};
    assert_int_equal(alv_optimizer_parse(&options.optimizer, golden->optimizer, NULL), ALV_OK);
    options.optimizer.lr = 0.05;
    alv_net_f32 *net = fixture_net_f32(golden->model, true, &options);
    double wide[ROWS * INPUTS];
    float x[ROWS * INPUTS];
    int32_t y[ROWS];
    fixture_normal(wide, ROWS * INPUTS, 1, "x");
    fixture_labels(y, ROWS, CLASSES);
    for (int i = 0; i < ROWS * INPUTS; i++) x[i] = (float)wide[i];
    if (strstr(golden->model, "tokens=")) {
        double params[MOST_PARAMS];
        assert_true(net->n_params <= MOST_PARAMS);
        fixture_normal(params, net->n_params, 0.3, "params");
        for (int64_t i = 0; i < net->n_params; i++) net->params[i] = (float)params[i];
        for (int i = 0; i < ROWS * INPUTS; i++) x[i] = floorf(4 * fabsf(x[i]));
    }
    for (int t = 0; t < STEPS; t++) alv_net_train_f32(net, x, y, ROWS - t, NULL);
    for (int64_t i = 0; i < net->n_params; i++) assert_true(net->params[i] == net->params[i]);
    uint64_t hash = hash_floats(net->params, net->n_params);
    alv_net_free_f32(net);
    return hash;
}

static void same_bits_as_ever(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof goldens / sizeof goldens[0]; i++) {
        const struct golden *g = &goldens[i];
        uint64_t hash = train(g);
        if (hash == g->hash) continue;
        print_error("{\"%s\", \"%s\", %s, 0x%016llx},\n", g->model, g->optimizer,
                    g->loss ? "ALV_LOSS_MSE" : "ALV_LOSS_CROSS_ENTROPY", (unsigned long long)hash);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

static void every_activation_is_here(void **state)
{
    (void)state;
    for (int i = 0; i < alv_act_count(); i++) {
        char model[64];
        snprintf(model, sizeof model, "mlp 19-33-16-5 %s", alv_act_at(i)->name);
        bool found = false;
        for (size_t g = 0; g < sizeof goldens / sizeof goldens[0]; g++)
            found |= strcmp(goldens[g].model, model) == 0;
        if (!found) fail_msg("tests/golden/train_hashes.h has no line for \"%s\"", model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bits_as_ever),
        cmocka_unit_test(every_activation_is_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
