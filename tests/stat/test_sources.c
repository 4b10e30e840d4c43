/* Procedural data: published check values, exact moments, geometry, independence of ranges.
 *
 * Tolerances are about five standard errors of each statistic unless they say otherwise; seeds are
 * fixed, so a test that passes passes always. */
#include "test.h"

#include <time.h>

#include "data/source.h"

/* Every source, by its own description. */
static void samples_depend_on_seed_and_index_alone(void **state)
{
    (void)state;
    for (int k = 0; k < alv_source_count(); k++) {
        const alv_source *s = alv_source_at(k);
        enum { N = 40, LO = 17, HI = 26 };
        size_t row = (size_t)s->dim;
        float *all = calloc(N * row, sizeof(float)), *part = calloc(N * row, sizeof(float));
        int32_t labels[N], some[N];
        assert_int_equal(s->generate(all, labels, 0, N, 7, NULL), ALV_OK);
        assert_int_equal(s->generate(part, some, LO, HI, 7, NULL), ALV_OK);
        assert_memory_equal(part, all + LO * row, (HI - LO) * row * sizeof(float));
        assert_memory_equal(some, labels + LO, (HI - LO) * sizeof(int32_t));
        assert_int_equal(s->generate(part, some, 0, N, 8, NULL), ALV_OK);
        assert_memory_not_equal(part, all, N * row * sizeof(float));
        assert_int_equal(s->generate(part, some, ALV_TEST_FIRST, ALV_TEST_FIRST + N, 7, NULL),
                         ALV_OK);
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++)
                assert_memory_not_equal(part + (size_t)i * row, all + (size_t)j * row,
                                        row * sizeof(float));
        assert_int_equal(s->generate(part, some, -1, 3, 7, NULL), ALV_ERR_RANGE);
        assert_int_equal(s->generate(part, some, 3, 2, 7, NULL), ALV_ERR_RANGE);
        assert_int_equal(s->generate(NULL, NULL, 5, 5, 7, NULL), ALV_OK);
        free(all);
        free(part);
    }
}

static void splits_have_the_promised_shape(void **state)
{
    (void)state;
    for (int k = 0; k < alv_source_count(); k++) {
        const alv_source *s = alv_source_at(k);
        alv_split *a, *b;
        alv_data_options options = {.seed = 3, .n_train = 60, .n_test = 30};
        assert_int_equal(alv_data_load(&a, s->name, &options, NULL), ALV_OK);
        assert_int_equal(alv_data_load(&b, s->name, &options, NULL), ALV_OK);
        assert_int_equal(a->train.n, 60);
        assert_int_equal(a->test.n, 30);
        assert_int_equal(a->dim, s->dim);
        assert_int_equal((int64_t)a->height * a->width, s->height ? s->dim : 0);
        assert_string_equal(a->name, s->name);
        assert_true(a->digest == b->digest);
        alv_split_free(b);
        options.seed = 4;
        assert_int_equal(alv_data_load(&b, s->name, &options, NULL), ALV_OK);
        assert_true(a->digest != b->digest);
        alv_split_free(b);
        alv_split_free(a);
        options.n_train = INT64_MAX;
        assert_int_equal(alv_data_load(&a, s->name, &options, NULL), ALV_ERR_RANGE);
    }
}

/* Sums over the images of five seeds. */
typedef struct image_sums {
    double sum, squares;
    int64_t counts[9], images;
    clock_t busy;
} image_sums;

enum { PIXELS = 1024 };

static void add_images(image_sums *total, const alv_source *s, uint64_t seed, int64_t n)
{
    enum { CHUNK = 1000 };
    float *x = calloc(CHUNK * PIXELS, sizeof *x);
    int32_t y[CHUNK];
    for (int64_t lo = 0; lo < n; lo += CHUNK) {
        clock_t start = clock();
        assert_int_equal(s->generate(x, y, lo, lo + CHUNK, seed, NULL), ALV_OK);
        total->busy += clock() - start;
        for (int i = 0; i < CHUNK * PIXELS; i++) {
            double v = (double)x[i];
            assert_true(v >= -1 && v <= 1);
            total->sum += v;
            total->squares += v * v;
        }
        for (int i = 0; i < CHUNK; i++) total->counts[y[i]]++;
    }
    total->images += n;
    free(x);
}

/* The values that an independent implementation of the same description gave on N = 60,000 images;
 * ours come from five times as many. Standard errors of the difference: sqrt(1.2 f (1 - f) / N) of
 * a frequency f, at most 0.0017; the mean of x^2 of an image has the deviation 0.25, so 0.0011; its
 * mean 0.57, so 0.0025. */
static void shapeset_has_its_check_values(void **state)
{
    (void)state;
    static const double wanted[9] = {.1658, .1660, .1666, .1103, .1116, .1126, .0553, .0559, .0561};
    image_sums total = {0};
    for (uint64_t seed = 1; seed <= 5; seed++)
        add_images(&total, alv_source_find("shapeset"), seed, 60000);
    double n = (double)total.images, mean = total.sum / n / PIXELS;
    double square = total.squares / n / PIXELS;
    print_message("shapeset: mean %.4f, mean square %.4f, %.0f images a second\n", mean, square,
                  n / ((double)total.busy / CLOCKS_PER_SEC));
    assert_near(mean, -0.0006, 0.0125);
    assert_near(square, 0.3725, 0.0055);
    for (int k = 0; k < 9; k++) assert_near((double)total.counts[k] / n, wanted[k], 0.0083);
}

/* The margin of one pixel is never painted, and an image has as many greys as objects plus one. */
static void shapeset_draws_whole_objects(void **state)
{
    (void)state;
    enum { N = 2000, SIDE = 32 };
    const alv_source *s = alv_source_find("shapeset");
    float *x = calloc(N * SIDE * SIDE, sizeof *x);
    int32_t y[N];
    int empty = 0;
    assert_int_equal(s->generate(x, y, 0, N, 5, NULL), ALV_OK);
    for (int i = 0; i < N; i++) {
        const float *image = x + i * SIDE * SIDE;
        int painted = 0;
        for (int p = 0; p < SIDE * SIDE; p++) {
            bool border = p % SIDE == 0 || p % SIDE == 31 || p < SIDE || p >= 31 * SIDE;
            if (border) assert_true(image[p] == image[0]);
            painted += image[p] != image[0];
        }
        empty += painted < 4; /* the thinnest shape: 6.4 x 6.4 pixels of which it covers a third */
    }
    assert_int_equal(empty, 0);
    free(x);
}

typedef struct plane {
    double mean[2], variance[2];
    int64_t correct; /* by the source's own rule */
} plane;

/* Draws n points of a plane source; `rule` says which class the geometry suggests. */
static plane measure(const char *name, int64_t n, int (*rule)(double x, double y))
{
    const alv_source *s = alv_source_find(name);
    float *x = calloc((size_t)(2 * n), sizeof *x);
    int32_t *y = calloc((size_t)n, sizeof *y);
    plane p = {0};
    assert_int_equal(s->generate(x, y, 0, n, 11, NULL), ALV_OK);
    for (int64_t i = 0; i < n; i++) {
        for (int axis = 0; axis < 2; axis++) {
            double v = (double)x[2 * i + axis];
            p.mean[axis] += v / (double)n;
            p.variance[axis] += v * v / (double)n;
        }
        assert_int_equal(y[i], i % s->classes);
        p.correct += y[i] == rule((double)x[2 * i], (double)x[2 * i + 1]);
    }
    for (int axis = 0; axis < 2; axis++) p.variance[axis] -= p.mean[axis] * p.mean[axis];
    free(x);
    free(y);
    return p;
}

/* The arm whose middle line is nearest in angle: radius r / sqrt(6) = t, angle 4 t + a third. */
static int spiral_rule(double x, double y)
{
    double t = hypot(x, y) / sqrt(6), arm = (atan2(y, x) - 4 * t) * 3 / (2 * M_PI);
    int nearest = (int)lround(arm) % 3;
    return nearest < 0 ? nearest + 3 : nearest;
}

static int circle_rule(double x, double y)
{
    return hypot(x, y) * sqrt(1.25 / 4 + 0.01) < 0.75;
}

static int xor_rule(double x, double y)
{
    return (x > 0) != (y > 0);
}

/* The nearer of the two half circles. */
static int moon_rule(double x, double y)
{
    double m = 2 / M_PI, px = x * sqrt(0.76) + 0.5;
    double py = y * sqrt(0.5 - m * m + (m - 0.25) * (m - 0.25) + 0.01) + 0.25;
    double upper = py > 0 ? fabs(hypot(px, py) - 1) : fmin(hypot(px - 1, py), hypot(px + 1, py));
    double qx = 1 - px, qy = 0.5 - py;
    double lower = qy > 0 ? fabs(hypot(qx, qy) - 1) : fmin(hypot(qx - 1, qy), hypot(qx + 1, qy));
    return lower < upper;
}

/* Mean 0 and variance 1 follow from each formula; the share on the right side of the geometry from
 * the noise: |N(0, 0.2)| < pi / 3 for spirals, a margin of 2.5 deviations for circles and for each
 * axis of xor, at least as much for moons. */
static void planes_are_standardized_and_shaped(void **state)
{
    (void)state;
    enum { N = 300000 };
    double inside = erf(2.5 / sqrt(2)) / 2 + 0.5; /* P(Z < 2.5) */
    const struct {
        const char *name;
        int (*rule)(double, double);
        double lo, hi; /* bounds of the share */
    } cases[] = {
        {"spirals", spiral_rule, 0.9999, 1},
        {"moons", moon_rule, inside, 1},
        {"circles", circle_rule, inside - 0.002, inside + 0.002},
        {"xor", xor_rule, inside * inside + (1 - inside) * (1 - inside) - 0.001,
         inside * inside + (1 - inside) * (1 - inside) + 0.001},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        plane p = measure(cases[k].name, N, cases[k].rule);
        double share = (double)p.correct / N;
        print_message("%s: share on its side %.5f\n", cases[k].name, share);
        assert_true(share >= cases[k].lo && share <= cases[k].hi);
        for (int axis = 0; axis < 2; axis++) {
            assert_near(p.mean[axis], 0, 5 / sqrt(N));
            assert_near(p.variance[axis], 1, 0.012); /* 5 sqrt(kurtosis - 1) / sqrt(n) < 0.012 */
        }
    }
}

enum { DIM = 64 };

/* The largest eigenvalue of a covariance matrix, by power iteration; removes it from the matrix. */
static double take_eigenvalue(double c[DIM][DIM])
{
    double v[DIM], w[DIM], norm = 0;
    for (int i = 0; i < DIM; i++) v[i] = 1 + 0.01 * i;
    for (int round = 0; round < 300; round++) {
        norm = 0;
        for (int i = 0; i < DIM; i++) {
            w[i] = 0;
            for (int j = 0; j < DIM; j++) w[i] += c[i][j] * v[j];
            norm += w[i] * w[i];
        }
        norm = sqrt(norm);
        for (int i = 0; i < DIM; i++) v[i] = w[i] / norm;
    }
    for (int i = 0; i < DIM; i++)
        for (int j = 0; j < DIM; j++) c[i][j] -= norm * v[i] * v[j];
    return norm;
}

/* Within a class there are two clusters a distance d apart, so one direction has variance
 * 1 + d^2 / 4 before scaling and the others 1; directions of random centres are nearly orthogonal,
 * so d^2 is near 2 * 3.75^2, spread by a cosine of deviation 1/8; scaling divides variances by
 * about 1 + 3.75^2 / 64 = 1.22, per feature between 1.07 and 1.5. */
static void blobs_have_two_clusters_a_class(void **state)
{
    (void)state;
    enum { N = 100000, CLASSES = 10 };
    const alv_source *s = alv_source_find("blobs");
    float *x = calloc((size_t)N * DIM, sizeof *x);
    int32_t *y = calloc(N, sizeof *y);
    assert_int_equal(s->generate(x, y, 0, N, 42, NULL), ALV_OK);
    for (int j = 0; j < DIM; j++) {
        double sum = 0, squares = 0;
        for (int i = 0; i < N; i++) {
            sum += (double)x[i * DIM + j];
            squares += (double)x[i * DIM + j] * (double)x[i * DIM + j];
        }
        assert_near(sum / N, 0, 5 / sqrt(N));
        assert_near(squares / N - sum / N * sum / N, 1, 5 * sqrt(2.0 / N));
    }
    for (int k = 0; k < CLASSES; k++) {
        double mean[DIM] = {0}, c[DIM][DIM] = {{0}};
        const double n = N / CLASSES;
        for (int i = k; i < N; i += CLASSES) {
            assert_int_equal(y[i], k);
            for (int j = 0; j < DIM; j++) mean[j] += (double)x[i * DIM + j] / n;
        }
        for (int i = k; i < N; i += CLASSES)
            for (int a = 0; a < DIM; a++)
                for (int b = 0; b < DIM; b++)
                    c[a][b] +=
                        ((double)x[i * DIM + a] - mean[a]) * ((double)x[i * DIM + b] - mean[b]) / n;
        double first = take_eigenvalue(c), second = take_eigenvalue(c);
        if (!(first > 4 && first < 9.5 && second < 1.6))
            fail_msg("class %d: eigenvalues %g, %g", k, first, second);
    }
    free(x);
    free(y);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_depend_on_seed_and_index_alone),
        cmocka_unit_test(splits_have_the_promised_shape),
        cmocka_unit_test(shapeset_has_its_check_values),
        cmocka_unit_test(shapeset_draws_whole_objects),
        cmocka_unit_test(planes_are_standardized_and_shaped),
        cmocka_unit_test(blobs_have_two_clusters_a_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
