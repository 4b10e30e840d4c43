/* Optimizers in float on every instruction set, against a slow reference in double written from the
 * formulas of the papers; names, defaults and refusals. */
#include "nn_fixture.h"

#include "nn/kernels.h"

enum { N = 37, STEPS = 6 };

/* What one parameter remembers. */
typedef struct memory {
    double m, v;
} memory;

static double heavy_ball(double g, const alv_optimizer *o, memory *s)
{
    s->m = o->momentum * s->m + g;
    return o->kind == ALV_NESTEROV ? g + o->momentum * s->m : s->m;
}

static double scaled(double g, const alv_optimizer *o, memory *s)
{
    s->v = o->kind == ALV_ADAGRAD ? s->v + g * g : o->beta2 * s->v + (1 - o->beta2) * g * g;
    return g / (sqrt(s->v) + o->epsilon);
}

/* Adam with its two bias corrections as the paper writes them: m and v hatted, then the step. */
static double adaptive(double g, const alv_optimizer *o, memory *s, int t)
{
    s->m = o->momentum * s->m + (1 - o->momentum) * g;
    s->v = o->beta2 * s->v + (1 - o->beta2) * g * g;
    double m_hat = s->m / (1 - pow(o->momentum, t)), v_hat = s->v / (1 - pow(o->beta2, t));
    return m_hat / (sqrt(v_hat) + o->epsilon);
}

static double reference(double p, double g, const alv_optimizer *o, memory *s, int t)
{
    if (o->kind == ALV_ADAMW) return p - o->lr * o->weight_decay * p - o->lr * adaptive(g, o, s, t);
    g += o->weight_decay * p;
    if (o->kind == ALV_SGD) return p - o->lr * g;
    if (o->kind == ALV_ADAM) return p - o->lr * adaptive(g, o, s, t);
    bool ball = o->kind == ALV_MOMENTUM || o->kind == ALV_NESTEROV;
    return p - o->lr * (ball ? heavy_ball(g, o, s) : scaled(g, o, s));
}

static void follows_the_formulas(void **state)
{
    (void)state;
    for (int kind = 0; kind < ALV_OPTIMIZER_KINDS; kind++) {
        alv_net_options options = {
            .batch = 1,
            .optimizer = {.kind = (alv_optimizer_kind)kind, .lr = 0.05, .weight_decay = 0.1}};
        alv_net_f32 *net = fixture_net_f32("mlp 36-1", true, &options);
        assert_int_equal(net->n_params, N);
        double p[N], g[N];
        memory memories[N] = {{0}};
        for (int i = 0; i < N; i++) p[i] = (double)net->params[i];
        for (int t = 1; t <= STEPS; t++) {
            fixture_normal(g, N, 0.3 * t, "gradients");
            for (int i = 0; i < N; i++) {
                net->grads[i] = (float)g[i];
                p[i] = reference(p[i], g[i], &net->options.optimizer, &memories[i], t);
            }
            alv_net_step_f32(net);
            for (int i = 0; i < N; i++) assert_near((double)net->params[i], p[i], 2e-6);
        }
        alv_net_free_f32(net);
    }
}

/* Numbers that every rule can use: Adam's after many steps. */
static const alv_rates_f32 rates = {.lr = 0.01f,
                                    .decay = 0.1f,
                                    .beta1 = 0.9f,
                                    .beta2 = 0.99f,
                                    .rest1 = 0.1f,
                                    .rest2 = 0.01f,
                                    .epsilon = 1e-8f,
                                    .root2 = 0.9f};

/* p, g and two slots after one update. */
static void update_once(float out[4][N], const alv_kernels_f32 *kernels, int kind)
{
    double noise[4 * N];
    fixture_normal(noise, 4 * N, 1, "update");
    for (int i = 0; i < 4 * N; i++) out[i / N][i % N] = (float)fabs(noise[i]);
    kernels->update[kind](out[0], out[1], out[2], out[3], N, &rates);
}

static void instruction_sets_agree(void **state)
{
    (void)state;
    for (int kind = 0; kind < ALV_OPTIMIZER_KINDS; kind++) {
        float plain[4][N], wide[4][N];
        update_once(plain, alv_kernels_at_f32(0), kind);
        for (int k = 1; k < alv_kernels_count_f32(); k++) {
            if (!alv_kernels_at_f32(k)) continue;
            update_once(wide, alv_kernels_at_f32(k), kind);
            assert_memory_equal(plain, wide, sizeof plain);
        }
    }
}

static void texts_and_defaults(void **state)
{
    (void)state;
    char text[ALV_TERM_TEXT];
    alv_optimizer o;
    for (int kind = 0; kind < ALV_OPTIMIZER_KINDS; kind++) {
        const char *name = alv_optimizer_name((alv_optimizer_kind)kind);
        assert_int_equal(alv_optimizer_parse(&o, name, NULL), ALV_OK);
        assert_int_equal(o.kind, kind);
        assert_true(o.lr == 0);
        alv_optimizer_print(text, &o);
        assert_string_equal(text, name);
        assert_true(alv_optimizer_rate(o.kind) > 0 && alv_optimizer_middle_rate(o.kind) > 0);
    }
    assert_int_equal(alv_optimizer_parse(&o, " adam ( lr = 0.01 , beta2=0.99) ", NULL), ALV_OK);
    assert_true(o.lr == 0.01 && o.momentum == 0.9 && o.beta2 == 0.99 && o.epsilon == 1e-8);
    alv_optimizer_print(text, &o);
    assert_string_equal(text, "adam(lr=0.01,beta2=0.99)");
    assert_int_equal(alv_optimizer_parse(&o, "sgd(0.5)", NULL), ALV_OK);
    assert_true(o.kind == ALV_SGD && o.lr == 0.5);
    alv_optimizer_print(text, &(alv_optimizer){.kind = ALV_ADAMW}); /* zeros are the defaults */
    assert_string_equal(text, "adamw");
    assert_null(alv_optimizer_name((alv_optimizer_kind)99));
}

static void wrong_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        alv_status status;
        int position;
        const char *says;
    } cases[] = {
        {"adamm", ALV_ERR_UNKNOWN_NAME, 0, "did you mean 'adam'?"},
        {"", ALV_ERR_SYNTAX, 0, "a name"},
        {"sgd(momentum=0.9)", ALV_ERR_UNKNOWN_NAME, 4, "no argument 'momentum'"},
        {"adam(beta1=1)", ALV_ERR_RANGE, 11, "(0, 1)"},
        {"adam(beta1=0)", ALV_ERR_RANGE, 11, "beta1 = 0"},
        {"adam(lr=-1)", ALV_ERR_RANGE, 8, "lr = -1"},
        {"adam(lr=nan)", ALV_ERR_RANGE, 8, "lr = "},
        {"adam(lr 1)", ALV_ERR_SYNTAX, 8, "'='"},
        {"adam(lr=)", ALV_ERR_SYNTAX, 8, "a number"},
        {"adam(lr=1", ALV_ERR_SYNTAX, 9, "',' or ')'"},
        {"adam(lr=1) x", ALV_ERR_SYNTAX, 11, "the end"},
        {"adam()", ALV_ERR_SYNTAX, 5, "a number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        alv_error error = {0};
        alv_optimizer kept = {.kind = ALV_ADAM};
        assert_int_equal(alv_optimizer_parse(&kept, cases[i].text, &error), cases[i].status);
        assert_int_equal(error.position, cases[i].position);
        if (!strstr(error.message, cases[i].says)) fail_msg("%s: %s", cases[i].text, error.message);
        assert_true(kept.kind == ALV_ADAM && kept.lr == 0);
    }
    assert_int_equal(alv_optimizer_parse(&(alv_optimizer){0}, NULL, NULL), ALV_ERR_ARGUMENT);
}

static void refuses(void **state)
{
    (void)state;
    static const struct {
        alv_optimizer optimizer;
        alv_status status;
        const char *where;
    } cases[] = {
        {{.kind = ALV_SGD, .lr = -1}, ALV_ERR_RANGE, "lr"},
        {{.kind = ALV_SGD, .lr = NAN}, ALV_ERR_RANGE, "lr"},
        {{.kind = ALV_SGD, .lr = INFINITY}, ALV_ERR_RANGE, "lr"},
        {{.kind = ALV_MOMENTUM, .lr = 1, .momentum = 1}, ALV_ERR_RANGE, "momentum"},
        {{.kind = ALV_SGD, .lr = 1, .momentum = 0.5}, ALV_ERR_UNSUPPORTED, "momentum"},
        {{.kind = ALV_ADAM, .lr = 1, .beta2 = 1.5}, ALV_ERR_RANGE, "beta2"},
        {{.kind = ALV_ADAM, .lr = 1, .epsilon = -1e-9}, ALV_ERR_RANGE, "epsilon"},
        {{.kind = ALV_ADAM, .lr = 1, .weight_decay = -1}, ALV_ERR_RANGE, "weight_decay"},
        {{.kind = (alv_optimizer_kind)42, .lr = 1}, ALV_ERR_ARGUMENT, "optimizer"},
    };
    alv_model *model = fixture_model("mlp 2-2", true);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        alv_net_options options = {.batch = 1, .optimizer = cases[i].optimizer};
        alv_net_f32 *net = NULL;
        alv_error error;
        assert_int_equal(alv_net_new_f32(&net, model, &options, &error), cases[i].status);
        assert_string_equal(error.where, cases[i].where);
        assert_null(net);
    }
    alv_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_the_formulas),
        cmocka_unit_test(instruction_sets_agree),
        cmocka_unit_test(texts_and_defaults),
        cmocka_unit_test(wrong_texts),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
