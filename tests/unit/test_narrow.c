/* Fills of 16- and 8-bit types (contract C2): the f32 tensor, each value rounded once and held
 * inside the bounds; slices; nothing outside the bounds; what is refused. */
#include "test.h"

#include <float.h>

#include "dist/round.h"

static const alv_dtype types[] = {ALV_F16, ALV_BF16, ALV_F8_E4M3FN, ALV_F8_E5M2};
enum { TYPES = 4, N = 1 << 16, MOST = 1 << 24 };

static float f32[N];
static uint16_t wide[MOST];

static uint32_t at(const void *values, alv_dtype dtype, int64_t i)
{
    return alv_dtype_size(dtype) == 2 ? ((const uint16_t *)values)[i]
                                      : ((const uint8_t *)values)[i];
}

/* The smallest and the largest value of the type in [lo, hi], by looking at all of them. */
static void bounds_of(float *least, float *largest, alv_dtype dtype, double lo, double hi)
{
    uint32_t codes = 1u << (8 * alv_dtype_size(dtype));
    *least = INFINITY;
    *largest = -INFINITY;
    for (uint32_t code = 0; code < codes; code++) {
        float value = alv_widen(dtype, code);
        if (!(value >= lo && value <= hi)) continue;
        *least = fminf(*least, value);
        *largest = fmaxf(*largest, value);
    }
    if (*least == 0)
        *least = copysignf(0, (float)lo); /* a zero keeps the sign of what it stands for */
    if (*largest == 0) *largest = copysignf(0, (float)hi);
}

static const alv_dist *families(int *n)
{
    static alv_dist list[12];
    int k = 0;
    list[k++] = alv_dist_constant(0.1);
    list[k++] = alv_dist_uniform(-0.1, 0.1);
    list[k++] = alv_dist_uniform(0, 1);
    list[k++] = alv_dist_uniform(-0.3, 7.7);
    list[k++] = alv_dist_uniform(-1e-3, 1e-3);
    list[k++] = alv_dist_uniform(-1e-9, 0.01);
    list[k++] = alv_dist_normal(0, 1);
    list[k++] = alv_dist_normal(0.5, 0.02);
    list[k++] = alv_dist_normal(0, 1e-3);
    list[k++] = alv_dist_truncated(0, 1, -2.1, 1.7);
    list[k++] = alv_dist_truncated_to_std(0, 0.02, -2, 2);
    *n = k;
    return list;
}

static void fills_are_the_f32_tensor_rounded(void **state)
{
    (void)state;
    int n;
    const alv_dist *list = families(&n);
    for (int i = 0; i < n; i++)
        for (int t = 0; t < TYPES; t++) {
            alv_stream stream = alv_stream_make(5, "narrow", NULL);
            const alv_dist *d = &list[i];
            float lo = -INFINITY, hi = INFINITY;
            if (d->lo < d->hi) bounds_of(&lo, &hi, types[t], d->lo, d->hi);
            assert_int_equal(alv_dist_fill(f32, ALV_F32, 0, N, d, stream, NULL, NULL), ALV_OK);
            assert_int_equal(alv_dist_fill(wide, types[t], 0, N, d, stream, NULL, NULL), ALV_OK);
            for (int k = 0; k < N; k++) {
                uint32_t code = alv_round_one(types[t], f32[k]);
                float value = alv_widen(types[t], code);
                if (value < lo) code = alv_round_one(types[t], lo);
                if (value > hi) code = alv_round_one(types[t], hi);
                if (at(wide, types[t], k) != code)
                    fail_msg("family %d %s: element %d is %x, not %x", i, alv_dtype_name(types[t]),
                             k, at(wide, types[t], k), code);
            }
        }
}

static void slices_equal_the_whole(void **state)
{
    (void)state;
    enum { WHOLE = 5000 };
    static char whole[2 * WHOLE], part[2 * WHOLE + 2];
    int n;
    const alv_dist *list = families(&n);
    uint32_t random = 777;
    for (int i = 0; i < n; i++)
        for (int t = 0; t < TYPES; t++) {
            size_t size = alv_dtype_size(types[t]);
            alv_stream stream = alv_stream_make(99, "slice", NULL);
            alv_dist_fill(whole, types[t], 0, WHOLE, &list[i], stream, NULL, NULL);
            for (int k = 0; k < 100; k++) {
                random = random * 1664525 + 1013904223;
                int64_t lo = (random >> 8) % WHOLE,
                        hi = lo + (int64_t)(random >> 20) % (WHOLE - lo + 1);
                size_t bytes = (size_t)(hi - lo) * size;
                memset(part, 0x5a, sizeof part);
                alv_dist_fill(part, types[t], lo, hi, &list[i], stream, NULL, NULL);
                assert_memory_equal(part, whole + (size_t)lo * size, bytes);
                assert_true(part[bytes] == 0x5a); /* nothing written beyond */
            }
        }
}

/* 2^24 draws of each, and the bounds themselves are reached where they have a chance. */
static void no_value_leaves_the_bounds(void **state)
{
    (void)state;
    const alv_dist list[] = {alv_dist_uniform(-0.1, 0.1), alv_dist_truncated(0, 1, -2.1, 1.7)};
    for (int i = 0; i < 2; i++)
        for (int t = 0; t < TYPES; t++) {
            static bool seen[1 << 16];
            alv_stream stream = alv_stream_make(17, "bounds", NULL);
            memset(seen, 0, sizeof seen);
            alv_dist_fill(wide, types[t], 0, MOST, &list[i], stream, NULL, NULL);
            for (int k = 0; k < MOST; k++) seen[at(wide, types[t], k)] = true;
            float lo, hi, least = INFINITY, largest = -INFINITY;
            for (uint32_t code = 0; code < 1 << 16; code++) {
                if (!seen[code]) continue;
                least = fminf(least, alv_widen(types[t], code));
                largest = fmaxf(largest, alv_widen(types[t], code));
            }
            bounds_of(&lo, &hi, types[t], list[i].lo, list[i].hi);
            assert_true(least == lo && largest == hi);
        }
}

/* Bounds so narrow that rounding alone would leave them. */
static void narrow_bounds_hold(void **state)
{
    (void)state;
    const alv_dist list[] = {
        alv_dist_uniform(0.99, 1.02),      alv_dist_uniform(1.0 / 3, 0.45),
        alv_dist_uniform(-1e-12, 1e-12),   alv_dist_truncated(0, 1, 0.99, 1.001),
        alv_dist_truncated(0, 1, -2, 1.9), alv_dist_truncated(0, 1, 3.9, 4.2),
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        for (int t = 0; t < TYPES; t++) {
            alv_stream stream = alv_stream_make(i, "bounds", NULL);
            assert_int_equal(alv_dist_fill(wide, types[t], 0, N, &list[i], stream, NULL, NULL),
                             ALV_OK);
            for (int k = 0; k < N; k++) {
                double value = alv_widen(types[t], at(wide, types[t], k));
                assert_true(value >= list[i].lo && value <= list[i].hi);
            }
        }
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    const struct {
        alv_dtype dtype;
        alv_dist dist;
        alv_status status;
        const char *where;
    } rows[] = {
        {ALV_F16, alv_dist_constant(65504), ALV_OK, ""},
        {ALV_F16, alv_dist_constant(65505), ALV_ERR_OVERFLOW, "value"},
        {ALV_F16, alv_dist_normal(7e4, 1), ALV_ERR_OVERFLOW, "mean"},
        {ALV_F16, alv_dist_normal(0, 1e4), ALV_ERR_OVERFLOW, "std"},
        {ALV_F16, alv_dist_normal(0, 9e3), ALV_OK, ""},
        {ALV_F16, alv_dist_uniform(-7e4, 1), ALV_ERR_OVERFLOW, "lo"},
        {ALV_F16, alv_dist_truncated(0, 1e5, -1, 7e4), ALV_ERR_OVERFLOW, "hi"},
        {ALV_BF16, alv_dist_constant(0x1.fep127), ALV_OK, ""},
        {ALV_BF16, alv_dist_constant(FLT_MAX), ALV_ERR_OVERFLOW, "value"},
        {ALV_F8_E4M3FN, alv_dist_constant(-448), ALV_OK, ""},
        {ALV_F8_E4M3FN, alv_dist_constant(449), ALV_ERR_OVERFLOW, "value"},
        {ALV_F8_E4M3FN, alv_dist_normal(0, 66), ALV_ERR_OVERFLOW, "std"},
        {ALV_F8_E5M2, alv_dist_uniform(-57344, 57344), ALV_OK, ""},
        {ALV_F8_E5M2, alv_dist_uniform(-57344, 57345), ALV_ERR_OVERFLOW, "hi"},
        {ALV_F8_E5M2, alv_dist_uniform(1.01, 1.2), ALV_ERR_RANGE, "lo"},
        {ALV_F8_E4M3FN, alv_dist_truncated(0, 1, 1.01, 1.1), ALV_ERR_RANGE, "lo"},
        {ALV_BF16, alv_dist_uniform(1.01, 1.2), ALV_OK, ""},
        {ALV_F8_E5M2, alv_dist_uniform(1.1, 1.1), ALV_OK, ""}, /* a constant is rounded */
        {ALV_BF16, alv_dist_normal(NAN, 1), ALV_ERR_ARGUMENT, "mean"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        alv_error error = {0};
        uint16_t out[4] = {0x1234, 0x1234, 0x1234, 0x1234};
        alv_stream stream = alv_stream_make(1, "w", NULL);
        assert_int_equal(
            alv_dist_fill(out, rows[i].dtype, 0, 4, &rows[i].dist, stream, NULL, &error),
            rows[i].status);
        assert_string_equal(error.where, rows[i].where);
        if (rows[i].status == ALV_OK) continue;
        for (int k = 0; k < 4; k++) assert_int_equal(out[k], 0x1234);
    }
    assert_int_equal(alv_dist_fits(NULL, ALV_F16, NULL), ALV_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_are_the_f32_tensor_rounded),
        cmocka_unit_test(slices_equal_the_whole),
        cmocka_unit_test(no_value_leaves_the_bounds),
        cmocka_unit_test(narrow_bounds_hold),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
