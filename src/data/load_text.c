/* A text file as characters: a sample is a window of `context` characters, its label the character
 * that follows.
 *
 * Characters are code points of UTF-8, numbered in their order. The last fifth of the text is for
 * the test, so that no window of it was seen in training. Windows begin at places spread evenly
 * over their part; all of them are taken where no limit says otherwise, up to 50,000 for training
 * and 5,000 for the test, and no more than 2^26 characters of each. */
#include "data/load.h"

enum {
    CONTEXT = 32,
    MOST_TRAIN = 50000,
    MOST_TEST = 5000,
    MOST_VALUES = 1 << 26,
    CODE_POINTS = 0x110000
};

typedef struct text {
    int32_t *points; /* (n) code points, then tokens */
    int64_t n;
    int32_t *tokens; /* (CODE_POINTS): 0, or token + 1 */
    int n_tokens;
} text;

bool alv_path_is_text(const char *path)
{
    const size_t n = strlen(path);
    return strncmp(path, "text:", 5) == 0 || (n > 4 && strcmp(path + n - 4, ".txt") == 0);
}

/* Bytes of the character at b[0 .. n), or 0 if it is no UTF-8: cut short, overlong, half of a
 * UTF-16 pair, or beyond U+10FFFF. */
static size_t decode(int32_t *out, const unsigned char *b, size_t n)
{
    static const int32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    const size_t size = b[0] < 0x80             ? 1
                        : (b[0] & 0xe0) == 0xc0 ? 2
                        : (b[0] & 0xf0) == 0xe0 ? 3
                        : (b[0] & 0xf8) == 0xf0 ? 4
                                                : 0;
    if (size == 0 || size > n) return 0;
    int32_t point = size == 1 ? b[0] : b[0] & (0x7f >> size);
    for (size_t i = 1; i < size; i++) {
        if ((b[i] & 0xc0) != 0x80) return 0;
        point = point << 6 | (b[i] & 0x3f);
    }
    if (point < least[size] || point >= CODE_POINTS || (point >= 0xd800 && point < 0xe000))
        return 0;
    *out = point;
    return size;
}

static alv_status read_points(text *t, const alv_file *file, alv_error *error)
{
    t->points = alv_new_array(file->size + 1, sizeof *t->points);
    t->tokens = alv_new_array(CODE_POINTS, sizeof *t->tokens);
    if (!t->points || !t->tokens)
        return alv_fail(error, ALV_ERR_MEMORY, file->where, "no memory for %llu bytes of text",
                        (uint64_t)file->size);
    for (size_t at = 0; at < file->size;) {
        const size_t size = decode(&t->points[t->n], file->bytes + at, file->size - at);
        if (size == 0)
            return alv_fail_at(error, ALV_ERR_FORMAT, file->where, (int64_t)at,
                               "not UTF-8: convert the file, or give one that is text");
        t->tokens[t->points[t->n++]] = 1;
        at += size;
    }
    return ALV_OK;
}

/* Writes a character for people: the blanks by name. */
static char *name_of(int32_t point)
{
    char name[16];
    unsigned char bytes[5] = {0};
    const char *plain = point == '\n'   ? "\\n"
                        : point == '\t' ? "\\t"
                        : point == '\r' ? "\\r"
                                        : NULL;
    if (point == ' ') plain = "' '";
    if (!plain && (point < 0x20 || (point >= 0x7f && point < 0xa0))) {
        alv_text_format(name, sizeof name, "U+%x", (unsigned)point);
        plain = name;
    }
    if (!plain) {
        const int more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
        static const int head[] = {0, 0xc0, 0xe0, 0xf0};
        bytes[0] = (unsigned char)(head[more] | point >> (6 * more));
        for (int i = 1; i <= more; i++)
            bytes[i] = (unsigned char)(0x80 | (point >> (6 * (more - i)) & 0x3f));
        plain = (const char *)bytes;
    }
    char *copy = alv_new_array(strlen(plain) + 1, 1);
    if (copy) memcpy(copy, plain, strlen(plain));
    return copy;
}

/* Numbers the characters that occur, and turns the text into these numbers. */
static alv_status number(text *t, const char *where, alv_error *error)
{
    for (int32_t point = 0; point < CODE_POINTS; point++)
        if (t->tokens[point]) t->tokens[point] = ++t->n_tokens;
    if (t->n_tokens > ALV_MAX_CLASSES)
        return alv_fail(error, ALV_ERR_FORMAT, where, "%d different characters are more than %d",
                        t->n_tokens, ALV_MAX_CLASSES);
    for (int64_t i = 0; i < t->n; i++) t->points[i] = t->tokens[t->points[i]] - 1;
    return ALV_OK;
}

static alv_status name_classes(alv_split *split, const text *t, alv_error *error)
{
    split->class_names = alv_new_array((size_t)t->n_tokens, sizeof *split->class_names);
    bool fine = split->class_names != NULL;
    for (int32_t point = 0; fine && point < CODE_POINTS; point++)
        if (t->tokens[point]) {
            char *name = name_of(point);
            split->class_names[t->tokens[point] - 1] = name;
            fine = name != NULL;
        }
    return fine ? ALV_OK : alv_fail(error, ALV_ERR_MEMORY, "data", "no memory for names");
}

/* Windows at even distances over text[0 .. n). */
static void cut_windows(alv_samples *part, const int32_t *points, int64_t n, int64_t context)
{
    const int64_t places = n - context;
    for (int64_t i = 0; i < part->n; i++) {
        const int64_t whole = places / part->n, rest = places % part->n;
        const int32_t *from = points + i * whole + i * rest / part->n;
        for (int64_t j = 0; j < context; j++) part->x[i * context + j] = (float)from[j];
        part->y[i] = from[context];
    }
}

static alv_status cut(alv_split **out, const text *t, const char *where,
                      const alv_data_options *options, alv_error *error)
{
    const int64_t context = options->context > 0 ? options->context : CONTEXT;
    const int64_t n_test = t->n / 5, n_train = t->n - n_test;
    if (n_test <= context)
        return alv_fail(error, ALV_ERR_FORMAT, where,
                        "%lld characters: with windows of %lld at least %lld are needed", t->n,
                        context, 5 * (context + 1));
    alv_split *split;
    const int64_t fit = MOST_VALUES / context;
    const int64_t train =
        options->n_train > 0 ? options->n_train : alv_split_limit(MOST_TRAIN, fit);
    const int64_t test = options->n_test > 0 ? options->n_test : alv_split_limit(MOST_TEST, fit);
    ALV_TRY(alv_split_new(&split, alv_split_limit(n_train - context, train),
                          alv_split_limit(n_test - context, test), context, error));
    split->classes = t->n_tokens;
    split->tokens = t->n_tokens;
    cut_windows(&split->train, t->points, n_train, context);
    cut_windows(&split->test, t->points + n_train, n_test, context);
    alv_status status = name_classes(split, t, error);
    if (status == ALV_OK) status = alv_split_finish(split, where, error);
    if (status != ALV_OK)
        alv_split_free(split);
    else
        *out = split;
    return status;
}

alv_status alv_parse_text(alv_split **out, const alv_file *file, const alv_data_options *options,
                          alv_error *error)
{
    text t = {0};
    alv_status status = read_points(&t, file, error);
    if (status == ALV_OK) status = number(&t, file->where, error);
    if (status == ALV_OK) status = cut(out, &t, file->where, options, error);
    free(t.points);
    free(t.tokens);
    return status;
}

alv_status alv_load_text(alv_split **out, const char *path, const alv_data_options *options,
                         alv_error *error)
{
    alv_file file;
    ALV_TRY(alv_file_read(&file, path, error));
    const alv_status status = alv_parse_text(out, &file, options, error);
    alv_file_free(&file);
    return status;
}
