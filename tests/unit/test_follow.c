/* Following PyTorch's draws: order of layers against compat's own modules, bounds against the
 * formulas of torch.nn.init, refusals. The losses that follow stand in golden/test_follow.c.
 *
 * If one fails, a network that `--stream` draws is not PyTorch's. */
#include "test.h"

#include "alvor/alvor.h"
#include "base/base.h"
#include "math/math.h"
#include "train/follow.h"

static alv_model *make_model(const char *text, int64_t tokens)
{
    alv_model *model;
    alv_error error;
    const alv_model_hints hints = {.tokens = tokens};
    if (alv_model_new(&model, text, tokens ? &hints : NULL, &error) != ALV_OK)
        fail_msg("%s: %s", text, error.message);
    return model;
}

static alv_net_f32 *fill(const alv_model *model, const char *weights, const char *biases,
                         alv_compat_rng *rng)
{
    alv_net_f32 *net;
    alv_scheme scheme, bias;
    alv_error error;
    const alv_net_options options = {.batch = 1, .backend = ALV_BACKEND_PORTABLE};
    assert_int_equal(alv_net_new_f32(&net, model, &options, &error), ALV_OK);
    assert_int_equal(alv_scheme_parse(&scheme, weights, &error), ALV_OK);
    assert_int_equal(alv_scheme_parse(&bias, biases, &error), ALV_OK);
    assert_int_equal(alv_compat_seed(rng, alv_compat_find("torch"), 42, &error), ALV_OK);
    if (alv_follow_fill(net, model, &scheme, &bias, rng, &error) != ALV_OK)
        fail_msg("%s: %s", weights, error.message);
    return net;
}

/* The parameters of Linear(9, 20), Linear(20, 5) by alv_compat_module, one after the other. */
static void draw_module(float out[305], alv_compat_rng *rng)
{
    alv_compat_module *module;
    alv_error error;
    void *outs[] = {out, out + 180, out + 200, out + 300};
    assert_int_equal(
        alv_compat_module_new(&module, "Linear(9, 20), ReLU, Linear(20, 5)", ALV_F32, &error),
        ALV_OK);
    assert_int_equal(alv_compat_seed(rng, alv_compat_find("torch"), 42, &error), ALV_OK);
    assert_int_equal(alv_compat_module_draw(outs, module, rng, &error), ALV_OK);
    alv_compat_module_free(module);
}

static void redraw(float *out, const char *scheme, int64_t rows, int64_t columns,
                   alv_compat_rng *rng)
{
    alv_scheme parsed;
    alv_error error;
    const alv_tensor tensor = {.rank = 2, .shape = {rows, columns}};
    assert_int_equal(alv_compat_scheme_parse(&parsed, rng->profile, scheme, &error), ALV_OK);
    assert_int_equal(alv_compat_init(out, &parsed, &tensor, rng, &error), ALV_OK);
}

/* Weights, then the state of the generator: alike in both. */
static void draws_are_those_of_modules_and_initializers(void **state)
{
    (void)state;
    static const char *const schemes[][2] = {{"torch_default", NULL},
                                             {"xavier_uniform", "xavier_uniform"},
                                             {"xavier_normal", "xavier_normal"},
                                             {"he_uniform", "kaiming_uniform"},
                                             {"he_normal", "kaiming_normal"},
                                             {"normal(std=0.01)", "normal(std=0.01)"},
                                             {"zeros", "zeros"}};
    alv_model *model = make_model("9-20-5 relu", 0);
    for (int i = 0; i < ALV_COUNT(schemes); i++) {
        float wanted[305];
        alv_compat_rng rng, ours;
        alv_net_f32 *net = fill(model, schemes[i][0], "torch_default", &ours);
        draw_module(wanted, &rng);
        if (schemes[i][1]) {
            redraw(wanted, schemes[i][1], 20, 9, &rng);
            redraw(wanted + 200, schemes[i][1], 5, 20, &rng);
        }
        assert_int_equal(net->n_params, 305);
        assert_memory_equal(net->params, wanted, sizeof wanted);
        assert_memory_equal(&ours.mt, &rng.mt, sizeof rng.mt);
        alv_net_free_f32(net);
    }
    alv_model_free(model);
}

/* alvor's laws and torch/nn/init.py round differently as doubles, and alike as floats. */
static void bounds_are_those_of_torch(void **state)
{
    (void)state;
    for (int fan = 1; fan <= 3000000; fan++) {
        const double f = fan, a = alv_sqrt(5), third = alv_sqrt(3);
        const double ours[] = {third * alv_sqrt(2 / f), alv_sqrt(2 / f), alv_sqrt(3 / (f / 2)),
                               alv_sqrt(1 / (f / 2)),   alv_sqrt(1 / f), alv_sqrt(1 / f)};
        const double theirs[] = {third * (alv_sqrt(2) / alv_sqrt(f)), /* kaiming_uniform_ */
                                 alv_sqrt(2) / alv_sqrt(f),           /* kaiming_normal_ */
                                 third * alv_sqrt(2 / f),             /* xavier_uniform_ */
                                 alv_sqrt(2 / f),                     /* xavier_normal_ */
                                 third * (alv_sqrt(2 / (1 + a * a)) / alv_sqrt(f)), /* Linear */
                                 1 / alv_sqrt(f)};                                  /* its bias */
        for (int i = 0; i < ALV_COUNT(ours); i++)
            if ((float)ours[i] != (float)theirs[i])
                fail_msg("bound %d of fan %d: %a, not %a", i, fan, ours[i], theirs[i]);
    }
}

static void refuses(const char *profile, const char *model, int64_t tokens, const char *scheme,
                    const char *message)
{
    alv_error error = {0};
    alv_scheme parsed;
    alv_model *made = make_model(model, tokens);
    const alv_compat *stream = alv_compat_find(profile);
    assert_int_equal(alv_scheme_parse(&parsed, scheme, &error), ALV_OK);
    alv_status status = alv_follow_check_model(stream, made, &error);
    for (int i = 0; i < made->n_params && status == ALV_OK; i++)
        status = alv_follow_check_scheme(stream, &parsed, &made->params[i], &error);
    assert_int_equal(status, ALV_ERR_UNSUPPORTED);
    if (!strstr(error.message, message)) fail_msg("'%s' says no '%s'", error.message, message);
    alv_model_free(made);
}

static void what_cannot_be_followed_is_refused(void **state)
{
    (void)state;
    refuses("numpy", "9-20-5", 0, "he_normal", "PyTorch's streams");
    refuses("jax", "9-20-5", 0, "he_normal", "PyTorch's streams");
    refuses("torch", "transformer in=8 tokens=5 out=5", 5, "he_normal", "an embedding");
    refuses("torch", "lstm 8 in=8 tokens=5 out=5", 5, "he_normal", "an embedding");
    refuses("torch", "9-20-5", 0, "orthogonal", "orthogonal is drawn");
    refuses("torch", "9-20-5", 0, "lsuv", "lsuv is drawn");
    refuses("torch@1.13", "9-20-5", 0, "trunc_normal_rel", "erfinv");
    refuses("torch", "9-20-5", 0, "trunc_normal_abs(std=1, a=2, b=3)", "0.3 or less");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_are_those_of_modules_and_initializers),
        cmocka_unit_test(bounds_are_those_of_torch),
        cmocka_unit_test(what_cannot_be_followed_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
