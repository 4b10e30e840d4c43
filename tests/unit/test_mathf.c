/* The float functions against double libm over floats of every exponent and sign: bounds in units
 * in the last place, as src/math/mathf.h states them. */
#include "test.h"

#include "math/mathf.h"

static double ulps(float y, double exact)
{
    if (isnan(exact)) return isnan(y) ? 0 : INFINITY;
    if (fabs(exact) > 0x1.fffffefp127) return y == (float)exact ? 0 : INFINITY;
    int e;
    frexp(exact, &e);
    if (exact == 0 || e < -125) e = -125;
    return fabs(y - exact) / ldexp(1, e - 24);
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double normal_cdf(double x)
{
    return erfc(-x * M_SQRT1_2) / 2;
}

static double normal_pdf(double x)
{
    return exp(-x * x / 2) / sqrt(2 * M_PI);
}

#define ROW(function, oracle, lo, hi, bound)                                                       \
    static double worst_##function(void)                                                           \
    {                                                                                              \
        double worst = 0;                                                                          \
        for (uint64_t bits = 0; bits <= UINT32_MAX; bits += 4093) {                                \
            float x = alv_from_bitsf((uint32_t)bits);                                              \
            if (!(x >= (lo) && x <= (hi))) continue;                                               \
            double e = ulps(function(x), oracle(x));                                               \
            if (e > (bound)) fail_msg("%s(%.9g): %.3f ulp", #function, x, e);                      \
            worst = fmax(worst, e);                                                                \
        }                                                                                          \
        return worst;                                                                              \
    }

ROW(alv_expf, exp, -INFINITY, INFINITY, 1.1)
ROW(alv_expm1f, expm1, -INFINITY, INFINITY, 2)
ROW(alv_logf, log, 0, INFINITY, 1.1)
ROW(alv_log1p_unitf, log1p, 0, 1, 2)
ROW(alv_tanhf, tanh, -INFINITY, INFINITY, 3)
ROW(alv_sigmoidf, sigmoid, -87, INFINITY, 3)
ROW(alv_erff, erf, -INFINITY, INFINITY, 2)
ROW(alv_normal_cdff, normal_cdf, -13, INFINITY, 5)
ROW(alv_normal_pdff, normal_pdf, -13, 13, 2.5)

static void stated_errors_hold(void **state)
{
    (void)state;
    assert_true(worst_alv_expf() > 0.4 && worst_alv_expm1f() > 0.4 && worst_alv_logf() > 0.4);
    assert_true(worst_alv_log1p_unitf() > 0.4 && worst_alv_tanhf() > 0.4);
    assert_true(worst_alv_sigmoidf() > 0.4 && worst_alv_erff() > 0.4);
    assert_true(worst_alv_normal_cdff() > 0.4 && worst_alv_normal_pdff() > 0.4);
}

static void sines_are_good(void **state)
{
    (void)state;
    for (double x = -0x1p22; x < 0x1p22; x += 7.377) {
        float f = (float)x;
        assert_near(alv_sinf(f), sin(f), 1.5e-7);
        assert_near(alv_cosf(f), cos(f), 1.5e-7);
    }
    assert_true(isnan(alv_sinf(INFINITY)) && isnan(alv_cosf(NAN)));
    assert_true(fabsf(alv_sinf(1e30f)) <= 1 && alv_sinf(0) == 0);
}

static void nan_comes_out_where_it_goes_in(void **state)
{
    (void)state;
    assert_true(isnan(alv_expf(NAN)) && isnan(alv_expm1f(NAN)) && isnan(alv_logf(NAN)));
    assert_true(isnan(alv_tanhf(NAN)) && isnan(alv_sigmoidf(NAN)) && isnan(alv_erff(NAN)));
    assert_true(isnan(alv_normal_cdff(NAN)) && isnan(alv_normal_pdff(NAN)));
    assert_true(isnan(alv_logf(-1)) && alv_logf(0) == -INFINITY && alv_logf(INFINITY) == INFINITY);
    assert_true(alv_sigmoidf(-1e30f) == 0 && alv_expf(-1e30f) == 0 && alv_expf(200) == INFINITY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stated_errors_hold),
        cmocka_unit_test(sines_are_good),
        cmocka_unit_test(nan_comes_out_where_it_goes_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
