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

static void cuts_between_characters(void **state)
{
    (void)state;
    char out[16];
    const char *const text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x85z"; /* 1, 2, 3, 4 and 1 bytes */
    const size_t kept[] = {0, 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
    for (size_t size = 1; size < sizeof kept / sizeof *kept; size++) {
        memset(out, '!', sizeof out);
        assert_int_equal(alv_text_format(out, size, "%s", text), 11);
        assert_int_equal(strlen(out), kept[size]);
        assert_memory_equal(out, text, kept[size]);
    }
    alv_text_format(out, sizeof out, "%C%C%C", 'a', '\xc3', '\033');
    assert_string_equal(out, "a\\xc3\\x1b");
}

static void suggests_the_nearest(void **state)
{
    (void)state;
    const char *const names[] = {"he_normal", "he_uniform", "zeros", NULL};
    const char *const short_names[] = {"torch", "std", NULL};
    assert_string_equal(alv_suggest("he_norml", names), "he_normal");
    assert_null(alv_suggest("orthogonal", names));
    assert_string_equal(alv_suggest("torhc", short_names), "torch");
    assert_string_equal(alv_suggest("sdt", short_names), "std");
    assert_null(alv_suggest("nosuch", short_names)); /* three edits of six letters */
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
        cmocka_unit_test(cuts_between_characters),
        cmocka_unit_test(suggests_the_nearest),
        cmocka_unit_test(finds_whole_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
