/* CSV files, valid, cut, damaged and hostile. */
#include "data/files.h"

#include "data/load.h"

static const char good[] = "a,b,label\n1,2.5,cat\r\n-3e2,\"4\",\"dog, \"\"big\"\"\"\n0,0,cat\n";

static alv_status parse(alv_csv *csv, alv_labels *labels, const char *text, size_t size,
                        const char *column, alv_error *error)
{
    char *copy = malloc(size ? size : 1); /* exact, for the sanitizer */
    memcpy(copy, text, size);
    alv_status status = alv_csv_parse(csv, labels, copy, size, column, "test.csv", error);
    free(copy);
    return status;
}

/* Status of a text; on failure also where. */
static alv_status try(const char *text, size_t size, const char *column, alv_error *error)
{
    alv_csv csv = {0};
    alv_labels labels = {0};
    alv_status status = parse(&csv, &labels, text, size, column, error);
    alv_csv_free(&csv);
    alv_labels_free(&labels);
    return status;
}

static void reads_quotes_and_line_ends(void **state)
{
    (void)state;
    alv_csv csv;
    alv_labels labels = {0};
    assert_int_equal(parse(&csv, &labels, good, sizeof good - 1, NULL, NULL), ALV_OK);
    assert_int_equal(csv.n, 3);
    assert_int_equal(csv.dim, 2);
    static const float x[] = {1, 2.5f, -300, 4, 0, 0};
    assert_memory_equal(csv.x, x, sizeof x);
    assert_int_equal(labels.count, 2);
    assert_string_equal(labels.text[csv.y[1]], "dog, \"big\"");
    assert_int_equal(csv.y[0], csv.y[2]);
    alv_csv_free(&csv);
    alv_labels_free(&labels);
}

/* Which column is the label, how many features and rows there are. */
typedef struct layout_case {
    const char *text, *column;
    int64_t n, dim;
    const char *first; /* label of the first row */
} layout_case;

static void finds_the_label(void **state)
{
    (void)state;
    static const layout_case cases[] = {
        {"1,2,0\n3,4,1\n", NULL, 2, 2, "0"},     /* no header, last column */
        {"1,2,x\n3,4,y\n", NULL, 2, 2, "x"},     /* no header, a word for a label */
        {"a,b,c\n3,4,1\n", NULL, 1, 2, "1"},     /* header, last column */
        {"Class,b,c\n3,4,1\n", NULL, 1, 2, "3"}, /* header, usual name */
        {"0,1,label\n3,4,1\n", NULL, 1, 2, "1"}, /* numbers for names */
        {"a,b,c\n3,4,1\n", "b", 1, 2, "4"},      /* by name */
        {"a,b,c\n3,4,1\n", "1", 1, 2, "3"},      /* by number */
        {"3,4,1\n5,6,7\n", "2", 2, 2, "4"},      /* by number, no header */
        {"a;b;c\n3;4;1\n", NULL, 1, 2, "1"},     /* semicolons */
        {"a\tb\n3\t4\n", NULL, 1, 1, "4"},       /* tabs */
        {"\xef\xbb\xbf"
         "a,b\n3,4\n\r\n\n",
         NULL, 1, 1, "4"},                                    /* byte-order mark, ends empty */
        {"a,b\n3,4", NULL, 1, 1, "4"},                        /* no final line end */
        {"a,b\n3 , s\xc3\xa3o \n", NULL, 1, 1, "s\xc3\xa3o"}, /* blanks, UTF-8 */
    };
    for (int i = 0; i < ALV_COUNT(cases); i++) {
        const layout_case *c = &cases[i];
        alv_csv csv;
        alv_labels labels = {0};
        assert_int_equal(parse(&csv, &labels, c->text, strlen(c->text), c->column, NULL), ALV_OK);
        assert_int_equal(csv.n, c->n);
        assert_int_equal(csv.dim, c->dim);
        assert_string_equal(labels.text[csv.y[0]], c->first);
        alv_csv_free(&csv);
        alv_labels_free(&labels);
    }
}

typedef struct bad_case {
    const char *text;
    alv_status status;
    int64_t position;
    const char *message; /* a part of it */
} bad_case;

static void says_what_is_wrong_and_where(void **state)
{
    (void)state;
    static const bad_case cases[] = {
        {"", ALV_ERR_FORMAT, 0, "one column"},
        {"a,b\n", ALV_ERR_FORMAT, 4, "no rows"},
        {"a\n1\n", ALV_ERR_FORMAT, 0, "one column"},
        {"a,b\n1,2\n3\n", ALV_ERR_FORMAT, 8, "fewer"},
        {"a,b\n1,2\n3,4,5\n", ALV_ERR_FORMAT, 8, "more"},
        {"a,b\n1,2\n\n3,4\n", ALV_ERR_FORMAT, 8, "empty line"},
        {"a,b\n,2\n", ALV_ERR_FORMAT, 4, "missing value"},
        {"a,b\n1,2\nNaN,2\n", ALV_ERR_FORMAT, 8, "missing value"},
        {"?,2,3\n1,2,3\n", ALV_ERR_FORMAT, 0, "missing value"},
        {"a,b\n1,\n", ALV_ERR_FORMAT, 6, "missing label"},
        {"a,b\ninf,2\n", ALV_ERR_FORMAT, 4, "not a number"},
        {"a,b\n1e39,2\n", ALV_ERR_RANGE, 4, "float"},
        {"a,b\n1,2\n0x10,2\n", ALV_ERR_FORMAT, 8, "not a number"},
        {"a;b\n1,5;2\n", ALV_ERR_FORMAT, 4, "point"},
        {"a,b\n1,2.5\n", ALV_ERR_UNSUPPORTED, 6, "quantity"},
        {"a,b\n\"1,2\n", ALV_ERR_FORMAT, 4, "never closed"},
        {"a,b\n\"1\"x,2\n", ALV_ERR_FORMAT, 7, "after the closing quote"},
        {"a,b\n1\"2,2\n", ALV_ERR_FORMAT, 5, "quote inside"},
        {"a,b\n1\r2,2\n", ALV_ERR_FORMAT, 5, "carriage return"},
        {"a,b\n1,\xff\n", ALV_ERR_FORMAT, 6, "UTF-8"},
        {"a,b\n1,\xc0\x80\n", ALV_ERR_FORMAT, 6, "UTF-8"},
        {"a,b\n1,\xe2\x82\n", ALV_ERR_FORMAT, 6, "UTF-8"},
        {"a,b\n1,\xed\xa0\x80\n", ALV_ERR_FORMAT, 6, "UTF-8"},
        {"a,b\n1,\x1b[31m\n", ALV_ERR_FORMAT, 6, "UTF-8"},
    };
    for (int i = 0; i < ALV_COUNT(cases); i++) {
        alv_error error = {0};
        alv_status status = try(cases[i].text, strlen(cases[i].text), NULL, &error);
        if (status != cases[i].status || error.position != cases[i].position ||
            !strstr(error.message, cases[i].message))
            fail_msg("case %d: %s, byte %lld: %s", i, alv_status_name(status),
                     (long long)error.position, error.message);
        assert_string_equal(error.where, "test.csv");
    }
    assert_int_equal(try("a,b\n1,2\0\n", 9, NULL, NULL), ALV_ERR_FORMAT);
    assert_int_equal(try("a,b\n1,2\n", 8, "c", NULL), ALV_ERR_UNKNOWN_NAME);
    assert_int_equal(try("a,b\n1,2\n", 8, "3", NULL), ALV_ERR_UNKNOWN_NAME);
    assert_int_equal(try("a,b\n1,2\n", 8, "", NULL), ALV_ERR_UNKNOWN_NAME);
}

/* Every prefix parses or fails with a position inside it; the whole rows of one that parses are
 * those of the file. */
static void survives_every_truncation(void **state)
{
    (void)state;
    for (size_t size = 0; size < sizeof good - 1; size++) {
        alv_error error;
        alv_status status = try(good, size, NULL, &error);
        if (status != ALV_OK) assert_true(error.position >= 0 && error.position <= (int64_t)size);
        if (size < 15) assert_int_not_equal(status, ALV_OK);
    }
}

static void refuses_too_many_classes(void **state)
{
    (void)state;
    size_t size = 0, room = (size_t)(ALV_MAX_CLASSES + 1) * 10 + 16;
    char *text = malloc(room);
    size += (size_t)sprintf(text, "x,label\n");
    for (int i = 0; i < ALV_MAX_CLASSES; i++) size += (size_t)sprintf(text + size, "1,c%d\n", i);
    assert_int_equal(try(text, size, NULL, NULL), ALV_OK);
    int64_t position = (int64_t)size + 2;
    size += (size_t)sprintf(text + size, "1,more\n");
    alv_error error;
    assert_int_equal(try(text, size, NULL, &error), ALV_ERR_UNSUPPORTED);
    assert_int_equal(error.position, position);
    free(text);
}

/* A first line of many columns and many empty lines must not make anything large. */
static void memory_follows_what_was_read(void **state)
{
    (void)state;
    size_t commas = 1 << 20, lines = 1 << 20;
    char *text = malloc(commas + lines);
    memset(text, ',', commas);
    memset(text + commas, '\n', lines);
    assert_int_equal(try(text, commas + lines, NULL, NULL), ALV_ERR_FORMAT);
    free(text);
}

static void sorts_classes_and_scales(void **state)
{
    (void)state;
    alv_split *split;
    alv_data_options options = {.normalize = true};
    files_write_text("d.tra", "a,b,c,class\n0,5,1,10\n10,5,3,9\n5,5,2,2\n");
    files_write_text("d.tes", "a,b,c,class\n20,6,2,9\n0,5,1,11\n");
    assert_int_equal(alv_data_load(&split, files_root, &options, NULL), ALV_OK);
    static const float train[] = {-1, 0, -1, 1, 0, 1, 0, 0, 0}, test[] = {3, 0, 0, -1, 0, -1};
    assert_memory_equal(split->train.x, train, sizeof train);
    assert_memory_equal(split->test.x, test, sizeof test);
    assert_int_equal(split->classes, 4); /* 2, 9, 10, 11: by value, over both parts */
    assert_string_equal(split->class_names[0], "2");
    assert_string_equal(split->class_names[2], "10");
    assert_int_equal(split->train.y[0], 2);
    assert_int_equal(split->test.y[1], 3);
    alv_split_free(split);
}

static void splits_a_lone_file(void **state)
{
    (void)state;
    alv_split *split;
    alv_error error;
    const char *path = files_write_text("t.csv", "x,label\n0,a\n1,a\n2,b\n3,b\n4,a\n5,b\n");
    char kept[sizeof files_path];
    snprintf(kept, sizeof kept, "%s", path);
    assert_int_equal(alv_data_load(&split, kept, NULL, NULL), ALV_OK);
    static const float train[] = {0, 1, 2, 4, 5}; /* by class: 0 1 4 | 2 [3] 5 */
    assert_int_equal(split->train.n, 5);
    assert_memory_equal(split->train.x, train, sizeof train);
    assert_int_equal(split->test.n, 1);
    assert_near((double)split->test.x[0], 3, 0);
    assert_string_equal(split->name, "t.csv");
    alv_split_free(split);
    path = files_write_text("t.csv", "x,label\n0,a\n1,a\n2,a\n3,a\n4,a\n5,a\n");
    assert_int_equal(alv_data_load(&split, path, NULL, &error), ALV_ERR_FORMAT);
    assert_non_null(strstr(error.message, "one class"));
    path = files_write_text("t.csv", "x,label\n0,a\n1,b\n2,a\n3,a\n");
    assert_int_equal(alv_data_load(&split, path, NULL, &error), ALV_ERR_FORMAT);
    path = files_write_text("t.csv", "");
    assert_int_equal(alv_data_load(&split, path, NULL, &error), ALV_ERR_FORMAT);
}

/* Classes that come in turn, in blocks, or anyhow: each gives a fifth of its rows to the test. */
static void splits_every_class(void **state)
{
    (void)state;
    enum { N = 203, CLASSES = 5 };
    for (int kind = 0; kind < 3; kind++) {
        int32_t labels[N];
        int64_t rows[N], all[CLASSES] = {0}, test[CLASSES] = {0}, seen[N] = {0};
        for (int i = 0; i < N; i++) {
            int32_t of_kind[] = {i % CLASSES, i * CLASSES / N, i * i * 7 / 3 % CLASSES};
            labels[i] = of_kind[kind];
            all[labels[i]]++;
        }
        assert_int_equal(alv_split_fifths(rows, labels, N, CLASSES, NULL), ALV_OK);
        for (int i = 0; i < N; i++) {
            seen[rows[i]]++;
            if (i >= N - N / 5) test[labels[rows[i]]]++;
            if (i > 0 && i != N - N / 5) assert_true(rows[i] > rows[i - 1]);
        }
        for (int i = 0; i < N; i++) assert_int_equal(seen[i], 1);
        for (int c = 0; c < CLASSES; c++) {
            assert_true(test[c] >= all[c] / 5);
            assert_true(test[c] <= all[c] / 5 + 1);
        }
    }
}

static void says_what_cannot_be_found(void **state)
{
    (void)state;
    alv_split *split;
    alv_error error;
    assert_int_equal(alv_data_load(&split, files_root, NULL, &error), ALV_ERR_IO);
    assert_int_equal(alv_data_load(&split, "./no/such/file", NULL, &error), ALV_ERR_IO);
    assert_int_equal(alv_data_load(&split, "spiral", NULL, &error), ALV_ERR_UNKNOWN_NAME);
    assert_non_null(strstr(error.message, "'spirals'"));
    assert_int_equal(alv_data_load(&split, "minst", NULL, &error), ALV_ERR_UNKNOWN_NAME);
    assert_non_null(strstr(error.message, "'mnist'"));
    assert_int_equal(alv_data_load(&split, "", NULL, &error), ALV_ERR_ARGUMENT);
    assert_int_equal(alv_data_load(&split, "/dev/null", NULL, &error), ALV_ERR_IO);
}

static void reads_optdigits(void **state)
{
    (void)state;
    const char *path = files_shared("optdigits");
    if (!path) {
        print_message("no shared optdigits here: skipped\n");
        skip();
    }
    alv_split *split;
    alv_data_options options = {.normalize = true};
    assert_int_equal(alv_data_load(&split, path, &options, NULL), ALV_OK);
    assert_int_equal(split->train.n, 3823);
    assert_int_equal(split->test.n, 1797);
    assert_int_equal(split->dim, 64);
    assert_int_equal(split->classes, 10);
    /* Class counts as published in optdigits.names. */
    static const int counts[] = {376, 389, 380, 389, 387, 376, 377, 387, 380, 382};
    int seen[10] = {0};
    for (int64_t i = 0; i < split->train.n; i++) seen[split->train.y[i]]++;
    assert_memory_equal(seen, counts, sizeof counts);
    for (int64_t i = 0; i < split->train.n * 64; i++)
        assert_true(split->train.x[i] >= -1 && split->train.x[i] <= 1);
    alv_split_free(split);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_quotes_and_line_ends),
        cmocka_unit_test(finds_the_label),
        cmocka_unit_test(says_what_is_wrong_and_where),
        cmocka_unit_test(survives_every_truncation),
        cmocka_unit_test(refuses_too_many_classes),
        cmocka_unit_test(memory_follows_what_was_read),
        cmocka_unit_test_setup_teardown(sorts_classes_and_scales, files_setup, files_teardown),
        cmocka_unit_test_setup_teardown(splits_a_lone_file, files_setup, files_teardown),
        cmocka_unit_test(splits_every_class),
        cmocka_unit_test_setup_teardown(says_what_cannot_be_found, files_setup, files_teardown),
        cmocka_unit_test(reads_optdigits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
