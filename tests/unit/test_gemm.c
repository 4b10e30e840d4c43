/* The three products of a dense layer: the portable kernels bit for bit against plain loops that
 * write out the promised order of additions, for every instruction set that this processor has;
 * oneDNN against the portable kernels to rounding. */
#include "test.h"

#include "nn/gemm.h"
#include "stream/rng.h"

/* Sizes below, at and above the tile, the panel and both blocks. */
static const alv_dense shapes[] = {
    {1, 1, 1},    {1, 7, 3},    {4, 16, 16},   {8, 32, 32},    {10, 100, 100}, {13, 33, 17},
    {5, 257, 31}, {128, 10, 9}, {3, 300, 270}, {259, 520, 70}, {300, 5, 300},  {64, 128, 10},
};

static float *noise(int64_t n, const char *name)
{
    float *out = alv_new_array((size_t)n, sizeof *out);
    alv_rng rng = alv_rng_make(3, name);
    for (int64_t i = 0; i < n; i++) out[i] = (float)alv_rng_normal(&rng);
    return out;
}

static void plain_forward(float *z, const float *x, const float *w, const float *b, alv_dense d)
{
    for (int64_t i = 0; i < d.rows; i++)
        for (int64_t j = 0; j < d.out; j++) {
            float sum = b ? b[j] : 0;
            for (int64_t k = 0; k < d.in; k++) sum += x[i * d.in + k] * w[j * d.in + k];
            z[i * d.out + j] = sum;
        }
}

static void plain_input(float *dx, const float *delta, const float *w, alv_dense d)
{
    for (int64_t i = 0; i < d.rows; i++)
        for (int64_t j = 0; j < d.in; j++) {
            float sum = 0;
            for (int64_t k = 0; k < d.out; k++) sum += delta[i * d.out + k] * w[k * d.in + j];
            dx[i * d.in + j] = sum;
        }
}

static void plain_weight(float *dw, const float *delta, const float *x, float alpha, float beta,
                         alv_dense d)
{
    bool plain = alpha == 1 && beta == 0;
    int64_t depth = plain ? d.rows : ALV_GEMM_DEPTH;
    for (int64_t j = 0; j < d.out; j++)
        for (int64_t k = 0; k < d.in; k++) {
            float *at = &dw[j * d.in + k];
            for (int64_t i0 = 0; i0 < d.rows; i0 += depth) {
                float sum = 0;
                for (int64_t i = i0; i < d.rows && i < i0 + depth; i++)
                    sum += delta[i * d.out + j] * x[i * d.in + k];
                *at = plain ? sum : (i0 ? 1 : beta) * *at + alpha * sum;
            }
        }
}

/* Every array of one shape. */
typedef struct bench_of {
    alv_dense d;
    float *x, *w, *b, *delta, *z, *dx, *dw;
} bench_of;

static bench_of arrays_of(alv_dense d)
{
    return (bench_of){.d = d,
                      .x = noise(d.rows * d.in, "x"),
                      .w = noise(d.out * d.in, "w"),
                      .b = noise(d.out, "b"),
                      .delta = noise(d.rows * d.out, "delta"),
                      .z = noise(d.rows * d.out, "z"),
                      .dx = noise(d.rows * d.in, "dx"),
                      .dw = noise(d.out * d.in, "dw")};
}

static void free_arrays(bench_of *a)
{
    float *all[] = {a->x, a->w, a->b, a->delta, a->z, a->dx, a->dw};
    for (int i = 0; i < ALV_COUNT(all); i++) free(all[i]);
}

static void run_portable(bench_of *a, float alpha, float beta, const alv_workspace_f32 *ws)
{
    alv_gemm_portable_f32.forward(a->z, a->x, a->w, a->b, a->d, ws);
    alv_gemm_portable_f32.input(a->dx, a->delta, a->w, a->d, ws);
    alv_gemm_portable_f32.weight(a->dw, a->delta, a->x, alpha, beta, a->d, ws);
}

static void assert_same(const float *got, const float *want, int64_t n, const char *what,
                        const char *isa, alv_dense d)
{
    for (int64_t i = 0; i < n; i++)
        if (memcmp(&got[i], &want[i], sizeof *got) != 0)
            fail_msg("%s of (%d, %d, %d) on %s: element %d is %a, wanted %a", what, (int)d.rows,
                     (int)d.in, (int)d.out, isa, (int)i, (double)got[i], (double)want[i]);
}

static void check_portable(alv_dense d, const alv_workspace_f32 *ws)
{
    const float scales[][2] = {{1, 0}, {-0.1f, 1}, {-0.1f, 0.99f}};
    for (int s = 0; s < ALV_COUNT(scales); s++) {
        bench_of a = arrays_of(d), want = arrays_of(d);
        float alpha = scales[s][0], beta = scales[s][1];
        run_portable(&a, alpha, beta, ws);
        plain_forward(want.z, a.x, a.w, a.b, d);
        plain_input(want.dx, a.delta, a.w, d);
        plain_weight(want.dw, a.delta, a.x, alpha, beta, d);
        assert_same(a.z, want.z, d.rows * d.out, "forward", ws->kernels->isa, d);
        assert_same(a.dx, want.dx, d.rows * d.in, "input", ws->kernels->isa, d);
        assert_same(a.dw, want.dw, d.out * d.in, "weight", ws->kernels->isa, d);
        alv_gemm_portable_f32.forward(a.z, a.x, a.w, NULL, d, ws);
        plain_forward(want.z, a.x, a.w, NULL, d);
        assert_same(a.z, want.z, d.rows * d.out, "unbiased forward", ws->kernels->isa, d);
        free_arrays(&a);
        free_arrays(&want);
    }
}

static void portable_keeps_its_order(void **state)
{
    (void)state;
    float *scratch = alv_new_array(ALV_GEMM_SCRATCH, sizeof *scratch);
    int tested = 0;
    for (int k = 0; k < alv_kernels_count_f32(); k++) {
        alv_workspace_f32 ws = {alv_kernels_at_f32(k), scratch};
        if (!ws.kernels) continue;
        for (int i = 0; i < ALV_COUNT(shapes); i++) check_portable(shapes[i], &ws);
        tested++;
    }
    assert_true(tested >= 1);
    free(scratch);
}

/* A gradient must not read what lay in dw before: it may be NaN. */
static void gradients_ignore_old_values(void **state)
{
    (void)state;
    float *scratch = alv_new_array(ALV_GEMM_SCRATCH, sizeof *scratch);
    alv_workspace_f32 ws = {alv_kernels_best_f32(), scratch};
    const alv_gemm_f32 *backends[] = {&alv_gemm_portable_f32, &alv_gemm_onednn_f32};
    for (int k = 0; k < 2; k++) {
        bench_of a = arrays_of((alv_dense){300, 20, 30});
        for (int i = 0; i < 600; i++) a.dw[i] = NAN;
        backends[k]->weight(a.dw, a.delta, a.x, 1, 0, a.d, &ws);
        for (int i = 0; i < 600; i++) assert_true(a.dw[i] == a.dw[i]);
        free_arrays(&a);
    }
    free(scratch);
}

/* Transposing moves bits and nothing else, on every set: all remainders of the tiles, and lines
 * that are longer than what is taken of them. */
static void turning_moves_every_element(void **state)
{
    (void)state;
    enum { MOST = 70, ROW = 83, TO = 75 };
    static float from[MOST * ROW], to[MOST * TO];
    for (int i = 0; i < MOST * ROW; i++) from[i] = (float)i;
    from[0] = NAN;
    for (int k = 0; k < alv_kernels_count_f32(); k++) {
        const alv_kernels_f32 *set = alv_kernels_at_f32(k);
        for (int rows = 0; set && rows <= MOST; rows += rows < 35 ? 1 : 7)
            for (int columns = 0; columns <= MOST; columns += columns < 35 ? 1 : 7) {
                for (int i = 0; i < MOST * TO; i++) to[i] = -1;
                set->turn(to, TO, from, ROW, rows, columns);
                for (int j = 0; j < MOST; j++)
                    for (int i = 0; i < TO; i++) {
                        const float none = -1;
                        const float *want = i < rows && j < columns ? &from[i * ROW + j] : &none;
                        if (memcmp(&to[j * TO + i], want, sizeof none) != 0)
                            fail_msg("%s, %d x %d: (%d, %d)", set->isa, rows, columns, i, j);
                    }
            }
    }
}

/* Partial sums of n products of unit variance grow like sqrt(k), and each rounds by eps / 2 of
 * itself: in all about n eps / 4, from each side. Allowed: (n + 4) eps. */
static void assert_close(const float *a, const float *b, int64_t n, int64_t terms)
{
    for (int64_t i = 0; i < n; i++)
        assert_near((double)a[i], (double)b[i], (double)(terms + 4) * (double)FLT_EPSILON);
}

/* Shapes for which the forward product transposes the weights or the inputs first, whole or in
 * blocks; just below and above each bound. NaN in z before must not matter. */
static void onednn_agrees_with_one_side_turned(void **state)
{
    (void)state;
    static const alv_dense turned[] = {
        {15, 100, 100}, {16, 100, 100},  {64, 100, 100},  {64, 200, 100}, {64, 201, 100},
        {16, 784, 1},   {192, 600, 100}, {193, 600, 100}, {200, 800, 99}, {33, 1100, 37},
        {64, 784, 101}, {300, 250, 131}, {300, 251, 131}, {31, 203, 100}, {400, 30, 7},
    };
    float *scratch = alv_new_array(ALV_GEMM_SCRATCH, sizeof *scratch);
    alv_workspace_f32 ws = {alv_kernels_best_f32(), scratch};
    for (int i = 0; i < ALV_COUNT(turned); i++) {
        const alv_dense d = turned[i];
        bench_of a = arrays_of(d);
        float *want = noise(d.rows * d.out, "want");
        for (int biased = 0; biased < 2; biased++) {
            for (int64_t e = 0; e < d.rows * d.out; e++) a.z[e] = NAN;
            for (int64_t e = 0; e < ALV_GEMM_SCRATCH; e++) scratch[e] = NAN;
            plain_forward(want, a.x, a.w, biased ? a.b : NULL, d);
            alv_gemm_onednn_f32.forward(a.z, a.x, a.w, biased ? a.b : NULL, d, &ws);
            assert_close(a.z, want, d.rows * d.out, d.in);
        }
        free(want);
        free_arrays(&a);
    }
    free(scratch);
}

static void onednn_agrees(void **state)
{
    (void)state;
    float *scratch = alv_new_array(ALV_GEMM_SCRATCH, sizeof *scratch);
    alv_workspace_f32 ws = {alv_kernels_best_f32(), scratch};
    for (int i = 0; i < ALV_COUNT(shapes); i++) {
        alv_dense d = shapes[i];
        bench_of a = arrays_of(d), b = arrays_of(d);
        run_portable(&a, -0.1f, 0.99f, &ws);
        alv_gemm_onednn_f32.forward(b.z, b.x, b.w, b.b, d, &ws);
        alv_gemm_onednn_f32.input(b.dx, b.delta, b.w, d, &ws);
        alv_gemm_onednn_f32.weight(b.dw, b.delta, b.x, -0.1f, 0.99f, d, &ws);
        assert_close(a.z, b.z, d.rows * d.out, d.in);
        assert_close(a.dx, b.dx, d.rows * d.in, d.out);
        assert_close(a.dw, b.dw, d.out * d.in, d.rows);
        free_arrays(&a);
        free_arrays(&b);
    }
    free(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(portable_keeps_its_order),
        cmocka_unit_test(gradients_ignore_old_values),
        cmocka_unit_test(turning_moves_every_element),
        cmocka_unit_test(onednn_agrees_with_one_side_turned),
        cmocka_unit_test(onednn_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
