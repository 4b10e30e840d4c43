/* The JSON writer, read back by jansson. */
#include "test.h"

#include <jansson.h>

#include "lab/json.h"

static void numbers_are_short_and_exact(void **state)
{
    (void)state;
    const double values[] = {0.1, 1.0 / 3, 1e300, -2.5e-320, 0, 123456789.125};
    alv_json json = {0};
    alv_json_open(&json, NULL, '[');
    for (int i = 0; i < 6; i++) alv_json_real(&json, NULL, values[i]);
    alv_json_real(&json, NULL, (double)NAN);
    alv_json_close(&json);
    char *text = alv_json_take(&json);
    assert_non_null(strstr(text, " 0.1,"));
    json_t *back = json_loads(text, 0, NULL);
    assert_non_null(back);
    for (size_t i = 0; i < 6; i++)
        assert_true(json_number_value(json_array_get(back, i)) == values[i]);
    assert_true(json_is_null(json_array_get(back, 6)));
    json_decref(back);
    free(text);
}

static void hostile_text_stays_valid(void **state)
{
    (void)state;
    /* Quotes, controls, a script's end, valid UTF-8, then bytes that are none: a lone
     * continuation, an overlong slash, a surrogate, a truncated sequence. */
    const char hostile[] = "\"\\\n\x01\x7f</script>\xc3\xa9\xf0\x9f\x8c\x85 \x80 \xc0\xaf "
                           "\xed\xa0\x80 \xe2\x82";
    alv_json json = {0};
    alv_json_open(&json, NULL, '{');
    alv_json_string(&json, hostile, hostile);
    alv_json_string(&json, "none", NULL);
    alv_json_close(&json);
    char *text = alv_json_take(&json);
    json_t *back = json_loads(text, 0, NULL);
    assert_non_null(back);
    void *first = json_object_iter(back);
    const char *value = json_string_value(json_object_iter_value(first));
    const char start[] = "\"\\\n\x01\x7f</script>\xc3\xa9\xf0\x9f\x8c\x85 \xef\xbf\xbd ";
    assert_memory_equal(value, start, sizeof start - 1);
    json_decref(back);
    free(text);
}

static void empty_and_too_deep(void **state)
{
    (void)state;
    alv_json json = {0};
    alv_json_open(&json, NULL, '{');
    alv_json_open(&json, "a", '[');
    alv_json_close(&json);
    alv_json_close(&json);
    char *text = alv_json_take(&json);
    assert_string_equal(text, "{\n  \"a\": []\n}\n");
    free(text);
    for (int i = 0; i <= ALV_JSON_DEPTH; i++) alv_json_open(&json, NULL, '[');
    assert_null(alv_json_take(&json));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_short_and_exact),
        cmocka_unit_test(hostile_text_stays_valid),
        cmocka_unit_test(empty_and_too_deep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
