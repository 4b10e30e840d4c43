/* Plans and presets: patterns, rules, canonical lines; and presets against the parameter counts
 * that the architectures are published with, and names read off their checkpoints. */
#include "test.h"

#include "alvor/alvor.h"

static void patterns_match_as_documented(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *name;
        bool fits;
    } cases[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "a.b", true},
        {"?", "", false},
        {"?", "a", true},
        {"a", "a", true},
        {"a", "ab", false},
        {"ab", "a", false},
        {"*.bias", "h.0.bias", true},
        {"*.bias", "bias", false},
        {"*.bias", "h.biases", false},
        {"h.*.w", "h.0.w", true},
        {"h.*.w", "h..w", true},
        {"h.*.w", "h.w", false},
        {"h.?.w", "h.11.w", false},
        {"a*b*c", "aXbYbZc", true},
        {"a*b*c", "aXcYb", false},
        {"**", "x", true},
        {"*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
        {"a[bc]", "a[bc]", true},
        {"a[bc]", "ab", false},
        {"*x", "xx", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (alv_name_match(cases[i].pattern, cases[i].name) != cases[i].fits)
            fail_msg("'%s' and '%s'", cases[i].pattern, cases[i].name);
}

static alv_scheme scheme(const char *text)
{
    alv_scheme out;
    assert_int_equal(alv_scheme_parse(&out, text, NULL), ALV_OK);
    return out;
}

static void the_first_rule_wins(void **state)
{
    (void)state;
    alv_weight_plan *plan;
    assert_int_equal(alv_weight_plan_new(&plan, NULL), ALV_OK);
    const alv_scheme ones = scheme("ones");
    const char *const names[] = {"a.weight", "a.bias", "b.weight", "c"};
    for (int i = 0; i < 4; i++) {
        alv_tensor t = {.rank = 2, .shape = {3, 5}};
        strcpy(t.name, names[i]);
        assert_int_equal(alv_weight_plan_add(plan, &t, i == 3 ? &ones : NULL, NULL), ALV_OK);
    }
    alv_error error;
    assert_int_equal(alv_weight_plan_check(plan, &error), ALV_ERR_ARGUMENT);
    assert_string_equal(error.where, "a.weight");
    alv_weight_rule rules[] = {
        {.match = "*.bias", .scheme = scheme("zeros")},
        {.match = "a.*", .scheme = scheme("he_normal"), .typed = true, .dtype = ALV_BF16},
        {.match = "*.weight", .scheme = scheme("normal(std=2)")},
        {.match = "c", .typed = true, .dtype = ALV_F64},
        {.match = "a.weight", .scheme = scheme("ones")},
    };
    assert_int_equal(alv_weight_plan_apply(plan, 0, rules, 5, NULL), ALV_OK);
    static const char *const wanted[] = {"he_normal", "zeros", "normal", "ones"};
    static const int64_t matched[] = {1, 1, 1, 1, 0};
    for (int i = 0; i < 4; i++)
        assert_string_equal(alv_weight_plan_scheme(plan, i)->init->name, wanted[i]);
    for (int i = 0; i < 5; i++) assert_int_equal(rules[i].matched, matched[i]);
    assert_int_equal(plan->tensors[0].dtype, ALV_BF16);
    assert_int_equal(plan->tensors[1].dtype, ALV_F32);
    assert_int_equal(plan->tensors[3].dtype, ALV_F64);
    assert_int_equal(alv_weight_plan_check(plan, NULL), ALV_OK);
    alv_weight_plan_free(plan);
}

static void a_line_says_everything(void **state)
{
    (void)state;
    alv_weight_plan *plan;
    assert_int_equal(alv_weight_plan_new(&plan, NULL), ALV_OK);
    alv_tensor t = {.name = "a b\\\n.w",
                    .role = ALV_ROLE_BIAS,
                    .layout = ALV_LAYOUT_KERAS,
                    .dtype = ALV_BF16,
                    .rank = 2,
                    .shape = {3, 5},
                    .fan_in = 2.5,
                    .groups = 1,
                    .stride = {0, 2},
                    .copy_axes = 1,
                    .parts = {2, 3},
                    .head = 1,
                    .depth = 24};
    alv_scheme s = scheme("normal(std=0.5)");
    assert_int_equal(alv_act_parse(&t.act, "leaky_relu(0.2)", NULL), ALV_OK);
    assert_int_equal(alv_weight_plan_add(plan, &t, &s, NULL), ALV_OK);
    char line[512], cut[8];
    static const char wanted[] =
        "a\\x20b\\x5c\\x0a.w bf16 [3,5] normal(std=0.5) role=1 layer=dense "
        "layout=keras fan_in=2.5 groups=1 stride=0,2 axes=0,0,1 parts=2,3 head=1 depth=24 "
        "act=leaky_relu(0.2)";
    assert_int_equal(alv_weight_plan_line(line, sizeof line, plan, 0), sizeof wanted - 1);
    assert_string_equal(line, wanted);
    assert_int_equal(alv_weight_plan_line(cut, sizeof cut, plan, 0), sizeof wanted - 1);
    assert_memory_equal(cut, wanted, sizeof cut - 1);
    assert_int_equal(cut[sizeof cut - 1], 0);
    alv_weight_plan_free(plan);
}

static void bad_tensors_are_refused(void **state)
{
    (void)state;
    alv_weight_plan *plan;
    assert_int_equal(alv_weight_plan_new(&plan, NULL), ALV_OK);
    alv_tensor t = {.name = "", .rank = 1, .shape = {3}};
    assert_int_equal(alv_weight_plan_add(plan, &t, NULL, NULL), ALV_ERR_ARGUMENT);
    strcpy(t.name, "w");
    t.shape[0] = -1;
    assert_int_equal(alv_weight_plan_add(plan, &t, NULL, NULL), ALV_ERR_SHAPE);
    assert_int_equal(alv_weight_plan_add(NULL, &t, NULL, NULL), ALV_ERR_ARGUMENT);
    assert_int_equal(alv_weight_plan_new(NULL, NULL), ALV_ERR_ARGUMENT);
    t.shape[0] = 3;
    for (int i = 0; i < ALV_MAX_PLAN; i++)
        assert_int_equal(alv_weight_plan_add(plan, &t, NULL, NULL), ALV_OK);
    assert_int_equal(alv_weight_plan_add(plan, &t, NULL, NULL), ALV_ERR_RANGE);
    assert_int_equal(plan->n, ALV_MAX_PLAN);
    alv_weight_plan_free(plan);
    alv_weight_plan_free(NULL);
}

enum { SIZES = 4 };

/* A preset with some sizes: how many tensors and, of those that train, how many parameters. */
typedef struct expected {
    const char *preset;
    const char *names[SIZES + 5];
    int64_t values[SIZES + 5];
    int64_t tensors, parameters;
} expected;

static alv_weight_plan *build(const expected *e)
{
    int64_t sizes[ALV_MAX_PRESET_ARGS] = {0};
    const alv_preset *preset = alv_preset_find(e->preset);
    assert_non_null(preset);
    for (int k = 0; e->names[k]; k++) {
        int a = 0;
        while (strcmp(preset->args[a].name, e->names[k]) != 0) a++;
        sizes[a] = e->values[k];
    }
    alv_weight_plan *plan;
    alv_error error;
    assert_int_equal(alv_weight_plan_new(&plan, NULL), ALV_OK);
    if (alv_weight_plan_preset(plan, preset, sizes, NULL, &error) != ALV_OK)
        fail_msg("%s: %s", e->preset, error.message);
    return plan;
}

/* Sizes: the model cards and configurations on the Hugging Face hub, and torchvision's page of
 * models, which prints the counts. */
static void presets_have_the_published_sizes(void **state)
{
    (void)state;
    static const expected cases[] = {
        {"gpt2", {NULL}, {0}, 148, 124439808},
        {"gpt2", {"layers", "width", "heads"}, {24, 1024, 16}, 292, 354823168},
        {"gpt2", {"layers", "width", "heads"}, {36, 1280, 20}, 436, 774030080},
        {"gpt2", {"layers", "width", "heads"}, {48, 1600, 25}, 580, 1557611200},
        {"llama", {NULL}, {0}, 291, 6738415616},
        {"llama", {"layers", "width", "heads", "hidden"}, {40, 5120, 40, 13824}, 363, 13015864320},
        {"llama",
         {"layers", "width", "heads", "kv_heads", "hidden"},
         {80, 8192, 64, 8, 28672},
         723,
         68976648192},
        {"llama", {"kv_heads", "hidden", "vocab"}, {8, 14336, 128256}, 291, 8030261248},
        {"llama",
         {"layers", "width", "kv_heads", "head_width", "hidden", "vocab", "tied"},
         {16, 2048, 8, 64, 8192, 128256, 1},
         146,
         1235814400}, /* Llama 3.2 1B */
        {"resnet", {"layers"}, {18}, 102, 11689512},
        {"resnet", {"layers"}, {34}, 182, 21797672},
        {"resnet", {NULL}, {0}, 267, 25557032},
        {"resnet", {"layers"}, {101}, 522, 44549160},
        {"resnet", {"layers"}, {152}, 777, 60192808},
        {"vit", {NULL}, {0}, 200, 86567656},
        {"vit", {"layers", "width", "heads"}, {24, 1024, 16}, 392, 304326632},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_weight_plan *plan = build(&cases[i]);
        int64_t parameters = 0, count;
        for (int64_t k = 0; k < plan->n; k++) {
            if (strstr(plan->tensors[k].name, "running_")) continue;
            assert_int_equal(alv_tensor_count(&count, &plan->tensors[k], NULL), ALV_OK);
            parameters += count;
        }
        assert_int_equal(plan->n, cases[i].tensors);
        assert_int_equal(parameters, cases[i].parameters);
        assert_int_equal(alv_weight_plan_check(plan, NULL), ALV_OK);
        alv_weight_plan_free(plan);
    }
}

static void presets_have_the_names_of_checkpoints(void **state)
{
    (void)state;
    static const struct {
        expected of;
        const char *name;
        int64_t shape[4];
        const char *scheme;
    } cases[] = {
        {{"gpt2"}, "wte.weight", {50257, 768}, "normal(std=0.02)"},
        {{"gpt2"}, "h.11.attn.c_attn.weight", {768, 2304}, "normal(std=0.02)"},
        {{"gpt2"}, "h.0.mlp.c_proj.weight", {3072, 768}, "residual_normal(std=0.02, layers=12)"},
        {{"gpt2"}, "ln_f.bias", {768}, "zeros"},
        {{"llama"}, "model.layers.31.mlp.down_proj.weight", {4096, 11008}, "normal(std=0.02)"},
        {{"llama", {"kv_heads"}, {8}},
         "model.layers.0.self_attn.k_proj.weight",
         {1024, 4096},
         "normal(std=0.02)"},
        {{"llama"}, "model.layers.7.post_attention_layernorm.weight", {4096}, "ones"},
        {{"resnet"}, "conv1.weight", {64, 3, 7, 7}, "he_normal(mode=fan_out)"},
        {{"resnet"}, "layer4.0.downsample.0.weight", {2048, 1024, 1, 1}, "he_normal(mode=fan_out)"},
        {{"resnet"}, "layer3.5.bn3.running_var", {1024}, "ones"},
        {{"resnet"}, "fc.bias", {1000}, "torch_default"},
        {{"resnet", {"layers"}, {18}},
         "layer2.0.conv1.weight",
         {128, 64, 3, 3},
         "he_normal(mode=fan_out)"},
        {{"vit"}, "vit.embeddings.position_embeddings", {1, 197, 768}, NULL},
        {{"vit"}, "vit.embeddings.patch_embeddings.projection.weight", {768, 3, 16, 16}, NULL},
        {{"vit"}, "vit.encoder.layer.11.output.dense.weight", {768, 3072}, NULL},
        {{"mlp"}, "fc2.weight", {128, 256}, "he_normal"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_weight_plan *plan = build(&cases[i].of);
        int64_t k = 0;
        char text[256];
        while (k < plan->n && strcmp(plan->tensors[k].name, cases[i].name) != 0) k++;
        if (k == plan->n) fail_msg("%s has no %s", cases[i].of.preset, cases[i].name);
        for (int a = 0; a < plan->tensors[k].rank; a++)
            assert_int_equal(plan->tensors[k].shape[a], cases[i].shape[a]);
        assert_true(plan->tensors[k].rank == 4 || cases[i].shape[plan->tensors[k].rank] == 0);
        assert_int_equal(alv_scheme_print(text, sizeof text, alv_weight_plan_scheme(plan, k), NULL),
                         ALV_OK);
        if (cases[i].scheme) assert_string_equal(text, cases[i].scheme);
        alv_weight_plan_free(plan);
    }
}

/* The deviations that the reference codes give, worked out here. */
static void presets_have_the_deviations_of_their_references(void **state)
{
    (void)state;
    static const struct {
        const char *preset, *name;
        double std;
    } cases[] = {
        {"gpt2", "h.3.attn.c_proj.weight", 0.004082482904638631}, /* 0.02 / sqrt(24) */
        {"resnet", "conv1.weight", 0.025253813613805264},         /* sqrt(2 / (64 * 49)) */
        {"resnet", "layer1.0.conv2.weight", 0.05892556509887896}, /* sqrt(2 / (64 * 9)) */
        {"resnet", "fc.bias", 0.012757759076995719},              /* 1 / sqrt(3 * 2048) */
        {"vit", "classifier.weight", 0.02},
        {"llama", "lm_head.weight", 0.02},
        {"mlp", "fc1.weight", 0.050507627227610534}, /* sqrt(2 / 784) */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_weight_plan *plan = build(&(expected){cases[i].preset});
        double mean, variance;
        int64_t k = 0;
        while (k < plan->n && strcmp(plan->tensors[k].name, cases[i].name) != 0) k++;
        assert_int_equal(alv_init_moments(&mean, &variance, alv_weight_plan_scheme(plan, k),
                                          &plan->tensors[k], NULL),
                         ALV_OK);
        assert_near(mean, 0, 1e-12);
        if (fabs(sqrt(variance) / cases[i].std - 1) > 1e-9)
            fail_msg("%s: %.17g", cases[i].name, sqrt(variance));
        alv_weight_plan_free(plan);
    }
}

static void presets_refuse_sizes_that_do_not_fit(void **state)
{
    (void)state;
    static const struct {
        expected of;
        alv_status status;
        const char *where;
    } cases[] = {
        {{"gpt2", {"heads"}, {7}}, ALV_ERR_ARGUMENT, "heads"},
        {{"gpt2", {"layers"}, {10001}}, ALV_ERR_RANGE, "layers"},
        {{"gpt2", {"width"}, {-1}}, ALV_ERR_RANGE, "width"},
        {{"llama", {"kv_heads"}, {5}}, ALV_ERR_ARGUMENT, "kv_heads"},
        {{"llama", {"heads"}, {33}}, ALV_ERR_ARGUMENT, "heads"},
        {{"resnet", {"layers"}, {19}}, ALV_ERR_ARGUMENT, "layers"},
        {{"vit", {"patch"}, {15}}, ALV_ERR_ARGUMENT, "patch"},
    };
    alv_weight_plan *plan;
    assert_int_equal(alv_weight_plan_new(&plan, NULL), ALV_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const alv_preset *preset = alv_preset_find(cases[i].of.preset);
        int64_t sizes[ALV_MAX_PRESET_ARGS] = {0};
        int a = 0;
        while (strcmp(preset->args[a].name, cases[i].of.names[0]) != 0) a++;
        sizes[a] = cases[i].of.values[0];
        alv_error error;
        assert_int_equal(alv_weight_plan_preset(plan, preset, sizes, NULL, &error),
                         cases[i].status);
        assert_string_equal(error.where, cases[i].where);
        assert_int_equal(plan->n, 0);
    }
    const alv_preset *mlp = alv_preset_find("mlp"), *vit = alv_preset_find("vit");
    assert_int_equal(alv_weight_plan_preset(plan, mlp, NULL, "4-", NULL), ALV_ERR_SYNTAX);
    assert_int_equal(alv_weight_plan_preset(plan, vit, NULL, "4-3", NULL), ALV_ERR_ARGUMENT);
    assert_int_equal(alv_weight_plan_preset(plan, mlp, NULL, "4-3-2 tanh", NULL), ALV_OK);
    assert_int_equal(plan->n, 4);
    assert_string_equal(alv_weight_plan_scheme(plan, 0)->init->name, "xavier_normal");
    alv_weight_plan_free(plan);
}

static void the_table_is_complete(void **state)
{
    (void)state;
    assert_null(alv_preset_at(-1));
    assert_null(alv_preset_at(alv_preset_count()));
    assert_null(alv_preset_find("gpt5"));
    assert_null(alv_preset_find(NULL));
    for (int i = 0; i < alv_preset_count(); i++) {
        const alv_preset *p = alv_preset_at(i);
        assert_ptr_equal(alv_preset_find(p->name), p);
        assert_true(strlen(p->summary[ALV_EN]) > 5 && strlen(p->summary[ALV_PT]) > 5);
        assert_true(strlen(p->citation) > 20 && strlen(p->names) > 5);
        for (int k = 0; k < ALV_MAX_PRESET_ARGS && p->args[k].name; k++) {
            assert_true(p->args[k].lo >= 1 && p->args[k].lo <= p->args[k].hi);
            assert_true(*p->args[k].help[ALV_EN] && *p->args[k].help[ALV_PT]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_as_documented),
        cmocka_unit_test(the_first_rule_wins),
        cmocka_unit_test(a_line_says_everything),
        cmocka_unit_test(bad_tensors_are_refused),
        cmocka_unit_test(presets_have_the_published_sizes),
        cmocka_unit_test(presets_have_the_names_of_checkpoints),
        cmocka_unit_test(presets_have_the_deviations_of_their_references),
        cmocka_unit_test(presets_refuse_sizes_that_do_not_fit),
        cmocka_unit_test(the_table_is_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
