/* Rounding to the 16- and 8-bit types against a slow oracle: the nearest entry of the table of all
 * values of the type, whose entries are computed here from the definition of the format. */
#include "test.h"

#include <float.h>

#include "dist/round.h"

/* The formats, stated again from their papers: bits of exponent and mantissa, the exponent's bias,
 * and how many of the largest codes are not finite numbers. */
static const struct type {
    alv_dtype dtype;
    int exponent, mantissa, bias, special;
    uint32_t overflow; /* what a number beyond the largest becomes */
    double largest, least;
} types[] = {
    {ALV_F16, 5, 10, 15, 1 << 10, 0x7c00, 65504, 0x1p-24},
    {ALV_BF16, 8, 7, 127, 1 << 7, 0x7f80, 0x1.fep127, 0x1p-133},
    {ALV_F8_E4M3FN, 4, 3, 7, 1, 0x7f, 448, 0x1p-9},
    {ALV_F8_E5M2, 5, 2, 15, 1 << 2, 0x7c, 57344, 0x1p-16},
};
enum { TYPES = sizeof types / sizeof *types };

static int sign_bit(const struct type *t)
{
    return 1 << (t->exponent + t->mantissa);
}

/* The magnitude that the format gives to a code without sign; also one step beyond the largest. */
static double value_of(const struct type *t, int code)
{
    int e = code >> t->mantissa, m = code & ((1 << t->mantissa) - 1);
    return e ? ldexp(1 + ldexp(m, -t->mantissa), e - t->bias) : ldexp(m, 1 - t->bias - t->mantissa);
}

static int finite_codes(const struct type *t)
{
    return sign_bit(t) - t->special;
}

/* Code of the value nearest to x, the even code of two; by bisection of the table. */
static uint32_t nearest(const struct type *t, double x)
{
    int lo = 0, hi = finite_codes(t); /* one step beyond the largest stands for the overflow */
    uint32_t sign = signbit(x) ? (uint32_t)sign_bit(t) : 0;
    x = fabs(x);
    if (x >= value_of(t, hi)) return t->overflow | sign;
    while (hi - lo > 1) {
        int middle = (lo + hi) / 2;
        *(value_of(t, middle) <= x ? &lo : &hi) = middle;
    }
    double below = x - value_of(t, lo), above = value_of(t, hi) - x;
    int code = below < above ? lo : above < below ? hi : lo + lo % 2;
    return (code == finite_codes(t) ? t->overflow : (uint32_t)code) | sign;
}

static void check(const struct type *t, float x)
{
    uint32_t mine = alv_round_one(t->dtype, x), wanted = nearest(t, x);
    if (mine != wanted)
        fail_msg("%s: %a becomes %x, not %x", alv_dtype_name(t->dtype), (double)x, mine, wanted);
    if (alv_round_one(t->dtype, -x) != (wanted ^ (uint32_t)sign_bit(t)))
        fail_msg("%s: %a is not symmetric", alv_dtype_name(t->dtype), (double)x);
}

static void every_value_comes_back(void **state)
{
    (void)state;
    for (int i = 0; i < TYPES; i++) {
        const struct type *t = &types[i];
        uint32_t sign = (uint32_t)sign_bit(t);
        for (int code = 0; code < finite_codes(t); code++) {
            float wide = alv_widen(t->dtype, (uint32_t)code);
            assert_true(wide == value_of(t, code));
            assert_true(alv_widen(t->dtype, (uint32_t)code | sign) == -wide);
            assert_int_equal(alv_round_one(t->dtype, wide), code);
            assert_int_equal(alv_round_one(t->dtype, -wide), (uint32_t)code | sign);
        }
        assert_true(value_of(t, finite_codes(t) - 1) == t->largest && value_of(t, 1) == t->least);
        assert_true(alv_dtype_max(t->dtype) == t->largest);
        for (uint32_t code = (uint32_t)finite_codes(t); code < sign; code++) {
            float wide = alv_widen(t->dtype, code);
            bool infinite = t->special > 1 && code == (uint32_t)finite_codes(t);
            assert_true(infinite ? wide == INFINITY : isnan(wide));
        }
    }
}

/* Each value, each midpoint to the next and the three floats on both sides of either. */
static void ties_go_to_even_and_all_else_to_the_nearest(void **state)
{
    (void)state;
    for (int i = 0; i < TYPES; i++)
        for (int code = 0; code < finite_codes(&types[i]); code++) {
            double here = value_of(&types[i], code), next = value_of(&types[i], code + 1);
            const float points[] = {(float)here, (float)(here / 2 + next / 2)};
            for (int p = 0; p < 2; p++) {
                float below = points[p], above = points[p];
                check(&types[i], points[p]);
                for (int k = 0; k < 3; k++) {
                    below = nextafterf(below, -INFINITY);
                    above = nextafterf(above, INFINITY);
                    check(&types[i], below);
                    check(&types[i], above);
                }
            }
        }
}

/* Floats of all magnitudes, and all lengths of an array. */
static void arrays_round_like_single_values(void **state)
{
    (void)state;
    static float x[1 << 20];
    static uint16_t out[(1 << 20) + 1];
    const uint8_t *bytes = (const uint8_t *)out;
    uint32_t random = 1;
    for (int i = 0; i < 1 << 20; i++) {
        random = random * 1664525 + 1013904223;
        uint32_t bits = random ^ random >> 15;
        memcpy(&x[i], &bits, 4);
        if (isnan(x[i])) x[i] = 0;
    }
    for (int i = 0; i < TYPES; i++) {
        bool wide = alv_dtype_size(types[i].dtype) == 2;
        alv_round_array(out, types[i].dtype, x, 1 << 20);
        for (int k = 0; k < 1 << 20; k++)
            if ((wide ? out[k] : bytes[k]) != nearest(&types[i], x[k]))
                fail_msg("%s: %a", alv_dtype_name(types[i].dtype), (double)x[k]);
        for (int n = 0; n < 100; n++) {
            memset(out, 0xa5, sizeof out);
            alv_round_array(out, types[i].dtype, x + n, n);
            for (int k = 0; k < n; k++)
                assert_int_equal(wide ? out[k] : bytes[k], nearest(&types[i], x[n + k]));
            assert_int_equal(wide ? out[n] : bytes[n], wide ? 0xa5a5 : 0xa5);
        }
    }
}

static void specials_follow_the_formats(void **state)
{
    (void)state;
    static const uint32_t nan[] = {0x7e00, 0x7fc0, 0x7f, 0x7e};
    for (int i = 0; i < TYPES; i++) {
        alv_dtype dtype = types[i].dtype;
        assert_int_equal(alv_round_one(dtype, INFINITY), types[i].overflow);
        assert_int_equal(alv_round_one(dtype, FLT_MAX), types[i].overflow);
        assert_int_equal(alv_round_one(dtype, NAN), nan[i]);
        assert_int_equal(alv_round_one(dtype, 0x1p-149f), 0);
    }
    assert_int_equal(alv_round_one(ALV_F16, 65519.996f), 0x7bff);
    assert_int_equal(alv_round_one(ALV_F16, 65520), 0x7c00);
    assert_int_equal(alv_round_one(ALV_F8_E4M3FN, 464), 0x7e); /* the tie to 448, the even one */
    assert_int_equal(alv_round_one(ALV_F8_E4M3FN, 464.00003f), 0x7f);
    assert_int_equal(alv_round_one(ALV_BF16, 1 + 0x1p-8f), 0x3f80);
    assert_int_equal(alv_round_one(ALV_BF16, 1 + 0x3p-8f), 0x3f82);
}

/* The bound of x: a value of the type on the stated side, none between it and x. */
static void bounds_are_the_nearest_inside(void **state)
{
    (void)state;
    for (int i = 0; i < TYPES; i++) {
        const struct type *t = &types[i];
        for (int code = 0; code < finite_codes(t) - 1; code++) {
            double a = value_of(t, code), b = value_of(t, code + 1);
            const double inside[] = {a + 0.01 * (b - a), a + 0.5 * (b - a), a + 0.99 * (b - a)};
            assert_true(alv_dtype_bound(t->dtype, a, true) == a);
            assert_true(alv_dtype_bound(t->dtype, -a, false) == -a);
            for (int k = 0; k < 3; k++) {
                assert_true(alv_dtype_bound(t->dtype, inside[k], true) == b);
                assert_true(alv_dtype_bound(t->dtype, inside[k], false) == a);
                assert_true(alv_dtype_bound(t->dtype, -inside[k], true) == -a);
                assert_true(alv_dtype_bound(t->dtype, -inside[k], false) == -b);
            }
        }
        assert_true(alv_dtype_bound(t->dtype, -0.0, true) == 0);
    }
    assert_true(alv_dtype_bound(ALV_F32, 1e-60, true) == 0x1p-149);
    assert_true(alv_dtype_bound(ALV_F32, -1e-60, false) == -0x1p-149);
    assert_true(alv_dtype_bound(ALV_F32, 1 + 1e-9, true) == 1 + 0x1p-23);
    assert_true(alv_dtype_bound(ALV_F32, 1 + 1e-9, false) == 1);
    assert_true(alv_dtype_bound(ALV_F32, -1 - 1e-9, true) == -1);
}

static void sizes_and_names(void **state)
{
    (void)state;
    static const struct {
        int number;
        size_t size;
        const char *name;
    } rows[] = {{0, 4, "f32"},  {1, 8, "f64"},       {2, 2, "f16"},
                {3, 2, "bf16"}, {4, 1, "f8_e4m3fn"}, {5, 1, "f8_e5m2"}};
    for (int i = 0; i < 6; i++) {
        assert_int_equal(alv_dtype_size((alv_dtype)rows[i].number), rows[i].size);
        assert_string_equal(alv_dtype_name((alv_dtype)rows[i].number), rows[i].name);
        assert_int_equal(alv_is_narrow((alv_dtype)rows[i].number), i >= 2);
    }
    for (int i = 6; i < 9; i++) {
        assert_int_equal(alv_dtype_size((alv_dtype)i), 0);
        assert_null(alv_dtype_name((alv_dtype)i));
        assert_false(alv_is_narrow((alv_dtype)i));
    }
    assert_false(alv_is_narrow((alv_dtype)-1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_and_names),
        cmocka_unit_test(every_value_comes_back),
        cmocka_unit_test(ties_go_to_even_and_all_else_to_the_nearest),
        cmocka_unit_test(arrays_round_like_single_values),
        cmocka_unit_test(specials_follow_the_formats),
        cmocka_unit_test(bounds_are_the_nearest_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
