/* The update rules against torch.optim's own results on given gradients. */
#include "nn_fixture.h"

#include "optimizer_torch.h"

static void steps_as_torch_does(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof kat_cases / sizeof kat_cases[0]; c++) {
        const struct kat_case *want = &kat_cases[c];
        alv_net_options options = {.batch = 1, .optimizer = want->optimizer};
        alv_net_f64 *net = fixture_net_f64("mlp 1-2", true, &options);
        assert_int_equal(net->n_params, KAT_PARAMS);
        memcpy(net->params, kat_start, sizeof kat_start);
        for (int t = 0; t < KAT_STEPS; t++) {
            memcpy(net->grads, kat_gradients[t], sizeof kat_gradients[t]);
            alv_net_step_f64(net);
            for (int i = 0; i < KAT_PARAMS; i++)
                if (!(fabs(net->params[i] - want->after[t][i]) <= 1e-14))
                    fail_msg("%s, step %d: p[%d] = %.17g, torch has %.17g", want->call, t + 1, i,
                             net->params[i], want->after[t][i]);
        }
        assert_int_equal(net->steps, KAT_STEPS);
        alv_net_free_f64(net);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_as_torch_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
