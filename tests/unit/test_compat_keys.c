/* Seeds that come out of seeds: NumPy's spawn, TensorFlow's split and fold_in, Keras's initializers
 * without one; and what these streams refuse. Values of NumPy 2.4.6, TensorFlow 2.21.0 and Python
 * 3.11's random. Their draws are in golden/compat.txt. */
#include "test.h"

#include "alvor/alvor.h"
#include "compat/order.h"

static alv_compat_rng seeded(const char *profile, uint64_t seed)
{
    alv_compat_rng rng;
    assert_int_equal(alv_compat_seed(&rng, alv_compat_find(profile), seed, NULL), ALV_OK);
    return rng;
}

static void assert_draws(alv_compat_rng rng, const double *wanted)
{
    double x[2];
    assert_int_equal(alv_compat_uniform(x, ALV_F64, 2, 0, 1, &rng, NULL), ALV_OK);
    assert_memory_equal(x, wanted, sizeof x);
}

static void numpy_spawns(void **state)
{
    (void)state;
    static const struct {
        const char *profile;
        double children[3][2], grandchild[2];
    } cases[] = {{"numpy",
                  {{0x1.d55f7d7efeabap-1, 0x1.d26cd83129b28p-1},
                   {0x1.deb5e72c4c7d0p-2, 0x1.7c826565d63e0p-5},
                   {0x1.23cbb7eb40460p-4, 0x1.6b9a0e218b3e9p-1}},
                  {0x1.eeab64216352ep-1, 0x1.bb0922268f448p-2}},
                 {"numpy-dxsm",
                  {{0x1.7cc76ac5d7151p-1, 0x1.3b81e7d1ff2d0p-1},
                   {0x1.7e4681ab285dap-2, 0x1.647234d4691c2p-1},
                   {0x1.1f78990ee8c7cp-2, 0x1.7606e96ab0ff1p-1}},
                  {0x1.19371cd474484p-2, 0x1.0af003c64c62cp-3}}};
    for (int c = 0; c < 2; c++) {
        alv_compat_rng rngs[3], large = seeded(cases[c].profile, (1ull << 40) + 7);
        rngs[0] = seeded(cases[c].profile, 42);
        float drawn[3]; /* what was drawn changes no child */
        assert_int_equal(alv_compat_uniform(drawn, ALV_F32, 3, 0, 1, &rngs[0], NULL), ALV_OK);
        assert_int_equal(alv_compat_split(rngs, 3, &rngs[0], NULL), ALV_OK);
        for (int i = 0; i < 3; i++) assert_draws(rngs[i], cases[c].children[i]);
        assert_int_equal(alv_compat_split(rngs, 3, &large, NULL), ALV_OK);
        assert_int_equal(alv_compat_split(rngs, 2, &rngs[2], NULL), ALV_OK);
        assert_draws(rngs[1], cases[c].grandchild);
    }
}

static void numpy_spawns_no_more_than_it_can_note(void **state)
{
    (void)state;
    alv_compat_rng rng = seeded("numpy", 1);
    alv_status status = ALV_OK;
    int depth = 0;
    while (depth < 10000 && (status = alv_compat_split(&rng, 1, &rng, NULL)) == ALV_OK) depth++;
    assert_int_equal(status, ALV_ERR_RANGE);
    assert_int_equal(depth, 621);
}

static void tensorflow_splits(void **state)
{
    (void)state;
    static const int32_t wanted[3][2] = {
        {1218717381, 1019202592}, {1901827109, -1643997701}, {-1677062271, -2125450471}};
    alv_compat_rng rngs[3] = {seeded("tensorflow", 42)}, folded = rngs[0];
    assert_int_equal(alv_compat_split(rngs, 3, &rngs[0], NULL), ALV_OK);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 2; k++) assert_true((int64_t)rngs[i].state[k] == wanted[i][k]);
    assert_int_equal(alv_compat_fold_in(&folded, 7, NULL), ALV_OK);
    assert_true((int64_t)folded.state[0] == 1218717381 && folded.state[1] == 7);
}

static void keras_seeds_come_from_python(void **state)
{
    (void)state;
    static const struct {
        uint64_t seed, made[3];
    } cases[] = {{0, {906691060, 413654000, 813847340}},
                 {1, {144272510, 611178003, 909925048}},
                 {42, {686579304, 119540832, 26855093}},
                 {UINT32_MAX, {682209859, 665256254, 218184273}},
                 {(1ull << 40) + 7, {658959415, 802433305, 875009710}}};
    for (int c = 0; c < 5; c++) {
        alv_compat_rng rngs[3] = {seeded("keras", cases[c].seed)};
        assert_int_equal(alv_compat_split(rngs, 3, &rngs[0], NULL), ALV_OK);
        for (int i = 0; i < 3; i++) assert_true(rngs[i].state[0] == cases[c].made[i]);
    }
}

static alv_status init(const char *profile, const char *text)
{
    alv_compat_rng rng = seeded(profile, 1);
    alv_scheme scheme;
    float x[12];
    const alv_tensor tensor = {.name = "w", .rank = 2, .shape = {3, 4}};
    const alv_status status = alv_compat_scheme_parse(&scheme, rng.profile, text, NULL);
    return status == ALV_OK ? alv_compat_init(x, &scheme, &tensor, &rng, NULL) : status;
}

static void arguments_are_checked(void **state)
{
    (void)state;
    static const char *const profiles[] = {"keras", "keras-jax", "keras-torch"};
    for (int p = 0; p < 3; p++) {
        assert_int_equal(init(profiles[p], "glorot_uniform(nth=2)"), ALV_OK);
        assert_int_equal(init(profiles[p], "glorot_uniform(nth=1.5)"), ALV_ERR_ARGUMENT);
        assert_int_equal(init(profiles[p], "variance_scaling(scale=0)"), ALV_ERR_ARGUMENT);
        assert_int_equal(init(profiles[p], "orthogonal"), ALV_ERR_UNSUPPORTED);
    }
    assert_int_equal(init("mlx", "orthogonal"), ALV_ERR_UNSUPPORTED);
    assert_int_equal(init("torch-cuda", "xavier_uniform"), ALV_OK);
    assert_int_equal(init("torch-cuda", "xavier_normal"), ALV_ERR_UNSUPPORTED);
}

static void draws_are_refused(void **state)
{
    (void)state;
    static float x[50000];
    int64_t whole[4];
    alv_compat_rng rng = seeded("tensorflow", 1);
    assert_int_equal(alv_compat_truncated(x, ALV_F32, 4, 0, 1, -2, 2.5, &rng, NULL),
                     ALV_ERR_UNSUPPORTED);
    assert_int_equal(alv_compat_truncated(x, ALV_F32, 4, 3, 0.5, 2, 4, &rng, NULL), ALV_OK);
    assert_int_equal(alv_compat_permutation(whole, 4, &rng, NULL), ALV_ERR_UNSUPPORTED);
    rng = seeded("jax", 1);
    assert_int_equal(alv_compat_uniform(x, ALV_F64, 4, 0, 1, &rng, NULL), ALV_ERR_UNSUPPORTED);
    assert_int_equal(alv_compat_integers(whole, 4, 0, INT64_C(1) << 31, &rng, NULL),
                     ALV_ERR_UNSUPPORTED);
    rng = seeded("jax-x64", 1);
    assert_int_equal(alv_compat_integers(whole, 4, 0, INT64_C(1) << 31, &rng, NULL), ALV_OK);
    assert_int_equal(alv_compat_integers(whole, 4, INT64_MIN, INT64_MAX, &rng, NULL), ALV_OK);
    rng = seeded("torch-cuda", 1);
    assert_int_equal(alv_compat_uniform(x, ALV_F32, 40960, 0, 1, &rng, NULL), ALV_OK);
    assert_int_equal(alv_compat_uniform(x, ALV_F32, 40961, 0, 1, &rng, NULL), ALV_ERR_UNSUPPORTED);
}

/* Published by others for torch.rand(5, device="cuda") from seed 0, to four digits; and the second
 * draw goes on where the first ended. */
static void cuda_draws_what_was_published(void **state)
{
    (void)state;
    static const double printed[5] = {0.3990, 0.5167, 0.0249, 0.9401, 0.9459};
    float x[5], again[5];
    alv_compat_rng rng = seeded("torch-cuda", 0);
    assert_int_equal(alv_compat_uniform(x, ALV_F32, 5, 0, 1, &rng, NULL), ALV_OK);
    for (int i = 0; i < 5; i++) assert_true(fabs((double)x[i] - printed[i]) < 5.1e-5);
    assert_int_equal(alv_compat_uniform(again, ALV_F32, 5, 0, 1, &rng, NULL), ALV_OK);
    assert_memory_not_equal(x, again, sizeof x);
}

/* Larger devices give a large array the same first elements, as many as the smaller one has
 * threads, and then others. */
static void cuda_devices_differ_late(void **state)
{
    (void)state;
    enum { N = 200000, T4 = 40960 };
    static float small[N], large[N];
    alv_compat_rng t4 = seeded("torch-cuda-t4", 3), a100 = seeded("torch-cuda-a100", 3);
    assert_int_equal(alv_compat_uniform(small, ALV_F32, N, 0, 1, &t4, NULL), ALV_OK);
    assert_int_equal(alv_compat_uniform(large, ALV_F32, N, 0, 1, &a100, NULL), ALV_OK);
    assert_memory_equal(small, large, T4 * sizeof *small);
    assert_memory_not_equal(small + T4, large + T4, T4 * sizeof *small);
}

static int by_key_and_place(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return x[0] != y[0] ? (x[0] < y[0] ? -1 : 1) : x[1] < y[1] ? -1 : 1;
}

/* Against the C library's sort of (key, place), with few keys so that most are equal. */
static void sorting_is_stable(void **state)
{
    (void)state;
    enum { MOST = 3000 };
    static int64_t x[MOST];
    static uint64_t pairs[MOST][2];
    uint64_t word = 1;
    for (int n = 0; n <= MOST; n = n < 70 ? n + 1 : n * 3 / 2) {
        for (int i = 0; i < n; i++) {
            word = word * 6364136223846793005u + 1442695040888963407u;
            pairs[i][0] = (word >> 60) * 0x11111111u; /* above 2^31 as well */
            pairs[i][1] = (uint64_t)i;
            x[i] = (int64_t)(pairs[i][0] << 32 | (uint32_t)i);
        }
        alv_sort_by_key(x, n);
        qsort(pairs, (size_t)n, sizeof pairs[0], by_key_and_place);
        for (int i = 0; i < n; i++)
            assert_true((uint64_t)x[i] == (pairs[i][0] << 32 | pairs[i][1]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numpy_spawns),
                                       cmocka_unit_test(numpy_spawns_no_more_than_it_can_note),
                                       cmocka_unit_test(tensorflow_splits),
                                       cmocka_unit_test(keras_seeds_come_from_python),
                                       cmocka_unit_test(arguments_are_checked),
                                       cmocka_unit_test(draws_are_refused),
                                       cmocka_unit_test(cuda_draws_what_was_published),
                                       cmocka_unit_test(cuda_devices_differ_late),
                                       cmocka_unit_test(sorting_is_stable)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
