/* Every initializer, in every element type, against its own law: moments, Kolmogorov-Smirnov and
 * Anderson-Darling, the leading bits of each value's probability, and independence of neighbouring
 * elements, rows, parameters and seeds; the narrow types by chi-square on their values; structured
 * schemes by their predicted moments. Then the stream's own words.
 *
 *     test-stat-battery                      one round, fixed seed (CTest, ./check)
 *     test-stat-battery --soak SECONDS       rounds of fresh seeds
 *     test-stat-battery --soak SECONDS SEED  the same from a given first seed
 *
 * With a correct library the whole suite fails with probability below 1e-9, over the fixed round
 * and over all rounds of a soak alike (suite.h). Nothing here depends on which word of the stream
 * makes which element. */
#include <time.h>

#include "law.h"
#include "narrow.h"

#include "alvor/alvor.h"

enum { ROWS = 256, COLUMNS = 512, N = ROWS * COLUMNS, NARROW = 1 << 18 };

static double u[N], v[N], sorted[N];

/* A matrix, or where a scheme takes none, a vector. False if it takes neither. */
static bool tensor_for(alv_tensor *t, alv_dist *law, const alv_scheme *scheme, alv_dtype dtype)
{
    *t = (alv_tensor){.rank = 2, .shape = {ROWS, COLUMNS}, .dtype = dtype};
    snprintf(t->name, sizeof t->name, "layers.7.%s", scheme->init->name);
    if (alv_init_law(law, scheme, t, NULL) == ALV_OK) return true;
    t->rank = 1, t->shape[0] = N, t->shape[1] = 0;
    return alv_init_law(law, scheme, t, NULL) == ALV_OK;
}

static void draw(double *out, const alv_scheme *scheme, const alv_tensor *t, uint64_t seed)
{
    static float narrow[N];
    alv_error error;
    void *to = t->dtype == ALV_F32 ? (void *)narrow : (void *)out;
    if (alv_init_fill(to, 0, N, scheme, t, seed, NULL, &error)) fail_msg("%s", error.message);
    for (int i = 0; i < N && t->dtype == ALV_F32; i++) out[i] = narrow[i];
}

static void judge_independence(ledger *l, const alv_scheme *scheme, const alv_dist *law,
                               alv_tensor *t, const char *what)
{
    static const int lags[] = {1, 2, 3, 4, 8, 16, 32, 64, 256, COLUMNS, 4096, N / 2};
    for (size_t i = 0; i < sizeof lags / sizeof *lags; i++)
        judge(l, p_lag(u, N, lags[i]), "%s, elements %d apart", what, lags[i]);
    draw(v, scheme, t, l->seed + 1);
    to_uniform(v, N, law);
    judge(l, p_pairs(u, v, N), "%s, the next seed", what);
    t->name[7]++; /* layers.8 */
    draw(v, scheme, t, l->seed);
    to_uniform(v, N, law);
    judge(l, p_pairs(u, v, N), "%s, the next parameter", what);
}

static void judge_wide(ledger *l, const alv_scheme *scheme, alv_dtype dtype)
{
    char what[96];
    alv_tensor t;
    alv_dist law;
    if (!tensor_for(&t, &law, scheme, dtype)) fail_msg("%s takes no tensor", scheme->init->name);
    snprintf(what, sizeof what, "%s %s", scheme->init->name, alv_dtype_name(dtype));
    draw(u, scheme, &t, l->seed);
    if (alv_dist_variance(&law) == 0) {
        double value = dtype == ALV_F32 ? (float)alv_dist_mean(&law) : alv_dist_mean(&law);
        for (int i = 0; i < N; i++) assert_true(u[i] == value);
        return;
    }
    if (law.kind != ALV_DIST_NORMAL)
        for (int i = 0; i < N; i++) assert_true(u[i] >= law.lo && u[i] <= law.hi);
    judge_moments(l, u, N, &law, what);
    to_uniform(u, N, &law);
    memcpy(sorted, u, sizeof u);
    judge_uniform(l, sorted, N, what);
    judge(l, p_bits(u, N, 16), "%s, bits", what);
    judge_independence(l, scheme, &law, &t, what);
}

static double narrow_p(const alv_dist *law, alv_dtype dtype, uint64_t seed, const char *name)
{
    static uint16_t room[NARROW];
    static double codes[1 << 16];
    static value_count values[1 << 16];
    int degrees;
    count_codes(codes, room, law, dtype, NARROW, alv_stream_make(seed, name, NULL));
    return p_values(values, make_values(values, law, dtype, codes), law, NARROW, &degrees);
}

static const alv_dtype narrow_types[] = {ALV_F16, ALV_BF16, ALV_F8_E4M3FN, ALV_F8_E5M2};

static void judge_narrow(ledger *l, const alv_scheme *scheme)
{
    for (int i = 0; i < 4; i++) {
        alv_tensor t;
        alv_dist law;
        alv_dtype dtype = narrow_types[i];
        if (!tensor_for(&t, &law, scheme, dtype)) continue; /* f8 cannot hold every scale */
        if (alv_dist_variance(&law) == 0) continue;
        judge(l, narrow_p(&law, dtype, l->seed, t.name), "%s %s, values", scheme->init->name,
              alv_dtype_name(dtype));
    }
}

/* A structured scheme: the mean and mean square of a tensor's elements over seeds, against the
 * predicted ones. Elements of one tensor depend on one another, tensors do not. */
enum { TENSORS = 300, LARGEST = 1 << 12, SCRATCH = 1 << 20 };

static void judge_tensors(ledger *l, const alv_scheme *scheme, const alv_tensor *t, int64_t n,
                          double mean, double variance)
{
    static double x[LARGEST], scratch[SCRATCH / 8];
    alv_fill how = {.scratch = scratch, .scratch_size = sizeof scratch};
    double wanted[2] = {mean, variance + mean * mean}, sum[2] = {0}, squares[2] = {0};
    alv_error error;
    for (int r = 0; r < TENSORS; r++) {
        double m[2] = {0};
        if (alv_init_fill(x, 0, n, scheme, t, l->seed + (uint64_t)r, &how, &error))
            fail_msg("%s: %s", scheme->init->name, error.message);
        for (int64_t i = 0; i < n; i++) m[0] += x[i] / (double)n, m[1] += x[i] * x[i] / (double)n;
        for (int k = 0; k < 2; k++) sum[k] += m[k], squares[k] += m[k] * m[k];
    }
    for (int k = 0; k < 2; k++) {
        double got = sum[k] / TENSORS, size = fmax(1e-6, fabs(wanted[k]));
        double spread = squares[k] / TENSORS - got * got,
               error_of = sqrt(fmax(spread, 0) / TENSORS);
        /* Some properties hold in each tensor exactly. */
        double off = fmax(0, fabs(got - wanted[k]) - 1e-9 * size);
        double p = off == 0 ? 1 : p_student(off / fmax(error_of, 1e-12 * size), TENSORS - 1);
        judge(l, p, "%s, %s over tensors: %.9g, predicted %.9g", scheme->init->name,
              k ? "mean square" : "mean", got, wanted[k]);
    }
}

/* True if some shape suits the scheme. */
static bool judge_structured(ledger *l, const alv_scheme *scheme)
{
    static const struct {
        int rank;
        int64_t shape[4];
        alv_layer layer;
    } shapes[] = {
        {2, {24, 16}, ALV_LAYER_DENSE},
        {2, {16, 24}, ALV_LAYER_DENSE},
        {2, {20, 20}, ALV_LAYER_DENSE},
        {4, {8, 4, 3, 3}, ALV_LAYER_CONV},
        {4, {4, 4, 4, 4}, ALV_LAYER_CONV_TRANSPOSED},
        {1, {64}, ALV_LAYER_DENSE},
    };
    bool any = false;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        alv_tensor t = {.rank = shapes[i].rank, .layer = shapes[i].layer, .dtype = ALV_F64};
        int64_t n = 1, bytes = 0;
        double mean, variance;
        snprintf(t.name, sizeof t.name, "%s", scheme->init->name);
        for (int a = 0; a < t.rank; a++) n *= t.shape[a] = shapes[i].shape[a];
        if (alv_init_moments(&mean, &variance, scheme, &t, NULL) != ALV_OK) continue;
        assert_int_equal(alv_init_scratch(&bytes, scheme, &t, NULL), ALV_OK);
        assert_true(bytes <= SCRATCH && n <= LARGEST);
        judge_tensors(l, scheme, &t, n, mean, variance);
        any = true;
    }
    return any;
}

/* p of 32 bits, each 1 half of the time, of n words. */
static double p_words(const uint32_t *words, int n)
{
    double ones[32] = {0}, sum = 0;
    for (int i = 0; i < n; i++)
        for (int b = 0; b < 32; b++) ones[b] += words[i] >> b & 1;
    for (int b = 0; b < 32; b++) sum += (ones[b] - n / 2.0) * (ones[b] - n / 2.0) / (n / 4.0);
    return p_chi_square(sum, 32);
}

static double p_bytes(const uint32_t *words, int n)
{
    double count[256] = {0}, expected = n / 64.0, sum = 0;
    for (int i = 0; i < n; i++)
        for (int b = 0; b < 32; b += 8) count[words[i] >> b & 255]++;
    for (int k = 0; k < 256; k++) sum += (count[k] - expected) * (count[k] - expected) / expected;
    return p_chi_square(sum, 255);
}

/* The words of one stream, and what neighbours in seed, name, purpose and place have in common: the
 * exclusive or of independent words is as random as they. */
static void judge_stream(ledger *l)
{
    static uint32_t a[N], b[N];
    uint64_t s = l->seed;
    const struct {
        const char *what;
        alv_stream stream;
        int64_t from;
    } others[] = {
        {"seed + 1", alv_stream_make(s + 1, "layers.0.weight", NULL), 0},
        {"seed + 2^32", alv_stream_make(s + (1ull << 32), "layers.0.weight", NULL), 0},
        {"the next name", alv_stream_make(s, "layers.1.weight", NULL), 0},
        {"a sub-stream", alv_stream_make(s, "layers.0.weight", "zeros"), 0},
        {"the next word", alv_stream_make(s, "layers.0.weight", NULL), 1},
        {"the next block", alv_stream_make(s, "layers.0.weight", NULL), 4},
        {"2^32 words on", alv_stream_make(s, "layers.0.weight", NULL), 1ll << 32},
        {"2^34 words on", alv_stream_make(s, "layers.0.weight", NULL), 1ll << 34},
    };
    alv_stream_words(a, 0, N, alv_stream_make(s, "layers.0.weight", NULL));
    judge(l, p_words(a, N), "words, bits");
    judge(l, p_bytes(a, N), "words, bytes");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        alv_stream_words(b, others[i].from, others[i].from + N, others[i].stream);
        for (int k = 0; k < N; k++) b[k] ^= a[k];
        judge(l, p_words(b, N), "words and those of %s, bits", others[i].what);
        judge(l, p_bytes(b, N), "words and those of %s, bytes", others[i].what);
    }
}

static void battery(ledger *l)
{
    judge_stream(l);
    for (int i = 0; i < alv_init_count(); i++) {
        alv_scheme scheme;
        const char *name = alv_init_at(i)->name;
        assert_int_equal(alv_scheme_parse(&scheme, name, NULL), ALV_OK);
        if (scheme.init->law) {
            judge_wide(l, &scheme, ALV_F32);
            judge_wide(l, &scheme, ALV_F64);
            judge_narrow(l, &scheme);
        } else if (!judge_structured(l, &scheme)) {
            fail_msg("%s takes none of the shapes of judge_structured", name);
        }
    }
    assert_true(l->comparisons <= BATTERY);
}

static void one_round_with_a_fixed_seed(void **state)
{
    (void)state;
    ledger l = ledger_make(20260101, 1);
    battery(&l);
    assert_true(l.comparisons > 500);
    settle(&l, BATTERY);
}

/* The suite must be able to fail: each defect here is small, and refused. */
static void defects_are_refused(void **state)
{
    (void)state;
    const double limit = ledger_make(1, 1).limit;
    alv_scheme scheme;
    alv_tensor t;
    alv_dist law;
    assert_int_equal(alv_scheme_parse(&scheme, "he_normal", NULL), ALV_OK);
    assert_true(tensor_for(&t, &law, &scheme, ALV_F32));
    draw(u, &scheme, &t, 5);
    alv_dist wider = alv_dist_normal(0, law.std * 1.05);
    ledger l = {.limit = 0, .least = 1};
    judge_moments(&l, u, N, &wider, "5 % too narrow");
    assert_true(l.least < limit);
    to_uniform(u, N, &wider);
    memcpy(sorted, u, sizeof u);
    assert_true(p_kolmogorov(kolmogorov(sorted, N)) < limit);

    draw(u, &scheme, &t, 5);
    to_uniform(u, N, &law);
    memcpy(v, u, sizeof u);
    assert_true(p_bits(u, N, 16) > 1e-6);
    for (int i = 0; i < N; i += 20) v[i] = floor(v[i] * 16) / 16; /* bits 4 to 15 lost in 5 % */
    assert_true(p_bits(v, N, 16) < limit);
    memcpy(v, u, sizeof u);
    assert_true(p_lag(v, N, 8) > 1e-6);
    for (int i = 8; i < N; i++)
        if (i / 8 % 2 && i % 12 == 0) v[i] = v[i - 8]; /* a twelfth copies */
    assert_true(p_lag(v, N, 8) < limit);
    assert_true(p_pairs(u, u, N) < limit);
}

/* p of both tests for he_normal with one element in `every` thrown out to `far` deviations, on
 * either side in turn. */
static void outliers(double *ks, double *ad, int every, double far)
{
    alv_scheme scheme;
    alv_tensor t;
    alv_dist law;
    assert_int_equal(alv_scheme_parse(&scheme, "he_normal", NULL), ALV_OK);
    assert_true(tensor_for(&t, &law, &scheme, ALV_F32));
    draw(sorted, &scheme, &t, 5);
    for (int i = 0; every > 0 && i < N; i += every)
        sorted[i] = i / every % 2 ? far * law.std : -far * law.std;
    to_uniform(sorted, N, &law);
    *ks = p_kolmogorov(kolmogorov(sorted, N));
    *ad = p_anderson(anderson_darling(sorted, N));
}

/* A fault in the tails: one element in a hundred lies 4.5 deviations out, half of a percent too
 * many on each side. That is sqrt(N) / 200 = 1.8 in Kolmogorov-Smirnov's distance, which a correct
 * sampler exceeds once in 300 samples; in A^2 it is N / 200^2 integral dF / F = 37 for each tail.
 */
static void anderson_darling_sees_tails(void **state)
{
    (void)state;
    const double limit = ledger_make(1, 1).limit;
    double ks, ad;
    outliers(&ks, &ad, 0, 0);
    assert_true(ks > 1e-6 && ad > 1e-6);
    outliers(&ks, &ad, 100, 4.5);
    print_message("  tails: Kolmogorov-Smirnov p %.3g, Anderson-Darling %.3g\n", ks, ad);
    assert_true(ks > 1e-6 && ad < limit);
}

/* f8_e5m2 is the upper byte of f16: cutting the lower one off rounds towards zero. */
static void wrong_rounding_is_refused(void **state)
{
    (void)state;
    static double codes[1 << 16];
    static value_count values[1 << 16];
    static uint16_t x[NARROW];
    const double limit = ledger_make(1, 1).limit;
    alv_dist law = alv_dist_normal(0, 1);
    for (int i = 0; i < 4; i++) assert_true(narrow_p(&law, narrow_types[i], 5, "w") > 1e-6);
    alv_dist_fill(x, ALV_F16, 0, NARROW, &law, alv_stream_make(5, "w", NULL), NULL, NULL);
    for (int i = 0; i < NARROW; i++) codes[x[i] >> 8]++;
    int n = make_values(values, &law, ALV_F8_E5M2, codes);
    int degrees;
    assert_true(p_values(values, n, &law, NARROW, &degrees) < limit);
}

/* The probabilities themselves against published or closed forms. */
static void probabilities_are_right(void **state)
{
    (void)state;
    assert_near(p_normal(1.959963984540054), 0.05, 1e-12);
    /* chi-square with 2 degrees is exponential; the smaller tail is doubled. */
    assert_near(p_chi_square(20, 2), 2 * exp(-10), 1e-15);
    assert_near(p_chi_square(0.1, 2), 2 * (1 - exp(-0.05)), 1e-14);
    assert_near(p_chi_square(60, 2) / (2 * exp(-30)), 1, 1e-12);
    assert_near(p_chi_square(124.342113, 100), 0.1, 1e-7); /* the 95 % point */
    assert_near(p_chi_square(77.929465, 100), 0.1, 1e-7);  /* the 5 % point */
    assert_near(p_poisson(3, 1), 2 * (1 - 2.5 * exp(-1)), 1e-14);
    assert_near(p_poisson(1, 5), 2 * 6 * exp(-5), 1e-15);
    assert_near(p_kolmogorov(2), 2 * exp(-8), 1e-15);
    /* The percentage points that Marsaglia & Marsaglia (2004) give, and the far tail's form. */
    assert_near(p_anderson(1.9329578327415937), 0.1, 1e-12);
    assert_near(p_anderson(2.4923671600494096), 0.05, 1e-12);
    assert_near(p_anderson(3.8781250216053949), 0.01, 1e-12);
    assert_near(p_anderson(30) / (sqrt(3) * erfc(sqrt(30))), 1, 0.02);
    for (double z = 0.3; z < 8; z += 0.01)
        assert_near(anderson_tail(z), 1 - anderson_body(z), 2.5e-5);
    assert_near(anderson_darling((double[]){0.5}, 1), 2 * log(2) - 1, 1e-15);
    assert_near(p_student(2.2009851600916384, 11), 0.05, 1e-4); /* Wallace's is approximate */
    double total = 0;
    for (int r = 1; r < 100000; r++) total += ledger_make(0, r).limit * MOST;
    assert_true(total <= ALARM && total > 0.99 * ALARM);
}

static int soak(double seconds, uint64_t seed)
{
    time_t start = time(NULL);
    int failures = 0;
    for (int round = 1; round == 1 || difftime(time(NULL), start) < seconds; round++) {
        ledger l = ledger_make(seed + ((uint64_t)(round - 1) << 20), round);
        battery(&l);
        report(&l);
        failures += l.failures;
    }
    return failures;
}

int main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], "--soak") == 0)
        return soak(strtod(argv[2], NULL), seed_of(argc > 3 ? argv[3] : NULL)) > 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(probabilities_are_right),     cmocka_unit_test(defects_are_refused),
        cmocka_unit_test(anderson_darling_sees_tails), cmocka_unit_test(wrong_rounding_is_refused),
        cmocka_unit_test(one_round_with_a_fixed_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
