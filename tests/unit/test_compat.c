/* The frameworks' streams apart from their bits, which golden/test_compat.c has: software fused
 * multiply-add against the C library's, refusals, parsing, and that errors leave things alone. */
#include "test.h"

#include "alvor/alvor.h"
#include "compat/fused.h"
#include "compat/kernels.h"
#include "compat/mersenne.h"

static uint64_t state_ = 12345;

static uint64_t next(void)
{
    state_ += 0x9e3779b97f4a7c15u;
    uint64_t z = (state_ ^ state_ >> 30) * 0xbf58476d1ce4e5b9u;
    return z ^ z >> 27;
}

/* Random significands, exponents near one another so that sums cancel and halfway cases occur. */
static double hard(int digits, int spread)
{
    double m = (double)(next() >> (64 - digits)) + 1;
    return ldexp(next() & 1 ? m : -m, (int)(next() % (uint64_t)spread) - spread / 2 - digits);
}

static void fused_multiply_add_is_the_instruction(void **state)
{
    (void)state;
    for (int i = 0; i < 2000000; i++) {
        int digits = 1 + i % 24;
        float a = (float)hard(digits, 20), b = (float)hard(24, 20), c = (float)hard(24, 80);
        float got = alv_fmaf(a, b, c), wanted = fmaf(a, b, c);
        assert_memory_equal(&got, &wanted, sizeof got);
        double x = hard(1 + i % 53, 20), y = hard(53, 20), z = hard(53, 200);
        double found = alv_fma(x, y, z), right = fma(x, y, z);
        assert_memory_equal(&found, &right, sizeof found);
    }
}

/* The formula by the scalar functions of src/math, whose steps the kernels repeat; the extremes of
 * both uniforms first. */
static void normals_of_doubles_are_the_formulas(void **state)
{
    (void)state;
    enum { HALF = ALV_TORCH_BLOCK / 2, BLOCKS = 20000 };
    static uint32_t words[2 * ALV_TORCH_BLOCK];
    double got[ALV_TORCH_BLOCK], wanted[ALV_TORCH_BLOCK];
    for (int b = 0; b < BLOCKS; b++) {
        for (int i = 0; i < 2 * ALV_TORCH_BLOCK; i++)
            words[i] = b == 0 ? 0 : b == 1 ? ~0u : b == 2 && i % 2 == 0 ? 0 : (uint32_t)next();
        for (int j = 0; j < HALF; j++) {
            double u[2], s, c;
            for (int i = 0; i < 2; i++) {
                const uint32_t *w = words + 2 * (j + i * HALF);
                u[i] = ldexp((double)(((uint64_t)w[0] << 32 | w[1]) & 0x1fffffffffffff), -53);
            }
            const double radius = alv_sqrt(-2 * alv_log(1 - u[0]));
            alv_sincos(&s, &c, 2 * ALV_PI * u[1]);
            wanted[j] = fma(radius * c, 0.7, 0.1);
            wanted[j + HALF] = fma(radius * s, 0.7, 0.1);
        }
        for (int k = 0; k < alv_kernels_count(); k++) {
            alv_torch_kernels_of(alv_kernels_at(k))->normal_f64(got, words, 1, 0.1, 0.7);
            assert_memory_equal(got, wanted, sizeof got);
        }
    }
}

/* The authors' published output, and blocks against single words. */
static void mersenne_twister_is_published(void **state)
{
    (void)state;
    alv_mersenne a, b;
    uint32_t words[10000], key[] = {0x123, 0x234, 0x345, 0x456};
    alv_mersenne_seed(&a, 5489);
    alv_mersenne_words(words, 10000, &a);
    assert_int_equal(words[0], 3499211612u);
    assert_int_equal(words[9999], 4123659995u);
    alv_mersenne_seed(&b, 5489);
    for (int i = 0; i < 10000; i++) assert_int_equal(alv_mersenne_u32(&b), words[i]);
    alv_mersenne_seed_array(&a, key, 4); /* mt19937ar.out */
    assert_int_equal(alv_mersenne_u32(&a), 1067595299u);
    assert_int_equal(alv_mersenne_u32(&a), 955945823u);
}

static alv_compat_rng seeded(const char *profile)
{
    alv_compat_rng rng;
    assert_int_equal(alv_compat_seed(&rng, alv_compat_find(profile), 1, NULL), ALV_OK);
    return rng;
}

static void refusals_leave_everything_alone(void **state)
{
    (void)state;
    alv_compat_rng rng = seeded("torch@1.13"), before = rng;
    alv_error error;
    float out[4] = {7, 7, 7, 7};
    int64_t whole[4] = {7, 7, 7, 7};
    assert_int_equal(alv_compat_truncated(out, ALV_F32, 4, 0, 1, -2, 2, &rng, &error),
                     ALV_ERR_UNSUPPORTED);
    assert_non_null(strstr(error.message, "erfinv"));
    assert_int_equal(alv_compat_uniform(out, ALV_F8_E5M2, 4, 0, 1, &rng, &error),
                     ALV_ERR_UNSUPPORTED);
    assert_int_equal(alv_compat_uniform(out, ALV_F32, -1, 0, 1, &rng, &error), ALV_ERR_ARGUMENT);
    assert_int_equal(alv_compat_uniform(out, ALV_F32, 4, 1, 0, &rng, &error), ALV_ERR_ARGUMENT);
    assert_int_equal(alv_compat_uniform(NULL, ALV_F32, 4, 0, 1, &rng, &error), ALV_ERR_ARGUMENT);
    assert_int_equal(alv_compat_normal(out, ALV_F32, 4, 0, (double)NAN, &rng, &error),
                     ALV_ERR_ARGUMENT);
    assert_int_equal(alv_compat_integers(whole, 4, 3, 3, &rng, &error), ALV_ERR_ARGUMENT);
    assert_int_equal(alv_compat_seed(&rng, NULL, 1, &error), ALV_ERR_ARGUMENT);
    assert_int_equal(alv_compat_uniform(NULL, ALV_F32, 0, 0, 1, &rng, &error), ALV_OK);
    assert_memory_equal(&rng, &before, sizeof rng);
    for (int i = 0; i < 4; i++) assert_true(out[i] == 7 && whole[i] == 7);
    rng = seeded("torch");
    assert_int_equal(alv_compat_truncated(out, ALV_F32, 4, 0, 1, 2, 3, &rng, &error),
                     ALV_ERR_UNSUPPORTED);
}

static void every_profile_tells_what_it_does(void **state)
{
    (void)state;
    for (int i = 0; i < alv_compat_count(); i++) {
        const alv_compat *p = alv_compat_at(i);
        assert_ptr_equal(alv_compat_find(p->name), p);
        for (int lang = 0; lang < ALV_LANGS; lang++)
            assert_true(strlen(p->summary[lang]) > 10 && strlen(p->seen[lang]) > 10);
        for (int c = 0; c < ALV_MAX_COMPAT_CLAIMS && p->claims[c].note[0]; c++) {
            const alv_compat_claim *claim = &p->claims[c];
            assert_non_null(claim->note[ALV_PT]);
            assert_true(claim->exactness == ALV_EXACT_BITS || *claim->note[ALV_PT]);
            /* A row that an earlier one hides says nothing. */
            for (int d = 0; claim->dtypes >> d; d++)
                if (claim->dtypes >> d & 1)
                    assert_ptr_equal(
                        alv_compat_claim_of(p, claim->draw, (alv_dtype)d, claim->least), claim);
        }
    }
    assert_null(alv_compat_at(-1));
    assert_null(alv_compat_at(alv_compat_count()));
    assert_null(alv_compat_find("no such stream"));
}

static void orthogonal_says_why_not(void **state)
{
    (void)state;
    float out[12];
    alv_compat_rng rng = seeded("torch");
    alv_scheme scheme;
    alv_error error;
    alv_tensor tensor = {.name = "w", .rank = 2, .shape = {4, 3}};
    assert_int_equal(alv_compat_scheme_parse(&scheme, rng.profile, "orthogonal", &error), ALV_OK);
    assert_int_equal(alv_compat_init(out, &scheme, &tensor, &rng, &error), ALV_ERR_UNSUPPORTED);
    assert_non_null(strstr(error.message, "LAPACK"));
    assert_int_equal(alv_compat_scheme_parse(&scheme, rng.profile, "kaiming_unifrm", &error),
                     ALV_ERR_UNKNOWN_NAME);
    assert_non_null(strstr(error.message, "kaiming_uniform"));
    tensor.rank = 1;
    assert_int_equal(alv_compat_scheme_parse(&scheme, rng.profile, "xavier_normal", &error),
                     ALV_OK);
    assert_int_equal(alv_compat_init(out, &scheme, &tensor, &rng, &error), ALV_ERR_SHAPE);
}

static void bad_modules_are_refused_where_they_are_bad(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        alv_status status;
        int at;
    } cases[] = {
        {"", ALV_ERR_SYNTAX, 0},
        {"Lineer(3, 4)", ALV_ERR_UNKNOWN_NAME, 0},
        {"Linear(3)", ALV_ERR_ARGUMENT, 9},
        {"Linear(3, 4", ALV_ERR_SYNTAX, 11},
        {"Linear(3, -4)", ALV_ERR_SYNTAX, 10},
        {"Linear(3, 4, 5, 6)", ALV_ERR_SYNTAX, 13},
        {"Linear(3, 4, bias=True, bias=True)", ALV_ERR_ARGUMENT, 29},
        {"Linear(3, 4, byas=True)", ALV_ERR_UNKNOWN_NAME, 13},
        {"Linear(99999999999999999999, 4)", ALV_ERR_OVERFLOW, 7},
        {"Linear(4611686018427387904, 4611686018427387904)", ALV_ERR_OVERFLOW, -2},
        {"ReLU, Conv2d(3, 4, 3, groups=2)", ALV_ERR_ARGUMENT, 6},
        {"MultiheadAttention(10, 3)", ALV_ERR_ARGUMENT, 0},
        {"Embedding(3, 4, padding_idx=3)", ALV_ERR_RANGE, 0},
        {"Linear(3, 4) Linear(4, 5)", ALV_ERR_SYNTAX, 13},
        {"Linear(])", ALV_ERR_SYNTAX, 7},
        {"Sequential(Linear(3, 4)", ALV_ERR_SYNTAX, 23},
        {"LSTM(5, 1000000000000000000, 1000)", ALV_ERR_OVERFLOW, -2},
        {"LSTM(5, 7, 1000000)", ALV_ERR_RANGE, 0},
        {"TransformerEncoder(TransformerEncoderLayer(8, 2), 10000000)", ALV_ERR_RANGE, 0},
    };
    alv_compat_module *module = NULL;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alv_error error = {0};
        alv_status got = alv_compat_module_new(&module, cases[i].text, ALV_F32, &error);
        if (got != cases[i].status || (cases[i].at >= 0 && error.position != cases[i].at))
            fail_msg("%s: %s at %d: %s", cases[i].text, alv_status_name(got), (int)error.position,
                     error.message);
        assert_null(module);
    }
    char deep[4096] = "";
    for (int i = 0; i < 300; i++) strcat(deep, "Sequential(");
    for (int i = 0; i < 300; i++) strcat(deep, ")");
    assert_int_equal(alv_compat_module_new(&module, deep, ALV_F32, NULL), ALV_ERR_RANGE);
}

static void names_are_those_of_state_dict(void **state)
{
    (void)state;
    static const char *const wanted[] = {"0.weight", "0.bias", "2.weight", "3.0.weight", NULL};
    alv_compat_module *module;
    assert_int_equal(alv_compat_module_new(
                         &module,
                         "nn.Linear(3, 4), ReLU(), torch.nn.Linear(4, 2, False), Sequential(PReLU)",
                         ALV_F32, NULL),
                     ALV_OK);
    for (int i = 0; wanted[i]; i++)
        assert_string_equal(alv_compat_module_param(module, i)->name, wanted[i]);
    assert_int_equal(alv_compat_module_count(module), 4);
    assert_null(alv_compat_module_param(module, 4));
    alv_compat_module_free(module);
    alv_compat_module_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fused_multiply_add_is_the_instruction),
        cmocka_unit_test(normals_of_doubles_are_the_formulas),
        cmocka_unit_test(mersenne_twister_is_published),
        cmocka_unit_test(refusals_leave_everything_alone),
        cmocka_unit_test(every_profile_tells_what_it_does),
        cmocka_unit_test(orthogonal_says_why_not),
        cmocka_unit_test(bad_modules_are_refused_where_they_are_bad),
        cmocka_unit_test(names_are_those_of_state_dict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
