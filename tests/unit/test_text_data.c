/* Text files as characters: windows, numbers and names of characters, and what is no text. */
#include "data/files.h"

#include "data/load.h"

/* Parses an exact copy, so that the sanitizer sees a byte too far. */
static alv_status parse(alv_split **split, const char *bytes, size_t size,
                        const alv_data_options *options, alv_error *error)
{
    alv_file file = {.bytes = malloc(size ? size : 1), .size = size, .where = "test.txt"};
    memcpy(file.bytes, bytes, size);
    const alv_status status = alv_parse_text(split, &file, options, error);
    alv_file_free(&file);
    return status;
}

static void windows_are_followed_by_their_label(void **state)
{
    (void)state;
    enum { N = 60, CONTEXT = 3 };
    char bytes[N];
    alv_split *split;
    const alv_data_options options = {.context = CONTEXT};
    for (int i = 0; i < N; i++) bytes[i] = "abcdefg"[i % 7];
    assert_int_equal(parse(&split, bytes, N, &options, NULL), ALV_OK);
    assert_int_equal(split->tokens, 7);
    assert_int_equal(split->classes, 7);
    assert_int_equal(split->dim, CONTEXT);
    assert_int_equal(split->train.n, 48 - CONTEXT); /* of four fifths, every place */
    assert_int_equal(split->test.n, 12 - CONTEXT);
    for (int i = 0; i < 48 - CONTEXT; i++) {
        for (int j = 0; j < CONTEXT; j++)
            assert_true(split->train.x[i * CONTEXT + j] == (float)((i + j) % 7));
        assert_int_equal(split->train.y[i], (i + CONTEXT) % 7);
    }
    assert_true(split->test.x[0] == (float)(48 % 7));
    assert_string_equal(split->class_names[3], "d");
    alv_split_free(split);
}

/* Fewer windows than places: from the whole text, in order, none twice. */
static void limits_spread_over_the_text(void **state)
{
    (void)state;
    enum { N = 1000 };
    char bytes[N];
    alv_split *split;
    const alv_data_options options = {.context = 4, .n_train = 100, .n_test = 7};
    for (int i = 0; i < N; i++) bytes[i] = (char)(i * 94 / N + 33); /* rises */
    assert_int_equal(parse(&split, bytes, N, &options, NULL), ALV_OK);
    assert_int_equal(split->train.n, 100);
    assert_int_equal(split->test.n, 7);
    assert_true(split->train.x[0] == 0);
    assert_true(split->train.x[99 * 4] > 70);
    for (int i = 1; i < 100; i++) assert_true(split->train.x[4 * i] >= split->train.x[4 * i - 4]);
    alv_split_free(split);
}

static void names_blanks_and_other_alphabets(void **state)
{
    (void)state;
    char text[512] = "";
    alv_split *split;
    const alv_data_options options = {.context = 1};
    for (int i = 0; i < 12; i++) strcat(text, "a \n\t\x01\u00e7\u20ac\U0001f600");
    assert_int_equal(parse(&split, text, strlen(text), &options, NULL), ALV_OK);
    static const char *const names[] = {"U+1", "\\t",    "\\n",    "' '",
                                        "a",   "\u00e7", "\u20ac", "\U0001f600"};
    assert_int_equal(split->classes, 8);
    for (int i = 0; i < 8; i++) assert_string_equal(split->class_names[i], names[i]);
    alv_split_free(split);
}

static void refuses_what_is_no_text(void **state)
{
    (void)state;
    static const struct {
        const char *bad;
        size_t size;
    } cases[] = {
        {"\xff", 1},
        {"\x80", 1},
        {"\xc3", 1},
        {"\xc0\xaf", 2},
        {"\xe0\x80\xaf", 3},
        {"\xed\xa0\x80", 3},
        {"\xf4\x90\x80\x80", 4},
        {"\xf0\x9f\x98", 3},
        {"\xe2\x28\xa1", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char bytes[16] = "plain";
        alv_split *split = NULL;
        alv_error error;
        memcpy(bytes + 5, cases[i].bad, cases[i].size);
        const alv_data_options options = {.context = 1};
        assert_int_equal(parse(&split, bytes, 5 + cases[i].size, &options, &error), ALV_ERR_FORMAT);
        assert_int_equal(error.position, 5);
        assert_null(split);
    }
}

static void refuses_what_is_too_short(void **state)
{
    (void)state;
    alv_split *split = NULL;
    alv_error error;
    const alv_data_options options = {.context = 3};
    assert_int_equal(parse(&split, "", 0, &options, &error), ALV_ERR_FORMAT);
    assert_int_equal(parse(&split, "abcabcabcabcabcabca", 19, &options, &error), ALV_ERR_FORMAT);
    assert_non_null(strstr(error.message, "at least 20"));
    assert_int_equal(parse(&split, "aaaaaaaaaaaaaaaaaaaaaaaa", 24, &options, &error),
                     ALV_ERR_FORMAT);
    assert_non_null(strstr(error.message, "nothing to learn"));
    assert_null(split);
    assert_int_equal(parse(&split, "abcabcabcabcabcabcab", 20, &options, &error), ALV_OK);
    alv_split_free(split);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_are_followed_by_their_label),
        cmocka_unit_test(limits_spread_over_the_text),
        cmocka_unit_test(names_blanks_and_other_alphabets),
        cmocka_unit_test(refuses_what_is_no_text),
        cmocka_unit_test(refuses_what_is_too_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
