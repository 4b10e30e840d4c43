/* JAX's keys, and values of some draws, readable ones: of JAX 0.10.2 on x86, key 42. Many more are
 * in golden/compat.txt. */
#include "test.h"

#include "alvor/alvor.h"

enum { VALUES = 7 };

static alv_compat_rng seeded(const char *profile)
{
    alv_compat_rng rng;
    assert_int_equal(alv_compat_seed(&rng, alv_compat_find(profile), 42, NULL), ALV_OK);
    return rng;
}

static const struct {
    const char *profile;
    float normal[VALUES], truncated[VALUES], he_uniform[6], glorot_normal[6];
    uint32_t split[3][2], folded[2];
} cases[] = {
    {"jax",
     {-0x1.cfbe2ap-6f, 0x1.de57d0p-2f, 0x1.2eccc2p-2f, 0x1.3a7648p-3f, -0x1.fc09d6p-4f,
      0x1.bc4234p-3f, -0x1.70dd72p+0f},
     {0x1.58823ap-3f, 0x1.342b7ep-1f, 0x1.cbe47ep-2f, 0x1.4c2d80p-2f, 0x1.67db92p-4f,
      0x1.84dbb4p-2f, -0x1.8968e0p-1f},
     {-0x1.c51cd0p-6f, 0x1.c2fb32p-2f, 0x1.23a424p-2f, 0x1.32172ep-3f, -0x1.ef3024p-4f,
      0x1.aec034p-3f},
     {-0x1.c2162ap-7f, 0x1.ceb3f8p-3f, 0x1.257fc4p-3f, 0x1.3118f0p-4f, -0x1.ecf84cp-5f,
      0x1.aee07cp-4f},
     {{1832780943u, 270669613u}, {64467757u, 2916123636u}, {2465931498u, 255383827u}},
     {2547012911u, 1371500959u}},
    {"jax-original",
     {0x1.f5603ep-2f, 0x1.024fcep-2f, -0x1.41394ep-1f, -0x1.1a42c2p-2f, 0x1.6e74a4p-1f,
      -0x1.231258p-1f, -0x1.bf05dap+0f},
     {0x1.3e83b0p-1f, 0x1.a4a4b2p-2f, -0x1.38735ep-2f, -0x1.29146cp-5f, 0x1.a7460ep-1f,
      -0x1.0c9a9cp-2f, -0x1.bcff96p-1f},
     {0x1.6ac890p-2f, -0x1.dca426p-1f, -0x1.ecdbc4p-2f, 0x1.2965f4p+0f, -0x1.f95100p-1f,
      -0x1.1f68c8p-1f},
     {0x1.6fd380p-3f, -0x1.1c77b4p-1f, -0x1.fd153cp-3f, 0x1.b31a1ap-1f, -0x1.37e88ap-1f,
      -0x1.2d7deep-2f},
     {{3134548294u, 3733159049u}, {3746501087u, 894150801u}, {801545058u, 2363201431u}},
     {2547012911u, 1371500959u}},
};
enum { CASES = sizeof cases / sizeof *cases };

static void normals_are_its_own(void **state)
{
    (void)state;
    for (int c = 0; c < CASES; c++) {
        alv_compat_rng rng = seeded(cases[c].profile);
        float x[VALUES];
        assert_int_equal(alv_compat_normal(x, ALV_F32, VALUES, 0, 1, &rng, NULL), ALV_OK);
        assert_memory_equal(x, cases[c].normal, sizeof x);
        assert_int_equal(alv_compat_truncated(x, ALV_F32, VALUES, 0, 1, -1, 2.5, &rng, NULL),
                         ALV_OK);
        assert_memory_equal(x, cases[c].truncated, sizeof x);
    }
}

static void draw(float *out, const char *text, alv_compat_rng *rng)
{
    alv_scheme scheme;
    const alv_tensor tensor = {.name = "w", .rank = 3, .shape = {2, 2, 3}};
    assert_int_equal(alv_compat_scheme_parse(&scheme, rng->profile, text, NULL), ALV_OK);
    assert_int_equal(alv_compat_init(out, &scheme, &tensor, rng, NULL), ALV_OK);
}

static void initializers_are_those_of_nn(void **state)
{
    (void)state;
    for (int c = 0; c < CASES; c++) {
        alv_compat_rng rng = seeded(cases[c].profile);
        float x[12];
        draw(x, "he_uniform", &rng);
        assert_memory_equal(x, cases[c].he_uniform, sizeof cases[c].he_uniform);
        draw(x, "glorot_normal", &rng);
        assert_memory_equal(x, cases[c].glorot_normal, sizeof cases[c].glorot_normal);
    }
}

static void assert_key(const alv_compat_rng *rng, const uint32_t *key)
{
    assert_int_equal(rng->state[0] >> 32, key[0]);
    assert_int_equal(rng->state[0] & UINT32_MAX, key[1]);
}

static void keys_split_and_fold(void **state)
{
    (void)state;
    for (int c = 0; c < CASES; c++) {
        alv_compat_rng rngs[3], folded;
        rngs[0] = folded = seeded(cases[c].profile);
        assert_int_equal(alv_compat_split(rngs, 3, &rngs[0], NULL), ALV_OK);
        for (int i = 0; i < 3; i++) assert_key(&rngs[i], cases[c].split[i]);
        assert_int_equal(alv_compat_fold_in(&folded, 7, NULL), ALV_OK);
        assert_key(&folded, cases[c].folded);
        assert_int_equal(alv_compat_split(rngs, -1, &folded, NULL), ALV_ERR_ARGUMENT);
    }
}

static void others_have_no_keys(void **state)
{
    (void)state;
    alv_compat_rng rng = seeded("torch"), before = rng;
    float x[4];
    assert_int_equal(alv_compat_fold_in(&rng, 7, NULL), ALV_ERR_UNSUPPORTED);
    assert_int_equal(alv_compat_split(&rng, 1, &rng, NULL), ALV_ERR_UNSUPPORTED);
    assert_memory_equal(&rng, &before, sizeof rng);
    rng = seeded("jax");
    assert_int_equal(alv_compat_truncated(x, ALV_F32, 4, 0, 0, -1, 1, &rng, NULL),
                     ALV_ERR_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normals_are_its_own), cmocka_unit_test(initializers_are_those_of_nn),
        cmocka_unit_test(keys_split_and_fold), cmocka_unit_test(others_have_no_keys)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
