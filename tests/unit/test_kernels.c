/* Every kernel set that this processor runs gives the bytes of the scalar one: all types, all
 * families and the special paths of each, whole and ragged slices. */
#include "test.h"

#include "alvor/dist.h"

enum { N = 3000 };

static const alv_dist *families(int *n)
{
    static alv_dist list[20];
    int k = 0;
    list[k++] = alv_dist_constant(0.1);
    list[k++] = alv_dist_uniform(-0.1, 0.1);
    list[k++] = alv_dist_uniform(1.0 / 3, 2.0 / 3);
    list[k++] = alv_dist_uniform(0, 1);           /* in f16 and bf16 both ends occur */
    list[k++] = alv_dist_uniform(-1e-39, 3e-39);  /* no exact step */
    list[k++] = alv_dist_uniform(1, 1 + 0x1p-20); /* the ends are held */
    list[k++] = alv_dist_normal(0, 1);
    list[k++] = alv_dist_normal(0.5, 0.02);
    list[k++] = alv_dist_normal(0, 1e-40);
    list[k++] = alv_dist_truncated(0, 1, -2, 2);
    list[k++] = alv_dist_truncated_to_std(0, 0.02, -3, 3);
    list[k++] = alv_dist_truncated(0.1, 0.7, -1, 3);
    list[k++] = alv_dist_truncated(0, 1, -4.5, 5);
    list[k++] = alv_dist_truncated(0, 1, 6, 8);
    list[k++] = alv_dist_truncated(0, 1, -36, -30);
    list[k++] = alv_dist_truncated(0, 0.01, -2, 2); /* truncates nothing */
    list[k++] = alv_dist_truncated(0, 1, 0.25, 0.265625);
    list[k++] = alv_dist_truncated(0, 1e-12, -1e-12, 1e-12);
    *n = k;
    return list;
}

static void sets_agree(void **state)
{
    (void)state;
    static double whole[N], part[N];
    const alv_kernels *scalar = alv_kernels_find("scalar");
    const int64_t far = (INT64_C(1) << 37) - 100; /* block numbers pass 2^32 within a slice */
    int n, compared = 0;
    const alv_dist *list = families(&n);
    for (int i = 0; i < n; i++)
        for (alv_dtype dtype = ALV_F32; dtype <= ALV_F8_E5M2; dtype++)
            for (int k = 1; k <= alv_kernels_count(); k++) {
                const alv_kernels *set = k < alv_kernels_count() ? alv_kernels_at(k) : NULL;
                const size_t size = alv_dtype_size(dtype);
                const int64_t from = i % 2 ? far : far / 2, ends[] = {0, 1, 7, 31, 33, 67, 1000, N};
                alv_stream stream = alv_stream_make(42, "fc1.weight", NULL);
                if (alv_dist_fits(&list[i], dtype, NULL)) continue;
                assert_int_equal(
                    alv_dist_fill(whole, dtype, from, from + N, &list[i], stream, scalar, NULL),
                    ALV_OK);
                memset(part, 0, sizeof part);
                for (int e = 0; e < 7; e++)
                    assert_int_equal(alv_dist_fill((char *)part + (size_t)ends[e] * size, dtype,
                                                   from + ends[e], from + ends[e + 1], &list[i],
                                                   stream, set, NULL),
                                     ALV_OK);
                if (memcmp(whole, part, N * size) != 0)
                    fail_msg("%s differs from scalar: distribution %d, %s", alv_kernels_name(set),
                             i, alv_dtype_name(dtype));
                compared++;
            }
    assert_true(compared > 0);
}

/* A slice writes its own bytes and no others. */
static void nothing_outside_is_touched(void **state)
{
    (void)state;
    int n;
    const alv_dist *list = families(&n);
    for (int k = 0; k < alv_kernels_count(); k++)
        for (int i = 0; i < n; i++)
            for (int64_t lo = 0; lo < 40; lo += 13)
                for (int64_t count = 0; count < 140; count += 23) {
                    static float out[256];
                    memset(out, 0x5a, sizeof out);
                    alv_dist_fill(out + 50, ALV_F32, lo, lo + count, &list[i],
                                  alv_stream_make(1, "w", NULL), alv_kernels_at(k), NULL);
                    for (int e = 0; e < 256; e++)
                        if (e < 50 || e >= 50 + count) assert_memory_equal(&out[e], "ZZZZ", 4);
                }
}

static void sets_have_names(void **state)
{
    (void)state;
    int n = alv_kernels_count();
    assert_true(n >= 1);
    assert_string_equal(alv_kernels_name(alv_kernels_at(0)), "scalar");
    for (int i = 0; i < n; i++)
        assert_ptr_equal(alv_kernels_find(alv_kernels_name(alv_kernels_at(i))), alv_kernels_at(i));
    assert_ptr_equal(alv_kernels_at(n - 1), alv_kernels_best());
    assert_string_equal(alv_kernels_name(NULL), alv_kernels_name(alv_kernels_best()));
    assert_null(alv_kernels_at(-1));
    assert_null(alv_kernels_at(n));
    assert_null(alv_kernels_find("mmx"));
    assert_null(alv_kernels_find(NULL));
#if defined(__x86_64__)
    assert_non_null(alv_kernels_find("sse2"));
    assert_int_equal(alv_kernels_find("avx2") != NULL, __builtin_cpu_supports("avx2") != 0);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_agree),
        cmocka_unit_test(nothing_outside_is_touched),
        cmocka_unit_test(sets_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
