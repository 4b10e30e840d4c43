/* Parts of a tensor: any slice and any box of any initializer is that part of the whole, names and
 * seeds separate streams, and bad parts are refused before anything is written. */
#include "suited.h"

static unsigned char whole[SUITED_MOST * 8], other[SUITED_MOST * 8];

static void check_slices(const alv_scheme *scheme, const alv_tensor *tensor)
{
    const int64_t n = suited_count(tensor);
    const size_t item = alv_dtype_size(tensor->dtype);
    suited_fill(whole, 0, n, scheme, tensor, 42);
    for (int64_t lo = 0, step = 1; lo < n; lo += step, step = step * 2 + 1) {
        int64_t hi = lo + step < n ? lo + step : n;
        suited_fill(other, lo, hi, scheme, tensor, 42);
        assert_memory_equal(other, whole + (size_t)lo * item, (size_t)(hi - lo) * item);
    }
}

static void slices_equal_the_whole(void **state)
{
    (void)state;
    for (int i = 0; i < alv_init_count(); i++)
        for (alv_dtype dtype = ALV_F32; dtype <= ALV_F8_E5M2; dtype++) {
            alv_scheme scheme = suited_scheme(alv_init_at(i)->name);
            alv_tensor tensor = suited_tensor(&scheme, dtype);
            check_slices(&scheme, &tensor);
        }
}

/* The elements of `whole` in a box, by the definition of row-major order. */
static int64_t cut(unsigned char *out, const int64_t *starts, const int64_t *sizes,
                   const alv_tensor *tensor)
{
    const size_t item = alv_dtype_size(tensor->dtype);
    int64_t n = 0;
    for (int64_t e = 0; e < suited_count(tensor); e++) {
        int64_t rest = e;
        bool inside = true;
        for (int axis = tensor->rank - 1; axis >= 0; axis--) {
            int64_t at = rest % tensor->shape[axis] - starts[axis];
            inside &= at >= 0 && at < sizes[axis];
            rest /= tensor->shape[axis];
        }
        if (inside) memcpy(out + (size_t)n++ * item, whole + (size_t)e * item, item);
    }
    return n;
}

static void check_box(const int64_t *starts, const int64_t *sizes, const alv_scheme *scheme,
                      const alv_tensor *tensor)
{
    static unsigned char wanted[sizeof whole];
    alv_fill how = suited_scratch(scheme, tensor);
    memset(other, 0xee, sizeof other);
    memset(wanted, 0xee, sizeof wanted);
    cut(wanted, starts, sizes, tensor);
    assert_int_equal(alv_init_fill_box(other, starts, sizes, scheme, tensor, 42, &how, NULL),
                     ALV_OK);
    assert_memory_equal(other, wanted, sizeof other); /* nothing beyond the box, either */
    free(how.scratch);
}

/* Each axis cut in three, as tensor-parallel training cuts rows and columns; one box in the middle
 * of all axes; an empty one. */
static void check_boxes(const alv_scheme *scheme, const alv_tensor *tensor)
{
    suited_fill(whole, 0, suited_count(tensor), scheme, tensor, 42);
    int64_t middle[ALV_MAX_RANK], third[ALV_MAX_RANK], empty[ALV_MAX_RANK];
    for (int axis = 0; axis < tensor->rank; axis++) {
        int64_t size = tensor->shape[axis], starts[ALV_MAX_RANK] = {0}, sizes[ALV_MAX_RANK];
        memcpy(sizes, tensor->shape, sizeof sizes);
        for (int part = 0; part < 3; part++) {
            starts[axis] = size * part / 3;
            sizes[axis] = size * (part + 1) / 3 - starts[axis];
            check_box(starts, sizes, scheme, tensor);
        }
        middle[axis] = size / 3;
        third[axis] = size / 3 + 1;
        empty[axis] = axis == 0 ? 0 : size - size / 3;
    }
    check_box(middle, third, scheme, tensor);
    check_box(middle, empty, scheme, tensor);
}

static void boxes_equal_the_whole(void **state)
{
    (void)state;
    for (int i = 0; i < alv_init_count(); i++)
        for (alv_dtype dtype = ALV_F32; dtype <= ALV_F8_E5M2; dtype++) {
            alv_scheme scheme = suited_scheme(alv_init_at(i)->name);
            alv_tensor tensor = suited_tensor(&scheme, dtype);
            check_boxes(&scheme, &tensor);
        }
}

/* An initializer that draws gives another tensor for another name or seed; one that draws nothing
 * gives the same. */
static void names_and_seeds_separate_streams(void **state)
{
    (void)state;
    for (int i = 0; i < alv_init_count(); i++) {
        alv_scheme scheme = suited_scheme(alv_init_at(i)->name);
        alv_tensor tensor = suited_tensor(&scheme, ALV_F32), renamed = tensor;
        const size_t bytes = (size_t)suited_count(&tensor) * sizeof(float);
        strcpy(renamed.name, "fc2.weight");
        suited_fill(whole, 0, suited_count(&tensor), &scheme, &tensor, 42);
        suited_fill(other, 0, suited_count(&tensor), &scheme, &renamed, 42);
        bool by_name = memcmp(whole, other, bytes) != 0;
        suited_fill(other, 0, suited_count(&tensor), &scheme, &tensor, 43);
        bool by_seed = memcmp(whole, other, bytes) != 0;
        assert_int_equal(by_name, by_seed);
        alv_dist law;
        if (alv_init_law(&law, &scheme, &tensor, NULL) == ALV_OK)
            assert_int_equal(by_seed, alv_dist_variance(&law) > 0);
    }
}

static void bad_parts_are_refused(void **state)
{
    (void)state;
    const alv_tensor w = {.name = "w", .rank = 2, .shape = {3, 4}};
    const alv_scheme he = suited_scheme("he_normal");
    static const struct {
        int64_t starts[2], sizes[2];
        const char *says;
    } cases[] = {
        {{-1, 0}, {1, 1}, "from -1"},       {{0, 0}, {4, 1}, "4 places"},
        {{0, 5}, {1, 0}, "from 5"},         {{0, 2}, {1, 3}, "axis 1"},
        {{0, 0}, {-1, 1}, "-1 places"},     {{0, INT64_MAX}, {1, INT64_MAX}, "axis 1"},
        {{0, 0}, {INT64_MAX, 1}, "axis 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float out[12] = {7};
        alv_error error = {0};
        assert_int_equal(
            alv_init_fill_box(out, cases[i].starts, cases[i].sizes, &he, &w, 1, NULL, &error),
            ALV_ERR_RANGE);
        if (!strstr(error.message, cases[i].says)) print_error("%s\n", error.message);
        assert_non_null(strstr(error.message, cases[i].says));
        assert_true(out[0] == 7);
    }
    assert_int_equal(alv_init_fill_box(other, NULL, w.shape, &he, &w, 1, NULL, NULL),
                     ALV_ERR_ARGUMENT);
    assert_int_equal(alv_init_fill_box(other, w.shape, NULL, &he, &w, 1, NULL, NULL),
                     ALV_ERR_ARGUMENT);
    const int64_t corner[2] = {0, 0};
    assert_int_equal(alv_init_fill_box(NULL, corner, w.shape, &he, &w, 1, NULL, NULL),
                     ALV_ERR_ARGUMENT);
}

/* Too little scratch is refused with the size that is needed, and nothing is written. */
static void scratch_is_checked(void **state)
{
    (void)state;
    for (int i = 0; i < alv_init_count(); i++) {
        alv_scheme scheme = suited_scheme(alv_init_at(i)->name);
        alv_tensor tensor = suited_tensor(&scheme, ALV_F32);
        alv_fill how = suited_scratch(&scheme, &tensor);
        assert_int_equal(how.scratch_size > 0, scheme.init->reach == ALV_REACH_TENSOR);
        if (how.scratch_size == 0) continue;
        const float untouched = 7;
        float out = untouched;
        alv_error error = {0};
        char need[32];
        snprintf(need, sizeof need, "%lld bytes", (long long)how.scratch_size--);
        assert_int_equal(alv_init_fill(&out, 0, 1, &scheme, &tensor, 1, &how, &error),
                         ALV_ERR_MEMORY);
        assert_non_null(strstr(error.message, need));
        assert_int_equal(alv_init_fill(&out, 0, 1, &scheme, &tensor, 1, NULL, NULL),
                         ALV_ERR_MEMORY);
        assert_true(out == untouched);
        free(how.scratch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_equal_the_whole),
        cmocka_unit_test(boxes_equal_the_whole),
        cmocka_unit_test(names_and_seeds_separate_streams),
        cmocka_unit_test(bad_parts_are_refused),
        cmocka_unit_test(scratch_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
