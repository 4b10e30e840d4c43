/* Mean products of pairs of places, by their distance. */
#include "test.h"

#include "theory/flow_parts.h"

static alv_level level_of(double *lags)
{
    for (int i = 0; i < 12; i++) lags[i] = 100 - i;
    return (alv_level){.square = 100, .lags = lags, .height = 3, .width = 4};
}

/* Of every second place the distances are twice as large; the last stands for those beyond. */
static void strides_thin_out(void **state)
{
    (void)state;
    double lags[12];
    alv_level x = level_of(lags);
    alv_pairs_stride(&x, 2, 2, 2);
    assert_ptr_equal(x.lags, lags);
    static const double expected[] = {100, 98, 92, 90}; /* (0, 0), (0, 2), (2, 0), (2, 2) */
    for (int i = 0; i < 4; i++) assert_true(lags[i] == expected[i]);
    assert_int_equal(x.height, 2);
    assert_int_equal(x.width, 2);
}

/* There is room for as many as the data have, and nothing is known of further ones. */
static void more_places_have_none(void **state)
{
    (void)state;
    static const int sizes[][2] = {{4, 4}, {3, 5}, {1 << 20, 1 << 10}, {2, 6}};
    for (int i = 0; i < 4; i++) {
        double lags[12];
        alv_level x = level_of(lags);
        alv_pairs_stride(&x, sizes[i][0], sizes[i][1], 1);
        assert_null(x.lags);
        for (int k = 0; k < 12; k++) assert_true(lags[k] == 100 - k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strides_thin_out),
        cmocka_unit_test(more_places_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
