/* What an activation makes of a population, against closed forms of relu and tanh's differences. If
 * this failed, the doctor's intervals would be those of other networks. */
#include "theory/population.h"

#include "test.h"

#define PI 3.14159265358979323846

static alv_population of(const char *act, double mean, double variance, double c)
{
    alv_act_spec spec = {0};
    alv_population p;
    assert_int_equal(alv_act_parse(&spec, act, NULL), ALV_OK);
    alv_population_of(&p, spec, mean, variance, c, 1);
    return p;
}

/* Two normal variables of correlation c are both above 0 with probability 1/4 + asin(c) / (2 pi),
 * and the mean product of their relus is (sqrt(1 - c^2) + (pi - acos(c)) c) / (2 pi). */
static void relu(void **state)
{
    (void)state;
    const double cs[] = {0, 0.3, 0.7, 0.95};
    for (int i = 0; i < 4; i++) {
        const double c = cs[i];
        const alv_population p = of("relu", 0, 3, c);
        assert_near(p.square, 1.5, 1e-3);
        assert_near(p.slope2, 0.5, 1e-3);
        assert_near(p.slope, 1, 1e-3);
        assert_near(p.turn, 0, 2e-3);
        assert_near(p.shared, 3 * (sqrt(1 - c * c) + (PI - acos(c)) * c) / (2 * PI), 3e-3);
        assert_near(p.slope_noise, 2 / PI * asin(c), 2e-2);
    }
}

/* Where the kink is not in the middle: z > 0 with probability P = Phi(m / s), and E relu(z)^2 is
 * (m^2 + s^2) P + m s phi(m / s). */
static void kinks_may_lie_anywhere(void **state)
{
    (void)state;
    for (int i = -4; i <= 4; i++)
        for (int k = 0; k < 4; k++) {
            const double m = 0.37 * i, s = 1.3, c = 0.3 * k, p = 0.5 * erfc(-m / s / sqrt(2));
            const double phi = exp(-m * m / (2 * s * s)) / sqrt(2 * PI);
            const alv_population of_relu = of("relu", m, s * s, c);
            assert_near(of_relu.slope2, p, 1e-5);
            assert_near(of_relu.square, (m * m + s * s) * p + m * s * phi, 1e-6);
        }
}

/* Of the linear parts: a unit's mean square is 1 - c + c a^2. */
static void identity(void **state)
{
    (void)state;
    const alv_population p = of("identity", 0.5, 2, 0.6);
    assert_near(p.mean, 0.5, 1e-6);
    assert_near(p.square, 2.25, 1e-6);
    assert_near(p.slope2, 1, 1e-6);
    assert_near(p.slope_noise, 0, 1e-6);
    assert_near(of("identity", 0, 2, 0.6).noise, 2 * 0.36, 1e-4);
}

static void slopes_are_differences(void **state)
{
    (void)state;
    const char *const acts[] = {"tanh", "sigmoid", "gelu"};
    for (int i = 0; i < 3; i++) {
        const alv_population p = of(acts[i], 0, 1, 0.4);
        const alv_population up = of(acts[i], 0, exp(0.01), 0.4);
        const alv_population down = of(acts[i], 0, exp(-0.01), 0.4);
        assert_near(p.slope, log(up.square / down.square) / 0.02, 1e-3);
        assert_near(p.turn, log(up.slope2 / down.slope2) / 0.02, 1e-3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relu),
        cmocka_unit_test(kinks_may_lie_anywhere),
        cmocka_unit_test(identity),
        cmocka_unit_test(slopes_are_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
