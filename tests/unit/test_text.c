/* The formatter, suggestions and word lists. */
#include "test.h"

#include "base/base.h"

static void formats_and_truncates(void **state)
{
    (void)state;
    char out[16];
    assert_int_equal(alv_text_format(out, sizeof out, "%s %d%%", "abc", -7), 7);
    assert_string_equal(out, "abc -7%");
    assert_int_equal(alv_text_format(out, 4, "%lld", INT64_MIN), 20);
    assert_string_equal(out, "-92");
    alv_text_format(out, sizeof out, "%g %.3g", 0.1, 1.0 / 3);
    assert_string_equal(out, "0.1 0.333");
}

static void suggests_the_nearest(void **state)
{
    (void)state;
    const char *const names[] = {"he_normal", "he_uniform", "zeros", NULL};
    assert_string_equal(alv_suggest("he_norml", names), "he_normal");
    assert_null(alv_suggest("orthogonal", names));
}

static void finds_whole_words(void **state)
{
    (void)state;
    assert_true(alv_word_in("kaiming msra", "msra", 4));
    assert_false(alv_word_in("kaiming msra", "msr", 3));
    assert_false(alv_word_in("", "", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_and_truncates),
        cmocka_unit_test(suggests_the_nearest),
        cmocka_unit_test(finds_whole_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
