/* inspect: names the scheme that drew a tensor, finds each mistake that is planted, and raises no
 * alarm on healthy models. The fills are the library's own, which tests/stat compares with their
 * laws; what is judged here is the judgement. Seeds are fixed, so nothing is left to chance; the
 * stated false-alarm probability is checked over many seeds by p_values_keep_their_promise. */
#include "audit_fixture.h"

#include "math/math.h"

static void names_the_scheme(void **state)
{
    (void)state;
    static const char *const schemes[] = {"he_normal",
                                          "he_uniform",
                                          "xavier_uniform",
                                          "xavier_normal",
                                          "lecun_normal",
                                          "lecun_uniform",
                                          "torch_default",
                                          "he_normal(mode=fan_out)",
                                          "normal(std=0.02)",
                                          "normal(std=1)",
                                          "trunc_normal_rel(std=0.02, std_of=parent)",
                                          "uniform(r=0.05)",
                                          "variance_scaling(scale=2)",
                                          "orthogonal",
                                          "zeros",
                                          "sparse(k=15)",
                                          "identity",
                                          "constant(value=0.25)",
                                          "siren(omega0=30)"};
    static const alv_dtype types[] = {ALV_F32, ALV_BF16, ALV_F16};
    for (size_t type = 0; type < 3; type++) {
        draft d = {0};
        for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
            draft_add(&d, schemes[i], schemes[i],
                      (alv_tensor){.rank = 2, .shape = {300, 512}, .dtype = types[type]}, i);
        /* Names of tensors decide what they are: none of these is a pattern's but "*". */
        look l = look_at(&d);
        for (int i = 0; i < d.n; i++) {
            const alv_explanation *e = &look_named(&l, d.tensors[i].name)->explained;
            if (strcmp(e->scheme, schemes[i]) != 0 &&
                !(strcmp(schemes[i], "constant(value=0.25)") == 0))
                fail_msg("%s in type %d: called %s (p %g)", schemes[i], (int)types[type], e->scheme,
                         e->p);
            assert_true(e->p > l.said->threshold);
        }
        look_end(&l);
        draft_free(&d);
    }
}

static void measures_what_a_plain_loop_measures(void **state)
{
    (void)state;
    enum { N = 3 * ALV_MEASURE_PART + 777 };
    draft d = {0};
    float *x =
        draft_add(&d, "w", "normal(std=0.3, mean=2)", (alv_tensor){.rank = 1, .shape = {N}}, 5);
    x[17] = 0;
    long double sum = 0, m2 = 0, m3 = 0, m4 = 0;
    double lo = x[0], hi = x[0];
    for (int64_t i = 0; i < N; i++) {
        sum += x[i];
        lo = x[i] < lo ? x[i] : lo, hi = x[i] > hi ? x[i] : hi;
    }
    const long double mean = sum / N;
    for (int64_t i = 0; i < N; i++) {
        const long double e = x[i] - mean;
        m2 += e * e / N, m3 += e * e * e / N, m4 += e * e * e * e / N;
    }
    look l = look_at(&d);
    const alv_inspected *t = look_named(&l, "w");
    assert_near(t->moments.mean, (double)mean, 1e-13);
    assert_near(t->std, sqrt((double)m2), 1e-13);
    assert_near(t->skewness, (double)(m3 / (m2 * sqrtl(m2))), 1e-11);
    assert_near(t->kurtosis, (double)(m4 / (m2 * m2)), 1e-11);
    assert_true(t->moments.lo == lo && t->moments.hi == hi && t->moments.zeros == 1);
    assert_near(t->median, 2, 0.02);
    int64_t all = 0;
    for (int i = 0; i < ALV_SKETCH; i++) all += t->sketch[i];
    assert_int_equal(all, N);
    look_end(&l);
    draft_free(&d);
}

/* Of a true law, p < a happens with probability a at most: 2000 draws of each of three laws, in
 * which p < 0.01 should come 20 times or less. More than 45 times has probability 1e-6 (Poisson).
 */
static void p_values_keep_their_promise(void **state)
{
    (void)state;
    const alv_dist laws[] = {alv_dist_normal(0, 0.1), alv_dist_uniform(-2, 2),
                             alv_dist_truncated_to_std(0, 1, -2, 2)};
    enum { N = 400, DRAWS = 2000 };
    alv_bins *bins = calloc(1, sizeof *bins);
    for (int k = 0; k < 3; k++) {
        int small = 0;
        double near = 0;
        for (uint64_t seed = 0; seed < DRAWS; seed++) {
            float x[N];
            const alv_checkpoint_tensor t = {
                .dtype = ALV_F32, .item = 4, .count = N, .bytes = (unsigned char *)x};
            alv_moments m;
            assert_int_equal(alv_dist_fill(x, ALV_F32, 0, N, &laws[k],
                                           alv_stream_make(seed, "w", NULL), NULL, NULL),
                             ALV_OK);
            memset(bins, 0, sizeof *bins);
            alv_measure_part(&m, bins, NULL, NULL, NULL, &t, 0, N);
            const double p = alv_law_fit(&m, bins, ALV_F32, &laws[k]).p;
            small += p < 0.01;
            near += p;
        }
        assert_true(small <= 45);
        /* And the test is no formality: p is spread out, and a deviation off by a fifth is seen. */
        assert_true(near / DRAWS < 0.9);
        alv_dist wrong = laws[k];
        wrong.std *= 1.2, wrong.lo *= 1.2, wrong.hi *= 1.2;
        float x[N];
        const alv_checkpoint_tensor t = {
            .dtype = ALV_F32, .item = 4, .count = N, .bytes = (unsigned char *)x};
        alv_moments m;
        assert_int_equal(
            alv_dist_fill(x, ALV_F32, 0, N, &laws[k], alv_stream_make(1, "w", NULL), NULL, NULL),
            ALV_OK);
        memset(bins, 0, sizeof *bins);
        alv_measure_part(&m, bins, NULL, NULL, NULL, &t, 0, N);
        assert_true(alv_law_fit(&m, bins, ALV_F32, &wrong).p < 1e-4);
    }
    free(bins);
}

/* Types of few values are counted: the same as block by block, with infinities and NaN among them.
 */
static void counted_as_measured(void **state)
{
    (void)state;
    static const alv_dtype types[] = {ALV_BF16, ALV_F16, ALV_F8_E4M3FN, ALV_F8_E5M2};
    enum { N = (1 << 17) + 3, ODD = 5 };
    alv_bins *bins[2] = {calloc(1, sizeof **bins), calloc(1, sizeof **bins)};
    alv_patterns *patterns = calloc(1, sizeof *patterns);
    unsigned char *bytes = malloc(2 * N + 1);
    for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
        const alv_dist law = alv_dist_normal(0.3, 1);
        const int item = k < 2 ? 2 : 1;
        const alv_checkpoint_tensor t = {
            .dtype = (int)types[k], .item = item, .count = N, .bytes = bytes};
        alv_moments m[2];
        assert_int_equal(
            alv_dist_fill(bytes, types[k], 0, N, &law, alv_stream_make(1, "w", NULL), NULL, NULL),
            ALV_OK);
        for (int i = 0; i < ODD; i++)
            memset(bytes + 999 * i * item, i < 3 ? 0xff : 0, (size_t)item);
        for (int i = 0; i < 2; i++) {
            memset(bins[i], 0, sizeof **bins);
            alv_measure_part(&m[i], bins[i], i ? patterns : NULL, NULL, NULL, &t, 1, N);
        }
        assert_memory_equal(bins[0], bins[1], sizeof **bins);
        assert_int_equal(m[0].nonfinite, 2); /* the first of the three is left out */
        assert_int_equal(m[1].nonfinite, m[0].nonfinite);
        assert_int_equal(m[1].n, m[0].n);
        assert_int_equal(m[1].zeros, m[0].zeros);
        assert_true(m[0].zeros >= 2);
        assert_true(m[1].lo == m[0].lo && m[1].hi == m[0].hi && m[1].hash == m[0].hash);
        assert_near(m[1].mean, m[0].mean, 1e-12);
        assert_near(m[1].m2 / m[0].m2, 1, 1e-12);
        assert_near(m[1].m3 / m[0].m4, m[0].m3 / m[0].m4, 1e-12);
        assert_near(m[1].m4 / m[0].m4, 1, 1e-12);
    }
    free(bytes);
    free(patterns);
    free(bins[0]);
    free(bins[1]);
}

/* A small network of several kinds, healthy. */
static void add_healthy(draft *d, const char *scheme, uint64_t seed)
{
    draft_dense(d, "fc1.weight", scheme, 120, 784, seed);
    draft_dense(d, "fc2.weight", scheme, 120, 120, seed);
    draft_dense(d, "fc3.weight", scheme, 10, 120, seed);
    draft_add(d, "conv1.weight", scheme,
              (alv_tensor){.layer = ALV_LAYER_CONV, .rank = 4, .shape = {16, 3, 3, 3}}, seed);
    draft_add(d, "conv2.weight", scheme,
              (alv_tensor){.layer = ALV_LAYER_CONV, .rank = 4, .shape = {32, 16, 3, 3}}, seed);
    draft_add(d, "embed.weight", "normal(std=1)",
              (alv_tensor){.layer = ALV_LAYER_EMBEDDING, .rank = 2, .shape = {100, 32}}, seed);
    draft_add(d, "bn1.weight", "ones",
              (alv_tensor){.role = ALV_ROLE_GAIN, .rank = 1, .shape = {16}}, seed);
    draft_add(d, "fc1.bias", "zeros",
              (alv_tensor){.role = ALV_ROLE_BIAS, .rank = 1, .shape = {120}, .fan_in = 784}, seed);
}

/* 100 models of each scheme: by the stated 0.001 a file, one alarm in 600 files would be no wonder;
 * mistakes need more than a rejected law, and none is raised. */
static void raises_no_alarm_on_healthy_models(void **state)
{
    (void)state;
    static const char *const schemes[] = {"he_normal",     "he_uniform",   "xavier_uniform",
                                          "torch_default", "lecun_normal", "orthogonal"};
    for (int k = 0; k < 6; k++)
        for (uint64_t seed = 0; seed < 30; seed++) {
            draft d = {0};
            add_healthy(&d, schemes[k], seed);
            look l = look_at(&d);
            if (l.said->n_found > 0)
                fail_msg("%s, seed %d: %s in %s", schemes[k], (int)seed,
                         l.said->found[0].mistake->key,
                         l.said->tensors[l.said->found[0].tensor].tensor->name);
            look_end(&l);
            draft_free(&d);
        }
}

/* PyTorch's recurrent layers, both ways and stacked: the bound 1 / sqrt(hidden) is sqrt(2 / fan_in)
 * where the second layer takes both directions of the first. */
static void knows_recurrent_layers_of_torch(void **state)
{
    (void)state;
    static const struct {
        const char *scheme;
        int64_t gates;
    } cells[] = {{"torch_rnn", 4}, {"torch_rnn(cell=gru)", 3}, {"torch_rnn(cell=rnn)", 1}};
    for (int k = 0; k < 3; k++) {
        draft d = {0};
        for (int which = 0; which < 2; which++) {
            const char *name = which ? "rnn.weight_hh_l1" : "rnn.weight_ih_l1";
            draft_dense(&d, name, cells[k].scheme, 40 * cells[k].gates, which ? 40 : 80, 5);
        }
        look l = look_at(&d);
        if (l.said->n_found > 0) fail_msg("%s: %s", cells[k].scheme, l.said->found[0].mistake->key);
        for (int i = 0; i < 2; i++)
            assert_string_equal(l.said->tensors[i].explained.scheme, cells[k].scheme);
        look_end(&l);
        draft_free(&d);
    }
}

typedef void plant(draft *d);

static void plant_sqrt3(draft *d)
{
    draft_dense(d, "bad.weight", "he_uniform(gain=0.816496580927726)", 96, 500, 9);
}

static void plant_xavier(draft *d)
{
    draft_dense(d, "bad.weight", "xavier_uniform(gain=0.5773502691896258)", 96, 500, 9);
}

static void plant_variance(draft *d)
{
    draft_dense(d, "bad.weight", "normal(std=0.004)", 96, 500, 9); /* 2 / fan_in */
}

static void plant_zeros(draft *d)
{
    draft_dense(d, "bad.weight", "zeros", 96, 500, 9);
}

static void plant_equal(draft *d)
{
    draft_dense(d, "bad.weight", "constant(0.1)", 96, 500, 9);
}

static void plant_nan(draft *d)
{
    draft_dense(d, "bad.weight", "he_normal", 96, 500, 9)[77] = NAN;
}

static void plant_memory(draft *d)
{
    float *x = draft_dense(d, "bad.weight", "he_normal", 96, 500, 9);
    for (int i = 0; i < 96 * 500; i++) x[i] *= i % 3 ? 1e-38f : 1;
}

static void plant_twin(draft *d)
{
    const void *first = draft_dense(d, "good.weight", "he_normal", 96, 500, 9);
    memcpy(draft_dense(d, "bad.weight", "he_normal", 96, 500, 9), first, 4 * 96 * 500);
}

static void plant_stream(draft *d)
{
    const float *first = draft_dense(d, "good.weight", "normal(std=0.1)", 96, 500, 9);
    float *x = draft_dense(d, "bad.weight", "he_normal", 64, 400, 9);
    for (int i = 0; i < 64 * 400; i++) x[i] = first[i] * 0.5f;
}

static void plant_shards(draft *d)
{
    float *x = draft_dense(d, "bad.weight", "he_normal", 96, 500, 9);
    for (int i = 1; i < 4; i++) memcpy(x + i * 24 * 500, x, 4 * 24 * 500);
}

static void plant_columns(draft *d)
{
    float *x = draft_dense(d, "bad.weight", "he_normal", 96, 500, 9);
    for (int i = 0; i < 96; i++) memcpy(x + i * 500 + 250, x + i * 500, 4 * 250);
}

/* PyTorch in bf16: the inverse cdf of 0 is -infinity, and that becomes the bound. */
static void plant_bounds(draft *d)
{
    uint16_t *x = draft_add(d, "bad.weight", "normal(std=0.02)",
                            (alv_tensor){.rank = 2, .shape = {96, 500}, .dtype = ALV_BF16}, 9);
    for (int i = 0; i < 96 * 500; i += 256) x[i] = 0xc000; /* -2 */
}

/* Box-Muller on uniforms of 8 bits, each result rounded to bf16, as PyTorch to 2.10. */
static void plant_clip(draft *d)
{
    uint16_t *x = draft_add(d, "bad.weight", "normal(std=0.02)",
                            (alv_tensor){.rank = 2, .shape = {96, 500}, .dtype = ALV_BF16}, 9);
    uint64_t state = 12345;
    for (int i = 0; i < 96 * 500; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const double u = 1 - (double)(state >> 40 & 255) / 256,
                     v = (double)(state >> 50 & 255) / 256;
        const float z = (float)(0.02 * sqrt(-2 * log(u)) * cos(2 * 3.14159265358979 * v));
        uint32_t bits;
        memcpy(&bits, &z, 4);
        x[i] = (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    }
}

static void finds_each_mistake(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        plant *plant;
    } planted[] = {{"he_without_sqrt3", plant_sqrt3},
                   {"xavier_without_sqrt3", plant_xavier},
                   {"variance_as_std", plant_variance},
                   {"never_initialized", plant_zeros},
                   {"all_equal", plant_equal},
                   {"not_finite", plant_nan},
                   {"uninitialized_memory", plant_memory},
                   {"identical_tensors", plant_twin},
                   {"same_stream", plant_stream},
                   {"identical_parts", plant_shards},
                   {"identical_parts", plant_columns},
                   {"absolute_bounds", plant_bounds},
                   {"clipped_normal", plant_clip}};
    for (size_t i = 0; i < sizeof planted / sizeof *planted; i++) {
        draft d = {0};
        add_healthy(&d, "he_normal", 3);
        planted[i].plant(&d);
        look l = look_at(&d);
        if (l.said->n_found != 1) fail_msg("%s: %d findings", planted[i].key, (int)l.said->n_found);
        const alv_found *f = &l.said->found[0];
        assert_string_equal(f->mistake->key, planted[i].key);
        const char *name = l.said->tensors[f->tensor].tensor->name;
        if (f->other < 0) assert_string_equal(name, "bad.weight");
        look_end(&l);
        draft_free(&d);
    }
}

/* GPT-2 of four blocks, its projections scaled or not. */
static void add_gpt2(draft *d, const char *projection)
{
    char name[64];
    const alv_tensor square = {.rank = 2, .shape = {64, 64}, .layout = ALV_LAYOUT_KERAS};
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "h.%d.attn.c_proj.weight", i);
        draft_add(d, name, projection, square, 1);
        snprintf(name, sizeof name, "h.%d.mlp.c_proj.weight", i);
        draft_add(d, name, projection,
                  (alv_tensor){.rank = 2, .shape = {256, 64}, .layout = ALV_LAYOUT_KERAS}, 1);
    }
}

static void knows_the_projections_of_gpt2(void **state)
{
    (void)state;
    draft d = {0};
    add_gpt2(&d, "residual_normal(std=0.02, layers=4)");
    look l = look_at(&d);
    assert_int_equal(l.said->n_found, 0);
    assert_string_equal(look_named(&l, "h.2.mlp.c_proj.weight")->explained.scheme,
                        "residual_normal(std=0.02, layers=4)");
    look_end(&l);
    draft_free(&d);
    add_gpt2(&d, "normal(std=0.02)");
    l = look_at(&d);
    assert_int_equal(l.said->n_found, 8);
    assert_string_equal(l.said->found[0].mistake->key, "gpt2_projection");
    assert_near(l.said->found[0].expected, 0.02 / sqrt(8), 1e-12);
    look_end(&l);
    draft_free(&d);
}

static bool stops_soon(void *user)
{
    int *left = user;
    return (*left)-- <= 0;
}

static void verifies_a_claim(void **state)
{
    (void)state;
    draft d = {0};
    alv_weight_plan *plan;
    alv_verified *list;
    alv_scheme scheme;
    alv_error error;
    draft_dense(&d, "a.weight", "he_normal", 96, 500, 1);
    draft_dense(&d, "b.weight", "he_uniform", 96, 500, 1);
    look l = look_at(&d);
    assert_int_equal(alv_weight_plan_new(&plan, NULL), ALV_OK);
    assert_int_equal(alv_scheme_parse(&scheme, "he_normal", NULL), ALV_OK);
    for (int i = 0; i < 2; i++)
        assert_int_equal(alv_weight_plan_add(plan, &d.tensors[i], &scheme, NULL), ALV_OK);
    int left = 1;
    const alv_inspect_how how = {0}, hasty = {.stop = stops_soon, .user = &left};
    assert_int_equal(alv_verify(&list, l.said, plan, &hasty, &error), ALV_ERR_INTERRUPTED);
    assert_int_equal(alv_verify(&list, l.said, plan, &how, NULL), ALV_OK);
    assert_true(list[0].held && !list[1].held);
    free(list);
    plan->tensors[1].shape[0] = 97;
    assert_int_equal(alv_verify(&list, l.said, plan, &how, &error), ALV_ERR_FORMAT);
    snprintf(plan->tensors[1].name, 8, "c");
    assert_int_equal(alv_verify(&list, l.said, plan, &how, &error), ALV_ERR_FORMAT);
    assert_non_null(strstr(error.message, "not in the model"));
    alv_weight_plan_free(plan);
    look_end(&l);
    draft_free(&d);
}

/* Edges of bins lie where rounding to nearest parts the type's values. */
static void edges_part_the_values_of_a_type(void **state)
{
    (void)state;
    static const struct {
        alv_dtype dtype;
        double below, above; /* neighbours in the type, on both sides of a bin's boundary */
    } pairs[] = {{ALV_BF16, 1, 1.0078125},           {ALV_BF16, 0.99609375, 1},
                 {ALV_F16, 1.0068359375, 1.0078125}, {ALV_F8_E4M3FN, 1, 1.125},
                 {ALV_BF16, -1.0078125, -1},         {ALV_F8_E5M2, 3, 3.5}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        int bin = 0;
        const double lower = pairs[i].below, upper = pairs[i].above;
        while (bin < ALV_FINE_BINS - 1 &&
               !(lower < 0 ? alv_bin_value(bin) >= lower - 1e-12 && alv_bin_value(bin) < upper
                           : alv_bin_value(bin + 1) > lower && alv_bin_value(bin + 1) <= upper))
            bin++;
        if (lower > 0)
            while (alv_bin_value(bin + 1) < upper) bin++;
        assert_near(alv_bin_edge(bin, pairs[i].dtype), (lower + upper) / 2, 1e-15);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_scheme),
        cmocka_unit_test(measures_what_a_plain_loop_measures),
        cmocka_unit_test(p_values_keep_their_promise),
        cmocka_unit_test(counted_as_measured),
        cmocka_unit_test(raises_no_alarm_on_healthy_models),
        cmocka_unit_test(knows_recurrent_layers_of_torch),
        cmocka_unit_test(finds_each_mistake),
        cmocka_unit_test(knows_the_projections_of_gpt2),
        cmocka_unit_test(verifies_a_claim),
        cmocka_unit_test(edges_part_the_values_of_a_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
