/* Sparse initialization: how many weights stay, which, and of what law.
 *
 * If these failed, units would have more connections than asked for, or some places would be
 * preferred. */
#include "placed.h"

/* Non-zeros of unit `line` (or input), its connections counted by the layout's own order. */
static int64_t count_line(const double *w, const alv_tensor *t, bool per_input, int64_t line)
{
    const bool keras = t->layout == ALV_LAYOUT_KERAS;
    const int64_t rows = t->shape[keras], columns = t->shape[!keras];
    int64_t n = 0;
    for (int64_t i = 0; i < (per_input ? rows : columns); i++) {
        const int64_t r = per_input ? i : line, c = per_input ? line : i;
        n += w[keras ? c * rows + r : r * columns + c] != 0;
    }
    return n;
}

static void sparse_counts_are_exact(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool per_input;
        int64_t kept; /* of 50 inputs or of 70 units */
    } cases[] = {
        {"sparse", false, 15},
        {"sparse(k=1)", false, 1},
        {"sparse(k=49)", false, 49},
        {"sparse(k=900)", false, 50},
        {"sparse(k=7, per=input)", true, 7},
        {"sparse(sparsity=0.9)", false, 5},            /* 50 - 45 */
        {"sparse(sparsity=0.93)", false, 3},           /* 50 - ceil 46.5 */
        {"sparse(sparsity=0.93, per=input)", true, 4}, /* 70 - ceil 65.1 */
        {"sparse(sparsity=1)", false, 0},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (int keras = 0; keras < 2; keras++) {
            alv_tensor t = keras ? matrix("w", 50, 70) : matrix("w", 70, 50);
            t.layout = keras ? ALV_LAYOUT_KERAS : ALV_LAYOUT_TORCH;
            double *w = filled(cases[c].text, &t, 3);
            for (int64_t line = 0; line < (cases[c].per_input ? 50 : 70); line++)
                assert_int_equal(count_line(w, &t, cases[c].per_input, line), cases[c].kept);
            free(w);
        }
    const alv_tensor t = matrix("w", 70, 50);
    refused("sparse(k=3, sparsity=0.5)", &t, ALV_ERR_ARGUMENT, "give one");
    refused("sparse(k=2.5)", &t, ALV_ERR_ARGUMENT, "k = 2.5");
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* What stays is normal of the deviation asked for: Kolmogorov-Smirnov, which fails one correct
 * sampler in 10^6 (Massart's bound). */
static void what_stays_is_normal(void **state)
{
    (void)state;
    enum { ROWS = 400, COLUMNS = 300, K = 60, N = ROWS * K };
    static double kept[N];
    const alv_tensor t = matrix("w", ROWS, COLUMNS);
    double *w = filled("sparse(k=60, std=1.5, scaled=yes)", &t, 11);
    double *unit = filled("normal(std=1)", &t, 11), sup = 0;
    const double std = 1.5 / sqrt(K);
    int n = 0;
    for (int i = 0; i < ROWS * COLUMNS; i++)
        if (w[i] != 0) {
            assert_near(w[i], std * unit[i], 1e-15);
            kept[n++] = w[i];
        }
    assert_int_equal(n, N);
    qsort(kept, N, sizeof *kept, ascending);
    const alv_dist law = alv_dist_normal(0, std);
    for (int i = 0; i < N; i++) {
        double f = alv_dist_cdf(&law, kept[i]);
        sup = fmax(sup, fmax(f - i / (double)N, (i + 1) / (double)N - f));
    }
    assert_true(sqrt(N) * sup < 2.694);
    free(w);
    free(unit);
}

/* Every place is as likely as any other, and pairs of neighbours too: a chi-square of each, at five
 * standard deviations (one correct sampler in 10^6). */
static void places_that_stay_are_uniform(void **state)
{
    (void)state;
    enum { LINES = 40000, N = 24, K = 7 };
    for (int per_input = 0; per_input < 2; per_input++) {
        const alv_tensor t = per_input ? matrix("w", N, LINES) : matrix("w", LINES, N);
        double *w = filled(per_input ? "sparse(k=7, per=input)" : "sparse(k=7)", &t, 5);
        double ones[N] = {0}, pairs[N - 1] = {0}, chi = 0, chi_pairs = 0;
        for (int line = 0; line < LINES; line++)
            for (int i = 0, before = 0; i < N; i++) {
                const int64_t e = per_input ? (int64_t)i * LINES + line : (int64_t)line * N + i;
                const int stays = w[e] != 0;
                ones[i] += stays;
                if (i > 0) pairs[i - 1] += stays && before;
                before = stays;
            }
        const double p = K / (double)N, q = p * (K - 1) / (N - 1);
        for (int i = 0; i < N; i++) chi += pow(ones[i] - LINES * p, 2) / (LINES * p * (1 - p));
        for (int i = 0; i + 1 < N; i++)
            chi_pairs += pow(pairs[i] - LINES * q, 2) / (LINES * q * (1 - q));
        chi *= (N - 1) / (double)N; /* the counts of a line sum to K */
        assert_true(fabs(chi - (N - 1)) < 5 * sqrt(2.0 * (N - 1)));
        assert_true(fabs(chi_pairs - (N - 1)) < 5 * sqrt(2.0 * (N - 1)));
        free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sparse_counts_are_exact),
        cmocka_unit_test(what_stays_is_normal),
        cmocka_unit_test(places_that_stay_are_uniform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
