/* Haar matrices (linalg/haar.h): the blocked product of reflections against the plain one, exact
 * rows, and the same bits from every instruction set and any executor.
 *
 * If these failed, "orthogonal" weights would not be orthogonal, or not the same elsewhere. */
#include "test.h"

#include "alvor/alvor.h"
#include "linalg/haar.h"

enum { SIZES = 9 };
static const int64_t sizes[SIZES][2] = {{1, 1},    {1, 7},     {2, 2},    {64, 64},  {65, 65},
                                        {63, 200}, {130, 131}, {70, 256}, {200, 300}};

static void *drawn(const alv_haar *haar, const alv_kernels *kernels, const alv_executor *executor)
{
    const size_t item = haar->f64 ? sizeof(double) : sizeof(float);
    void *out = malloc((size_t)(haar->rows * alv_haar_stride(haar->columns)) * item);
    void *work = malloc((size_t)alv_haar_work(haar->rows, haar->columns) * item);
    assert_true(out && work);
    alv_haar_fill(out, work, haar, kernels, executor);
    free(work);
    return out;
}

static alv_haar matrix_of(int64_t rows, int64_t columns, bool f64)
{
    return (alv_haar){.rows = rows,
                      .columns = columns,
                      .f64 = f64,
                      .stream = alv_stream_make(7, "haar", NULL),
                      .first = 11};
}

static double element(const void *matrix, const alv_haar *h, int64_t i, int64_t j)
{
    int64_t at = i * alv_haar_stride(h->columns) + j;
    return h->f64 ? ((const double *)matrix)[at] : (double)((const float *)matrix)[at];
}

/* Row i of the definition: +-e_i, reflected by H_i, ..., H_0, each in long double from the
 * stream's own normals. */
static void plain_row(long double *row, int64_t i, const alv_haar *h, const double *normals)
{
    const int64_t n = h->columns;
    for (int64_t j = 0; j < n; j++) row[j] = 0;
    row[i] = normals[i * n + i] < 0 ? 1 : -1;
    for (int64_t k = i; k >= 0; k--) {
        const double *x = normals + k * n;
        long double square = 0, dot = 0, length, first;
        for (int64_t j = k; j < n; j++) square += (long double)x[j] * x[j];
        first = x[k] + copysignl(sqrtl(square), x[k]);
        length = square - (long double)x[k] * x[k] + first * first;
        for (int64_t j = k; j < n; j++) dot += row[j] * (j == k ? first : x[j]);
        for (int64_t j = k; j < n; j++) row[j] -= 2 * dot / length * (j == k ? first : x[j]);
    }
}

static void check_against_reflections(int64_t rows, int64_t columns, bool f64, double tolerance)
{
    const alv_haar h = matrix_of(rows, columns, f64);
    const alv_dist normal = alv_dist_normal(0, 1);
    void *matrix = drawn(&h, NULL, NULL);
    double *x = malloc((size_t)(rows * columns) * sizeof *x);
    float *narrow = malloc((size_t)(rows * columns) * sizeof *narrow);
    long double *row = malloc((size_t)columns * sizeof *row);
    assert_true(x && narrow && row);
    assert_int_equal(alv_dist_fill(f64 ? (void *)x : (void *)narrow, f64 ? ALV_F64 : ALV_F32,
                                   h.first, h.first + rows * columns, &normal, h.stream, NULL,
                                   NULL),
                     ALV_OK);
    for (int64_t e = 0; e < rows * columns && !f64; e++) x[e] = narrow[e];
    for (int64_t i = 0; i < rows; i++) {
        plain_row(row, i, &h, x);
        for (int64_t j = 0; j < columns; j++)
            assert_near(element(matrix, &h, i, j), (double)row[j], tolerance);
    }
    free(matrix);
    free(x);
    free(narrow);
    free(row);
}

static void blocks_of_reflections_are_the_reflections(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        check_against_reflections(sizes[i][0], sizes[i][1], false, 1e-6);
        check_against_reflections(sizes[i][0], sizes[i][1], true, 4e-15);
    }
}

/* max |Q Q^T - I|. */
static double defect(const void *matrix, const alv_haar *h)
{
    double worst = 0;
    for (int64_t i = 0; i < h->rows; i++)
        for (int64_t k = 0; k <= i; k++) {
            double dot = i == k ? -1 : 0;
            for (int64_t j = 0; j < h->columns; j++)
                dot += element(matrix, h, i, j) * element(matrix, h, k, j);
            worst = fmax(worst, fabs(dot));
        }
    return worst;
}

static void rows_are_orthonormal(void **state)
{
    (void)state;
    for (int f64 = 0; f64 < 2; f64++) {
        const alv_haar h = matrix_of(512, 512, f64);
        void *matrix = drawn(&h, NULL, NULL);
        const double worst = defect(matrix, &h);
        print_message("  |Q Q^T - I| <= %.3g\n", worst);
        assert_true(worst < (f64 ? 1e-14 : 1e-6));
        free(matrix);
    }
}

/* Tasks run from the last to the first, to see that no order is relied upon. */
static void backwards(void *pool, void (*task)(void *argument, int i), void *argument, int n)
{
    *(int *)pool += n;
    for (int i = n - 1; i >= 0; i--) task(argument, i);
}

static void assert_same(const void *a, const void *b, const alv_haar *h)
{
    for (int64_t i = 0; i < h->rows; i++) {
        const size_t item = h->f64 ? sizeof(double) : sizeof(float),
                     at = (size_t)(i * alv_haar_stride(h->columns)) * item;
        assert_memory_equal((const char *)a + at, (const char *)b + at, (size_t)h->columns * item);
    }
}

static void every_set_and_executor_gives_the_same_bits(void **state)
{
    (void)state;
    int tasks = 0;
    const alv_executor executor = {backwards, &tasks};
    for (int i = 0; i < 2 * SIZES; i++) {
        const alv_haar h = matrix_of(sizes[i / 2][0], sizes[i / 2][1], i % 2);
        void *plain = drawn(&h, alv_kernels_at(0), NULL);
        for (int k = 0; k < alv_kernels_count(); k++) {
            void *other = drawn(&h, alv_kernels_at(k), &executor);
            assert_same(plain, other, &h);
            free(other);
        }
        free(plain);
    }
    assert_true(tasks > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_of_reflections_are_the_reflections),
        cmocka_unit_test(rows_are_orthonormal),
        cmocka_unit_test(every_set_and_executor_gives_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
