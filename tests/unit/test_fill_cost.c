/* What a fill costs must follow what it is asked for: a narrow tensor about what the f32 one does,
 * whatever the layout, and a slice the rows that it touches. Processor time, as ratios with much
 * room: where narrow types went by chunks of 1024 and each chunk measured its rows anew, the first
 * was 345, and where all rows were measured for any slice, the second 0.2. */
#include <time.h>

#include "suited.h"

enum { SIDE = 1024 };

static char room[sizeof(float) * SIDE * SIDE];

/* The least of five, in seconds of this thread; `hi` elements of a square matrix. */
static double cost(const char *text, alv_layout layout, alv_dtype dtype, int64_t hi)
{
    const alv_scheme scheme = suited_scheme(text);
    alv_tensor t = {.name = "w", .rank = 2, .shape = {SIDE, SIDE}, .layout = layout};
    double least = INFINITY;
    t.dtype = dtype;
    for (int k = 0; k < 5; k++) {
        struct timespec a, b;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
        assert_int_equal(alv_init_fill(room, 0, hi, &scheme, &t, 1, NULL, NULL), ALV_OK);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
        least = fmin(least, (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec));
    }
    return least;
}

static void narrow_types_cost_what_floats_do(void **state)
{
    (void)state;
    static const char *const texts[] = {"nguyen_widrow", "sparse", "sparse(per=input)"};
    static const alv_dtype types[] = {ALV_F16, ALV_BF16, ALV_F8_E5M2};
    for (int layout = 0; layout < 2; layout++)
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
                const alv_layout l = layout ? ALV_LAYOUT_KERAS : ALV_LAYOUT_TORCH;
                const double ratio = cost(texts[i], l, types[k], SIDE * SIDE) /
                                     cost(texts[i], l, ALV_F32, SIDE * SIDE);
                print_message("  %-18s %-6s %-9s %.2f of f32\n", texts[i],
                              layout ? "keras" : "torch", alv_dtype_name(types[k]), ratio);
                assert_true(ratio < 8);
            }
}

/* 16 of 1024 units, and with them 1/64 of the work. */
static void slices_cost_the_rows_they_touch(void **state)
{
    (void)state;
    const double ratio = cost("nguyen_widrow", ALV_LAYOUT_KERAS, ALV_F32, 16) /
                         cost("nguyen_widrow", ALV_LAYOUT_KERAS, ALV_F32, SIDE * SIDE);
    print_message("  16 units: %.3f of the whole\n", ratio);
    assert_true(ratio < 0.15);
}

/* Lines that keep nothing are not gone through: there were 2^40 of them. */
static void endless_empty_lines_are_skipped(void **state)
{
    (void)state;
    static const char *const texts[] = {"sparse(sparsity=1)", "sparse(sparsity=1, per=input)"};
    const int64_t most = (int64_t)1 << 40;
    const alv_tensor tensors[] = {
        {.name = "w", .rank = 4, .shape = {12, 7, 2, most}, .layout = ALV_LAYOUT_KERAS},
        {.name = "w", .rank = 4, .shape = {12, most, 7, 2}},
        {.name = "w", .rank = 4, .shape = {most, 12, 7, 2}, .groups = most}};
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 3; k++) {
            float out[64];
            const alv_scheme scheme = suited_scheme(texts[i]);
            memset(out, 0xFF, sizeof out);
            assert_int_equal(
                alv_init_fill(out, most, most + 64, &scheme, &tensors[k], 1, NULL, NULL), ALV_OK);
            for (int e = 0; e < 64; e++) assert_true(out[e] == 0);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(narrow_types_cost_what_floats_do),
        cmocka_unit_test(slices_cost_the_rows_they_touch),
        cmocka_unit_test(endless_empty_lines_are_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
