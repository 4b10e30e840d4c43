/* The elementary functions against the C library's long double (64 bits), in units in the last
 * place. The bounds are those that src/math/math.h states. */
#include "test.h"

#include "math/math.h"

static uint64_t state64 = 88172645463325252;

static uint64_t next(void)
{
    state64 ^= state64 << 13;
    state64 ^= state64 >> 7;
    state64 ^= state64 << 17;
    return state64;
}

static double uniform(double lo, double hi)
{
    return lo + (hi - lo) * (double)(next() >> 11) * 0x1p-53;
}

/* 2^e times a number in [1, 2), e uniform in [lo, hi]. */
static double any_scale(int lo, int hi)
{
    return ldexp(uniform(1, 2), lo + (int)(next() % (uint64_t)(hi - lo + 1)));
}

/* |y - exact| in units of the last place of exact. */
static double ulps(double y, long double exact)
{
    if (isnan(exact)) return isnan(y) ? 0 : INFINITY;
    if (exact == 0 || isinf((double)exact)) return y == (double)exact ? 0 : INFINITY;
    int e;
    frexpl(exact, &e);
    return (double)(fabsl((long double)y - exact) / ldexpl(1, (e < -1021 ? -1021 : e) - 53));
}

typedef double function(double);
typedef long double oracle(long double);

static long double normal_cdf(long double x)
{
    return erfcl(-x * sqrtl(0.5L)) / 2;
}

static long double normal_pdf(long double x)
{
    return expl(-x * x / 2) / sqrtl(2 * acosl(-1));
}

static void stated_errors_hold(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        function *f;
        oracle *exact;
        double lo, hi, bound;
    } rows[] = {
        {"exp", alv_exp, expl, -750, 711, 1},
        {"exp", alv_exp, expl, -1, 1, 1},
        {"expm1", alv_expm1, expm1l, -40, 711, 2},
        {"expm1", alv_expm1, expm1l, -1.5, 1.5, 2},
        {"log", alv_log, logl, 0, 2, 1},
        {"log", alv_log, logl, 0, 1e300, 1},
        {"log1p", alv_log1p, log1pl, -1, 2, 2},
        {"log1p", alv_log1p, log1pl, -1e-5, 1e-5, 2},
        {"log1p", alv_log1p, log1pl, 0, 1e20, 2},
        {"log2", alv_log2, log2l, 0, 4, 2},
        {"log10", alv_log10, log10l, 0, 20, 1},
        {"sin", alv_sin, sinl, -10, 10, 1},
        {"sin", alv_sin, sinl, -1e6, 1e6, 1},
        {"sin", alv_sin, sinl, 0, 1e18, 1},
        {"cos", alv_cos, cosl, -10, 10, 1},
        {"cos", alv_cos, cosl, -1e6, 1e6, 1},
        {"cos", alv_cos, cosl, 0, 1e18, 1},
        {"sinh", alv_sinh, sinhl, -3, 3, 3},
        {"sinh", alv_sinh, sinhl, -711, 711, 3},
        {"cosh", alv_cosh, coshl, -3, 3, 4},
        {"cosh", alv_cosh, coshl, -711, 711, 4},
        {"tanh", alv_tanh, tanhl, -3, 3, 3},
        {"tanh", alv_tanh, tanhl, -25, 25, 3},
        {"tanh", alv_tanh, tanhl, -0.01, 0.01, 3},
        {"atan", alv_atan, atanl, -1, 1, 2},
        {"atan", alv_atan, atanl, -100, 100, 2},
        {"erf", alv_erf, erfl, -1.5, 1.5, 2},
        {"erf", alv_erf, erfl, -7, 7, 2},
        {"erfc", alv_erfc, erfcl, -2, 2, 5},
        {"erfc", alv_erfc, erfcl, -6, 28, 5},
        {"normal_cdf", alv_normal_cdf, normal_cdf, -2, 2, 5},
        {"normal_cdf", alv_normal_cdf, normal_cdf, -39, 9, 5},
        {"normal_pdf", alv_normal_pdf, normal_pdf, -39, 39, 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double worst = 0, at = 0;
        for (int k = 0; k < 100000; k++) {
            double x = uniform(rows[i].lo, rows[i].hi), e = ulps(rows[i].f(x), rows[i].exact(x));
            if (e > worst) worst = e, at = x;
        }
        if (worst > rows[i].bound)
            fail_msg("%s(%.17g): %.3f ulp, stated %g", rows[i].name, at, worst, rows[i].bound);
    }
}

static void every_scale_is_good(void **state)
{
    (void)state;
    for (int i = 0; i < 200000; i++) {
        double x = any_scale(-1074, 1023);
        assert_true(ulps(alv_log(x), logl(x)) <= 1);
        assert_true(ulps(alv_log10(x), log10l(x)) <= 1);
        assert_true(ulps(alv_log2(x), log2l(x)) <= 2);
        x = any_scale(-1074, 60);
        assert_true(ulps(alv_sin(x), sinl(x)) <= 1);
        assert_true(ulps(alv_cos(-x), cosl(x)) <= 1);
        assert_true(ulps(alv_tanh(x), tanhl(x)) <= 3);
        assert_true(ulps(alv_atan(-x), atanl(-x)) <= 2);
        assert_true(ulps(alv_erf(x), erfl(x)) <= 2);
        assert_true(ulps(alv_expm1(-x), expm1l(-x)) <= 2);
        assert_true(ulps(alv_log1p(x), log1pl(x)) <= 2);
    }
}

/* Next to multiples of pi/2 the result is tiny, and only a long reduction keeps its digits. */
static void sine_survives_cancellation(void **state)
{
    (void)state;
    /* The first is the double nearest to a multiple of pi/2, relative to its size (Muller et al.,
     * Handbook of Floating-Point Arithmetic). Values by mpmath with 400 digits: the C library is
     * wrong in the last three digits of the first cosine. */
    static const struct {
        double x;
        long double sine, cosine;
    } hard[] = {
        {6381956970095103 * 0x1p797, 1.0L, -4.68716592425462761112e-19L},
        {0x1.921fb54442d18p0, 1.0L, 6.12323399573676588613e-17L},
        {0x1.921fb54442d18p1, 1.22464679914735317723e-16L, -1.0L},
        {1e22, -0.852200849767188801773L, 0.523214785395138945498L},
        {1e300, -0.817881912115908597046L, -0.575386111957549046688L},
        {0x1.fffffffffffffp1023, 0.0049619547891840617905L, -0.999987689426559937465L},
        {0x1.921fb54442d18p20, -6.42067621031367502581e-11L, 0.999999999999999999998L},
    };
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) {
        assert_true(ulps(alv_sin(hard[i].x), hard[i].sine) <= 1);
        assert_true(ulps(alv_cos(hard[i].x), hard[i].cosine) <= 1);
    }
    for (int k = 1; k < 200000; k++) {
        double x = k * 1.5707963267948966;
        assert_true(ulps(alv_sin(x), (long double)sin(x)) <= 1.5);
        assert_true(ulps(alv_cos(x), (long double)cos(x)) <= 1.5);
    }
    for (int i = 0; i < 100000; i++) {
        double x = any_scale(20, 1023);
        assert_true(ulps(alv_sin(x), (long double)sin(x)) <= 1.5);
    }
}

static void powers_are_good(void **state)
{
    (void)state;
    for (int i = 0; i < 300000; i++) {
        double x = any_scale(-600, 600), y = uniform(-2, 2);
        if (i % 3 == 1) x = uniform(0, 10), y = uniform(-300, 300);
        if (i % 3 == 2) x = uniform(0.9999, 1.0001), y = uniform(-7e6, 7e6);
        double e = ulps(alv_pow(x, y), powl(x, y));
        if (!(e <= 2)) fail_msg("pow(%.17g, %.17g): %.3f ulp", x, y, e);
    }
    static const double special[] = {
        0,   -0.0,  1,      -1,     0.5,      -0.5,      2,   -2,  3,    -3,
        0.3, 1e300, -1e300, 1e-300, INFINITY, -INFINITY, NAN, 2.5, 1e15, 9007199254740993.0};
    const int n = sizeof special / sizeof *special;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++) {
            double mine = alv_pow(special[i], special[k]), libc = pow(special[i], special[k]);
            if (!(ulps(mine, libc) <= 2.5) || (mine == 0 && signbit(mine) != signbit(libc)))
                fail_msg("pow(%g, %g) = %g, not %g", special[i], special[k], mine, libc);
        }
}

static void quantile_inverts(void **state)
{
    (void)state;
    for (int i = 0; i < 200000; i++) {
        double p = i % 2 ? uniform(0, 1) : any_scale(-1070, -1), x = alv_normal_quantile(p);
        /* One Newton step in long double from x gives the exact value to 1e-18. */
        long double miss = x < 0 ? normal_cdf(x) - p
                                 : erfl((long double)x * sqrtl(0.5L)) / 2 - ((long double)p - 0.5L);
        double e = ulps(x, (long double)x - miss / normal_pdf(x));
        if (!(e <= 8)) fail_msg("quantile(%.17g): %.3f ulp", p, e);
        double y = uniform(-1, 1);
        assert_near(erf(alv_erfinv(y)), y, 4e-16);
    }
    assert_true(alv_normal_quantile(0.5) == 0);
    assert_near(alv_normal_quantile(0.975), 1.959963984540054, 3e-16);
    assert_true(alv_normal_quantile(0) == -INFINITY && alv_normal_quantile(1) == INFINITY);
    assert_true(isnan(alv_normal_quantile(-0.1)) && isnan(alv_normal_quantile(1.1)));
    assert_true(isnan(alv_normal_quantile(NAN)) && isnan(alv_erfinv(1.1)));
}

static void rounding_is_exact(void **state)
{
    (void)state;
    for (int i = 0; i < 300000; i++) {
        double x = i % 2 ? any_scale(-60, 70) : uniform(-20, 20);
        if (i % 4 == 0) x = rint(x) + (double)(i % 3) / 2;
        assert_true(alv_floor(x) == floor(x) && alv_ceil(x) == ceil(x) && alv_round(x) == rint(x));
        assert_true(alv_floor(-x) == floor(-x) && alv_ceil(-x) == ceil(-x));
        double y = any_scale(-1074, 1023);
        int shift = (int)(next() % 5000) - 2500, mine, libc;
        assert_true(alv_ldexp(y, shift) == ldexp(y, shift));
        assert_true(alv_frexp(y, &mine) == frexp(y, &libc) && mine == libc);
    }
}

static void special_values(void **state)
{
    (void)state;
    static const struct {
        function *f;
        double at_minus_inf, at_zero, at_inf;
    } rows[] = {
        {alv_exp, 0, 1, INFINITY},
        {alv_expm1, -1, 0, INFINITY},
        {alv_log, NAN, -INFINITY, INFINITY},
        {alv_log1p, NAN, 0, INFINITY},
        {alv_sin, NAN, 0, NAN},
        {alv_cos, NAN, 1, NAN},
        {alv_tanh, -1, 0, 1},
        {alv_erf, -1, 0, 1},
        {alv_erfc, 2, 1, 0},
        {alv_normal_cdf, 0, 0.5, 1},
        {alv_atan, -M_PI_2, 0, M_PI_2},
        {alv_sinh, -INFINITY, 0, INFINITY},
        {alv_cosh, INFINITY, 1, INFINITY},
        {alv_log2, NAN, -INFINITY, INFINITY},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(isnan(rows[i].f(NAN)));
        const double x[] = {-INFINITY, 0, INFINITY},
                     y[] = {rows[i].at_minus_inf, rows[i].at_zero, rows[i].at_inf};
        for (int k = 0; k < 3; k++) {
            double value = rows[i].f(x[k]);
            if (!(isnan(y[k]) ? isnan(value) : value == y[k])) fail_msg("row %zu at %g", i, x[k]);
        }
    }
    assert_true(signbit(alv_sin(-0.0)) && signbit(alv_tanh(-0.0)) && signbit(alv_erf(-0.0)));
    assert_true(alv_log10(1000) == 3 && alv_log2(0x1p-1074) == -1074 && alv_pow(2, 10) == 1024);
    const double angles[] = {-INFINITY, -1, -0.0, 0, 1, INFINITY};
    for (int i = 0; i < 6; i++)
        for (int k = 0; k < 6; k++)
            assert_near(alv_atan2(angles[i], angles[k]), atan2(angles[i], angles[k]), 3e-16);
}

static double square_root(double x, const void *context)
{
    (void)context;
    return alv_sqrt(x);
}

static double power31(double x, const void *context)
{
    (void)context;
    return alv_pow(x, 31);
}

static void quadrature_is_exact_for_polynomials(void **state)
{
    (void)state;
    assert_near(alv_integrate(power31, NULL, 0, 1, 1), 1.0 / 32, 1e-16);
    assert_near(alv_integrate(power31, NULL, -1, 1, 3), 0, 1e-15); /* rounding of the sum */
    assert_near(alv_integrate(square_root, NULL, 1, 4, 8), 14.0 / 3, 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stated_errors_hold),
        cmocka_unit_test(every_scale_is_good),
        cmocka_unit_test(sine_survives_cancellation),
        cmocka_unit_test(powers_are_good),
        cmocka_unit_test(quantile_inverts),
        cmocka_unit_test(rounding_is_exact),
        cmocka_unit_test(special_values),
        cmocka_unit_test(quadrature_is_exact_for_polynomials),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
