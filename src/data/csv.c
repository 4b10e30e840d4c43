/* CSV with a column of labels, as RFC 4180 defines it, from bytes in memory.
 *
 * Read: fields with or without double quotes ("" inside quotes is one quote), line ends LF or CRLF,
 * a byte-order mark, blanks around fields, and a comma, semicolon or tab between them, whichever
 * the first line has most of. A header is recognized by a field outside the label column that is
 * not a number. Every other field must be a finite decimal number with a point: a missing value, a
 * NaN or a decimal comma is an error at its byte, never a silent zero. Empty lines may only end the
 * file. The text must be UTF-8.
 *
 * Rows are appended only once they are parsed, so memory follows the bytes that were read. */
#include "data/load.h"

/* A longer field is refused. */
enum { FIELD_SIZE = 256 };

typedef struct field {
    char text[FIELD_SIZE]; /* unquoted, trimmed, NUL-terminated */
    size_t length;
    int64_t position;
    bool quoted;
    bool last; /* of its line */
} field;

typedef struct scanner {
    const unsigned char *bytes;
    size_t size, at;
    unsigned char separator;
    const char *where;
} scanner;

/* Position of the first byte that is not UTF-8 (RFC 3629) or a control character that no table has
 * (it could reach a terminal through a message); -1 if there is none. */
static int64_t check_text(const unsigned char *s, size_t size)
{
    for (size_t i = 0; i < size;) {
        unsigned char c = s[i];
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f) return (int64_t)i;
        int more = c < 0x80 ? 0 : c >= 0xc2 && c < 0xe0 ? 1 : (c & 0xf0) == 0xe0 ? 2 : 3;
        bool fine = (more < 3 || (c >= 0xf0 && c < 0xf5)) && (size_t)more < size - i;
        for (int k = 1; fine && k <= more; k++) fine = (s[i + (size_t)k] & 0xc0) == 0x80;
        if (fine && more >= 2) { /* overlong forms, surrogates, beyond U+10FFFF */
            unsigned char d = s[i + 1];
            fine = !((c == 0xe0 && d < 0xa0) || (c == 0xed && d > 0x9f) ||
                     (c == 0xf0 && d < 0x90) || (c == 0xf4 && d > 0x8f));
        }
        if (!fine) return (int64_t)i;
        i += (size_t)more + 1;
    }
    return -1;
}

static unsigned char find_separator(const unsigned char *s, size_t size)
{
    static const unsigned char candidates[] = {',', ';', '\t'};
    int counts[3] = {0}, best = 0;
    bool quoted = false;
    for (size_t i = 0; i < size && (quoted || s[i] != '\n'); i++) {
        if (s[i] == '"') quoted = !quoted;
        for (int k = 0; k < 3; k++)
            if (!quoted && s[i] == candidates[k] && counts[k] < INT32_MAX) counts[k]++;
    }
    for (int k = 1; k < 3; k++)
        if (counts[k] > counts[best]) best = k;
    return candidates[best];
}

/* Length of the line end at the current byte: 0 if there is none; the end of the file counts as
 * one of length 0 through at == size. */
static size_t line_end(const scanner *s)
{
    if (s->at < s->size && s->bytes[s->at] == '\n') return 1;
    if (s->at + 1 < s->size && s->bytes[s->at] == '\r' && s->bytes[s->at + 1] == '\n') return 2;
    return 0;
}

static bool at_boundary(const scanner *s)
{
    return s->at >= s->size || s->bytes[s->at] == s->separator || line_end(s) > 0;
}

static alv_status too_long(const field *f, const char *where, alv_error *error)
{
    return alv_fail_at(error, ALV_ERR_FORMAT, where, f->position,
                       "a field of more than %d bytes (is a quote left open?)", FIELD_SIZE - 1);
}

static alv_status scan_quoted(field *f, scanner *s, alv_error *error)
{
    f->quoted = true;
    for (s->at++;; s->at++) {
        if (s->at >= s->size)
            return alv_fail_at(error, ALV_ERR_FORMAT, s->where, f->position,
                               "this quote is never closed");
        if (s->bytes[s->at] == '"') {
            if (s->at + 1 >= s->size || s->bytes[s->at + 1] != '"') break;
            s->at++;
        }
        if (f->length == FIELD_SIZE - 1) return too_long(f, s->where, error);
        f->text[f->length++] = (char)s->bytes[s->at];
    }
    s->at++;
    while (s->at < s->size && s->bytes[s->at] == ' ') s->at++;
    if (!at_boundary(s))
        return alv_fail_at(error, ALV_ERR_FORMAT, s->where, (int64_t)s->at,
                           "text after the closing quote of a field");
    return ALV_OK;
}

static alv_status scan_plain(field *f, scanner *s, alv_error *error)
{
    for (; !at_boundary(s); s->at++) {
        unsigned char c = s->bytes[s->at];
        if (c == '"' || c == '\r')
            return alv_fail_at(error, ALV_ERR_FORMAT, s->where, (int64_t)s->at,
                               c == '"' ? "a quote inside a field without quotes"
                                        : "a carriage return that no line feed follows");
        if (f->length == FIELD_SIZE - 1) return too_long(f, s->where, error);
        f->text[f->length++] = (char)c;
    }
    while (f->length && (f->text[f->length - 1] == ' ' || f->text[f->length - 1] == '\t'))
        f->length--;
    return ALV_OK;
}

/* Reads a field and what separates it from the next. */
static alv_status scan_field(field *f, scanner *s, alv_error *error)
{
    while (s->at < s->size && s->bytes[s->at] == ' ') s->at++;
    f->position = (int64_t)s->at;
    f->length = 0;
    f->quoted = false;
    if (s->at < s->size && s->bytes[s->at] == '"')
        ALV_TRY(scan_quoted(f, s, error));
    else
        ALV_TRY(scan_plain(f, s, error));
    f->text[f->length] = '\0';
    f->last = s->at >= s->size || s->bytes[s->at] != s->separator;
    s->at += f->last ? line_end(s) : 1;
    return ALV_OK;
}

/* A decimal number: no "inf", no hexadecimal. */
static bool is_number(const field *f)
{
    double value;
    for (size_t i = 0; i < f->length; i++)
        if (!strchr("0123456789.+-eE", f->text[i])) return false;
    return f->length > 0 && alv_number_parse(&value, f->text, f->length) == f->length;
}

static bool is_word(const char *text, const char *word)
{
    for (; *text && *word; text++, word++)
        if ((*text >= 'A' && *text <= 'Z' ? *text + 32 : *text) != *word) return false;
    return *text == *word;
}

static bool is_missing(const char *text)
{
    static const char *const words[] = {"", "?", "na", "n/a", "nan", "null", "none", "-"};
    for (int i = 0; i < ALV_COUNT(words); i++)
        if (is_word(text, words[i])) return true;
    return false;
}

/* What the first line tells. */
typedef struct layout {
    int64_t columns, label; /* label: index of its column */
    int64_t words;          /* fields that are neither numbers nor missing values */
    int64_t word;           /* index of the last of them */
    int64_t named;          /* the column named by the user, -1 if none */
    int64_t usual;          /* the first column called "label" or "class", -1 if none */
    bool header;
} layout;

static alv_status scan_first_line(layout *out, scanner *s, const char *label_column,
                                  alv_error *error)
{
    *out = (layout){.word = -1, .named = -1, .usual = -1};
    field f = {.last = false};
    for (; !f.last; out->columns++) {
        ALV_TRY(scan_field(&f, s, error));
        if (!is_number(&f) && !is_missing(f.text)) out->words++, out->word = out->columns;
        if (label_column && strcmp(f.text, label_column) == 0 && out->named < 0)
            out->named = out->columns;
        if ((is_word(f.text, "label") || is_word(f.text, "class")) && out->usual < 0)
            out->usual = out->columns;
    }
    if (out->columns < 2)
        return alv_fail_at(error, ALV_ERR_FORMAT, s->where, 0,
                           "the first line has one column; features and a label are needed");
    return ALV_OK;
}

/* Decides which column holds the labels and whether the first line is a header. */
static alv_status decide(layout *l, const char *label_column, const char *where, alv_error *error)
{
    double number;
    size_t length = label_column ? strlen(label_column) : 0;
    l->label = l->columns - 1;
    if (label_column && l->named >= 0 && l->words > 0) {
        l->label = l->named;
        l->header = true;
        return ALV_OK;
    }
    if (label_column) {
        if (!length || alv_number_parse(&number, label_column, length) != length || number < 1 ||
            number > (double)l->columns || number != (double)(int64_t)number)
            return alv_fail_at(error, ALV_ERR_UNKNOWN_NAME, where, 0,
                               "the first line has no column '%s' (nor is that a number from 1 to "
                               "%lld)",
                               label_column, l->columns);
        l->label = (int64_t)number - 1;
    }
    l->header = l->words > 1 || (l->words == 1 && l->word != l->label);
    if (!label_column && l->usual >= 0) l->label = l->usual, l->header = true;
    return ALV_OK;
}

static alv_status parse_value(float *out, const field *f, const char *where, alv_error *error)
{
    double value;
    if (is_missing(f->text))
        return alv_fail_at(error, ALV_ERR_FORMAT, where, f->position,
                           "a missing value ('%s'): remove the row or fill it in", f->text);
    if (!is_number(f))
        return alv_fail_at(error, ALV_ERR_FORMAT, where, f->position, "'%s' is not a number%s",
                           f->text, strchr(f->text, ',') ? " (decimals take a point)" : "");
    alv_number_parse(&value, f->text, f->length);
    if (!(value >= -(double)FLT_MAX && value <= (double)FLT_MAX))
        return alv_fail_at(error, ALV_ERR_RANGE, where, f->position,
                           "'%s' is beyond what a float can hold", f->text);
    *out = (float)value;
    return ALV_OK;
}

static alv_status parse_label(int32_t *out, alv_labels *labels, const field *f, const char *where,
                              alv_error *error)
{
    double value = 0;
    if (!f->quoted && is_missing(f->text))
        return alv_fail_at(error, ALV_ERR_FORMAT, where, f->position, "a missing label ('%s')",
                           f->text);
    bool number = is_number(f);
    if (number) alv_number_parse(&value, f->text, f->length);
    if (number && !(value >= -9e15 && value <= 9e15 && value == (double)(int64_t)value))
        return alv_fail_at(error, ALV_ERR_UNSUPPORTED, where, f->position,
                           "the label '%s' is not a class but a quantity; choose another column",
                           f->text);
    *out = alv_labels_add(labels, f->text, f->length);
    if (*out == -1) return alv_fail(error, ALV_ERR_MEMORY, where, "no memory for the labels");
    if (*out < 0)
        return alv_fail_at(error, ALV_ERR_UNSUPPORTED, where, f->position,
                           "more than %d different labels; choose another column", ALV_MAX_CLASSES);
    return ALV_OK;
}

/* Makes room for one more row. */
static alv_status reserve(alv_csv *csv, const char *where, alv_error *error)
{
    if (csv->n < csv->capacity) return ALV_OK;
    int64_t capacity = csv->capacity ? 2 * csv->capacity : 16, cells;
    if (!alv_mul_i64(&cells, capacity, csv->dim) || cells > INT64_MAX / 8)
        return alv_fail(error, ALV_ERR_OVERFLOW, where, "too many values");
    float *x = realloc(csv->x, (size_t)cells * sizeof *x);
    if (x) csv->x = x;
    int32_t *y = realloc(csv->y, (size_t)capacity * sizeof *y);
    if (y) csv->y = y;
    if (!x || !y) return alv_fail(error, ALV_ERR_MEMORY, where, "no memory for the rows");
    csv->capacity = capacity;
    return ALV_OK;
}

static alv_status parse_row(alv_csv *csv, alv_labels *labels, scanner *s, const layout *l,
                            alv_error *error)
{
    ALV_TRY(reserve(csv, s->where, error));
    float *x = csv->x + csv->n * csv->dim;
    int64_t start = (int64_t)s->at, column = 0;
    field f = {.last = false};
    for (; !f.last; column++) {
        ALV_TRY(scan_field(&f, s, error));
        if (column >= l->columns || (f.last && column + 1 < l->columns))
            return alv_fail_at(error, ALV_ERR_FORMAT, s->where, start,
                               "row %lld has %s than the first line's %lld columns", csv->n + 1,
                               column >= l->columns ? "more" : "fewer", l->columns);
        if (column == l->label)
            ALV_TRY(parse_label(&csv->y[csv->n], labels, &f, s->where, error));
        else
            ALV_TRY(parse_value(x++, &f, s->where, error));
    }
    csv->n++;
    return ALV_OK;
}

static alv_status check_trailing_lines(scanner *s, alv_error *error)
{
    int64_t start = (int64_t)s->at;
    while (line_end(s) > 0) s->at += line_end(s);
    if (s->at < s->size)
        return alv_fail_at(error, ALV_ERR_FORMAT, s->where, start,
                           "an empty line between rows (they may only end the file)");
    return ALV_OK;
}

static alv_status parse_rows(alv_csv *csv, alv_labels *labels, scanner *s, const char *label_column,
                             alv_error *error)
{
    layout l;
    size_t first = s->at;
    ALV_TRY(scan_first_line(&l, s, label_column, error));
    ALV_TRY(decide(&l, label_column, s->where, error));
    if (!l.header) s->at = first;
    csv->dim = l.columns - 1;
    while (s->at < s->size) {
        if (line_end(s) > 0) return check_trailing_lines(s, error);
        ALV_TRY(parse_row(csv, labels, s, &l, error));
    }
    return ALV_OK;
}

alv_status alv_csv_parse(alv_csv *out, alv_labels *labels, const void *bytes, size_t size,
                         const char *label_column, const char *where, alv_error *error)
{
    scanner s = {.bytes = bytes, .size = size, .where = where};
    int64_t bad = check_text(bytes, size);
    if (bad >= 0)
        return alv_fail_at(error, ALV_ERR_FORMAT, where, bad,
                           "byte %x is not UTF-8 text (is this a CSV file?)",
                           (uint32_t)s.bytes[bad]);
    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) s.at = 3;
    s.separator = find_separator(s.bytes + s.at, size - s.at);
    alv_csv csv = {0};
    alv_status status = parse_rows(&csv, labels, &s, label_column, error);
    if (status == ALV_OK && csv.n == 0)
        status = alv_fail_at(error, ALV_ERR_FORMAT, where, (int64_t)size, "no rows of data");
    if (status != ALV_OK)
        alv_csv_free(&csv);
    else
        *out = csv;
    return status;
}

void alv_csv_free(alv_csv *csv)
{
    free(csv->x);
    free(csv->y);
    *csv = (alv_csv){0};
}
