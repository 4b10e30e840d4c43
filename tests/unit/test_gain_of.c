/* Gains of a caller's function against closed forms, against the table's own rule, and what is said
 * about functions that have none. If this failed, a user's own activation would get a wrong scale
 * without a word. */
#include "test.h"

#include "alvor/act.h"

enum { MANY = 8 };

static double one_third(double x, const void *c)
{
    (void)x, (void)c;
    return 1.0 / 3;
}
static double square(double x, const void *c)
{
    (void)c;
    return x * x;
}
static double absolute(double x, const void *c)
{
    (void)c;
    return fabs(x);
}
static double ramp(double x, const void *c)
{
    const double *at = c;
    return x > *at ? x - *at : 0;
}
static double step(double x, const void *c)
{
    const double *at = c;
    return x > *at ? 1 : 0;
}
static double sine(double x, const void *c)
{
    const double *times = c;
    return sin(*times * x);
}
static double cosine(double x, const void *c)
{
    (void)c;
    return cos(x);
}
static double exponential(double x, const void *c)
{
    const double *times = c;
    return exp(*times * x);
}
static double error_function(double x, const void *c)
{
    (void)c;
    return erf(x);
}
static double offset_tanh(double x, const void *c)
{
    (void)c;
    return 1000 + tanh(x);
}
static double bell(double x, const void *c)
{
    const double *times = c;
    return exp(*times * x * x);
}
static double constant_one(double x, const void *c)
{
    (void)c;
    return sin(x) * sin(x) + cos(x) * cos(x);
}
static double root(double x, const void *c)
{
    (void)c;
    return sqrt(fabs(x));
}
static double in_float(double x, const void *c)
{
    (void)c;
    return tanhf((float)x);
}
static double hash_noise(double x, const void *c)
{
    (void)c;
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (double)(bits * 0x9e3779b97f4a7c15u >> 40);
}
static double logarithm(double x, const void *c)
{
    (void)c;
    return log(x);
}
static double infinite(double x, const void *c)
{
    (void)c;
    return x > 2 ? INFINITY : x;
}

static alv_gain gain_of(alv_act_function function)
{
    alv_gain gain;
    alv_error error;
    if (alv_act_gain_of(&gain, &function, &error)) fail_msg("%s", error.message);
    return gain;
}

static void expect(alv_act_function function, double mean, double second, double slope)
{
    alv_gain g = gain_of(function);
    assert_near(g.mean, mean, 1e-11);
    assert_near(g.second, second, 1e-11);
    assert_near(g.slope, slope, 1e-10);
    assert_near(g.forward, 1 / sqrt(second), 1e-10);
    if (slope > 0) assert_near(g.backward, 1 / sqrt(slope), 1e-10);
}

static void closed_forms_without_a_derivative(void **state)
{
    (void)state;
    const double e = exp(1), pi = M_PI, zero = 0, one = 1, third = 1.0 / 3, twenty = 20;
    expect((alv_act_function){.f = square}, 1, 3, 4);
    expect((alv_act_function){.f = absolute}, sqrt(2 / pi), 1, 1);
    expect((alv_act_function){.f = ramp, .context = &zero}, 1 / sqrt(2 * pi), 0.5, 0.5);
    /* E (z - t)+ = phi(t) - t Q(t), E ((z - t)+)^2 = (1 + t^2) Q(t) - t phi(t): an unlisted kink.
     */
    double q = erfc(third * M_SQRT1_2) / 2, p = exp(-third * third / 2) / sqrt(2 * pi);
    expect((alv_act_function){.f = ramp, .context = &third}, p - third * q,
           (1 + third * third) * q - third * p, q);
    expect((alv_act_function){.f = step, .context = &third, .kinks = &third, .n_kinks = 1}, q, q,
           0);
    expect((alv_act_function){.f = sine, .context = &one}, 0, (1 - exp(-2)) / 2, (1 + exp(-2)) / 2);
    expect((alv_act_function){.f = sine, .context = &twenty}, 0, 0.5, 200);
    expect((alv_act_function){.f = cosine}, exp(-0.5), (1 + exp(-2)) / 2, (1 - exp(-2)) / 2);
    expect((alv_act_function){.f = exponential, .context = &one}, sqrt(e), e * e, e * e);
    expect((alv_act_function){.f = error_function}, 0, 2 / pi * asin(2.0 / 3), 4 / pi / sqrt(5));
    const double eighth = 0.125; /* E exp(a z^2) = 1 / sqrt(1 - 2 a) */
    expect((alv_act_function){.f = bell, .context = &eighth}, 1 / sqrt(0.75), 1 / sqrt(0.5),
           1.0 / 16 / pow(0.5, 1.5));
    expect((alv_act_function){.f = one_third}, 1.0 / 3, 1.0 / 9, 0);
    assert_true(isinf(gain_of((alv_act_function){.f = one_third}).backward));
    assert_true(isinf(gain_of((alv_act_function){.f = one_third}).variance));
    assert_near(gain_of((alv_act_function){.f = constant_one}).second, 1, 1e-15);
}

static void a_large_mean_costs_no_digits(void **state)
{
    (void)state;
    alv_act_spec tanh_spec;
    alv_gain plain;
    alv_act_parse(&tanh_spec, "tanh", NULL);
    alv_act_gain(&plain, tanh_spec, NULL);
    alv_gain g = gain_of((alv_act_function){.f = offset_tanh});
    assert_near(g.mean, 1000, 1e-13);
    assert_near(g.variance, plain.variance, 1e-11);
    assert_near(g.slope, plain.slope, 1e-9);
}

static double of_table(double x, const void *c)
{
    const alv_act_spec *spec = c;
    return spec->act->f(x, spec->param);
}
static double slope_of_table(double x, const void *c)
{
    const alv_act_spec *spec = c;
    return spec->act->df(x, spec->param);
}

static void same(const char *name, const char *how, alv_gain a, alv_gain b, double slope)
{
    const double off[] = {fabs(a.mean - b.mean), fabs(a.second - b.second),
                          fabs(a.slope - b.slope) / slope};
    for (int i = 0; i < 3; i++)
        if (!(off[i] <= 4e-13)) fail_msg("%s %s: moment %d off by %g", name, how, i, off[i]);
}

/* Each row of the table as a callback: with its derivative, without, and with no kink told. relu6's
 * kink at 6 and its like show that nobody must list what bisection finds. */
static void the_table_agrees(void **state)
{
    (void)state;
    for (int i = 0; i < alv_act_count(); i++) {
        const alv_act *act = alv_act_at(i);
        const alv_act_spec spec = {act, act->param_default};
        double kinks[MANY];
        int n = 0;
        for (int k = 0; k < act->n_kinks; k++) {
            if (act->kinks[k] > 0 && (n == 0 || kinks[n - 1] < 0)) kinks[n++] = 0;
            kinks[n++] = act->kinks[k];
        }
        if (n == 0) kinks[n++] = 0;
        alv_gain table;
        assert_int_equal(alv_act_gain(&table, spec, NULL), ALV_OK);
        alv_act_function function = {of_table, slope_of_table, &spec, kinks, n};
        same(act->name, "with f'", gain_of(function), table, 1);
        function.df = NULL;
        same(act->name, "without f'", gain_of(function), table, 10);
        function.kinks = NULL, function.n_kinks = 0;
        same(act->name, "without kinks", gain_of(function), table, 10);
    }
}

static void refuse(alv_act_function function, alv_status status, const char *says)
{
    alv_gain gain = {.mean = 7};
    alv_error error = {0};
    assert_int_equal(alv_act_gain_of(&gain, &function, &error), status);
    assert_int_equal(error.code, status);
    if (!strstr(error.message, says)) fail_msg("\"%s\" lacks \"%s\"", error.message, says);
    assert_true(gain.mean == 7 && gain.second == 0);
    assert_int_equal(alv_act_gain_of(&gain, &function, NULL), status);
}

static void functions_without_gains_are_refused(void **state)
{
    (void)state;
    const double third = 1.0 / 3, nineteen = 19, quarter = 0.25, almost = 0.245, half = 0.5;
    const double million = 1e6;
    refuse((alv_act_function){.f = logarithm}, ALV_ERR_RANGE, "nan");
    refuse((alv_act_function){.f = infinite}, ALV_ERR_RANGE, "inf");
    refuse((alv_act_function){.f = absolute, .df = infinite}, ALV_ERR_RANGE, "df(");
    refuse((alv_act_function){.f = exponential, .context = &nineteen}, ALV_ERR_RANGE, "grows");
    refuse((alv_act_function){.f = bell, .context = &quarter}, ALV_ERR_RANGE, "f grows");
    refuse((alv_act_function){.f = bell, .context = &half}, ALV_ERR_RANGE, "f grows");
    refuse((alv_act_function){.f = bell, .context = &almost}, ALV_ERR_RANGE, "grows");
    refuse((alv_act_function){.f = step, .context = &third}, ALV_ERR_UNSUPPORTED, "0.333333");
    refuse((alv_act_function){.f = root}, ALV_ERR_UNSUPPORTED, "steep"); /* E 1/(4 |z|): infinite */
    refuse((alv_act_function){.f = in_float}, ALV_ERR_UNSUPPORTED, "double");
    refuse((alv_act_function){.f = hash_noise}, ALV_ERR_UNSUPPORTED, "rough");
    refuse((alv_act_function){.f = sine, .context = &million}, ALV_ERR_UNSUPPORTED, "rough");
    refuse((alv_act_function){0}, ALV_ERR_ARGUMENT, "no f");
    const double wrong[] = {1, 1}, nan_kink = NAN;
    refuse((alv_act_function){.f = square, .kinks = wrong, .n_kinks = 2}, ALV_ERR_ARGUMENT,
           "kink 1 is 1");
    refuse((alv_act_function){.f = square, .kinks = &nan_kink, .n_kinks = 1}, ALV_ERR_ARGUMENT,
           "kink 0 is nan");
    refuse((alv_act_function){.f = square, .n_kinks = 1}, ALV_ERR_ARGUMENT, "1 kinks");
    refuse((alv_act_function){.f = square, .n_kinks = -1}, ALV_ERR_ARGUMENT, "-1 kinks");
    alv_error error;
    assert_int_equal(alv_act_gain_of(NULL, &(alv_act_function){.f = square}, &error),
                     ALV_ERR_ARGUMENT);
    alv_gain gain;
    assert_int_equal(alv_act_gain_of(&gain, NULL, &error), ALV_ERR_ARGUMENT);
}

/* A step with a slope of the caller's (a straight-through estimator) needs no list. */
static void a_given_slope_is_taken(void **state)
{
    (void)state;
    const double third = 1.0 / 3, far[] = {-1e9, 0, 1e9};
    double q = erfc(third * M_SQRT1_2) / 2;
    alv_gain g = gain_of((alv_act_function){.f = step, .df = one_third, .context = &third});
    assert_near(g.second, q, 1e-12);
    assert_near(g.slope, 1.0 / 9, 1e-12);
    expect((alv_act_function){.f = absolute, .kinks = far, .n_kinks = 3}, sqrt(2 / M_PI), 1, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_forms_without_a_derivative),
        cmocka_unit_test(a_large_mean_costs_no_digits),
        cmocka_unit_test(the_table_agrees),
        cmocka_unit_test(functions_without_gains_are_refused),
        cmocka_unit_test(a_given_slope_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
