/* The YAML of plans: what it may say, which of two wins, and the line of what is wrong. */
#include "test.h"

#include "formats/plan.h"

static alv_weight_plan *read_plan(const char *text, const alv_dtype *dtype)
{
    alv_weight_plan *plan;
    alv_error error;
    if (alv_plan_read(&plan, text, strlen(text), "plan.yaml", dtype, &error) != ALV_OK)
        fail_msg("%s", error.message);
    return plan;
}

static const char *scheme_of(const alv_weight_plan *plan, const char *name)
{
    static char text[256];
    int64_t i = 0;
    while (i < plan->n && strcmp(plan->tensors[i].name, name) != 0) i++;
    if (i == plan->n) fail_msg("no tensor %s", name);
    alv_scheme_print(text, sizeof text, alv_weight_plan_scheme(plan, i), NULL);
    return text;
}

static const char whole[] =
    "# everything that a plan can say\n"
    "preset: gpt2\n"
    "layers: 2\n"
    "width: 64\n"
    "heads: 4\n"
    "vocab: 100\n"
    "dtype: bf16\n"
    "parameters:\n"
    "  - name: extra.{i}.weight\n"
    "    repeat: 3\n"
    "    shape: [8, 4, 3]\n"
    "    layer: conv\n"
    "    stride: [2]\n"
    "    groups: 1\n"
    "    depth: 24\n"
    "    layout: keras\n"
    "    activation: leaky_relu(0.2)\n"
    "  - {name: head.bias, shape: [10], role: bias, fan_in: 2.5,\n"
    "     scheme: torch_default, dtype: f64}\n"
    "  - {name: experts, shape: [3, 7, 4], copy_axes: [0], in_axes: [2],\n"
    "     out_axes: [1], layout: axes, parts: [4, 2, 1], head: 1, scheme: zeros}\n"
    "  - name: scalar\n"
    "    shape: []\n"
    "    scheme: zeros\n"
    "rules:\n"
    "  - match: h.1.*\n"
    "    dtype: f32\n"
    "  - match: '*.bias'\n"
    "    scheme: constant(0.5)\n"
    "  - {match: extra.?.weight, scheme: 'he_normal(a=0.2, mode=fan_out)'}\n"
    "  - match: w*\n"
    "    scheme: normal(std=0.5)\n"
    "    dtype: f16\n";

static void a_whole_plan_is_read(void **state)
{
    (void)state;
    alv_weight_plan *plan = read_plan(whole, NULL);
    assert_int_equal(plan->n, 28 + 6);
    assert_string_equal(scheme_of(plan, "wte.weight"), "normal(std=0.5)");
    assert_int_equal(plan->tensors[0].dtype, ALV_F16);
    assert_string_equal(scheme_of(plan, "h.0.ln_1.bias"), "constant(value=0.5)");
    /* The first rule that matches gives a type alone: the preset's scheme stays. */
    assert_string_equal(scheme_of(plan, "h.1.ln_1.bias"), "zeros");
    assert_string_equal(scheme_of(plan, "h.1.mlp.c_proj.weight"),
                        "residual_normal(std=0.02, layers=2)");
    assert_string_equal(scheme_of(plan, "extra.2.weight"), "he_normal(a=0.2, mode=fan_out)");
    assert_string_equal(scheme_of(plan, "head.bias"), "torch_default");
    const alv_tensor *extra = &plan->tensors[28], *bias = &plan->tensors[31];
    assert_string_equal(extra->name, "extra.0.weight");
    assert_int_equal(extra->layout, ALV_LAYOUT_KERAS);
    assert_int_equal(extra->rank, 3);
    assert_string_equal(extra->act.act->name, "leaky_relu");
    assert_int_equal(extra->dtype, ALV_BF16);
    assert_int_equal(bias->role, ALV_ROLE_BIAS);
    assert_int_equal(bias->dtype, ALV_F64);
    assert_near(bias->fan_in, 2.5, 0);
    const alv_tensor *experts = &plan->tensors[32];
    assert_int_equal(extra->layer, ALV_LAYER_CONV);
    assert_int_equal(extra->stride[0], 2);
    assert_int_equal(extra->depth, 24);
    assert_int_equal(experts->copy_axes, 1);
    assert_int_equal(experts->in_axes, 4);
    assert_int_equal(experts->out_axes, 2);
    assert_int_equal(experts->parts[2], 1);
    assert_int_equal(experts->head, 1);
    assert_int_equal(plan->tensors[33].rank, 0);
    alv_weight_plan_free(plan);
}

static void the_command_line_replaces_only_the_default_type(void **state)
{
    (void)state;
    const alv_dtype f8 = ALV_F8_E5M2;
    alv_weight_plan *plan = read_plan(whole, &f8);
    assert_int_equal(plan->tensors[0].dtype, ALV_F16); /* a rule's */
    assert_int_equal(plan->tensors[1].dtype, ALV_F16);
    assert_int_equal(plan->tensors[2].dtype, ALV_F8_E5M2); /* the plan's default was bf16 */
    assert_int_equal(plan->tensors[31].dtype, ALV_F64);    /* its own */
    alv_weight_plan_free(plan);
}

static void the_digest_names_the_draw_and_not_the_text(void **state)
{
    (void)state;
    char a[ALV_DIGEST], b[ALV_DIGEST];
    static const char *const same[] = {
        "parameters: [{name: w, shape: [2, 3], scheme: he_normal}]",
        "dtype: f32\nparameters:\n- {name: w, shape: [2, 3], dtype: f32}\n"
        "rules:\n- {match: '*', scheme: kaiming_normal(a=0)}",
    };
    static const char *const other[] = {
        "parameters: [{name: v, shape: [2, 3], scheme: he_normal}]",
        "parameters: [{name: w, shape: [3, 2], scheme: he_normal}]",
        "parameters: [{name: w, shape: [2, 3], scheme: he_normal, layout: keras}]",
        "parameters: [{name: w, shape: [2, 3], scheme: he_normal, fan_in: 5}]",
        "parameters: [{name: w, shape: [2, 3], scheme: he_normal, dtype: f64}]",
        "parameters: [{name: w, shape: [2, 3], scheme: he_normal(a=0.1)}]",
        "parameters: [{name: w, shape: [2, 3], scheme: he_normal, activation: tanh}]",
        "parameters: [{name: w, shape: [2, 3], scheme: he_normal}, {name: x, shape: [], scheme: "
        "ones}]",
    };
    alv_weight_plan *plan = read_plan(same[0], NULL);
    alv_plan_digest(a, plan);
    assert_int_equal(strlen(a), 64);
    alv_weight_plan_free(plan);
    plan = read_plan(same[1], NULL);
    alv_plan_digest(b, plan);
    assert_string_equal(a, b);
    alv_weight_plan_free(plan);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        plan = read_plan(other[i], NULL);
        alv_plan_digest(b, plan);
        assert_string_not_equal(a, b);
        alv_weight_plan_free(plan);
    }
}

/* he_normal's gain by what follows; the first rule that matches decides, and a parameter's own
 * scheme before it. */
static void automatic_schemes_follow_the_activation(void **state)
{
    (void)state;
    static const char text[] = "parameters:\n"
                               "- {name: 'a.{i}', repeat: 2, shape: [6, 50], activation: gelu}\n"
                               "- {name: own, shape: [6, 50], activation: tanh, scheme: auto}\n"
                               "- {name: none, shape: [6, 50]}\n"
                               "- {name: bias, shape: [6], role: bias}\n"
                               "- {name: table, shape: [6, 50], layer: embedding}\n"
                               "- {name: he, shape: [6, 50], activation: gelu, scheme: he_normal}\n"
                               "- {name: first, shape: [6, 50], activation: gelu}\n"
                               "rules:\n"
                               "- {match: own, scheme: ones}\n"
                               "- {match: first, scheme: normal(std=0.5)}\n"
                               "- {match: '*', scheme: auto, dtype: f64}\n";
    alv_weight_plan *plan = read_plan(text, NULL);
    static const char *const acts[] = {"gelu", "gelu", "tanh", "identity"};
    static const char *const others[] = {"zeros", "embedding_normal", "he_normal",
                                         "normal(std=0.5)"};
    for (int i = 0; i < 4; i++) {
        alv_act_spec act;
        alv_gain gain;
        double mean, variance;
        assert_int_equal(alv_act_parse(&act, acts[i], NULL), ALV_OK);
        assert_int_equal(alv_act_gain(&gain, act, NULL), ALV_OK);
        assert_int_equal(alv_init_moments(&mean, &variance, alv_weight_plan_scheme(plan, i),
                                          &plan->tensors[i], NULL),
                         ALV_OK);
        assert_true(fabs(variance - gain.forward * gain.forward / 50) < 1e-14);
        assert_int_equal(plan->tensors[i].dtype, i == 2 ? ALV_F32 : ALV_F64);
    }
    for (int i = 0; i < 4; i++)
        assert_string_equal(scheme_of(plan, plan->tensors[4 + i].name), others[i]);
    alv_weight_plan_free(plan);
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
    (void)state;
#define W "parameters:\n- name: w\n  shape: [2, 3]\n"
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "the plan is empty"},
        {"# nothing\n", "the plan is empty"},
        {"{}", "no tensors"},
        {"parameters: []", "no tensors"},
        {"[1]", "keys with values belong here"},
        {"{{{{{{{{\n", "line 1: a key is one word, as in 'name: value'"},
        {"? : ?\n", "line 1: a key is one word"},
        {"parameters:\n- {name: '', shape: []}\n", "line 2: an empty text: write something"},
        {"parameters:\n- w\n", "line 2: keys with values belong here"},
        {"parameters:\n- {name: w, shape: 2}\n", "line 2: a list belongs here"},
        {"preset: gpt2\nlayrs: 3\n", "line 2: there is no key 'layrs'; did you mean 'layers'?"},
        {"preset: gpt2\nqqqqqqqq: 3\n", "line 2: there is no key 'qqqqqqqq'"},
        {W "scheme: zeros\n", "line 4: the key 'scheme' does not belong here"},
        {"preset: gpt2\n\nlayers: ten\n", "line 3: Invalid INT value: 'ten'"},
        {"preset: gpt2\nlayers: 99999999999999999999\n", "line 2: Invalid INT"},
        {"preset: gpt2\nlayers: 3\nlayers: 4\n", "line 2: the key 'layers' stands twice"},
        {"preset: gtp2\n", "line 1: there is no preset 'gtp2'; did you mean gpt2?"},
        {"preset: banana\n", "line 1: there is no preset 'banana': gpt2, llama, resnet, vit, mlp"},
        {"preset: gpt2\nclasses: 3\n", "line 2: preset gpt2 takes no 'classes'"},
        {"layers: 3\n", "line 1: 'layers' belongs to a preset"},
        {"preset: gpt2\nlayers: 0\n", "line 2: layers: 0 is outside [1, 10000]"},
        {"preset: gpt2\nlayers: -3\n", "line 2: layers: -3 is outside"},
        {"preset: gpt2\nwidth: 10\n", "heads do not divide width 10"},
        {"preset: gpt2\nmodel: 3-4\n", "line 2: preset gpt2 takes sizes"},
        {"model: 3-4\n", "line 1: 'model' belongs to preset: mlp"},
        {"preset: mlp\nmodel: 3-x\n", "line 2: "},
        {"preset: gpt2\ndtype: bf17\n",
         "line 2: there is no element type 'bf17'; did you mean bf16?"},
        {"preset: gpt2\ndtype: complex\n", "line 2: there is no element type 'complex': f32, f64"},
        {W, "line 2: no rule gives 'w' a scheme"},
        {W "  scheme: he_norml\n",
         "line 4: scheme: there is no scheme 'he_norml'; did you mean 'he_normal'?"},
        {W "  scheme: normal(std=-1)\n", "line 4: scheme: std = -1 is outside"},
        {W "  layer: densse\n", "line 4: layer: 'densse' is none of dense"},
        {W "  layout: jax\n", "line 4: layout: 'jax' is none of torch, keras, flax, axes"},
        {W "  groups: 5\n", "line 3: 'w': "},
        {W "  depth: -1\n", "line 4: depth: -1 is outside"},
        {W "  in_axes: [9]\n  scheme: zeros\n", "line 4: in_axes: there is no axis 9"},
        {W "  in_axes: [0]\n  out_axes: [0]\n  layout: axes\n", "'w': axis 0 is in two of in_axes"},
        {W "  in_axes: [0]\n  copy_axes: [5]\n  layout: axes\n", "'w': copy_axes has axis 5, and"},
        {W "  in_axes: [0]\n", "'w': in_axes belongs to the layout \"axes\", and this is torch"},
        {W "  layout: axes\n", "'w': the layout \"axes\" needs in_axes, out_axes or copy_axes"},
        {W "  parts: [1, 2, 3]\n", "'w': "},
        {W "  role: wieght\n", "line 4: role: 'wieght' is none of weight, bias"},
        {W "  activation: rellu\n", "line 4: activation: there is no activation"},
        {W "  fan_in: -2\n", "line 4: fan_in: '-2' is not a number above 0"},
        {W "  fan_in: 1,5\n", "line 4: fan_in: '1,5' is not a number"},
        {W "  dtype: f3\n", "line 4: there is no element type 'f3'"},
        {W "  repeat: 3\n", "line 2: 'w' repeats, but has no {i}"},
        {"parameters:\n- name: w{i}\n  shape: [2]\n", "line 2: the {i} in 'w{i}' needs a repeat"},
        {"parameters:\n- {name: 'w{i}{i}', shape: [2], repeat: 2}",
         "line 2: 'w{i}{i}' has two {i}"},
        {"parameters:\n- {name: 'w{i}', shape: [2], repeat: 0}", "line 2: repeat: 0 is outside"},
        {"parameters:\n- {name: 'w{i}', shape: [2], repeat: 200000}",
         "line 2: repeat: 200000 is out"},
        {"parameters:\n- {name: 'w{i}', shape: [2], repeat: 99999}\n- {name: 'v{i}', shape: [2], "
         "repeat: 2}",
         "line 3: 'v1': a plan has at most 100000 tensors"},
        {"parameters:\n- name: w\n  shape: [2, -3]\n", "line 3: 'w': axis 1 is -3"},
        {"parameters:\n- name: w\n  shape: [4000000000, 4000000000]\n", "line 3: 'w': "},
        {"parameters:\n- name: w\n  shape: [1, 1, 1, 1, 1, 1, 1, 1, 1]\n",
         "line 3: a list of more than 8"},
        {"parameters:\n- name: w\n", "line 2: the key 'shape' is missing"},
        {"parameters:\n- shape: [2]\n", "line 2: the key 'name' is missing"},
        {W "  scheme: zeros\n- {name: w, shape: [], scheme: ones}\n", "line 5: 'w': two tensors"},
        {"preset: gpt2\nparameters:\n- {name: wte.weight, shape: [], scheme: ones}\n",
         "line 3: 'wte.weight': two tensors have this name"},
        {"parameters:\n- {name: __metadata__, shape: [], scheme: ones}\n",
         "line 2: '__metadata__'"},
        {W "rules:\n- match: w\n", "line 5: the rule 'w' gives neither scheme nor dtype"},
        {W "rules:\n- match: w\n  scheme: he_norml\n",
         "line 6: scheme: there is no scheme 'he_norml'"},
        {W "rules:\n- {match: v, scheme: zeros}\n", "line 5: 'v' matches no parameter"},
        {W "rules:\n- {match: '*', scheme: zeros}\n- {match: w, scheme: ones}\n",
         "line 6: 'w' matches no parameter that an earlier rule has not taken"},
        {W "rules:\n- match: *.bias\n  scheme: zeros\n", "needs quotes"},
        {W "rules:\n- match: &a x\n  scheme: *a\n", "no aliases here"},
        {W "rules:\n- match: \"x\n", "line 5: "},
        {"parameters:\n- {name: b, shape: [3]}\nrules:\n- {match: b, scheme: he_normal}\n",
         "line 4: 'b': "},
        {"preset: gpt2\nrules:\n- match: wpe.weight\n  dtype: f16\n  scheme: constant(7e4)\n",
         "line 5: 'wpe.weight': "},
        {"\tpreset: x\n", "cannot start any token"},
        {"preset: [x]\n", "line 1: one text belongs here"},
        {"preset: gpt2\nlayers: [3]\n", "line 2: one whole number belongs here"},
        {"preset:\n", "line 1: "},
        {"preset: g\x01\n", "control characters"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_error error = {0};
        alv_weight_plan *plan = (alv_weight_plan *)&error;
        alv_status status =
            alv_plan_read(&plan, cases[i].text, strlen(cases[i].text), "plan.yaml", NULL, &error);
        if (status == ALV_OK) fail_msg("accepted:\n%s", cases[i].text);
        assert_ptr_equal(plan, &error);
        assert_string_equal(error.where, "plan.yaml");
        char *column = strstr(error.message, ", column "),
             *rest = column ? strchr(column, ':') : NULL;
        if (rest) memmove(column, rest, strlen(rest) + 1);
        if (!strstr(error.message, cases[i].says))
            fail_msg("%s\nsays \"%s\"", cases[i].text, error.message);
    }
}

/* The column too, which the table above leaves out: of a value, of a key that there is not. */
static void says_the_column(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"preset: gpt2\nlayers: -3\n", "line 2, column 9: layers: -3"},
        {"preset: gpt2\n\nlayers: ten\n", "line 3, column 9: Invalid INT"},
        {"parameters:\n- {name: w, shpe: [2]}\n", "line 2, column 13: there is no key 'shpe'"},
        {W "rules:\n- {match: v, scheme: zeros}\n", "line 5, column 11: 'v' matches no"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_error error = {0};
        alv_weight_plan *plan;
        assert_int_not_equal(
            alv_plan_read(&plan, cases[i].text, strlen(cases[i].text), "p", NULL, &error), ALV_OK);
        if (!strstr(error.message, cases[i].says))
            fail_msg("%s\nsays \"%s\"", cases[i].text, error.message);
    }
}

/* Longer than the reader holds at a time: parameters w0 to w2999, the last as said. */
static char *long_text(const char *last)
{
    enum { N = 3000, EACH = 64 };
    const size_t room = N * EACH + strlen(last) + EACH;
    char *text = malloc(room);
    size_t n = (size_t)snprintf(text, room, "parameters:\n");
    for (int i = 0; i < N - 1; i++)
        n += (size_t)snprintf(text + n, room - n, "- {name: w%d, shape: [%d], scheme: zeros}\n", i,
                              i % 7);
    snprintf(text + n, room - n, "%s", last);
    return text;
}

static void many_parameters_come_in_order(void **state)
{
    (void)state;
    char name[16], *text = long_text("- {name: w2999, shape: [3], scheme: ones}\n"
                                     "dtype: bf16\nrules:\n- {match: w2999, dtype: f16}\n");
    alv_weight_plan *plan = read_plan(text, NULL);
    assert_int_equal(plan->n, 3000);
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof name, "w%d", i);
        assert_string_equal(plan->tensors[i].name, name);
        assert_int_equal(plan->tensors[i].shape[0], i == 2999 ? 3 : i % 7);
        assert_int_equal(plan->tensors[i].dtype, i == 2999 ? ALV_F16 : ALV_BF16);
    }
    assert_string_equal(scheme_of(plan, "w2999"), "ones");
    alv_weight_plan_free(plan);
    free(text);
}

/* The place in the whole, whichever portion it is found in. */
static void many_parameters_have_their_lines(void **state)
{
    (void)state;
    static const struct {
        const char *last, *says;
    } cases[] = {
        {"- {name: w, shape: [2], scheme: zeroes_}\n", "line 3001, column 33: scheme: there is no"},
        {"- {name: w, shpe: [2]}\n", "line 3001, column 13: there is no key 'shpe'"},
        {"- {name: w, shape: [1.5]}\n", "line 3001, column 21: '1.5' is no whole number"},
        {"- {name: w, shape: 2}\n", "line 3001, column 20: a list belongs here"},
        {"- {name: w7, shape: [2], scheme: zeros}\n", "line 3001, column 10: 'w7': two tensors"},
        {"- {name: w, shape: [2]}\n", "line 3001, column 3: no rule gives 'w' a scheme"},
        {"- {name: w, shape: [2]}\nrules:\n- *a\n", "line 3003, column 1: no aliases here"},
        {"- {name: w, shape: [2]\n", "line 3001, column 20: did not find expected ',' or '}'"},
        {"- {name: w, shape: [2], scheme: zeros}\n...\nbehind\n", "expected <document start>"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_error error = {0};
        alv_weight_plan *plan;
        char *text = long_text(cases[i].last);
        assert_int_not_equal(alv_plan_read(&plan, text, strlen(text), "p", NULL, &error), ALV_OK);
        if (!strstr(error.message, cases[i].says))
            fail_msg("%s\nsays \"%s\"", cases[i].last, error.message);
        free(text);
    }
}

/* One plan in many hands: order of keys, styles, quotes, tags, comments, names that need escapes.
 */
static void any_style_of_yaml_is_the_same_plan(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "dtype: f16\nparameters:\n"
        "- {name: 'a \"b\\c', shape: [2, 3], scheme: 'normal(std=0.5)'}\n"
        "- {name: \"\\u00e9\\U0001F305\\x01\\L\", shape: [], scheme: zeros}\n",
        "---\n\"parameters\" : # the list\n  -   # the first\n    scheme:\n      normal(std=0.5)\n"
        "    name: a \"b\\c\n    shape:\n    - 2\n    - 3\n"
        "  - &anchor\n    ? name\n    : \"\\xe9\\\n      \\U0001F305\\x01\\u2028\"\n"
        "    ? shape\n    : !!seq []\n    ? !!str scheme\n    : zeros\ndtype: >-\n  f16\n...\n",
        "{\"parameters\":[{\"name\":\"a "
        "\\\"b\\\\c\",\"shape\":[2,3],\"scheme\":\"normal(std=0.5)\"},"
        "{\"name\":\"\\u00e9\xf0\x9f\x8c\x85\\u0001\\u2028\",\"shape\":[],\"scheme\":\"zeros\"}],"
        "\"dtype\":\"f16\"}",
    };
    char wanted[ALV_DIGEST], digest[ALV_DIGEST];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        alv_weight_plan *plan = read_plan(texts[i], NULL);
        assert_int_equal(plan->n, 2);
        assert_string_equal(plan->tensors[0].name, "a \"b\\c");
        assert_string_equal(plan->tensors[1].name, "\xc3\xa9\xf0\x9f\x8c\x85\x01\xe2\x80\xa8");
        alv_plan_digest(i ? digest : wanted, plan);
        if (i) assert_string_equal(digest, wanted);
        alv_weight_plan_free(plan);
    }
}

static void long_names_and_files_are_refused(void **state)
{
    (void)state;
    char text[512], name[200];
    alv_weight_plan *plan;
    alv_error error;
    memset(name, 'n', sizeof name);
    name[ALV_MAX_NAME - 1] = '\0';
    snprintf(text, sizeof text, "parameters: [{name: %s, shape: [], scheme: ones}]", name);
    assert_int_equal(alv_plan_read(&plan, text, strlen(text), "p", NULL, &error), ALV_OK);
    assert_string_equal(plan->tensors[0].name, name);
    alv_weight_plan_free(plan);
    snprintf(text, sizeof text, "parameters: [{name: %sn, shape: [], scheme: ones}]", name);
    assert_int_equal(alv_plan_read(&plan, text, strlen(text), "p", NULL, &error), ALV_ERR_RANGE);
    assert_non_null(strstr(error.message, "at most 127 bytes"));
    assert_int_equal(alv_plan_read(&plan, text, ALV_PLAN_FILE_MAX + 1, "p", NULL, &error),
                     ALV_ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_plan_is_read),
        cmocka_unit_test(the_command_line_replaces_only_the_default_type),
        cmocka_unit_test(the_digest_names_the_draw_and_not_the_text),
        cmocka_unit_test(automatic_schemes_follow_the_activation),
        cmocka_unit_test(what_is_wrong_is_said_with_its_line),
        cmocka_unit_test(says_the_column),
        cmocka_unit_test(many_parameters_come_in_order),
        cmocka_unit_test(many_parameters_have_their_lines),
        cmocka_unit_test(any_style_of_yaml_is_the_same_plan),
        cmocka_unit_test(long_names_and_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
