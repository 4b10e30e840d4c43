/* safetensors: headers against bytes written out by hand, files that must be refused, and every
 * truncation and many corruptions of a good file. */
#include "test.h"

#include "alvor/alvor.h"

/* Header and data of a bf16 and an f32 tensor with a note, as the format's page lays them out. */
static const char header[] =
    "{\"__metadata__\":{\"format\":\"pt\"},"
    "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
    "\"a\":{\"dtype\":\"BF16\",\"shape\":[2,3],\"data_offsets\":[8,20]}}  ";

static const alv_tensor pair[] = {
    {.name = "a", .dtype = ALV_BF16, .rank = 2, .shape = {2, 3}},
    {.name = "b", .rank = 1, .shape = {2}},
};
static const alv_safetensors_note note = {"format", "pt"};

static void writes_the_bytes_of_the_format(void **state)
{
    (void)state;
    char out[512];
    size_t length = 0, json = sizeof header - 1;
    assert_int_equal(json % 8, 0);
    assert_int_equal(alv_safetensors_header(NULL, 0, &length, pair, 2, &note, 1, NULL), ALV_OK);
    assert_int_equal(length, 8 + json);
    assert_int_equal(alv_safetensors_header(out, length, &length, pair, 2, &note, 1, NULL), ALV_OK);
    assert_memory_equal(out, ((unsigned char[]){(unsigned char)json, 0, 0, 0, 0, 0, 0, 0}), 8);
    assert_memory_equal(out + 8, header, json);
    assert_int_equal(alv_safetensors_header(out, length - 1, &length, pair, 2, &note, 1, NULL),
                     ALV_ERR_RANGE);
    int64_t offsets[2], total;
    assert_int_equal(alv_safetensors_layout(offsets, &total, pair, 2, NULL), ALV_OK);
    assert_int_equal(offsets[0], 8);
    assert_int_equal(offsets[1], 0);
    assert_int_equal(total, 20);
    assert_int_equal(alv_safetensors_header(out, sizeof out, &length, NULL, 0, NULL, 0, NULL), 0);
    assert_memory_equal(out, "\x08\0\0\0\0\0\0\0{}      ", 16);
    assert_int_equal(length, 16);
}

/* Puts a header, padded as it is, and `data` zero bytes into out; returns the file's size. */
static size_t wrap(char *out, const char *json, size_t data)
{
    size_t n = strlen(json);
    for (int i = 0; i < 8; i++) out[i] = (char)(n >> (8 * i) & 0xff);
    memcpy(out + 8, json, n);
    memset(out + 8 + n, 0, data);
    return 8 + n + data;
}

static void reads_what_it_writes(void **state)
{
    (void)state;
    char file[512];
    size_t size = wrap(file, header, 20);
    alv_safetensors *read = NULL;
    assert_int_equal(alv_safetensors_parse(&read, file, size, (int64_t)size, NULL), ALV_OK);
    assert_int_equal(read->n_tensors, 2);
    assert_int_equal(read->n_notes, 1);
    assert_string_equal(read->notes[0].key, "format");
    assert_string_equal(read->notes[0].value, "pt");
    const alv_safetensor *b = &read->tensors[0], *a = alv_safetensors_find(read, "a");
    assert_string_equal(b->name, "b");
    assert_int_equal(b->dtype, ALV_F32);
    assert_int_equal(b->begin, read->data);
    assert_ptr_equal(a, &read->tensors[1]);
    assert_string_equal(a->type, "BF16");
    assert_int_equal(a->dtype, ALV_BF16);
    assert_int_equal(a->item, 2);
    assert_int_equal(a->rank, 2);
    assert_int_equal(a->shape[0], 2);
    assert_int_equal(a->shape[1], 3);
    assert_int_equal(a->end, (int64_t)size);
    assert_null(alv_safetensors_find(read, "c"));
    alv_safetensors_free(read);
    /* The header alone suffices, if the file's size is told. */
    size_t head = size - 20;
    assert_int_equal(alv_safetensors_parse(&read, file, head, (int64_t)size, NULL), ALV_OK);
    alv_safetensors_free(read);
    assert_int_equal(alv_safetensors_parse(&read, file, head, (int64_t)head, NULL), ALV_ERR_FORMAT);
}

static void every_type_comes_back(void **state)
{
    (void)state;
    alv_tensor tensors[ALV_F8_E5M2 + 3] = {0};
    enum { N = ALV_F8_E5M2 + 3 };
    for (int i = 0; i < N; i++) {
        tensors[i] = (alv_tensor){.dtype = (alv_dtype)(i % 6), .rank = i, .shape = {1, 1, 1, 1, 1}};
        snprintf(tensors[i].name, sizeof tensors[i].name, "t%d \"\\\n\x7f \xc3\xa9\xf0\x9f\x8c\x85",
                 i);
        if (i < 6) tensors[i].shape[i > 0 ? i - 1 : 0] = 5;
        for (int k = 5; k < i; k++) tensors[i].shape[k] = k == 6 ? 0 : 3; /* the last: empty */
    }
    char file[4096] = {0};
    size_t length = 0;
    int64_t total = 0, offsets[N];
    assert_int_equal(alv_safetensors_layout(offsets, &total, tensors, N, NULL), ALV_OK);
    assert_int_equal(alv_safetensors_header(file, sizeof file, &length, tensors, N, NULL, 0, NULL),
                     ALV_OK);
    alv_safetensors *read;
    alv_error error = {0};
    if (alv_safetensors_parse(&read, file, length, (int64_t)length + total, &error) != ALV_OK)
        fail_msg("%s", error.message);
    assert_int_equal(read->n_tensors, N);
    for (int i = 0; i < N; i++) {
        const alv_safetensor *t = alv_safetensors_find(read, tensors[i].name);
        assert_non_null(t);
        assert_int_equal(t->dtype, tensors[i].dtype);
        assert_int_equal(t->rank, tensors[i].rank);
        assert_int_equal(t->begin, read->data + offsets[i]);
        assert_int_equal((t->begin - read->data) % t->item, 0);
    }
    alv_safetensors_free(read);
}

#define T(name, type, shape, begin, end)                                                           \
    "\"" name "\":{\"dtype\":\"" type "\",\"shape\":[" shape "],\"data_offsets\":[" #begin         \
    "," #end "]}"

static void accepts_other_spellings(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        size_t data;
        int64_t tensors;
    } cases[] = {
        {"{}", 0, 0},
        {"{ }\n\t ", 0, 0},
        {"{\"__metadata__\":{}}", 0, 0},
        {"{" T("x", "I64", "", 0, 8) "}", 8, 1},
        {"{" T("x", "BOOL", "3", 0, 3) "," T("y", "U8", "0,9223372036854775807", 3, 3) "}", 3, 2},
        {"{" T("y", "F16", "1", 2, 4) "," T("x", "F16", "1", 0, 2) "}", 4, 2},
        {"{ \"x\" : { \"shape\" : [ 1 , 2 ] , \"data_offsets\" : [ 0 , 2 ] ,\"dtype\":\"I8\" } } ",
         2, 1},
        {"{" T("\\u0078\\n\\ud83c\\udf05", "F8_E4M3", "2", 0, 2) "}", 2, 1},
        {"{" T("", "F8_E8M0", "2", 0, 2) "}", 2, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char file[512];
        alv_error error = {0};
        alv_safetensors *read = NULL;
        size_t size = wrap(file, cases[i].json, cases[i].data);
        if (alv_safetensors_parse(&read, file, size, (int64_t)size, &error) != ALV_OK)
            fail_msg("%s: %s", cases[i].json, error.message);
        assert_int_equal(read->n_tensors, cases[i].tensors);
        alv_safetensors_free(read);
    }
    char file[512];
    alv_safetensors *read = NULL;
    size_t size = wrap(file, cases[7].json, 2);
    assert_int_equal(alv_safetensors_parse(&read, file, size, (int64_t)size, NULL), ALV_OK);
    assert_string_equal(read->tensors[0].name, "x\n\xf0\x9f\x8c\x85");
    alv_safetensors_free(read);
}

static void refuses_what_the_format_forbids(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        size_t data;
        const char *says;
    } cases[] = {
        {"", 0, "'{'"},
        {" {}", 0, "the header's '{'"},
        {"[]", 0, "the header's '{'"},
        {"{}x", 0, "nothing but spaces"},
        {"{},", 0, "nothing but spaces"},
        {"{}", 1, "1 bytes that belong to no tensor"},
        {"{" T("x", "F32", "1", 0, 4) ",}", 4, "a string"},
        {"{" T("x", "F32", "1", 0, 4) T("y", "F32", "1", 4, 8) "}", 8, "',' or '}'"},
        {"{" T("x", "F32", "1", 0, 4) "," T("x", "F32", "1", 4, 8) "}", 8, "'x' comes twice"},
        {"{" T("x", "F32", "1", 0, 4) "," T("\\u0078", "F32", "1", 4, 8) "}", 8, "'x' comes twice"},
        {"{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, "'a' twice"},
        {"{\"__metadata__\":{},\"__metadata__\":{}}", 0, "comes twice"},
        {"{\"__metadata__\":{\"a\":1}}", 0, "a string"},
        {"{\"__metadata__\":{\"a\":\"1\",}}", 0, "another note"},
        {"{\"__metadata__\":null}", 0, "the '{' of __metadata__"},
        {"{" T("x", "F31", "1", 0, 4) "}", 4, "no element type 'F31'"},
        {"{" T("x", "F4", "2", 0, 1) "}", 1, "share bytes"},
        {"{" T("x", "F32", "1", 0, 5) "}", 5, "ask for 4 bytes, and data_offsets give 5"},
        {"{" T("x", "F32", "4611686018427387904,2", 0, 4) "}", 4, "more than"},
        {"{" T("x", "F32", "9223372036854775808", 0, 4) "}", 4, "63 bits"},
        {"{" T("x", "F32", "-1", 0, 4) "}", 4, "a whole number from 0"},
        {"{" T("x", "F32", "1.0", 0, 4) "}", 4, "without leading zeros"},
        {"{" T("x", "F32", "1e0", 0, 4) "}", 4, "without leading zeros"},
        {"{" T("x", "F32", "01", 0, 4) "}", 4, "without leading zeros"},
        {"{" T("x", "F32", "1,", 0, 4) "}", 4, "a whole number from 0"},
        {"{" T("x", "F32", "1,1,1,1,1,1,1,1,1", 0, 4) "}", 4, "more than 8"},
        {"{" T("x", "F32", "1", 0, 8) "}", 4, "no range of the file's 4 bytes"},
        {"{" T("x", "F32", "0", 4, 0) "}", 4, "no range"},
        {"{" T("x", "F32", "1", 4, 8) "}", 8, "begins at byte 4 of the data"},
        {"{" T("x", "F32", "2", 0, 8) "," T("y", "F32", "1", 4, 8) "}", 8, "ranges must follow"},
        {"{" T("x", "F32", "1", 0, 4) "," T("y", "F32", "1", 0, 4) "}", 4, "ranges must follow"},
        {"{" T("x", "F32", "1", 0, 4) "," T("y", "F32", "1", 8, 12) "}", 12, "ranges must follow"},
        {"{\"x\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "dtype, shape and data_offsets"},
        {"{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4, "two data_offsets"},
        {"{\"x\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 4, "'dtype' comes twice"},
        {"{\"x\":{\"type\":\"F32\"}}", 4, "no key 'type'"},
        {"{\"x\":{}}", 0, "a string"},
        {"{\"x", 0, "closing quote"},
        {"{\"\\x\"", 0, "one of"},
        {"{\"\\ud83c\":", 0, "surrogate"},
        {"{\"\\ud83c\\u0041\":", 0, "surrogate"},
        {"{\"\\udf05\":", 0, "first half"},
        {"{\"\\u00g0\":", 0, "hexadecimal"},
        {"{\"\\u0000\":", 0, "NUL"},
        {"{\"\n\":", 0, "UTF-8"},
        {"{\"\xc0\x80\":", 0, "UTF-8"},
        {"{\"\xed\xa0\x80\":", 0, "UTF-8"},
        {"{\"\xf4\x90\x80\x80\":", 0, "UTF-8"},
        {"{\"\xe2\x82", 0, "UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char file[512];
        alv_error error = {0};
        alv_safetensors *read = (alv_safetensors *)file;
        size_t size = wrap(file, cases[i].json, cases[i].data);
        alv_status status = alv_safetensors_parse(&read, file, size, (int64_t)size, &error);
        if (status != ALV_ERR_FORMAT && status != ALV_ERR_UNSUPPORTED)
            fail_msg("%s: %s", cases[i].json, alv_status_name(status));
        if (!strstr(error.message, cases[i].says))
            fail_msg("%s: says \"%s\"", cases[i].json, error.message);
        assert_ptr_equal(read, file);
        assert_in_range(error.position + 1, 0, size + 1);
    }
}

static void refuses_bad_lengths(void **state)
{
    (void)state;
    alv_safetensors *read;
    int64_t data;
    static const unsigned char huge[8] = {0, 0, 0, 0, 0, 0, 0, 0x80},
                               limit[8] = {0x00, 0xe1, 0xf5, 0x05},
                               beyond[8] = {0x01, 0xe1, 0xf5, 0x05};
    assert_int_equal(alv_safetensors_size(&data, limit, 8, NULL), ALV_OK);
    assert_int_equal(data, 100000008);
    assert_int_equal(alv_safetensors_size(&data, beyond, 8, NULL), ALV_ERR_FORMAT);
    assert_int_equal(alv_safetensors_size(&data, huge, 8, NULL), ALV_ERR_FORMAT);
    assert_int_equal(alv_safetensors_size(&data, limit, 7, NULL), ALV_ERR_FORMAT);
    assert_int_equal(alv_safetensors_parse(&read, limit, 8, 8, NULL), ALV_ERR_FORMAT);
    assert_int_equal(alv_safetensors_parse(&read, NULL, 0, 0, NULL), ALV_ERR_FORMAT);
    assert_int_equal(alv_safetensors_parse(&read, limit, 8, 7, NULL), ALV_ERR_ARGUMENT);
    assert_int_equal(alv_safetensors_parse(NULL, limit, 8, 8, NULL), ALV_ERR_ARGUMENT);
}

/* Every truncation is refused, and no change of one byte makes a file of other sizes. */
static void survives_truncation_and_corruption(void **state)
{
    (void)state;
    char file[512], copy[512];
    size_t size = wrap(file, header, 20);
    alv_safetensors *read;
    for (size_t n = 0; n < size; n++)
        assert_int_not_equal(alv_safetensors_parse(&read, file, n, (int64_t)n, NULL), ALV_OK);
    for (size_t at = 0; at < size - 20; at++)
        for (int byte = 0; byte < 256; byte++) {
            memcpy(copy, file, size);
            copy[at] = (char)byte;
            if (alv_safetensors_parse(&read, copy, size, (int64_t)size, NULL) != ALV_OK) continue;
            int64_t end = read->data;
            for (int64_t i = 0; i < read->n_tensors; i++) {
                assert_int_equal(read->tensors[i].begin, end);
                end = read->tensors[i].end;
            }
            assert_int_equal(end, size);
            alv_safetensors_free(read);
        }
}

static void refuses_to_write_what_it_would_not_read(void **state)
{
    (void)state;
    char out[512];
    size_t length = 77;
    int64_t total = 77;
    alv_error error;
    alv_tensor t[2] = {{.name = "a", .rank = 1, .shape = {1}}, {.name = "a"}};
    assert_int_equal(alv_safetensors_header(out, 512, &length, t, 2, NULL, 0, &error),
                     ALV_ERR_ARGUMENT);
    assert_string_equal(error.where, "a");
    static const char *const bad[] = {"", "__metadata__", "\xff", "a\xc3"};
    for (int i = 0; i < 4; i++) {
        strcpy(t[0].name, bad[i]);
        assert_int_equal(alv_safetensors_header(out, 512, &length, t, 1, NULL, 0, NULL),
                         ALV_ERR_ARGUMENT);
    }
    const alv_safetensors_note twice[] = {{"k", "v"}, {"k", "w"}}, torn = {"k", "\xff"};
    strcpy(t[0].name, "x");
    assert_int_equal(alv_safetensors_header(out, 512, &length, t, 1, twice, 2, NULL),
                     ALV_ERR_ARGUMENT);
    assert_int_equal(alv_safetensors_header(out, 512, &length, t, 1, &torn, 1, NULL),
                     ALV_ERR_ARGUMENT);
    t[0].shape[0] = -1;
    assert_int_equal(alv_safetensors_header(out, 512, &length, t, 1, NULL, 0, NULL), ALV_ERR_SHAPE);
    for (int i = 0; i < 2; i++) t[i].rank = 1, t[i].shape[0] = INT64_C(1) << 60;
    assert_int_equal(alv_safetensors_layout(NULL, &total, t, 2, NULL), ALV_ERR_OVERFLOW);
    assert_int_equal(length, 77);
    assert_int_equal(total, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_bytes_of_the_format),
        cmocka_unit_test(reads_what_it_writes),
        cmocka_unit_test(every_type_comes_back),
        cmocka_unit_test(accepts_other_spellings),
        cmocka_unit_test(refuses_what_the_format_forbids),
        cmocka_unit_test(refuses_bad_lengths),
        cmocka_unit_test(survives_truncation_and_corruption),
        cmocka_unit_test(refuses_to_write_what_it_would_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
