/* What a network gives a parameter for which a scheme is not made. */
#include "test.h"

#include "train/fill.h"

static const char *given(const char *text, const alv_tensor *tensor)
{
    static char out[ALV_MAX_NAME];
    alv_scheme scheme, suited;
    assert_int_equal(alv_scheme_parse(&scheme, text, NULL), ALV_OK);
    assert_int_equal(alv_scheme_for(&suited, &scheme, tensor, NULL), ALV_OK);
    assert_int_equal(alv_scheme_print(out, sizeof out, &suited, NULL), ALV_OK);
    return out;
}

static void other_layers_get_the_companion(void **state)
{
    (void)state;
    const alv_tensor dense = {.name = "fc.weight", .rank = 2, .shape = {100, 48}};
    const alv_tensor conv = {
        .name = "conv1.weight", .layer = ALV_LAYER_CONV, .rank = 4, .shape = {8, 8, 3, 3}};
    const alv_tensor gates = {
        .name = "lstm1.weight", .rank = 2, .shape = {100, 48}, .parts = {25, 25, 25, 25}};
    const alv_tensor bias = {
        .name = "fc.bias", .role = ALV_ROLE_BIAS, .rank = 1, .shape = {100}, .fan_in = 48};
    alv_tensor gate_bias = bias;
    memcpy(gate_bias.parts, gates.parts, sizeof gates.parts);
    assert_string_equal(given("delta_orthogonal", &conv), "delta_orthogonal");
    assert_string_equal(given("delta_orthogonal", &dense), "orthogonal");
    assert_string_equal(given("torch_rnn", &gates), "torch_rnn");
    assert_string_equal(given("torch_rnn", &dense), "torch_default"); /* 100 is no 4 gates of 25 */
    assert_string_equal(given("forget_bias", &gate_bias), "forget_bias");
    assert_string_equal(given("forget_bias", &bias), "zeros");
    assert_string_equal(given("he_normal", &dense), "he_normal");
    assert_string_equal(given("dirac", &dense), "dirac"); /* it refuses, and says why */
}

/* A companion exists and fills everything. */
static void companions_have_none_themselves(void **state)
{
    (void)state;
    for (int i = 0; i < alv_init_count(); i++) {
        const char *elsewhere = alv_init_at(i)->elsewhere;
        if (!elsewhere) continue;
        assert_non_null(alv_init_find(elsewhere));
        assert_null(alv_init_find(elsewhere)->elsewhere);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_layers_get_the_companion),
        cmocka_unit_test(companions_have_none_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
