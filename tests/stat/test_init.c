/* Initializers with arguments that test_battery.c, which takes defaults, does not try: sample
 * moments, and Kolmogorov-Smirnov against the scheme's own cumulative distribution.
 *
 * Seeds are fixed, so a run cannot fail by chance; over seeds, each Kolmogorov-Smirnov test would
 * fail a correct sampler with probability 1e-6 (sqrt(n) D > 2.694, Massart's bound
 * 2 exp(-2 x^2)), each moment test with 6e-7 (five standard errors). The last test shows that the
 * thresholds do reject: a deviation 4 % off, and a mean 2 % of a deviation off, are found. */
#include "test.h"

#include "alvor/alvor.h"

enum { ROWS = 256, COLUMNS = 512, N = ROWS * COLUMNS };

static const double KS_LIMIT = 2.694, STANDARD_ERRORS = 5;

static double values[N];

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

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

/* sqrt(n) sup |F_n - F|; sorts the values. */
static double kolmogorov_smirnov(const alv_dist *law)
{
    double sup = 0;
    qsort(values, N, sizeof *values, ascending);
    for (int i = 0; i < N; i++) {
        double f = alv_dist_cdf(law, values[i]);
        double below = f - i / (double)N, above = (i + 1) / (double)N - f;
        sup = fmax(sup, fmax(below, above));
    }
    return sqrt(N) * sup;
}

static void sample_moments(double *mean, double *variance)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < N; i++) sum += values[i];
    *mean = sum / N;
    for (int i = 0; i < N; i++) squares += (values[i] - *mean) * (values[i] - *mean);
    *variance = squares / N;
}

/* Standard errors that the sample is off its law. The variance of a sample's variance is
 * (kurtosis - 1) var^2 / n, where the kurtosis is at most the normal's 3, or the exponential's 9
 * for a normal cut far out on one side. */
static void moment_errors(double *mean_off, double *variance_off, const alv_dist *law)
{
    double mean, variance, expected = alv_dist_variance(law);
    bool one_sided = law->kind == ALV_DIST_TRUNCATED_NORMAL && law->lo > law->mean;
    sample_moments(&mean, &variance);
    *mean_off = fabs(mean - alv_dist_mean(law)) / sqrt(expected / N);
    *variance_off = fabs(variance - expected) / (expected * sqrt((one_sided ? 8.0 : 2.0) / N));
}

static void check(const char *text, alv_dtype dtype)
{
    alv_dist law;
    draw(&law, text, dtype);
    double mean, variance;
    moment_errors(&mean, &variance, &law);
    double ks = kolmogorov_smirnov(&law);
    print_message("  %-52s %s  mean %.2f  variance %.2f  ks %.2f\n", text, alv_dtype_name(dtype),
                  mean, variance, ks);
    assert_true(mean < STANDARD_ERRORS);
    assert_true(variance < STANDARD_ERRORS);
    assert_true(ks < KS_LIMIT);
    if (law.kind != ALV_DIST_NORMAL) assert_true(law.lo <= values[0] && values[N - 1] <= law.hi);
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

/* Mean over nets, in standard errors from `expected`. */
static double drift_errors(const char *text, const char *activation, double expected)
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
    return fabs(mean - expected) / error;
}

/* The walk of the logarithm has no drift under random_walk, and drifts under the schemes that keep
 * the mean square: by psi(N / 2) - ln(N / 2) = -0.03158 a layer for linear layers with N = 32. */
static void random_walk_has_no_drift(void **state)
{
    (void)state;
    assert_true(drift_errors("random_walk", "linear", 0) < STANDARD_ERRORS);
    assert_true(drift_errors("lecun_normal", "linear", -0.03158 * DEPTH) < STANDARD_ERRORS);
    assert_true(drift_errors("lecun_normal", "linear", 0) > STANDARD_ERRORS);
    assert_true(drift_errors("random_walk", "relu", 0) < STANDARD_ERRORS);
    assert_true(drift_errors("he_normal", "relu", 0) > STANDARD_ERRORS);
}

static void a_wrong_law_is_rejected(void **state)
{
    (void)state;
    alv_dist law, wrong;
    double mean, variance;
    draw(&law, "he_normal", ALV_F32);
    wrong = alv_dist_normal(0, law.std * 1.04);
    moment_errors(&mean, &variance, &wrong);
    assert_true(variance > STANDARD_ERRORS);
    assert_true(kolmogorov_smirnov(&wrong) > KS_LIMIT);
    wrong = alv_dist_normal(law.std * 0.02, law.std);
    moment_errors(&mean, &variance, &wrong);
    assert_true(mean > STANDARD_ERRORS);
    assert_true(kolmogorov_smirnov(&wrong) > KS_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variants_follow_their_law),
        cmocka_unit_test(random_walk_has_no_drift),
        cmocka_unit_test(a_wrong_law_is_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
