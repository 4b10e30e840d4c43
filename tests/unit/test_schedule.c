/* Schedules against the values of torch.optim.lr_scheduler's formulas, worked out by hand, and
 * their texts. */
#include "test.h"

#include "nn/schedule.h"

enum { STEPS = 100 };

static alv_schedule make(const char *text)
{
    alv_schedule s;
    alv_error error = {0};
    if (alv_schedule_parse(&s, text, &error) != ALV_OK) fail_msg("%s: %s", text, error.message);
    return s;
}

static double factor_at(const char *text, int step)
{
    const alv_schedule s = make(text);
    const alv_plateau plateau = {0};
    return alv_schedule_factor(&s, &plateau, step, STEPS);
}

static void shapes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int step;
        double factor;
    } cases[] = {
        {"constant", 0, 1},
        {"constant", 99, 1},
        {"warmup(0.2)", 0, 1.0 / 20},
        {"warmup(0.2)", 19, 1},
        {"warmup(0.2)", 20, 1},
        {"step", 33, 1},
        {"step", 34, 0.1},
        {"step", 66, 0.1},
        {"step", 67, 0.01},
        {"step(factor=0.5, drops=1)", 49, 1},
        {"step(factor=0.5, drops=1)", 50, 0.5},
        {"exponential", 0, 1},
        {"exponential", 50, 0.1},
        {"exponential(to=0.0001)", 75, 0.001},
        {"cosine", 0, 1},
        {"cosine", 50, 0.5},
        {"cosine", 25, 0.85355339059327376220}, /* (1 + cos pi/4) / 2 */
        {"cosine(to=0.2)", 50, 0.6},
        {"cosine(warmup=0.5)", 49, 1},
        {"cosine(warmup=0.5)", 75, 0.5},
        {"plateau", 99, 1},
        {"warmup(1)", 99, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const double got = factor_at(cases[i].text, cases[i].step);
        if (!(fabs(got - cases[i].factor) <= 1e-14))
            fail_msg("%s at %d: %.17g, not %.17g", cases[i].text, cases[i].step, got,
                     cases[i].factor);
    }
}

/* A run of 100 steps has windows of two; the loss falls for 20 of them and then stays. */
static void plateau(void **state)
{
    (void)state;
    const alv_schedule s = make("plateau(factor=0.5, patience=3)");
    alv_plateau p = {0};
    int first_drop = -1, second_drop = -1;
    for (int step = 0; step < STEPS; step++) {
        const double factor = alv_schedule_factor(&s, &p, step, STEPS);
        if (factor == 0.5 && first_drop < 0) first_drop = step;
        if (factor == 0.25 && second_drop < 0) second_drop = step;
        const double loss = step < 40 ? 100 - step : 61;
        alv_schedule_watch(&p, &s, loss, step, STEPS);
    }
    /* The mean of window 19 (steps 38, 39) is 61.5. Window 20 is lower, 61, and the best; windows
     * 21 to 24 are not: the fourth of them is one more than the patience. */
    assert_int_equal(first_drop, 50);
    assert_int_equal(second_drop, 58);
}

/* Improvements of less than the threshold do not count, and noise within a window is averaged. */
static void plateau_threshold(void **state)
{
    (void)state;
    const alv_schedule s = make("plateau(patience=1)");
    alv_plateau p = {0};
    for (int step = 0; step < 6; step++)
        alv_schedule_watch(&p, &s, (step % 2 ? 2.0 : 0.0) - 1e-6 * step, step, STEPS);
    assert_int_equal(p.windows, 3);
    assert_int_equal(p.drops, 1);
}

static void stays_in_bounds(void **state)
{
    (void)state;
    static const char *const texts[] = {"constant", "warmup(0.3)", "step(warmup=0.01)",
                                        "exponential(to=0,warmup=0.999)", "cosine(warmup=1)"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        for (int steps = 1; steps < 40; steps++)
            for (int step = 0; step < steps; step++) {
                const alv_schedule s = make(texts[i]);
                const double f = alv_schedule_factor(&s, &(alv_plateau){0}, step, steps);
                if (!(f >= 0 && f <= 1)) fail_msg("%s: %g at %d of %d", texts[i], f, step, steps);
            }
}

static void texts(void **state)
{
    (void)state;
    static const char *const same[] = {
        "constant",           "warmup", "step", "exponential(to=0.5)", "cosine(to=0.1,warmup=0.05)",
        "plateau(patience=7)"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        char text[ALV_TERM_TEXT];
        const alv_schedule s = make(same[i]);
        alv_schedule_print(text, &s);
        assert_string_equal(text, same[i]);
    }
    alv_error error = {0};
    alv_schedule s;
    assert_int_equal(alv_schedule_parse(&s, "cosin", &error), ALV_ERR_UNKNOWN_NAME);
    assert_non_null(strstr(error.message, "'cosine'"));
    assert_int_equal(alv_schedule_parse(&s, "step(drops=0)", &error), ALV_ERR_RANGE);
    assert_int_equal(alv_schedule_parse(&s, "constant(1)", &error), ALV_ERR_SYNTAX);
    assert_int_equal(alv_schedule_parse(&s, "warmup(1.5)", &error), ALV_ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes),
        cmocka_unit_test(plateau),
        cmocka_unit_test(plateau_threshold),
        cmocka_unit_test(stays_in_bounds),
        cmocka_unit_test(texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
