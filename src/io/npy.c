/* NumPy's .npy: a magic string, a version, a length, and a Python dictionary that says the rest.
 *
 * Format: numpy.lib.format (NEP 1). Version 1 has a two-byte length, versions 2 and 3 four bytes; 3
 * allows UTF-8 names, which plain arrays do not have. The dictionary has exactly the keys descr,
 * fortran_order and shape, in any order. The reader accepts only that subset of Python, walks it
 * once with a cursor that cannot leave the buffer, and reports where it stopped. Structured and
 * object types are refused: the latter would mean running a pickle. */
#include "alvor/npy.h"

#include "base/base.h"

static const char where[] = "npy";
static const unsigned char magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

enum { ALIGNMENT = 64, PREFIX_V1 = 10, PREFIX_V2 = 12 };

typedef struct cursor {
    const unsigned char *bytes;
    size_t at, end; /* of the dictionary's text */
    alv_error *error;
} cursor;

/* The byte at the cursor after white space; 0 at the end, which no valid text contains. */
static unsigned char peek(cursor *c)
{
    while (c->at < c->end && (c->bytes[c->at] == ' ' || c->bytes[c->at] == '\n')) c->at++;
    return c->at < c->end ? c->bytes[c->at] : 0;
}

static alv_status fail_here(const cursor *c, const char *wanted)
{
    return alv_fail_at(c->error, ALV_ERR_FORMAT, where, (int64_t)c->at, "expected %s here", wanted);
}

static bool take(cursor *c, unsigned char byte)
{
    if (peek(c) != byte) return false;
    c->at++;
    return true;
}

/* A string in either quotes, without escapes. */
static alv_status read_string(char *out, size_t size, cursor *c)
{
    unsigned char quote = peek(c);
    if (quote != '\'' && quote != '"') return fail_here(c, "a quoted string");
    size_t start = ++c->at, n;
    while (c->at < c->end && c->bytes[c->at] != quote) c->at++;
    n = c->at - start;
    if (c->at == c->end || n >= size) {
        c->at = start;
        return fail_here(c, "a short quoted string");
    }
    memcpy(out, c->bytes + start, n);
    out[n] = '\0';
    c->at++;
    return ALV_OK;
}

/* Splits "<f4" into byte order, kind and size. A bool is read as a u1 of 0 and 1. */
static alv_status read_descr(alv_npy *out, cursor *c)
{
    char text[16];
    peek(c);
    size_t start = c->at;
    ALV_TRY(read_string(text, sizeof text, c));
    if (strcmp(text, "|b1") == 0) memcpy(text, "|u1", 4);
    static const char *const known[] = {"f2", "f4", "f8", "i1", "i2", "i4",
                                        "i8", "u1", "u2", "u4", "u8"};
    for (int i = 0; i < ALV_COUNT(known); i++) {
        if (!strchr("<>|=", text[0]) || !text[0] || strcmp(text + 1, known[i]) != 0) continue;
        out->kind = text[1];
        out->item = text[2] - '0';
        out->big = text[0] == '>';
        return ALV_OK;
    }
    return alv_fail_at(c->error, ALV_ERR_UNSUPPORTED, where, (int64_t)start,
                       "elements of type '%s' cannot be read: only plain numbers, f2 f4 f8 i1 i2 "
                       "i4 i8 u1 u2 u4 u8",
                       text);
}

static alv_status read_bool(bool *out, cursor *c)
{
    static const char *const words[] = {"False", "True"};
    peek(c);
    for (int i = 0; i < 2; i++) {
        size_t n = strlen(words[i]);
        if (c->end - c->at < n || memcmp(c->bytes + c->at, words[i], n) != 0) continue;
        c->at += n;
        *out = i == 1;
        return ALV_OK;
    }
    return fail_here(c, "True or False");
}

static alv_status read_size(int64_t *out, cursor *c)
{
    unsigned char digit = peek(c);
    if (digit < '0' || digit > '9') return fail_here(c, "a size");
    int64_t value = 0;
    size_t start = c->at;
    for (; c->at < c->end && c->bytes[c->at] >= '0' && c->bytes[c->at] <= '9'; c->at++)
        if (!alv_mul_i64(&value, value, 10) ||
            __builtin_add_overflow(value, c->bytes[c->at] - '0', &value))
            return alv_fail_at(c->error, ALV_ERR_OVERFLOW, where, (int64_t)start,
                               "this size does not fit 63 bits");
    if (c->at < c->end && c->bytes[c->at] == 'L') c->at++; /* Python 2 wrote its longs so */
    *out = value;
    return ALV_OK;
}

/* A tuple: (), (3,), (3, 4), (3, 4,). */
static alv_status read_shape(alv_npy *out, cursor *c)
{
    if (!take(c, '(')) return fail_here(c, "the shape's '('");
    out->rank = 0;
    while (!take(c, ')')) {
        if (out->rank == ALV_MAX_RANK)
            return alv_fail_at(c->error, ALV_ERR_UNSUPPORTED, where, (int64_t)c->at,
                               "more than %d axes", ALV_MAX_RANK);
        ALV_TRY(read_size(&out->shape[out->rank++], c));
        if (!take(c, ',') && peek(c) != ')') return fail_here(c, "',' or ')'");
    }
    return ALV_OK;
}

enum { DESCR = 1, ORDER = 2, SHAPE = 4, ALL = 7 };

static alv_status read_entry(alv_npy *out, unsigned *seen, cursor *c)
{
    static const struct {
        const char *name;
        unsigned flag;
    } keys[] = {{"descr", DESCR}, {"fortran_order", ORDER}, {"shape", SHAPE}};
    char name[16];
    unsigned flag = 0;
    peek(c);
    size_t start = c->at;
    ALV_TRY(read_string(name, sizeof name, c));
    for (int i = 0; i < ALV_COUNT(keys); i++)
        if (strcmp(name, keys[i].name) == 0) flag = keys[i].flag;
    if (flag == 0 || (*seen & flag))
        return alv_fail_at(c->error, ALV_ERR_FORMAT, where, (int64_t)start,
                           flag ? "the key '%s' comes twice" : "there should be no key '%s'", name);
    *seen |= flag;
    if (!take(c, ':')) return fail_here(c, "':'");
    return flag == DESCR   ? read_descr(out, c)
           : flag == ORDER ? read_bool(&out->fortran, c)
                           : read_shape(out, c);
}

static alv_status read_dictionary(alv_npy *out, cursor *c)
{
    unsigned seen = 0;
    if (!take(c, '{')) return fail_here(c, "the header's '{'");
    while (!take(c, '}')) {
        ALV_TRY(read_entry(out, &seen, c));
        if (!take(c, ',') && peek(c) != '}') return fail_here(c, "',' or '}'");
    }
    if (seen != ALL) return fail_here(c, "the keys descr, fortran_order and shape before '}'");
    peek(c);
    return c->at == c->end ? ALV_OK : fail_here(c, "nothing but spaces");
}

/* Magic, version and length; puts the cursor on the dictionary. */
static alv_status read_prefix(cursor *c, size_t size)
{
    size_t same = 0;
    while (same < sizeof magic && same < size && c->bytes[same] == magic[same]) same++;
    c->at = same;
    if (same < sizeof magic) return fail_here(c, "the magic bytes of a .npy file");
    unsigned version = size > 6 ? c->bytes[6] : 0;
    size_t prefix = version == 1 ? PREFIX_V1 : PREFIX_V2;
    if (size > 6 && (version < 1 || version > 3))
        return alv_fail_at(c->error, ALV_ERR_UNSUPPORTED, where, 6,
                           "format version %d; versions 1 to 3 are known", (int)version);
    if (size < prefix)
        return alv_fail_at(c->error, ALV_ERR_FORMAT, where, (int64_t)size,
                           "the file ends within its first %d bytes", (int)prefix);
    size_t length = 0;
    for (size_t i = prefix; i-- > 8;) length = length << 8 | c->bytes[i];
    if (length > size - prefix)
        return alv_fail_at(c->error, ALV_ERR_FORMAT, where, 8,
                           "the header should have %lld bytes, and %lld are left", (int64_t)length,
                           (int64_t)(size - prefix));
    c->at = prefix;
    c->end = prefix + length;
    return ALV_OK;
}

/* Multiplies the sizes and compares with the bytes that are there. */
static alv_status check_size(alv_npy *npy, size_t size, alv_error *error)
{
    int64_t count = 1, bytes;
    bool empty = false, fits = true;
    for (int i = 0; i < npy->rank; i++) empty |= npy->shape[i] == 0;
    for (int i = 0; i < npy->rank && !empty; i++)
        fits = fits && alv_mul_i64(&count, count, npy->shape[i]);
    npy->count = empty ? 0 : count;
    if (!fits || !alv_mul_i64(&bytes, npy->count, npy->item))
        return alv_fail_at(error, ALV_ERR_OVERFLOW, where, (int64_t)npy->offset,
                           "the shape makes more elements than 63 bits count");
    if ((uint64_t)bytes > size - npy->offset)
        return alv_fail_at(error, ALV_ERR_FORMAT, where, (int64_t)size,
                           "the file ends here: its shape promises %lld bytes of data, and %lld "
                           "are there",
                           bytes, (int64_t)(size - npy->offset));
    return ALV_OK;
}

alv_status alv_npy_parse(alv_npy *out, const void *bytes, size_t size, alv_error *error)
{
    if (!out || (!bytes && size > 0))
        return alv_fail(error, ALV_ERR_ARGUMENT, where, "NULL argument");
    alv_npy npy = {0};
    cursor c = {.bytes = bytes, .error = error};
    ALV_TRY(read_prefix(&c, size));
    npy.offset = c.end;
    ALV_TRY(read_dictionary(&npy, &c));
    ALV_TRY(check_size(&npy, size, error));
    *out = npy;
    return ALV_OK;
}

/* Writes "(3, 4)" as Python does, with the comma of a tuple of one. */
static size_t print_shape(char *out, size_t size, int rank, const int64_t *shape)
{
    size_t n = alv_text_format(out, size, "(");
    for (int i = 0; i < rank; i++)
        n += alv_text_format(out + n, size - n, i ? ", %lld" : "%lld", shape[i]);
    return n + alv_text_format(out + n, size - n, rank == 1 ? ",)" : ")");
}

/* NumPy has no bf16 or f8: their bytes go raw, in the descriptions that NumPy itself writes and
 * reads for types of extensions (docs/formats.md). */
static const char *const descriptions[] = {
    [ALV_F32] = "<f4",  [ALV_F64] = "<f8",       [ALV_F16] = "<f2",
    [ALV_BF16] = "<V2", [ALV_F8_E4M3FN] = "<V1", [ALV_F8_E5M2] = "<V1",
};

alv_status alv_npy_header(char *out, size_t size, size_t *length, alv_dtype dtype, int rank,
                          const int64_t *shape, alv_error *error)
{
    char tuple[256], text[384];
    if (!out || !length || (rank > 0 && !shape))
        return alv_fail(error, ALV_ERR_ARGUMENT, where, "NULL argument");
    alv_tensor tensor = {.dtype = dtype, .rank = rank};
    int64_t count;
    for (int i = 0; i < rank && i < ALV_MAX_RANK; i++) tensor.shape[i] = shape[i];
    ALV_TRY(alv_tensor_count(&count, &tensor, error));
    print_shape(tuple, sizeof tuple, rank, shape);
    size_t n =
        alv_text_format(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }",
                        descriptions[dtype], tuple);
    size_t total = (PREFIX_V1 + n + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (total > size)
        return alv_fail(error, ALV_ERR_RANGE, "size", "the header needs %lld bytes",
                        (int64_t)total);
    size_t padded = total - PREFIX_V1;
    memcpy(out, magic, sizeof magic);
    memcpy(out + 6, (char[]){1, 0, (char)(padded & 0xff), (char)(padded >> 8)}, 4);
    memcpy(out + PREFIX_V1, text, n);
    memset(out + PREFIX_V1 + n, ' ', padded - n);
    out[total - 1] = '\n';
    *length = total;
    return ALV_OK;
}
