/* Initializers with arguments that test_battery.c, which takes defaults, does not try: moments and
 * distribution against the scheme's own law. Then the drift that random_walk is made to remove.
 * Fixed seeds; false alarms: suite.h. */
#include "law.h"

#include "alvor/alvor.h"

enum { ROWS = 256, COLUMNS = 512, N = ROWS * COLUMNS };

static ledger book;

static double values[N], copy[N];

static void draw(alv_dist *law, const char *text, alv_dtype dtype)
{
    static float narrow[N];
    alv_tensor w = {.rank = 2, .shape = {ROWS, COLUMNS}, .dtype = dtype};
    alv_scheme scheme;
    snprintf(w.name, sizeof w.name, "%s", text); /* a stream of its own */
    assert_int_equal(alv_scheme_parse(&scheme, text, NULL), ALV_OK);
    assert_int_equal(alv_init_law(law, &scheme, &w, NULL), ALV_OK);
    void *out = dtype == ALV_F32 ? (void *)narrow : (void *)values;
    assert_int_equal(alv_init_fill(out, 0, N, &scheme, &w, 2024, NULL, NULL), ALV_OK);
    for (int i = 0; i < N && dtype == ALV_F32; i++) values[i] = narrow[i];
}

static void check(const char *text, alv_dtype dtype)
{
    alv_dist law;
    draw(&law, text, dtype);
    for (int i = 0; i < N && law.kind != ALV_DIST_NORMAL; i++)
        assert_true(law.lo <= values[i] && values[i] <= law.hi);
    judge_law(&book, values, N, &law, text);
}

static void variants_follow_their_law(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "uniform(r=1, mean=3)",
        "normal(std=2, mean=-1)",
        "trunc_normal_abs(std=1)",
        "trunc_normal_rel(std=0.5, mean=1, a=-1, b=3)",
        "trunc_normal_abs(std=1, a=4, b=9)",
        "trunc_normal_rel(std=0.1, mean=2, std_of=parent)",
        "he_normal(a=0.2, mode=fan_out)",
        "xavier_uniform(gain=1.5)",
        "variance_scaling(scale=2, mode=fan_geo_avg, distribution=normal)",
        "variance_scaling(scale=2, distribution=uniform)",
        "siren(first=yes)",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) check(texts[i], ALV_F32);
}

/* ln(|h|^2 / |x|^2) after DEPTH layers h = f(W h) of WIDTH units, from x of ones. */
enum { WIDTH = 32, DEPTH = 60, NETS = 120 };
static const double STRAY = 5e-7; /* a drift that is there is seen as clearly as this */

static double log_growth(const alv_scheme *scheme, alv_act_spec act, int net)
{
    static double w[WIDTH * WIDTH];
    double h[WIDTH], z[WIDTH], sum = 0;
    for (int i = 0; i < WIDTH; i++) h[i] = 1;
    for (int layer = 0; layer < DEPTH; layer++) {
        alv_tensor t = {.rank = 2, .shape = {WIDTH, WIDTH}, .dtype = ALV_F64, .act = act};
        snprintf(t.name, sizeof t.name, "net%d.fc%d", net, layer);
        assert_int_equal(alv_init_fill(w, 0, WIDTH * WIDTH, scheme, &t, 7, NULL, NULL), ALV_OK);
        for (int i = 0; i < WIDTH; i++) {
            z[i] = 0;
            for (int j = 0; j < WIDTH; j++) z[i] += w[i * WIDTH + j] * h[j];
        }
        for (int i = 0; i < WIDTH; i++) h[i] = act.act->f(z[i], act.param);
    }
    for (int i = 0; i < WIDTH; i++) sum += h[i] * h[i];
    return log(sum / WIDTH);
}

/* p of the mean over nets, if `expected` were the drift. */
static double p_drift(const char *text, const char *activation, double expected)
{
    alv_scheme scheme;
    alv_act_spec act;
    double sum = 0, squares = 0;
    assert_int_equal(alv_scheme_parse(&scheme, text, NULL), ALV_OK);
    assert_int_equal(alv_act_parse(&act, activation, NULL), ALV_OK);
    for (int net = 0; net < NETS; net++) {
        double x = log_growth(&scheme, act, net);
        sum += x;
        squares += x * x;
    }
    double mean = sum / NETS, error = sqrt((squares / NETS - mean * mean) / NETS);
    print_message("  %-14s %-8s drift %+.2f +- %.2f\n", text, activation, mean, error);
    return p_student((mean - expected) / error, NETS - 1);
}

/* The walk of the logarithm has no drift under random_walk, and drifts under the schemes that keep
 * the mean square: by psi(N / 2) - ln(N / 2) = -0.03158 a layer for linear layers with N = 32. */
static void random_walk_has_no_drift(void **state)
{
    (void)state;
    const double lost = -0.03158 * DEPTH;
    judge(&book, p_drift("random_walk", "linear", 0), "random_walk, linear, no drift");
    judge(&book, p_drift("random_walk", "relu", 0), "random_walk, relu, no drift");
    judge(&book, p_drift("lecun_normal", "linear", lost), "lecun_normal, linear, its drift");
    assert_true(p_drift("lecun_normal", "linear", 0) < STRAY);
    assert_true(p_drift("he_normal", "relu", 0) < STRAY);
}

static void a_wrong_law_is_refused(void **state)
{
    (void)state;
    alv_dist law;
    draw(&law, "he_normal", ALV_F32);
    const alv_dist wrong[] = {alv_dist_normal(0, law.std * 1.05),
                              alv_dist_normal(law.std * 0.035, law.std)};
    for (int i = 0; i < 2; i++) {
        ledger l = {.limit = 0, .least = 1};
        memcpy(copy, values, sizeof copy);
        judge_moments(&l, copy, N, &wrong[i], "moments");
        assert_true(l.least < book.limit);
        l.least = 1;
        to_uniform(copy, N, &wrong[i]);
        judge_uniform(&l, copy, N, "distribution");
        assert_true(l.least < book.limit);
    }
}

static void the_budget_is_kept(void **state)
{
    (void)state;
    settle(&book, OTHERS);
}

int main(void)
{
    book = ledger_make(2024, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variants_follow_their_law),
        cmocka_unit_test(random_walk_has_no_drift),
        cmocka_unit_test(a_wrong_law_is_refused),
        cmocka_unit_test(the_budget_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
